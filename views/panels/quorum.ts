/** Who votes, and whether that is enough for anything to be changed at all. */
import { html } from 'hono/html'
import type { ClusterState, NodeState, Picture } from '../../lib/cluster/picture.ts'
import { count, DASH } from '../../lib/format.ts'
import type { Html } from '../layout.ts'
import { type Frame, frameOf, type Moment } from '../parts/frame.ts'
import { jsonOf, named, section, table, textOf } from '../parts/section.ts'
import { domId, shown } from '../parts/shown.ts'
import { reachWords } from '../parts/words.ts'
import type { Extra, Model, Panel } from './panel.ts'

export type VoteRow = {
  id: string
  name: string
  is: 'online' | 'off' | 'unknown'
  state: string
  votes: string
  source: NodeState
}
export type QuorumModel = Model<VoteRow> & { cluster: ClusterState }

const model = (picture: Picture, extra: Extra): QuorumModel => {
  const rows = picture.nodes.map((n) => rowOf(n, extra))
  const frame = frameOf({
    name: 'quorum',
    title: 'Quorum',
    part: picture.parts.status,
    moment: extra,
    rows: rows.length,
    count: '',
    empty: 'No votes are known.',
  })
  frame.notes.unshift(verdict(picture.cluster, frame))
  frame.count = votesOf(picture.cluster)
  return { rows, frame, cluster: picture.cluster }
}

const rowOf = (n: NodeState, m: Moment): VoteRow => ({
  id: domId('vote', n.name),
  name: shown(n.name),
  is: n.reach === 'online' ? 'online' : n.reach === 'offline' ? 'off' : 'unknown',
  state: reachWords(n.reach, n.since, m),
  votes: n.votes === undefined ? DASH : String(n.votes),
  source: n,
})

const votesOf = ({ votes }: ClusterState) =>
  votes ? `${votes.online} of ${count(votes.total, 'vote')}, ${votes.needed} needed` : ''

/** A verdict that nobody has confirmed lately is told as the past. */
const verdict = (cluster: ClusterState, { state, at }: Frame) => {
  if (state === 'loading' || at === undefined) return 'Whether the cluster has quorum is not known.'
  const now = state === 'fresh'
  if (cluster.quorate === undefined) return 'Whether the cluster has quorum cannot be known now.'
  if (cluster.standalone) return 'A node on its own: it needs nobody’s vote.'
  if (cluster.quorate)
    return now ? 'The cluster has quorum.' : 'The cluster had quorum when last heard.'
  return now
    ? 'No quorum. Nothing can be changed, and what is tried anyway does harm.'
    : 'The cluster had no quorum when last heard.'
}

export const voteRow = (r: VoteRow): Html =>
  html`<tr id="${r.id}" data-is="${r.is}"><th scope="row">${named(r.name)}</th><td class="is">${r.state}</td><td class="n">${r.votes}</td></tr>
`

export const clusterJson = (c: ClusterState) => ({
  name: c.name ?? null,
  standalone: c.standalone,
  quorate: c.quorate ?? null,
  votes: c.votes ?? null,
  entry: c.entry ?? null,
})

export const quorum: Panel<QuorumModel> = {
  name: 'quorum',
  title: 'Quorum',
  model,
  html: (m) => section(m.frame, table(['Node', 'State', 'Votes#'], m.rows.map(voteRow))),
  text: (m) =>
    textOf(
      m.frame,
      [
        { head: 'NODE', cell: (r) => r.name },
        { head: 'STATE', cell: (r) => r.state },
        { head: 'VOTES', cell: (r) => r.votes, right: true },
      ],
      m.rows,
    ),
  json: (m) => ({
    ...jsonOf(
      m.frame,
      m.rows.map(({ source: n }) => ({ node: n.name, reach: n.reach, votes: n.votes ?? null })),
    ),
    cluster: clusterJson(m.cluster),
  }),
}
