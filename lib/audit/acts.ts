/**
 * Rows as people think of them: what was begun and how it ended are one act. An act stands where its
 * newest row stands that fits the question, and only there, on whatever page that is.
 */
import type { Db } from '../db/db.ts'
import type { Stored } from './chain.ts'
import { byIds, endsOf, fitting, look, type Span, spanOf, type Wanted } from './search.ts'
import type { Entry } from './trail.ts'

/** `head`: what was begun; where retention has forgotten it, the row that is left. */
export type StoredAct = { head: Stored; ends: Stored[] }
export type ActsPage = {
  acts: StoredAct[]
  /** The `before` of the next page; undefined = that was all. */
  next: number | undefined
  /** Looked through as many rows as one question may; older ones were not looked at yet. */
  tired: boolean
}

/** Rows that one question looks through, and at once. */
const PATIENCE = 20_000
const AT_ONCE = 5000
/** And an export at once: others wait for the loop meanwhile. */
const EXPORTED_AT_ONCE = 1000

export const actsOf = (
  db: Db,
  wanted: Wanted,
  { limit, before }: { limit: number; before?: number | undefined },
): ActsPage => {
  const span = spanOf(db, wanted)
  let below = Math.min(span.below, before ?? Number.MAX_SAFE_INTEGER)
  const acts: StoredAct[] = []
  for (let seen = 0; seen < PATIENCE; seen += AT_ONCE) {
    const part = look(
      db,
      wanted,
      { ...span, below },
      {
        direction: 'newest',
        size: AT_ONCE,
        // Two rows an act, mostly.
        most: limit * 2,
      },
    )
    for (const { row, act } of grouped(db, wanted, part.rows)) {
      if (acts.length === limit) return { acts, next: row.id + 1, tired: false }
      acts.push(act)
    }
    if (part.edge === undefined) return { acts, next: undefined, tired: false }
    below = part.edge
    if (acts.length === limit) return { acts, next: below, tired: false }
  }
  return { acts, next: below, tired: true }
}

/** The acts of these rows, in their order; one whose newer row fits as well was shown there. */
const grouped = (db: Db, wanted: Wanted, rows: Stored[]): { row: Stored; act: StoredAct }[] => {
  const begunBy = new Map(rows.map((row) => [row.id, headOf(row)]))
  const known = new Map(rows.map((row) => [row.id, row]))
  const missing = [...new Set(begunBy.values())].filter((id) => !known.has(id))
  for (const row of byIds(db, missing)) known.set(row.id, row)
  const ends = new Map<number, Stored[]>()
  for (const row of endsOf(db, [...new Set(begunBy.values())])) {
    const head = headOf(row)
    ends.set(head, [...(ends.get(head) ?? []), row])
  }
  const later = (row: Stored) =>
    (ends.get(begunBy.get(row.id)!) ?? []).map((end) => end.id).filter((id) => id > row.id)
  const shownLater = fitting(db, wanted, rows.flatMap(later))
  return rows
    .filter((row) => !later(row).some((id) => shownLater.has(id)))
    .map((row) => {
      const id = begunBy.get(row.id)!
      const head = known.get(id) ?? row
      return { row, act: { head, ends: (ends.get(id) ?? []).filter((end) => end !== head) } }
    })
}

const headOf = (row: Stored): number => {
  const { of } = entryIn(row.entry)
  return typeof of === 'number' && of < row.id ? of : row.id
}

/** The entry, also of a row that somebody has broken: it must be seen, not fell the page. */
export const entryIn = (text: string): Entry => {
  const broken = { who: '?', from: '?', what: '?', verdict: '?' }
  try {
    const entry: unknown = JSON.parse(text)
    const members = Object.entries(entry as object).filter(([name, value]) =>
      name === 'args'
        ? typeof value === 'object'
        : typeof value === (figures.has(name) ? 'number' : 'string'),
    )
    return { ...broken, ...Object.fromEntries(members) }
  } catch {
    return { ...broken, reason: text.slice(0, 200) }
  }
}

const figures = new Set(['of', 'approval', 'deed', 'tookS'])

/** Every row that fits, oldest first, a part at a time; a part may be empty. */
export function* partsOf(db: Db, wanted: Wanted): Generator<Stored[], void> {
  const span: Span = spanOf(db, wanted)
  for (let above: number | undefined = span.above; above !== undefined; ) {
    const { rows, edge }: { rows: Stored[]; edge: number | undefined } = look(
      db,
      wanted,
      { ...span, above },
      { direction: 'oldest', size: EXPORTED_AT_ONCE, most: 500 },
    )
    yield rows
    above = edge
  }
}
