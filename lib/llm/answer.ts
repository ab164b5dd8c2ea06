/**
 * One answer of one model, to its end: whatever is thrown, missing, endless or empty becomes exactly
 * one `failed`; what was used is told before it; control characters are gone.
 */
import type { Clock } from '../clock.ts'
import { failureOf, Trouble } from './failures.ts'
import type { Prompt, RawPart, Stop, Usage } from './types.ts'
import { createWatch, type Patience, type Watch } from './watch.ts'

export type Asking = {
  clock: Clock
  signal: AbortSignal | undefined
  patience: Patience
  /** `Claude (claude-haiku-5-5)`, for sentences. */
  who: string
  secret?: string | undefined
  /** Asks and yields; may throw, and need not end. */
  ask(watch: Watch): AsyncIterable<RawPart>
}

/** More than this (characters) is no answer: a butler is brief, and memory is not for giving away. */
const MOST = 400_000
/** Characters a token, roughly; for estimates only. */
const CHARS_A_TOKEN = 3.5

export async function* answered(asking: Asking): AsyncGenerator<RawPart> {
  const { clock, signal, patience, who, secret, ask } = asking
  const watch = createWatch(clock, signal, patience)
  const seen: Seen = { chars: 0, said: false, calls: 0 }
  let thrown: unknown
  try {
    if (!watch.why())
      for await (const part of ask(watch)) {
        if (watch.why()) break
        const told = take(part, seen)
        if (told) yield told
        if (seen.stop) break
      }
  } catch (error) {
    thrown = error ?? new Error('nothing was said')
  } finally {
    watch.end()
  }
  const usage = counted(seen)
  if (usage) yield { type: 'usage', usage }
  const why = watch.why()
  if (seen.stop && !why && !thrown) {
    if (isSilent(seen)) thrown = new Trouble('garbled', emptyWords(seen.stop))
    else return yield { type: 'done', stop: seen.stop }
  }
  const trouble =
    why === 'aborted'
      ? new Trouble('aborted', 'was stopped.')
      : why === 'timeout'
        ? new Trouble('timeout', watch.begun() ? 'fell silent.' : 'was too slow to begin.')
        : (thrown ?? new Trouble(watch.begun() ? 'cut' : 'garbled', 'ended without an end.'))
  yield {
    type: 'failed',
    ...failureOf(trouble, { who, begun: watch.begun(), secret }),
    said: seen.said,
  }
}

type Seen = {
  chars: number
  said: boolean
  calls: number
  usage?: Usage
  stop?: Stop
}

const take = (part: RawPart, seen: Seen): RawPart | undefined => {
  if (part.type === 'usage') {
    seen.usage = part.usage
    return undefined
  }
  if (part.type === 'done') {
    seen.stop = part.stop
    return undefined
  }
  if (part.type === 'tool') {
    seen.calls += 1
    return part
  }
  if (part.type !== 'text') return part
  const text = speakable(part.text)
  if (!text) return undefined
  seen.chars += text.length
  if (seen.chars > MOST) throw new Trouble('garbled', 'talked on and on; I stopped listening.')
  if (text.trim()) seen.said = true
  return { type: 'text', text }
}

/** Arguments are no text that anybody sees, but they fill the memory all the same. */
export const bounded = (raw: string): string => {
  if (raw.length > MOST) throw new Trouble('garbled', 'talked on and on; I stopped listening.')
  return raw
}

/** Without controls but line ends and tabs, without what turns the direction of text. */
const speakable = (text: string): string =>
  text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    '',
  )

const isSilent = ({ said, calls, stop }: Seen) => !said && calls === 0 && stop !== 'declined'

const emptyWords = (stop: Stop) =>
  stop === 'length' ? 'used up all its tokens without a word.' : 'answered with nothing.'

/** A stream that broke has told what came in, and not what went out. */
const counted = ({ usage, chars }: Seen): Usage | undefined => {
  if (!usage || usage.exact) return usage
  return { ...usage, out: Math.max(usage.out, Math.ceil(chars / CHARS_A_TOKEN)) }
}

/** Roughly how many tokens these words are. */
export const tokensIn = ({ system, messages, tools }: Prompt): number => {
  const chars =
    system.stable.length +
    system.fresh.length +
    JSON.stringify(messages).length +
    (tools.length > 0 ? JSON.stringify(tools).length : 0)
  return Math.ceil(chars / CHARS_A_TOKEN)
}
