/** What is remembered, by tier: read, found, pinned, forgotten, brought back, and told by hand. */
import { html } from 'hono/html'
import { age, count, duration, percent } from '../../lib/format.ts'
import type { Entry } from '../../lib/memory/entry.ts'
import type { Tier } from '../../lib/memory/tiers.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { tag } from '../parts/badge.ts'
import { button } from '../parts/button.ts'
import { glyph } from '../parts/glyph.ts'
import { panel, says } from '../parts/panel.ts'
import { cut, domId, shown } from '../parts/shown.ts'
import { type Filter, filterForm, formLinks } from './filters.ts'
import { type Fault, tellForm } from './memory-forms.ts'
import { head, type PageBody } from './place.ts'
import { whenOf } from './range.ts'

export type Shelf = {
  tier: Tier
  title: string
  what: string
  count: number
  entries: readonly Entry[]
}

export type MemoryPage = {
  now: number
  timeZone: string
  wish: { q?: string | undefined; tier?: Tier | undefined; before?: number | undefined }
  /** The tiers that hold something, with what is to be shown of each. */
  shelves: readonly Shelf[]
  /** What was found for `q`, best first; undefined = nothing was asked. */
  found?: readonly Entry[] | undefined
  total: number
  /** What can still be brought back. */
  forgotten: readonly Entry[]
  /** How long that is possible, milliseconds. */
  undoMs: number
  /** Every tier and its title. */
  titles: Record<Tier, string>
  /** A person changes things, a token reads. */
  may: boolean
  fault?: Fault | undefined
}

export const NOTHING: [string, string] = [
  'I remember nothing yet, which keeps me tactful.',
  'Tell me what you like and what is so; the rest I learn by doing.',
]
const LONG = 320

export const memoryPage = (m: MemoryPage): PageBody => {
  const { q, tier } = m.wish
  return {
    title: 'Memory',
    body: html`${head([{ text: 'Memory' }], { title: 'Memory', facts: [count(m.total, 'entry', 'entries')] })}
${filterForm(paths.memory(), filtersOf(m), Boolean(q || tier))}
<div class="columns aside">
<div>${m.forgotten.length > 0 ? forgottenPanel(m) : ''}${m.found ? foundPanel(m, m.found) : shelvesOf(m)}</div>
<div>${m.may ? tellForm(m.fault) : ''}</div>
</div>
${formLinks(
  (['md', 'txt', 'json'] as const).map((as) => ({
    text: { md: 'markdown, as a model is given it', txt: 'text', json: 'JSON' }[as],
    href: paths.memoryFile(as, { q, tier }),
  })),
)}`,
  }
}

const filtersOf = ({ wish, titles }: MemoryPage): Filter[] => [
  { name: 'q', label: 'Search', text: wish.q, example: 'zigbee stick' },
  { name: 'tier', label: 'Tier', choices: Object.keys(titles), chosen: wish.tier },
]

const frame = { state: 'fresh', limit: Number.POSITIVE_INFINITY } as const

const shelvesOf = (m: MemoryPage): Html =>
  m.shelves.length === 0
    ? panel({
        ...frame,
        id: 'memory',
        title: 'Memory',
        state: 'empty',
        now: m.now,
        body: emptyWords(m),
      })
    : html`${m.shelves.map((shelf) => shelfPanel(m, shelf))}`

const emptyWords = ({ wish, titles }: MemoryPage): Html =>
  wish.tier
    ? says({ first: 'Nothing of that kind.', rest: `${titles[wish.tier]}: none.` })
    : says({ first: NOTHING[0], rest: NOTHING[1] })

const shelfPanel = (m: MemoryPage, s: Shelf): Html =>
  panel({
    ...frame,
    id: domId('memory', s.tier),
    title: s.title,
    count: s.what,
    now: m.now,
    action: html`<span class="fig">${s.count}</span>`,
    body: html`${listOf(m, s.entries)}${further(m, s)}`,
  })

const further = ({ wish }: MemoryPage, { tier, count: all, entries }: Shelf): Html | '' => {
  const last = entries.at(-1)
  if (!last || entries.length >= all) return ''
  const href = paths.memory(wish.tier ? { tier, before: last.id } : { tier })
  return html`<p class="further"><a href="${href}">${wish.tier ? 'older ones' : `all ${all}`}</a></p>`
}

