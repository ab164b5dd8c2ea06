/** The bill: the day and the month as bars, what for, which model, the last calls; as a page and as data. */
import { html } from 'hono/html'
import type { Picture } from '../../lib/cluster/picture.ts'
import { count, dollars, dollarsParts, percent } from '../../lib/format.ts'
import type { Bill } from '../../lib/llm/bill.ts'
import type { Sum } from '../../lib/llm/ledger.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import type { Extra } from '../panels/panel.ts'
import { shownPanels } from '../panels/panels.ts'
import { bars, roundTop } from '../parts/bars.ts'
import { figure } from '../parts/figure.ts'
import { panel } from '../parts/panel.ts'
import { table } from '../parts/section.ts'
import { shown } from '../parts/shown.ts'
import { callsPanel } from './cost-calls.ts'
import { formLinks } from './filters.ts'
import { head, type PageBody } from './place.ts'
import { tokens } from './tokens.ts'

export type CostsPage = { picture: Picture; extra: Extra; bill: Bill | undefined }

export const costsPage = ({ picture, extra, bill }: CostsPage): PageBody => ({
  title: 'Costs',
  live: ['costs'],
  body: html`${head([{ text: 'Costs' }], { title: 'Costs', facts: bill ? factsOf(bill) : [] })}
${
  bill && bill.calls.length > 0
    ? html`<div class="columns bill">
<div>${shownPanels.costs.html(picture, extra)}${modelsPanel(bill)}</div>
<div>${dayPanel(bill, extra)}${monthPanel(bill, extra)}</div>
</div>
${callsPanel(bill, extra)}`
    : shownPanels.costs.html(picture, extra)
}
${formLinks([
  { text: 'text', href: `${paths.costs()}?as=text` },
  { text: 'JSON', href: `${paths.costs()}?as=json` },
])}`,
})

const factsOf = ({ atHome, pricesOf }: Bill): string[] => [
  ...(atHome > 0 ? [`${count(atHome, 'call')} at home this month, whose tokens cost nothing`] : []),
  `prices of ${pricesOf}`,
]

type Shape = { id: string; title: string; count?: string; body: Html }
const block = (shape: Shape, { now }: Extra) =>
  panel({ ...shape, state: 'fresh', now, limit: Number.POSITIVE_INFINITY })

const dayPanel = (bill: Bill, extra: Extra): Html =>
  block(
    {
      id: 'costs-day',
      title: 'Today',
      count: `${dollars(bill.today.usd)}, ${count(bill.today.calls, 'call')}`,
      body: moneyBars({
        values: bill.hours,
        times: ['00', '06', '12', '18', '24'],
        label: `Dollars by hour today: ${dollars(bill.today.usd)} in all.`,
      }),
    },
    extra,
  )

const monthPanel = (bill: Bill, extra: Extra): Html => {
  const last = bill.days.length
  return block(
    {
      id: 'costs-month',
      title: 'This month',
      count: `${dollars(bill.month.usd)}, ${count(bill.month.calls, 'call')}`,
      body: moneyBars({
        values: bill.days.map(({ usd }) => usd),
        times: ['1', String(Math.round(last / 2)), String(last)],
        label: `Dollars by day this month: ${dollars(bill.month.usd)} in all, the forecast is ${bill.forecast ? dollars(bill.forecast.usd) : 'too early to say'}.`,
      }),
    },
    extra,
  )
}

const moneyBars = (b: { values: readonly (number | null)[]; times: string[]; label: string }) => {
  const top = roundTop(b.values)
  const word = (usd: number) => dollarsParts(usd).figure
  // An axis without a height would claim a figure.
  const scale = top === 0 ? ['0', ''] : ['0', word(top / 2), word(top)]
  return bars({ ...b, top, scale })
}

const modelsPanel = (bill: Bill): Html =>
  panel({
    id: 'costs-models',
    title: 'By model',
    count: 'this month',
    state: 'fresh',
    now: bill.at,
    limit: Number.POSITIVE_INFINITY,
    body: table(['Model', 'Calls#', 'In#', 'Cached#', 'Out#', 'Cost#'], bill.models.map(modelRow)),
  })

/** What was read from the cache, of all that was read. */
const cachedShare = ({ in: fresh, cacheRead, cacheWrite }: Sum): number | undefined => {
  const all = fresh + cacheRead + cacheWrite
  return all > 0 ? cacheRead / all : undefined
}

const modelRow = (m: Bill['models'][number]): Html =>
  html`<tr><th scope="row">${shown(m.model)}</th><td class="n">${m.calls}</td><td class="n">${tokens(m.in + m.cacheRead + m.cacheWrite)}</td><td class="n">${percent(cachedShare(m))}</td><td class="n">${tokens(m.out)}</td><td class="n">${costOf(m)}</td></tr>
`

/** A local model's tokens cost nothing; a sum of which nothing is known is no zero. */
const costOf = (m: Bill['models'][number]): Html | string => {
  if (m.provider === 'local') return 'at home'
  if (m.unpriced === m.calls) return 'unknown'
  return m.unpriced > 0 ? `${dollars(m.usd)} + ?` : figure(dollarsParts(m.usd))
}
