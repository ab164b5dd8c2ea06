/**
 * The book of every call: who was asked, for what, how much of it, what it cost, how it ended. Sums are
 * made from it, never kept beside it. A price that is not known stays unknown and is counted apart.
 */
import { type Clock, days } from '../clock.ts'
import type { Db } from '../db/db.ts'
import type { FailureKind, Mind, Provider, Usage } from './types.ts'

export type Outcome = 'done' | FailureKind

export type Booking = {
  mind: Pick<Mind, 'provider' | 'model'>
  purpose: string
  conversation?: string | undefined
  usage: Usage
  /** US dollars; null = not known. */
  usd: number | null
  tookMs: number
  /** Until the first word. */
  firstMs?: number | undefined
  outcome: Outcome
}

export type Call = {
  id: number
  /** When it ended, in milliseconds. */
  at: number
  provider: Provider
  model: string
  purpose: string
  conversation: string | null
  in: number
  out: number
  cacheRead: number
  cacheWrite: number
  exact: boolean
  usd: number | null
  tookMs: number
  firstMs: number | null
  outcome: Outcome
}

export type Sum = {
  calls: number
  usd: number
  /** Calls whose price is not known: they are in no figure of dollars. */
  unpriced: number
  in: number
  out: number
  cacheRead: number
  cacheWrite: number
}

/** A quarter of an hour of one model for one purpose; fine enough for every time zone. */
export type Slice = Sum & { at: number; provider: Provider; model: string; purpose: string }

export type Ledger = {
  book(booking: Booking): number
  /** What Claude has cost since this moment. */
  spent(since: number): { usd: number; unpriced: number }
  slices(since: number): Slice[]
  /** Newest first. */
  latest(n: number): Call[]
  /** When the first call was booked that is still in the book. */
  firstAt(): number | undefined
  /** What one conversation has cost, in all or of the calls that ended within a span. */
  ofConversation(id: string, span?: { from: number; to: number }): Sum
  /** Forgets what is older than a year and a month; answers how many calls went. */
  sweep(): number
}

const KEPT_MS = days(400)
const QUARTER_MS = 900_000
const MOST = 1000

const SUMS = `count(*) as calls, total(usd) as usd,
  sum(usd is null) as unpriced, sum(tokens_in) as "in", sum(tokens_out) as out,
  sum(cache_read) as cacheRead, sum(cache_write) as cacheWrite`

export const createLedger = ({ db, clock }: { db: Db; clock: Pick<Clock, 'now'> }): Ledger => ({
  book: ({ mind, purpose, conversation, usage, usd, tookMs, firstMs, outcome }) =>
    db.run(
      `insert into llm_calls (at, provider, model, purpose, conversation, tokens_in, tokens_out,
         cache_read, cache_write, exact, usd, took_ms, first_ms, outcome)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        Math.round(clock.now()),
        mind.provider,
        mind.model,
        purpose,
        conversation,
        usage.in,
        usage.out,
        usage.cacheRead,
        usage.cacheWrite,
        usage.exact,
        usd,
        Math.round(tookMs),
        firstMs === undefined ? null : Math.round(firstMs),
        outcome,
      ],
    ).id,

  spent: (since) =>
    db.first<{ usd: number; unpriced: number }>(
      `select total(usd) as usd, count(*) filter (where usd is null) as unpriced
       from llm_calls where at >= ? and provider = 'claude'`,
      [since],
    ) ?? { usd: 0, unpriced: 0 },

  slices: (since) =>
    db.all<Slice>(
      `select at / ${QUARTER_MS} * ${QUARTER_MS} as at, provider, model, purpose, ${SUMS}
       from llm_calls where at >= ? group by at / ${QUARTER_MS}, provider, model, purpose
       order by 1`,
      [since],
    ),

  latest: (n) =>
    db
      .all<Omit<Call, 'exact'> & { exact: number }>(
        `select id, at, provider, model, purpose, conversation, tokens_in as "in",
           tokens_out as out, cache_read as cacheRead, cache_write as cacheWrite, exact, usd,
           took_ms as tookMs, first_ms as firstMs, outcome
         from llm_calls order by id desc limit ?`,
        [Math.max(0, Math.min(MOST, Math.floor(n)))],
      )
      .map((row) => ({ ...row, exact: row.exact === 1 })),

  firstAt: () => db.first<{ at: number }>('select at from llm_calls order by at limit 1')?.at,

  ofConversation: (id, { from, to } = { from: 0, to: Number.MAX_SAFE_INTEGER }) =>
    plain(
      db.first<Sum>(`select ${SUMS} from llm_calls where conversation = ? and at between ? and ?`, [
        id,
        from,
        to,
      ]) ?? nothing,
    ),

  sweep: () => db.run('delete from llm_calls where at < ?', [clock.now() - KEPT_MS]).changes,
})

export const nothing: Sum = {
  calls: 0,
  usd: 0,
  unpriced: 0,
  in: 0,
  out: 0,
  cacheRead: 0,
  cacheWrite: 0,
}

/** Sums of no rows are null. */
const plain = (sum: Sum): Sum =>
  Object.fromEntries(Object.entries(sum).map(([key, value]) => [key, value ?? 0])) as Sum

export const plus = (a: Sum, b: Sum): Sum => ({
  calls: a.calls + b.calls,
  usd: a.usd + b.usd,
  unpriced: a.unpriced + b.unpriced,
  in: a.in + b.in,
  out: a.out + b.out,
  cacheRead: a.cacheRead + b.cacheRead,
  cacheWrite: a.cacheWrite + b.cacheWrite,
})
