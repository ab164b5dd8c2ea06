/**
 * Calls that a server left in the text: `<tool_call>{"name":…,"arguments":{…}}</tool_call>`, the second
 * of two in one answer of Qwen 2.5 (ggml-org/llama.cpp#14101). They count only where a model writes its own:
 * at the end of the answer and at the start of a line; anywhere else somebody is quoting a log.
 * What a model thinks aloud (`<think>`) is not said.
 */

export type Tagged = {
  /** The next piece; answers what may be shown of it now. */
  read(text: string): string
  /** The answer is over: what was held back, and the calls that were in it. */
  rest(): { text: string; calls: { name: string; raw: string }[] }
}

const OPEN = '<tool_call>'
const CLOSE = '</tool_call>'
const THINK = '<think>'
const THOUGHT = '</think>'
const wholes = [OPEN, THINK]
/** Each piece searches what is held anew; a call is far shorter. */
const MOST_HELD = 50_000

export const createTagged = ({ hasTools }: { hasTools: boolean }): Tagged => {
  /** Not shown yet: a tag that may be beginning, or calls that may be real. */
  let held = ''
  let isThinking = false
  /** The answer has no word yet, so a thought may still begin. */
  let isStart = true
  let atLineStart = true

  const show = (text: string) => {
    const last = text.lastIndexOf('\n')
    if (last >= 0 || text.trim())
      atLineStart = (last >= 0 || atLineStart) && !text.slice(last + 1).trim()
    if (text.trim()) isStart = false
    return text
  }

  return {
    read(text) {
      held += text
      let shown = ''
      for (;;) {
        if (isThinking) {
          const end = held.indexOf(THOUGHT)
          // The tail is enough to find the end in.
          if (end < 0) {
            held = held.slice(-THOUGHT.length)
            return shown
          }
          held = held.slice(end + THOUGHT.length)
          isThinking = false
          continue
        }
        const at = nextTag(held)
        if (at < 0) {
          shown += show(held)
          held = ''
          return shown
        }
        shown += show(held.slice(0, at))
        held = held.slice(at)
        if (held.startsWith(THINK) && isStart) {
          held = held.slice(THINK.length)
          isThinking = true
          continue
        }
        if (hasTools && atLineStart && held.length < MOST_HELD && isOnlyCalls(held)) return shown
        if (wholes.some((tag) => tag.startsWith(held))) return shown
        // No tag after all, or a quotation: it is text.
        shown += show(held.slice(0, 1))
        held = held.slice(1)
      }
    },

    rest() {
      if (isThinking) return { text: '', calls: [] }
      const calls = held.startsWith(OPEN) && hasTools ? callsIn(held) : undefined
      const left = calls ? '' : held
      held = ''
      return { text: left, calls: calls ?? [] }
    },
  }
}

const nextTag = (text: string): number => text.indexOf('<')

/** Nothing so far but calls, whole or still coming. */
const isOnlyCalls = (text: string): boolean => {
  let left = text
  for (;;) {
    if (OPEN.startsWith(left)) return true
    if (!left.startsWith(OPEN)) return false
    const end = left.indexOf(CLOSE)
    if (end < 0) return true
    left = left.slice(end + CLOSE.length).trimStart()
  }
}

/** All of them, or undefined when one means nothing: then it was no call. */
const callsIn = (text: string): { name: string; raw: string }[] | undefined => {
  const bodies = text
    .split(OPEN)
    .slice(1)
    .map((piece) => piece.split(CLOSE)[0]!.trim())
  const calls = bodies.map(callOf)
  return calls.every((call) => call !== undefined) ? calls : undefined
}

const callOf = (body: string): { name: string; raw: string } | undefined => {
  try {
    const { name, arguments: args } = JSON.parse(body) as { name?: unknown; arguments?: unknown }
    if (typeof name !== 'string' || !name) return undefined
    return { name, raw: typeof args === 'string' ? args : JSON.stringify(args ?? {}) }
  } catch {
    return undefined
  }
}
