/** The book, the price list and the bill: days of the house's own clock, sums, forecast. */
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDb } from '../../../lib/db/db.ts'
import { migrate, readMigrations } from '../../../lib/db/migrate.ts'
import { billOf } from '../../../lib/llm/bill.ts'
import { createBreakers } from '../../../lib/llm/breakers.ts'
import { dayStart, daysOfMonth, monthStart, nextDay, nextMonth } from '../../../lib/llm/calendar.ts'
import { type Booking, createLedger, type Ledger } from '../../../lib/llm/ledger.ts'
import { readPrices } from '../../../lib/llm/prices.ts'
import type { Usage } from '../../../lib/llm/types.ts'
import { type FakeClock, fakeClock } from '../../clock.ts'

const root = join(import.meta.dirname ?? '.', '../../..')
const bill = suite<{ clock: FakeClock; ledger: Ledger }>('llm: bill')

const used = (more: Partial<Usage> = {}): Usage => ({
  in: 100,
  out: 10,
  cacheRead: 0,
  cacheWrite: 0,
  exact: true,
  ...more,
})
const booking = (usd: number | null, more: Partial<Booking> = {}): Booking => ({
  mind: { provider: 'claude', model: 'claude-haiku-5-5' },
  purpose: 'chat',
  usage: used(),
  usd,
  tookMs: 900,
  outcome: 'done',
  ...more,
})

bill.before.each(async (t) => {
  t.clock = fakeClock(Date.parse('2026-11-20T12:00:00Z'))
  const db = await openDb(':memory:')
  migrate(db, readMigrations(join(root, 'migrations')))
  t.ledger = createLedger({ db, clock: t.clock })
})

const made = (t: { clock: FakeClock; ledger: Ledger }, timeZone = 'UTC') =>
  billOf({
    ledger: t.ledger,
    now: t.clock.now(),
    timeZone,
    budget: [],
    pricesOf: '2026-11-20',
    hasModel: true,
  })

bill('the price list is dated, whole, and has the figures that were read', () => {
  const prices = readPrices()
  assert.match(prices.asOf, /^\d{4}-\d\d-\d\d$/)
  const cost = (model: string, usage: Partial<Usage>) =>
    prices.costOf('claude', model, { ...used({ in: 0, out: 0 }), ...usage })
  const M = 1_000_000
  assert.is(cost('claude-haiku-5-5', { in: 100_000 }), 0.01)
  assert.is(cost('claude-haiku-5-5', { in: M }), 0.5, 'a long prompt is dearer')
  assert.is(cost('claude-haiku-5-5', { in: 90_000, cacheRead: 20_000, out: M }), 0.046 + 2.5)
  assert.is(cost('claude-sonnet-5-5', { in: M, out: M }), 12)
  assert.is(cost('claude-sonnet-5-5', { cacheRead: M }), 0.1)
  assert.is(cost('claude-opus-5-5', { cacheWrite: M }), 5)
  assert.is(cost('claude-fable-5-1', { cacheRead: M }), 0.25)
  assert.is(cost('claude-sonnet-5-5-20260928', { in: M }), 2, 'a dated name is the same model')
  assert.is(cost('claude-next-9', { in: 1 }), null)
  assert.is(cost('toString', { in: 1 }), null)
  assert.is(prices.costOf('local', 'anything', used()), 0)
})

bill('today and this month are those of the house', async (t) => {
  t.ledger.book(booking(0.5))
  t.clock.jump(11.5 * 3_600_000)
  t.ledger.book(booking(0.25, { purpose: 'summary' }))
  assert.is(made(t, 'UTC').today.usd, 0.75)
  assert.is(made(t, 'Europe/Berlin').today.usd, 0.25, 'it is past midnight there')
  const { days, hours, month, purposes } = made(t)
  assert.is(month.usd, 0.75)
  assert.is(days.length, 30)
  assert.equal(
    days.filter(({ usd }) => usd).map(({ day, usd, calls }) => [day, usd, calls]),
    [['2026-11-20', 0.75, 2]],
  )
  assert.is(days.at(-1)!.usd, null, 'yet to come')
  assert.equal([hours[12], hours[23], hours.length], [0.5, 0.25, 24])
  assert.equal(
    purposes.map(({ purpose, usd }) => [purpose, usd]),
    [
      ['chat', 0.5],
      ['summary', 0.25],
    ],
  )
})

