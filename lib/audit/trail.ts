/**
 * Who did what, by which right, and how it ended: rows that are only ever added, each carrying the
 * hash of the one before, so that a changed or missing row shows.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { canonical, type Json, masked } from './canonical.ts'

export type Entry = {
  /** Account, token name or `jarvis`. */
  who: string
  /** Address, `local` or the face: `browser`, `mcp`. */
  from: string
  /** The tool or the deed: `guest_start`, `token.create`. */
  what: string
  /** Values of keys that look secret are masked here once more. */
  args?: Record<string, unknown> | undefined
  /** `run`, `ask`, `refuse`. */
  verdict: string
  outcome?: string | undefined
  /** What it was done to: `guest/303`. */
  target?: string | undefined
  tier?: string | undefined
  rule?: string | undefined
  reason?: string | undefined
  /** The row that this one concludes. */
  of?: number | undefined
}

export type TrailRow = Entry & { id: number; at: number; hash: string }
export type Verdict = { ok: boolean; rows: number; brokenAt?: number | undefined }

export type Trail = {
  /** Adds a row, durable when it returns; answers its id. */
  write(entry: Entry): number
  /** Walks the whole chain; `brokenAt` is the first id that does not fit. */
  verify(): Verdict
  /** Newest first; `before` is an id. */
  list(page: { limit: number; before?: number | undefined }): TrailRow[]
}

type Stored = { id: number; at: number; entry: string; previous: string; hash: string }

const NOTHING_BEFORE = '0'.repeat(64)
const PAGE = 1000
const MOST = 1000

export const createTrail = ({ db, clock }: { db: Db; clock: Pick<Clock, 'now'> }): Trail => ({
  write: (entry) =>
    db.tx(() => {
      const last = db.first<Stored>('select * from audit order by id desc limit 1')
      const id = (last?.id ?? 0) + 1
      const row = {
        id,
        at: clock.now(),
        entry: canonical(masked(entry) as Json),
        previous: last?.hash ?? NOTHING_BEFORE,
      }
      db.run('insert into audit (id, at, entry, previous, hash) values (?, ?, ?, ?, ?)', [
        row.id,
        row.at,
        row.entry,
        row.previous,
        hashOf(row),
      ])
      return id
    }),

  verify() {
    let previous = NOTHING_BEFORE
    let rows = 0
    for (;;) {
      const page = db.all<Stored>('select * from audit where id > ? order by id limit ?', [
        rows,
        PAGE,
      ])
      for (const row of page) {
        const fits = row.id === rows + 1 && row.previous === previous && row.hash === hashOf(row)
        if (!fits) return { ok: false, rows, brokenAt: rows + 1 }
        previous = row.hash
        rows += 1
      }
      if (page.length < PAGE) break
    }
    // Rows cut off at the end leave a whole chain; SQLite's own counter still knows of them.
    const counted = db.first<{ seq: number }>(
      "select seq from sqlite_sequence where name = 'audit'",
    )
    return (counted?.seq ?? 0) > rows ? { ok: false, rows, brokenAt: rows + 1 } : { ok: true, rows }
  },

  list: ({ limit, before = Number.MAX_SAFE_INTEGER }) =>
    db
      .all<Stored>('select * from audit where id < ? order by id desc limit ?', [
        before,
        Math.max(0, Math.min(MOST, Math.floor(limit))),
      ])
      .map(({ id, at, entry, hash }) => ({ ...(JSON.parse(entry) as Entry), id, at, hash })),
})

const hashOf = ({ id, at, entry, previous }: Omit<Stored, 'hash'>): string =>
  createHash('sha256').update(`${previous}\n${id}\n${at}\n${entry}`).digest('hex')
