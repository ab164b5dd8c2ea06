/**
 * Containers and virtual machines: reading them, and the writes on them. Nothing here judges; the
 * table in guest.ts says what makes sense, and Proxmox has the last word in the task's outcome.
 */
import { Problem } from '../errors.ts'
import { type Agent, createAgent } from './agent.ts'
import type { CallOptions, Calls } from './calls.ts'
import { type Container, containerParams } from './container.ts'
import {
  type GuestConfig,
  guestConfig,
  guestStatus,
  networkAddresses,
  snapshots,
} from './guest-reads.ts'
import { type Params, path } from './path.ts'
import { guestRows } from './resources.ts'
import { samples } from './samples.ts'
import type {
  GuestKind,
  GuestResource,
  GuestStatus,
  NetworkAddress,
  Outcome,
  Sample,
  Snapshot,
  Timeframe,
  Vmid,
  Write,
  WriteOptions,
} from './types.ts'
import type { StartWrite } from './write.ts'

/** Where a guest is. Read it fresh before a write: start on the wrong node is 200 and a failing task. */
export type GuestRef = { node: string; kind: GuestKind; vmid: Vmid }

/** How long the guest may take, in seconds (Proxmox: 60 for containers), and whether it is then killed. */
export type Patience = { seconds?: number | undefined; thenStop?: boolean | undefined }
export type Clone = {
  newid: Vmid
  name?: string | undefined
  target?: string | undefined
  storage?: string | undefined
  snapname?: string | undefined
  full?: boolean | undefined
  pool?: string | undefined
  description?: string | undefined
}
export type Migrate = {
  target: string
  /** A running VM moves live; a running container is stopped and started again. */
  running?: boolean | undefined
  withLocalDisks?: boolean | undefined
  targetStorage?: string | undefined
}
export type Backup = {
  storage: string
  mode?: 'snapshot' | 'suspend' | 'stop' | undefined
  notes?: string | undefined
  protected?: boolean | undefined
  /** Lets Proxmox delete older backups by the storage's rule; needs Datastore.Allocate. */
  prune?: boolean | undefined
}
export type Destroy = { purge?: boolean | undefined; unreferencedDisks?: boolean | undefined }

type Verb = (ref: GuestRef, options?: WriteOptions) => Promise<Write>

export type Guests = Agent & {
  list(node: string, kind: GuestKind, options?: CallOptions): Promise<GuestResource[]>
  config(ref: GuestRef, options?: CallOptions): Promise<GuestConfig>
  /** Fresh within a second, unlike the rows of `/cluster/resources`. */
  status(ref: GuestRef, options?: CallOptions): Promise<GuestStatus>
  /** Answered by any node, also when the guest's node is dead. */
  rrd(ref: GuestRef, timeframe: Timeframe, options?: CallOptions): Promise<Sample[]>
  start: Verb
  /** Hard: the power cord. */
  stop: Verb
  shutdown(ref: GuestRef, options?: WriteOptions & Patience): Promise<Write>
  reboot(ref: GuestRef, options?: WriteOptions & Pick<Patience, 'seconds'>): Promise<Write>
  suspend: Verb
  resume: Verb
  /** Virtual machines only. */
  reset: Verb
  /** Without the entry "current", which is not one. Oldest first. */
  snapshots(ref: GuestRef, options?: CallOptions): Promise<Snapshot[]>
  snapshot(
    ref: GuestRef,
    what: { name: string; description?: string | undefined; vmstate?: boolean | undefined },
    options?: WriteOptions,
  ): Promise<Write>
  deleteSnapshot(ref: GuestRef, name: string, options?: WriteOptions): Promise<Write>
  rollback(
    ref: GuestRef,
    name: string,
    options?: WriteOptions & { start?: boolean },
  ): Promise<Write>
  clone(ref: GuestRef, what: Clone, options?: WriteOptions): Promise<Write>
  migrate(ref: GuestRef, what: Migrate, options?: WriteOptions): Promise<Write>
  /** On a node that does not have the guest Proxmox says "OK" and does nothing: that is a failure here. */
  backup(ref: GuestRef, what: Backup, options?: WriteOptions): Promise<Write>
  /** Of a container, or of a VM through its agent. A stopped container has none. */
  interfaces(ref: GuestRef, options?: CallOptions): Promise<NetworkAddress[]>
  createContainer(node: string, what: Container, options?: WriteOptions): Promise<Write>
  /** Changes configuration keys; `delete: 'a,b'` removes some, `digest` guards against others' edits. */
  configure(ref: GuestRef, changes: Params, options?: WriteOptions): Promise<Write>
  resize(ref: GuestRef, disk: string, size: string, options?: WriteOptions): Promise<Write>
  /** Never without quorum: the disks go first, then the configuration cannot be written (measured). */
  destroy(ref: GuestRef, what?: Destroy, options?: WriteOptions): Promise<Write>
}

const at = ({ node, kind, vmid }: GuestRef) => path`/nodes/${node}/${kind}/${vmid}`

