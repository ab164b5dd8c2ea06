/** One talk: what was said and done, the field to go on, and what can be made of it. */
import { html } from 'hono/html'
import type { Conversation } from '../../lib/chat/rows.ts'
import { age, dollars } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { button, linkButton } from '../parts/button.ts'
import { field } from '../parts/field.ts'
import { panel } from '../parts/panel.ts'
import { cut, shown } from '../parts/shown.ts'
import { askForm, endLine, type TurnView, talkLog, turnJson, turnLines } from '../parts/talk.ts'
import { talkHeadJson } from './chat.ts'
import { head, type PageBody } from './place.ts'

export type TalkPage = {
  now: number
  timeZone: string
  talk: Conversation
  /** Oldest first. */
  turns: readonly TurnView[]
  /** An older page of it, which does not follow. */
  isOld: boolean
  hasOlder: boolean
  /** In all; undefined = no book is kept. */
  tokens: number | undefined
  /** Null = not known. */
  usd: number | null | undefined
  empty: Html
  fault?: { text: string; mistake: string } | undefined
}

/** How soon a page without a script comes again, seconds. */
const WORKS_S = 3
const WAITS_S = 15

export const talkPage = (m: TalkPage): PageBody => {
  const { talk, turns, isOld } = m
  const href = paths.talk(talk.id)
  return {
    title: cut(shown(talk.title), 80),
    live: isOld ? [] : [`talk-${talk.id}`],
    onward: isOld ? undefined : onward(turns, href),
    body: html`${head([{ text: 'Talks', href: paths.chat() }, { text: String(talk.id) }], {
      title: cut(shown(talk.title), 80),
      facts: factsOf(m),
      right: html`${linkButton({ text: 'New', icon: 'plus', href: paths.chat() })}${moreOf(talk)}`,
    })}
${panel({
  id: 'panel-talk',
  title: 'Conversation',
  state: 'fresh',
  limit: Number.POSITIVE_INFINITY,
  now: m.now,
  count: isOld ? 'as it was' : '',
  action: html`${m.hasOlder ? html`<a href="${paths.talk(talk.id, { before: turns[0]?.id })}">older</a>` : ''}${isOld ? html` <a href="${href}">newest</a>` : ''}`,
  body: html`${talkLog({ talk: talk.id, turns, empty: m.empty })}${askForm({ action: href, ...m.fault })}`,
})}`,
  }
}

const onward = (turns: readonly TurnView[], href: string): PageBody['onward'] => {
  const states = turns.map((t) => t.state)
  if (states.some((s) => s === 'running' || s === 'queued')) return { seconds: WORKS_S, href }
  return states.includes('waiting') ? { seconds: WAITS_S, href } : undefined
}

const factsOf = ({ talk, now, tokens, usd }: TalkPage): string[] => [
  `last word ${age(talk.changedAt, now)} ago`,
  ...(tokens ? [`${tokens} tokens`, usd === null ? 'price not known' : dollars(usd)] : []),
]

/** What can be made of a talk. To delete it takes two gestures: it does not come back. */
const moreOf = (talk: Conversation): Html =>
  html`<details class="menu"><summary class="btn">More</summary><div><a href="${paths.talkFile(talk.id)}">Take it along as markdown</a>
<form method="post" action="${paths.talkDeed(talk.id, 'name')}">${field({ id: 'talk-title', name: 'title', label: 'Its name', value: shown(talk.title, ''), required: true, autocomplete: 'off' })}${button({ text: 'Keep it so' })}</form>
<form class="for-good" method="post" action="${paths.talkDeed(talk.id, 'delete')}"><p>What was said is gone then. What was done stays in the audit trail.</p>${button({ text: 'Delete this talk for good', kind: 'danger' })}</form></div></details>`

export const talkText = (m: TalkPage): string =>
  [
    `TALK ${m.talk.id}  ${shown(m.talk.title)}`,
    ...m.turns.map((t) => {
      const lines = turnLines(t)
      return `${lines}${lines.endsWith('\n') ? '' : '\n'}${endLine(t)}`
    }),
  ].join('\n')

export const talkJson = (m: TalkPage) => ({
  ...talkHeadJson(m.talk),
  tokens: m.tokens ?? null,
  usd: m.usd ?? null,
  older: m.hasOlder,
  turns: m.turns.map(turnJson),
})
