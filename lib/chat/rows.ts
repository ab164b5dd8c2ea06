/** Conversations, turns and their steps in the database; nothing of it is only in memory. */
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import type { Asking } from '../tools/deeds.ts'

export type Conversation = {
  id: number
  title: string
  origin: Origin
  owner: string
  ownerKind: Asking['kind']
  /** Milliseconds since 1970. */
  madeAt: number
  changedAt: number
}
/** Where somebody talks: a page, a terminal, another program. */
export type Origin = 'web' | 'cli' | 'openai'

/** `waiting`: for a person's decision, or for a deed that takes long. */
export type TurnState = 'queued' | 'running' | 'waiting' | 'done' | 'failed' | 'stopped'

export type Turn = {
  id: number
  conversation: number
  question: string
  caller: Asking
  state: TurnState
  /** Why it failed or was stopped, for people. */
  why?: string | undefined
  /** Who answered: `claude claude-haiku-5-5`, `local qwen`, `rules`. */
  mind?: string | undefined
  /** Why that one was asked, in words. */
  mindWhy?: string | undefined
  /** Null: something of it has no known price. */
  usd?: number | null | undefined
  /** Tokens read and written for it so far, what came out of a cache included. */
  tokens: { in: number; out: number }
  startedAt: number
  endedAt?: number | undefined
}

export type StepState = 'pending' | 'running' | 'waiting' | 'done' | 'failed' | 'refused'

export type Step = {
  id: number
  turn: number
  round: number
  kind: 'say' | 'call'
  /** What was said, or what the tool answered. */
  text: string
  callId?: string | undefined
  tool?: string | undefined
  /** As the model wrote them, JSON. */
  args?: string | undefined
  state: StepState
  approval?: number | undefined
  deed?: number | undefined
  /** Seconds. */
  took?: number | undefined
  at: number
}

type ConversationRow = {
  id: number
  title: string
  origin: string
  owner: string
  owner_kind: string
  made_at: number
  changed_at: number
}
type TurnRow = {
  id: number
  conversation: number
  question: string
  caller: string
  state: string
  why: string | null
  mind: string | null
  mind_why: string | null
  usd: number | null
  tokens_in: number
  tokens_out: number
  started_at: number
  ended_at: number | null
}
type StepRow = {
  id: number
  turn: number
  round: number
  kind: string
  text: string
  call_id: string | null
  tool: string | null
  args: string | null
  state: string
  approval: number | null
  deed: number | null
  took: number | null
  at: number
}

export type Rows = ReturnType<typeof createRows>

const OPEN = "('queued', 'running', 'waiting')"

