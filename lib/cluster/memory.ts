/**
 * What was last known for certain of each node, guest, storage and task. The picture may lose sight
 * of them (node off, silence, restart); the memory does not, so that news is told once.
 */

import type { Db } from '../db/db.ts'
import type { WriteBuffer } from '../db/write-buffer.ts'
import { announcedTasks } from '../events/events.ts'
import type { Upid, Vmid } from '../proxmox/types.ts'
import type { GuestCondition } from './picture.ts'

export type KnownGuest = { condition: GuestCondition; since: number; name: string; node: string }
export type KnownReach = { reach: 'online' | 'offline'; since: number }

export type Memory = {
  /** False until a first picture was taken in: what it shows is the beginning, not news. */
  settled: boolean
  staleSince?: number | undefined
  quorate?: boolean | undefined
  nodes: Map<string, KnownReach>
  guests: Map<Vmid, KnownGuest>
  storages: Map<string, { available: boolean; filling: boolean }>
  /** Tasks that were told of, oldest first; bounded. */
  tasks: Map<Upid, 'running' | 'ended'>
  /** The newest end of a task (milliseconds) and who ended then; undefined = never read. */
  tasksUntil?: { end: number; upids: Upid[] } | undefined
  /** Was the task list read since the start? */
  tasksRead: boolean
}

export const emptyMemory = (): Memory => ({
  settled: false,
  nodes: new Map(),
  guests: new Map(),
  storages: new Map(),
  tasks: new Map(),
  tasksRead: false,
})

const LONGEST_MEMORY_OF_TASKS = 5000

/** Remembers that a task was told of. */
export const rememberTask = (memory: Memory, upid: Upid, stage: 'running' | 'ended'): void => {
  memory.tasks.set(upid, stage)
  if (memory.tasks.size <= LONGEST_MEMORY_OF_TASKS) return
  const [oldest] = memory.tasks.keys()
  if (oldest !== undefined) memory.tasks.delete(oldest)
}

type Known = Pick<Memory, 'staleSince' | 'quorate'> & {
  nodes: [string, KnownReach][]
  guests: [Vmid, KnownGuest][]
  storages: [string, { available: boolean; filling: boolean }][]
}

/** The memory as the last run left it, completed by the tasks that the stored events name. */
export const loadMemory = (db: Db): Memory => {
  const memory = emptyMemory()
  for (const [upid, stage] of announcedTasks(db, LONGEST_MEMORY_OF_TASKS))
    memory.tasks.set(upid, stage)
  memory.tasksUntil = mark<Memory['tasksUntil']>(db, 'tasks')
  const known = mark<Known>(db, 'known')
  if (!known) return memory
  return {
    ...memory,
    settled: true,
    staleSince: known.staleSince,
    quorate: known.quorate,
    nodes: new Map(known.nodes),
    guests: new Map(known.guests),
    storages: new Map(known.storages),
  }
}

const mark = <T>(db: Db, name: string): T | undefined => {
  const row = db.first<{ value: string }>('select value from cluster_marks where name = ?', [name])
  return row && (JSON.parse(row.value) as T)
}

/**
 * A function that writes the memory when it changed. With the buffer that stores the events, the mark
 * follows the events that it vouches for; a crash may lose both, but never tells twice.
 * Two marks, because tasks end often and the rest of 800 guests is 70 kB.
 */
export const createMemoryWriter = (db: Db, buffer: Pick<WriteBuffer, 'add'> | undefined) => {
  const last = new Map<string, string>()
  const write = (name: string, value: unknown) => {
    const text = JSON.stringify(value)
    if (text === last.get(name)) return
    const sql = `insert into cluster_marks (name, value) values (?, ?)
      on conflict (name) do update set value = excluded.value`
    if (buffer) buffer.add(sql, [name, text])
    else db.run(sql, [name, text])
    last.set(name, text)
  }
  return (memory: Memory): void => {
    const { settled, staleSince, quorate, tasksUntil, nodes, guests, storages } = memory
    if (tasksUntil) write('tasks', tasksUntil)
    if (!settled) return
    const known: Known = {
      staleSince,
      quorate,
      nodes: [...nodes],
      guests: [...guests],
      storages: [...storages],
    }
    write('known', known)
  }
}
