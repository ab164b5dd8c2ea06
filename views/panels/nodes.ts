/** The machines: what each one carries, and which of them cannot be seen, with the reason. */
import { html } from 'hono/html'
import type { NodeState, Picture } from '../../lib/cluster/picture.ts'
import { count, DASH, duration, percent, rate } from '../../lib/format.ts'
import type { Html } from '../layout.ts'
import { frameOf, type Moment } from '../parts/frame.ts'
import { isoOr, jsonOf, named, section, table, textOf } from '../parts/section.ts'
import { domId, quoted, shown } from '../parts/shown.ts'
import { part, reachWords, use } from '../parts/words.ts'
import type { Extra, Model, Panel } from './panel.ts'

export type NodeRow = {
  id: string
  name: string
  aliases: string
  is: 'online' | 'off' | 'unknown'
  state: string
  cpu: string
  cores: string
  memory: string
  memoryPart: string
  root: string
  uptime: string
  net: string
  source: NodeState
}

const model = (picture: Picture, extra: Extra): Model<NodeRow> => {
  const rows = picture.nodes.map((n) => rowOf(n, extra))
  const online = rows.filter((r) => r.is === 'online').length
  return {
    rows,
    frame: frameOf({
      name: 'nodes',
      title: 'Nodes',
      part: picture.parts.resources,
      moment: extra,
      rows: rows.length,
      count: `${count(rows.length, 'node')}, ${online} online`,
      empty: 'No nodes. I look after very little, and I do it well.',
      notes: notesOf(picture.nodes, extra),
    }),
  }
}

const rowOf = (n: NodeState, m: Moment): NodeRow => {
  const on = n.reach === 'online'
  // Figures of a node that does not answer now are those of the last reading, which the panel dates.
  const seen = n.reach !== 'offline'
  return {
    id: domId('node', n.name),
    name: shown(n.name),
    aliases: n.aliases.map((a) => shown(a)).join(', '),
    is: on ? 'online' : n.reach === 'offline' ? 'off' : 'unknown',
    state: on && !n.permitted ? 'online, figures not permitted' : reachWords(n.reach, n.since, m),
    cpu: seen ? percent(n.cpu) : DASH,
    cores: n.cores === undefined ? DASH : String(n.cores),
    memory: seen ? use(n.memory) : DASH,
    memoryPart: seen ? percent(part(n.memory)) : DASH,
    root: seen ? use(n.root) : DASH,
    uptime: seen ? duration(n.uptime) : DASH,
    net: seen && n.net ? `↓ ${rate(n.net.in)} ↑ ${rate(n.net.out)}` : DASH,
    source: n,
  }
}

const notesOf = (nodes: NodeState[], m: Moment) => {
  const hidden = nodes.filter((n) => n.reach === 'online' && !n.permitted)
  return hidden.map((n) => {
    const path = `/nodes/${shown(n.name)}`
    const token = m.reader ? quoted(m.reader) : "'USER@REALM!TOKEN'"
    return `Not mine to see: the token lacks Sys.Audit on ${path}. Grant it with: pveum acl modify ${quoted(path)} --roles PVEAuditor --tokens ${token}`
  })
}

export const nodeRow = (r: NodeRow): Html =>
  html`<tr id="${r.id}" data-is="${r.is}"><th scope="row">${named(r.name)}${r.aliases ? html` <small>${named(r.aliases)}</small>` : ''}</th><td class="is">${named(r.state)}</td><td class="n">${r.cpu}</td><td class="n">${r.cores}</td><td class="n">${r.memory}</td><td class="n">${r.memoryPart}</td><td class="n">${r.root}</td><td class="n">${r.net}</td><td class="n">${r.uptime}</td></tr>
`
const heads = ['Node', 'State', 'CPU#', 'Cores#', 'Memory#', '#', 'Root disk#', 'Network#', 'Up#']

/** Stable keys; what is not known, or was known of a node that is off, is null. */
export const nodeJson = (n: NodeState) => {
  const seen = n.reach !== 'offline'
  return {
    name: n.name,
    aliases: n.aliases,
    address: n.address ?? null,
    reach: n.reach,
    since: isoOr(n.since),
    permitted: n.permitted,
    cpu: seen ? (n.cpu ?? null) : null,
    cores: n.cores ?? null,
    memory: seen ? (n.memory ?? null) : null,
    root: seen ? (n.root ?? null) : null,
    uptimeS: seen ? (n.uptime ?? null) : null,
    net: seen ? (n.net ?? null) : null,
    mac: n.mac ?? null,
    votes: n.votes ?? null,
  }
}

export const nodes: Panel<Model<NodeRow>> = {
  name: 'nodes',
  title: 'Nodes',
  model,
  html: (m) => section(m.frame, table(heads, m.rows.map(nodeRow))),
  text: (m) =>
    textOf(
      m.frame,
      [
        { head: 'NODE', cell: (r) => r.name },
        { head: 'STATE', cell: (r) => r.state },
        { head: 'CPU', cell: (r) => r.cpu, right: true },
        { head: 'CORES', cell: (r) => r.cores, right: true },
        { head: 'MEMORY', cell: (r) => r.memory, right: true },
        { head: 'ROOT', cell: (r) => r.root, right: true },
        { head: 'NETWORK', cell: (r) => r.net, right: true },
        { head: 'UP', cell: (r) => r.uptime, right: true },
      ],
      m.rows,
    ),
  json: (m) =>
    jsonOf(
      m.frame,
      m.rows.map((r) => nodeJson(r.source)),
    ),
}
