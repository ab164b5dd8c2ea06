/**
 * Storages: the list knows use, the nodes' own detail knows active or not. A shared storage is
 * listed once for each node and stands here once.
 */
import { isFresh } from '../clock.ts'
import type { StorageResource, StorageRow } from '../proxmox/types.ts'
import { useOf } from './node-state.ts'
import type { NodeState, Reach, StorageState } from './picture.ts'
import type { Readings } from './readings.ts'

type Seen = { row: StorageResource; detail: StorageRow | undefined; reach: Reach }

/** `local` of node Home is `Home/local`; a shared storage is its bare name. */
export const storageId = (s: { storage: string; node: string; shared: boolean }): string =>
  s.shared ? s.storage : `${s.node}/${s.storage}`

/** Every storage, by id. */
export const storageStates = (
  readings: Readings,
  nodes: NodeState[],
  now: number,
): StorageState[] => {
  const reach = new Map(nodes.map((node) => [node.name, node.reach]))
  const groups = new Map<string, Seen[]>()
  for (const row of readings.resources.value?.storages ?? []) {
    const id = storageId(row)
    const seen = {
      row,
      detail: detailOf(row, readings, now),
      reach: reach.get(row.node) ?? ('unknown' as const),
    }
    const group = groups.get(id)
    if (group) group.push(seen)
    else groups.set(id, [seen])
  }
  return [...groups]
    .map(([id, seen]) => storageState(id, seen, readings.fullInDays.get(id)))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

const detailOf = (row: StorageResource, { storage }: Readings, now: number) =>
  isFresh(storage, now)
    ? storage.value?.get(row.node)?.find((d) => d.storage === row.storage)
    : undefined

/** Above this share nobody speaks of days any more. */
const FULL = 0.99

const storageState = (id: string, group: Seen[], fullInDays: number | undefined): StorageState => {
  const best = group.reduce((a, b) => (rank(b) > rank(a) ? b : a))
  const { row } = best
  const { condition, why } = conditionOf(best)
  const use = best.reach === 'offline' ? undefined : useFor(best)
  return {
    id,
    storage: row.storage,
    nodes: group.map((s) => s.row.node).sort(),
    shared: row.shared,
    plugin: row.plugin,
    content: [...row.content].sort(),
    condition,
    why,
    use,
    // What is full is full; a day on which it will be so would be a lie.
    fullInDays: use && use.used >= use.total * FULL ? undefined : fullInDays,
  }
}

/** Which node's word about a shared storage counts: the one that has it working. */
const rank = (s: Seen) => {
  const { condition } = conditionOf(s)
  return condition === 'available'
    ? 3
    : condition === 'inactive'
      ? 2
      : s.reach === 'unknown'
        ? 1
        : 0
}

const conditionOf = ({
  row,
  detail,
  reach,
}: Seen): { condition: StorageState['condition']; why?: string } => {
  if (reach === 'offline') return { condition: 'unknown', why: 'node lost' }
  if (reach !== 'online') return { condition: 'unknown', why: 'no answer' }
  if (detail && !detail.enabled) return { condition: 'inactive', why: 'disabled' }
  if (detail && !detail.active) return { condition: 'inactive', why: 'not active' }
  if (row.status === 'available' || detail?.active) return { condition: 'available' }
  return { condition: 'unknown', why: 'no report yet' }
}

/** An inactive storage reports zeros; they are not its use. */
const useFor = ({ row, detail }: Seen) =>
  detail?.active ? useOf(detail.used, detail.total) : useOf(row.disk, row.maxdisk)
