/** Which machines are on, since when, what they carry; which are waking, and which could be woken. */
import { html } from 'hono/html'
import type { GuestState, NodeState, Picture } from '../../lib/cluster/picture.ts'
import { count, DASH, duration } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { button, reasoned } from '../parts/button.ts'
import { frameOf, type Moment } from '../parts/frame.ts'
import { glyph, type State } from '../parts/glyph.ts'
import { further, iso, isoOr, jsonOf, named, section, textOf } from '../parts/section.ts'
import { domId, shown } from '../parts/shown.ts'
import { moment } from '../parts/words.ts'
import type { Extra, Model, Panel, UnderWay, Wake } from './panel.ts'

export type PowerRow = {
  id: string
  name: string
  is: 'on' | 'off' | 'unknown'
  since: string
  uptime: string
  guests: string
  /** How it is woken, how that goes, or why it cannot be. */
  wake: string
  source: NodeState
  /** Undefined where it cannot be known. */
  running: number | undefined
  mac: string | undefined
  waking: UnderWay | undefined
  /** When the waking began that is under way. */
  asked: string
  /** A try that has woken nobody since the node went off. */
  lastTry: { at: number; tookS: number; words: string } | undefined
  whyNot: string | undefined
}

type PowerModel = Model<PowerRow> & { wakeable: number }

/** lib/tools/wake-node.ts waits that long. */
const WAKE_LIMIT_S = 180

const model = (picture: Picture, extra: Extra): PowerModel => {
  const rows = picture.nodes.map((n) => rowOf(n, picture.guests, extra))
  const on = rows.filter((r) => r.is === 'on').length
  const waking = rows.filter((r) => r.waking).length
  return {
    rows,
    wakeable: rows.filter((r) => r.whyNot === undefined).length,
    frame: frameOf({
      name: 'power',
      title: 'Power',
      part: picture.parts.status,
      moment: extra,
      rows: rows.length,
      count: `${on} of ${count(rows.length, 'node')} on${waking > 0 ? `, ${waking} waking` : ''}`,
      empty: 'No nodes, so nothing draws power.',
    }),
  }
}

const rowOf = (n: NodeState, guests: GuestState[], extra: Extra): PowerRow => {
  const is = n.reach === 'online' ? 'on' : n.reach === 'offline' ? 'off' : 'unknown'
  const wake: Wake = extra.wakes?.get(n.name) ?? { mac: n.mac }
  const waking = extra.underWay?.find(
    ({ tool, target }) => tool === 'wake_node' && target === `node/${n.name}`,
  )
  const lastTry = is === 'on' || waking ? undefined : failureOf(wake, n)
  const running =
    is === 'on'
      ? guests.filter((g) => g.node === n.name && g.condition === 'running').length
      : undefined
  const row = { is, waking, lastTry, mac: wake.mac } as const
  return {
    ...row,
    id: domId('power', n.name),
    name: shown(n.name),
    since: moment(n.since, extra),
    uptime: is === 'on' ? duration(n.uptime) : DASH,
    guests: running === undefined ? DASH : `${running} running`,
    wake: wakeWords(row, extra),
    asked: waking ? moment(waking.since, extra) : DASH,
    whyNot: whyNot(row, extra),
    source: n,
    running,
  }
}

const failureOf = ({ last }: Wake, { since }: NodeState): PowerRow['lastTry'] => {
  if (!last || last.woken || last.at < since) return undefined
  const { at, tookS } = last
  return { at, tookS, words: tookS >= WAKE_LIMIT_S ? 'no answer after 3 min' : 'it was not woken' }
}

type Waking = Pick<PowerRow, 'is' | 'waking' | 'lastTry' | 'mac'>

const wakeWords = ({ waking, lastTry, mac }: Waking, m: Moment): string => {
  if (waking) return `waking since ${moment(waking.since, m)}, by ${shown(waking.who)}`
  if (lastTry) return `${lastTry.words} (${moment(lastTry.at, m)})`
  return mac ? `by ${shown(mac)}` : 'no address to wake it'
}

