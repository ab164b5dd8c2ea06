/**
 * What the model is given to read, cut to the window it really has: persona and rules first and always
 * the same, then the cluster in a few lines, what is remembered, and as much of the talk as fits.
 */
import type { Message, Mind, Prompt, ToolSpec } from '../llm/types.ts'
import type { Step, Turn } from './rows.ts'

/** A turn with its steps. */
export type Told = { turn: Turn; steps: Step[] }

export type Material = {
  persona: string
  /** The cluster now, at most 600 tokens. */
  summary: string
  /** What is remembered that may matter, as markdown; empty = nothing. */
  memory: string
  /** Older turns, oldest first. */
  before: Told[]
  now: Told
  /** Tools, all that may be used, and those that fit into a small window. */
  tools: ToolSpec[]
  shortlist: ToolSpec[]
  maxTokens: number
}

/** Where nobody knows the window, it is taken to be as small as they come. */
export const LEAST_WINDOW = 4096
const SMALL_WINDOW = 16_000
/** Characters a token, on the careful side: English prose has 4, JSON and German less. */
const PER_TOKEN = 3.2

export const tokensOf = (text: string): number => Math.ceil(text.length / PER_TOKEN)

export const promptFor =
  (material: Material) =>
  ({ window = LEAST_WINDOW }: Pick<Mind, 'window'>): Prompt => {
    const { persona, tools, shortlist, maxTokens } = material
    const chosen = window < SMALL_WINDOW ? shortlist : tools
    const fixed = tokensOf(persona) + tokensOf(JSON.stringify(chosen)) + maxTokens
    let room = Math.max(400, Math.floor((window - fixed) * 0.95))
    const fresh = freshOf(material, Math.floor(room * 0.4))
    room -= tokensOf(fresh)
    const now = messagesOf(material.now, room)
    room -= sizeOf(now)
    return {
      system: { stable: persona, fresh },
      messages: [...history(material.before, room), ...now],
      tools: chosen,
    }
  }

const freshOf = ({ summary, memory }: Material, room: number): string => {
  const told = `# The cluster now\n${cut(summary, Math.min(600, room))}`
  const left = room - tokensOf(told)
  return memory && left > 100 ? `${told}\n\n# What you remember\n${cut(memory, left)}` : told
}

/** The newest turns that fit; of those that do not, nothing: half an exchange misleads. */
const history = (before: Told[], room: number): Message[] => {
  const kept: Message[][] = []
  let left = room
  for (const told of [...before].reverse()) {
    const messages = briefly(told)
    left -= sizeOf(messages)
    if (left < 0) break
    kept.unshift(messages)
  }
  return kept.flat()
}

/** An older turn is its question and its answer; what the tools said then is old news. */
const briefly = ({ turn, steps }: Told): Message[] => {
  const said = steps.filter((s) => s.kind === 'say').map((s) => s.text)
  const done = steps
    .filter((s) => s.kind === 'call' && s.state !== 'pending')
    .map((s) => `(${s.tool}: ${s.state})`)
  const answer = [...done, ...said].join('\n') || `(${turn.why ?? 'no answer'})`
  return [
    { role: 'user', text: turn.question },
    { role: 'assistant', text: answer },
  ]
}

/** The turn that is under way, whole; what is too long loses its middle. */
const messagesOf = ({ turn, steps }: Told, room: number): Message[] => {
  const results = steps.filter((s) => s.kind === 'call').length
  const each = Math.max(120, Math.floor((room * 0.6) / Math.max(1, results)))
  const question = { role: 'user', text: cut(turn.question, Math.floor(room * 0.35)) } as const
  const rounds = new Map<number, Step[]>()
  for (const step of steps) rounds.set(step.round, [...(rounds.get(step.round) ?? []), step])
  return [question, ...[...rounds.values()].flatMap((round) => roundOf(round, each))]
}

const roundOf = (steps: Step[], each: number): Message[] => {
  const calls = steps.filter((s) => s.kind === 'call')
  const text = steps
    .filter((s) => s.kind === 'say')
    .map((s) => s.text)
    .join('\n')
  const said: Message = {
    role: 'assistant',
    text: cut(text, each * 2),
    ...(calls.length > 0 && {
      calls: calls.map((s) => ({ id: s.callId!, name: s.tool!, raw: s.args!, args: argsIn(s) })),
    }),
  }
  if (calls.length === 0) return [said]
  return [
    said,
    {
      role: 'results',
      results: calls.map((s) => ({
        id: s.callId!,
        text: cut(s.text || s.state, each),
        ...(s.state === 'failed' && { failed: true }),
      })),
    },
  ]
}

const argsIn = ({ args }: Step): Record<string, unknown> | undefined => {
  try {
    return JSON.parse(args ?? '{}') as Record<string, unknown>
  } catch {
    return undefined
  }
}

const sizeOf = (messages: Message[]): number =>
  messages.reduce((sum, message) => sum + tokensOf(JSON.stringify(message)), 0)

/** Keeps the beginning and the end, since a log's last lines and a question's first matter most. */
export const cut = (text: string, tokens: number): string => {
  const most = Math.max(0, Math.floor(tokens * PER_TOKEN))
  if (text.length <= most) return text
  const half = Math.max(0, Math.floor((most - 40) / 2))
  const left = text.length - 2 * half
  return `${text.slice(0, half)}\n[… ${left} characters left out …]\n${half ? text.slice(-half) : ''}`
}
