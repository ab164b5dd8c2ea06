/** What happened, newest first, in one sentence each. */
import { html } from 'hono/html'
import type { Picture } from '../../lib/cluster/picture.ts'
import type { Severity } from '../../lib/events/kinds.ts'
import { dateTime } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { frameOf } from '../parts/frame.ts'
import { glyph, type Icon, icon } from '../parts/glyph.ts'
import { iso, jsonOf, section, textOf } from '../parts/section.ts'
import { domId, shown } from '../parts/shown.ts'
import { moment } from '../parts/words.ts'
import { wordsOf } from './event-words.ts'
import type { EventLine, Extra, Model, Panel } from './panel.ts'

export type EventRow = {
  id: string
  at: string
  iso: string
  severity: Severity
  words: string
  source: EventLine
  /** `14:31:40` today, `18 Nov` before. */
  when: string
  who: string
}

const model = (_: Picture, extra: Extra): Model<EventRow> => ({
  rows: extra.events.map((e) => ({
    id: domId('event', e.id),
    at: moment(e.at, extra),
    iso: iso(e.at),
    severity: e.severity,
    words: wordsOf(e.kind, e.payload),
    source: e,
    when: whenOf(e.at, extra),
    who: whoOf(e.payload),
  })),
  frame: frameOf({
    name: 'events',
    title: 'Events',
    // Our own diary is never late: it is read when it is shown.
    part: { at: extra.now, limit: Number.POSITIVE_INFINITY },
    moment: extra,
    rows: extra.events.length,
    count: extra.events.length > 0 ? `the last ${extra.events.length}` : '',
    empty: 'Nothing to report. I shall try to contain my disappointment.',
  }),
})

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

const whenOf = (at: number, { now, timeZone }: Extra) => {
  const full = dateTime(at, timeZone)
  if (full.slice(0, 10) === dateTime(now, timeZone).slice(0, 10)) return full.slice(11)
  return `${Number(full.slice(8, 10))} ${MONTHS[Number(full.slice(5, 7)) - 1]}`
}

/** Who did it, where somebody did. */
const whoOf = (payload: unknown): string => {
  if (typeof payload !== 'object' || payload === null) return ''
  const { by, user, account } = payload as Record<string, unknown>
  const who = by ?? user ?? account
  return typeof who === 'string' ? shown(who.replace(/@[^!]*/, '')).slice(0, 24) : ''
}

export const eventRow = (r: EventRow): Html =>
  html`<li id="${r.id}" data-severity="${r.severity}"><time datetime="${r.iso}">${r.when}</time>${signOf(r)}<p title="${r.words}">${r.words}</p><span class="who">${r.who}</span></li>
`

const icons: Record<string, Icon> = {
  deed: 'hand',
  guest: 'rack',
  node: 'rack',
  storage: 'box',
  task: 'clock',
  session: 'key',
  token: 'key',
  server: 'power',
  stop: 'pause',
}

/** Green is for what was read back, nothing else. */
const signOf = ({ severity, source: { kind } }: EventRow): Html => {
  if (severity === 'crit') return glyph('failed', 'grave')
  if (severity === 'warn') return glyph('attention', 'wants attention')
  if (kind === 'deed.finished') return glyph('proven', 'done')
  if (severity === 'good') return glyph('well', 'good')
  return icon(icons[kind.slice(0, kind.indexOf('.'))] ?? 'eye')
}

export const eventJson = (e: EventLine) => ({
  id: e.id,
  at: iso(e.at),
  kind: e.kind,
  severity: e.severity,
  subject: e.subject ?? null,
  words: wordsOf(e.kind, e.payload).replace(/\u2009/g, ' '),
  payload: e.payload,
})

export const events: Panel<Model<EventRow>> = {
  name: 'events',
  title: 'Events',
  model,
  html: (m) =>
    section(
      m.frame,
      html`<ol class="feed" tabindex="0" aria-label="What happened, newest first">
${m.rows.map(eventRow)}</ol>`,
      { action: html`<a class="quiet dim" href="${paths.diary()}">all events</a>` },
    ),
  text: (m) =>
    textOf(
      m.frame,
      [
        { head: 'TIME', cell: (r) => r.at },
        { head: 'WEIGHT', cell: (r) => r.severity },
        { head: 'WHAT', cell: (r) => r.words, most: 160 },
      ],
      m.rows,
    ),
  json: (m) =>
    jsonOf(
      m.frame,
      m.rows.map((r) => eventJson(r.source)),
    ),
}