/** What the door would answer, so that a button that must fail is not offered. */
const whyNot = ({ is, waking, mac }: Waking, extra: Extra): string | undefined => {
  if (is === 'on') return 'It is on.'
  if (waking) return 'It is being woken.'
  if (!mac) return 'No MAC address is known: write it into the configuration.'
  return extra.stopped ? 'STOP is pressed.' : undefined
}

const signs: Record<PowerRow['is'], [State, string]> = {
  on: ['well', 'on'],
  off: ['unknown', 'lost'],
  unknown: ['unknown', 'not known'],
}

/** Off, or only not to be seen: nobody has told which, so every panel says the same. */
export const powerWords: Record<PowerRow['is'], string> = {
  on: 'on',
  off: 'lost',
  unknown: 'unknown',
}

export const powerRow = (r: PowerRow): Html => {
  const [sign, label] = r.waking ? (['working', 'waking'] as const) : signs[r.is]
  return html`<tr id="${r.id}" data-is="${r.is === 'on' ? 'on' : 'unknown'}"><td class="sign">${glyph(sign, label)}</td><th scope="row"><a href="${paths.node(r.source.name)}">${named(r.name)}</a></th><td class="is">${r.is === 'on' ? html`on, up <span class="fig">${r.uptime}</span>` : `${powerWords[r.is]} since ${r.since}`}</td><td class="carries">${r.guests}</td><td class="right wake">${r.is === 'on' ? r.wake : wakeCell(r)}</td></tr>
`
}

const wakeCell = (r: PowerRow): Html => {
  if (r.waking)
    return html`<span role="status">waking since ${r.asked}<span class="who">, by ${shown(r.waking.who)}</span></span>`
  const wish = { text: 'Wake', icon: 'power', label: `Wake ${r.name}` } as const
  const told = r.lastTry ? html`<span class="reason">${r.wake}</span> ` : ''
  return r.whyNot === undefined
    ? html`${told}<form method="post" action="${paths.wakeNode(r.source.name)}">${button(wish)}</form>`
    : html`${told}${reasoned({ ...wish, id: `wake-${r.id}`, reason: r.whyNot })}`
}

const tableOf = (rows: PowerRow[]): Html =>
  html`<table class="plain power"><thead class="unseen"><tr><th scope="col">Sign</th><th scope="col">Node</th><th scope="col">Power</th><th scope="col">Guests</th><th scope="col">Wake</th></tr></thead><tbody>
${rows.map(powerRow)}</tbody></table>
`

/** One is woken in its row. */
const wakeAll = ({ wakeable }: PowerModel): Html | undefined =>
  wakeable < 2
    ? undefined
    : html`<form method="post" action="${paths.wakeAll()}">${button({ text: `Wake all ${wakeable}`, icon: 'power' })}</form>`

export const power: Panel<PowerModel> = {
  name: 'power',
  title: 'Power',
  model,
  html: (m) =>
    section(m.frame, tableOf(m.rows), {
      tools: html`${wakeAll(m) ?? ''}${further(m.rows.length, paths.power(), 'nodes') ?? ''}`,
    }),
  text: (m) =>
    textOf(
      m.frame,
      [
        { head: 'NODE', cell: (r) => r.name },
        { head: 'POWER', cell: (r) => (r.waking ? 'waking' : powerWords[r.is]) },
        { head: 'SINCE', cell: (r) => r.since },
        { head: 'UP', cell: (r) => r.uptime, right: true },
        { head: 'GUESTS', cell: (r) => r.guests },
        { head: 'WAKE', cell: (r) => r.wake },
      ],
      m.rows,
    ),
  json: (m) => jsonOf(m.frame, m.rows.map(powerJson)),
}

const powerJson = (r: PowerRow) => ({
  node: r.source.name,
  aliases: r.source.aliases,
  power: r.is,
  since: iso(r.source.since),
  uptimeS: r.is === 'on' ? (r.source.uptime ?? null) : null,
  guestsRunning: r.running ?? null,
  mac: r.mac ?? null,
  waking: r.waking ? { since: iso(r.waking.since), by: r.waking.who } : null,
  lastTry: r.lastTry ? { ...r.lastTry, at: isoOr(r.lastTry.at) } : null,
  wakeable: r.whyNot === undefined,
  whyNot: r.whyNot ?? null,
})
