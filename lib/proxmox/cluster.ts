/** What the cluster as a whole tells; any node answers from its own copy. */
import { Problem } from '../errors.ts'
import type { CallOptions, Calls } from './calls.ts'
import { commas, filled, flag, number, row, rows, sorted, tags, text } from './decode.ts'
import type { Failover } from './failover.ts'
import { clusterStatus, resources } from './resources.ts'
import { taskRows } from './tasks.ts'
import type {
  BackupJob,
  ClusterLogRow,
  ClusterStatus,
  NotBackedUp,
  Resources,
  TaskRow,
  Vmid,
} from './types.ts'

export type ClusterOptions = {
  description: string
  allowedTags: string[]
  macPrefix?: string | undefined
}
export type HaStatus = {
  quorate?: boolean | undefined
  /** Guests under HA: `ct:101`, `vm:200`. */
  services: { sid: string; state: string; node?: string | undefined; status: string }[]
}

export type ClusterCalls = {
  /** Sys.Audit on `/`. With `node` exactly that node is asked (quorum as two nodes see it). */
  status(options?: CallOptions): Promise<ClusterStatus>
  /** Filtered by rights, never refused. Up to 10 s old, and 5 minutes for guests of a dead node. */
  resources(options?: CallOptions): Promise<Resources>
  /** The newest 25 or so of each node; without Sys.Audit only the token's own. */
  tasks(options?: CallOptions): Promise<TaskRow[]>
  /** Newest first. Sys.Syslog on `/`, else only the caller's own lines. */
  log(max?: number, options?: CallOptions): Promise<ClusterLogRow[]>
  /** A free vmid; it reserves nothing, the create decides. */
  nextid(options?: CallOptions): Promise<Vmid>
  options(options?: CallOptions): Promise<ClusterOptions>
  backupJobs(options?: CallOptions): Promise<BackupJob[]>
  /** Guests that no job covers. */
  notBackedUp(options?: CallOptions): Promise<NotBackedUp[]>
  haStatus(options?: CallOptions): Promise<HaStatus>
  /** Votes by node out of corosync.conf; Sys.Audit on `/`. Empty for a standalone node. */
  votes(options?: CallOptions): Promise<Map<string, number>>
}

export const createClusterCalls = ({ read }: Calls, failover: Failover): ClusterCalls => ({
  async status(options) {
    const status = clusterStatus(await read('/cluster/status', {}, options))
    failover.learn(status.nodes)
    return status
  },
  resources: async (options) => resources(await read('/cluster/resources', {}, options)),
  tasks: async (options) => taskRows(await read('/cluster/tasks', {}, options)),
  log: async (max = 50, options) => logRows(await read('/cluster/log', { max }, options)),
  // A string on every release seen, an integer in the schema.
  async nextid(options) {
    const vmid = number(await read('/cluster/nextid', {}, options))
    if (vmid === undefined) throw new Problem('failed', 'Proxmox named no free number for a guest.')
    return vmid
  },
  async options(options) {
    const r = row(await read('/cluster/options', {}, options))
    const allowed = Array.isArray(r['allowed-tags'])
      ? r['allowed-tags'].join(';')
      : r['allowed-tags']
    return {
      description: text(r.description) ?? '',
      allowedTags: tags(allowed),
      macPrefix: filled(r.mac_prefix),
    }
  },
  backupJobs: async (options) => backupJobs(await read('/cluster/backup', {}, options)),
  async notBackedUp(options) {
    const list = rows(await read('/cluster/backup-info/not-backed-up', {}, options))
    return sorted(
      list.flatMap((r): NotBackedUp[] => {
        const vmid = number(r.vmid)
        if (vmid === undefined) return []
        return [{ vmid, name: filled(r.name), type: r.type === 'lxc' ? 'lxc' : 'qemu' }]
      }),
      (g) => g.vmid,
    )
  },
  haStatus: async (options) => haStatus(await read('/cluster/ha/status/current', {}, options)),
  votes: async (options) => votes(await read('/cluster/config/nodes', {}, options)),
})

export const logRows = (data: unknown): ClusterLogRow[] =>
  sorted(
    rows(data).map((r) => ({
      at: number(r.time) ?? 0,
      node: text(r.node) ?? '',
      user: text(r.user) ?? '',
      text: text(r.msg) ?? '',
      severity: number(r.pri) ?? 6,
      tag: text(r.tag) ?? '',
    })),
    (r) => -r.at,
    (r) => r.node,
    (r) => r.text,
  )

export const backupJobs = (data: unknown): BackupJob[] =>
  sorted(
    rows(data).flatMap((r) => {
      const id = filled(r.id)
      if (!id) return []
      return [
        {
          id,
          // Absent means on (PVE/API2/Backup.pm, default 1).
          enabled: r.enabled === undefined || flag(r.enabled),
          schedule: filled(r.schedule),
          storage: filled(r.storage),
          vmids: commas(r.vmid)
            .map(Number)
            .filter(Number.isFinite)
            .sort((a, b) => a - b),
          all: flag(r.all),
          nextRun: number(r['next-run']),
        },
      ]
    }),
    (job) => job.id,
  )

export const votes = (data: unknown): Map<string, number> =>
  new Map(
    rows(data).flatMap((r) => {
      const [name, count] = [filled(r.node) ?? filled(r.name), number(r.quorum_votes)]
      return name && count !== undefined ? [[name, count] as const] : []
    }),
  )

/** One list of mixed rows: quorum, master, lrm, service, fencing. */
export const haStatus = (data: unknown): HaStatus => {
  const all = rows(data)
  const quorum = all.find((r) => r.type === 'quorum')
  return {
    quorate: quorum && flag(quorum.quorate),
    services: sorted(
      all
        .filter((r) => r.type === 'service')
        .map((r) => ({
          sid: text(r.sid) ?? '',
          state: text(r.state) ?? '',
          node: filled(r.node),
          status: text(r.status) ?? '',
        })),
      (s) => s.sid,
    ),
  }
}
