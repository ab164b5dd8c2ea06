/** Which machines are on, since when, what they carry, and which could be woken. */
import { html } from 'hono/html'
import type { GuestState, NodeState, Picture } from '../../lib/cluster/picture.ts'
import { count, DASH, duration } from '../../lib/format.ts'
import type { Html } from '../layout.ts'
import { frameOf, type Moment } from '../parts/frame.ts'
import { iso, jsonOf, named, section, table, textOf } from '../parts/section.ts'
import { domId, shown } from '../parts/shown.ts'
import { moment } from '../parts/words.ts'
import type { Extra, Model, Panel } from './panel.ts'

export type PowerRow = {
  id: string
  name: string
  is: 'on' | 'off' | 'unknown'
  since: string
  uptime: string
  guests: string
  wake: string
  source: NodeState
  /** Undefined where it cannot be known. */
  running: number | undefined
}

const model = (picture: Picture, extra: Extra): Model<PowerRow> => {
  const rows = picture.nodes.map((n) => rowOf(n, picture.guests, extra))
  const on = rows.filter((r) => r.is === 'on').length
  return {
    rows,
    frame: frameOf({
      name: 'power',
      title: 'Power',
      part: picture.parts.status,
      moment: extra,
      rows: rows.length,
      count: `${on} of ${count(rows.length, 'node')} on`,
      empty: 'No nodes, so nothing draws power.',
    }),
  }
}

const rowOf = (n: NodeState, guests: GuestState[], m: Moment): PowerRow => {
  const is = n.reach === 'online' ? 'on' : n.reach === 'offline' ? 'off' : 'unknown'
  const running =
    is === 'on'
      ? guests.filter((g) => g.node === n.name && g.condition === 'running').length
      : undefined
  return {
    id: domId('power', n.name),
    name: shown(n.name),
    is,
    since: moment(n.since, m),
    uptime: is === 'on' ? duration(n.uptime) : DASH,
    guests: running === undefined ? DASH : `${running} running`,
    wake: n.mac ? `by ${shown(n.mac)}` : 'no address to wake it',
    source: n,
    running,
  }
}

export const powerRow = (r: PowerRow): Html =>
  html`<tr id="${r.id}" data-is="${r.is}"><th scope="row">${named(r.name)}</th><td class="is">${r.is}</td><td>${r.since}</td><td class="n">${r.uptime}</td><td>${r.guests}</td><td>${r.wake}</td></tr>
`
const heads = ['Node', 'Power', 'Seen so since', 'Up#', 'Guests', 'Wake']

export const power: Panel<Model<PowerRow>> = {
  name: 'power',
  title: 'Power',
  model,
  html: (m) => section(m.frame, table(heads, m.rows.map(powerRow))),
  text: (m) =>
    textOf(
      m.frame,
      [
        { head: 'NODE', cell: (r) => r.name },
        { head: 'POWER', cell: (r) => r.is },
        { head: 'SINCE', cell: (r) => r.since },
        { head: 'UP', cell: (r) => r.uptime, right: true },
        { head: 'GUESTS', cell: (r) => r.guests },
        { head: 'WAKE', cell: (r) => r.wake },
      ],
      m.rows,
    ),
  json: (m) =>
    jsonOf(
      m.frame,
      m.rows.map((r) => ({
        node: r.source.name,
        power: r.is,
        since: iso(r.source.since),
        uptimeS: r.is === 'on' ? (r.source.uptime ?? null) : null,
        guestsRunning: r.running ?? null,
        mac: r.source.mac ?? null,
      })),
    ),
}
