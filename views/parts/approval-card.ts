/**
 * The card of a decision: what goes, what stays, what was looked at, what will run, and only then the
 * words of whoever asks. Armed it stands in one answer to one session; everywhere else it is closed.
 */
import { html } from 'hono/html'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { type TierName, tierBadge } from './badge.ts'
import { button } from './button.ts'
import { glyph } from './glyph.ts'
import { shown } from './shown.ts'

/** What a card tells, whatever state it is in. All of it safe to show. */
export type CardFacts = {
  id: number
  tier: TierName
  /** `Delete 100 Ubuntu-Desktop` */
  deed: string
  /** `Delete for good` */
  verb: string
  label: string
  goes: string
  stays: string
  checked: string[]
  /** The tool with its arguments, exactly. */
  exact: string
  /** What is sent where. */
  calls: string[]
  expected: string | undefined
  undo: string | undefined
  by: string
  /** A person, or a machine. */
  kind: string
  /** The asker's own words. */
  reason: string | undefined
  /** What has to be typed. */
  typed: string | undefined
}

/** Only in the answer to the POST that opened it. */
export type Arming = {
  nonce: string
  hash: string
  now: number
  /** When the two minutes are over. */
  until: number
  /** What was typed already. */
  given?: string | undefined
  /** What is wrong with it. */
  mistake?: string | undefined
}

export const armedCard = (f: CardFacts, a: Arming): Html => {
  const seconds = Math.max(0, Math.ceil((a.until - a.now) / 1000))
  return html`<section class="approval" id="approval" data-tier="${f.tier}" aria-labelledby="approval-deed" data-until="${a.until}" data-from="${a.now}" data-label="${f.label}">
${headOf(f, html`<span class="left-time" role="timer"><span class="fig">${clock(seconds)}</span> left</span><svg class="time" aria-hidden="true"><rect class="track" width="100%" height="2"/><rect class="value" width="100%" height="2"/></svg>`)}
${rowsOf(f)}
<form method="post" action="${paths.approvalConfirm(f.id)}" autocomplete="off"><input type="hidden" name="nonce" value="${a.nonce}"><input type="hidden" name="hash" value="${a.hash}">${f.typed === undefined ? '' : typing(f.typed, a)}${button({ text: f.verb, kind: f.typed === undefined ? 'armed' : 'danger', id: 'approval-verb' })}<button class="btn refuse" formaction="${paths.approvalDeny(f.id)}" formnovalidate>Refuse</button></form>
<p class="note expiry">This card is good for two minutes, for you, here, once.</p>
${againForm(f, a)}
${asksOf(f)}
</section>`
}

const typing = (typed: string, { given, mistake }: Arming): Html =>
  html`<label for="approval-typed">Type <b class="fig">${typed}</b></label><input class="input mono" id="approval-typed" name="typed" data-typed="${typed}" inputmode="numeric" autocomplete="off" value="${given ?? ''}"${mistake ? html` aria-invalid="true"` : ''} aria-describedby="approval-why"><p class="reason" id="approval-why"${mistake ? ' role="alert"' : ''}>${mistake ? html`${glyph('attention')}${mistake}` : `Type ${typed} to arm it.`}</p>`

/** Waits for the end of the two minutes; what was typed is kept. */
const againForm = (f: CardFacts, a: Arming): Html =>
  html`<form class="again" method="post" action="${paths.approvalOpen(f.id)}" hidden><input type="hidden" name="typed" value="${a.given ?? ''}"><p role="status">The two minutes are over. ${stillThere(f)}</p>${button({ text: 'Open it again', kind: 'primary' })}</form>`

/** What was to be destroyed is still there. */
export const stillThere = ({ label, typed }: Pick<CardFacts, 'label' | 'typed'>) =>
  typed === undefined ? `${label} is left as it was.` : `${label} is still there.`

