/**
 * The diary of the cluster and the house: every event that is worth keeping, stored in batches,
 * asked by kind, subject and severity, forgotten by kind.
 */
import type { Bus, News } from '../bus.ts'
import { type Clock, days } from '../clock.ts'
import type { Db } from '../db/db.ts'
import type { WriteBuffer } from '../db/write-buffer.ts'
import { type EventKind, type Events, passing, type Severity } from './kinds.ts'
import { severityOf, subjectOf } from './reading.ts'

export type EventRow = {
  /** Counts up with time; the cursor for paging. */
  id: number
  /** Milliseconds since 1970. */
  at: number
  kind: EventKind
  severity: Severity
  /** `node/Home`, `guest/303`, `storage/Home/local`, `cluster` or `jarvis`. */
  subject: string
  payload: Events[EventKind]
}

export type EventQuery = {
  kinds?: EventKind[] | undefined
  /** At least so loud. */
  severity?: Severity | undefined
  subject?: string | undefined
  /** Not older than this moment (milliseconds). */
  since?: number | undefined
  /** Only ids below: the page before. */
  before?: number | undefined
  limit: number
}

export type EventStore = {
  /** Newest first. */
  query(wanted: EventQuery): EventRow[]
  latest(n: number): EventRow[]
  /** Writes what waits, now. */
  flush(): void
  /** Forgets what is older than its kind is kept; answers how many rows went. */
  sweep(): number
  close(): void
}

export type EventStoreNeeds = {
  db: Db
  bus: Pick<Bus<Events>, 'onAny'>
  clock: Pick<Clock, 'now'>
  buffer: Pick<WriteBuffer, 'add' | 'flush'>
  /** Days that are the rule; the table of kinds is stretched with it. */
  keep?: { eventsDays: number } | undefined
}

/** How long events are kept at 90 days as the rule, by the first word of their kind; others: 90. */
export const retention: Record<string, number> = {
  task: days(30),
  node: days(365),
  quorum: days(365),
  token: days(365),
  disk: days(365),
  deed: days(365),
  stop: days(365),
}
const RULE_DAYS = 90
/** The most that one query answers. */
const MOST = 1000
/** Rows that one transaction of the sweep deletes: bounded, since each blocks the loop. */
const SWEEP_AT_ONCE = 5000

const loudness: Severity[] = ['info', 'good', 'warn', 'crit']

export const createEvents = ({ db, bus, clock, buffer, keep }: EventStoreNeeds): EventStore => {
  const store = (news: News<Events>) => {
    if (passing.has(news.kind)) return
    buffer.add('insert into events (at, kind, severity, subject, payload) values (?, ?, ?, ?, ?)', [
      clock.now(),
      news.kind,
      loudness.indexOf(severityOf(news)),
      subjectOf(news),
      JSON.stringify(news.payload),
    ])
  }
  const stopListening = bus.onAny(store)

  const query = (wanted: EventQuery): EventRow[] => {
    buffer.flush()
    return select(db, wanted).map(decoded)
  }
  return {
    query,
    latest: (n) => query({ limit: n }),
    flush: () => buffer.flush(),
    sweep: () => sweep(db, clock.now(), (keep?.eventsDays ?? RULE_DAYS) / RULE_DAYS),
    close() {
      stopListening()
      buffer.flush()
    },
  }
}

type Stored = {
  id: number
  at: number
  kind: string
  severity: number
  subject: string
  payload: string
}

const decoded = (row: Stored): EventRow => ({
  id: row.id,
  at: row.at,
  kind: row.kind as EventKind,
  severity: loudness[row.severity] ?? 'info',
  subject: row.subject,
  payload: JSON.parse(row.payload) as Events[EventKind],
})

/**
 * Each road uses one index whose entries are in the order of ids; several kinds are several short
 * searches, because `in (…)` with an order would sort all rows of those kinds.
 */
const select = (db: Db, wanted: EventQuery): Stored[] => {
  const { kinds, subject, severity = 'info', since, before } = wanted
  const limit = Math.max(0, Math.min(MOST, Math.floor(wanted.limit)))
  const from = since === undefined ? 0 : firstSince(db, since)
  const to = before ?? Number.MAX_SAFE_INTEGER
  const least = loudness.indexOf(severity)
  const search = (where: string, params: (string | number)[]) =>
    db.all<Stored>(
      `select id, at, kind, severity, subject, payload from events
       where ${where} and id >= ? and id < ? order by id desc limit ?`,
      [...params, from, to, limit],
    )
  if (subject !== undefined) {
    const among = kinds ? ` and kind in (${kinds.map(() => '?').join(', ')})` : ''
    return search(`subject = ? and severity >= ?${among}`, [subject, least, ...(kinds ?? [])])
  }
  if (kinds)
    return newest(
      kinds.map((kind) => search('kind = ? and severity >= ?', [kind, least])),
      limit,
    )
  if (least >= 2)
    return newest(
      [2, 3].filter((s) => s >= least).map((s) => search(`severity = ${s}`, [])),
      limit,
    )
  return search('severity >= ?', [least])
}

const newest = (lists: Stored[][], limit: number) =>
  lists
    .flat()
    .sort((a, b) => b.id - a.id)
    .slice(0, limit)

const firstSince = (db: Db, at: number): number =>
  db.first<{ id: number }>('select id from events where at >= ? order by at, id limit 1', [at])
    ?.id ?? Number.MAX_SAFE_INTEGER

const sweep = (db: Db, now: number, stretch: number): number => {
  let gone = 0
  for (const kind of kindsStored(db)) {
    const kept = (retention[kind.slice(0, kind.indexOf('.'))] ?? days(RULE_DAYS)) * stretch
    const first = firstSince(db, now - kept)
    for (let n = SWEEP_AT_ONCE; n === SWEEP_AT_ONCE; gone += n)
      n = db.run(
        `delete from events where id in
           (select id from events where kind = ? and id < ? order by id limit ${SWEEP_AT_ONCE})`,
        [kind, first],
      ).changes
  }
  return gone
}

/** Leaps from kind to kind through the index; `select distinct` would walk it all. */
const kindsStored = (db: Db): string[] => {
  const found: string[] = []
  for (let kind = ''; ; found.push(kind)) {
    const row = db.first<{ kind: string }>(
      'select kind from events where kind > ? order by kind limit 1',
      [kind],
    )
    if (!row) return found
    kind = row.kind
  }
}

/** Tasks that stored events name, oldest first, with how far they were told. */
export const announcedTasks = (db: Db, most: number): Map<string, 'running' | 'ended'> => {
  const rows = newest(
    ['task.started', 'task.finished'].map((kind) =>
      db.all<Stored>('select * from events where kind = ? order by id desc limit ?', [kind, most]),
    ),
    most,
  )
  return new Map(
    rows
      .reverse()
      .map((row) => [
        (JSON.parse(row.payload) as { upid: string }).upid,
        row.kind === 'task.finished' ? 'ended' : 'running',
      ]),
  )
}
