/**
 * The words of a request as each house wants them. What is of this moment stands before the last thing
 * that the user said, not in the system's words: all that comes before it then stays the same from one
 * request to the next, and neither house has to read it again (Claude for money, a rack at home for
 * minutes). Names and ids of calls are made fit for both, since a talk may go on with another model.
 */
import type { Message, Prompt, ToolCall } from './types.ts'

/** The same messages, with `fresh` before the user's last words, and nothing that is empty. */
export const withMoment = ({ system, messages }: Prompt): Message[] => {
  const { fresh } = system
  const last = messages.findLastIndex(({ role }) => role === 'user')
  if (!fresh.trim()) return messages
  if (last < 0) return [{ role: 'user', text: moment(fresh) }, ...messages]
  return messages.map((message, i) =>
    i === last && message.role === 'user'
      ? { ...message, text: `${moment(fresh)}\n\n${message.text}` }
      : message,
  )
}

const moment = (fresh: string) => `<moment>\n${fresh.trim()}\n</moment>`

/** Half a character in a name makes both houses refuse the whole request. */
export const whole = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd')

/** Neither house takes an empty text. */
export const orNothing = (text: string): string => (whole(text).trim() ? whole(text) : '(nothing)')

/** A name that a model made up may be in any script; it was answered, so it stays in the talk. */
export const fitName = (name: string): string =>
  name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || 'unknown'

export const fitId = (id: string): string => id.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || '_'

/** The arguments as an object, also those that meant nothing. */
export const inputOf = ({ args }: ToolCall): Record<string, unknown> => args ?? {}
