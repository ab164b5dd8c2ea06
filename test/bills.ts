/** A bill as it is on a Friday at noon, with what it was for in words that a test chooses. */
import { billOf } from '../lib/llm/bill.ts'
import type { SpanState } from '../lib/llm/budget.ts'
import { type Call, type Ledger, nothing, type Slice } from '../lib/llm/ledger.ts'
import { NOON } from './clock.ts'

const HOUR = 3_600_000

const slice = (purpose: string, usd: number, more: Partial<Slice> = {}): Slice => ({
  ...nothing,
  at: NOON - HOUR,
  provider: 'claude',
  model: 'claude-haiku-5-5',
  purpose,
  calls: 3,
  usd,
  in: 1200,
  out: 300,
  cacheRead: 9000,
  ...more,
})

const call = (purpose: string, more: Partial<Call> = {}): Call => ({
  id: 1,
  at: NOON - 60_000,
  provider: 'claude',
  model: 'claude-haiku-5-5',
  purpose,
  conversation: null,
  in: 400,
  out: 100,
  cacheRead: 3000,
  cacheWrite: 0,
  exact: true,
  usd: 0.0014,
  tookMs: 2300,
  firstMs: 620,
  outcome: 'done',
  ...more,
})

const span = (name: 'day' | 'month', limit: number, spent: number): SpanState => ({
  span: name,
  limit,
  spent,
  unpriced: 0,
  until: NOON + 12 * HOUR,
})

export const aBill = (purposes: readonly string[] = ['chat', 'summary'], spent = 0.21) =>
  billOf({
    ledger: {
      slices: () => [
        ...purposes.map((purpose, i) => slice(purpose, spent / (i + 2))),
        slice(purposes[0]!, 0, { provider: 'local', model: 'qwen2.5-7b', calls: 12 }),
        slice(purposes[0]!, spent * 4, { at: NOON - 50 * HOUR, model: 'claude-sonnet-5-5' }),
      ],
      latest: () => [
        call(purposes[0]!),
        call(purposes[0]!, { provider: 'local', model: 'qwen2.5-7b', usd: 0, tookMs: 21_000 }),
        call(purposes.at(-1)!, { usd: null, model: 'claude-next-9' }),
        call(purposes[0]!, { outcome: 'cut', exact: false, firstMs: null }),
      ],
      firstAt: () => NOON - 200 * HOUR,
    } as unknown as Ledger,
    now: NOON,
    timeZone: 'UTC',
    budget: [span('day', 1, spent), span('month', 20, spent * 5)],
    pricesOf: '2026-11-20',
    hasModel: true,
  })
