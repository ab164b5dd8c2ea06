/**
 * The one picture of the cluster that everybody looks at: what is known, since when, and what is
 * not known and why. Pure types; `state.ts` makes it, `views/` draws it.
 * Units: bytes, fractions 0-1, seconds for lengths; moments are milliseconds since 1970.
 */
import type { GuestKind, Upid, Vmid } from '../proxmox/types.ts'

/** How one source of the picture is doing. `at` = last good reading; undefined = never had one. */
export type Part = {
  at?: number | undefined
  /** Why the last try gave nothing; undefined = the last try was good. */
  trouble?: Trouble | undefined
  /** A reading older than this is stale (milliseconds). */
  limit: number
}

export type Trouble = {
  kind: 'unreachable' | 'unauthorized' | 'forbidden' | 'untrusted' | 'failed'
  text: string
  next?: string | undefined
  /** Since when without a break. */
  since: number
}

export type Picture = {
  /** Counts up with every reading that changed something shown. */
  version: number
  now: number
  parts: {
    resources: Part
    /** The guests of `resources`, and the storages: the same reading, with what the token may not see. */
    guests: Part
    storages: Part
    status: Part
    tasks: Part
    storage: Part
    backups: Part
    temperatures: Part
  }
  cluster: ClusterState
  nodes: NodeState[]
  guests: GuestState[]
  storages: StorageState[]
  tasks: TaskState[]
  backups: BackupState[]
}

export type ClusterState = {
  /** Undefined until known, and for a standalone node. */
  name?: string | undefined
  standalone: boolean
  /** Undefined = cannot be known now. A standalone node counts as quorate. */
  quorate?: boolean | undefined
  votes?: Votes | undefined
  /** Which node serves the picture. */
  entry?: string | undefined
}

export type Votes = {
  online: number
  total: number
  needed: number
  /** Each node is taken to have one: the token may not read corosync.conf. */
  assumed?: true
}

export type Reach = 'online' | 'offline' | 'unknown'

export type NodeState = {
  name: string
  aliases: string[]
  address?: string | undefined
  reach: Reach
  /** Since when `reach` is what it is, as far as was seen. */
  since: number
  /** False: the row came without figures although the node is online (token lacks Sys.Audit). */
  permitted: boolean
  /** How the token comes to that right, where it lacks it. */
  grant?: string | undefined
  cpu?: number | undefined
  cores?: number | undefined
  memory?: Use | undefined
  root?: Use | undefined
  uptime?: number | undefined
  /** Bytes a second, from RRD, about a minute old. */
  net?: { in: number; out: number } | undefined
  mac?: string | undefined
  votes?: number | undefined
  /** Undefined: never asked, or the node is off. */
  temperatures?: Temperatures | undefined
}

/** What the sensors of a node said last, or why nobody can ask them. */
export type Temperatures = {
  at: number
  /** Hottest first. */
  sensors: Sensor[]
  hottest?: Sensor | undefined
  trouble?: { text: string; next?: string | undefined } | undefined
}

/** °C, with the levels of the sensor itself, or 80 and 90. */
export type Sensor = { name: string; celsius: number; warn: number; crit: number }

export type Use = { used: number; total: number }

/** `unknown` covers a node that is off and words that Proxmox may yet invent are `other`. */
export type GuestCondition = 'running' | 'stopped' | 'paused' | 'unknown' | 'other'

export type GuestState = {
  vmid: Vmid
  kind: GuestKind
  name: string
  node: string
  condition: GuestCondition
  /** The word as Proxmox sent it. */
  word: string
  /** Why the condition is unknown, in words: `node lost`, `no answer`. */
  why?: string | undefined
  /** Since when the condition is what it is, as far as was seen. */
  since: number
  template: boolean
  tags: string[]
  lock?: string | undefined
  ha?: string | undefined
  cpu?: number | undefined
  cores?: number | undefined
  memory?: Use | undefined
  disk?: Use | undefined
  uptime?: number | undefined
  net?: { in: number; out: number } | undefined
}

export type StorageState = {
  /** `local` of node Home: `Home/local`; a shared storage stands once: `cluster-backup`. */
  id: string
  storage: string
  /** Where it is; for a shared one the nodes that have it. */
  nodes: string[]
  shared: boolean
  plugin: string
  content: string[]
  condition: 'available' | 'inactive' | 'unknown'
  why?: string | undefined
  use?: Use | undefined
  /** Days until full at the present pace; undefined = steady or not known. */
  fullInDays?: number | undefined
}

export type TaskState = {
  upid: Upid
  node: string
  type: string
  /** The object: vmid, storage or empty. */
  object: string
  user: string
  start: number
  end?: number | undefined
  /** `stopped`: somebody ended it on purpose. */
  outcome: 'running' | 'ok' | 'warnings' | 'stopped' | 'failed'
  /** The words of Proxmox for anything but ok. */
  text?: string | undefined
}

export type BackupState = {
  vmid: Vmid
  name: string
  node: string
  /** The newest backup; undefined = never (as far as the storages that can be read tell). */
  last?: { at: number; storage: string; size?: number | undefined } | undefined
  count: number
  /** In no backup job. */
  uncovered: boolean
}
