/**
 * Models that play their part in real turns, for figures and pictures: a fixed small set of questions,
 * and a day of them. Tokens are estimated at four characters each.
 */
import type { Asked, Reply } from '../lab/llm.ts'
import { paths } from '../lib/paths.ts'

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

/** A day of a household of two: when, and what is asked. */
const DAY: [string, (typeof questions)[number]][] = [
  ['06:40', 'please tell me in one sentence how the house is tonight'],
  ['06:55', 'please find out what ran on pve last night and tell me what matters'],
  ['07:10', 'how full is local-lvm?'],
  ['08:20', 'please look which of the guests needs the most memory'],
  ['09:05', 'why is agent busy, and what would you do about it?'],
  ['09:08', 'please plan how to reboot pve without anybody noticing'],
  ['10:30', 'is homeassistant running?'],
  ['11:15', 'please explain why backups of the last days differ in size'],
  ['12:05', 'which guests are stopped?'],
  ['13:20', 'why is agent busy, and what would you do about it?'],
  ['13:24', 'please plan how to reboot pve without anybody noticing'],
  ['14:10', '/nodes'],
  ['14:18', 'please tell me in one sentence how the house is tonight'],
]

type Day = { url: string; cookie: string; at(time: string): void }

/** Asks over HTTP, one after the other, each at its hour. */
export const playDay = async ({ url, cookie, at }: Day) => {
  const headers = { cookie, origin: url, accept: 'application/json' }
  for (const [time, text] of DAY) {
    at(time)
    const body = new URLSearchParams({ text })
    const asked = await fetch(url + paths.chat(), { method: 'POST', headers, body })
    const { talk } = (await asked.json()) as { talk: number }
    for (let i = 0; i < 500; i++) {
      const read = await fetch(url + paths.talk(talk), { headers })
      const { turns } = (await read.json()) as { turns: { state: string }[] }
      if (!['queued', 'running'].includes(turns.at(-1)!.state)) break
      await new Promise((done) => setTimeout(done, 20))
    }
  }
}