export const createRows = ({ db, clock }: { db: Db; clock: Pick<Clock, 'now'> }) => {
  const words = (conversation: number, text: string) =>
    db.run('insert into talk_words (text, conversation) values (?, ?)', [text, conversation])
  const touch = (id: number) =>
    db.run('update conversations set changed_at = ? where id = ?', [clock.now(), id])
  const turn = (id: number) =>
    decodedTurn(db.first<TurnRow>('select * from turns where id = ?', [id]))
  const conversation = (id: number) =>
    decodedConversation(db.first<ConversationRow>('select * from conversations where id = ?', [id]))

  return {
    conversation,
    open: (by: Pick<Conversation, 'title' | 'origin' | 'owner' | 'ownerKind'>): Conversation => {
      const now = clock.now()
      const { id } = db.run(
        `insert into conversations (title, origin, owner, owner_kind, made_at, changed_at)
         values (?, ?, ?, ?, ?, ?)`,
        [by.title, by.origin, by.owner, by.ownerKind, now, now],
      )
      return conversation(id)!
    },
    /** Newest first; of one owner. */
    list: (owner: string, limit: number): Conversation[] =>
      db
        .all<ConversationRow>(
          'select * from conversations where owner = ? order by changed_at desc, id desc limit ?',
          [owner, limit],
        )
        .map((row) => decodedConversation(row)!),
    /** Those in which all of these words stand, newest first. `match` is safe for FTS5. */
    search: (owner: string, match: string, limit: number): Conversation[] =>
      db
        .all<ConversationRow>(
          `select * from conversations where owner = ? and id in
             (select conversation from talk_words where talk_words match ?)
           order by changed_at desc limit ?`,
          [owner, match, limit],
        )
        .map((row) => decodedConversation(row)!),
    rename: (id: number, title: string) =>
      void db.run('update conversations set title = ? where id = ?', [title, id]),
    drop: (id: number) =>
      void db.tx(() => {
        db.run('delete from talk_words where conversation = ?', [id])
        db.run('delete from conversations where id = ?', [id])
      }),

    /** A talk that another program remembers: its turns as they were told, long over. */
    seed: (id: number, caller: Asking, history: readonly Exchange[]) =>
      void db.tx(() => {
        const now = clock.now()
        for (const { question, answer } of history) {
          const { id: turnId } = db.run(
            `insert into turns (conversation, question, caller, state, started_at, ended_at)
             values (?, ?, ?, 'done', ?, ?)`,
            [id, question, JSON.stringify(caller), now, now],
          )
          if (answer)
            db.run(
              `insert into steps (turn, round, kind, text, state, at)
               values (?, 1, 'say', ?, 'done', ?)`,
              [turnId, answer, now],
            )
        }
      }),
    questions: (id: number): string[] =>
      db
        .all<{ question: string }>(
          'select question from turns where conversation = ? order by id',
          [id],
        )
        .map((row) => row.question),

    turn,
    ask: (of: { conversation: number; question: string; caller: Asking; state: TurnState }): Turn =>
      db.tx(() => {
        const { id } = db.run(
          `insert into turns (conversation, question, caller, state, started_at)
           values (?, ?, ?, ?, ?)`,
          [of.conversation, of.question, JSON.stringify(of.caller), of.state, clock.now()],
        )
        words(of.conversation, of.question)
        touch(of.conversation)
        return turn(id)!
      }),
    turns: (conversation: number, limit = 200): Turn[] =>
      db
        .all<TurnRow>('select * from turns where conversation = ? order by id desc limit ?', [
          conversation,
          limit,
        ])
        .reverse()
        .map((row) => decodedTurn(row)!),
    /** What a stop has left open, oldest first. */
    openTurns: (): Turn[] =>
      db
        .all<TurnRow>(`select * from turns where ended_at is null and state in ${OPEN} order by id`)
        .map((row) => decodedTurn(row)!),
    setState: (id: number, state: TurnState) =>
      void db.run('update turns set state = ? where id = ? and ended_at is null', [state, id]),
    mind: (id: number, mind: string, usd: number | null | undefined, tokens = { in: 0, out: 0 }) =>
      void db.run(
        `update turns set mind = ?, usd = ?, tokens_in = tokens_in + ?, tokens_out = tokens_out + ?
         where id = ?`,
        [mind, usd, tokens.in, tokens.out, id],
      ),
    mindWhy: (id: number, why: string) =>
      void db.run('update turns set mind_why = ? where id = ?', [why, id]),
    /** True exactly once. */
    end: (id: number, state: TurnState, why?: string): boolean =>
      db.tx(() => {
        const { changes } = db.run(
          'update turns set state = ?, why = ?, ended_at = ? where id = ? and ended_at is null',
          [state, why, clock.now(), id],
        )
        const ended = turn(id)
        if (ended) touch(ended.conversation)
        return changes === 1
      }),

    /** What was said in a round and the calls that came with it, in one piece. */
    said: (of: Turn, round: number, text: string, calls: NewCall[]) =>
      void db.tx(() => {
        const now = clock.now()
        const put = (kind: string, said: string, call: NewCall | undefined) =>
          db.run(
            `insert into steps (turn, round, kind, text, call_id, tool, args, state, at)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
            [
              of.id,
              round,
              kind,
              said,
              call?.id,
              call?.name,
              call?.raw,
              call ? 'pending' : 'done',
              now,
            ],
          )
        if (text) {
          put('say', text, undefined)
          words(of.conversation, text)
        }
        for (const call of calls) put('call', '', call)
      }),
    steps: (turnId: number): Step[] =>
      db.all<StepRow>('select * from steps where turn = ? order by id', [turnId]).map(decodedStep),
    step: (
      id: number,
      change: Partial<Pick<Step, 'state' | 'text' | 'approval' | 'deed' | 'took'>>,
    ) =>
      void db.run(
        `update steps set state = coalesce(:state, state), text = coalesce(:text, text),
           approval = coalesce(:approval, approval), deed = coalesce(:deed, deed),
           took = coalesce(:took, took) where id = :id`,
        {
          id,
          state: change.state,
          text: change.text,
          approval: change.approval,
          deed: change.deed,
          took: change.took,
        },
      ),
    /** Calls that wait for a decision or a deed. */
    waiting: (): Step[] =>
      db.all<StepRow>("select * from steps where state = 'waiting' order by id").map(decodedStep),
    /** Talks of other programs are forgotten after a while; people's own are theirs to delete. */
    sweep: (before: number): number =>
      db.run("delete from conversations where origin = 'openai' and changed_at < ?", [before])
        .changes,
  }
}

/** So many of another program's exchanges are looked at, the newest. */
export const MOST_TOLD = 20

/** A question and its answer, as another program tells them. */
export type Exchange = { question: string; answer: string }

export type NewCall = { id: string; name: string; raw: string }

const decodedConversation = (row: ConversationRow | undefined): Conversation | undefined =>
  row && {
    id: row.id,
    title: row.title,
    origin: row.origin as Origin,
    owner: row.owner,
    ownerKind: row.owner_kind as Asking['kind'],
    madeAt: row.made_at,
    changedAt: row.changed_at,
  }

const decodedTurn = (row: TurnRow | undefined): Turn | undefined =>
  row && {
    id: row.id,
    conversation: row.conversation,
    question: row.question,
    caller: JSON.parse(row.caller) as Asking,
    state: row.state as TurnState,
    why: row.why ?? undefined,
    mind: row.mind ?? undefined,
    mindWhy: row.mind_why ?? undefined,
    usd: row.usd,
    tokens: { in: row.tokens_in, out: row.tokens_out },
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
  }

const decodedStep = (row: StepRow): Step => ({
  id: row.id,
  turn: row.turn,
  round: row.round,
  kind: row.kind as Step['kind'],
  text: row.text,
  callId: row.call_id ?? undefined,
  tool: row.tool ?? undefined,
  args: row.args ?? undefined,
  state: row.state as StepState,
  approval: row.approval ?? undefined,
  deed: row.deed ?? undefined,
  took: row.took ?? undefined,
  at: row.at,
})
