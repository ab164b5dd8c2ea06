/**
 * How much Claude may cost a day and a month. At 80 % it is said, at 100 % he is no longer asked until
 * the next one begins; what runs on rules and at home goes on. Calls under way count with what they
 * may come to cost, so that ten at once do not break through together.
 */
import type { Clock } from '../clock.ts'
import { dayStart, monthStart, nextDay, nextMonth } from './calendar.ts'
import type { Ledger } from './ledger.ts'

export type Limits = {
  /** US dollars; undefined = no limit. */
  dayUsd?: number | undefined
  monthUsd?: number | undefined
}

export type Span = 'day' | 'month'
export type SpanState = {
  span: Span
  limit?: number | undefined
  spent: number
  /** Calls of unknown price in this span. */
  unpriced: number
  /** When the next one begins. */
  until: number
}

export type Budget = {
  state(): SpanState[]
  /** The span that is spent, or would be by now; undefined = go on. */
  exhausted(): SpanState | undefined
  /** Is there any limit to keep? */
  isSet: boolean
  /** Holds what a call may cost until it is booked; the answer lets go. */
  reserve(usd: number): () => void
  /** A call of this price could not be booked: it counts all the same, until the house starts anew. */
  missed(usd: number): void
  /** A call of this price was booked: tells when it has crossed 80 % or 100 %. */
  booked(usd: number): void
}

type Needs = {
  ledger: Pick<Ledger, 'spent'>
  clock: Pick<Clock, 'now'>
  timeZone: string
  limits: Limits
  tell: (news: { span: Span; percent: 80 | 100; spent: number; limit: number }) => void
}

export const createBudget = ({ ledger, clock, timeZone, limits, tell }: Needs): Budget => {
  const isSet = limits.dayUsd !== undefined || limits.monthUsd !== undefined
  let underWay = 0
  const unbooked: { at: number; usd: number }[] = []

  const spanOf = (span: Span): SpanState => {
    const now = clock.now()
    const isDay = span === 'day'
    const since = (isDay ? dayStart : monthStart)(now, timeZone)
    const { usd, unpriced } = ledger.spent(since)
    const missing = unbooked.reduce((sum, one) => sum + (one.at >= since ? one.usd : 0), 0)
    return {
      span,
      limit: isDay ? limits.dayUsd : limits.monthUsd,
      spent: usd + missing,
      unpriced,
      until: (isDay ? nextDay : nextMonth)(now, timeZone),
    }
  }
  const state = () => [spanOf('day'), spanOf('month')]

  return {
    state,
    isSet,
    exhausted: () =>
      state()
        .reverse()
        .find(({ limit, spent }) => limit !== undefined && spent + underWay >= limit),
    reserve(usd) {
      underWay += usd
      let isHeld = true
      return () => {
        if (isHeld) underWay -= usd
        isHeld = false
      }
    },
    missed(usd) {
      if (isSet && usd > 0) unbooked.push({ at: clock.now(), usd })
    },
    booked(usd) {
      if (usd <= 0) return
      for (const { span, limit, spent } of state()) {
        if (limit === undefined || limit === 0) continue
        for (const percent of [100, 80] as const) {
          const mark = (limit * percent) / 100
          if (spent < mark || spent - usd >= mark) continue
          tell({ span, percent, spent, limit })
          break
        }
      }
    },
  }
}
