/** The event store of the product and the same table through better-sqlite3 bare, on one disk. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBus } from '../../lib/bus.ts'
import { systemClock } from '../../lib/clock.ts'
import { type Db, openDb, type Params } from '../../lib/db/db.ts'
import { migrate, readMigrations } from '../../lib/db/migrate.ts'
import { createWriteBuffer } from '../../lib/db/write-buffer.ts'
import { announcedTasks, createEvents, type EventStore } from '../../lib/events/events.ts'
import type { Events } from '../../lib/events/kinds.ts'
import { answering, cpuOf, moment, root } from '../frame.ts'
import { peer } from '../peers.ts'

type Bare = {
  exec(sql: string): void
  pragma(sql: string): void
  prepare(sql: string): { run(...p: unknown[]): void; all(...p: unknown[]): unknown[] }
}
type BareDriver = new (file: string) => Bare

const folder = mkdtempSync(join(tmpdir(), 'jarvis-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** Every statement that the product sends passes here, so that its plan can be asked for. */
const sent = new Map<string, Params>()
const watched = (db: Db): Db => {
  const seen =
    <T>(ask: (sql: string, params: Params) => T) =>
    (sql: string, params: Params = []): T => {
      sent.set(sql, params)
      return ask(sql, params)
    }
  return {
    ...db,
    all: seen(db.all) as Db['all'],
    first: seen(db.first) as Db['first'],
    run: seen(db.run),
  }
}

const opened = async (name: string): Promise<Db> => {
  const db = await openDb(join(folder, name))
  migrate(db, readMigrations(join(root, 'migrations')))
  return db
}

const storeOf = (db: Db) => {
  const bus = createBus<Events>(() => {})
  const buffer = createWriteBuffer(db, { clock: systemClock })
  return { bus, store: createEvents({ db, bus, clock: systemClock, buffer }) }
}

const INSERT = 'insert into events (at, kind, severity, subject, payload) values (?, ?, ?, ?, ?)'
const BATCH = 50
const lost = (i: number): Events['node.lost'] => ({ node: `pve${i % 16}` })

const bareDb = async (file: string): Promise<Bare> => {
  const Driver = await peer<BareDriver>('better-sqlite3')
  const db = new Driver(file)
  // As durable as the product: its wrapper sets the same.
  db.pragma('journal_mode = wal')
  db.pragma('synchronous = full')
  return db
}

const writers = {
  async product() {
    const { bus, store } = storeOf(await opened('product.db'))
    return (rows: number) => {
      for (let i = 0; i < rows; i++) bus.emit('node.lost', lost(i))
      store.flush()
    }
  },
  async bare() {
    const made = await opened('bare.db')
    made.close()
    const db = await bareDb(join(folder, 'bare.db'))
    const insert = db.prepare(INSERT)
    return (rows: number) => {
      for (let i = 0; i < rows; i += BATCH) {
        db.exec('begin immediate')
        for (let j = i; j < i + BATCH; j++) {
          const payload = lost(j)
          insert.run(Date.now(), 'node.lost', 3, `node/${payload.node}`, JSON.stringify(payload))
        }
        db.exec('commit')
      }
    }
  },
}
const ready: Partial<Record<keyof typeof writers, (rows: number) => void>> = {}

const FILL = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
  insert into events (at, kind, severity, subject, payload)
  select ? + i * 1000,
    case i % 50 when 0 then 'node.lost' when 1 then 'quorum.lost' when 2 then 'storage.lost'
      when 3 then 'task.finished' else 'guest.condition' end,
    case i % 50 when 0 then 3 when 1 then 3 when 2 then 2 else 0 end,
    case when i % 50 = 0 then 'node/pve' || (i / 50 % 16) else 'guest/' || (i % 800) end,
    json_object('vmid', i % 800, 'node', 'pve' || (i % 16), 'name', 'service-' || (i % 800), 'from', 'stopped', 'to', 'running')
  from n`

let large: { db: Db; store: EventStore; bare: { all(...p: unknown[]): unknown[] } } | undefined
const SUBJECT = 'node/pve3'

const askAll = ({ db, store }: { db: Db; store: EventStore }) => {
  const at = systemClock.now() - 3_600_000
  store.latest(200)
  for (const severity of ['info', 'good', 'warn', 'crit'] as const)
    for (const kinds of [undefined, ['node.lost'], ['node.lost', 'quorum.lost']] as const)
      for (const subject of [undefined, SUBJECT])
        for (const since of [undefined, at])
          for (const before of [undefined, 900_000])
            store.query({
              severity,
              kinds: kinds && [...kinds],
              subject,
              since,
              before,
              limit: 200,
            })
  announcedTasks(db, 500)
  store.sweep()
}

answering({
  /** Rows a second, by the clock: the disk is a part of it. */
  async insert({ side, rows }: { side: keyof typeof writers; rows: number }) {
    ready[side] ??= await writers[side]()
    const started = moment()
    ready[side](rows)
    return rows / ((moment() - started) / 1000)
  },
  async fill({ rows }: { rows: number }) {
    const plain = await opened('large.db')
    plain.run(FILL, [rows, systemClock.now() - rows * 1000])
    const db = watched(plain)
    const file = await bareDb(join(folder, 'large.db'))
    const bare = file.prepare(
      'select id, at, kind, severity, subject, payload from events where subject = ? order by id desc limit 200',
    )
    large = { db, store: storeOf(db).store, bare }
    return large.store.query({ subject: SUBJECT, limit: 200 }).length
  },
  /** CPU milliseconds of "the last 200 of a node". */
  query({ side, times }: { side: 'product' | 'bare'; times: number }) {
    const { store, bare } = large!
    const one =
      side === 'product'
        ? () => store.query({ subject: SUBJECT, limit: 200 })
        : () => bare.all(SUBJECT)
    return (
      cpuOf(() => {
        for (let i = 0; i < times; i++) one()
      }) / times
    )
  },
  /** Plans of all that the store asks which walk a whole table, and how many plans there are. */
  plans() {
    const { db, store } = large!
    sent.clear()
    askAll({ db, store })
    const plans = [...sent].map(([sql, params]) => ({
      sql,
      steps: db.all<{ detail: string }>(`explain query plan ${sql}`, params).map((s) => s.detail),
    }))
    const scans = plans.filter(({ steps }) => steps.some((d) => /^SCAN (?!CONSTANT)/.test(d)))
    return { plans: plans.length, scans: scans.map(({ sql, steps }) => `${sql}: ${steps}`) }
  },
  clear: () => rmSync(folder, { recursive: true, force: true }),
})
