/**
 * A cluster of four nodes that answers what a test tells it to, and counts who was asked.
 * The same cast everywhere: Home, pve, agent1, agent; guests 100, 103, 300, 302, 303.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBus, type News } from '../../../lib/bus.ts'
import { type Cluster, createCluster } from '../../../lib/cluster/cluster.ts'
import type { Source } from '../../../lib/cluster/source.ts'
import { type Db, openDb } from '../../../lib/db/db.ts'
import { migrate, readMigrations } from '../../../lib/db/migrate.ts'
import { createWriteBuffer } from '../../../lib/db/write-buffer.ts'
import { Problem, type ProblemKind } from '../../../lib/errors.ts'
import { createEvents } from '../../../lib/events/events.ts'
import type { Events } from '../../../lib/events/kinds.ts'
import { silentLog } from '../../../lib/log.ts'
import type {
  ClusterStatus,
  GuestResource,
  Permissions,
  Resources,
  Sample,
  StorageContent,
  StorageRow,
  TaskRow,
} from '../../../lib/proxmox/types.ts'
import { type FakeClock, fakeClock } from '../../clock.ts'

export const GiB = 1024 ** 3

export const guestRow = (vmid: number, over: Partial<GuestResource> = {}): GuestResource => ({
  type: 'lxc',
  vmid,
  node: 'Home',
  name: `guest-${vmid}`,
  status: 'running',
  template: false,
  tags: [],
  cpu: 0.1,
  maxcpu: 2,
  mem: GiB,
  maxmem: 4 * GiB,
  disk: 2 * GiB,
  maxdisk: 8 * GiB,
  uptime: 90_000,
  netin: 1000,
  netout: 2000,
  ...over,
})

export const taskRow = (n: number, over: Partial<TaskRow> = {}): TaskRow => ({
  upid: `UPID:pve:00000001:00000002:${n.toString(16).toUpperCase().padStart(8, '0')}:vzstart:303:root@pam:`,
  node: 'pve',
  type: 'vzstart',
  id: '303',
  user: 'root@pam',
  starttime: n,
  endtime: n + 2,
  status: 'OK',
  ...over,
})

export const nodeNames = ['Home', 'pve', 'agent1', 'agent']

const nodeRow = (node: string) => ({
  type: 'node' as const,
  node,
  status: 'online' as 'online' | 'offline',
  cpu: 0.2,
  maxcpu: 8,
  mem: 8 * GiB,
  maxmem: 32 * GiB,
  disk: 10 * GiB,
  maxdisk: 100 * GiB,
  uptime: 400_000,
})

const storageRow = (storage: string, node: string, shared = false) => ({
  type: 'storage' as const,
  storage,
  node,
  status: 'available' as 'available' | 'unknown',
  plugin: 'dir',
  content: shared ? ['backup'] : ['images', 'rootdir'],
  shared,
  disk: 20 * GiB,
  maxdisk: 100 * GiB,
})

/** What the fake knows; tests change it between polls. */
export const world = () => ({
  resources: {
    nodes: nodeNames.map(nodeRow),
    guests: [
      guestRow(100, { type: 'qemu', disk: 0 }),
      guestRow(103),
      guestRow(300, { node: 'pve' }),
      guestRow(302, { node: 'pve' }),
      guestRow(303, { node: 'agent1', status: 'stopped', uptime: 0, cpu: 0, mem: 0 }),
    ],
    storages: [
      storageRow('local', 'Home'),
      storageRow('local', 'pve'),
      ...nodeNames.map((node) => storageRow('cluster-backup', node, true)),
    ],
  } as Resources,
  status: {
    cluster: { name: 'lab', quorate: true, nodes: 4, version: 4 },
    nodes: nodeNames.map((name, i) => ({
      name,
      nodeid: i + 1,
      online: true,
      local: i === 0,
      ip: `10.0.0.${i + 1}`,
    })),
  } as ClusterStatus,
  tasks: [] as TaskRow[],
  permissions: {
    '/': { 'Sys.Audit': true, 'VM.Audit': true, 'Datastore.Audit': true, 'VM.Backup': true },
  } as Permissions,
  /** Where another role has other permissions. */
  permissionsOf: {} as Record<string, Permissions>,
  storages: {} as Record<string, StorageRow[]>,
  backups: {} as Record<string, StorageContent[]>,
  /** By node, as corosync.conf has them. */
  votes: new Map(nodeNames.map((name) => [name, 1])),
  rrd: (_subject: string, _timeframe: string): Sample[] => [],
  /** Method → what it throws; `all` for every method. */
  faults: {} as Record<string, Problem | undefined>,
  /** While set, every answer waits for it. */
  hang: undefined as Promise<void> | undefined,
  calls: [] as string[],
})
export type World = ReturnType<typeof world>

