/** The guests: who runs where and how hard. A guest of a node that is off is unknown, never running. */
import { html } from 'hono/html'
import type { GuestState, Picture } from '../../lib/cluster/picture.ts'
import { count, DASH, duration, percent, rate } from '../../lib/format.ts'
import type { Html } from '../layout.ts'
import { frameOf } from '../parts/frame.ts'
import { isoOr, jsonOf, named, section, table, textOf } from '../parts/section.ts'
import { domId, shown } from '../parts/shown.ts'
import { guestWords, kindWords, use } from '../parts/words.ts'
import type { Extra, Model, Panel } from './panel.ts'

export type GuestRow = {
  id: string
  vmid: string
  name: string
  kind: string
  node: string
  is: GuestState['condition']
  state: string
  tags: string
  cpu: string
  memory: string
  net: string
  uptime: string
  source: GuestState
}

const model = (picture: Picture, extra: Extra): Model<GuestRow> => {
  const rows = picture.guests.map(rowOf)
  const running = rows.filter((r) => r.is === 'running').length
  const unknown = rows.filter((r) => r.is === 'unknown').length
  return {
    rows,
    frame: frameOf({
      name: 'guests',
      title: 'Guests',
      part: picture.parts.resources,
      moment: extra,
      rows: rows.length,
      count: [
        count(rows.length, 'guest'),
        `${running} running`,
        ...(unknown ? [`${unknown} unknown`] : []),
      ].join(', '),
      empty: 'No guests. The house is tidy, and rather quiet.',
    }),
  }
}

const rowOf = (g: GuestState): GuestRow => {
  const live = g.condition !== 'stopped'
  return {
    id: domId('guest', g.vmid),
    vmid: String(g.vmid),
    name: shown(g.name, String(g.vmid)),
    kind: kindWords[g.kind],
    node: shown(g.node),
    is: g.condition,
    state: guestWords(g),
    tags: g.tags.map((t) => shown(t)).join(' '),
    cpu: live ? percent(g.cpu) : DASH,
    memory: live ? use(g.memory) : DASH,
    net: live && g.net ? `↓ ${rate(g.net.in)} ↑ ${rate(g.net.out)}` : DASH,
    uptime: live ? duration(g.uptime) : DASH,
    source: g,
  }
}

// One template a row and strings alone inside: 800 rows stay within twice plain strings.
export const guestRow = (r: GuestRow): Html =>
  html`<tr id="${r.id}" data-is="${r.is}"><td class="n">${r.vmid}</td><th scope="row">${named(r.name)}</th><td>${r.kind}</td><td>${named(r.node)}</td><td class="is">${named(r.state)}</td><td class="n">${r.cpu}</td><td class="n">${r.memory}</td><td class="n">${r.net}</td><td class="n">${r.uptime}</td><td>${named(r.tags)}</td></tr>
`
const heads = ['Id#', 'Name', 'Kind', 'Node', 'State', 'CPU#', 'Memory#', 'Network#', 'Up#', 'Tags']

/** Stable keys; what is not known is null. */
export const guestJson = (g: GuestState) => ({
  vmid: g.vmid,
  kind: g.kind,
  name: g.name,
  node: g.node,
  condition: g.condition,
  word: g.word,
  why: g.why ?? null,
  since: isoOr(g.since),
  template: g.template,
  tags: g.tags,
  lock: g.lock ?? null,
  ha: g.ha ?? null,
  cpu: g.cpu ?? null,
  cores: g.cores ?? null,
  memory: g.memory ?? null,
  disk: g.disk ?? null,
  uptimeS: g.uptime ?? null,
  net: g.net ?? null,
})

export const guests: Panel<Model<GuestRow>> = {
  name: 'guests',
  title: 'Guests',
  model,
  html: (m) => section(m.frame, table(heads, m.rows.map(guestRow))),
  text: (m) =>
    textOf(
      m.frame,
      [
        { head: 'ID', cell: (r) => r.vmid, right: true },
        { head: 'NAME', cell: (r) => r.name },
        { head: 'KIND', cell: (r) => r.kind },
        { head: 'NODE', cell: (r) => r.node },
        { head: 'STATE', cell: (r) => r.state },
        { head: 'CPU', cell: (r) => r.cpu, right: true },
        { head: 'MEMORY', cell: (r) => r.memory, right: true },
        { head: 'NETWORK', cell: (r) => r.net, right: true },
        { head: 'UP', cell: (r) => r.uptime, right: true },
        { head: 'TAGS', cell: (r) => r.tags, most: 24 },
      ],
      m.rows,
    ),
  json: (m) =>
    jsonOf(
      m.frame,
      m.rows.map((r) => guestJson(r.source)),
    ),
}