const foundPanel = (m: MemoryPage, found: readonly Entry[]): Html =>
  panel({
    ...frame,
    id: 'found',
    title: 'Found',
    count: `for “${cut(shown(m.wish.q, ''), 60)}”, best first`,
    now: m.now,
    body:
      found.length === 0
        ? says({ first: 'Nothing comes to mind.', rest: 'Other words may find it.' })
        : listOf(m, found),
  })

const listOf = (m: MemoryPage, entries: readonly Entry[]): Html =>
  html`<ul class="memories">${entries.map((e) => itemOf(m, e))}</ul>`

const itemOf = (m: MemoryPage, e: Entry): Html =>
  html`<li id="${domId('memory', e.id)}"${e.tainted ? html` class="untrusted"` : ''}><div class="what"><p>${signs(e)}<a href="${paths.memoryEntry(e.id)}">${cut(shown(e.text), LONG)}</a></p><p class="note">${remarks(e, m).join(' · ')}</p></div>
${m.may ? html`<div class="steps">${e.tainted ? '' : deedForm(e, e.pinned ? 'unpin' : 'pin')}${deedForm(e, 'forget')}</div>` : ''}</li>
`

const signs = (e: Entry): Html =>
  html`${e.tainted ? html`${glyph('attention', 'others have written this')} ` : ''}${e.pinned ? html`${tag({ text: 'pinned' })} ` : ''}${e.verified ? '' : html`${tag({ text: 'not verified' })} `}`

/** Where it comes from, how sure it is, how old, when it was of use, when it ends. */
export const remarks = (e: Entry, m: { now: number; timeZone: string }): string[] => [
  ...(isOwnSubject(e) ? [] : [`${shown(e.about)}${e.key ? ` ${shown(e.key)}` : ''}`]),
  `from ${shown(e.source)}`,
  ...(e.confidence < 1 ? [`${percent(e.confidence)} sure`] : []),
  `${age(e.edited?.at ?? e.madeAt, m.now)} old`,
  ...(e.verified ? [] : [`last verified ${whenOf(e.checkedAt, m)}`]),
  e.usedAt === undefined ? 'never used' : `used ${age(e.usedAt, m.now)} ago`,
  endWords(e, m.now),
]

/** None, or the house's own: the words say it already. */
const isOwnSubject = (e: Entry): boolean =>
  !e.about || e.about === e.source || e.tier === 'summary' || e.tier === 'dismissal'

export const endWords = (e: Entry, now: number): string => {
  if (e.pinned) return 'stays while it is pinned'
  if (e.expiresAt === undefined) return 'stays'
  const left = duration((e.expiresAt - now) / 1000)
  if (e.tier === 'conversation')
    return e.expiresAt <= now ? 'summed up next night' : `summed up in ${left}`
  return `ends in ${left}`
}

const words = {
  pin: { text: 'Pin' },
  unpin: { text: 'Unpin' },
  forget: { text: 'Forget' },
  verify: { text: 'Still so' },
  restore: { text: 'Bring back', kind: 'primary' },
} as const

/** One button of an entry, as a form of its own. */
export const deedForm = (e: Entry, deed: keyof typeof words): Html =>
  html`<form method="post" action="${paths.memoryDeed(e.id, deed === 'unpin' ? 'pin' : deed)}">${deed === 'unpin' ? html`<input type="hidden" name="on" value="0">` : ''}${button({ ...words[deed], label: `${words[deed].text}: ${cut(shown(e.text), 60)}` })}</form>`

const forgottenPanel = (m: MemoryPage): Html =>
  panel({
    ...frame,
    id: 'forgotten',
    title: 'Forgotten a moment ago',
    count: 'then gone for good',
    now: m.now,
    body: html`<ul class="memories">${m.forgotten.map(
      (e) =>
        html`<li><div class="what"><p>${cut(shown(e.text), LONG)}</p><p class="note">by ${shown(e.forgotten?.by)}, for another ${duration(((e.forgotten?.at ?? 0) + m.undoMs - m.now) / 1000)}</p></div>${m.may ? html`<div class="steps">${deedForm(e, 'restore')}</div>` : ''}</li>
`,
    )}</ul>`,
  })
