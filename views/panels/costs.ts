/** What thinking costs: today and this month beside their budgets, what it was for, what is to come. */
import { html } from 'hono/html'
import type { Picture } from '../../lib/cluster/picture.ts'
import { count, dollars, dollarsParts } from '../../lib/format.ts'
import type { Bill } from '../../lib/llm/bill.ts'
import type { SpanState } from '../../lib/llm/budget.ts'
import type { Sum } from '../../lib/llm/ledger.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { figure } from '../parts/figure.ts'
import { frameOf } from '../parts/frame.ts'
import { meter } from '../parts/meter.ts'
import { jsonOf, named, section, textOf } from '../parts/section.ts'
import { domId, shown } from '../parts/shown.ts'
import type { Extra, Model, Panel } from './panel.ts'

export type CostRow = {
  id: string
  kind: 'today' | 'month' | 'forecast' | 'purpose'
  what: string
  figure: string
  /** Beside the figure: of which budget, how many calls. */
  words: string
  /** Of the budget, or of the month; undefined = of nothing. */
  share: number | undefined
  /** From here on it is amber. */
  limit: number | undefined
  isWarn: boolean
  usd: number | null
  limitUsd: number | null
  calls: number
  unpriced: number
}

/** A budget says so from here on. */
const WARN = 0.8
const MOST_PURPOSES = 5

const model = (_: Picture, extra: Extra): Model<CostRow> => {
  const { costs: bill } = extra
  const rows = bill && bill.calls.length > 0 ? rowsOf(bill) : []
  return {
    rows,
    frame: frameOf({
      name: 'costs',
      title: 'Costs',
      // The book is at hand at any time.
      part: { at: extra.now, limit: Number.POSITIVE_INFINITY },
      moment: extra,
      rows: rows.length,
      count: bill ? `${dollars(bill.today.usd)} today` : '',
      empty: bill?.hasModel
        ? 'Nothing on the bill. Such thoughts as I had were free.'
        : 'No model, no bill. I go by the rules; they have served so far.',
      notes: bill ? notesOf(bill) : [],
    }),
  }
}

const notesOf = ({ exhausted, month }: Bill): (string | false)[] => [
  exhausted !== undefined && spentWords(exhausted),
  month.unpriced > 0 &&
    `${count(month.unpriced, 'call')} of unknown price this month: in none of these sums.`,
]

const spentWords = ({ span, limit = 0 }: SpanState): string => {
  const until = span === 'day' ? 'midnight' : 'the first'
  return limit === 0
    ? `Claude may cost nothing by the ${span}. I think for nothing.`
    : `The ${span}'s ${dollars(limit)} is spent. I think for nothing until ${until}.`
}

const rowsOf = (bill: Bill): CostRow[] => [
  spanRow('today', 'Today', bill.today, bill.budget[0]),
  spanRow('month', 'This month', bill.month, bill.budget[1]),
  forecastRow(bill),
  ...bill.purposes.slice(0, MOST_PURPOSES).map((p) => purposeRow(p, bill.month.usd)),
]

const callWords = ({ calls, unpriced }: Pick<Sum, 'calls' | 'unpriced'>) =>
  `${count(calls, 'call')}${unpriced > 0 ? `, ${unpriced} of unknown price` : ''}`

const spanRow = (
  kind: 'today' | 'month',
  what: string,
  sum: Sum,
  budget: SpanState | undefined,
): CostRow => {
  const limit = budget?.limit
  const share = limit === undefined ? undefined : limit === 0 ? 1 : sum.usd / limit
  return {
    id: `costs-${kind}`,
    kind,
    what,
    figure: dollars(sum.usd),
    words: limit === undefined ? callWords(sum) : `of ${dollars(limit)}, ${callWords(sum)}`,
    share,
    limit: share === undefined ? undefined : WARN,
    isWarn: limit !== 0 && (share ?? 0) >= WARN,
    usd: sum.usd,
    limitUsd: limit ?? null,
    calls: sum.calls,
    unpriced: sum.unpriced,
  }
}

const forecastRow = ({ forecast, budget }: Bill): CostRow => {
  const limit = budget[1]?.limit
  const usd = forecast?.usd ?? null
  return {
    id: 'costs-forecast',
    kind: 'forecast',
    what: 'Forecast',
    figure: dollars(usd),
    words: usd === null ? 'too early to say' : 'by the end of the month, at the pace of the week',
    share: usd === null || !limit ? undefined : usd / limit,
    limit: usd === null || !limit ? undefined : 1,
    isWarn: usd !== null && limit !== undefined && limit > 0 && usd > limit,
    usd,
    limitUsd: limit ?? null,
    calls: 0,
    unpriced: 0,
  }
}

const purposeRow = (p: Sum & { purpose: string }, whole: number): CostRow => ({
  id: domId('costs-for', p.purpose),
  kind: 'purpose',
  what: shown(p.purpose),
  figure: dollars(p.usd),
  words: callWords(p),
  share: whole > 0 ? p.usd / whole : 0,
  limit: undefined,
  isWarn: false,
  usd: p.usd,
  limitUsd: null,
  calls: p.calls,
  unpriced: p.unpriced,
})

export const costRow = (r: CostRow): Html =>
  html`<tr id="${r.id}" data-is="${r.kind}"><th scope="row">${named(r.what)}</th><td class="share">${r.share === undefined ? '' : meter({ value: r.share, limit: r.limit, size: 'middle' })}</td><td class="right${r.isWarn ? ' warn' : ''}">${figure(dollarsParts(r.usd))}</td><td class="words">${r.words}</td></tr>
`

export const costTable = (rows: readonly CostRow[]): Html =>
  html`<table class="plain costs"><thead class="unseen"><tr><th scope="col">What</th><th scope="col">Share</th><th scope="col">Cost</th><th scope="col">Of what</th></tr></thead><tbody>
${rows.map(costRow)}</tbody></table>
`

export const costs: Panel<Model<CostRow>> = {
  name: 'costs',
  title: 'Costs',
  model,
  html: (m) =>
    section(m.frame, costTable(m.rows), {
      tools: html`<a class="further quiet" href="${paths.costs()}">the bill</a>`,
    }),
  text: (m) =>
    textOf(
      m.frame,
      [
        { head: 'WHAT', cell: (r) => r.what },
        { head: 'COST', cell: (r) => r.figure, right: true },
        { head: 'OF WHAT', cell: (r) => r.words, most: 60 },
      ],
      m.rows,
    ),
  json: (m) =>
    jsonOf(
      m.frame,
      m.rows.map(({ kind, what, usd, limitUsd, calls, unpriced }) => ({
        kind,
        what,
        usd,
        limitUsd,
        calls,
        unpriced,
      })),
    ),
}
