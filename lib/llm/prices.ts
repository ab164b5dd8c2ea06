/** What a call costs, by a dated table. What is not in the table has no price, which is not zero. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import * as z from 'zod'
import type { Provider, Usage } from './types.ts'

const price = z.number().min(0)
const table = z.strictObject({
  asOf: z.string(),
  source: z.string(),
  models: z.record(
    z.string(),
    z.strictObject({
      in: price,
      out: price,
      cacheRead: price,
      cacheWrite: price,
      long: z.strictObject({ over: z.number().int().min(1), in: price, out: price }).optional(),
      window: z.number().int().min(1).optional(),
      thinking: z.enum(['disabled', 'between_tools']).optional(),
    }),
  ),
})

export type Facts = z.infer<typeof table>['models'][string]
export type Prices = {
  /** `2026-11-20` */
  asOf: string
  source: string
  models: string[]
  /** Undefined = not in the table. */
  facts(model: string): Facts | undefined
  /** US dollars; null = not known. A model of one's own costs no tokens, whatever its power costs. */
  costOf(provider: Provider, model: string, usage: Usage): number | null
}

/** Reads the table that lies beside this file, or beside the bundle; throws when it is wrong. */
export const readPrices = (): Prices => {
  const text = readFileSync(new URL('./prices.yaml', import.meta.url), 'utf8')
  // A date without quotes is read as one.
  const { asOf, source, models } = table.parse(parse(text, { schema: 'core' }))
  const byName = new Map(Object.entries(models))
  const facts = (model: string) => byName.get(model) ?? byName.get(model.replace(/-\d{8}$/, ''))
  return {
    asOf,
    source,
    models: [...byName.keys()],
    facts,
    costOf: (provider, model, usage) => (provider === 'local' ? 0 : costBy(facts(model), usage)),
  }
}

const costBy = (known: Facts | undefined, usage: Usage): number | null => {
  if (!known) return null
  const prompt = usage.in + usage.cacheRead + usage.cacheWrite
  const rate = known.long && prompt > known.long.over ? known.long : known
  const input = usage.in + usage.cacheRead * known.cacheRead + usage.cacheWrite * known.cacheWrite
  return (input * rate.in + usage.out * rate.out) / 1_000_000
}
