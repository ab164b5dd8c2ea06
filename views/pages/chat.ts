/** One's talks: a field for a new one, and those that were, found by their words. */
import { html } from 'hono/html'
import type { Conversation } from '../../lib/chat/rows.ts'
import { age, count, dateTime } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { tag } from '../parts/badge.ts'
import { panel, says } from '../parts/panel.ts'
import { iso } from '../parts/section.ts'
import { cut, shown } from '../parts/shown.ts'
import { columns } from '../parts/table.ts'
import { askForm } from '../parts/talk.ts'
import { filterForm } from './filters.ts'
import { head, type PageBody } from './place.ts'

export type ChatPage = {
  now: number
  timeZone: string
  q: string | undefined
  /** Newest first. */
  talks: readonly Conversation[]
  /** Said where there is none yet. */
  empty: Html
  fault?: { text: string; mistake: string } | undefined
}

const frame = { state: 'fresh', limit: Number.POSITIVE_INFINITY } as const

export const chatPage = (m: ChatPage): PageBody => ({
  title: 'Talks',
  body: html`${head([{ text: 'Talks' }], { title: 'Talks', facts: [count(m.talks.length, 'talk')] })}
${panel({ ...frame, id: 'new-talk', title: 'A new talk', now: m.now, body: askForm({ action: paths.chat(), ...m.fault }) })}
${filterForm(paths.chat(), [{ name: 'q', label: 'Search', text: m.q, example: 'adguard backup' }], m.q !== undefined)}
${panel({
  ...frame,
  id: 'talks',
  title: m.q === undefined ? 'Your talks' : 'Found',
  count: m.q === undefined ? 'newest first' : `for “${cut(shown(m.q, ''), 60)}”`,
  now: m.now,
  body: m.talks.length > 0 ? listOf(m) : nothing(m),
})}`,
})

const nothing = ({ q, empty }: ChatPage): Html =>
  q === undefined
    ? empty
    : says({ first: 'Nothing was said of that.', rest: 'Other words may find it.' })

const origins: Partial<Record<Conversation['origin'], string>> = {
  cli: 'command line',
  openai: 'OpenAI client',
}

const listOf = (m: ChatPage): Html =>
  html`<ul class="talks">${m.talks.map(
    (t) =>
      html`<li><a href="${paths.talk(t.id)}">${cut(shown(t.title), 120)}</a>${origins[t.origin] ? tag({ text: origins[t.origin]! }) : ''}<time class="fig" datetime="${iso(t.changedAt)}" title="${dateTime(t.changedAt, m.timeZone)}">${age(t.changedAt, m.now)} ago</time></li>
`,
  )}</ul>`

export const chatText = (m: ChatPage): string => {
  const lines = [`TALKS  ${count(m.talks.length, 'talk')}`]
  if (m.talks.length === 0)
    return [...lines, 'None yet: curl --data-urlencode text="how is the cluster?" …/chat'].join(
      '\n',
    )
  return [
    ...lines,
    ...columns<Conversation>(
      [
        { head: 'ID', cell: (t) => String(t.id), right: true },
        { head: 'CHANGED', cell: (t) => dateTime(t.changedAt, m.timeZone) },
        { head: 'FROM', cell: (t) => t.origin },
        { head: 'TITLE', cell: (t) => shown(t.title), most: 120 },
      ],
      m.talks,
    ),
  ].join('\n')
}

export const talkHeadJson = (t: Conversation) => ({
  id: t.id,
  title: t.title,
  origin: t.origin,
  made: iso(t.madeAt),
  changed: iso(t.changedAt),
})

export const chatJson = (m: ChatPage) => ({ talks: m.talks.map(talkHeadJson) })
