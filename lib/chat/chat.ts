/**
 * Talking with Jarvis. A question becomes a turn that lives here, not in a browser: it goes on when the
 * page is closed and after a restart, rests while a person decides, and ends when it is stopped.
 * It never acts by itself; whatever it wants goes through the door like everybody's wishes.
 */
import type { Bus } from '../bus.ts'
import { type Clock, days, minutes } from '../clock.ts'
import type { Picture } from '../cluster/picture.ts'
import type { Db } from '../db/db.ts'
import { asProblem, messageOf, Problem } from '../errors.ts'
import type { Events } from '../events/kinds.ts'
import type { Llm } from '../llm/llm.ts'
import { clean, type Log } from '../log.ts'
import type { Memory } from '../memory/memory.ts'
import type { Brakes } from '../safety/brakes.ts'
import type { Asking } from '../tools/deeds.ts'
import type { Door } from '../tools/door.ts'
import { begunOf, outcomeOf, saysForeignWords } from './outcome.ts'
import { createRequests } from './requests.ts'
import {
  type Conversation,
  createRows,
  type Exchange,
  MOST_TOLD,
  type Origin,
  type Step,
  type Turn,
} from './rows.ts'
import { carryOn, type Ending, type News, SERVER_ENDS } from './turn.ts'
import { asked, gistOf, isPasted, markdownOf, matchFor, titleOf } from './words.ts'

export type ChatNeeds = {
  db: Db
  clock: Clock
  log: Log
  bus: Pick<Bus<Events>, 'emit' | 'on'>
  llm: Pick<Llm, 'stream' | 'status'>
  door: Pick<Door, 'call' | 'deed' | 'since'>
  memory?: Pick<Memory, 'recall' | 'keepConversation' | 'dropConversation'> | undefined
  /** Raised by STOP. */
  stop: { signal(): AbortSignal }
  /** The cluster as it is known, for a few lines about it. */
  picture(): Picture
  /** Answers what needs no model; undefined leaves it to one. */
  intents?: ((question: string, scope: Asking['scope']) => RuleAnswer | undefined) | undefined
  /** What waits for a person, and which talks have read the words of others. */
  brakes: {
    approvals: Pick<Brakes['approvals'], 'find' | 'told'>
    provenance: Pick<Brakes['provenance'], 'taint' | 'taintedBy' | 'carry'>
  }
  persona?: string | undefined
}

/** `tainted`: others have written in it. */
export type RuleAnswer = { intent: string; text: string; tainted: boolean }

/** A turn as it is shown: its row, its steps, and what is being said this moment. */
export type Shown = Turn & {
  steps: Step[]
  saying?: string | undefined
  status?: string | undefined
}

export type Question = {
  /** Undefined opens a new talk. */
  conversation?: number | undefined
  text: string
  caller: Asking
  origin: Origin
  /** What was said before, where the other side keeps the talk (OpenAI clients send it each time). */
  history?: readonly Exchange[] | undefined
  /** Who else has written in it: the talk has read their words before the first round. */
  tainted?: string | undefined
}

/** Whose talks they are: an account's, a token's, the command line's; a name alone proves nothing. */
export type Owner = Pick<Asking, 'kind' | 'name' | 'token'>

export type Chat = {
  /** The turn is a row when this returns. Throws `invalid`, `not-found`, `forbidden`, `busy`, `halted`. */
  ask(question: Question): Turn
  /** Ends a turn: one's own, or any for a person. What a tool has begun by then goes on. */
  cancel(turn: number, by: Owner): void
  turn(id: number): Shown | undefined
  /** Tokens that a turn has taken so far. */
  spent(turn: number): { in: number; out: number }
  /** A talk with its turns, oldest first, for its owner alone. Throws `not-found`. */
  read(id: number, caller: Owner): { conversation: Conversation; turns: Shown[] }
  list(caller: Owner, words?: string): Conversation[]
  rename(id: number, title: string, caller: Owner): void
  drop(id: number, caller: Owner): void
  /** The talk as markdown. */
  asMarkdown(id: number, caller: Owner): string
  /** Told of everything in a turn, as it happens; answers how to stop listening. */
  follow(turn: number, hear: (news: News | { type: 'end'; turn: Turn }) => void): () => void
  /** After a restart: goes on with what was under way. */
  recover(): void
  sweep(): number
  close(): void
}

