/** The shapes of what the audit trail answers. */
import * as z from 'zod'

const moment = z.iso.datetime().meta({ description: 'ISO 8601, UTC' })
const text = z.string().nullable()
const number = z.number().nullable()

export const auditRow = z.strictObject({
  id: z.number(),
  at: moment,
  who: z.string(),
  kind: z.enum(['person', 'machine', 'wall', 'jarvis']).nullable(),
  from: z.string(),
  what: z.string(),
  target: text,
  args: z.record(z.string(), z.unknown()).nullable(),
  verdict: z.string(),
  tier: text,
  rule: text,
  reason: text,
  outcome: text,
  of: number.meta({ description: 'The row that this one concludes' }),
  approval: number,
  deed: number,
  task: text,
  tookS: number.meta({ description: 'Seconds' }),
  before: text,
  after: text,
  previous: z.string(),
  hash: z.string(),
  sound: z.boolean().meta({ description: 'Its own hash is right' }),
})

export const auditChain = z.strictObject({
  ok: z.boolean(),
  rows: z.number().meta({ description: 'Rows that fit' }),
  brokenAt: number.meta({ description: 'The first row that does not fit' }),
  why: z.enum(['changed', 'missing', 'anchor']).nullable(),
  brokenRowAt: moment.nullable(),
  newest: z.strictObject({ id: z.number(), hash: z.string() }).nullable(),
  at: moment,
  tookMs: z.number(),
  by: z.string(),
})

export const auditPage = z.strictObject({
  acts: z.array(z.array(auditRow)).meta({ description: 'What was begun, then how it ended' }),
  next: number.meta({ description: 'The `before` of the following page' }),
  tired: z.boolean().meta({ description: 'It stopped looking; `next` goes on' }),
  chain: auditChain.nullable().meta({ description: 'The last look; null: nobody has looked yet' }),
  forgotten: z
    .strictObject({ through: z.number(), hash: z.string(), rows: z.number(), at: moment })
    .nullable()
    .meta({ description: 'What retention has cut off' }),
})