export const problem = (kind: ProblemKind, text = `it is ${kind}`) => new Problem(kind, text)

export const fakeSource = (w: World): Source => {
  const asked = async <T>(name: string, argument: string, answer: () => T): Promise<T> => {
    w.calls.push(argument ? `${name} ${argument}` : name)
    const fault = w.faults.all ?? w.faults[name] ?? w.faults[`${name} ${argument}`]
    if (fault) throw fault
    await w.hang
    return structuredClone(answer())
  }
  return {
    cluster: {
      resources: () => asked('resources', '', () => w.resources),
      status: () => asked('status', '', () => w.status),
      tasks: () => asked('tasks', '', () => w.tasks),
      votes: () => asked('votes', '', () => w.votes),
      notBackedUp: () => asked('notBackedUp', '', () => [{ vmid: 303, type: 'lxc' as const }]),
    },
    nodes: {
      rrd: (node, timeframe) =>
        asked('rrd', `node/${node} ${timeframe}`, () => w.rrd(`node/${node}`, timeframe)),
      storageRrd: (node, storage, timeframe) =>
        asked('rrd', `storage/${node}/${storage} ${timeframe}`, () =>
          w.rrd(`storage/${node}/${storage}`, timeframe),
        ),
      storages: (node) => asked('storages', node, () => w.storages[node] ?? []),
      storageContent: (node, storage, _content, options) =>
        asked('content', [node, storage, options?.role].filter(Boolean).join(' '), () => {
          return w.backups[storage] ?? []
        }),
    },
    guests: {
      rrd: ({ vmid }, timeframe) =>
        asked('rrd', `guest/${vmid} ${timeframe}`, () => w.rrd(`guest/${vmid}`, timeframe)),
    },
    permissions: (role) =>
      asked('permissions', role ?? '', () => w.permissionsOf[role ?? ''] ?? w.permissions),
    reach: { entry: () => 'Home' },
  }
}

export const nodeGoes = (w: World, name: string, online: boolean) => {
  const member = w.status.nodes.find((n) => n.name === name)
  if (member) member.online = online
}

export const freshDb = async (): Promise<{ db: Db; drop(): void }> => {
  const folder = mkdtempSync(join(tmpdir(), 'jarvis-'))
  const db = await openDb(join(folder, 'jarvis.db'))
  migrate(db, readMigrations(join(import.meta.dirname, '../../../migrations')))
  return {
    db,
    drop() {
      db.close()
      rmSync(folder, { recursive: true })
    },
  }
}

export type Stage = {
  w: World
  clock: FakeClock
  cluster: Cluster
  news: News<Events>[]
  /** News that is worth storing, as `kind subject`-like short words. */
  told(kind: string): News<Events>['payload'][]
  db: Db
  /** A new program on the same database: what a restart finds. */
  restart(): Promise<Stage>
  /** The same after a crash: what waited in the buffer is lost. */
  crash(): Promise<Stage>
  end(): Promise<void>
}

/** A cluster room on the fake, with its event store, started. */
export const stage = async (
  w: World = world(),
  clock: FakeClock = fakeClock(),
  on?: { db: Db; drop(): void },
): Promise<Stage> => {
  const base = on ?? (await freshDb())
  const { db } = base
  const news: News<Events>[] = []
  const bus = createBus<Events>((_kind, error) => {
    throw error
  })
  const buffer = createWriteBuffer(db, { clock })
  const events = createEvents({ db, bus, clock, buffer })
  bus.onAny((n) => news.push(n))
  const cluster = createCluster({
    proxmox: fakeSource(w),
    bus,
    clock,
    log: silentLog,
    db,
    buffer,
    nodes: [
      { name: 'Home', aliases: ['master'], mac: '02:00:00:00:00:01' },
      { name: 'pve', aliases: [] },
    ],
    poll: { seconds: 5, fastSeconds: 2, storageSeconds: 30, backupMinutes: 10 },
    random: () => 0,
  })
  cluster.start()
  await clock.advance(0)
  const shut = async () => {
    const stopped = cluster.stop()
    await clock.advance(0)
    await stopped
    events.close()
    buffer.close()
  }
  return {
    w,
    clock,
    cluster,
    news,
    told: (kind) => news.filter((n) => n.kind === kind).map((n) => n.payload),
    db,
    async restart() {
      await shut()
      return stage(w, clock, base)
    },
    async crash() {
      // The clock of the dead program stands still for ever, and with it its buffer.
      await cluster.stop()
      return stage(w, fakeClock(clock.now()), base)
    },
    async end() {
      await shut()
      base.drop()
    },
  }
}
