/** Jarvis himself: the day as a dial, and what he did and watches. What has no source is left out. */
import { html } from 'hono/html'
import type { Picture } from '../../lib/cluster/picture.ts'
import type { Events } from '../../lib/events/kinds.ts'
import { count, percent, timeOfDay } from '../../lib/format.ts'
import type { Html } from '../layout.ts'
import { type DayEvent, dayDial } from '../parts/day-dial.ts'
import { frameOf } from '../parts/frame.ts'
import { levelWords, type Safety } from '../parts/may.ts'
import { jsonOf, section, textOf } from '../parts/section.ts'
import { shown } from '../parts/shown.ts'
import { isKind } from './event-words.ts'
import type { Curve, Extra, Model, Panel, Today } from './panel.ts'

export type JarvisRow = { id: string; what: string; is: string }
export type JarvisModel = Model<JarvisRow> & {
  now: string
  day: Curve
  today: Today | undefined
  time: string
  stopped: boolean
  safety: Safety | undefined
}

const model = (picture: Picture, extra: Extra): JarvisModel => {
  const { underWay = [], stopped, today, past } = extra
  const day = past?.day ?? []
  const rows = rowsOf(picture, extra, day)
  return {
    rows,
    now: nowWords(extra),
    day,
    today,
    time: timeOfDay(extra.now, extra.timeZone),
    stopped: stopped !== undefined,
    safety: extra.safety,
    frame: frameOf({
      name: 'jarvis',
      title: 'Jarvis',
      // He knows himself at any time.
      part: { at: extra.now, limit: Number.POSITIVE_INFINITY },
      moment: extra,
      rows: rows.length,
      count: underWay.length > 0 ? `${count(underWay.length, 'deed')} under way` : '',
      empty: '',
    }),
  }
}

const nowWords = ({ stopped, underWay = [] }: Extra) => {
  if (stopped) return 'stopped'
  return underWay.length > 0 ? 'acting' : 'watching, no deed running'
}

const rowsOf = ({ nodes, guests, storages }: Picture, extra: Extra, day: Curve): JarvisRow[] => {
  const { today, stopped, safety } = extra
  const row = (id: string, what: string, is: string | undefined): JarvisRow[] =>
    is === undefined ? [] : [{ id: `jarvis-${id}`, what, is }]
  return [
    ...row('stop', 'STOP', stopped && `pressed by ${shown(stopped.by)}`),
    ...row('level', 'Level', safety && levelWords(safety)),
    ...row(
      'waiting',
      'Waits',
      safety?.waiting ? `${count(safety.waiting, 'decision')} of yours` : undefined,
    ),
    ...row('deeds', 'Deeds', today && `${today.deeds || 'none'} today`),
    ...row('last', 'Last deed', today && lastDeed(today, extra)),
    ...row('loud', 'Noted', today && notedOf(today)),
    ...row('load', 'Load', loadOf(day)),
    ...row(
      'watches',
      'Watches',
      `${count(nodes.length, 'node')}, ${count(guests.length, 'guest')}, ${count(storages.length, 'store')}`,
    ),
  ]
}

const lastDeed = ({ events }: Today, { timeZone }: Extra): string | undefined => {
  const last = events.find((e) => e.kind === 'deed.finished')
  if (!last || !isKind(last.kind)) return undefined
  const { label, state, tool } = last.payload as Events['deed.finished']
  const verb = shown(tool)
    .replace(/^guest_|_node$/g, '')
    .replaceAll('_', ' ')
  return `${verb} of ${shown(label)} ${stateWords[state] ?? shown(state)}, ${timeOfDay(last.at, timeZone)}`
}

/** A deed's end as a word behind what was done: `reboot of 303 cancelled`. */
const stateWords: Partial<Record<Events['deed.finished']['state'], string>> = {
  stopped: 'cancelled',
  warnings: 'done with warnings',
  unknown: 'with unknown outcome',
}

const notedOf = ({ events }: Today) => {
  const loud = events.filter((e) => e.severity === 'warn' || e.severity === 'crit').length
  return loud === 0 ? 'nothing out of order today' : `${count(loud, 'trouble')} today`
}

/** Mean and peak of the day, as far as there are readings. */
const loadOf = (day: Curve): string | undefined => {
  const seen = day.filter((v): v is number => v !== null)
  if (seen.length === 0) return undefined
  const mean = seen.reduce((sum, v) => sum + v, 0) / seen.length
  return `mean ${percent(mean)}, peak ${percent(Math.max(...seen))}`
}

const dialOf = ({ day, today, time, stopped, safety, rows }: JarvisModel): Html | '' =>
  today
    ? dayDial({
        minute: today.minute,
        loads: day,
        events: marksOf(today),
        date: today.date,
        time,
        level: safety?.level,
        wanted: wantedOf(stopped, safety),
        label: `${time}. ${safety ? `Level ${safety.level} of 5. ` : ''}Load of the day: ${rows.find((r) => r.id === 'jarvis-load')?.is ?? 'no reading'}; ${count(today.events.length, 'event')} marked.`,
      })
    : ''

/** What is wanted of a person, in one line. */
const wantedOf = (stopped: boolean, safety: Safety | undefined) => {
  if (stopped) return 'STOP is pressed'
  if (safety?.waiting) return `${safety.waiting} ${safety.waiting === 1 ? 'waits' : 'wait'} for you`
  return safety?.breaker && 'the breaker is down'
}

/** A mark each quarter of an hour at most, the gravest: more would only be ink. */
const marksOf = ({ events, midnight }: Today): DayEvent[] => {
  const marks = new Map<number, DayEvent>()
  for (const { at, severity } of events) {
    const minute = Math.min(1439, Math.max(0, Math.floor((at - midnight) / 60_000)))
    const kind = severity === 'good' || severity === 'info' ? 'event' : 'open'
    const quarter = Math.floor(minute / 15)
    if (marks.get(quarter)?.kind !== 'open') marks.set(quarter, { minute, kind })
  }
  return [...marks.values()]
}

export const jarvisRow = (r: JarvisRow): Html =>
  html`<div id="${r.id}"><dt>${r.what}</dt><dd>${r.is}</dd></div>
`

export const jarvis: Panel<JarvisModel> = {
  name: 'jarvis',
  title: 'Jarvis',
  model,
  html: (m) =>
    section(
      m.frame,
      html`<div class="jarvis-now">${dialOf(m)}<dl class="pairs">${m.rows.map(jarvisRow)}</dl></div>`,
      { action: html`${m.now}` },
    ),
  text: (m) =>
    textOf(
      m.frame,
      [
        { head: 'WHAT', cell: (r) => r.what },
        { head: 'IS', cell: (r) => r.is, most: 100 },
      ],
      m.rows,
    ),
  json: (m) => ({
    ...jsonOf(
      m.frame,
      m.rows.map(({ what, is }) => ({ what, is: is.replace(/\u2009/g, ' ') })),
    ),
    doing: m.now,
    level: m.safety?.level ?? null,
    waiting: m.safety?.waiting ?? null,
    breaker: m.safety?.breaker?.reason ?? null,
    day: m.day,
  }),
}
