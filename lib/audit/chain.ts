/**
 * The chain itself: each row's hash covers the hash of the one before. Walks it from what retention has
 * left to its newest row, and finds the first that was changed, is missing or was put in between.
 */
import { createHash } from 'node:crypto'
import type { Db } from '../db/db.ts'

export type Stored = { id: number; at: number; entry: string; previous: string; hash: string }
/** Where a chain stands: its newest row. */
export type Head = { id: number; hash: string }

/** Up to where retention has forgotten rows; times in milliseconds since 1970. */
export type Anchor = {
  through: number
  throughHash: string
  rows: number
  at: number
  /** Everything older than this went. */
  olderThan: number
  /** The row of the trail that tells of it. */
  entryId: number
}

export type Verdict = {
  ok: boolean
  /** Rows that are there and fit. */
  rows: number
  /** The first id that does not fit. */
  brokenAt?: number | undefined
  why?: 'changed' | 'missing' | 'anchor' | undefined
  /** The time that the bad row gives; of a missing one, that of the last row before it. */
  at?: number | undefined
  /** The newest row that fits. */
  head?: Head | undefined
  forgotten?: Anchor | undefined
  /** Rows up to this one were hashed at an earlier look (`at`), this time they were only counted. */
  trusted?: { id: number; at: number } | undefined
}

export const NOTHING_BEFORE = '0'.repeat(64)
const PAGE = 1000

export const hashOf = ({ id, at, entry, previous }: Omit<Stored, 'hash'>): string =>
  createHash('sha256').update(`${previous}\n${id}\n${at}\n${entry}`).digest('hex')

export const anchorHash = (a: Omit<AnchorRow, 'id' | 'hash'>): string =>
  createHash('sha256')
    .update(
      [a.previous, a.at, a.through, a.through_hash, a.rows, a.older_than, a.entry_id].join('\n'),
    )
    .digest('hex')

export type AnchorRow = {
  id: number
  at: number
  through: number
  through_hash: string
  rows: number
  older_than: number
  entry_id: number
  previous: string
  hash: string
}

export const lastAnchor = (db: Db): Anchor | undefined => {
  const row = db.first<AnchorRow>('select * from audit_anchors order by id desc limit 1')
  return row && decoded(row)
}

const decoded = (row: AnchorRow): Anchor => ({
  through: row.through,
  throughHash: row.through_hash,
  rows: row.rows,
  at: row.at,
  olderThan: row.older_than,
  entryId: row.entry_id,
})

/** From here on the rows of the trail count: what is older was forgotten. */
export const forgottenThrough = (db: Db): number =>
  db.first<{ through: number | null }>('select max(through) as through from audit_anchors')
    ?.through ?? 0

/**
 * A generator so that whoever has other work can do it between two pages; its end is the verdict.
 * `from`: a head that was found sound before (`at`); rows up to it are counted, not hashed.
 */
export function* walk(db: Db, from?: Head & { at: number }): Generator<void, Verdict> {
  let anchor = lastAnchor(db)
  const forgery = forgedAnchor(db)
  if (forgery) return forgery
  let last = { id: anchor?.through ?? 0, hash: anchor?.throughHash ?? NOTHING_BEFORE, at: 0 }
  const first = last.id
  const seen = soundHead(db)
  let announced = anchor === undefined
  let trusted: Verdict['trusted']
  if (from && canTrust(db, last.id, from, anchor)) {
    trusted = { id: from.id, at: from.at }
    last = { ...from }
    announced = true
  }
  const found = (verdict: Pick<Verdict, 'ok'> & Partial<Verdict>): Verdict => ({
    rows: last.id - first,
    ...(last.id > first && { head: { id: last.id, hash: last.hash } }),
    ...(anchor && { forgotten: anchor }),
    ...(trusted && { trusted }),
    ...verdict,
  })
  for (;;) {
    const page = db.all<Stored>('select * from audit where id > ? order by id limit ?', [
      last.id,
      PAGE,
    ])
    for (const row of page) {
      if (row.id !== last.id + 1) {
        // Retention may have gone on between two pages.
        const now = lastAnchor(db)
        if (now && now.through > last.id) return yield* walk(db)
        return found({ ok: false, why: 'missing', brokenAt: last.id + 1, at: last.at || row.at })
      }
      // A chain that was written anew from some row on fits in itself, not what was seen before.
      const rewritten = row.id === seen?.id && row.hash !== seen.hash
      if (row.previous !== last.hash || row.hash !== hashOf(row) || rewritten)
        return found({ ok: false, why: 'changed', brokenAt: row.id, at: row.at })
      if (row.id === anchor?.entryId) {
        if (!tellsOf(row, anchor))
          return found({ ok: false, why: 'anchor', brokenAt: row.id, at: row.at })
        announced = true
      }
      last = { id: row.id, hash: row.hash, at: row.at }
    }
    if (page.length < PAGE) break
    yield
    anchor = lastAnchor(db) ?? anchor
    if (anchor && anchor.through > last.id) return yield* walk(db)
  }
  const missing = { ok: false, why: 'missing', at: last.at || undefined } as const
  // Rows cut off at the end leave a whole chain; what was counted and seen before still knows of them.
  if (Math.max(counted(db), seen?.id ?? 0) > last.id)
    return found({ ...missing, brokenAt: last.id + 1 })
  if (!announced) return found({ ...missing, why: 'anchor', brokenAt: anchor?.entryId ?? 1 })
  return found({ ok: true })
}

/** No row is missing before the head, and the head is what it was. */
const canTrust = (db: Db, through: number, from: Head, anchor: Anchor | undefined): boolean => {
  if (from.id <= through || (anchor && anchor.entryId > from.id)) return false
  const there = db.first<Head>('select id, hash from audit where id = ?', [from.id])
  if (there?.hash !== from.hash) return false
  const counted = db.first<{ n: number }>(
    'select count(*) as n from audit where id > ? and id <= ?',
    [through, from.id],
  )
  return counted?.n === from.id - through
}

/** The newest row at the last look that found the chain whole. */
export const soundHead = (db: Db): (Head & { at: number }) | undefined =>
  db.first<Head & { at: number }>(
    "select id, hash, at from audit_checks where name = 'sound' and id is not null",
  )

/** The highest id that was ever given, by SQLite's own counter. */
export const counted = (db: Db): number =>
  db.first<{ seq: number }>("select seq from sqlite_sequence where name = 'audit'")?.seq ?? 0

/** The first anchor that does not fit the one before it. */
const forgedAnchor = (db: Db): Verdict | undefined => {
  let previous = NOTHING_BEFORE
  let through = 0
  for (const row of db.all<AnchorRow>('select * from audit_anchors order by id')) {
    const fits = row.previous === previous && row.hash === anchorHash(row) && row.through > through
    if (!fits) return { ok: false, rows: 0, why: 'anchor', brokenAt: through + 1, at: row.at }
    previous = row.hash
    through = row.through
  }
  return undefined
}

/** What the row of the trail says that was forgotten is what the anchor says. */
const tellsOf = ({ entry }: Stored, { through, throughHash }: Anchor): boolean => {
  const { what, args } = JSON.parse(entry) as { what?: string; args?: Record<string, unknown> }
  return what === FORGET && args?.through === through && args?.hash === throughHash
}

export const FORGET = 'audit.forget'
