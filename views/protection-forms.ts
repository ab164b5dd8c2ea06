/** What is protected, for a terminal and for scripts. */

import { shown } from './parts/shown.ts'
import { columns } from './parts/table.ts'
import { type ProtectionPage, sourceWords } from './protection.ts'

export const protectionText = (m: ProtectionPage): string => {
  if (!m.known)
    return `UNKNOWN  What depends on what cannot be known now: ${shown(m.unknown)} Until it is, every change needs a person.`
  const rows = m.known.shields.flatMap((s) =>
    s.why.map((why, i) => ({ ...s, why, source: sourceWords[s.sources[i]!], isFirst: i === 0 })),
  )
  return [
    m.self.sentence,
    '',
    ...columns(
      [
        { head: 'KEY', cell: (r) => (r.isFirst ? shown(r.key) : ''), most: 40 },
        { head: 'THING', cell: (r) => (r.isFirst ? shown(r.label) : '') },
        { head: 'VITAL', cell: (r) => (r.isFirst && r.vital ? 'vital' : '') },
        { head: 'BY', cell: (r) => r.source },
        { head: 'WHY', cell: (r) => shown(r.why), most: 200 },
      ],
      rows,
    ),
    ...(m.unmarked.length > 0
      ? ['', `Taken out by hand: ${m.unmarked.map((k) => shown(k)).join(', ')}.`]
      : []),
  ].join('\n')
}

export const protectionJson = (m: ProtectionPage) => ({
  known: m.known !== undefined,
  unknown: m.known ? null : (m.unknown ?? null),
  self: m.self,
  protected: (m.known?.shields ?? []).map(({ key, label, why, sources, vital, fixed }) => ({
    key,
    label,
    why,
    sources,
    vital,
    fixed: fixed ?? null,
  })),
  edges: m.known?.edges ?? [],
  marked: m.marked,
  unmarked: m.unmarked,
})
