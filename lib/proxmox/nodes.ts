/** One node: figures, services, power, network, disks, journal. All but history and waking needs it to be up. */
import type { CallOptions, Calls } from './calls.ts'
import { filled, flag, number, row, rows, sorted, text } from './decode.ts'
import type { Failover } from './failover.ts'
import { path } from './path.ts'
import { nodeRows } from './resources.ts'
import { samples } from './samples.ts'
import { createStorages, type Storages } from './storage.ts'
import { type TaskFilter, taskQuery, taskRows } from './tasks.ts'
import type {
  CertificateInfo,
  NodeConfig,
  NodeResource,
  NodeStatus,
  Sample,
  Service,
  TaskRow,
  Timeframe,
  Write,
  WriteOptions,
} from './types.ts'
import type { StartWrite } from './write.ts'

export type Interface = {
  name: string
  type: string
  active: boolean
  cidr?: string | undefined
  gateway?: string | undefined
  ports: string[]
}
export type Disk = {
  path: string
  /** Bytes. */
  size?: number | undefined
  model: string
  serial?: string | undefined
  type: string
  /** PASSED, OK, FAILED, UNKNOWN. */
  health: string
  /** Fraction of life left; undefined where the disk does not tell ("N/A"). */
  lifeLeft?: number | undefined
  used?: string | undefined
}
export type JournalRange = { since?: number; until?: number; last?: number }
export type ServiceAction = 'start' | 'stop' | 'restart' | 'reload'

export type Nodes = Storages & {
  list(options?: CallOptions): Promise<NodeResource[]>
  status(node: string, options?: CallOptions): Promise<NodeStatus>
  config(node: string, options?: CallOptions): Promise<NodeConfig>
  /** Answered by any node, also for a dead one. */
  rrd(node: string, timeframe: Timeframe, options?: CallOptions): Promise<Sample[]>
  services(node: string, options?: CallOptions): Promise<Service[]>
  /** One service now, to read back what became of a deed. */
  serviceState(node: string, service: string, options?: CallOptions): Promise<Service>
  service(
    node: string,
    service: string,
    action: ServiceAction,
    options?: WriteOptions,
  ): Promise<Write>
  /** Accepted at once; there is no task to follow, the node goes 2 s later. */
  power(node: string, command: 'reboot' | 'shutdown', options?: WriteOptions): Promise<Write>
  network(node: string, options?: CallOptions): Promise<Interface[]>
  tasks(node: string, filter?: TaskFilter, options?: CallOptions): Promise<TaskRow[]>
  certificates(node: string, options?: CallOptions): Promise<CertificateInfo[]>
  /** Asks another node to send the magic packet; answers the MAC. It means "sent", nothing more. */
  wake(node: string, options?: CallOptions): Promise<string>
  /** Lines of text. Sys.Syslog. */
  journal(node: string, range?: JournalRange, options?: CallOptions): Promise<string[]>
  disks(node: string, options?: CallOptions): Promise<Disk[]>
}

export const createNodes = (calls: Calls, failover: Failover, write: StartWrite): Nodes => {
  const { read } = calls
  return {
    ...createStorages(calls, write),
    async list(options) {
      const data = rows(await read('/nodes', {}, options))
      const list = nodeRows(data)
      const pins = new Map(data.map((r) => [r.node, filled(r.ssl_fingerprint)]))
      failover.learn(list.map(({ node }) => ({ name: node, fingerprint: pins.get(node) })))
      return list
    },
    status: async (node, options) =>
      nodeStatus(await read(path`/nodes/${node}/status`, {}, options)),
    async config(node, options) {
      const r = row(await read(path`/nodes/${node}/config`, {}, options))
      // A newline is added to the description on its way.
      return { description: filled(r.description), wakeonlan: filled(r.wakeonlan) }
    },
    rrd: async (node, timeframe, options) =>
      samples(await read(path`/nodes/${node}/rrddata`, { timeframe, cf: 'AVERAGE' }, options)),
    services: async (node, options) =>
      services(await read(path`/nodes/${node}/services`, {}, options)),
    async serviceState(node, service, options) {
      const data = row(await read(path`/nodes/${node}/services/${service}/state`, {}, options))
      return services([{ ...data, service: filled(data.service) ?? service }])[0]!
    },
    service: (node, service, action, options) =>
      write('POST', path`/nodes/${node}/services/${service}/${action}`, {}, options),
    power: (node, command, options) =>
      write('POST', path`/nodes/${node}/status`, { command }, options),
    network: async (node, options) =>
      interfaces(await read(path`/nodes/${node}/network`, {}, options)),
    tasks: async (node, filter = {}, options) =>
      taskRows(await read(path`/nodes/${node}/tasks`, taskQuery(filter), options)),
    certificates: async (node, options) =>
      certificates(await read(path`/nodes/${node}/certificates/info`, {}, options)),
    async wake(node, options) {
      // "cannot wake my self" (measured): the node that is asked must be another one.
      const asked = { role: 'operate' as const, ...options, notNode: node }
      return text((await calls.page('POST', path`/nodes/${node}/wakeonlan`, {}, asked)).data) ?? ''
    },
    async journal(node, { since, until, last = 200 } = {}, options) {
      const range = { since, until, ...(since === undefined ? { lastentries: last } : {}) }
      const data = await read(path`/nodes/${node}/journal`, range, options)
      return Array.isArray(data)
        ? data.filter((line): line is string => typeof line === 'string')
        : []
    },
    disks: async (node, options) => disks(await read(path`/nodes/${node}/disks/list`, {}, options)),
  }
}

