/** What must not fall over by itself: the graph, each thing with its reasons, and the operator's marks. */
import { html } from 'hono/html'
import { count } from '../lib/format.ts'
import { paths } from '../lib/paths.ts'
import type { Edge, Shield, Source } from '../lib/safety/protected.ts'
import type { Html } from './layout.ts'
import type { PageBody } from './pages/place.ts'
import { button } from './parts/button.ts'
import { field } from './parts/field.ts'
import { glyph } from './parts/glyph.ts'
import { panel } from './parts/panel.ts'
import { shown } from './parts/shown.ts'
import { protectionGraph, type Thing } from './protection-graph.ts'
import { settingsTop } from './settings.ts'
import { block, faultOf } from './settings-block.ts'

export type ProtectionPage = {
  now: number
  /** A person looks, who may change it. */
  may: boolean
  /** Undefined = cannot be known now, and `unknown` says why. */
  known?:
    | { shields: readonly ShieldRow[]; edges: readonly Edge[]; labels: ReadonlyMap<string, string> }
    | undefined
  unknown?: string | undefined
  /** Where Jarvis runs, as a sentence. */
  self: { sentence: string; isKnown: boolean }
  marked: Readonly<Record<string, string>>
  unmarked: readonly string[]
  done?: string | undefined
  fault?: { form: 'mark' | 'unmark'; text: string; details: Record<string, string> } | undefined
  typed?: Record<string, string> | undefined
}

/** `fixed`: why the operator cannot take the protection away; undefined = he can. */
export type ShieldRow = Shield & { fixed: string | undefined }

export const sourceWords: Record<Source, string> = {
  self: 'carries Jarvis',
  role: 'the configuration',
  ha: 'high availability',
  name: 'its name',
  tag: 'its tag',
  votes: 'the votes',
  mark: 'marked by hand',
}

export const protectionPage = (m: ProtectionPage): PageBody => ({
  title: 'Settings: Protection',
  body: html`${settingsTop('protection', m.done)}
${faultOf(m, 'unmark')}${m.known ? graphPanel(m, m.known) : unknownBlock(m)}
<div class="columns aside">
<div>${m.known ? tableBlock(m, m.known.shields) : marksBlock(m)}</div>
<div>${m.may ? markBlock(m) : ''}${m.unmarked.length > 0 ? unmarkedBlock(m) : ''}</div>
</div>`,
})

const unknownBlock = (m: ProtectionPage) =>
  block(
    'unknown',
    'Cannot be known now',
    html`<p>${glyph('unknown')} What depends on what cannot be known now: ${shown(m.unknown)} Until it is, every change needs a person.</p>`,
  )

type Known = NonNullable<ProtectionPage['known']>

/** More guests than this would only be ink. */
const MOST_DRAWN = 24

const graphPanel = (m: ProtectionPage, known: Known) => {
  const { things, left } = thingsOf(known)
  const vital = known.shields.filter((s) => s.vital).length
  return panel({
    id: 'protection',
    title: 'What hangs on what',
    state: 'fresh',
    at: m.now,
    now: m.now,
    limit: Number.POSITIVE_INFINITY,
    count: `${known.shields.length} protected, ${vital} carry Jarvis`,
    body: html`<p class="note">${m.self.isKnown ? '' : glyph('attention')} ${m.self.sentence}</p>
${protectionGraph({ things, ties: known.edges, label: `${m.self.sentence} ${count(known.shields.length, 'thing')} protected; the table below has each with its reasons.` })}
<p class="note">Cut corners: Jarvis hangs on it. Double frame: protected. Hairline: not protected.${left > 0 ? ` ${count(left, 'guest')} more stand only in the table.` : ''}</p>`,
  })
}

/** Jarvis, what is protected, and what that hangs on. */
const thingsOf = ({ shields, edges, labels }: Known): { things: Thing[]; left: number } => {
  const isGuest = (key: string) => key.startsWith('guest/')
  const guests = shields
    .filter((s) => isGuest(s.key))
    .toSorted((a, b) => Number(b.vital) - Number(a.vital))
  const drawn = [...guests.slice(0, MOST_DRAWN), ...shields.filter((s) => !isGuest(s.key))]
  const keys = new Set(drawn.map((s) => s.key))
  const carrying = edges.flatMap(({ from, to }) => (keys.has(from) && !keys.has(to) ? [to] : []))
  return {
    left: guests.length - Math.min(guests.length, MOST_DRAWN),
    things: [
      { key: 'jarvis', label: 'Jarvis', vital: false },
      ...drawn.map((s) => ({
        key: s.key,
        label: s.label,
        vital: s.vital,
        reason: s.vital ? sourceWords.self : briefly(s),
      })),
      ...[...new Set(carrying)].map((key) => ({
        key,
        label: labels.get(key) ?? key,
        vital: false,
      })),
    ],
  }
}

