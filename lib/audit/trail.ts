/**
 * Who did what, by which right, and how it ended: rows that are only ever added, each carrying the
 * hash of the one before, so that a changed or missing row shows.
 */
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import type { Log } from '../log.ts'
import { actsOf, entryIn, partsOf } from './acts.ts'
import { canonical, type Json } from './canonical.ts'
import {
  type Anchor,
  counted,
  hashOf,
  lastAnchor,
  NOTHING_BEFORE,
  type Stored,
  soundHead,
  type Verdict,
  walk,
} from './chain.ts'
import { masked } from './masked.ts'
import { sweep } from './retention.ts'
import { type Facet, valuesOf, type Wanted } from './search.ts'

export type Entry = {
  /** Account, token name or `jarvis`. */
  who: string
  /** What is behind the name. */
  kind?: 'person' | 'machine' | 'wall' | 'jarvis' | undefined
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
  /** The request that a person allowed, or is asked to. */
  approval?: number | undefined
  /** Its number among the deeds. */
  deed?: number | undefined
  /** The UPID of its Proxmox task. */
  task?: string | undefined
  /** Seconds from the beginning to the end. */
  tookS?: number | undefined
  /** How the target was, and how it was read back afterwards. */
  before?: string | undefined
  after?: string | undefined
}

export type TrailRow = Entry & {
  id: number
  /** Milliseconds since 1970. */
  at: number
  hash: string
  /** The hash of the row before. */
  previous: string
  /** Its own hash is right; whether it fits its neighbours, the walk over the chain tells. */
  sound: boolean
}

/** `text`: the entry as it is hashed. */
export type WholeRow = TrailRow & { text: string }

/** What was begun and what concluded it. */
export type Act = { head: TrailRow; ends: TrailRow[] }
export type Acts = {
  acts: Act[]
  /** The `before` of the next page; undefined = that was all. */
  next: number | undefined
  /** It looked through as many rows as one question may; `next` goes on. */
  tired: boolean
}

/** A look at the chain: what was found, when, how long it took (milliseconds), who wanted it. */
export type Check = { verdict: Verdict; at: number; took: number; by: string }

export type Trail = {
  /** Adds a row, durable when it returns; answers its id. */
  write(entry: Entry): number
  /**
   * Walks the whole chain at once: 0.5 s for 100,000 rows. With more rows than `quick`, those that an
   * earlier look found sound are only counted. A server, which has others to serve, asks `check`.
   */
  verify(how?: { quick?: number }): Verdict
  /** The same between other work, kept as the last look. Two at once are one. */
  check(by: string): Promise<Check>
  lastCheck(): Check | undefined
  forgotten(): Anchor | undefined
  /** Newest first; `before` is an id. */
  list(page: { limit: number; before?: number | undefined }): TrailRow[]
  /** The newest that fit, `limit` acts from below the row `before`. */
  find(wanted: Wanted, page: { limit: number; before?: number | undefined }): Acts
  /** Every row that fits, oldest first, some at a time; a part may be empty. */
  parts(wanted: Wanted): Generator<WholeRow[], void>
  /** What a filter can be set to: the first hundred in their order. */
  values(facet: Facet): string[]
  /** Forgets what is older than it is kept; answers how many rows went. */
  sweep(): Promise<number>
}

const MOST = 1000
const MOST_VALUES = 100

type TrailNeeds = {
  db: Db
  clock: Pick<Clock, 'now'>
  /** Days that rows are kept; 0 or nothing = for ever. */
  keep?: { auditDays: number } | undefined
  /** Each look at the chain, with the hash of its newest row: a journal elsewhere is a witness. */
  log?: Log | undefined
  /** A look has found it broken. */
  onBroken?: ((verdict: Verdict) => void) | undefined
}