export const nodeStatus = (data: unknown): NodeStatus => {
  const r = row(data)
  const memory = row(r.memory)
  const swap = row(r.swap)
  const rootfs = row(r.rootfs)
  const cpu = row(r.cpuinfo)
  const kernel = row(r['current-kernel'])
  return {
    uptime: number(r.uptime) ?? 0,
    cpu: number(r.cpu) ?? 0,
    loadavg: Array.isArray(r.loadavg) ? r.loadavg.map((l) => number(l) ?? 0) : [],
    memory: {
      used: number(memory.used) ?? 0,
      total: number(memory.total) ?? 0,
      available: number(memory.available),
    },
    swap: number(swap.total)
      ? { used: number(swap.used) ?? 0, total: number(swap.total)! }
      : undefined,
    rootfs: { used: number(rootfs.used) ?? 0, total: number(rootfs.total) ?? 0 },
    cpuinfo: {
      model: text(cpu.model) ?? '',
      cpus: number(cpu.cpus) ?? 0,
      cores: number(cpu.cores) ?? 0,
      sockets: number(cpu.sockets) ?? 0,
      mhz: number(cpu.mhz),
    },
    pveversion: text(r.pveversion) ?? '',
    kernel: text(kernel.release) ?? text(r.kversion) ?? '',
  }
}

export const services = (data: unknown): Service[] =>
  sorted(
    rows(data).flatMap((r) => {
      const service = filled(r.service)
      if (!service) return []
      return [
        {
          service,
          name: text(r.name) ?? service,
          state: text(r.state) ?? 'unknown',
          desc: text(r.desc) ?? '',
          active: filled(r['active-state']),
        },
      ]
    }),
    (s) => s.service,
  )

export const interfaces = (data: unknown): Interface[] =>
  sorted(
    rows(data).map((r) => ({
      name: text(r.iface) ?? '',
      type: text(r.type) ?? '',
      active: flag(r.active),
      cidr: filled(r.cidr),
      gateway: filled(r.gateway),
      ports: (filled(r.bridge_ports) ?? filled(r.slaves) ?? '').split(/\s+/).filter(Boolean),
    })),
    (i) => i.name,
  )

export const certificates = (data: unknown): CertificateInfo[] =>
  sorted(
    rows(data).map((r) => ({
      filename: text(r.filename) ?? '',
      fingerprint: text(r.fingerprint) ?? '',
      subject: text(r.subject) ?? '',
      san: Array.isArray(r.san) ? r.san.flatMap((name) => text(name) ?? []) : [],
      notafter: number(r.notafter) ?? 0,
      pem: filled(r.pem),
    })),
    (c) => c.filename,
  )

export const disks = (data: unknown): Disk[] =>
  sorted(
    rows(data).map((r) => {
      // Percent of life LEFT (PVE/Diskmanage.pm: 100 − percentage used), or "N/A".
      const left = number(r.wearout)
      return {
        path: text(r.devpath) ?? '',
        size: number(r.size),
        model: (text(r.model) ?? '').trim(),
        serial: filled(r.serial),
        type: text(r.type) ?? 'unknown',
        health: text(r.health) ?? 'UNKNOWN',
        lifeLeft: left === undefined ? undefined : left / 100,
        used: filled(r.used),
      }
    }),
    (d) => d.path,
  )