bill('unknown prices and calls at home are counted apart', (t) => {
  t.ledger.book(booking(null))
  t.ledger.book(booking(0, { mind: { provider: 'local', model: 'qwen' } }))
  const { month, atHome, models } = made(t)
  assert.equal([month.usd, month.unpriced, month.calls, atHome], [0, 1, 2, 1])
  assert.equal(
    models.map(({ provider, calls, unpriced }) => [provider, calls, unpriced]),
    [
      ['claude', 1, 1],
      ['local', 1, 0],
    ],
  )
  assert.equal(t.ledger.spent(0), { usd: 0, unpriced: 1 })
})

bill('a forecast says nothing before three days, then goes by the last week', (t) => {
  assert.is(made(t).forecast, null)
  t.ledger.book(booking(0.3))
  t.clock.jump(2.9 * 86_400_000)
  assert.is(made(t).forecast, null)
  t.clock.jump(0.1 * 86_400_000 + 1000)
  // 0.3 in three days, and seven and a half are left of November.
  const forecast = made(t).forecast!
  assert.ok(Math.abs(forecast.usd - (0.3 + 0.1 * 7.5)) < 0.01, String(forecast.usd))
  assert.is(made(fresh(t)).forecast, null)
})
const fresh = (t: { clock: FakeClock; ledger: Ledger }) => ({
  clock: t.clock,
  ledger: { ...t.ledger, firstAt: () => undefined, slices: () => [] },
})

bill('an empty book makes an empty bill', (t) => {
  const empty = made(t)
  assert.equal([empty.month.calls, empty.today.usd, empty.calls.length], [0, 0, 0])
  assert.is(t.ledger.ofConversation('none').usd, 0)
})

bill('a conversation has its own sum; old calls are forgotten', (t) => {
  t.ledger.book(booking(0.2, { conversation: 'a' }))
  t.ledger.book(booking(0.3, { conversation: 'b' }))
  assert.is(t.ledger.ofConversation('a').usd, 0.2)
  t.clock.jump(401 * 86_400_000)
  t.ledger.book(booking(0.1))
  assert.is(t.ledger.sweep(), 2)
  assert.is(t.ledger.latest(9).length, 1)
})

bill('days begin at midnight also when an hour is missing or doubled', () => {
  const at = (text: string) => Date.parse(text)
  const zone = 'Europe/Berlin'
  for (const [now, start, next] of [
    ['2026-10-25T20:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    ['2026-03-29T20:00:00Z', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['2026-11-20T22:59:59Z', '2026-11-19T23:00:00Z', '2026-11-20T23:00:00Z'],
    ['2026-11-20T23:00:00Z', '2026-11-20T23:00:00Z', '2026-11-21T23:00:00Z'],
  ] as const) {
    assert.is(new Date(dayStart(at(now), zone)).toISOString(), new Date(at(start)).toISOString())
    assert.is(new Date(nextDay(at(now), zone)).toISOString(), new Date(at(next)).toISOString())
  }
  assert.is(monthStart(at('2026-10-31T22:30:00Z'), zone), at('2026-09-30T22:00:00Z'))
  assert.is(monthStart(at('2026-10-31T23:30:00Z'), zone), at('2026-10-31T23:00:00Z'))
  assert.is(nextMonth(at('2026-10-01T10:00:00Z'), zone), at('2026-10-31T23:00:00Z'))
  assert.is(nextMonth(at('2026-12-31T22:00:00Z'), zone), at('2026-12-31T23:00:00Z'))
  assert.is(daysOfMonth(at('2028-02-10T00:00:00Z'), 'UTC').length, 29)
})

bill('who fails again rests longer, and a clock that is set back frees him', (t) => {
  const breakers = createBreakers(t.clock)
  const failure = { kind: 'overloaded' as const, message: 'Busy.' }
  const rests = () => {
    breakers.failed('claude', failure)
    return breakers.resting('claude')!.leftMs
  }
  const got = [rests(), rests(), rests(), rests(), rests(), rests(), rests(), rests()]
  assert.equal(got, [5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000])
  t.clock.jump(-3_600_000)
  assert.is(breakers.resting('claude'), undefined)
  breakers.failed('claude', failure)
  breakers.served('claude')
  assert.is(breakers.resting('claude'), undefined)
  for (const kind of ['aborted', 'too-long', 'invalid', 'none'] as const) {
    breakers.failed('local', { kind, message: '' })
    assert.is(breakers.resting('local'), undefined, kind)
  }
  breakers.failed('local', { kind: 'refused', message: '' })
  assert.is(breakers.resting('local')!.leftMs, 600_000)
})

bill.run()
