/** The diary: what happened, newest first, by kind, weight, subject and time, a page at a time. */
import { html } from 'hono/html'
import type { Severity } from '../../lib/events/kinds.ts'
import { count, dateTime } from '../../lib/format.ts'
import { paths, type Query } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { wordsOf } from '../panels/event-words.ts'
import { eventJson } from '../panels/events.ts'
import type { EventLine } from '../panels/panel.ts'
import { csv } from '../parts/csv.ts'
import { panel, says } from '../parts/panel.ts'
import { iso } from '../parts/section.ts'
import { domId, shown } from '../parts/shown.ts'
import { columns } from '../parts/table.ts'
import { signOf } from './feed.ts'
import { filterForm, formLinks } from './filters.ts'
import { PAGE_LIMIT_MS } from './got.ts'
import { head, type PageBody } from './place.ts'
import { whenOf } from './range.ts'

export type EventsPage = {
  now: number
  timeZone: string
  /** As it was asked, for the form and the links. */
  wish: { kind?: string; severity?: string; subject?: string; since?: string; before?: string }
  events: EventLine[]
  /** The `before` of the next page; undefined = this is the last. */
  next: number | undefined
  /** First words of kinds. */
  kinds: string[]
}

/** Least weights as people say them. */
const weights: Record<Severity, string> = {
  info: 'info',
  good: 'good news',
  warn: 'warning',
  crit: 'critical',
}

export const eventsPage = (m: EventsPage): PageBody => {
  const { wish } = m
  const query: Query = { ...wish }
  return {
    title: 'Events',
    body: html`${head([{ text: 'Events' }], { title: 'Events', facts: [countWords(m)] })}
${filterForm(
  paths.diary(),
  [
    { name: 'kind', label: 'Kind', choices: m.kinds, chosen: wish.kind },
    { name: 'severity', label: 'At least', choices: Object.keys(weights), chosen: wish.severity },
    { name: 'subject', label: 'About', text: wish.subject, example: 'guest/303' },
    { name: 'since', label: 'Since', text: wish.since, example: '2026-11-20' },
  ],
  Object.values(wish).some(Boolean),
)}
${listPanel(m)}
<nav class="pager" aria-label="Pages of the diary">${wish.before ? html`<a href="${paths.diary({ ...query, before: undefined })}">the newest</a>` : ''}${m.next === undefined ? '' : html`<a href="${paths.diary({ ...query, before: m.next })}">older ones</a>`}</nav>
${formLinks([
  { text: 'CSV', href: paths.diary({ ...query, as: 'csv' }) },
  { text: 'text', href: paths.diary({ ...query, as: 'text' }) },
  { text: 'JSON', href: paths.diary({ ...query, as: 'json' }) },
])}`,
  }
}

const countWords = ({ events, next }: EventsPage) =>
  `${count(events.length, 'event')}${next === undefined ? '' : ', and there are older ones'}`

const listPanel = (m: EventsPage): Html =>
  panel({
    id: 'diary',
    title: 'Diary',
    state: m.events.length === 0 ? 'empty' : 'fresh',
    at: m.now,
    now: m.now,
    limit: PAGE_LIMIT_MS,
    body:
      m.events.length === 0
        ? says({ first: 'Nothing to report.', rest: 'I shall try to contain my disappointment.' })
        : html`<table class="diary long"><thead><tr><th scope="col">Time</th><th scope="col">Weight</th><th scope="col">What</th><th scope="col">About</th></tr></thead><tbody>
${m.events.map((e) => rowOf(e, m))}</tbody></table>`,
  })

const rowOf = (e: EventLine, m: EventsPage): Html =>
  html`<tr id="${domId('event', e.id)}" data-severity="${e.severity}"><td><time datetime="${iso(e.at)}" title="${dateTime(e.at, m.timeZone)}">${whenOf(e.at, m)}</time></td><td>${signOf(e.severity, e.kind)} ${weights[e.severity]}</td><td class="what">${wordsOf(e.kind, e.payload)}</td><td>${aboutOf(e.subject ?? '')}</td></tr>
`

/** Where the subject has a page, its name is the link there. */
export const aboutOf = (subject: string): Html | string => {
  const cut = subject.indexOf('/')
  const [kind, name] = cut < 0 ? [subject, ''] : [subject.slice(0, cut), subject.slice(cut + 1)]
  const href =
    kind === 'guest' && /^\d+$/.test(name)
      ? paths.guest(name)
      : kind === 'node' && name
        ? paths.node(name)
        : kind === 'storage' && name
          ? paths.storage(name)
          : undefined
  const words = shown(name || kind, '')
  return href ? html`<a href="${href}">${words}</a>` : words
}

export const eventsText = (m: EventsPage): string =>
  [
    `EVENTS  ${countWords(m)}`,
    ...columns(
      [
        { head: 'TIME', cell: (e: EventLine) => dateTime(e.at, m.timeZone) },
        { head: 'WEIGHT', cell: (e) => e.severity },
        { head: 'ABOUT', cell: (e) => shown(e.subject, '') },
        { head: 'WHAT', cell: (e) => wordsOf(e.kind, e.payload), most: 200 },
      ],
      m.events,
    ),
    ...(m.next === undefined ? [] : ['', `older: ${paths.diary({ ...m.wish, before: m.next })}`]),
  ].join('\n')

export const eventsJson = (m: EventsPage) => ({
  events: m.events.map(eventJson),
  next: m.next ?? null,
})

export const eventsCsv = (m: EventsPage): string =>
  csv([
    ['id', 'time', 'kind', 'severity', 'subject', 'words'],
    ...m.events.map((e) => [
      e.id,
      iso(e.at),
      shown(e.kind),
      e.severity,
      shown(e.subject, ''),
      wordsOf(e.kind, e.payload).replace(/\u2009/g, ' '),
    ]),
  ])
