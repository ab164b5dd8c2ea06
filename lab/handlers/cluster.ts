/** Cluster-wide reads: any node answers them from its own copy. */
import { wrongParameters } from '../answer.ts'
import { integer, oneOf, vmid } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import { nodeRow, resourceRow, storageRow } from './rows.ts'
import { taskRow } from './tasks.ts'

/** `/cluster/tasks` holds at most 25 tasks a node (pve-common RESTEnvironment.pm). */
const TASKS_A_NODE = 25
const audit = ['/', ['Sys.Audit']] as const

export const clusterRoutes = (kit: Kit): Route[] => {
  const { world } = kit
  return [
    route('GET', '/version', 'all', () => version),
    route('GET', '/cluster', 'all', () => below.map((name) => ({ name }))),
    route('GET', '/cluster/status', audit, status(kit), { privileged: true }),
    route('GET', '/cluster/resources', 'all', resources(kit), {
      rules: { type: oneOf('vm', 'storage', 'node', 'sdn') },
    }),
    route('GET', '/cluster/tasks', 'all', recent(kit)),
    route('GET', '/cluster/log', 'all', log(kit), { rules: { max: integer(1) }, ordered: true }),
    route('GET', '/cluster/nextid', 'all', nextid(kit), { rules: { vmid } }),
    route('GET', '/cluster/options', audit, () => ({
      description: '',
      'allowed-tags': [...new Set(world.guests.flatMap((g) => g.tags))].sort(),
      mac_prefix: 'BC:24:11',
    })),
    route('GET', '/cluster/config/nodes', audit, members(kit)),
    route('GET', '/cluster/replication', 'all', () => []),
  ]
}

export const version = { version: '9.2.11', release: '9.2', repoid: '14a22df35955d97d' }

const below = [
  'backup',
  'backup-info',
  'config',
  'ha',
  'log',
  'nextid',
  'options',
  'replication',
  'resources',
  'status',
  'tasks',
]

const status =
  ({ world }: Kit) =>
  ({ entry }: Call) => {
    const rows: Record<string, unknown>[] = world.nodes.map((n) => ({
      id: `node/${n.name}`,
      type: 'node',
      name: n.name,
      nodeid: world.isStandalone() ? 0 : n.nodeid,
      ip: n.ip,
      local: n === entry ? 1 : 0,
      online: world.isOnline(n) ? 1 : 0,
      level: '',
    }))
    if (world.isStandalone()) return rows
    const cluster = {
      id: 'cluster',
      type: 'cluster',
      name: world.clusterName,
      version: world.nodes.length,
      nodes: world.nodes.length,
      quorate: world.isQuorate() ? 1 : 0,
    }
    return [cluster, ...rows]
  }

const resources =
  (kit: Kit) =>
  ({ caller, values }: Call) => {
    const { world, access } = kit
    const wants = (type: string) => !values.type || values.type === type
    const may = (path: string, privilege: string) => access.can(caller, path, [privilege])
    const rows: unknown[] = []
    if (!values.type)
      for (const { poolid } of world.pools)
        if (may(`/pool/${poolid}`, 'Pool.Audit'))
          rows.push({ id: `/pool/${poolid}`, pool: poolid, type: 'pool' })
    if (wants('vm'))
      for (const guest of world.guests)
        if (may(`/vms/${guest.vmid}`, 'VM.Audit')) rows.push(resourceRow(kit, guest))
    for (const node of world.nodes) {
      const forgotten = world.lastReport(node) === undefined
      if (wants('node'))
        rows.push({ ...nodeRow(kit, node, caller), ...(forgotten ? {} : { 'cgroup-mode': 2 }) })
      if (wants('storage'))
        for (const storage of world.storagesOn(node.name))
          if (may(`/storage/${storage.name}`, 'Datastore.Audit'))
            rows.push(storageRow(kit, storage, node))
      if (!values.type && may('/sdn/zones/localnetwork', 'SDN.Audit')) rows.push(zone(node.name))
    }
    return rows
  }

const zone = (node: string) => ({
  id: `network/${node}/zone/localnetwork`,
  node,
  network: 'localnetwork',
  'network-type': 'zone',
  status: 'ok',
  type: 'network',
})

const recent =
  ({ world, access, tasks }: Kit) =>
  ({ caller }: Call) => {
    const all = access.can(caller, '/', ['Sys.Audit'])
    return world.nodes
      .flatMap((n) => tasks.on(n.name).slice(0, TASKS_A_NODE))
      .filter((t) => all || t.authid === caller.authid)
      .map((t) => {
        const { pid: _, pstart: __, ...row } = taskRow(t)
        return t.end === undefined ? row : { ...row, saved: '1' }
      })
  }

const log =
  ({ access, tasks }: Kit) =>
  ({ caller, values }: Call) => {
    const all = access.can(caller, '/', ['Sys.Syslog'])
    return tasks.journal
      .filter((entry) => all || entry.user === caller.authid)
      .slice(-Number(values.max ?? 50))
      .reverse()
      .map(({ at, node, user, pid, tag, text, uid }) => ({
        time: Math.floor(at / 1000),
        node,
        user,
        pid,
        tag,
        msg: text,
        pri: 6,
        uid: String(uid),
        id: `${uid}:${node}`,
      }))
  }

const nextid =
  ({ world }: Kit) =>
  ({ values }: Call) => {
    if (values.vmid) {
      if (world.guest(values.vmid))
        throw wrongParameters({ vmid: `VM ${values.vmid} already exists` })
      return values.vmid
    }
    let free = 100
    while (world.guest(free)) free += 1
    return String(free)
  }

const members =
  ({ world }: Kit) =>
  () =>
    world.isStandalone()
      ? []
      : world.nodes.map((n) => ({
          name: n.name,
          node: n.name,
          nodeid: String(n.nodeid),
          quorum_votes: '1',
          ring0_addr: n.ip,
        }))
