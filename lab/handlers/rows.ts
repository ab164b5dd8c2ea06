/** The rows that several answers share: nodes, guests and storages as pvestatd last told them. */
import type { Caller } from '../access.ts'
import { shuffled } from '../random.ts'
import type { Kit } from '../routing.ts'
import { type Guest, type Node, type Storage, stateAt } from '../things.ts'

type Row = Record<string, unknown>

export const nodeRow = ({ world, access }: Kit, node: Node, caller: Caller): Row => {
  const online = world.isOnline(node)
  const report = world.lastReport(node)
  const row: Row = {
    id: `node/${node.name}`,
    node: node.name,
    type: 'node',
    status: online ? 'online' : 'offline',
  }
  // Five minutes after its last word the cluster forgets a node's figures, the level included.
  if (report === undefined) return row
  row.level = ''
  if (!access.can(caller, `/nodes/${node.name}`, ['Sys.Audit'])) return row
  Object.assign(row, { maxcpu: node.cpus, maxmem: node.memory, maxdisk: node.root.total })
  const figures = online ? world.figures.node(node, report) : undefined
  if (!figures) return row
  const { cpu, mem, uptime, disk } = figures
  return { ...row, cpu, mem, uptime, disk }
}

const guestBase = (guest: Guest): Row => ({
  id: `${guest.kind}/${guest.vmid}`,
  vmid: guest.vmid,
  type: guest.kind,
  node: guest.node,
  ...(guest.tags.length ? { tags: tagsOf(guest) } : {}),
  ...(guest.pool ? { pool: guest.pool } : {}),
  ...(guest.lock ? { lock: guest.lock } : {}),
})

export const tagsOf = (guest: Guest): string => [...guest.tags].sort().join(';')

/** A guest in `/cluster/resources`: up to 10 s old, and of a lost node for 5 minutes unchanged. */
export const resourceRow = ({ world }: Kit, guest: Guest): Row => {
  const report = world.lastReport(world.node(guest.node)!)
  // A new guest too is only a number until the next report.
  if (report === undefined || report < guest.states[0]!.at)
    return { ...guestBase(guest), status: 'unknown' }
  const state = stateAt(guest, report)
  const f = world.figures.guest(guest, report)
  return {
    ...guestBase(guest),
    name: guest.name,
    // QEMU's own word shines through here, and only here.
    status: state.paused ? 'paused' : state.status,
    template: 0,
    cpu: f?.cpu ?? 0,
    maxcpu: guest.cores,
    mem: f?.mem ?? 0,
    memhost: guest.kind === 'qemu' ? (f?.mem ?? 0) : 0,
    maxmem: guest.memory,
    disk: guest.kind === 'lxc' ? (f?.disk ?? 0) : 0,
    maxdisk: guest.disk.size,
    uptime: f?.uptime ?? 0,
    netin: f?.netin ?? 0,
    netout: f?.netout ?? 0,
    diskread: f?.diskread ?? 0,
    diskwrite: f?.diskwrite ?? 0,
  }
}

export const storageRow = ({ world }: Kit, storage: Storage, node: Node): Row => {
  const report = world.lastReport(node)
  const row: Row = {
    id: `storage/${node.name}/${storage.name}`,
    storage: storage.name,
    node: node.name,
    type: 'storage',
    plugintype: storage.type,
    content: contentOf(storage, world.random),
    shared: storage.shared ? 1 : 0,
    status: report === undefined ? 'unknown' : 'available',
  }
  if (report === undefined) return row
  const { total, used } = world.figures.storage(storage, node, report)
  return { ...row, disk: used, maxdisk: total }
}

/** Comes in another order at every call. */
export const contentOf = (storage: Storage, random: () => number): string =>
  shuffled(storage.content, random).join(',')

/** `/nodes/{n}/lxc` rows and `status/current`: the present moment. */
export const liveRow = ({ world }: Kit, guest: Guest, full = false): Row => {
  const f = world.figures.guest(guest, world.now())
  const state = guest.states.at(-1)!
  const common: Row = {
    vmid: guest.vmid,
    name: guest.name,
    status: state.status,
    cpus: guest.cores,
    cpu: f?.cpu ?? 0,
    mem: f?.mem ?? 0,
    maxmem: guest.memory,
    disk: guest.kind === 'lxc' ? (f?.disk ?? 0) : 0,
    maxdisk: guest.disk.size,
    uptime: f?.uptime ?? 0,
    netin: f?.netin ?? 0,
    netout: f?.netout ?? 0,
    ...(guest.tags.length ? { tags: tagsOf(guest) } : {}),
    ...(guest.lock ? { lock: guest.lock } : {}),
    ...(f ? { pid: 1000 + guest.vmid } : {}),
  }
  if (guest.kind === 'lxc') {
    const { diskread = 0, diskwrite = 0 } = f ?? {}
    const row = { ...common, type: 'lxc', swap: 0, maxswap: 0, diskread, diskwrite }
    return f ? { ...row, ...pressures(f.pressure, (n) => n.toFixed(2)) } : row
  }
  Object.assign(common, { memhost: f?.mem ?? 0 })
  if (full) {
    common.qmpstatus = state.paused ? 'paused' : state.status
    if (f) common.nics = { [`tap${guest.vmid}i0`]: { netin: f.netin, netout: f.netout } }
  }
  return f ? { ...common, ...pressures(f.pressure, (n) => Number(n.toFixed(2))) } : common
}

// Text for containers, numbers for VMs.
const pressures = (n: number, form: (n: number) => unknown): Row => ({
  pressurecpusome: form(n),
  pressurecpufull: form(n * 0.8),
  pressureiosome: form(n * 0.4),
  pressureiofull: form(n * 0.3),
  pressurememorysome: form(0),
  pressurememoryfull: form(0),
})
