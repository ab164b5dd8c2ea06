/**
 * Guests: the row's word as far as its node can be reached. The list goes on saying `running` for
 * 290 s after a node died and then drops the name (measured on PVE 9.2.11), so the node decides.
 */
import { isWithin } from '../clock.ts'
import type { GuestResource, Vmid } from '../proxmox/types.ts'
import { useOf } from './node-state.ts'
import type { GuestCondition, GuestState, NodeState, Picture, Reach } from './picture.ts'
import { BELIEVED_MS, type Net, type Readings } from './readings.ts'

/** Every guest of the last good list, by vmid. */
export const guestStates = (
  previous: Picture,
  readings: Readings,
  nodes: NodeState[],
  now: number,
): GuestState[] => {
  const reach = new Map(nodes.map((node) => [node.name, node.reach]))
  const before = follower(previous.guests)
  return byVmid(readings.resources.value?.guests ?? []).map((row) =>
    guestState(row, before(row.vmid), reach.get(row.node), readings, now),
  )
}

/** The client sorts already; a walk over 800 rows is cheaper than to sort them again. */
const byVmid = (rows: GuestResource[]): GuestResource[] =>
  rows.every((row, i) => i === 0 || rows[i - 1]!.vmid <= row.vmid)
    ? rows
    : [...rows].sort((a, b) => a.vmid - b.vmid)

/** Finds the state of before by walking along: both lists are in the order of vmids. */
const follower = (states: GuestState[]) => {
  let i = 0
  return (vmid: Vmid): GuestState | undefined => {
    while (i < states.length && states[i]!.vmid < vmid) i += 1
    return states[i]?.vmid === vmid ? states[i] : undefined
  }
}

const guestState = (
  row: GuestResource,
  before: GuestState | undefined,
  reach: Reach | undefined,
  readings: Readings,
  now: number,
): GuestState => {
  const word = wordOf(row, readings, now)
  const why = whyUnknown(word, reach)
  const condition = why ? 'unknown' : conditionOf(word)
  // A row that lost its name lost what else came from its node.
  const bare = row.name === undefined
  const off = reach === 'offline'
  const running = condition === 'running' || condition === 'paused'
  const shown = off ? undefined : row
  return {
    vmid: row.vmid,
    kind: row.type,
    name: row.name ?? before?.name ?? readings.memory.guests.get(row.vmid)?.name ?? `${row.vmid}`,
    node: row.node,
    condition,
    word,
    why,
    since: sinceOf(row, before, condition, readings, now),
    template: row.template || (bare && before?.template === true),
    tags: bare && row.tags.length === 0 ? (before?.tags ?? []) : row.tags,
    lock: row.lock,
    ha: row.hastate,
    cpu: shown?.cpu,
    cores: shown?.maxcpu,
    memory: useOf(shown?.mem, shown?.maxmem),
    // QEMU reports 0 always; a stopped container too.
    disk: row.type === 'lxc' && shown?.disk ? useOf(shown.disk, shown.maxdisk) : undefined,
    uptime: shown?.uptime,
    net: running ? netOf(readings.guestNet.get(row.vmid)) : undefined,
  }
}

/** What was read at the source outranks the list until the two agree, at most until its end. */
const wordOf = (row: GuestResource, { fresh }: Readings, now: number) => {
  const read = fresh.get(row.vmid)
  return read && isWithin(read.at, BELIEVED_MS, now) ? read.word : row.status
}

const whyUnknown = (word: string, reach: Reach | undefined): string | undefined => {
  if (reach === 'offline') return 'node lost'
  if (reach !== 'online') return 'no answer'
  return word === 'unknown' ? 'no report yet' : undefined
}

/** Words of QEMU's own besides running and stopped were seen in the list (PVE 9.2.11). */
const conditions: Record<string, GuestCondition> = {
  running: 'running',
  stopped: 'stopped',
  paused: 'paused',
  prelaunch: 'paused',
  suspended: 'paused',
  unknown: 'unknown',
}
const conditionOf = (word: string): GuestCondition =>
  Object.hasOwn(conditions, word) ? conditions[word]! : 'other'

const sinceOf = (
  row: GuestResource,
  before: GuestState | undefined,
  condition: GuestCondition,
  { memory }: Readings,
  now: number,
): number => {
  if (before?.condition === condition) return before.since
  const remembered = memory.guests.get(row.vmid)
  if (remembered?.condition === condition) return remembered.since
  return condition === 'running' && row.uptime ? now - row.uptime * 1000 : now
}

const netOf = (net: Net | undefined) => net && { in: net.in, out: net.out }