export const createTrail = ({ db, clock, keep, log, onBroken }: TrailNeeds): Trail => {
  const write = (entry: Entry): number =>
    db.tx(() => {
      const last = db.first<Stored>('select * from audit where id = (select max(id) from audit)')
      // The counter knows of rows that somebody took off the end: their ids are not given again.
      const id = Math.max(last?.id ?? 0, counted(db)) + 1
      const row = {
        id,
        at: clock.now(),
        entry: canonical(masked(entry) as Json),
        previous: last?.hash ?? lastAnchor(db)?.throughHash ?? NOTHING_BEFORE,
      }
      db.run('insert into audit (id, at, entry, previous, hash) values (?, ?, ?, ?, ?)', [
        row.id,
        row.at,
        row.entry,
        row.previous,
        hashOf(row),
      ])
      return id
    })

  const look = async (by: string): Promise<Check> => {
    const began = clock.now()
    const way = walk(db)
    for (;;) {
      const step = way.next()
      if (!step.done) {
        await breath()
        continue
      }
      const verdict = step.value
      const check = { verdict, at: began, took: clock.now() - began, by }
      remember(db, check)
      const { rows, head, brokenAt, why } = verdict
      if (verdict.ok) log?.info('audit: the chain is whole', { rows, newest: head?.hash })
      else {
        log?.error('audit: the chain is broken', { row: brokenAt, why })
        onBroken?.(verdict)
      }
      return check
    }
  }
  let looking: Promise<Check> | undefined

  return {
    write,
    verify({ quick } = {}) {
      const seen = quick === undefined ? undefined : soundHead(db)
      const way = walk(db, seen && seen.id > quick! ? seen : undefined)
      for (;;) {
        const step = way.next()
        if (step.done) return step.value
      }
    },
    check(by) {
      looking ??= look(by).finally(() => {
        looking = undefined
      })
      return looking
    },
    lastCheck: () => remembered(db, 'last'),
    forgotten: () => lastAnchor(db),
    list: ({ limit, before = Number.MAX_SAFE_INTEGER }) =>
      db
        .all<Stored>('select * from audit where id < ? order by id desc limit ?', [
          before,
          Math.max(0, Math.min(MOST, Math.floor(limit))),
        ])
        .map(decoded),
    find(wanted, page) {
      const { acts, ...rest } = actsOf(db, wanted, page)
      return {
        ...rest,
        acts: acts.map(({ head, ends }) => ({ head: decoded(head), ends: ends.map(decoded) })),
      }
    },
    *parts(wanted) {
      for (const rows of partsOf(db, wanted))
        yield rows.map((row) => ({ ...decoded(row), text: row.entry }))
    },
    values: (facet) => valuesOf(db, facet, MOST_VALUES),
    sweep: () => sweep({ db, clock, write, breath }, keep?.auditDays ?? 0),
  }
}

/** Lets whatever waits in the loop go first. */
const breath = () => new Promise<void>((done) => void setImmediate(done))

/** A row that somebody has broken is shown as far as it can be read. */
const decoded = ({ entry, ...row }: Stored): TrailRow => ({
  ...entryIn(entry),
  id: row.id,
  at: row.at,
  hash: row.hash,
  previous: row.previous,
  sound: row.hash === hashOf({ entry, ...row }),
})

const remember = (db: Db, { verdict, at, took, by }: Check) => {
  for (const name of verdict.ok ? ['last', 'sound'] : ['last'])
    db.run(
      `insert into audit_checks (name, at, took, by, id, hash, verdict)
       values (?, ?, ?, ?, ?, ?, ?)
       on conflict (name) do update set at = excluded.at, took = excluded.took, by = excluded.by,
         id = excluded.id, hash = excluded.hash, verdict = excluded.verdict`,
      [name, at, took, by, verdict.head?.id, verdict.head?.hash, JSON.stringify(verdict)],
    )
}

type CheckRow = {
  at: number
  took: number
  by: string
  id: number | null
  hash: string | null
  verdict: string
}

const checkRow = (db: Db, name: 'last' | 'sound') =>
  db.first<CheckRow>('select * from audit_checks where name = ?', [name])

const remembered = (db: Db, name: 'last' | 'sound'): Check | undefined => {
  const row = checkRow(db, name)
  return (
    row && { at: row.at, took: row.took, by: row.by, verdict: JSON.parse(row.verdict) as Verdict }
  )
}