const MOST_AT_ONCE = 8
const OPENAI_KEPT = days(30)
/** Approvals that ran out tell nobody; waiting turns look for themselves. */
const LOOK_AFTER_MS = minutes(5)

export const createChat = (needs: ChatNeeds): Chat => {
  const { clock, log, bus, door, memory } = needs
  const { approvals, provenance } = needs.brakes
  const rows = createRows(needs)
  const requests = createRequests({ ...needs, rows })
  const running = new Map<number, AbortController>()
  const ears = new Map<number, Set<(news: News | { type: 'end'; turn: Turn }) => void>>()
  const now = new Map<number, { saying: string; status?: string }>()
  let closed = false

  const taint = ({ conversation }: Pick<Turn, 'conversation'>, source: string) =>
    provenance.taint(`conversation/${conversation}`, source)
  const tellAll = (turn: number, news: News | { type: 'end'; turn: Turn }) => {
    for (const hear of ears.get(turn) ?? []) hear(news)
  }
  const show = (turn: Turn, news: News) => {
    const state = now.get(turn.id) ?? { saying: '' }
    if (news.type === 'text') state.saying += news.text
    if (news.type === 'again' || news.type === 'step') state.saying = ''
    if (news.type === 'status') state.status = news.text
    now.set(turn.id, state)
    tellAll(turn.id, news)
    bus.emit('chat.changed', { conversation: turn.conversation, turn: turn.id })
  }

  const finish = (turn: Turn, { state, why }: Ending) => {
    now.delete(turn.id)
    const { token } = turn.caller
    if (token) provenance.carry(`conversation/${turn.conversation}`, `token/${token.id}`)
    if (state === 'waiting') rows.setState(turn.id, 'waiting')
    else if (rows.end(turn.id, state, why)) keep(turn)
    const ended = rows.turn(turn.id)
    if (ended) tellAll(turn.id, { type: 'end', turn: ended })
    bus.emit('chat.changed', { conversation: turn.conversation, turn: turn.id })
    next(turn.conversation)
  }

  /** The talk is remembered as far as it has come. */
  const keep = ({ conversation: id }: Turn) => {
    const conversation = rows.conversation(id)
    // What the rules have shown stands in the panels, and tomorrow it is something else.
    const turns = rows.turns(id, 20).filter((t) => t.mind !== 'rules')
    if (!conversation || !memory || turns.length === 0) return
    try {
      memory.keepConversation({
        conversation: id,
        title: conversation.title,
        text: gistOf(turns.map(shown)),
        tainted: provenance.taintedBy(`conversation/${id}`) !== undefined,
      })
    } catch (error) {
      log.warn('chat: a talk was not remembered', { reason: messageOf(error) })
    }
  }

  const run = (turn: Turn) => {
    if (closed || running.has(turn.id)) return
    const life = new AbortController()
    running.set(turn.id, life)
    rows.setState(turn.id, 'running')
    const stopped = AbortSignal.any([life.signal, needs.stop.signal()])
    const request = () => requests.of(rows.turn(turn.id) ?? turn)
    carryOn({ rows, llm: needs.llm, door, request, taint, show }, turn, stopped)
      .catch((error): Ending => {
        const problem = asProblem(error)
        log.error('chat: a turn broke', { turn: turn.id, reason: problem.message })
        return { state: 'failed', why: problem.message }
      })
      .then((ending) => {
        running.delete(turn.id)
        if (!closed) finish(turn, ending)
      })
      .catch((error) => log.error('chat: a turn was not ended', { reason: messageOf(error) }))
  }

  /** The next question of a talk, when the one before is over or rests. */
  const next = (conversation: number) => {
    const open = rows.openTurns().filter((t) => t.conversation === conversation)
    if (open.some((t) => t.state === 'running')) return
    const first = open.find((t) => t.state === 'queued')
    if (first) begin(first)
  }

  /** Rules first: what needs no model gets none. */
  const begin = (turn: Turn) => {
    const answer = needs.intents?.(turn.question, turn.caller.scope)
    if (answer) {
      if (answer.tainted) taint(turn, answer.intent)
      rows.said(turn, 1, answer.text, [])
      rows.mind(turn.id, 'rules', 0)
      return finish(turn, { state: 'done' })
    }
    if (needs.llm.status().providers.length === 0) {
      rows.mind(turn.id, 'rules', 0)
      return finish(turn, { state: 'failed', why: NO_MIND })
    }
    run(turn)
  }

  /** A call that rested: what became of it goes into its row, and the turn goes on. */
  const wake = (step: Step) => {
    const outcome = outcomeOf(step, needs)
    if (!outcome) return
    rows.step(step.id, outcome)
    const turn = rows.turn(step.turn)
    if (!turn || turn.endedAt !== undefined) return
    if (saysForeignWords(outcome.text)) taint(turn, `${step.tool}: what went wrong`)
    // Whoever watches hears the outcome before what is said about it.
    show(turn, { type: 'step' })
    run(turn)
  }
  const lookAfter = () => {
    for (const step of rows.waiting()) wake(step)
  }
  const watch = () =>
    clock.after(LOOK_AFTER_MS, () => {
      lookAfter()
      stopWatching = watch()
    })
  let stopWatching = watch()
  const unhear = [
    bus.on('approval.ended', ({ id }) => {
      for (const step of rows.waiting()) if (step.approval === id) wake(step)
    }),
    bus.on('deed.finished', ({ id }) => {
      for (const step of rows.waiting()) {
        const { deed, approval } = step
        if (deed === id || (approval && approvals.find(approval)?.deed === id)) wake(step)
      }
    }),
  ]

  const shown = (turn: Turn): Shown => ({
    ...turn,
    steps: rows.steps(turn.id),
    ...now.get(turn.id),
  })
  const demand = (id: number, caller: Owner): Conversation => {
    const found = rows.conversation(id)
    if (found?.owner === ownerOf(caller)) return found
    throw new Problem('not-found', 'There is no such talk.', { next: 'Begin a new one.' })
  }

  /** The talk that another program goes on with, or a new one with what it says was said. */
  const talkFor = (
    question: string,
    caller: Asking,
    origin: Origin,
    history: readonly Exchange[],
  ): Conversation => {
    const owner = ownerOf(caller)
    const told = history.map((e) => e.question.trim())
    const known = (c: Conversation) => {
      const asked = rows.questions(c.id)
      // Of a long talk its end is all that was told.
      const end = told.length < MOST_TOLD ? asked : asked.slice(-MOST_TOLD)
      return c.origin === origin && end.join('\0') === told.join('\0')
    }
    const same = told.length > 0 ? rows.list(owner, 20).find(known) : undefined
    if (same) return same
    const title = titleOf(told[0] ?? question)
    const made = rows.open({ title, origin, owner, ownerKind: caller.kind })
    rows.seed(made.id, mouthpiece(caller), history)
    // Nobody here knows who wrote the answers in it.
    if (history.some((e) => e.answer || isPasted(e.question)))
      provenance.taint(`conversation/${made.id}`, 'the caller')
    return made
  }

  /** The question as a row of its talk, and with it all that the talk has read by then. */
  const take = (given: Question, question: string): Turn => {
    const { conversation: wished, caller, origin, history = [], tainted } = given
    const { id } =
      wished === undefined ? talkFor(question, caller, origin, history) : demand(wished, caller)
    if (rows.openTurns().filter((t) => t.state !== 'waiting').length >= MOST_AT_ONCE)
      throw new Problem('busy', 'I have enough questions to think about.', {
        next: 'Wait until one is answered.',
      })
    // What a token has read elsewhere it has read here, too.
    if (caller.token) provenance.carry(`token/${caller.token.id}`, `conversation/${id}`)
    const foreign = tainted ?? (isPasted(question) ? 'pasted text' : undefined)
    if (foreign) provenance.taint(`conversation/${id}`, foreign)
    return rows.ask({ conversation: id, question, caller: mouthpiece(caller), state: 'queued' })
  }

  return {
    ask(given) {
      const question = asked(given.text)
      if (needs.stop.signal().aborted) throw needs.stop.signal().reason
      // In one piece: a refusal leaves no empty talk behind, and the disk is waited for once.
      const turn = needs.db.tx(() => take(given, question))
      next(turn.conversation)
      bus.emit('chat.changed', { conversation: turn.conversation, turn: turn.id })
      return rows.turn(turn.id)!
    },
    cancel(id, by) {
      const turn = rows.turn(id)
      if (!turn) throw new Problem('not-found', 'There is no such turn.')
      if (by.kind !== 'person') demand(turn.conversation, by)
      const { name } = by
      const life = running.get(id)
      if (life) life.abort(new Error(`${clean(name)} has stopped me.`))
      else if (turn.endedAt === undefined)
        finish(turn, { state: 'stopped', why: `${clean(name)} has stopped me.` })
    },
    turn(id) {
      const turn = rows.turn(id)
      return turn && shown(turn)
    },
    spent: (id) => rows.turn(id)?.tokens ?? { in: 0, out: 0 },
    read(id, caller) {
      const conversation = demand(id, caller)
      return { conversation, turns: rows.turns(id).map(shown) }
    },
    list(caller, words) {
      const match = words && matchFor(words)
      return match ? rows.search(ownerOf(caller), match, 100) : rows.list(ownerOf(caller), 100)
    },
    rename(id, title, caller) {
      demand(id, caller)
      const name = clean(title).trim().slice(0, 120)
      if (!name) throw new Problem('invalid', 'A talk needs a name.')
      rows.rename(id, name)
      bus.emit('chat.changed', { conversation: id, turn: 0 })
    },
    drop(id, caller) {
      demand(id, caller)
      for (const turn of rows.turns(id))
        running.get(turn.id)?.abort(new Error('The talk was deleted.'))
      rows.drop(id)
      memory?.dropConversation(id)
      bus.emit('chat.changed', { conversation: id, turn: 0 })
    },
    asMarkdown(id, caller) {
      const conversation = demand(id, caller)
      return markdownOf(conversation, rows.turns(id, 2000).map(shown))
    },
    follow(turn, hear) {
      const all = ears.get(turn) ?? new Set()
      ears.set(turn, all)
      all.add(hear)
      return () => {
        all.delete(hear)
        if (all.size === 0) ears.delete(turn)
      }
    },
    recover() {
      for (const turn of rows.openTurns()) {
        if (turn.state !== 'running') continue
        for (const step of rows.steps(turn.id))
          if (step.state === 'running') rows.step(step.id, begunOf(step, turn, needs))
        run(turn)
      }
      for (const turn of rows.openTurns()) if (turn.state === 'queued') next(turn.conversation)
      lookAfter()
    },
    sweep: () => rows.sweep(clock.now() - OPENAI_KEPT),
    close() {
      closed = true
      stopWatching()
      for (const stop of unhear) stop()
      for (const life of running.values()) life.abort(SERVER_ENDS)
    },
  }
}

const NO_MIND =
  'No model is connected, so I answer by rules alone: ask how the cluster, a node, a guest or a storage is, or type /help. A model is connected in the configuration (docs/models.md).'

/** Whoever asks; a person's talks are his on every device, a token's are the token's. */
const ownerOf = ({ kind, name, token }: Owner) =>
  kind === 'person' ? `person/${name}` : `machine/${token?.id ?? name}`

/** In a talk it is a model that acts, whoever asked: a machine with no more than his rights. */
const mouthpiece = ({ kind, name, scope, from, token }: Asking): Asking => ({
  kind: 'machine',
  name: kind === 'person' ? `chat (${name})` : name,
  scope: scope === 'view' ? 'view' : 'operate',
  from,
  token,
})
