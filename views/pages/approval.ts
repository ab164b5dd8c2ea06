/** One request: its card, closed, armed or over, and what else was asked for together with it. */
import { html } from 'hono/html'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { waitingJson } from '../panels/approvals.ts'
import type { Waiting } from '../panels/panel.ts'
import {
  type Arming,
  armedCard,
  type CardFacts,
  cardLines,
  closedCard,
  overCard,
} from '../parts/approval-card.ts'
import { glyph, type State } from '../parts/glyph.ts'
import { iso } from '../parts/section.ts'
import { shown } from '../parts/shown.ts'
import { head, type PageBody } from './place.ts'
import { whenOf } from './range.ts'

/** How a request has ended, or goes on. */
export type Outcome = {
  /** `running` = its deed is under way. */
  is: 'running' | 'done' | 'warnings' | 'failed' | 'refused' | 'gone'
  text: string
  next?: string | undefined
  /** Where to look at what it was about. */
  link?: { href: string; text: string } | undefined
  deed?: number | undefined
}

export type ApprovalPage = {
  now: number
  timeZone: string
  facts: CardFacts
  waiting: Waiting
  state: string
  rule: string
  until: string
  may: boolean
  /** Set when it is over, or being done. */
  outcome?: Outcome | undefined
  ended?: { by: string | undefined; at: number | undefined } | undefined
  arming?: Arming | undefined
  fault?: { message: string; typed?: string | undefined } | undefined
  /** The other deeds of the same card that wait. */
  others: { id: number; deed: string }[]
  /** Counts the seconds of an armed card. */
  script?: string | undefined
}

/** So often a page without a script looks how the deed goes on. */
const LOOK_AGAIN_S = 3

export const approvalPage = (m: ApprovalPage): PageBody => {
  const { facts: f, arming } = m
  return {
    title: f.deed,
    onward: arming
      ? { seconds: Math.ceil((arming.until - m.now) / 1000) + 1, href: paths.approval(f.id) }
      : m.outcome?.is === 'running'
        ? { seconds: LOOK_AGAIN_S, href: paths.approval(f.id) }
        : undefined,
    body: html`${head([{ text: 'Approvals', href: paths.approvals() }, { text: String(f.id) }], { title: titleOf(m) })}
<div class="decide">${cardOf(m)}
${othersOf(m)}</div>${m.script ? html`<script src="${m.script}" defer></script>` : ''}`,
  }
}

const titleOf = ({ outcome }: ApprovalPage) =>
  outcome ? (outcome.is === 'running' ? 'Under way' : 'Decided') : 'Your decision'

const cardOf = (m: ApprovalPage): Html => {
  if (m.arming) return armedCard(m.facts, m.arming)
  if (m.outcome) return overCard(m.facts, outcomeOf(m, m.outcome), m.fault)
  return closedCard(m.facts, m)
}

const signs: Record<Outcome['is'], State> = {
  running: 'working',
  done: 'proven',
  warnings: 'attention',
  failed: 'failed',
  refused: 'off',
  gone: 'off',
}

/** While it lasts the page looks again by itself. */
const outcomeOf = (m: ApprovalPage, o: Outcome): Html =>
  html`<div class="outcome" role="status"${
    o.is === 'running'
      ? html` hx-get="${paths.approval(m.facts.id)}" hx-trigger="every 1s" hx-target="#main" hx-select="#main" hx-swap="outerMorph"`
      : ''
  }>${glyph(signs[o.is])}<p><strong>${o.text}</strong>${m.ended?.by ? html` <span class="note">${decidedBy(m)}</span>` : ''}${o.next ? html` ${o.next}` : ''}${o.link ? html` <a href="${o.link.href}">${o.link.text}</a>` : ''}</p></div>`

const decidedBy = ({ ended, ...m }: ApprovalPage) =>
  `Decided by ${shown(ended?.by)}${ended?.at === undefined ? '' : ` at ${whenOf(ended.at, m)}`}.`

/** There is no "approve all": each one is opened, read and confirmed. */
const othersOf = ({ others }: ApprovalPage): Html | '' =>
  others.length === 0
    ? ''
    : html`<section class="others"><h2>Asked for together with</h2><ul>${others.map(
        (o) =>
          html`<li><a href="${paths.approval(o.id)}">${o.deed}</a> <form method="post" action="${paths.approvalOpen(o.id)}"><button class="btn">Open<span class="unseen">: ${o.deed}</span></button></form></li>`,
      )}</ul></section>`

export const approvalText = (m: ApprovalPage): string =>
  [
    ...cardLines(m.facts),
    m.outcome
      ? `${m.outcome.text}${m.ended?.by ? ` ${decidedBy(m)}` : ''}${m.outcome.next ? ` ${m.outcome.next}` : ''}`
      : `Waits until ${m.until}. A person decides: ./jarvis approvals approve ${m.facts.id}`,
    ...m.others.map((o) => `Asked for together with ${o.id}: ${o.deed}`),
  ].join('\n')

/** Never a nonce: a script reads what is asked for, it decides nothing. */
export const approvalJson = (m: ApprovalPage) => {
  const { facts: f, outcome, ended } = m
  return {
    ...waitingJson(m.waiting),
    state: m.state,
    rule: m.rule,
    goes: f.goes,
    stays: f.stays,
    checked: f.checked,
    calls: f.calls,
    expected: f.expected ?? null,
    undo: f.undo ?? null,
    typed: f.typed ?? null,
    reason: f.reason ?? null,
    outcome: outcome ? { is: outcome.is, text: outcome.text } : null,
    decided: ended?.at === undefined ? null : { by: ended.by ?? null, at: iso(ended.at) },
    became:
      outcome?.deed === undefined ? null : { id: outcome.deed, url: paths.deed(outcome.deed) },
    together: m.others.map((o) => o.id),
  }
}
