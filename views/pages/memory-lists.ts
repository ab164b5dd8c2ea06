/** The memory for a terminal and for scripts. */
import { count } from '../../lib/format.ts'
import type { Entry } from '../../lib/memory/entry.ts'
import { iso, isoOr } from '../parts/section.ts'
import { shown } from '../parts/shown.ts'
import { columns } from '../parts/table.ts'
import { endWords, type MemoryPage, NOTHING } from './memory.ts'

const entriesOf = (m: MemoryPage): readonly Entry[] =>
  m.found ?? m.shelves.flatMap((shelf) => shelf.entries)

export const memoryText = (m: MemoryPage): string => {
  const entries = entriesOf(m)
  const lines = [`MEMORY  ${count(entries.length, 'entry', 'entries')}`]
  if (m.total === 0) return [...lines, NOTHING.join(' ')].join('\n')
  if (entries.length === 0) return [...lines, 'Nothing comes to mind.'].join('\n')
  return [
    ...lines,
    ...columns<Entry>(
      [
        { head: 'ID', cell: (e) => String(e.id), right: true },
        { head: 'TIER', cell: (e) => e.tier },
        { head: 'SURE', cell: (e) => `${Math.round(e.confidence * 100)} %`, right: true },
        { head: 'ENDS', cell: (e) => endWords(e, m.now) },
        { head: 'FROM', cell: (e) => shown(e.source), most: 20 },
        { head: 'ABOUT', cell: (e) => shown(e.about, '') },
        { head: 'WHAT', cell: wholeOf, most: 2100 },
      ],
      entries,
    ),
  ].join('\n')
}

const wholeOf = (e: Entry): string =>
  `${e.tainted ? '[UNTRUSTED] ' : ''}${e.pinned ? '[pinned] ' : ''}${e.verified ? '' : '[not verified] '}${shown(e.text)}`

/** Stable keys; what is not known is null. */
export const memoryEntryJson = (e: Entry) => ({
  id: e.id,
  tier: e.tier,
  text: e.text,
  about: e.about ?? null,
  key: e.key ?? null,
  source: e.source,
  confidence: e.confidence,
  tainted: e.tainted,
  verified: e.verified,
  made: iso(e.madeAt),
  made_by: e.madeBy,
  edited: isoOr(e.edited?.at),
  checked: iso(e.checkedAt),
  used: isoOr(e.usedAt),
  uses: e.uses,
  pinned: isoOr(e.pinned?.at),
  pinned_by: e.pinned?.by ?? null,
  expires: isoOr(e.expiresAt),
})

export const memoryJson = (m: MemoryPage) => ({
  total: m.total,
  entries: entriesOf(m).map(memoryEntryJson),
  forgotten: m.forgotten.map((e) => ({ ...memoryEntryJson(e), forgotten: isoOr(e.forgotten?.at) })),
})
