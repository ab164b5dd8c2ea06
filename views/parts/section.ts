/** A panel's frame as HTML, as lines for a terminal, and as the head of its JSON. */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import type { Frame } from './frame.ts'
import { cut } from './shown.ts'
import { type Column, columns } from './table.ts'

/** The element that a later reading replaces; `body` is the table, shown where there are rows. */
export const section = (f: Frame, body: Html | ''): Html =>
  html`<section id="panel-${f.name}" class="panel" data-state="${f.state}" aria-labelledby="panel-${f.name}-title">
<header><h2 id="panel-${f.name}-title">${f.title}</h2><p class="count">${f.count}</p><p class="age">${f.at === undefined ? f.heard : html`<time datetime="${iso(f.at)}">${f.heard}</time>`}</p></header>
${f.notes.map((n) => html`<p class="note">${n}</p>\n`)}${f.next ? html`<p class="next">${f.next}</p>\n` : ''}${f.empty ? html`<p class="empty">${f.empty}</p>\n` : body}</section>
`

/** A whole table: heads, then rows that are HTML already. A head that ends in `#` stands over figures. */
export const table = (heads: string[], rows: Html[]): Html =>
  html`<table><thead><tr>${heads.map((h) =>
    h.endsWith('#')
      ? html`<th scope="col" class="n">${h.slice(0, -1)}</th>`
      : html`<th scope="col">${h}</th>`,
  )}</tr></thead><tbody>
${rows}</tbody></table>
`

export const textOf = <Row>(f: Frame, shape: Column<Row>[], rows: readonly Row[]): string =>
  `${[
    [f.title.toUpperCase(), f.count, f.state === 'fresh' ? '' : stateWords[f.state], f.heard]
      .filter(Boolean)
      .join('  ')
      .replace(/\u2009/g, ' '),
    ...f.notes,
    ...(f.next ? [`  ${f.next}`] : []),
    ...(f.empty ? [f.empty] : []),
    ...(rows.length > 0 ? columns(shape, rows) : []),
  ].join('\n')}\n`

/** A name of up to 255 characters: cut in a table, whole when pointed at and in JSON. */
export const named = (name: string): string | Html =>
  name.length <= LONGEST ? name : html`<span title="${name}">${cut(name, LONGEST)}</span>`
const LONGEST = 48

const stateWords = {
  loading: 'loading',
  stale: 'STALE',
  unknown: 'UNKNOWN',
  forbidden: 'NO PERMISSION',
  error: 'ERROR',
} as const

/** The head that every panel's JSON begins with. Moments are ISO 8601, lengths seconds. */
export const jsonOf = <Row>(f: Frame, rows: Row[]) => ({
  panel: f.name,
  title: f.title,
  state: f.state,
  count: f.count.replace(/\u2009/g, ' '),
  notes: f.notes.map((n) => n.replace(/\u2009/g, ' ')),
  next: f.next ?? null,
  now: iso(f.moment.now),
  at: f.at === undefined ? null : iso(f.at),
  ageS: f.at === undefined ? null : Math.max(0, Math.round((f.moment.now - f.at) / 100) / 10),
  rows,
})

export const iso = (at: number): string => new Date(at).toISOString()
export const isoOr = (at: number | undefined): string | null => (at === undefined ? null : iso(at))
