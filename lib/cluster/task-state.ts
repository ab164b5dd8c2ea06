/** Tasks with their outcome in one word, and what is known of each guest's backups. */
import type { StorageContent, TaskRow, Vmid } from '../proxmox/types.ts'
import type { BackupState, GuestState, Picture, TaskState } from './picture.ts'
import type { Readings } from './readings.ts'

/** Running tasks first, then the newest; the same array again when the reading is the same. */
export const taskStates = (previous: Picture, { tasks }: Readings): TaskState[] => {
  if (!tasks.value) return []
  const made = statesOf.get(tasks.value) ?? tasks.value.map(taskState).sort(byUrgency)
  statesOf.set(tasks.value, made)
  return made === previous.tasks ? previous.tasks : made
}
const statesOf = new WeakMap<TaskRow[], TaskState[]>()

const taskState = (row: TaskRow): TaskState => {
  const outcome = outcomeIn(row.status)
  return {
    upid: row.upid,
    node: row.node,
    type: row.type,
    object: row.id,
    user: row.user,
    start: row.starttime * 1000,
    end: row.endtime === undefined ? undefined : row.endtime * 1000,
    outcome,
    text: outcome === 'ok' || outcome === 'running' ? undefined : row.status,
  }
}

/**
 * `WARNINGS: n` is success too; absent means that it runs. A worker that got a TERM says `received
 * interrupt` (9.2): somebody stopped it, which is no failure.
 */
export const outcomeIn = (status: string | undefined): TaskState['outcome'] => {
  if (status === undefined) return 'running'
  if (status === 'OK') return 'ok'
  if (status === 'received interrupt') return 'stopped'
  return status.startsWith('WARNINGS') ? 'warnings' : 'failed'
}

const byUrgency = (a: TaskState, b: TaskState) =>
  Number(b.outcome === 'running') - Number(a.outcome === 'running') ||
  b.start - a.start ||
  (a.upid < b.upid ? -1 : 1)

type Found = { last: NonNullable<BackupState['last']>; count: number }

/** One row a guest, templates too; empty until the storages were asked once. */
export const backupStates = (
  previous: Picture,
  { backups }: Readings,
  guests: GuestState[],
): BackupState[] => {
  if (!backups.value) return previous.backups
  const found = newest(backups.value.files)
  const uncovered = new Set(backups.value.uncovered?.map((row) => row.vmid))
  return guests.map(({ vmid, name, node }) => ({
    vmid,
    name,
    node,
    last: found.get(vmid)?.last,
    count: found.get(vmid)?.count ?? 0,
    uncovered: uncovered.has(vmid),
  }))
}

const newest = (files: Map<string, StorageContent[]>) => {
  const known = newestOf.get(files)
  if (known) return known
  const found = new Map<Vmid, Found>()
  for (const [where, rows] of files)
    for (const row of rows) {
      if (row.vmid === undefined || row.content !== 'backup') continue
      const file = { at: (row.ctime ?? 0) * 1000, storage: where, size: row.size }
      const old = found.get(row.vmid)
      found.set(row.vmid, {
        last: old && old.last.at >= file.at ? old.last : file,
        count: (old?.count ?? 0) + 1,
      })
    }
  newestOf.set(files, found)
  return found
}
const newestOf = new WeakMap<Map<string, StorageContent[]>, Map<Vmid, Found>>()
