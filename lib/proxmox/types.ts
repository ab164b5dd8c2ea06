/**
 * What a Proxmox VE cluster tells, decoded: numbers are numbers, flags are booleans, absent is
 * `undefined` (absent is not zero: an offline node's row simply lacks its figures). Only keys that
 * the product uses have a name here; unknown keys are dropped and never fatal.
 * Units: bytes, seconds, fractions of 0-1; times are seconds since 1970 as Proxmox gives them.
 */

export type Vmid = number
export type Upid = string
export type GuestKind = 'qemu' | 'lxc'

/** What the server needs to reach one node's API. */
export type NodeAddress = {
  name: string
  /** Host or host:port; 8006 without a port. */
  address: string
  /** SHA-256 of the leaf certificate, `AB:CD:…`; only where the cluster's CA is not used. */
  fingerprint?: string | undefined
}

/** What a token is used for; one token may serve several. See design: audit, operate, environments, destroy. */
export type TokenRole = 'audit' | 'operate' | 'environments' | 'destroy'
export type Token = { id: string; secret: string }

export type NodeResource = {
  type: 'node'
  node: string
  status: 'online' | 'offline' | 'unknown'
  cpu?: number | undefined
  maxcpu?: number | undefined
  mem?: number | undefined
  maxmem?: number | undefined
  disk?: number | undefined
  maxdisk?: number | undefined
  uptime?: number | undefined
}

export type GuestResource = {
  type: GuestKind
  vmid: Vmid
  node: string
  name?: string | undefined
  /** As sent: running, stopped, paused, prelaunch, suspended, unknown, … */
  status: string
  template: boolean
  tags: string[]
  lock?: string | undefined
  hastate?: string | undefined
  cpu?: number | undefined
  maxcpu?: number | undefined
  mem?: number | undefined
  maxmem?: number | undefined
  disk?: number | undefined
  maxdisk?: number | undefined
  uptime?: number | undefined
  netin?: number | undefined
  netout?: number | undefined
  diskread?: number | undefined
  diskwrite?: number | undefined
}

export type StorageResource = {
  type: 'storage'
  storage: string
  node: string
  status: 'available' | 'unknown'
  plugin: string
  content: string[]
  shared: boolean
  disk?: number | undefined
  maxdisk?: number | undefined
}

/** `/cluster/resources`, sorted by kind and id. Other kinds of rows (sdn, network, pool) are dropped. */
export type Resources = {
  nodes: NodeResource[]
  guests: GuestResource[]
  storages: StorageResource[]
}

export type ClusterNode = {
  name: string
  nodeid: number
  online: boolean
  local: boolean
  ip?: string | undefined
}

/** `/cluster/status`; a standalone node has no cluster row: `cluster` is undefined then. */
export type ClusterStatus = {
  cluster?: { name: string; quorate: boolean; nodes: number; version: number } | undefined
  nodes: ClusterNode[]
}

export type TaskRow = {
  upid: Upid
  node: string
  type: string
  /** The object: a vmid, a storage, or empty. */
  id: string
  user: string
  token?: string | undefined
  starttime: number
  endtime?: number | undefined
  /** Absent while it runs; then `OK`, `WARNINGS: n`, or the error. */
  status?: string | undefined
}

export type TaskStatus = {
  upid: Upid
  node: string
  type: string
  id: string
  user: string
  starttime: number
  running: boolean
  exitstatus?: string | undefined
}

export type LogLine = { n: number; t: string }

/** The end of a write. A UPID is never an outcome. */
export type Outcome =
  | { result: 'ok'; upid?: Upid | undefined }
  | { result: 'warnings'; upid?: Upid | undefined; text: string }
  /** `unknown`: nobody can say whether it happened (the node went away, nobody followed it). */
  | { result: 'failed'; upid?: Upid | undefined; text: string; unknown?: boolean | undefined }

/** A started write: `outcome` always resolves (never rejects), also when the node dies meanwhile. */
export type Write = {
  upid?: Upid | undefined
  outcome: Promise<Outcome>
}

export type WriteOptions = {
  /** Each new line of the task's log, as it appears. */
  onLine?: ((line: LogLine) => void) | undefined
  /** Stops the following, not the task. */
  signal?: AbortSignal | undefined
  role?: TokenRole | undefined
  /** Milliseconds for the request itself, not for the task. */
  timeout?: number | undefined
}

export type NodeStatus = {
  uptime: number
  cpu: number
  loadavg: number[]
  memory: { used: number; total: number; available?: number | undefined }
  swap?: { used: number; total: number } | undefined
  rootfs: { used: number; total: number }
  cpuinfo: { model: string; cpus: number; cores: number; sockets: number; mhz?: number | undefined }
  pveversion: string
  kernel: string
}

export type GuestStatus = {
  vmid: Vmid
  name?: string | undefined
  /** running or stopped; a paused VM is running here with `qmp: 'paused'`. */
  status: string
  qmp?: string | undefined
  lock?: string | undefined
  uptime: number
  cpu?: number | undefined
  cpus?: number | undefined
  mem?: number | undefined
  maxmem?: number | undefined
  disk?: number | undefined
  maxdisk?: number | undefined
  netin?: number | undefined
  netout?: number | undefined
  tags: string[]
  agent?: boolean | undefined
  ha?: { managed: boolean; state?: string | undefined } | undefined
}

export type Snapshot = {
  name: string
  description: string
  at?: number | undefined
  parent?: string | undefined
  vmstate: boolean
}

export type StorageRow = {
  storage: string
  type: string
  content: string[]
  active: boolean
  enabled: boolean
  shared: boolean
  used?: number | undefined
  avail?: number | undefined
  total?: number | undefined
}

export type StorageContent = {
  volid: string
  content: string
  format?: string | undefined
  size?: number | undefined
  ctime?: number | undefined
  vmid?: Vmid | undefined
  notes?: string | undefined
  protected: boolean
  /** Of a backup on a backup server that has been checked there. */
  verified?: 'ok' | 'failed' | undefined
}

/** One row of rrddata; a key without a sample is absent, and so is the value here. */
export type Sample = { time: number } & Record<string, number | undefined>
export type Timeframe = 'hour' | 'day' | 'week' | 'month' | 'year'

export type Service = {
  service: string
  name: string
  state: string
  desc: string
  active?: string | undefined
}
export type NotBackedUp = { vmid: Vmid; name?: string | undefined; type: GuestKind }
export type BackupJob = {
  id: string
  enabled: boolean
  schedule?: string | undefined
  storage?: string | undefined
  vmids: Vmid[]
  all: boolean
  nextRun?: number | undefined
}
export type NetworkAddress = { name: string; mac?: string | undefined; addresses: string[] }
/** path → privilege → propagate */
export type Permissions = Record<string, Record<string, boolean>>
export type ClusterLogRow = {
  at: number
  node: string
  user: string
  text: string
  severity: number
  tag: string
}
export type Version = { version: string; release: string; major: number; minor: number }
export type NodeConfig = { description?: string | undefined; wakeonlan?: string | undefined }
export type CertificateInfo = {
  filename: string
  fingerprint: string
  subject: string
  san: string[]
  notafter: number
  pem?: string | undefined
}
