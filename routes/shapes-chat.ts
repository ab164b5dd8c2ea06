/** The shapes of what the routes of the talks answer. */
import * as z from 'zod'

const moment = z.iso.datetime().meta({ description: 'ISO 8601, UTC' })

const head = z.strictObject({
  id: z.int(),
  title: z.string(),
  origin: z.enum(['web', 'cli', 'openai']),
  made: moment,
  changed: moment,
})

export const talks = z.strictObject({ talks: z.array(head) })

const said = z.strictObject({ kind: z.literal('say'), text: z.string() })
const called = z.strictObject({
  kind: z.literal('call'),
  tool: z.string(),
  args: z.string().meta({ description: 'As the model wrote them' }),
  state: z.enum(['pending', 'running', 'waiting', 'done', 'failed', 'refused']),
  tier: z.enum(['GREEN', 'YELLOW', 'RED', 'BLACK']).nullable(),
  result: z.string(),
  tookS: z.number().nullable(),
  approval: z
    .strictObject({ id: z.int(), url: z.string() })
    .nullable()
    .meta({ description: 'What a person has to decide, while it waits' }),
})

export const turn = z.strictObject({
  id: z.int(),
  question: z.string(),
  state: z.enum(['queued', 'running', 'waiting', 'done', 'failed', 'stopped']),
  why: z.string().nullable(),
  steps: z.array(z.discriminatedUnion('kind', [said, called])),
  saying: z.string().nullable().meta({ description: 'What is being said this moment' }),
  status: z.string().nullable().meta({ description: 'What he is at' }),
  mind: z.string().nullable().meta({ description: 'Who answered; rules = no model' }),
  mindWhy: z.string().nullable().meta({ description: 'Why that one was asked' }),
  usd: z.number().nullable().meta({ description: 'null = not known' }),
  tokens: z.int().nullable(),
  started: moment,
  ended: moment.nullable(),
})

export const talk = head.extend({
  tokens: z.int().nullable(),
  usd: z.number().nullable(),
  older: z.boolean().meta({ description: 'There are turns before these' }),
  turns: z.array(turn),
})

export const asked = z.strictObject({
  talk: z.int(),
  turn: z.int(),
  url: z.string(),
  live: z.string().meta({ description: 'Its answer as a stream' }),
})
