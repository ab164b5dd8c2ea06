/**
 * The Proxmox VE cluster as an object: verified connections, one set of rules for every call, and
 * decoded answers. Whoever serves it (which node, after which failures) is nobody else's business.
 */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { type CallOptions, type Calls, createCalls } from './calls.ts'
import { type ClusterCalls, createClusterCalls } from './cluster.ts'
import { flag, row, text } from './decode.ts'
import type { Method } from './errors.ts'
import { type Broken, createFailover } from './failover.ts'
import { createGuests, type Guests } from './guests.ts'
import { createLimit } from './limit.ts'
import { createNodes, type Nodes } from './nodes.ts'
import type { Params } from './path.ts'
import { type StorageConfig, storageConfigs } from './storage.ts'
import { createTasks, type Tasks } from './tasks.ts'
import type { NodeAddress, Permissions, Token, TokenRole, Version } from './types.ts'
import { createWrites, type StartWrite } from './write.ts'

export type ProxmoxNeeds = {
  /** Configured entry points, in order. */
  nodes: NodeAddress[]
  /** PEM of the cluster's CA; else each node has a fingerprint. */
  ca?: string | undefined
  /** `audit` is used for every read. */
  token(role: TokenRole): Token | undefined
  clock: Clock
  log: Log
  /** Milliseconds, with the wait for a free place. Reads 5 s: a 401 comes after 3. Writes 15 s: a lock is waited for 10. */
  timeouts?: { read?: number; write?: number }
}

type Raw = <T>(path: string, params?: Params, options?: CallOptions) => Promise<T>

export type Proxmox = {
  /** Undecoded `data`; the type is the caller's word. */
  get: Raw
  post: Raw
  put: Raw
  delete: Raw
  /** A raw write with its task followed. */
  write: StartWrite
  version(options?: CallOptions): Promise<Version>
  cluster: ClusterCalls
  nodes: Nodes
  guests: Guests
  tasks: Tasks
  /** Whose name stands in the answers of Proxmox; undefined = no token is configured for the role. */
  tokenId(role: TokenRole): string | undefined
  permissions(role?: TokenRole, options?: CallOptions): Promise<Permissions>
  /** The configuration of all storages; `nodes.storages` has their figures. */
  storages(options?: CallOptions): Promise<StorageConfig[]>
  reach: {
    /** The node that serves now. */
    entry(): string
    /** Nodes that failed and rest, until when (milliseconds since 1970), and why. */
    broken(): Broken[]
  }
  close(): void
}

export const createProxmox = (needs: ProxmoxNeeds): Proxmox => {
  const { clock, log } = needs
  const failover = createFailover({ nodes: needs.nodes, ca: needs.ca, clock })
  const calls = createCalls({
    failover,
    limit: createLimit(),
    clock,
    log,
    token: (role) => needs.token(role),
    timeouts: { read: 5000, write: 15_000, ...needs.timeouts },
  })
  const tasks = createTasks(calls, clock)
  const write = createWrites(calls, tasks)
  return {
    get: raw(calls, 'GET'),
    post: raw(calls, 'POST'),
    put: raw(calls, 'PUT'),
    delete: raw(calls, 'DELETE'),
    write,
    version: async (options) => version(await calls.read('/version', {}, options)),
    cluster: createClusterCalls(calls, failover),
    nodes: createNodes(calls, failover, write),
    guests: createGuests(calls, write),
    tasks,
    tokenId: (role) => needs.token(role)?.id,
    permissions: async (role = 'audit', options) =>
      permissions(await calls.read('/access/permissions', {}, { ...options, role })),
    storages: async (options) => storageConfigs(await calls.read('/storage', {}, options)),
    reach: { entry: () => failover.current().name, broken: () => failover.broken() },
    close: () => failover.close(),
  }
}

const raw =
  (calls: Calls, method: Method): Raw =>
  async <T>(path: string, params?: Params, options?: CallOptions) =>
    (await calls.page(method, path, params, options)).data as T

/** `9.2.11`; 6.x wrote `6.2-4`: the first two numbers count. */
export const version = (data: unknown): Version => {
  const r = row(data)
  const whole = text(r.version) ?? ''
  const [major = 0, minor = 0] = (whole.match(/\d+/g) ?? []).map(Number)
  return { version: whole, release: text(r.release) ?? '', major, minor }
}

export const permissions = (data: unknown): Permissions =>
  Object.fromEntries(
    Object.entries(row(data)).map(([path, privileges]) => [
      path,
      Object.fromEntries(Object.entries(row(privileges)).map(([name, v]) => [name, flag(v)])),
    ]),
  )
