/** The guests: the five of the household, and lodgers as many as are wished for. */
import { days, hours } from '../lib/clock.ts'
import { hwaddrOf, ipOf } from './newcomers.ts'
import type { Random } from './random.ts'
import { GiB, type Guest, type Kind, type Snapshot } from './things.ts'

const KiB = 1024

type Wish = Pick<Guest, 'cores' | 'memory' | 'load'> &
  Partial<Pick<Guest, 'tags' | 'onboot' | 'snapshots' | 'description'>> & {
    storage: string
    size: number
    used: number
    /** Uptime, or for how long it has been off, in ms. */
    since: number
    stopped?: boolean
  }

const guest = (
  kind: Kind,
  vmid: number,
  name: string,
  on: string,
  now: number,
  wish: Wish,
): Guest => {
  const subvolume = kind === 'lxc' && wish.storage === 'nvme1' ? 'subvol' : 'vm'
  const file = `${subvolume}-${vmid}-disk-0`
  const volid =
    wish.storage.startsWith('local') && wish.storage !== 'local-lvm'
      ? `${wish.storage}:${vmid}/${file}.raw`
      : `${wish.storage}:${file}`
  return {
    vmid,
    kind,
    name,
    node: on,
    cores: wish.cores,
    memory: wish.memory,
    onboot: wish.onboot ?? !wish.stopped,
    tags: wish.tags ?? [],
    ...(wish.description ? { description: wish.description } : {}),
    agent: kind === 'qemu' && !wish.stopped,
    deaf: false,
    disk: { storage: wish.storage, volid, size: wish.size, used: wish.used, destroyed: false },
    net: { hwaddr: hwaddrOf(vmid), ip: ipOf(vmid) },
    load: wish.load,
    snapshots: wish.snapshots ?? [],
    ...(wish.snapshots?.length ? { parent: wish.snapshots.at(-1)!.name } : {}),
    leaving: false,
    held: false,
    states: [
      { at: now - days(90), status: 'stopped', since: now - days(90) },
      {
        at: now - wish.since,
        status: wish.stopped ? 'stopped' : 'running',
        since: now - wish.since,
      },
    ],
  }
}

export const residents = (now: number, names: string[]): Guest[] => {
  const at = (name: string) => (names.includes(name) ? name : names[0]!)
  const pools = { pve: 'local-lvm', agent1: 'nvme1' }
  const on = (name: 'pve' | 'agent1') => (names.includes(name) ? pools[name] : 'local')
  const earlier: Snapshot[] = [
    { name: 'fresh', description: 'after installation\n', at: now - days(61), vmstate: false },
    {
      name: 'before-24-04',
      description: 'before the upgrade\n',
      at: now - days(47),
      parent: 'fresh',
      vmstate: false,
    },
  ]
  return [
    guest('qemu', 100, 'Ubuntu-Desktop', at('agent1'), now, {
      cores: 4,
      memory: 8 * GiB,
      storage: on('agent1'),
      size: 64 * GiB,
      used: 41 * GiB,
      since: days(42),
      stopped: true,
      snapshots: earlier,
      load: { cpu: 0.15, mem: 0.5, in: 40 * KiB, out: 20 * KiB },
    }),
    guest('qemu', 103, 'management', at('pve'), now, {
      cores: 4,
      memory: 8 * GiB,
      storage: on('pve'),
      size: 96 * GiB,
      used: 62 * GiB,
      since: days(41),
      tags: ['infra'],
      load: { cpu: 0.18, mem: 0.74, in: 220 * KiB, out: 310 * KiB },
    }),
    guest('lxc', 300, 'twingate', at('pve'), now, {
      cores: 1,
      memory: GiB,
      storage: on('pve'),
      size: 8 * GiB,
      used: 2.1 * GiB,
      since: days(41),
      tags: ['infra', 'vpn'],
      load: { cpu: 0.02, mem: 0.2, in: 90 * KiB, out: 85 * KiB },
    }),
    guest('lxc', 302, 'adguard', at('pve'), now, {
      cores: 1,
      memory: GiB,
      storage: on('pve'),
      size: 8 * GiB,
      used: 3.3 * GiB,
      since: days(18),
      tags: ['dns', 'infra'],
      load: { cpu: 0.06, mem: 0.4, in: 30 * KiB, out: 25 * KiB },
    }),
    guest('lxc', 303, 'homeassistant', at('agent1'), now, {
      cores: 2,
      memory: 4 * GiB,
      storage: on('agent1'),
      size: 32 * GiB,
      used: 11.4 * GiB,
      since: days(12) + hours(19),
      tags: ['home'],
      load: { cpu: 0.09, mem: 0.42, in: 60 * KiB, out: 45 * KiB },
    }),
  ]
}

const trades = ['web', 'db', 'cache', 'queue', 'mail', 'git', 'ci', 'media', 'log', 'proxy']

export const lodgers = (count: number, now: number, names: string[], random: Random): Guest[] =>
  Array.from({ length: Math.max(0, count) }, (_, i) => {
    const trade = trades[i % trades.length]!
    const size = (8 + Math.floor(random() * 56)) * GiB
    return guest(
      i % 3 === 0 ? 'qemu' : 'lxc',
      1000 + i,
      `${trade}-${i + 1}`,
      names[i % names.length]!,
      now,
      {
        cores: 1 + Math.floor(random() * 4),
        memory: [1, 2, 4, 8][Math.floor(random() * 4)]! * GiB,
        storage: 'local',
        size,
        used: size * random(),
        since: days(random() * 40),
        stopped: random() < 0.15,
        tags: random() < 0.5 ? [trade] : [],
        load: {
          cpu: random() * 0.4,
          mem: 0.2 + random() * 0.6,
          in: 3e4 * random(),
          out: 3e4 * random(),
        },
      },
    )
  })
