/**
 * Questions to the trail: by who, tool, target, verdict, outcome, tier, time and words. One filter leads,
 * the rarest, through its index; the others are asked of the rows that it names, so many at a time and
 * no more, so that no question reads the whole trail.
 */
import type { Db } from '../db/db.ts'
import { forgottenThrough, type Stored } from './chain.ts'

/** Filters that stand in the entry and have an index; the migration says the same. */
export const facets = ['who', 'what', 'target', 'verdict', 'outcome', 'tier'] as const
export type Facet = (typeof facets)[number]

export type Wanted = Partial<Record<Facet, string | undefined>> & {
  /** Not older, and older, than these moments (milliseconds). */
  since?: number | undefined
  until?: number | undefined
  /** Words that are in it, each from its beginning. */
  text?: string | undefined
}

/** Rows between two ids, both not included. */
export type Span = { above: number; below: number }
export type Part = {
  rows: Stored[]
  /** From where to look on; undefined = that was all. */
  edge: number | undefined
}

/** Counted to see which filter is rarest; more is simply many. */
const MANY = 2000
const MOST_WORDS = 8
/** A single letter begins half of all words. */
const SHORTEST_WORD = 2
const NEWEST = Number.MAX_SAFE_INTEGER

const expression = (facet: Facet) => `entry ->> '$.${facet}'`

/** What stands in the question as words of the index; undefined = nothing that could be looked for. */
export const phrase = (text: string): string | undefined => {
  const words = (text.match(/[\p{L}\p{N}]+/gu) ?? [])
    .filter((word) => word.length >= SHORTEST_WORD)
    .slice(0, MOST_WORDS)
  return words.length > 0 ? words.map((word) => `"${word}"*`).join(' ') : undefined
}

type Condition = { sql: string; params: (string | number)[] }

/** The ids among which rows of that time can be: clocks are set back at times, so ids only nearly tell. */
export const spanOf = (db: Db, { since, until }: Wanted): Span => {
  const gone = forgottenThrough(db)
  const first = since === undefined ? undefined : bound(db, 'min', 'at >= ?', since)
  const last = until === undefined ? undefined : bound(db, 'max', 'at < ?', until)
  return {
    above: since === undefined ? gone : Math.max(gone, (first ?? NEWEST) - 1),
    below: until === undefined ? NEWEST : (last ?? 0) + 1,
  }
}

/** Over the thousand rows next to the moment and the thousand farthest from it. */
const bound = (db: Db, end: 'min' | 'max', where: string, at: number): number | undefined => {
  const some = (order: 'asc' | 'desc') =>
    `select id from (select id from audit where ${where} order by at ${order} limit 1000)`
  return (
    db.first<{ id: number | null }>(
      `select ${end}(id) as id from (${some('asc')} union all ${some('desc')})`,
      [at, at],
    )?.id ?? undefined
  )
}

/** The filter that leads, in the order of ids, and those that only judge. */
const roadOf = (db: Db, wanted: Wanted): { road: Condition | undefined; rest: Condition[] } => {
  const match = wanted.text === undefined ? undefined : phrase(wanted.text)
  const given = facets.filter((f) => wanted[f] !== undefined)
  const rarest = match ? undefined : given.map((f) => [f, countOf(db, f, wanted[f]!)] as const)
  const lead = rarest?.sort((a, b) => a[1] - b[1])[0]?.[0]
  const rest: Condition[] = given
    .filter((f) => f !== lead)
    // The plus keeps its index out of it: two leaders would be none.
    .map((f) => ({ sql: `+(${expression(f)}) = ?`, params: [wanted[f]!] }))
  if (wanted.since !== undefined) rest.push({ sql: '+at >= ?', params: [wanted.since] })
  if (wanted.until !== undefined) rest.push({ sql: '+at < ?', params: [wanted.until] })
  if (match) return { road: { sql: WORDS, params: [match] }, rest }
  return { road: lead && { sql: `${expression(lead)} = ?`, params: [wanted[lead]!] }, rest }
}

const WORDS = 'audit_words match ?'

const countOf = (db: Db, facet: Facet, value: string): number =>
  db.first<{ n: number }>(
    `select count(*) as n from (select 1 from audit where ${expression(facet)} = ? limit ${MANY})`,
    [value],
  )?.n ?? 0

export type Direction = 'newest' | 'oldest'

