import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Bus, createBus } from '../../../lib/bus.ts'
import type { Db } from '../../../lib/db/db.ts'
import { createWriteBuffer } from '../../../lib/db/write-buffer.ts'
import { createEvents, type EventStore } from '../../../lib/events/events.ts'
import type { Events } from '../../../lib/events/kinds.ts'
import { type FakeClock, fakeClock, NOON } from '../../clock.ts'
import { freshDb } from '../cluster/fake.ts'

type Context = {
  db: Db
  drop(): void
  clock: FakeClock
  bus: Bus<Events>
  events: EventStore
}
const events = suite<Context>('events')

events.before.each(async (t) => {
  const { db, drop } = await freshDb()
  t.db = db
  t.drop = drop
  t.clock = fakeClock()
  t.bus = createBus<Events>((_kind, error) => {
    throw error
  })
  t.events = createEvents({
    db,
    bus: t.bus,
    clock: t.clock,
    buffer: createWriteBuffer(db, { clock: t.clock }),
  })
})
events.after.each((t) => {
  t.events.close()
  t.drop()
})

const task = (object: string, outcome: 'ok' | 'failed') => ({
  upid: `UPID:pve:${object}`,
  node: 'pve',
  type: 'vzstart',
  object,
  user: 'root@pam',
  outcome,
  tookS: 2,
})
const DAY = 86_400_000
const kinds = (rows: { kind: string }[]) => rows.map((row) => row.kind)

events('keeps what happened with whom it is about and how loud it is, newest first', (t) => {
  t.bus.emit('node.lost', { node: 'pve' })
  t.bus.emit('task.finished', task('303', 'failed'))
  t.bus.emit('task.finished', task('', 'ok'))
  t.bus.emit('storage.lost', { id: 'Home/local' })
  t.bus.emit('quorum.back', { online: 3, total: 4 })
  t.bus.emit('session.refused', { from: '10.0.0.9', tries: 5 })
  assert.equal(
    t.events.latest(10).map((row) => [row.kind, row.severity, row.subject]),
    [
      ['session.refused', 'warn', 'jarvis'],
      ['quorum.back', 'good', 'cluster'],
      ['storage.lost', 'warn', 'storage/Home/local'],
      ['task.finished', 'info', 'node/pve'],
      ['task.finished', 'warn', 'guest/303'],
      ['node.lost', 'crit', 'node/pve'],
    ],
  )
  const [newest] = t.events.latest(1)
  assert.is(newest?.at, NOON)
  assert.equal(newest?.payload, { from: '10.0.0.9', tries: 5 })
})

events('does not keep what comes with every poll', (t) => {
  t.bus.emit('cluster.polled', { version: 1 })
  t.bus.emit('guest.changed', { vmid: 100 })
  assert.is(t.events.latest(10).length, 0)
})

events('writes by itself within a quarter of a second', async (t) => {
  t.bus.emit('node.lost', { node: 'pve' })
  await t.clock.advance(250)
  assert.is(t.db.first<{ n: number }>('select count(*) n from events')!.n, 1)
})

events('finds by kind, subject, loudness and time, page by page', async (t) => {
  for (let i = 0; i < 5; i++) {
    t.bus.emit('node.lost', { node: 'pve' })
    t.bus.emit('node.back', { node: 'pve' })
    t.bus.emit('server.stopping', { signal: 'SIGTERM' })
    await t.clock.advance(DAY)
  }
  const { query } = t.events
  assert.equal(kinds(query({ kinds: ['node.lost', 'node.back'], limit: 3 })), [
    'node.back',
    'node.lost',
    'node.back',
  ])
  assert.is(query({ subject: 'node/pve', limit: 100 }).length, 10)
  assert.is(query({ subject: 'node/pve', kinds: ['node.lost'], limit: 100 }).length, 5)
  assert.is(query({ severity: 'warn', limit: 100 }).length, 5)
  assert.is(query({ severity: 'good', limit: 100 }).length, 10)
  assert.is(query({ kinds: ['node.lost'], severity: 'crit', limit: 100 }).length, 5)
  assert.is(query({ since: NOON + 2 * DAY, limit: 100 }).length, 9)
  assert.is(query({ since: NOON + 9 * DAY, limit: 100 }).length, 0)
  const page = query({ limit: 4 })
  const next = query({ limit: 4, before: page.at(-1)!.id })
  assert.equal(
    [...page, ...next].map((row) => row.id),
    [15, 14, 13, 12, 11, 10, 9, 8],
  )
  assert.is(query({ limit: -1 }).length, 0)
})

events('forgets by the first word of the kind', async (t) => {
  t.bus.emit('task.finished', task('303', 'ok'))
  t.bus.emit('guest.vanished', { vmid: 1, node: 'pve', name: 'x' })
  t.bus.emit('node.lost', { node: 'pve' })
  t.events.flush()
  const left = () => kinds(t.events.latest(10))
  await t.clock.advance(29 * DAY)
  assert.is(t.events.sweep(), 0)
  await t.clock.advance(2 * DAY)
  assert.is(t.events.sweep(), 1)
  assert.equal(left(), ['node.lost', 'guest.vanished'])
  await t.clock.advance(60 * DAY)
  t.bus.emit('guest.vanished', { vmid: 2, node: 'pve', name: 'y' })
  t.events.sweep()
  assert.equal(left(), ['guest.vanished', 'node.lost'])
  await t.clock.advance(300 * DAY)
  t.events.sweep()
  assert.equal(left(), [])
})

events('asks no question that walks the whole table', (t) => {
  t.bus.emit('node.lost', { node: 'pve' })
  t.events.flush()
  const asked: string[] = []
  const spy: Db = {
    ...t.db,
    all: (sql, params) => {
      asked.push(sql)
      return t.db.all(sql, params)
    },
    first: (sql, params) => {
      asked.push(sql)
      return t.db.first(sql, params)
    },
    run: (sql, params) => {
      asked.push(sql)
      return t.db.run(sql, params)
    },
  }
  const store = createEvents({
    db: spy,
    bus: { onAny: () => () => {} },
    clock: t.clock,
    buffer: { add() {}, flush() {} },
  })
  store.latest(1)
  store.query({ limit: 1, kinds: ['node.lost'], since: 1 })
  store.query({ limit: 1, subject: 'node/pve', kinds: ['node.lost'] })
  store.query({ limit: 1, severity: 'warn' })
  store.sweep()
  assert.ok(asked.length >= 8)
  for (const sql of new Set(asked)) {
    const holes = [...sql.matchAll(/\?/g)].map(() => 1)
    const plan = t.db.all<{ detail: string }>(`explain query plan ${sql}`, holes)
    for (const { detail } of plan)
      assert.not.match(detail, /^SCAN|TEMP B-TREE/, `${sql}: ${detail}`)
  }
})

events.run()
