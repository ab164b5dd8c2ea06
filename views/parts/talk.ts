/**
 * A turn of a talk: the question, what was looked at and done for it, the answer, and what it took.
 * What tools and people say stays as it is; only the answer of a model is read as markdown.
 */
import { html } from 'hono/html'
import { dollars, duration } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import type { CardFacts } from './approval-card.ts'
import { type TierName, tierBadge } from './badge.ts'
import { button } from './button.ts'
import { glyph, icon, type State } from './glyph.ts'
import { markdown, plain } from './markdown.ts'
import { cut, shown, shownLines } from './shown.ts'

export type CallView = {
  kind: 'call'
  id: number
  tool: string
  /** What it is aimed at, as far as its arguments tell. */
  target: string
  /** As the model wrote them. */
  args: string
  result: string
  state: 'pending' | 'running' | 'waiting' | 'done' | 'failed' | 'refused'
  tier?: TierName | undefined
  /** Seconds. */
  took?: number | undefined
  /** What a person has to decide, while it waits. */
  decision?: Decision | undefined
}
/** Of the card: its head and its three rows. It is opened, and armed, on a page of its own. */
export type Decision = Pick<CardFacts, 'id' | 'tier' | 'deed' | 'goes' | 'stays' | 'checked'> & {
  /** How long the request stays open, milliseconds since 1970. */
  until: number
}
export type SaidView = { kind: 'say'; text: string }

export type TurnView = {
  id: number
  talk: number
  question: string
  state: 'queued' | 'running' | 'waiting' | 'done' | 'failed' | 'stopped'
  why?: string | undefined
  parts: (SaidView | CallView)[]
  /** What is being said this moment. */
  saying?: string | undefined
  /** What he is at: `reading …`. */
  status?: string | undefined
  /** Who answered; undefined = nobody yet. */
  mind?: string | undefined
  /** Why that one was asked. */
  mindWhy?: string | undefined
  /** Null = not known. */
  usd?: number | null | undefined
  /** In and out; undefined = not counted. */
  tokens?: number | undefined
  /** Milliseconds since 1970. */
  at: number
  endedAt?: number | undefined
}

export const turnId = (id: number) => `turn-${id}`
const isOver = ({ state }: TurnView) =>
  state === 'done' || state === 'failed' || state === 'stopped'

export const turnRow = (t: TurnView): Html =>
  html`<div id="${turnId(t.id)}" class="turn" data-is="${t.state}">
<div class="said"><p class="by">you</p><div class="words">${plain(t.question)}</div></div>
<div class="said jarvis"><p class="by">Jarvis</p><div class="words">${grouped(t.parts).map((part) => (Array.isArray(part) ? callList(part) : said(part.text)))}${t.saying ? html`<div class="saying">${saying(t.saying)}</div>` : ''}${lastLine(t)}</div></div>
</div>
`

/** Calls that follow one another stand in one list. */
const grouped = (parts: TurnView['parts']): (SaidView | CallView[])[] => {
  const all: (SaidView | CallView[])[] = []
  for (const part of parts) {
    const last = all.at(-1)
    if (part.kind === 'say') all.push(part)
    else if (Array.isArray(last)) last.push(part)
    else all.push([part])
  }
  return all
}

/** Several times a second a long answer is not read anew; its end is drawn as it is meant. */
const LONG_SAYING = 16_000
const saying = (text: string): Html =>
  html`<div class="prose">${text.length > LONG_SAYING ? plain(text) : markdown(text)}</div>`

const said = (text: string): Html => html`<div class="prose">${markdown(text)}</div>`

const callList = (calls: readonly CallView[]): Html =>
  html`<div class="calls">${calls.map(callLine)}</div>${calls.map(waitingCard)}`

const MOST_SHOWN = 4000

const callLine = (c: CallView): Html =>
  html`<details id="call-${c.id}" class="call"><summary>${c.tier ? tierBadge(c.tier) : ''}<code>${cut(shown(c.tool), 40)}${c.target ? ` ${cut(shown(c.target), 60)}` : ''}</code><span class="end">${callWords(c)}</span></summary>
${c.args && c.args !== '{}' ? html`<pre tabindex="0">${shownLines(c.args.slice(0, MOST_SHOWN))}</pre>` : ''}${c.result ? html`<pre tabindex="0" class="result">${shownLines(c.result.slice(0, MOST_SHOWN))}${c.result.length > MOST_SHOWN ? `\n… ${c.result.length - MOST_SHOWN} more characters` : ''}</pre>` : ''}</details>
`

