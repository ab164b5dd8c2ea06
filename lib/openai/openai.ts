/**
 * Jarvis as an OpenAI model: Open WebUI and scripts talk to him as they talk to any, and get the same
 * turn with tools, tiers and memory under the rights of their token. Nothing in a request can approve.
 */
import type { Chat, Shown } from '../chat/chat.ts'
import type { Clock } from '../clock.ts'
import { Problem } from '../errors.ts'
import type { Asking } from '../tools/deeds.ts'
import { type Asked, askedIn, type ChatRequest, isChore } from './request.ts'

export const MODEL = 'jarvis'

export type OpenAiNeeds = {
  chat: Pick<Chat, 'ask' | 'cancel' | 'turn' | 'follow' | 'spent'>
  clock: Pick<Clock, 'now'>
  /** Words without tools, for a front end's own chores; undefined = there is no model. */
  words(prompt: string, signal: AbortSignal): Promise<string | undefined>
  /** Where a person decides. */
  approvalUrl(id: number): string
}

export type Usage = { prompt_tokens: number; completion_tokens: number; total_tokens: number }

/** What comes back, piece by piece; the last one is `end`. */
export type Piece = { type: 'text'; text: string } | { type: 'end'; usage: Usage }

/** Pieces of an answer. Leaving early ends the turn. Throws a Problem for what is no question. */
export async function* answer(
  needs: OpenAiNeeds,
  request: ChatRequest,
  caller: Asking,
  signal: AbortSignal,
): AsyncGenerator<Piece> {
  const asked = askedIn(request)
  if (!asked)
    throw new Problem('invalid', 'The last message has to be a question of the user.', {
      details: { param: 'messages' },
    })
  if (isChore(request)) {
    const said = await needs.words(asked.question, signal)
    yield { type: 'text', text: said ?? plainTitle(asked) }
    return yield { type: 'end', usage: NOTHING }
  }
  yield* ofTurn(needs, asked, caller, signal)
}

async function* ofTurn(
  needs: OpenAiNeeds,
  { question, history }: Asked,
  caller: Asking,
  signal: AbortSignal,
): AsyncGenerator<Piece> {
  const { chat } = needs
  const turn = chat.ask({ text: question, caller, origin: 'openai', history })
  const news = queue<string>()
  const teller = createTeller(needs)
  const look = () => {
    const shown = chat.turn(turn.id)
    if (shown) news.push(teller.next(shown))
    if (!shown || !['queued', 'running'].includes(shown.state)) news.end()
  }
  const stop = chat.follow(turn.id, look)
  const leave = () => {
    chat.cancel(turn.id, caller)
    news.end()
  }
  signal.addEventListener('abort', leave, { once: true })
  try {
    look()
    for await (const text of news) if (text) yield { type: 'text', text }
    yield { type: 'end', usage: usageOf(chat.spent(turn.id)) }
  } finally {
    stop()
    signal.removeEventListener('abort', leave)
  }
}

/**
 * A client of this API can only add to what was said. So a finished step is told once; words that are
 * being said are told as they come; and where another model starts over, that is said in words.
 */
const createTeller = ({ approvalUrl }: Pick<OpenAiNeeds, 'approvalUrl'>) => {
  const told = new Set<number>()
  let spoken = ''
  return {
    next({ steps, saying = '', state, why }: Shown): string {
      let text = ''
      for (const step of steps) {
        const isOpen = step.kind === 'call' && ['pending', 'running'].includes(step.state)
        if (isOpen || told.has(step.id)) continue
        told.add(step.id)
        if (step.kind === 'say') {
          text += step.text.startsWith(spoken) ? step.text.slice(spoken.length) : step.text
          text += '\n\n'
          spoken = ''
        } else text += callWords(step, approvalUrl)
      }
      if (saying.startsWith(spoken)) {
        text += saying.slice(spoken.length)
        spoken = saying
      } else if (saying === '' && spoken !== '') {
        text += '\n\n(Another model takes over.)\n\n'
        spoken = ''
      }
      if (why && (state === 'failed' || state === 'stopped')) text += `${why}\n`
      return text
    },
  }
}

const callWords = (
  { tool, state, text, approval }: Shown['steps'][number],
  approvalUrl: (id: number) => string,
): string => {
  if (state === 'waiting' && approval !== undefined)
    return `> ${tool} waits for a person: ${approvalUrl(approval)}\n\n`
  const first = text.split('\n')[0]!.replace(/^\[\w[\w-]*\] /, '')
  return `> ${tool}: ${first.slice(0, 200)}\n\n`
}

const NOTHING: Usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }

const usageOf = ({ in: asked, out }: { in: number; out: number }): Usage => ({
  prompt_tokens: asked,
  completion_tokens: out,
  total_tokens: asked + out,
})

const plainTitle = ({ history, question }: Asked): string =>
  (history[0]?.question ?? question).split('\n')[0]!.slice(0, 40)

/** Pushed by one side, awaited by the other. */
const queue = <T>() => {
  const items: T[] = []
  let over = false
  let wake: (() => void) | undefined
  return {
    push(item: T) {
      items.push(item)
      wake?.()
    },
    end() {
      over = true
      wake?.()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (items.length > 0) yield items.shift()!
        if (over) return
        await new Promise<void>((done) => {
          wake = done
        })
      }
    },
  }
}
