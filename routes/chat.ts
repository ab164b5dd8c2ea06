/**
 * Talking with Jarvis over HTTP: the list of one's talks, one of them, a question, an end to an
 * answer. Every form works without a script; a talk belongs to whoever began it.
 */
import type { Turn } from '../lib/chat/rows.ts'
import { Problem } from '../lib/errors.ts'
import { paths } from '../lib/paths.ts'
import { type ChatPage, chatJson, chatPage, chatText } from '../views/pages/chat.ts'
import { type TalkPage, talkJson, talkPage, talkText } from '../views/pages/talk.ts'
import { type Ctx, formOf, sendJson, sendPage, sendText, varies } from './answer.ts'
import { bodyOf, callerIn } from './deeds.ts'
import { statusOf } from './failures.ts'
import type { Needs } from './needs.ts'
import { send } from './pages.ts'
import { record } from './record.ts'
import { idIn } from './talk-id.ts'
import { turnView } from './talk-view.ts'
import { chatOf, emptyTalk } from './talks.ts'
import { known } from './trouble.ts'

/** Turns on a page of a talk; the older ones are on the page before. */
const MOST = 30

type Fault = { text: string; mistake: string }

/** `GET /chat`: `?q=` words. */
export const showTalks = (needs: Needs) => (c: Ctx) => {
  const page = chatPageOf(c, needs)
  return send(c, needs, {
    html: () => chatPage(page),
    text: () => chatText(page),
    json: () => chatJson(page),
  })
}

const chatPageOf = (c: Ctx, needs: Needs, fault?: Fault): ChatPage => {
  const q = c.req.query('q')?.trim().slice(0, 200) || undefined
  return {
    now: needs.clock.now(),
    timeZone: needs.config.timeZone,
    q,
    talks: chatOf(needs).list(callerIn(c), q),
    empty: emptyTalk(undefined, isAlone(needs)),
    fault,
  }
}

const isAlone = ({ llm }: Needs) => !llm || llm.status().providers.length === 0

/** `GET /chat/last`: where one left off. */
export const goToLastTalk = (needs: Needs) => (c: Ctx) => {
  const last = chatOf(needs).list(callerIn(c))[0]
  return c.redirect(last ? paths.talk(last.id) : paths.chat(), 303)
}

/** `GET /chat/:id`: `?before=` a turn. */
export const showTalk = (needs: Needs) => (c: Ctx) => showTalkWith(c, needs)

const showTalkWith = (c: Ctx, needs: Needs) => {
  const page = talkPageOf(c, needs)
  return send(c, needs, {
    html: () => talkPage(page),
    text: () => talkText(page),
    json: () => talkJson(page),
  })
}

const talkPageOf = (c: Ctx, needs: Needs, fault?: Fault): TalkPage => {
  const { conversation, turns } = chatOf(needs).read(idIn(c), callerIn(c))
  const before = c.req.query('before')
  if (before !== undefined && !/^\d{1,15}$/.test(before))
    throw new Problem('invalid', 'That is no turn.', { details: { before: 'expected its number' } })
  const upTo = before === undefined ? turns : turns.filter((t) => t.id < Number(before))
  const sum = needs.llm?.costOf(String(conversation.id))
  return {
    now: needs.clock.now(),
    timeZone: needs.config.timeZone,
    talk: conversation,
    turns: upTo.slice(-MOST).map((turn) => turnView(needs, turn)),
    isOld: before !== undefined,
    hasOlder: upTo.length > MOST,
    tokens: sum && sum.in + sum.out + sum.cacheRead + sum.cacheWrite,
    usd: sum && (sum.unpriced > 0 ? null : sum.usd),
    empty: emptyTalk(undefined, isAlone(needs)),
    fault,
  }
}

/** `GET /chat/:id/talk.md` */
export const showTalkFile = (needs: Needs) => (c: Ctx) => {
  const id = idIn(c)
  const file = chatOf(needs).asMarkdown(id, callerIn(c))
  c.header('Content-Disposition', `attachment; filename="talk-${id}.md"`)
  return c.body(file, 200, { 'Content-Type': 'text/markdown; charset=utf-8' })
}

/** `POST /chat` with `text`; in a new talk, or in `talk`. */
export const askAnew = (needs: Needs) => async (c: Ctx) => {
  const typed = await bodyOf(c)
  const { talk } = typed
  if (talk && !/^\d{1,15}$/.test(talk)) throw new Problem('invalid', 'That is no talk.')
  return ask(c, needs, talk ? Number(talk) : undefined, typed, (fault) =>
    chatPage(chatPageOf(c, needs, fault)),
  )
}

/** `POST /chat/:id` with `text`. */
export const askInTalk = (needs: Needs) => async (c: Ctx) =>
  ask(c, needs, idIn(c), await bodyOf(c), (fault) => talkPage(talkPageOf(c, needs, fault)))

const ask = async (
  c: Ctx,
  needs: Needs,
  conversation: number | undefined,
  { text = '' }: Record<string, string>,
  again: (fault: Fault) => { title: string; body: ReturnType<typeof chatPage>['body'] },
) => {
  // A clean page is no question: the next one begins a talk of its own.
  if (/^\s*\/clear\s*$/i.test(text) && formOf(c) === 'html') return c.redirect(paths.chat(), 303)
  const caller = callerIn(c)
  const chat = chatOf(needs)
  const asked = await known((async () => chat.ask({ conversation, text, caller, origin: 'web' }))())
  varies(c)
  const form = formOf(c)
  if (asked.problem) {
    const { kind, message } = asked.problem
    if (form !== 'html' || kind === 'not-found') throw asked.problem
    const page = again({ text, mistake: message })
    return sendPage(c, needs, { ...page, status: statusOf[kind] as 422 })
  }
  return answered(c, asked.value, 201)
}

const answered = (c: Ctx, { conversation, id }: Turn, status: 200 | 201) => {
  const form = formOf(c)
  if (form === 'html') return c.redirect(paths.talk(conversation), 303)
  const live = paths.talkLive(conversation)
  if (form === 'text')
    return sendText(c, `${paths.talk(conversation)}\nFollow it: curl -N …${live}`, status)
  return sendJson(c, { talk: conversation, turn: id, url: paths.talk(conversation), live }, status)
}

/** `POST /chat/:id/turns/:turn/stop`: what a tool has begun by then goes on. */
export const stopTurn = (needs: Needs) => (c: Ctx) => {
  const chat = chatOf(needs)
  const { conversation } = chat.read(idIn(c), callerIn(c))
  const turn = chat.turn(idIn(c, 'turn'))
  if (turn?.conversation !== conversation.id)
    throw new Problem('not-found', 'There is no such turn in this talk.')
  chat.cancel(turn.id, callerIn(c))
  varies(c)
  return answered(c, turn, 200)
}

/** `POST /chat/:id/name` with `title`. */
export const renameTalk = (needs: Needs) => async (c: Ctx) => {
  const { title = '' } = await bodyOf(c)
  const id = idIn(c)
  chatOf(needs).rename(id, title, callerIn(c))
  varies(c)
  if (formOf(c) === 'html') return c.redirect(paths.talk(id), 303)
  return showTalkWith(c, needs)
}

/** `POST /chat/:id/delete`: for good. */
export const dropTalk = (needs: Needs) => (c: Ctx) => {
  const id = idIn(c)
  chatOf(needs).drop(id, callerIn(c))
  record(c, needs, 'chat.delete', 'done', { id })
  varies(c)
  if (formOf(c) === 'html') return c.redirect(paths.chat(), 303)
  return c.body(null, 204)
}
