/** A guest that is just being made: its number, its address and its disk, still without life. */
import { type Guest, type Kind, MiB, type Node, type Storage } from './things.ts'
import { volidFor } from './volumes.ts'

export type Birth = {
  vmid: number
  kind: Kind
  node: Node
  storage: Storage
  /** Bytes. */
  size: number
  /** Bytes that lie on the disk from the start. */
  used: number
  now: number
} & Partial<
  Pick<
    Guest,
    'name' | 'cores' | 'memory' | 'onboot' | 'tags' | 'description' | 'pool' | 'agent' | 'own'
  >
> & {
    hwaddr?: string | undefined
    ip?: string | undefined
  }

export const newborn = (b: Birth): Guest => ({
  vmid: b.vmid,
  kind: b.kind,
  name: b.name ?? (b.kind === 'lxc' ? `CT${b.vmid}` : `VM ${b.vmid}`),
  node: b.node.name,
  cores: b.cores ?? 1,
  memory: b.memory ?? 512 * MiB,
  onboot: b.onboot ?? false,
  tags: b.tags ?? [],
  ...(b.description ? { description: b.description } : {}),
  ...(b.pool ? { pool: b.pool } : {}),
  ...(b.own ? { own: b.own } : {}),
  agent: b.agent ?? false,
  deaf: false,
  disk: {
    storage: b.storage.name,
    volid: volidFor(b.storage, b.kind, b.vmid),
    size: b.size,
    used: b.used,
    destroyed: false,
  },
  net: { hwaddr: b.hwaddr ?? hwaddrOf(b.vmid), ip: b.ip ?? ipOf(b.vmid) },
  load: { cpu: 0.02, mem: 0.15, in: 2048, out: 1024 },
  snapshots: [],
  lock: 'create',
  leaving: false,
  held: false,
  states: [{ at: b.now, status: 'stopped', since: b.now }],
})

/** `BC:24:11` is Proxmox's own prefix. */
export const hwaddrOf = (vmid: number): string =>
  `BC:24:11:${vmid
    .toString(16)
    .padStart(6, '0')
    .toUpperCase()
    .replace(/(..)(?=.)/g, '$1:')}`

/** A loopback address of its own for every guest. */
export const ipOf = (vmid: number): string =>
  `127.0.${1 + (Math.floor(vmid / 100) % 250)}.${1 + (vmid % 100)}`
