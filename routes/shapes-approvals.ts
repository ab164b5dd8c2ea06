/** The shapes of requests that wait for a person, and of how they ended. */
import * as z from 'zod'
import { waiting } from './shapes.ts'

const moment = z.iso.datetime().meta({ description: 'ISO 8601, UTC' })
const state = z.enum(['open', 'approved', 'used', 'denied', 'expired', 'void'])
const became = z.strictObject({ id: z.number(), url: z.string() }).nullable()

/** `/approvals` as JSON. */
export const approvals = z.strictObject({
  waiting: z.array(waiting),
  ended: z.array(
    waiting.extend({
      state,
      text: z.string(),
      decidedBy: z.string().nullable(),
      endedAt: moment.nullable(),
      became,
    }),
  ),
})

/** `/approvals/:id` as JSON; whatever confirms it is not in here. */
export const approval = waiting.extend({
  state,
  rule: z.string(),
  goes: z.string(),
  stays: z.string(),
  checked: z.array(z.string()),
  calls: z.array(z.string()),
  expected: z.string().nullable(),
  undo: z.string().nullable(),
  typed: z.string().nullable().meta({ description: 'What a person has to type' }),
  reason: z.string().nullable().meta({ description: "The asker's own words" }),
  outcome: z.strictObject({ is: z.string(), text: z.string() }).nullable(),
  decided: z.strictObject({ by: z.string().nullable(), at: moment }).nullable(),
  became,
  together: z.array(z.number()),
})
