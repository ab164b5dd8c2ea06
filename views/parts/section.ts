/** A panel's frame as HTML, as lines for a terminal, and as the head of its JSON. */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import type { Frame } from './frame.ts'
import { panel, says } from './panel.ts'
import { cut } from './shown.ts'
import { type Column, columns } from './table.ts'

export type Dress = {
  /** In place of the age. */
  action?: Html | undefined
  /** In the head, before the age. */
  tools?: Html | undefined
  /** The body holds blocks with edges of their own. */
  bare?: boolean
}

/** The element that a later reading replaces; `body` is the table, shown where there are rows. */
export const section = (f: Frame, body: Html | '', dress: Dress = {}): Html => {
  const state = f.empty && f.state === 'fresh' ? 'empty' : f.state
  const speechless = f.empty !== undefined || isMute(f)
  return panel({
    id: `panel-${f.name}`,
    title: f.title,
    count: f.count,
    state,
    at: f.at,
    now: f.moment.now,
    limit: f.limit,
    action: dress.action,
    tools: dress.tools,
    bare: dress.bare && !speechless,
    body: html`${speechless ? says(saysOf(f)) : html`${noteLines(f)}${body}`}`,
  })
}

/** No rows to show and a reason for it. */
const isMute = ({ state, empty }: Frame) =>
  empty === undefined && (state === 'unknown' || state === 'forbidden' || state === 'error')

/** That a stale reading is stale stands in the head; why, in the sentence of the page. */
const noteLines = (f: Frame) => {
  const notes = f.state === 'stale' ? f.notes.filter((n) => n !== f.told) : f.notes
  return notes.length === 0 && !f.next
    ? ''
    : html`<div class="notes">${notes.map((n) => html`<p class="note">${n}</p>\n`)}${f.next ? html`<p class="next"><code>${f.next}</code></p>\n` : ''}</div>`
}

/** `I cannot see it.` in a line of its own, then why. */
const saysOf = (f: Frame) => {
  if (f.empty !== undefined) {
    const [first, rest] = split(f.empty)
    return { first, rest: [rest, ...f.notes].filter(Boolean).join(' ') }
  }
  const [first, rest] = split(f.notes[0] ?? 'I cannot see it.')
  return {
    first,
    rest: [rest, ...f.notes.slice(1)].filter(Boolean).join(' '),
    step: f.next ? html`<p class="next"><code>${f.next}</code></p>` : undefined,
  }
}

/** The first sentence stands alone; what follows a colon becomes a sentence of its own. */
const split = (text: string): [string, string] => {
  const end = /[.:] /.exec(text)
  if (!end) return [text, '']
  const rest = text.slice(end.index + 2)
  return [`${text.slice(0, end.index)}.`, rest.charAt(0).toUpperCase() + rest.slice(1)]
}

/** Rows that the HUD shows of a list; its style sheet hides the others. */
const FIRST_ROWS = 5

/** In the head of a list that is longer than its place on the HUD: where the others are. */
export const further = (rows: number, href: string, what: string): Html | undefined =>
  rows > FIRST_ROWS
    ? html`<a class="further quiet" href="${href}">all ${rows}<span class="unseen"> ${what}</span></a>`
    : undefined

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