export type Closed = {
  /** `until 2026-11-27 14:31:05` */
  until: string
  /** Whoever looks may open it. */
  may: boolean
  /** What has just gone wrong, and what was typed meanwhile. */
  fault?: { message: string; typed?: string | undefined } | undefined
}

export const closedCard = (f: CardFacts, c: Closed): Html =>
  html`<section class="approval" id="approval" data-tier="${f.tier}" aria-labelledby="approval-deed">
${headOf(f, html`<span class="left-time">waits until ${c.until}</span>`)}
${faultOf(c.fault)}
${rowsOf(f)}
${c.may ? deciding(f, c.fault?.typed) : html`<p class="note">Only a person decides: in the browser, logged in, or on the host with <code>./jarvis approvals approve ${f.id}</code>.</p>`}
${asksOf(f)}
</section>`

const deciding = (f: CardFacts, typed: string | undefined): Html =>
  html`<form method="post" action="${paths.approvalOpen(f.id)}">${typed ? html`<input type="hidden" name="typed" value="${typed}">` : ''}${button({ text: 'Open the card', kind: 'primary' })}<button class="btn refuse" formaction="${paths.approvalDeny(f.id)}">Refuse</button></form>
<p class="note">Opening it looks at everything anew; then you have two minutes.</p>`

const faultOf = (fault: Closed['fault']): Html | '' =>
  fault ? html`<p class="fault" role="alert">${glyph('attention')}${fault.message}</p>` : ''

/** Over: grey, with what became of it. */
export const overCard = (f: CardFacts, outcome: Html, fault?: Closed['fault']): Html =>
  html`<section class="approval over" id="approval" data-tier="${f.tier}" aria-labelledby="approval-deed">
${headOf(f, '')}
${faultOf(fault)}${outcome}
${rowsOf(f)}
${asksOf(f)}
</section>`

const headOf = (f: CardFacts, right: Html | ''): Html =>
  html`<header>${tierBadge(f.tier)}<strong class="name" id="approval-deed">${f.deed}</strong>${right}</header>`

const rowsOf = (f: CardFacts): Html =>
  html`${f.typed === undefined ? '' : html`<p class="grave">That cannot be undone, so it must come from your own hand.</p>`}<dl>${[
    ['Goes', f.goes],
    ['Stays', f.stays],
    ['Checked', f.checked.join('; ')],
  ].map(
    ([what, is]) => html`<div><dt>${what}</dt><dd>${is}</dd></div>`,
  )}<div><dt>Runs</dt><dd>${f.calls.map((call) => html`<code>${call}</code> `)}</dd></div>${f.undo ? html`<div><dt>Undo</dt><dd>${f.undo}</dd></div>` : ''}</dl>`

/** Last, as somebody else's words: they are not what is judged. */
const asksOf = (f: CardFacts): Html =>
  html`<footer><p class="note">Asked by ${f.kind === 'person' ? '' : 'a machine, '}<b>${f.by}</b>: <code>${f.exact}</code></p>${f.reason ? html`<figure class="their-words"><figcaption>In the asker's own words, which nobody has checked:</figcaption><blockquote>${f.reason}</blockquote></figure>` : ''}</footer>`

/** `1:33` */
const clock = (seconds: number) =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`

/** The same for a terminal. */
export const cardLines = (f: CardFacts): string[] => [
  `${f.tier}  ${f.deed}`,
  ...(f.typed === undefined
    ? []
    : ['  That cannot be undone, so it must come from your own hand.']),
  `  Goes     ${f.goes}`,
  `  Stays    ${f.stays}`,
  `  Checked  ${f.checked.join('; ')}`,
  ...f.calls.map((call) => `  Runs     ${call}`),
  ...(f.undo ? [`  Undo     ${f.undo}`] : []),
  `  Asked by ${f.kind === 'person' ? '' : 'a machine, '}${shown(f.by)}: ${f.exact}`,
  ...(f.reason ? [`  In the asker's own words, which nobody has checked: "${f.reason}"`] : []),
]