/** Looks through the next `size` rows of the leading filter and answers those that fit, at most `most`. */
export const look = (
  db: Db,
  wanted: Wanted,
  span: Span,
  { direction, size, most }: { direction: Direction; size: number; most: number },
): Part => {
  const { road, rest } = roadOf(db, wanted)
  const order = direction === 'newest' ? 'desc' : 'asc'
  const named = candidates(road, order)
  const far = db.first<{ n: number; edge: number | null }>(
    `select count(*) as n, ${direction === 'newest' ? 'min' : 'max'}(id) as edge from (${named})`,
    [...(road?.params ?? []), span.above, span.below, size],
  )
  if (!far || far.edge === null) return { rows: [], edge: undefined }
  const among: Span =
    direction === 'newest'
      ? { above: far.edge - 1, below: span.below }
      : { above: span.above, below: far.edge + 1 }
  const rows = db.all<Stored>(
    `select id, at, entry, previous, hash from audit
     where id in (${named}) ${rest.map((c) => `and ${c.sql}`).join(' ')}
     order by id ${order} limit ?`,
    [
      ...(road?.params ?? []),
      among.above,
      among.below,
      size,
      ...rest.flatMap((c) => c.params),
      most,
    ],
  )
  if (rows.length === most) return { rows, edge: rows.at(-1)!.id }
  return { rows, edge: far.n === size ? far.edge : undefined }
}

/** Ids that the leading filter names, in order. */
const candidates = (road: Condition | undefined, order: 'asc' | 'desc'): string =>
  road?.sql === WORDS
    ? `select rowid as id from audit_words where ${WORDS} and rowid > ? and rowid < ?
       order by rowid ${order} limit ?`
    : `select id from audit where ${road ? `${road.sql} and ` : ''}id > ? and id < ?
       order by id ${order} limit ?`

/** Which of these rows fit the question. */
export const fitting = (db: Db, wanted: Wanted, ids: readonly number[]): Set<number> => {
  if (ids.length === 0) return new Set()
  const match = wanted.text === undefined ? undefined : phrase(wanted.text)
  const conditions: Condition[] = facets
    .filter((f) => wanted[f] !== undefined)
    .map((f) => ({ sql: `+(${expression(f)}) = ?`, params: [wanted[f]!] }))
  if (wanted.since !== undefined) conditions.push({ sql: '+at >= ?', params: [wanted.since] })
  if (wanted.until !== undefined) conditions.push({ sql: '+at < ?', params: [wanted.until] })
  const among = JSON.stringify(ids)
  const found = db.all<{ id: number }>(
    `select id from audit where id in (select value from json_each(?))
     ${conditions.map((c) => `and ${c.sql}`).join(' ')}`,
    [among, ...conditions.flatMap((c) => c.params)],
  )
  if (!match) return new Set(found.map((r) => r.id))
  const named = db.all<{ id: number }>(
    `select rowid as id from audit_words
     where audit_words match ? and rowid >= ? and rowid <= ?`,
    [match, Math.min(...ids), Math.max(...ids)],
  )
  const worded = new Set(named.map((r) => r.id))
  return new Set(found.map((r) => r.id).filter((id) => worded.has(id)))
}

/** Rows by their ids. */
export const byIds = (db: Db, ids: readonly number[]): Stored[] =>
  db.all<Stored>(
    `select id, at, entry, previous, hash from audit
     where id in (select value from json_each(?)) and id > ?`,
    [JSON.stringify(ids), forgottenThrough(db)],
  )

/** Rows that conclude one of these. */
export const endsOf = (db: Db, ids: readonly number[]): Stored[] =>
  db.all<Stored>(
    `select id, at, entry, previous, hash from audit
     where entry ->> '$.of' in (select value from json_each(?)) order by id`,
    [JSON.stringify(ids)],
  )

/** Values that a filter can have, by leaping through its index; the first `most` in their order. */
export const valuesOf = (db: Db, facet: Facet, most: number): string[] => {
  const value = expression(facet)
  const found: string[] = []
  let id = 0
  while (found.length < most) {
    // From row to row, never by the value itself: what may stand in it the driver would not survive.
    const from = id === 0 ? `> ''` : `> (select ${value} from audit where id = :id)`
    const row = db.first<{ id: number; entry: string }>(
      `select id, entry from audit where ${value} ${from} order by ${value} limit 1`,
      { id },
    )
    if (!row) return found
    id = row.id
    found.push(String((JSON.parse(row.entry) as Record<string, unknown>)[facet]))
  }
  return found
}
