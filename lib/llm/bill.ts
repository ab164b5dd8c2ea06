/** The bill as people read it: today, this month, what for, what is to come, the last calls. */
import { days } from '../clock.ts'
import type { SpanState } from './budget.ts'
import { dayOf, dayStart, daysOfMonth, monthStart, nextDay, nextMonth } from './calendar.ts'
import { type Call, type Ledger, nothing, plus, type Slice, type Sum } from './ledger.ts'
import type { Provider } from './types.ts'

/** What the month will come to; null = too early to say. */
export type Forecast = { usd: number } | null

export type Bill = {
  at: number
  today: Sum
  month: Sum
  /** Dollars by hour of today, 24 (23 or 25) of them; null = yet to come. */
  hours: (number | null)[]
  /** Dollars by day of this month; null = yet to come. */
  days: { day: string; usd: number | null; calls: number }[]
  /** This month, the dearest first. */
  purposes: (Sum & { purpose: string })[]
  models: (Sum & { provider: Provider; model: string })[]
  /** Calls of models at home this month: no token of theirs costs anything. */
  atHome: number
  forecast: Forecast
  budget: SpanState[]
  /** The span that is spent: Claude is not asked until it ends. */
  exhausted?: SpanState | undefined
  calls: Call[]
  /** The date of the price list. */
  pricesOf: string
  /** Is there any model? */
  hasModel: boolean
}

const SHOWN_CALLS = 20
/** A forecast looks back so far, and says nothing before it can look back three days. */
const BACK_MS = days(7)
const ENOUGH_MS = days(3)
const HOUR_MS = 3_600_000

type Needs = Pick<Bill, 'budget' | 'exhausted' | 'pricesOf' | 'hasModel'> & {
  ledger: Ledger
  now: number
  timeZone: string
}

export const billOf = ({ ledger, now, timeZone, ...given }: Needs): Bill => {
  const today = dayStart(now, timeZone)
  const month = monthStart(now, timeZone)
  const slices = ledger.slices(Math.min(month, now - BACK_MS))
  const inMonth = slices.filter(({ at }) => at >= month)
  const ofToday = inMonth.filter(({ at }) => at >= today)
  const spent = total(inMonth)
  return {
    at: now,
    today: total(ofToday),
    month: spent,
    hours: byHour(ofToday, today, now, timeZone),
    days: byDay(inMonth, now, timeZone),
    purposes: grouped(inMonth, ({ purpose }) => purpose).map(([{ purpose }, sum]) => ({
      purpose,
      ...sum,
    })),
    models: grouped(inMonth, ({ provider, model }) => `${provider} ${model}`).map(
      ([{ provider, model }, sum]) => ({ provider, model, ...sum }),
    ),
    atHome: total(inMonth.filter(({ provider }) => provider === 'local')).calls,
    forecast: forecastOf(slices, { now, timeZone, spent: spent.usd, firstAt: ledger.firstAt() }),
    calls: ledger.latest(SHOWN_CALLS),
    ...given,
  }
}

const total = (slices: Slice[]): Sum => slices.reduce<Sum>(plus, nothing)

const grouped = (slices: Slice[], keyOf: (slice: Slice) => string): [Slice, Sum][] => {
  const groups = new Map<string, [Slice, Sum]>()
  for (const slice of slices) {
    const key = keyOf(slice)
    const group = groups.get(key)
    groups.set(key, [slice, plus(group?.[1] ?? nothing, slice)])
  }
  return [...groups.values()].sort((a, b) => b[1].usd - a[1].usd || b[1].calls - a[1].calls)
}

const byHour = (slices: Slice[], today: number, now: number, timeZone: string) => {
  const length = Math.round((nextDay(now, timeZone) - today) / HOUR_MS)
  const hours = Array.from({ length }, (_, i): number | null =>
    today + i * HOUR_MS <= now ? 0 : null,
  )
  for (const { at, usd } of slices) {
    const i = Math.floor((at - today) / HOUR_MS)
    hours[i] = (hours[i] ?? 0) + usd
  }
  return hours
}

const byDay = (slices: Slice[], now: number, timeZone: string) => {
  const today = dayOf(now, timeZone)
  const sums = new Map(
    grouped(slices, ({ at }) => dayOf(at, timeZone)).map(([{ at }, sum]) => [
      dayOf(at, timeZone),
      sum,
    ]),
  )
  return daysOfMonth(now, timeZone).map((day) => ({
    day,
    usd: day > today ? null : (sums.get(day)?.usd ?? 0),
    calls: sums.get(day)?.calls ?? 0,
  }))
}

/** What is spent, and the rest of the month at the pace of the last week. */
const forecastOf = (
  slices: Slice[],
  {
    now,
    timeZone,
    spent,
    firstAt,
  }: Record<'now' | 'spent', number> & {
    timeZone: string
    firstAt: number | undefined
  },
): Forecast => {
  const since = Math.max(firstAt ?? now, now - BACK_MS)
  if (now - since < ENOUGH_MS) return null
  const pace = total(slices.filter(({ at }) => at >= since - HOUR_MS)).usd / (now - since)
  return { usd: spent + pace * (nextMonth(now, timeZone) - now) }
}
