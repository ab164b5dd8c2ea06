/**
 * The household that the hundred questions are asked of: four nodes, five guests, the stores of a real
 * cluster, a night with an incident in it. With variants: one node off, an old picture, none at all.
 */
import type { Picture, StorageState, TaskState } from '../../../lib/cluster/picture.ts'
import type { Severity } from '../../../lib/events/kinds.ts'
import { NOON } from '../../clock.ts'
import { calmEvening, nothingYet, oneNodeOff, staleEvening } from '../../pictures.ts'

const GiB = 2 ** 30
const hour = 3_600_000

export type Happened = { at: number; severity: Severity; text: string }
export type Scene = { picture: Picture; events: Happened[]; timeZone: string }

const store = (id: string, used: number, total: number, more: Partial<StorageState> = {}) => ({
  id,
  storage: id.split('/').at(-1)!,
  nodes: [id.split('/')[0]!],
  shared: false,
  plugin: 'dir',
  content: ['iso'],
  condition: 'available' as const,
  use: { used: used * GiB, total: total * GiB },
  ...more,
})

const task = (serial: number, vmid: number, at: number, more: Partial<TaskState> = {}) => ({
  upid: `UPID:pve:0000${serial}:0001:6920:vzdump:${vmid}:root@pam:`,
  node: 'pve',
  type: 'vzdump',
  object: String(vmid),
  user: 'root@pam',
  start: at,
  end: at + 180_000,
  outcome: 'ok' as const,
  ...more,
})

const temperatures = (celsius: number) => {
  const hottest = { name: 'Package', celsius, warn: 80, crit: 90 }
  const drive = { name: 'NVMe', celsius: celsius - 9, warn: 70, crit: 80 }
  return { at: NOON - 20_000, sensors: [hottest, drive], hottest }
}

const loads: Record<string, { cpu: number; used: number; root: number; up: number; hot: number }> =
  {
    Home: { cpu: 0.08, used: 9.3, root: 31, up: 41, hot: 44 },
    pve: { cpu: 0.67, used: 25.1, root: 58, up: 90, hot: 71 },
    agent1: { cpu: 0.23, used: 12.4, root: 22, up: 18, hot: 57 },
    agent: { cpu: 0.04, used: 3.7, root: 17, up: 6, hot: 39 },
  }

const furnished = (picture: Picture): Picture => ({
  ...picture,
  // Sensors are asked every 30 s only.
  parts: { ...picture.parts, temperatures: { ...picture.parts.temperatures, limit: 120_000 } },
  nodes: picture.nodes.map((n) => {
    const { cpu, used, root, up, hot } = loads[n.name]!
    if (n.reach !== 'online') return n
    return {
      ...n,
      cpu,
      memory: { used: used * GiB, total: 31 * GiB },
      root: { used: root * GiB, total: 94 * GiB },
      uptime: up * 86_400,
      temperatures: temperatures(hot),
    }
  }),
  guests: picture.guests.map((g, i) =>
    g.condition === 'running'
      ? {
          ...g,
          cpu: 0.02 * (i + 1),
          memory: { used: (i + 0.3) * GiB, total: (i + 2) * GiB },
          uptime: (i + 3) * 86_400,
        }
      : g,
  ),
  storages: [
    ...['Home', 'pve', 'agent1', 'agent'].map((n, i) => store(`${n}/local`, 20 + 7 * i, 94)),
    store('pve/local-lvm', 217, 340, { plugin: 'lvmthin', content: ['images', 'rootdir'] }),
    store('agent1/nvme1', 402, 930, { plugin: 'zfspool', content: ['images', 'rootdir'] }),
    store('cluster-backup', 4075, 4608, {
      nodes: ['Home', 'pve', 'agent1', 'agent'],
      shared: true,
      content: ['backup'],
      fullInDays: 9.4,
    }),
  ].map((s) =>
    s.nodes.every((on) => picture.nodes.find((n) => n.name === on)?.reach === 'online') || s.shared
      ? s
      : { ...s, condition: 'unknown' as const, why: 'node lost', use: undefined },
  ),
  tasks: [
    task(4, 302, NOON - 60_000, { end: undefined, outcome: 'running' }),
    task(3, 302, NOON - 9.5 * hour, { outcome: 'failed', text: 'no space left on device' }),
    task(2, 300, NOON - 9.7 * hour),
    task(1, 103, NOON - 10 * hour),
  ],
  backups: [
    { at: NOON - 10 * hour, vmid: 103, name: 'management' },
    { at: NOON - 9.7 * hour, vmid: 300, name: 'twingate' },
    { at: NOON - 81 * hour, vmid: 302, name: 'adguard' },
    { at: NOON - 275 * hour, vmid: 303, name: 'homeassistant' },
    { at: undefined, vmid: 100, name: 'Ubuntu-Desktop' },
  ].map(({ at, vmid, name }) => ({
    vmid,
    name,
    node: picture.guests.find((g) => g.vmid === vmid)!.node,
    last: at === undefined ? undefined : { at, storage: 'cluster-backup', size: 3 * GiB },
    count: at === undefined ? 0 : 3,
    uncovered: at === undefined,
  })),
})

export const NIGHT = {
  lost: 'agent1 is lost.',
  back: 'agent1 is back.',
  failed: 'vzdump 302 on pve failed after 3 min: no space left on device',
  earlier: '100 Ubuntu-Desktop is stopped, was running.',
  morning: 'alice logged in from 192.168.1.20.',
}

const events: Happened[] = [
  { at: NOON - 0.5 * hour, severity: 'info', text: NIGHT.morning },
  { at: NOON - 8.7 * hour, severity: 'good', text: NIGHT.back },
  { at: NOON - 8.8 * hour, severity: 'crit', text: NIGHT.lost },
  { at: NOON - 9.45 * hour, severity: 'warn', text: NIGHT.failed },
  { at: NOON - 52 * hour, severity: 'info', text: NIGHT.earlier },
]

const scene = (picture: Picture): Scene => ({ picture, events, timeZone: 'UTC' })

export const household = (): Scene => scene(furnished(calmEvening()))
export const nodeOff = (): Scene => scene(furnished(oneNodeOff()))
export const old = (): Scene => scene({ ...furnished(calmEvening()), parts: staleEvening().parts })
export const blind = (): Scene => ({ ...scene(nothingYet()), events: [] })
