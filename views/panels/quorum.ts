/** Who votes, and whether that is enough for anything to be changed at all. */
import { html } from 'hono/html'
import type { ClusterState, NodeState, Picture } from '../../lib/cluster/picture.ts'
import { count, DASH } from '../../lib/format.ts'
import type { Html } from '../layout.ts'
import { type Frame, frameOf, type Moment } from '../parts/frame.ts'
import { jsonOf, named, table, textOf } from '../parts/section.ts'
import { voteMarks } from '../parts/shell.ts'
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
  votes
    ? `${votes.online} of ${count(votes.total, 'vote')}, ${votes.needed} needed${votes.assumed ? ', by one vote each' : ''}`
    : ''

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
  votes: c.votes ? { ...c.votes, assumed: c.votes.assumed ?? false } : null,
  entry: c.entry ?? null,
})

/** Beside the sentence: a mark for each vote; opened, who holds them. */
const votesOfPage = ({ cluster, frame, rows }: QuorumModel): Html => {
  const { votes } = cluster
  const known = votes !== undefined && frame.state === 'fresh'
  const marks = known ? Math.min(votes.total, MOST_MARKS) : 0
  return html`<section id="panel-quorum" class="quorum" data-state="${frame.state}" aria-labelledby="panel-quorum-title"><h2 id="panel-quorum-title" class="unseen">Quorum</h2>
<details class="votes"><summary>${marks > 0 ? voteMarks(Math.min(votes!.online, marks), marks) : ''}<span>${summaryOf(cluster, frame, known)}</span></summary>
<div class="shown">${frame.notes.map((n) => html`<p>${n}</p>`)}${frame.next ? html`<p><code>${frame.next}</code></p>` : ''}${frame.empty ? html`<p class="empty">${frame.empty}</p>` : ''}${rows.length > 0 ? table(['Node', 'State', 'Votes#'], rows.map(voteRow)) : ''}</div></details></section>
`
}

const MOST_MARKS = 16

const summaryOf = (cluster: ClusterState, frame: Frame, known: boolean) => {
  if (known) return frame.count
  if (cluster.standalone && frame.state === 'fresh') return 'no vote needed'
  if (frame.state === 'stale') return 'votes as last heard'
  return frame.state === 'forbidden' ? 'votes not mine to see' : 'votes not known'
}

export const quorum: Panel<QuorumModel> = {
  name: 'quorum',
  title: 'Quorum',
  model,
  html: (m) => votesOfPage(m),
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
