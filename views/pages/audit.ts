/** The audit trail: who did what, by which right and with which end; its filters, and how its chain is. */
import { html } from 'hono/html'
import type { Anchor } from '../../lib/audit/chain.ts'
import type { Act, Acts, Check } from '../../lib/audit/trail.ts'
import { dateTime } from '../../lib/format.ts'
import { paths, type Query } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { type TierName, tierBadge } from '../parts/badge.ts'
import { button } from '../parts/button.ts'
import { glyph, type State } from '../parts/glyph.ts'
import { panel, says } from '../parts/panel.ts'
import { iso } from '../parts/section.ts'
import { domId, shown } from '../parts/shown.ts'
import { detailsOf, lasted } from './audit-act.ts'
import { actsWords, endOf } from './audit-forms.ts'
import { chainWords, forgottenWords } from './audit-words.ts'
import { aboutOf } from './events.ts'
import { filterForm, formLinks } from './filters.ts'
import { PAGE_LIMIT_MS } from './got.ts'
import { head, type PageBody } from './place.ts'
import { whenOf } from './range.ts'

export type AuditPage = Acts & {
  now: number
  timeZone: string
  /** 0 = for ever. */
  keepDays: number
  /** As it was asked. */
  query: Record<string, string>
  /** The last look at the chain. */
  check: Check | undefined
  forgotten: Anchor | undefined
}

/** What each filter can be set to. */
export type Choices = Record<string, string[]>

export const auditPage = (m: AuditPage, choices: Choices): PageBody => {
  const query: Query = { ...m.query }
  const { before: _, ...filters } = m.query
  return {
    title: 'Audit',
    body: html`${head([{ text: 'Audit' }], { title: 'Audit', facts: [actsWords(m)] })}
${chainPanel(m)}
${filterForm(
  paths.audit(),
  [
    ...(['who', 'what', 'verdict', 'outcome', 'tier'] as const).map((name) => ({
      name,
      label: labels[name],
      choices: withChosen(choices[name] ?? [], m.query[name]),
      chosen: m.query[name],
    })),
    { name: 'target', label: 'Target', text: m.query.target, example: 'guest/303' },
    { name: 'text', label: 'Words', text: m.query.text, example: 'nginx' },
    { name: 'since', label: 'Since', text: m.query.since, example: '2026-11-20' },
    { name: 'until', label: 'Until', text: m.query.until, example: '2026-11-21T14:00' },
  ],
  Object.keys(m.query).length > 0,
)}
${listPanel(m, Object.keys(filters).length > 0)}
<nav class="pager" aria-label="Pages of the trail">${m.query.before ? html`<a href="${paths.audit({ ...query, before: undefined })}">the newest</a>` : ''}${m.next === undefined ? '' : html`<a href="${paths.audit({ ...query, before: m.next })}">${m.tired ? 'look further back' : 'older ones'}</a>`}</nav>
${formLinks([
  { text: 'text', href: paths.auditAs('txt', query) },
  { text: 'JSON', href: paths.auditAs('json', query) },
  { text: 'all that fits as CSV', href: paths.auditAs('csv', filters) },
  { text: 'as JSON lines', href: paths.auditAs('jsonl', filters) },
])}`,
  }
}

const labels = {
  who: 'Who',
  what: 'What',
  verdict: 'Verdict',
  outcome: 'Outcome',
  tier: 'Tier',
} as const

/**
 * What was asked stays chosen, also where nothing of it is left. A name that cannot be shown as it is
 * cannot be chosen either: the address can hold it.
 */
const withChosen = (choices: string[], chosen: string | undefined) =>
  [...new Set([...(chosen === undefined ? [] : [chosen]), ...choices])].filter(
    (choice) => shown(choice) === choice,
  )

const signs: Record<'whole' | 'broken' | 'unknown', { state: State; label: string }> = {
  whole: { state: 'proven', label: 'whole' },
  broken: { state: 'failed', label: 'broken' },
  unknown: { state: 'unknown', label: 'not known' },
}

