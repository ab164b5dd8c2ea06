/** Nodes: reachable or not by `/cluster/status`, figures by their row. */
import { isFresh } from '../clock.ts'
import { grantWords } from '../proxmox/grants.ts'
import { holds } from '../proxmox/rights.ts'
import type { ClusterNode, NodeResource } from '../proxmox/types.ts'
import type { NodeState, Picture, Reach, Use } from './picture.ts'
import type { Readings } from './readings.ts'

/** A node's network figures come once a minute; older than this they are not shown. */
const NET_LIMIT_MS = 200_000

/** Every node of the cluster, in the order of the configuration, then by name. */
export const nodeStates = (previous: Picture, readings: Readings, now: number): NodeState[] => {
  const rows = new Map(readings.resources.value?.nodes.map((row) => [row.node, row]))
  const members = new Map(readings.status.value?.nodes.map((node) => [node.name, node]))
  const known = new Map(readings.nodes.map((node) => [node.name.toLowerCase(), node]))
  const before = new Map(previous.nodes.map((node) => [node.name, node]))
  return namesOf(readings).map((name) => {
    const row = rows.get(name)
    const member = members.get(name)
    const config = known.get(name.toLowerCase())
    const reach = reachOf(row, member, readings, now)
    const shown = reach === 'offline' ? undefined : row
    const mine = permitted(name, reach, row, readings)
    // Every field by its name: spreads cost 8 µs a node (measured on Node 20.20).
    return {
      name,
      aliases: config?.aliases ?? [],
      address: member?.ip,
      reach,
      since: sinceOf(before.get(name), name, reach, row, readings, now),
      permitted: mine,
      grant: mine ? undefined : grantFor(name, readings),
      cpu: shown?.cpu,
      cores: shown?.maxcpu,
      memory: useOf(shown?.mem, shown?.maxmem),
      root: useOf(shown?.disk, shown?.maxdisk),
      uptime: shown?.uptime,
      net: reach === 'offline' ? undefined : netOf(name, readings, now),
      mac: config?.mac,
      votes: member && readings.status.value?.cluster ? readings.votes?.get(name) : undefined,
      temperatures: reach === 'offline' ? undefined : temperaturesOf(name, readings, now),
    }
  })
}

/** Until the cluster has answered, the configured names stand there as unknown. */
const namesOf = ({ resources, status, nodes }: Readings): string[] => {
  const seen = new Set<string>()
  for (const row of resources.value?.nodes ?? []) seen.add(row.node)
  for (const member of status.value?.nodes ?? []) seen.add(member.name)
  if (seen.size === 0) return nodes.map((n) => n.name)
  const order = new Map(nodes.map((n, i) => [n.name.toLowerCase(), i]))
  const place = (name: string) => order.get(name.toLowerCase()) ?? order.size
  return [...seen].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
}

const reachOf = (
  row: NodeResource | undefined,
  member: ClusterNode | undefined,
  { status, resources }: Readings,
  now: number,
): Reach => {
  if (member && isFresh(status, now)) return member.online ? 'online' : 'offline'
  if (row && isFresh(resources, now)) return row.status
  return 'unknown'
}

const sinceOf = (
  before: NodeState | undefined,
  name: string,
  reach: Reach,
  row: NodeResource | undefined,
  { memory }: Readings,
  now: number,
): number => {
  if (before?.reach === reach) return before.since
  const remembered = memory.nodes.get(name)
  if (remembered?.reach === reach) return remembered.since
  return reach === 'online' && !before && row?.uptime ? now - row.uptime * 1000 : now
}

/** Nodes stay in the list of a narrow token, but bare (facts of Proxmox VE 9.2). */
const permitted = (
  name: string,
  reach: Reach,
  row: NodeResource | undefined,
  { permissions }: Readings,
) => {
  if (permissions) return holds(permissions, `/nodes/${name}`, 'Sys.Audit')
  return !row || reach !== 'online' || row.maxcpu !== undefined || row.maxmem !== undefined
}

const grantFor = (name: string, { tokens: { audit: id } }: Readings) =>
  grantWords(
    { path: `/nodes/${name}`, privileges: ['Sys.Audit'] },
    { role: 'audit', token: id ? { id } : undefined },
  )

const netOf = (name: string, { nodeNet }: Readings, now: number) => {
  const net = nodeNet.get(name)
  return net && isFresh({ at: net.at, limit: NET_LIMIT_MS }, now)
    ? { in: net.in, out: net.out }
    : undefined
}

/** A figure that nobody has confirmed for three rounds is none. */
const temperaturesOf = (name: string, { temperatures }: Readings, now: number) => {
  const read = temperatures.value?.get(name)
  return read && isFresh({ at: read.at, limit: temperatures.limit }, now) ? read : undefined
}

/** Used of total bytes; undefined unless both are known. */
export const useOf = (used: number | undefined, total: number | undefined): Use | undefined =>
  used === undefined || !total ? undefined : { used, total }
