/** The shapes of what machines may do and of what is protected. */
import * as z from 'zod'

const level = z.number().int().min(1).max(5)
const hours = z.tuple([z.number(), z.number()]).nullable()

export const machines = z.strictObject({
  level: level.describe('As it is set.'),
  counts: level.describe('1 while the breaker is down.'),
  breaker: z.strictObject({ at: z.iso.datetime(), reason: z.string() }).nullable(),
  readOnly: z.boolean(),
  night: hours,
  limits: z.strictObject({
    yellowPerNode: z.number(),
    redPerNode: z.number(),
    perTarget: z.number(),
    nodeDeeds: z.number(),
    perTool: z.number(),
    sameDeeds: z.number(),
  }),
  raises: z.array(
    z.strictObject({
      id: z.string(),
      tier: z.enum(['GREEN', 'YELLOW', 'RED', 'BLACK']),
      why: z.string(),
      tool: z.string().nullable(),
      target: z.string().nullable(),
      hours,
    }),
  ),
  levels: z.array(
    z.strictObject({
      level,
      name: z.string(),
      meaning: z.string(),
      YELLOW: z.enum(['run', 'ask', 'refuse']),
      RED: z.enum(['ask', 'refuse']),
    }),
  ),
})

export const protection = z.strictObject({
  known: z.boolean().describe('False: every change needs a person.'),
  unknown: z.string().nullable().describe('Why it cannot be known.'),
  self: z.strictObject({ sentence: z.string(), isKnown: z.boolean() }),
  protected: z.array(
    z.strictObject({
      key: z.string(),
      label: z.string(),
      why: z.array(z.string()),
      sources: z.array(z.enum(['self', 'role', 'ha', 'name', 'tag', 'votes', 'mark'])),
      vital: z.boolean(),
      fixed: z.string().nullable().describe('Why it cannot be unmarked.'),
    }),
  ),
  edges: z.array(z.strictObject({ from: z.string(), to: z.string(), what: z.string() })),
  marked: z.record(z.string(), z.string()),
  unmarked: z.array(z.string()),
})
