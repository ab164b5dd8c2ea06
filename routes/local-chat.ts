/**
 * Talks of the command line, over the control socket. A question is answered by lines of JSON as things
 * happen, until the turn has ended; whoever stops reading ends the reading, not the turn.
 */
import type { Context, Hono } from 'hono'
import * as z from 'zod'
import type { Chat, Shown } from '../lib/chat/chat.ts'
import { withPiped } from '../lib/chat/piped.ts'
import type { Step, Turn, TurnState } from '../lib/chat/rows.ts'
import { isWithin, minutes } from '../lib/clock.ts'
import { Problem } from '../lib/errors.ts'
import { paths } from '../lib/paths.ts'
import { commandLine } from './caller.ts'
import type { Env, Needs } from './needs.ts'

/** A talk that is older is not gone on with unless it is named. */
const STILL_WARM_MS = minutes(30)

/** What a command line hears, in this order; the last one is `end`. */
export type TalkLine =
  | { type: 'turn'; turn: number; conversation: number; title: string; goesOn: boolean }
  | { type: 'status'; text: string }
  | { type: 'text'; text: string }
  /** What was said in this round does not count: another mind starts over. */
  | { type: 'again' }
  /** A round is over, and this is all that was said in it. */
  | { type: 'said'; text: string }
  | {
      type: 'call'
      id: number
      tool: string
      state: Step['state']
      text: string
      tookS: number | null
      /** Waits for a person. */
      approval: { id: number; url: string } | null
      deed: number | null
    }
  /** It goes on after a decision, or when a long deed has ended. */
  | { type: 'rests' }
  | {
      type: 'end'
      state: TurnState
      why: string | null
      mind: string | null
      usd: number | null
      tokens: { in: number; out: number }
    }

export type LocalChatNeeds = Pick<Needs, 'clock' | 'address'> & {
  config: { server?: { url?: string | undefined } }
  chat?: Chat | undefined
}

const question = z.strictObject({
  text: z.string().max(64_000),
  /** `last` = the newest, if it is not long ago; absent = a new one. */
  conversation: z.union([z.number().int().positive(), z.literal('last')]).optional(),
  piped: z.string().max(64_000).optional(),
  /** The question itself came through a pipe. */
  foreign: z.boolean().optional(),
})

export const addLocalChat = (app: Hono<Env>, needs: LocalChatNeeds) => {
  const { clock } = needs
  const chatOf = (): Chat => {
    if (needs.chat) return needs.chat
    throw new Problem('failed', 'This server does not talk.')
  }
  const urlOf = (id: number) =>
    (needs.config.server?.url ?? needs.address?.() ?? '').replace(/\/+$/, '') + paths.approval(id)
  const newest = () => {
    const last = chatOf().list(commandLine)[0]
    return last && isWithin(last.changedAt, STILL_WARM_MS, clock.now()) ? last.id : undefined
  }
  /** A turn of the command line's own; of others it hears nothing, not even that they are there. */
  const turnIn = (c: Context<Env>): Shown => {
    const turn = chatOf().turn(Number(c.req.param('turn')))
    if (turn) chatOf().read(turn.conversation, commandLine)
    if (turn) return turn
    throw new Problem('not-found', 'There is no such turn.')
  }
  const told = (turn: Turn, goesOn: boolean) => {
    const { title } = chatOf().read(turn.conversation, commandLine).conversation
    const head = { type: 'turn', turn: turn.id, conversation: turn.conversation, title, goesOn }
    return new Response(linesOf(chatOf(), head as TalkLine, turn.id, urlOf), {
      headers: {
        'Content-Type': 'application/x-ndjson; charset=utf-8',
        'Cache-Control': 'no-store',
      },
    })
  }

  app.get('/local/chat', (c) =>
    c.json({
      talks: chatOf()
        .list(commandLine)
        .map(({ id, title, changedAt }) => ({
          id,
          title,
          changed: new Date(changedAt).toISOString(),
        })),
    }),
  )
  app.get('/local/chat/:id', (c) => {
    const { conversation, turns } = chatOf().read(Number(c.req.param('id')), commandLine)
    const last = turns.at(-1)
    return c.json({
      id: conversation.id,
      title: conversation.title,
      turns: turns.length,
      open: last && last.endedAt === undefined ? last.id : null,
      last: last ? { question: last.question, answer: saidIn(last), state: last.state } : null,
    })
  })
  app.post('/local/chat', async (c) => {
    const asked = question.safeParse(await c.req.json().catch(() => undefined))
    if (!asked.success)
      throw new Problem('invalid', asked.error.issues.map((i) => i.message).join('; '))
    const { text, piped, foreign, conversation: wished } = asked.data
    const conversation = wished === 'last' ? newest() : wished
    const turn = chatOf().ask({
      conversation,
      text: piped === undefined ? text : withPiped(text, piped),
      caller: commandLine,
      origin: 'cli',
      ...((piped !== undefined || foreign) && { tainted: 'piped input' }),
    })
    return told(turn, conversation !== undefined)
  })
  app.get('/local/chat/turns/:turn', (c) => told(turnIn(c), true))
  app.post('/local/chat/turns/:turn/stop', (c) => {
    chatOf().cancel(turnIn(c).id, commandLine)
    return c.json({})
  })
}

const saidIn = ({ steps }: Shown): string =>
  steps
    .filter((s) => s.kind === 'say')
    .map((s) => s.text)
    .join('\n\n')

const linesOf = (
  chat: Chat,
  head: TalkLine,
  turn: number,
  urlOf: (id: number) => string,
): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder()
  let leave = () => {}
  return new ReadableStream({
    start(controller) {
      const send = (line: TalkLine) =>
        controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`))
      const teller = createTeller(send, urlOf)
      const look = () => {
        const shown = chat.turn(turn)
        if (shown && !teller.tell(shown)) return
        leave()
        controller.close()
      }
      send(head)
      leave = chat.follow(turn, (news) => {
        if (news.type === 'text' || news.type === 'again' || news.type === 'status') send(news)
        else look()
      })
      // What was said before there was an ear.
      const now = chat.turn(turn)
      if (now?.status) send({ type: 'status', text: now.status })
      if (now?.saying) send({ type: 'text', text: now.saying })
      look()
    },
    cancel: () => leave(),
  })
}

/** Each step once for every state that it comes to; true when the turn has ended. */
const createTeller = (send: (line: TalkLine) => void, urlOf: (id: number) => string) => {
  const told = new Map<number, Step['state']>()
  let rested = false
  return {
    tell(turn: Shown): boolean {
      for (const step of turn.steps) {
        if (told.get(step.id) === step.state) continue
        told.set(step.id, step.state)
        if (step.kind === 'say') {
          if (step.text) send({ type: 'said', text: step.text })
        } else send(callLine(step, urlOf))
      }
      if (turn.state === 'waiting' && !rested) send({ type: 'rests' })
      rested = turn.state === 'waiting'
      if (turn.endedAt === undefined) return false
      const { state, why = null, mind = null, usd = null, tokens } = turn
      send({ type: 'end', state, why, mind, usd, tokens })
      return true
    },
  }
}

const callLine = (step: Step, urlOf: (id: number) => string): TalkLine => {
  const { id, tool = '', state, text, took = null, approval, deed = null } = step
  const waits = state === 'waiting' && approval !== undefined
  return {
    type: 'call',
    id,
    tool,
    state,
    text,
    tookS: took,
    approval: waits ? { id: approval, url: urlOf(approval) } : null,
    deed,
  }
}
