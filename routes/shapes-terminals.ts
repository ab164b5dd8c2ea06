/** The shapes of what the routes of terminals answer. */
import * as z from 'zod'

export const terminal = z.strictObject({
  id: z.string(),
  name: z.string(),
  target: z.string(),
  label: z.string(),
  host: z.string(),
  kept_by: z.enum(['tmux', 'server']).nullable(),
  viewers: z.int(),
  opened: z.string(),
  opened_by: z.string(),
})
export const terminals = z.strictObject({
  terminals: z.array(terminal),
  targets: z.array(
    z.strictObject({
      key: z.string(),
      kind: z.enum(['node', 'guest', 'host']),
      label: z.string(),
      why_not: z.string().nullable(),
    }),
  ),
})
export const ticket = z.strictObject({ ticket: z.string(), socket: z.string() })
export const ended = z.strictObject({ id: z.string(), ended: z.literal(true) })
export const installed = z.strictObject({
  state: z.string(),
  id: z.int().nullable(),
  text: z.string(),
})
