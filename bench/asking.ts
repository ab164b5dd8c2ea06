/**
 * A talk with models that play their part, for lines about time and tokens: a fixed small set of
 * questions, half of which a table answers. Tokens are estimated at four characters each.
 */
import type { Asked, Reply } from '../lab/llm.ts'

/** By whom: the table, the model at home, Claude for what takes several steps. */
export const questions = [
  'how full is local-lvm?',
  'which guests are stopped?',
  '/nodes',
  'is homeassistant running?',
  'please tell me in one sentence how the house is tonight',
  'please look which of the guests needs the most memory',
  'please find out what ran on pve last night and tell me what matters',
  'why is agent busy, and what would you do about it?',
  'please plan how to reboot pve without anybody noticing',
  'please explain why backups of the last days differ in size',
] as const

const TOOLS = ['guest_list', 'recent_tasks', 'node_status'] as const
const tokens = (value: unknown) => Math.ceil(JSON.stringify(value ?? '').length / 4)

/** Looks once, then answers; its usage is what its prompt weighs, what came before out of the cache. */
export const player = () => {
  let cached = 0
  return ({ face, body }: Asked): Reply => {
    const messages = body.messages as { role: string; content: unknown }[]
    const stable = tokens(body.tools) + (face === 'claude' ? tokens(firstOf(body.system)) : 0)
    const all = tokens(body.tools) + tokens(body.system) + tokens(messages)
    const usage =
      face === 'llama'
        ? { in: all, out: 90 }
        : cached > 0
          ? { in: all - stable, cacheRead: stable, out: 90 }
          : { in: all - stable, cacheWrite: stable, out: 90 }
    if (face === 'claude') cached = stable
    const last = messages.at(-1)
    const hasLooked = last?.role === 'tool' || JSON.stringify(last?.content).includes('tool_result')
    const name = TOOLS[messages.length % TOOLS.length]!
    const args = name === 'node_status' ? { node: 'pve' } : {}
    return hasLooked
      ? { text: 'All is as it should be, sir; the figures stand above.', usage }
      : { text: 'One moment.', calls: [{ name, args }], usage }
  }
}

const firstOf = (system: unknown): unknown => (Array.isArray(system) ? system[0] : system)