/** `its name, 1 more` */
const briefly = ({ sources }: Shield) => {
  const [first, ...others] = [...new Set(sources)]
  return `${sourceWords[first!]}${others.length > 0 ? `, ${others.length} more` : ''}`
}

/** Where a thing has its page. */
export const hrefOf = (key: string): string | undefined => {
  const [kind, id = ''] = [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)]
  if (kind === 'guest') return paths.guest(id)
  return kind === 'node' ? paths.node(id) : undefined
}

const linked = (key: string, label: string) => {
  const href = hrefOf(key)
  return href ? html`<a href="${href}">${shown(label)}</a>` : html`${shown(label)}`
}

const tableBlock = (m: ProtectionPage, shields: readonly ShieldRow[]): Html =>
  block(
    'shields',
    'Protected things',
    shields.length === 0
      ? html`<p class="empty">Nothing is protected, which is brave.</p>`
      : html`<table class="plain long">
<thead><tr><th scope="col">Thing</th><th scope="col">Why</th><th scope="col">By</th><th scope="col" class="right">Take it out</th></tr></thead>
<tbody>
${shields.map((s) => shieldRow(m, s))}</tbody>
</table>`,
  )

const shieldRow = (m: ProtectionPage, s: ShieldRow) =>
  html`<tr id="shield-${s.key.replace(/[^A-Za-z0-9-]/g, '-')}"><th scope="row"><span class="kind">${s.key.slice(0, s.key.indexOf('/'))}</span> ${linked(s.key, s.label)}${s.vital ? html` <span class="tag">vital</span>` : ''}</th><td class="what"><ul class="reasons">${s.why.map((why) => html`<li>${shown(why)}</li>`)}</ul></td><td>${[...new Set(s.sources)].map((x) => sourceWords[x]).join(', ')}</td><td class="right">${
    s.fixed
      ? html`<span class="reason">${s.fixed}</span>`
      : m.may
        ? keyed('unmark', s.key, 'Unmark', s.label)
        : ''
  }</td></tr>
`

const keyed = (deed: 'unmark' | 'again', key: string, text: string, label: string) =>
  html`<form method="post" action="${paths.protectionDeed(deed)}"><input type="hidden" name="key" value="${key}">${button({ text, label: `${text}: ${shown(label)}` })}</form>`

/** While nothing is known the marks still are. */
const marksBlock = ({ marked }: ProtectionPage) =>
  block(
    'shields',
    'Marked by hand',
    Object.keys(marked).length === 0
      ? html`<p class="empty">Nothing is marked.</p>`
      : html`<dl class="pairs">${Object.entries(marked).map(([key, why]) => html`<div><dt>${shown(key)}</dt><dd>${shown(why)}</dd></div>`)}</dl>`,
  )

const kinds = {
  guest: 'guest, by its number',
  node: 'node, by its name',
  storage: 'storage, by its name',
}

const markBlock = (m: ProtectionPage) => {
  const isMine = m.fault?.form === 'mark'
  const typed = m.typed ?? {}
  const wrong = (name: string) => (isMine ? m.fault?.details[name] : undefined)
  return block(
    'protect',
    'Protect something',
    html`${faultOf(m, 'mark')}<form class="fields" method="post" action="${paths.protectionDeed('mark')}">
<div class="field"><label for="mark-kind">Kind</label><select id="mark-kind" name="kind">${Object.entries(kinds).map(([kind, text]) => html`<option value="${kind}"${kind === typed.kind ? html` selected` : ''}>${text}</option>`)}</select></div>
${field({ id: 'mark-id', name: 'id', label: 'Which', mono: true, required: true, value: typed.id, hint: '303, pve or tank', error: wrong('id') })}
${field({ id: 'mark-why', name: 'why', label: 'Why', required: true, value: typed.why, hint: 'It is shown wherever somebody is held back.', error: wrong('why') })}
<div class="steps">${button({ text: 'Protect it' })}<span class="reason">Every change to it then needs a confirmation.</span></div>
</form>`,
  )
}

const unmarkedBlock = (m: ProtectionPage) =>
  block(
    'unmarked',
    'Taken out by hand',
    html`<p class="note">Their names or tags would protect them.</p>
<table class="plain"><thead class="unseen"><tr><th scope="col">Thing</th><th scope="col">Protect it again</th></tr></thead><tbody>
${m.unmarked.map(
  (
    key,
  ) => html`<tr><th scope="row">${linked(key, m.known?.labels.get(key) ?? key)}</th><td class="right">${m.may ? keyed('again', key, 'Protect again', m.known?.labels.get(key) ?? key) : ''}</td></tr>
`,
)}</tbody></table>`,
  )