export const createGuests = (calls: Calls, write: StartWrite): Guests => ({
  ...createAgent(calls),
  ...reads(calls),
  ...power(write),
  ...copies(write),
  createContainer: (node, what, options) =>
    write('POST', path`/nodes/${node}/lxc`, containerParams(what), {
      role: 'environments',
      ...options,
    }),
  configure: (ref, changes, options) =>
    write('PUT', `${at(ref)}/config`, changes, { role: 'environments', ...options }),
  resize: (ref, disk, size, options) =>
    write('PUT', `${at(ref)}/resize`, { disk, size }, { role: 'environments', ...options }),
  destroy: (ref, { purge = true, unreferencedDisks = false } = {}, options) =>
    write(
      'DELETE',
      at(ref),
      { purge, 'destroy-unreferenced-disks': unreferencedDisks },
      { role: 'destroy', ...options },
    ),
})

const reads = ({
  read,
}: Calls): Pick<Guests, 'list' | 'config' | 'status' | 'rrd' | 'snapshots' | 'interfaces'> => ({
  list: async (node, kind, options) =>
    guestRows(await read(path`/nodes/${node}/${kind}`, {}, options), node, kind),
  config: async (ref, options) => guestConfig(await read(`${at(ref)}/config`, {}, options)),
  status: async (ref, options) =>
    guestStatus(ref.vmid, await read(`${at(ref)}/status/current`, {}, options)),
  rrd: async (ref, timeframe, options) =>
    samples(await read(`${at(ref)}/rrddata`, { timeframe, cf: 'AVERAGE' }, options)),
  snapshots: async (ref, options) => snapshots(await read(`${at(ref)}/snapshot`, {}, options)),
  interfaces: async (ref, options) => {
    const below = ref.kind === 'lxc' ? 'interfaces' : 'agent/network-get-interfaces'
    return networkAddresses(await read(`${at(ref)}/${below}`, {}, options))
  },
})

const power = (write: StartWrite) => {
  const verb =
    (name: string): Verb =>
    (ref, options) =>
      write('POST', `${at(ref)}/status/${name}`, {}, options)
  const reset = verb('reset')
  return {
    start: verb('start'),
    stop: verb('stop'),
    suspend: verb('suspend'),
    resume: verb('resume'),
    shutdown: (ref: GuestRef, { seconds, thenStop, ...options }: WriteOptions & Patience = {}) =>
      write(
        'POST',
        `${at(ref)}/status/shutdown`,
        { timeout: seconds, forceStop: thenStop },
        options,
      ),
    reboot: (ref: GuestRef, { seconds, ...options }: WriteOptions & Patience = {}) =>
      write('POST', `${at(ref)}/status/reboot`, { timeout: seconds }, options),
    reset: async (ref: GuestRef, options?: WriteOptions) => {
      if (ref.kind === 'lxc')
        throw new Problem('invalid', 'A container has no reset; reboot it instead.')
      return reset(ref, options)
    },
  }
}

const copies = (
  write: StartWrite,
): Pick<Guests, 'snapshot' | 'deleteSnapshot' | 'rollback' | 'clone' | 'migrate' | 'backup'> => ({
  snapshot: (ref, { name, description, vmstate }, options) =>
    write(
      'POST',
      `${at(ref)}/snapshot`,
      { snapname: name, description, ...(ref.kind === 'qemu' ? { vmstate } : {}) },
      options,
    ),
  deleteSnapshot: (ref, name, options) =>
    write('DELETE', at(ref) + path`/snapshot/${name}`, {}, options),
  rollback: (ref, name, { start, ...options } = {}) =>
    write('POST', at(ref) + path`/snapshot/${name}/rollback`, { start }, options),
  clone: (ref, { name, ...what }, options) =>
    write(
      'POST',
      `${at(ref)}/clone`,
      { ...what, [ref.kind === 'lxc' ? 'hostname' : 'name']: name },
      { role: 'environments', ...options },
    ),
  migrate: (ref, what, options) =>
    write('POST', `${at(ref)}/migrate`, migration(ref, what), options),
  async backup(
    { node, vmid },
    { storage, mode = 'snapshot', notes, prune = false, ...what },
    options,
  ) {
    const started = await write(
      'POST',
      path`/nodes/${node}/vzdump`,
      {
        vmid,
        storage,
        mode,
        compress: 'zstd',
        'notes-template': notes,
        protected: what.protected,
        // Its default is to delete old ones.
        remove: prune,
      },
      options,
    )
    // "silent exit if specified VMs run on other nodes" (pve-manager PVE/API2/VZDump.pm).
    return started.upid ? started : { outcome: Promise.resolve(nothingDone(node, vmid)) }
  },
})

const nothingDone = (node: string, vmid: Vmid): Outcome => ({
  result: 'failed',
  text: `Nothing was backed up: guest ${vmid} is not on node ${node}.`,
})

const migration = ({ kind }: GuestRef, what: Migrate): Params =>
  kind === 'lxc'
    ? { target: what.target, restart: what.running, 'target-storage': what.targetStorage }
    : {
        target: what.target,
        online: what.running,
        'with-local-disks': what.withLocalDisks,
        targetstorage: what.targetStorage,
      }
