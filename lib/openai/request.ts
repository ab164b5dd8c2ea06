/** What an OpenAI client asks: read leniently, since every client adds fields of its own. */
import * as z from 'zod'
import { MOST_TOLD } from '../chat/rows.ts'

const part = z.looseObject({ type: z.string(), text: z.string().optional() })
const message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.union([z.string(), z.array(part)]).nullish(),
})
export const chatRequest = z.looseObject({
  model: z.string().max(200).optional(),
  messages: z.array(message).min(1).max(2000),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
})
export type ChatRequest = z.infer<typeof chatRequest>

export type Exchange = { question: string; answer: string }

export type Asked = {
  question: string
  /** What was said before, as the client tells it. */
  history: Exchange[]
}

/** Undefined: there is no question in it. System prompts of clients are not Jarvis's orders. */
export const askedIn = ({ messages }: ChatRequest): Asked | undefined => {
  const talk = messages
    .filter((m) => m.role === 'user' || m.role === 'assistant')
    .map((m) => ({ role: m.role, text: textOf(m.content) }))
  const last = talk.at(-1)
  if (last?.role !== 'user' || !last.text.trim()) return undefined
  const history: Exchange[] = []
  for (const { role, text } of talk.slice(0, -1)) {
    if (role === 'user') history.push({ question: text, answer: '' })
    else if (history.length > 0) history.at(-1)!.answer += text
  }
  return { question: last.text, history: history.slice(-MOST_TOLD) }
}

const textOf = (content: ChatRequest['messages'][number]['content']): string =>
  typeof content === 'string'
    ? content
    : (content ?? []).map((p) => (p.type === 'text' ? (p.text ?? '') : '')).join('\n')

/**
 * Front ends let the model name, tag and continue their talks by prompts of their own (Open WebUI,
 * backend/open_webui/config.py: each begins with "### Task:"). Those get words and never tools.
 */
export const isChore = ({ messages }: ChatRequest): boolean => {
  const last = messages.filter((m) => m.role === 'user').at(-1)
  return (
    last !== undefined &&
    /^\s*(#{1,3} *Task:|Generate a concise,? .{0,20}title)/i.test(textOf(last.content))
  )
}
