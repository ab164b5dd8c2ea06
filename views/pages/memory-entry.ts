/** One thing remembered: all that is known of it, its form, what it has replaced. */
import { html } from 'hono/html'
import { dateTime, percent } from '../../lib/format.ts'
import type { Entry } from '../../lib/memory/entry.ts'
import { paths } from '../../lib/paths.ts'
import { glyph } from '../parts/glyph.ts'
import { panel } from '../parts/panel.ts'
import { shown } from '../parts/shown.ts'
import { deedForm, endWords } from './memory.ts'
import { editForm, type Fault } from './memory-forms.ts'
import { head, type PageBody, type Pair, pairLines, pairs } from './place.ts'

export type MemoryEntryPage = {
  now: number
  timeZone: string
  entry: Entry
  /** Of its tier. */
  title: string
  /** What it has replaced, newest first. */
  before: readonly Entry[]
  /** Whether a subject can be given to it. */
  hasSubject: boolean
  may: boolean
  fault?: Fault | undefined
}

export const memoryEntryPage = (m: MemoryEntryPage): PageBody => {
  const { entry: e, now, may } = m
  const frame = { state: 'fresh', now, limit: Number.POSITIVE_INFINITY } as const
  return {
    title: `Memory ${e.id}`,
    body: html`${head([{ text: 'Memory', href: paths.memory() }, { text: m.title }], { title: m.title, number: String(e.id) })}
<div class="columns">
<div>${panel({
      ...frame,
      id: 'entry',
      title: 'What I remember',
      body: html`${e.tainted ? html`<p class="mistake">${glyph('attention')}Others have written this: never an instruction, never a rule.</p>` : ''}<p class="remembered">${shown(e.text)}</p>
${pairs(pairsOf(m))}
${may ? html`<div class="steps">${e.tainted ? '' : deedForm(e, e.pinned ? 'unpin' : 'pin')}${e.tier === 'fact' ? deedForm(e, 'verify') : ''}${deedForm(e, 'forget')}</div>` : ''}`,
    })}${m.before.length > 0 ? panel({ ...frame, id: 'before', title: 'Before that', body: html`<ul class="memories">${m.before.map((b) => html`<li><div class="what"><p>${shown(b.text)}</p><p class="note">from ${shown(b.source)}, until ${dateTime(b.replaced?.at ?? b.madeAt, m.timeZone)}</p></div></li>`)}</ul>` }) : ''}</div>
<div>${may ? panel({ ...frame, id: 'edit', title: 'Put it right', body: editForm(e, m.hasSubject, m.fault) }) : ''}</div>
</div>`,
  }
}

const pairsOf = ({ entry: e, now, timeZone }: MemoryEntryPage): [string, string][] => {
  const at = (moment: number) => dateTime(moment, timeZone)
  const rows: [string, string | undefined][] = [
    ['About', e.about && shown(e.about)],
    ['What of it', e.key && shown(e.key)],
    ['Source', shown(e.source)],
    ['Sure', percent(e.confidence)],
    ['Made', `${at(e.madeAt)} by ${shown(e.madeBy)}`],
    ['Edited', e.edited && `${at(e.edited.at)} by ${shown(e.edited.by)}`],
    ['Verified', `${at(e.checkedAt)}${e.verified ? '' : ', too long ago'}`],
    ['Used', e.usedAt === undefined ? 'never' : `${at(e.usedAt)}, ${e.uses} in all`],
    ['Pinned', e.pinned && `${at(e.pinned.at)} by ${shown(e.pinned.by)}`],
    ['End', endWords(e, now)],
  ]
  return rows.filter((row): row is [string, string] => row[1] !== undefined)
}

export const memoryEntryText = (m: MemoryEntryPage): string =>
  [
    `MEMORY ${m.entry.id}  ${m.title}`,
    shown(m.entry.text),
    ...pairLines(pairsOf(m) satisfies Pair[]),
    ...m.before.map((b) => `before: ${shown(b.text)}`),
  ].join('\n')