const signs: Record<CallView['state'], { sign?: State; word: string }> = {
  pending: { word: 'to come' },
  running: { sign: 'working', word: 'under way' },
  waiting: { sign: 'attention', word: 'waits' },
  done: { word: 'done' },
  failed: { sign: 'failed', word: 'failed' },
  refused: { sign: 'off', word: 'not run' },
}

const callWords = ({ state, took }: CallView): Html => {
  const { sign, word } = signs[state]
  const time = took !== undefined && took >= 0.05 && state !== 'refused' ? `, ${seconds(took)}` : ''
  return html`${sign ? glyph(sign) : ''}${word}${time}`
}
const seconds = (s: number) => (s < 9.95 ? `${s.toFixed(1)}\u2009s` : duration(s))

/** Closed: it is judged anew when it is opened, and armed for two minutes then. */
const waitingCard = ({ decision: d }: CallView): Html | '' =>
  d
    ? html`<section class="approval" id="decision-${d.id}" data-tier="${d.tier}" aria-label="${d.deed}"><header>${tierBadge(d.tier)}<a class="name" href="${paths.approval(d.id)}">${d.deed}</a></header>
<dl>${rowsOf(d).map(([what, is]) => html`<div><dt>${what}</dt><dd>${is}</dd></div>`)}</dl>
<form method="post" action="${paths.approvalOpen(d.id)}">${button({ text: 'Open the card', kind: 'danger' })}<button class="btn refuse" formaction="${paths.approvalDeny(d.id)}">Refuse</button></form></section>`
    : ''

const rowsOf = ({ goes, stays, checked }: Decision): [string, string][] => [
  ['Goes', goes],
  ['Stays', stays],
  ['Checked', checked.join('; ')],
]

/** What is so now, or which mind has answered and what it took. */
const lastLine = (t: TurnView): Html => {
  if (isOver(t))
    return html`${t.state === 'done' ? '' : html`<p class="ending">${glyph(isLoud(t) ? 'failed' : 'off')}${endWords(t)}</p>`}${mindWords(t) ? html`<p class="mind">${mindWords(t)}</p>` : ''}`
  return html`<div class="mind now">${t.state === 'running' ? glyph('working') : ''}<span>${nowWords(t)}</span>${stopForm(t)}</div>`
}

/** That no model is there is no fault. */
const isLoud = ({ state, mind }: TurnView) => state === 'failed' && mind !== 'rules'

const endWords = ({ state, why }: TurnView): string => {
  const words = shown(why, 'It came to nothing.')
  return state === 'stopped' ? `Stopped. ${words}` : words
}

const nowWords = (t: TurnView): string => {
  if (t.state === 'queued') return 'after the question before'
  if (t.state === 'running') return cut(shown(t.status, 'reading …'), 200)
  const waits = t.parts.some((p) => p.kind === 'call' && p.decision)
  return waits ? 'waits for your decision, and goes on by itself' : 'waits until it is done'
}

/** `local qwen (routine goes to the model at home), 412 tokens, 0.00 USD` */
const mindWords = ({ state, mind, mindWhy, tokens, usd }: TurnView): string => {
  if (mind === undefined) return ''
  if (mind === 'rules') return state === 'failed' ? '' : 'by rules, no model'
  const money = usd === null ? 'price not known' : usd === undefined ? undefined : dollars(usd)
  const who = mindWhy ? `${shown(mind)} (${shown(mindWhy)})` : shown(mind)
  return [who, tokens ? `${tokens} tokens` : undefined, money].filter(Boolean).join(', ')
}

const stopForm = ({ id, talk }: TurnView): Html =>
  html`<form class="stop-turn" method="post" action="${paths.turnStop(talk, id)}">${button({ text: 'Stop', icon: 'stop', label: 'Stop this answer' })}</form>`

export type LogView = {
  /** Undefined = nothing was ever said. */
  talk?: number | undefined
  turns: readonly TurnView[]
  /** Said in place of turns. */
  empty: Html
}

