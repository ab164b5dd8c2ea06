/** What happened, newest first, in one sentence each. */
import { html } from 'hono/html'
import type { Picture } from '../../lib/cluster/picture.ts'
import type { Severity } from '../../lib/events/kinds.ts'
import { count } from '../../lib/format.ts'
import type { Html } from '../layout.ts'
import { frameOf } from '../parts/frame.ts'
import { iso, jsonOf, section, table, textOf } from '../parts/section.ts'
import { domId } from '../parts/shown.ts'
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
}

const model = (_: Picture, extra: Extra): Model<EventRow> => ({
  rows: extra.events.map((e) => ({
    id: domId('event', e.id),
    at: moment(e.at, extra),
    iso: iso(e.at),
    severity: e.severity,
    words: wordsOf(e.kind, e.payload),
    source: e,
  })),
  frame: frameOf({
    name: 'events',
    title: 'Events',
    // Our own diary is never late: it is read when it is shown.
    part: { at: extra.now, limit: Number.POSITIVE_INFINITY },
    moment: extra,
    rows: extra.events.length,
    count: `the last ${count(extra.events.length, 'event')}`,
    empty: 'Nothing to report. I shall try to contain my disappointment.',
  }),
})

export const eventRow = (r: EventRow): Html =>
  html`<tr id="${r.id}" data-severity="${r.severity}"><td><time datetime="${r.iso}">${r.at}</time></td><td>${r.severity}</td><td>${r.words}</td></tr>
`

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
  html: (m) => section(m.frame, table(['Time', 'Weight', 'What'], m.rows.map(eventRow))),
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
