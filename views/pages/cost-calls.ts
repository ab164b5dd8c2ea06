/** The last calls of models, one a row; and the whole bill for a terminal and for scripts. */
import { html } from 'hono/html'
import type { Picture } from '../../lib/cluster/picture.ts'
import { count, DASH, dateTime, dollars, dollarsParts } from '../../lib/format.ts'
import type { Bill } from '../../lib/llm/bill.ts'
import type { Call, Outcome } from '../../lib/llm/ledger.ts'
import type { Html } from '../layout.ts'
import type { Extra } from '../panels/panel.ts'
import { shownPanels } from '../panels/panels.ts'
import { figure } from '../parts/figure.ts'
import { panel } from '../parts/panel.ts'
import { iso, table } from '../parts/section.ts'
import { shown } from '../parts/shown.ts'
import { columns } from '../parts/table.ts'
import { tokens } from './tokens.ts'

export const callsPanel = (bill: Bill, extra: Extra): Html =>
  panel({
    id: 'costs-calls',
    title: 'Last calls',
    count: count(bill.calls.length, 'call'),
    state: 'fresh',
    now: bill.at,
    limit: Number.POSITIVE_INFINITY,
    body: html`<div class="calls">${table(
      ['When', 'For', 'Model', 'In#', 'Out#', 'First word#', 'Took#', 'Cost#', 'End'],
      bill.calls.map((call) => callRow(call, extra.timeZone)),
    )}</div>`,
  })

const callRow = (c: Call, timeZone: string): Html =>
  html`<tr data-is="${c.outcome}"><td><time datetime="${iso(c.at)}">${dateTime(c.at, timeZone).slice(5, 16)}</time></td><td>${shown(c.purpose)}</td><th scope="row">${shown(c.model)}</th><td class="n">${tokens(readBy(c))}</td><td class="n">${about(c)}${tokens(c.out)}</td><td class="n">${took(c.firstMs)}</td><td class="n">${took(c.tookMs)}</td><td class="n">${priceOf(c)}</td><td class="is">${ends[c.outcome] ?? shown(c.outcome)}</td></tr>
`

const readBy = (c: Call) => c.in + c.cacheRead + c.cacheWrite
const about = ({ exact }: Call) => (exact ? '' : '~')

/** `0.8 s`, `12 s`. */
const took = (ms: number | null): string => {
  if (ms === null) return DASH
  const s = ms / 1000
  return `${s < 10 ? s.toFixed(1) : Math.round(s)}\u2009s`
}

const priceOf = (c: Call): Html | string => {
  if (c.provider === 'local') return 'at home'
  return c.usd === null ? 'unknown' : figure(dollarsParts(c.usd))
}
const priceText = (c: Call): string =>
  c.provider === 'local' ? 'at home' : c.usd === null ? 'unknown' : dollars(c.usd)

const ends: Partial<Record<Outcome, string>> = {
  done: 'answered',
  refused: 'key refused',
  limited: 'asked too often',
  overloaded: 'trouble over there',
  loading: 'still loading',
  unreachable: 'no answer',
  cut: 'broke off',
  timeout: 'too slow',
  'too-long': 'too long',
  invalid: 'not understood',
  garbled: 'no sense in it',
  aborted: 'stopped',
}

export const costsText = (picture: Picture, extra: Extra, bill: Bill | undefined): string => {
  const first = shownPanels.costs.text(picture, extra).trimEnd()
  if (!bill || bill.calls.length === 0) return first
  return [
    first,
    '',
    'BY MODEL',
    ...columns(
      [
        { head: 'MODEL', cell: (m) => shown(m.model) },
        { head: 'CALLS', cell: (m) => String(m.calls), right: true },
        { head: 'IN', cell: (m) => tokens(m.in + m.cacheRead + m.cacheWrite), right: true },
        { head: 'OUT', cell: (m) => tokens(m.out), right: true },
        {
          head: 'COST',
          cell: (m) =>
            m.provider === 'local'
              ? 'at home'
              : m.unpriced === m.calls
                ? 'unknown'
                : dollars(m.usd),
          right: true,
        },
      ],
      bill.models,
    ),
    '',
    'LAST CALLS',
    ...columns(
      [
        { head: 'WHEN', cell: (c) => dateTime(c.at, extra.timeZone).slice(5, 16) },
        { head: 'FOR', cell: (c) => shown(c.purpose) },
        { head: 'MODEL', cell: (c) => shown(c.model) },
        { head: 'IN', cell: (c) => tokens(readBy(c)), right: true },
        { head: 'OUT', cell: (c) => `${about(c)}${tokens(c.out)}`, right: true },
        { head: 'TOOK', cell: (c) => took(c.tookMs), right: true },
        { head: 'COST', cell: priceText, right: true },
        { head: 'END', cell: (c) => ends[c.outcome] ?? shown(c.outcome) },
      ],
      bill.calls,
    ),
    '',
    `Prices of ${bill.pricesOf}. A model at home costs no tokens.`,
  ].join('\n')
}

/** Stable keys; dollars as numbers, null = not known. */
export const costsJson = (bill: Bill | undefined) => {
  if (!bill) return { at: null, hasModel: false }
  const { at, budget, exhausted, calls, forecast, ...rest } = bill
  return {
    at: iso(at),
    ...rest,
    forecastUsd: forecast?.usd ?? null,
    budget: budget.map(({ span, limit, spent, unpriced, until }) => ({
      span,
      limitUsd: limit ?? null,
      spentUsd: spent,
      unpriced,
      until: iso(until),
    })),
    exhausted: exhausted?.span ?? null,
    calls: calls.map((call) => ({ ...call, at: iso(call.at) })),
  }
}