/** The block that the stream swaps. It fills from its foot, so that the newest is seen without a script. */
export const LOG = 'talk-log'
export const talkLog = ({ talk, turns, empty }: LogView): Html =>
  html`<div id="${LOG}" class="log" role="log" aria-live="off" aria-label="Conversation" tabindex="0"${talk === undefined ? '' : html` data-talk="${talk}"`}><div class="turns">
${turns.length === 0 ? empty : turns.map(turnRow)}</div></div>
`

export type AskForm = {
  action: string
  /** The talk that it goes to; undefined = a new one. */
  talk?: number | undefined
  text?: string | undefined
  mistake?: string | undefined
}

/** A field that grows. Enter sends where there is a script; the button always does. */
export const askForm = ({ action, talk, text, mistake }: AskForm): Html =>
  html`<form id="ask" class="ask" method="post" action="${action}">${talk === undefined ? '' : html`<input type="hidden" name="talk" value="${talk}">`}<label class="unseen" for="ask-text">Ask, or tell me what to mend</label><textarea class="input" id="ask-text" name="text" rows="1" maxlength="64000" placeholder="Ask, or tell me what to mend" autocomplete="off" required${mistake ? html` aria-invalid="true"` : ''} aria-describedby="ask-why">${text ?? ''}</textarea><kbd aria-hidden="true">/</kbd><button class="btn" aria-label="Send" title="Send">${icon('send')}</button><p class="mistake" id="ask-why" role="alert">${mistake ? html`${glyph('attention')}${mistake}` : ''}</p></form>
<div id="talk-say" class="unseen" aria-live="polite"></div>`

/** The same for a terminal. What is said only ever grows, so that it can be followed. */
export const turnLines = (t: TurnView): string => {
  const lines = [`you     ${indented(t.question)}`]
  for (const part of t.parts)
    if (part.kind === 'say') lines.push(`jarvis  ${indented(part.text)}`)
    else if (part.state === 'waiting' && part.decision)
      lines.push(
        `${callText(part)}  waits for a person`,
        `        Decide: ${paths.approval(part.decision.id)}`,
      )
    else if (part.state !== 'pending' && part.state !== 'running')
      lines.push(`${callText(part)}  ${callWordsText(part)}`)
  if (t.saying) return [...lines, `jarvis  ${indented(t.saying)}`].join('\n')
  return [...lines, ''].join('\n')
}

/** How it ended, or what it waits for. */
export const endLine = (t: TurnView): string => {
  const words = isOver(t) ? [t.state === 'done' ? '' : endWords(t), mindWords(t)] : [nowWords(t)]
  return `        (${words.filter(Boolean).join('; ') || 'done'})\n`.replaceAll('\u2009', ' ')
}

const indented = (text: string) => shownLines(text).replaceAll('\n', '\n        ')
const callText = ({ tier, tool, target }: CallView) =>
  `        ${tier ? `${tier} ` : ''}${shown(tool)}${target ? ` ${shown(target)}` : ''}`
const callWordsText = ({ state, took, result }: CallView) =>
  `${signs[state].word}${took === undefined ? '' : `, ${seconds(took)}`}${state === 'done' ? '' : `: ${cut(shown(result, ''), 200)}`}`.replaceAll(
    '\u2009',
    ' ',
  )

/** Stable keys; what is not known is null. */
export const turnJson = (t: TurnView) => ({
  id: t.id,
  question: t.question,
  state: t.state,
  why: t.why ?? null,
  steps: t.parts.map((p) =>
    p.kind === 'say'
      ? { kind: p.kind, text: p.text }
      : {
          kind: p.kind,
          tool: p.tool,
          args: p.args,
          state: p.state,
          tier: p.tier ?? null,
          result: p.result,
          tookS: p.took ?? null,
          approval: p.decision ? { id: p.decision.id, url: paths.approval(p.decision.id) } : null,
        },
  ),
  saying: t.saying ?? null,
  status: t.state === 'running' ? (t.status ?? null) : null,
  mind: t.mind ?? null,
  mindWhy: t.mindWhy ?? null,
  usd: t.usd ?? null,
  tokens: t.tokens ?? null,
  started: new Date(t.at).toISOString(),
  ended: t.endedAt === undefined ? null : new Date(t.endedAt).toISOString(),
})
