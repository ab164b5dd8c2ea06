/**
 * What a node that goes down takes from the cluster: its vote, its guests, and the peace that the rest
 * needs meanwhile. Votes are read on two nodes, since one that is cut off believes its own.
 */
import { minutes } from '../clock.ts'
import { age, count } from '../format.ts'
import { clean } from '../log.ts'
import type { ClusterStatus } from '../proxmox/types.ts'
import { listed } from './places.ts'
import { type Hands, refusal } from './tool.ts'

export type Votes = {
  /** One node without a cluster: nobody else loses anything. */
  standalone: boolean
  online: number
  needed: number
  total: number
  /** Of the node that goes. */
  own: number
  isOnline: boolean
  /** Others that are not there. */
  down: string[]
}

/** Throws where two nodes see different things, or no second one can be asked. */
export const votesBeside = async (
  { proxmox }: Pick<Hands, 'proxmox'>,
  node: string,
): Promise<Votes> => {
  const { cluster } = proxmox
  const first = await cluster.status()
  const member = first.nodes.find((n) => n.name === node)
  if (!first.cluster)
    return {
      standalone: true,
      online: 1,
      needed: 1,
      total: 1,
      own: 1,
      isOnline: member?.online ?? true,
      down: [],
    }
  const witnesses = first.nodes
    .filter((n) => n.online)
    .sort((a, b) => Number(a.name === node) - Number(b.name === node))
    .slice(0, 2)
  if (witnesses.length < 2)
    throw refusal('quorum', 'conflict', 'Only one node is there to be asked about votes.', WAIT)
  const seen = await Promise.all(witnesses.map((w) => cluster.status({ node: w.name })))
  if (viewOf(seen[0]!) !== viewOf(seen[1]!))
    throw refusal(
      'quorum',
      'conflict',
      `${witnesses.map((w) => w.name).join(' and ')} see different clusters.`,
      WAIT,
    )
  const votes = await cluster.votes().catch(() => new Map<string, number>())
  const of = (name: string) => votes.get(name) ?? 1
  const sum = (names: string[]) => names.reduce((all, name) => all + of(name), 0)
  const { nodes } = seen[0]!
  const total = sum(nodes.map((n) => n.name))
  return {
    standalone: false,
    online: sum(nodes.filter((n) => n.online).map((n) => n.name)),
    needed: Math.floor(total / 2) + 1,
    total,
    own: of(node),
    isOnline: nodes.some((n) => n.name === node && n.online),
    down: nodes.filter((n) => !n.online && n.name !== node).map((n) => n.name),
  }
}

const WAIT = 'Wait until the nodes agree, and look at the network between them.'

const viewOf = ({ cluster, nodes }: ClusterStatus): string =>
  [
    cluster?.quorate,
    ...nodes
      .filter((n) => n.online)
      .map((n) => n.name)
      .sort(),
  ].join(' ')

/** Throws where the rest would have no majority: that binds everybody. */
export const demandMajority = (votes: Votes, node: string, byHand: string): void => {
  if (votes.standalone || !votes.isOnline) return
  const left = votes.online - votes.own
  if (left >= votes.needed) return
  throw refusal(
    'quorum',
    'conflict',
    `Without ${node} ${left} of ${votes.total} votes are left and ${votes.needed} are needed: the rest would take no changes.`,
    `Bring another node back first${votes.down.length > 0 ? ` (${votes.down.map(clean).join(', ')})` : ''}. By hand, in a terminal on ${node}: ${byHand}.`,
  )
}

/** For the card. */
export const marginOf = ({ standalone, online, own, needed, total }: Votes): string => {
  if (standalone) return 'It is the only node; nobody votes'
  const left = online - own
  const words = `${left} of ${total} votes are left without it, ${needed} are needed`
  return left === needed
    ? `NO MARGIN: ${words}; one more node lost and the cluster stands still`
    : words
}

const PEACE_MS = minutes(15)
const NODE_DEEDS = new Set(['node_reboot', 'node_shutdown'])
const MOVING = new Set(['vzdump', 'qmigrate', 'vzmigrate'])

/** What speaks against it now: it stops machines, and a person reads it on the card. */
export const hazardsOf = async (
  { proxmox, clock, deeds }: Pick<Hands, 'proxmox' | 'clock' | 'deeds'>,
  { down }: Votes,
): Promise<string[]> => {
  const now = clock.now()
  const recent = deeds
    .recent(now - PEACE_MS)
    .filter((d) => NODE_DEEDS.has(d.tool) && d.state !== 'failed')
    .map((d) => `${clean(d.label)} went down ${age(d.startedAt, now)} ago`)
  const busy = (await proxmox.cluster.tasks())
    .filter((t) => t.endtime === undefined && MOVING.has(t.type))
    .map(
      (t) =>
        `${t.type === 'vzdump' ? 'a backup' : 'a move'} of ${clean(t.id) || 'guests'} runs on ${t.node}`,
    )
  const off = down.length > 0 ? [`${listed(down)} ${down.length === 1 ? 'is' : 'are'} off`] : []
  return [...off, ...recent, ...busy]
}

/** `3 guests go down: 103 management, …` */
export const guestsOn = async (
  { proxmox }: Pick<Hands, 'proxmox'>,
  node: string,
): Promise<string> => {
  const { guests } = await proxmox.cluster.resources()
  const running = guests.filter((g) => g.node === node && g.status === 'running')
  if (running.length === 0) return 'No guest runs there'
  const names = running.map((g) => `${g.vmid} ${clean(g.name ?? '')}`.trim())
  return `${count(running.length, 'guest goes', 'guests go')} down: ${names.join(', ').slice(0, 400)}`
}
