/**
 * What was read so far: the last good answer of each source and the trouble of the last try.
 * A failed poll is a reading too: it keeps the old value and says since when there is trouble.
 */
import { asProblem, inWords } from '../errors.ts'
import type {
  ClusterStatus,
  NotBackedUp,
  Permissions,
  Resources,
  StorageContent,
  StorageRow,
  TaskRow,
  Vmid,
} from '../proxmox/types.ts'
import type { Memory } from './memory.ts'
import type { Temperatures, Trouble } from './picture.ts'

export type Reading<T> = {
  /** When the value was read (milliseconds); both absent until the first success. */
  at?: number | undefined
  value?: T | undefined
  trouble?: Trouble | undefined
  /** Older than this is stale (milliseconds). */
  limit: number
}

export type BackupReading = {
  /** Backups by `storage` (shared) or `node/storage`. */
  files: Map<string, StorageContent[]>
  /** Undefined = not readable. */
  uncovered?: NotBackedUp[] | undefined
}

export type Net = { in: number; out: number }
export type KnownNode = { name: string; aliases: string[]; mac?: string | undefined }

export type Readings = {
  nodes: KnownNode[]
  /** The tokens that read, by their role: their ids stand in the lines that grant what they lack. */
  tokens: { audit?: string | undefined; operate?: string | undefined }
  resources: Reading<Resources>
  status: Reading<ClusterStatus>
  tasks: Reading<TaskRow[]>
  /** Detail rows by node. */
  storage: Reading<Map<string, StorageRow[]>>
  backups: Reading<BackupReading>
  /** By node, out of corosync.conf; undefined = not permitted, or not read yet. */
  votes?: Map<string, number> | undefined
  /** By node. */
  temperatures: Reading<Map<string, Temperatures>>
  /** Of the token that reads; undefined = not known. */
  permissions?: Permissions | undefined
  /** Of the token that lists backups. */
  backupPermissions?: Permissions | undefined
  /** Since when permissions are known: the beginning of every lack that they show. */
  narrowSince: number
  nodeNet: Map<string, Net & { at: number }>
  guestNet: Map<Vmid, Net>
  /** By storage id. */
  fullInDays: Map<string, number>
  /** States just read at the source (`at`, milliseconds), which outrank the lagging list for a while. */
  fresh: Map<Vmid, { word: string; at: number }>
  memory: Memory
  entry?: string | undefined
}

/** Three rounds of 30 s may be missed. */
export const TEMPERATURES_MS = 90_000

/** How long a state read at the source outranks the list, which lags up to 10 s. */
export const BELIEVED_MS = 15_000

export type Limits = { fast: number; storage: number; backups: number }

/** Readings with nothing in them; limits in milliseconds. */
export const emptyReadings = (nodes: KnownNode[], limits: Limits, memory: Memory): Readings => ({
  nodes,
  tokens: {},
  resources: { limit: limits.fast },
  status: { limit: limits.fast },
  tasks: { limit: limits.fast },
  storage: { limit: limits.storage },
  backups: { limit: limits.backups },
  temperatures: { limit: TEMPERATURES_MS },
  narrowSince: 0,
  nodeNet: new Map(),
  guestNet: new Map(),
  fullInDays: new Map(),
  fresh: new Map(),
  memory,
})

export const good = <T>(old: Reading<T>, value: T, at: number): Reading<T> => ({
  at,
  value,
  limit: old.limit,
})

export const bad = <T>(old: Reading<T>, thrown: unknown, now: number): Reading<T> => ({
  ...old,
  trouble: troubleOf(thrown, old.trouble?.since ?? now),
})

const kinds: Record<string, Trouble['kind']> = {
  unreachable: 'unreachable',
  timeout: 'unreachable',
  untrusted: 'untrusted',
  unauthorized: 'unauthorized',
  forbidden: 'forbidden',
}

export const troubleOf = (thrown: unknown, since: number): Trouble => {
  const problem = asProblem(thrown)
  return {
    kind: kinds[problem.kind] ?? 'failed',
    text: problem.message,
    next: problem.next,
    since,
  }
}

export const troubleInWords = (thrown: unknown) => inWords(asProblem(thrown))