const chainPanel = (m: AuditPage): Html => {
  const { state, text, row } = chainWords(m.check, m)
  const { state: sign, label } = signs[state]
  return panel({
    id: 'chain',
    title: 'Chain',
    state: state === 'broken' ? 'error' : state === 'unknown' ? 'unknown' : 'fresh',
    at: m.now,
    now: m.now,
    limit: Number.POSITIVE_INFINITY,
    body: html`<div class="chain"><p${state === 'broken' ? html` role="alert"` : ''} data-is="${state}">${glyph(sign, label)} ${text}${row === undefined ? '' : html` <a href="${paths.audit({ before: row + 1 })}">The rows up to it</a>`}</p>
<p class="dim">${forgottenWords(m.forgotten, m.keepDays, m)}</p>
<form method="post" action="${paths.auditCheck()}">${button({ text: 'Check the chain now' })}</form></div>`,
  })
}

const listPanel = (m: AuditPage, filtered: boolean): Html =>
  panel({
    id: 'trail',
    title: 'Trail',
    state: m.acts.length === 0 ? 'empty' : 'fresh',
    at: m.now,
    now: m.now,
    limit: PAGE_LIMIT_MS,
    body:
      m.acts.length === 0
        ? says(emptyWords(m, filtered))
        : html`<table class="trail long"><thead><tr><th scope="col">Time</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">Target</th><th scope="col">Tier</th><th scope="col">Verdict</th><th scope="col">Outcome</th><th scope="col" class="n">Took</th></tr></thead>
${m.acts.map((act) => rowsOf(act, m))}</table>${m.tired ? html`<p class="note">I have looked through 20,000 rows and stopped there; older ones are not looked at yet.</p>` : ''}`,
  })

const emptyWords = (m: AuditPage, filtered: boolean) => {
  if (m.tired)
    return {
      first: 'Nothing yet.',
      rest: 'I have looked through 20,000 rows; older ones are not looked at yet.',
    }
  if (filtered) return { first: 'No such row.', rest: 'Nobody did that, as far as I have written.' }
  return { first: 'Nothing is written yet.', rest: 'The first deed, login or key begins it.' }
}

/** Two lines an act: what it is, and behind the second all that is known of it. */
const rowsOf = (act: Act, m: AuditPage): Html => {
  const { head: r } = act
  const end = endOf(act)
  const id = domId('audit', r.id)
  const bad = [r, ...act.ends].some((row) => !row.sound)
  return html`<tbody id="${id}" data-is="${bad ? 'broken' : shown(end.outcome, 'open')}">
<tr><td><time datetime="${iso(r.at)}" title="${dateTime(r.at, m.timeZone)}">${whenOf(r.at, m)}</time></td><td class="who" title="${shown(r.who)}">${shown(r.who)}</td><th scope="row">${shown(r.what)}</th><td class="target">${aboutOf(r.target ?? '')}</td><td>${tierOf(r.tier)}</td><td>${shown(r.verdict)}</td><td>${outcomeOf(act)}</td><td class="n">${lasted(act)}</td></tr>
<tr class="more"><td colspan="8"><details><summary>${bad ? html`${glyph('failed', 'broken')} ` : ''}${summaryOf(act)}</summary>${detailsOf(act, m)}</details></td></tr>
</tbody>
`
}

const summaryOf = (act: Act): string => {
  const { reason, rule, from } = act.head
  return shown(endOf(act).reason ?? reason ?? (rule ? `rule ${rule}` : `from ${from}`)).slice(
    0,
    240,
  )
}

const tiers = new Set<string>(['GREEN', 'YELLOW', 'RED', 'BLACK'])
const tierOf = (tier: string | undefined): Html | string =>
  tier === undefined ? '' : tiers.has(tier) ? tierBadge(tier as TierName) : shown(tier)

const outcomes: Record<string, State> = {
  done: 'proven',
  ok: 'proven',
  warnings: 'attention',
  refused: 'attention',
  failed: 'failed',
  unknown: 'unknown',
  stopped: 'off',
}

const outcomeOf = (act: Act): Html | string => {
  const { outcome } = endOf(act)
  if (outcome === undefined) return act.head.verdict === 'run' ? 'no end written' : ''
  const sign = outcomes[outcome]
  return html`${sign ? glyph(sign) : ''} ${shown(outcome)}`
}
