/** The shapes of what the routes of the memory answer. */
import * as z from 'zod'

const moment = z.iso.datetime().meta({ description: 'ISO 8601, UTC' })

export const entry = z.strictObject({
  id: z.int(),
  tier: z.enum([
    'preference',
    'fact',
    'outcome',
    'conversation',
    'summary',
    'observation',
    'untrusted',
    'dismissal',
  ]),
  text: z.string(),
  about: z.string().nullable().meta({ description: 'Its subject: guest/303' }),
  key: z.string().nullable().meta({ description: 'What of the subject: ip' }),
  source: z.string(),
  confidence: z.number().min(0).max(1),
  tainted: z.boolean().meta({ description: 'It holds words that others have written' }),
  verified: z.boolean(),
  made: moment,
  made_by: z.string(),
  edited: moment.nullable(),
  checked: moment.meta({ description: 'When it was last known to be so' }),
  used: moment.nullable(),
  uses: z.int(),
  pinned: moment.nullable(),
  pinned_by: z.string().nullable(),
  expires: moment.nullable().meta({ description: 'null = never by itself' }),
})

export const entryPage = entry.extend({ before: z.array(entry) })

export const memory = z.strictObject({
  total: z.int(),
  entries: z.array(entry),
  forgotten: z.array(entry.extend({ forgotten: moment.nullable() })),
})
