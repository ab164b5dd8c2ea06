/** The shapes of what the bill answers. */
import * as z from 'zod'

const moment = z.iso.datetime().meta({ description: 'ISO 8601, UTC' })
const usd = z.number().meta({ description: 'US dollars' })
const sum = {
  calls: z.int(),
  usd,
  unpriced: z.int().meta({ description: 'Calls whose price is not known: in no sum' }),
  in: z
    .int()
    .meta({ description: 'Tokens that were neither read from the cache nor written to it' }),
  out: z.int(),
  cacheRead: z.int(),
  cacheWrite: z.int(),
}
const provider = z.enum(['claude', 'local'])
const ofSpan = z.enum(['day', 'month'])

/** A row of the panel. */
export const costRow = z.strictObject({
  kind: z.enum(['today', 'month', 'forecast', 'purpose']),
  what: z.string(),
  usd: usd.nullable().meta({ description: 'null = too early to say' }),
  limitUsd: usd.nullable().meta({ description: 'null = no budget' }),
  calls: z.int(),
  unpriced: z.int(),
})

const call = z.strictObject({
  id: z.int(),
  at: moment,
  provider,
  model: z.string(),
  purpose: z.string(),
  conversation: z.string().nullable(),
  in: z.int(),
  out: z.int(),
  cacheRead: z.int(),
  cacheWrite: z.int(),
  exact: z.boolean().meta({ description: 'False: estimated from what came before it broke off' }),
  usd: usd.nullable().meta({ description: 'null = the price is not known' }),
  tookMs: z.int(),
  firstMs: z.int().nullable(),
  outcome: z.string().meta({ description: 'done, or why it came to nothing' }),
})

export const bill = z.union([
  z.strictObject({ at: z.null(), hasModel: z.literal(false) }),
  z.strictObject({
    at: moment,
    today: z.strictObject(sum),
    month: z.strictObject(sum),
    hours: z.array(usd.nullable()).meta({ description: 'Of today; null = yet to come' }),
    days: z.array(z.strictObject({ day: z.string(), usd: usd.nullable(), calls: z.int() })),
    purposes: z.array(z.strictObject({ ...sum, purpose: z.string() })),
    models: z.array(z.strictObject({ ...sum, provider, model: z.string() })),
    atHome: z.int().meta({ description: 'Calls of the local model this month: no token costs' }),
    forecastUsd: usd.nullable().meta({ description: 'The whole month; null = too early to say' }),
    budget: z.array(
      z.strictObject({
        span: ofSpan,
        limitUsd: usd.nullable(),
        spentUsd: usd,
        unpriced: z.int(),
        until: moment,
      }),
    ),
    exhausted: ofSpan.nullable().meta({ description: 'Claude is not asked until it ends' }),
    calls: z.array(call).meta({ description: 'The last ones, newest first' }),
    pricesOf: z.string().meta({ description: 'The date of the price list' }),
    hasModel: z.boolean(),
  }),
])
