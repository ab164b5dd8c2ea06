/** Which machines are on, since when, what they carry, and which could be woken. */
import { html } from 'hono/html'
import type { GuestState, NodeState, Picture } from '../../lib/cluster/picture.ts'
import { count, DASH, duration } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { frameOf, type Moment } from '../parts/frame.ts'
import { glyph, type State } from '../parts/glyph.ts'
import { further, iso, jsonOf, named, section, textOf } from '../parts/section.ts'
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

const signs: Record<PowerRow['is'], [State, string]> = {
  on: ['well', 'on'],
  off: ['off', 'off'],
  unknown: ['unknown', 'not known'],
}

export const powerRow = (r: PowerRow): Html => {
  const [sign, label] = signs[r.is]
  return html`<tr id="${r.id}" data-is="${r.is === 'on' ? 'on' : 'unknown'}"><td class="sign">${glyph(sign, label)}</td><th scope="row"><a href="${paths.node(r.source.name)}">${named(r.name)}</a></th><td class="is">${r.is === 'on' ? html`on, up <span class="fig">${r.uptime}</span>` : `${r.is} since ${r.since}`}</td><td>${r.guests}</td><td class="right wake">${r.wake}</td></tr>
`
}
const tableOf = (rows: PowerRow[]): Html =>
  html`<table class="plain power"><thead class="unseen"><tr><th scope="col">Sign</th><th scope="col">Node</th><th scope="col">Power</th><th scope="col">Guests</th><th scope="col">Wake</th></tr></thead><tbody>
${rows.map(powerRow)}</tbody></table>
${further(rows.length, paths.power(), 'nodes')}`

export const power: Panel<Model<PowerRow>> = {
  name: 'power',
  title: 'Power',
  model,
  html: (m) => section(m.frame, tableOf(m.rows)),
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
