/** What the simulated cluster is made of: nodes, guests, storages, volumes. Times are in ms. */

export const MiB = 1024 ** 2
export const GiB = 1024 ** 3
export const TiB = 1024 ** 4

export type Kind = 'qemu' | 'lxc'

/** One stretch of power: `to` is when the node was lost, `gone` whether the whole machine was. */
export type Run = { from: number; to?: number; gone?: boolean }

export type Service = { name: string; desc: string; enabled: boolean; running: boolean }
export type LogLine = { at: number; tag: string; text: string }

export type Node = {
  name: string
  nodeid: number
  ip: string
  mac: string
  aliases: string[]
  cpus: number
  model: string
  memory: number
  root: { total: number; used: number }
  /** Usual load: CPU and memory as fractions, traffic in bytes a second, temperature in °C. */
  load: { cpu: number; mem: number; in: number; out: number; celsius: number }
  options: { wakeonlan?: string; description?: string }
  runs: Run[]
  /** The API daemon alone is stopped: connections are refused while the guests go on. */
  mute: boolean
  services: Service[]
  syslog: LogLine[]
}

export type GuestState = {
  at: number
  status: 'running' | 'stopped'
  paused?: boolean
  /** Start of the present run, or of the rest. */
  since: number
}

export type Snapshot = {
  name: string
  description: string
  at: number
  parent?: string
  vmstate: boolean
}

export type Guest = {
  vmid: number
  kind: Kind
  name: string
  node: string
  cores: number
  memory: number
  onboot: boolean
  tags: string[]
  description?: string
  protection?: boolean
  pool?: string
  /** A QEMU guest agent is configured and answers while the guest runs. */
  agent: boolean
  /** Ignores the power button, so that a shutdown ends with a timeout. */
  deaf: boolean
  disk: { storage: string; volid: string; size: number; used: number; destroyed: boolean }
  net: { hwaddr: string; ip: string }
  /** What it was created with, as its configuration tells it; the household is all alike. */
  own?: Record<string, string | number>
  load: { cpu: number; mem: number; in: number; out: number }
  snapshots: Snapshot[]
  parent?: string
  /** The `lock` of the configuration file: backup, snapshot, rollback … */
  lock?: string
  /** Going down just now: the next list of its node's containers stumbles over it once. */
  leaving: boolean
  /** The file lock that an action holds while it works. */
  held: boolean
  /** Oldest first; the last one is now. */
  states: GuestState[]
}

export type Volume = {
  volid: string
  content: 'backup' | 'iso' | 'vztmpl'
  format: string
  size: number
  at: number
  vmid?: number
  subtype?: Kind
  notes?: string
  protected?: boolean
  /** Where it lies, on a storage that each node has for itself; absent: everywhere. */
  node?: string
}

export type Storage = {
  name: string
  type: 'dir' | 'lvmthin' | 'zfspool' | 'nfs'
  content: string[]
  shared: boolean
  /** Absent: on every node. */
  nodes?: string[]
  options: Record<string, string | number>
  /** Absent for a directory on the node's root disk. */
  total?: number
  used?: number
  /** Bytes a day. */
  growth: number
  full: boolean
  volumes: Volume[]
}

export type Pool = { poolid: string; comment: string }

/** A guest's state at a moment, past ones included. */
export const stateAt = (guest: Guest, at: number): GuestState =>
  guest.states.findLast((s) => s.at <= at) ?? guest.states[0]!

export const isRunning = (guest: Guest): boolean => guest.states.at(-1)!.status === 'running'
export const isPaused = (guest: Guest): boolean => guest.states.at(-1)!.paused === true

/** The stretch of power a moment falls into. */
export const runAt = (node: Node, at: number): Run | undefined =>
  node.runs.findLast((r) => r.from <= at && (r.to === undefined || at < r.to))

export const isUp = (node: Node): boolean => node.runs.at(-1)!.to === undefined

/** Where Proxmox keeps the guest's file, as its errors name it. */
export const configPath = (kind: Kind, node: string, vmid: number | string): string =>
  `nodes/${node}/${kind === 'qemu' ? 'qemu-server' : 'lxc'}/${vmid}.conf`

export const inBrief = (kind: Kind): 'VM' | 'CT' => (kind === 'qemu' ? 'VM' : 'CT')
