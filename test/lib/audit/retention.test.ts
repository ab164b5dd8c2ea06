/** What is forgotten by its age, and that nothing else can be taken away unseen. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { anchorHash, NOTHING_BEFORE } from '../../../lib/audit/chain.ts'
import { createTrail, type Trail } from '../../../lib/audit/trail.ts'
import { days } from '../../../lib/clock.ts'
import type { Db } from '../../../lib/db/db.ts'
import { type FakeClock, fakeClock } from '../../clock.ts'
import { freshDb } from '../cluster/fake.ts'

const keeping = suite<{ db: Db; drop(): void; clock: FakeClock; trail: Trail }>('audit retention')
keeping.before.each(async (t) => {
  const { db, drop } = await freshDb()
  const clock = fakeClock()
  Object.assign(t, { db, drop, clock, trail: createTrail({ db, clock, keep: { auditDays: 30 } }) })
})
keeping.after.each((t) => t.drop())

const entry = (what: string) => ({ who: 'alice', from: 'test', what, verdict: 'run' })
const ids = (db: Db) => db.all<{ id: number }>('select id from audit order by id').map((r) => r.id)

/** Six rows that are too old, three that are not. */
const aged = async ({ trail, clock }: { trail: Trail; clock: FakeClock }) => {
  for (let i = 0; i < 6; i++) trail.write(entry(`old ${i}`))
  await clock.advance(days(31))
  for (let i = 0; i < 3; i++) trail.write(entry(`new ${i}`))
}

keeping('old rows go, the rest is still a chain, and the trail tells of it', async (t) => {
  await aged(t)
  assert.is(await t.trail.sweep(), 6)
  assert.equal(ids(t.db), [7, 8, 9, 10])
  const { ok, rows, forgotten } = t.trail.verify()
  assert.equal([ok, rows, forgotten?.through, forgotten?.rows], [true, 4, 6, 6])
  const [last] = t.trail.list({ limit: 1 })
  assert.equal([last?.who, last?.what, last?.args?.through], ['jarvis', 'audit.forget', 6])
  assert.is(await t.trail.sweep(), 0)
  assert.equal(ids(t.db), [7, 8, 9, 10])
  assert.is(t.db.all('select rowid from audit_words').length, 4)
})

keeping('again and again: each anchor hangs on the one before', async (t) => {
  await aged(t)
  await t.trail.sweep()
  await t.clock.advance(days(31))
  t.trail.write(entry('newest'))
  assert.is(await t.trail.sweep(), 4)
  assert.equal(ids(t.db), [11, 12])
  assert.ok(t.trail.verify().ok)
  assert.throws(() => t.db.run('update audit_anchors set through = 1'), /append-only/)
  assert.throws(() => t.db.run('delete from audit_anchors'), /append-only/)
  t.db.exec('drop trigger audit_anchors_no_update')
  t.db.run('update audit_anchors set rows = 7 where id = 1')
  assert.equal(((v) => [v.ok, v.why])(t.trail.verify()), [false, 'anchor'])
})

keeping('everything too old: only the row that tells of it is left', async (t) => {
  for (let i = 0; i < 3; i++) t.trail.write(entry(`old ${i}`))
  await t.clock.advance(days(31))
  assert.is(await t.trail.sweep(), 3)
  assert.equal(ids(t.db), [4])
  assert.ok(t.trail.verify().ok)
})

keeping('0 keeps for ever', async (t) => {
  await aged(t)
  assert.is(await createTrail({ ...t, keep: { auditDays: 0 } }).sweep(), 0)
  assert.is(ids(t.db).length, 9)
})

keeping('a row that still counts cannot be deleted, one that does can not be hidden', async (t) => {
  await aged(t)
  await t.trail.sweep()
  assert.throws(() => t.db.run('delete from audit where id = 7'), /append-only/)
  t.db.exec('drop trigger audit_no_delete')
  t.db.run('delete from audit where id = 7')
  assert.equal(((v) => [v.why, v.brokenAt])(t.trail.verify()), ['missing', 7])
})

keeping('an anchor made by hand is found: no row of the trail tells of it', (t) => {
  for (let i = 0; i < 5; i++) t.trail.write(entry(`deed ${i}`))
  const { hash: through_hash } = t.db.first<{ hash: string }>(
    'select hash from audit where id = 3',
  )!
  const row = {
    at: 5,
    through: 3,
    through_hash,
    rows: 3,
    older_than: 4,
    entry_id: 4,
    previous: NOTHING_BEFORE,
  }
  t.db.run(
    `insert into audit_anchors (at, through, through_hash, rows, older_than, entry_id, previous, hash)
     values (:at, :through, :through_hash, :rows, :older_than, :entry_id, :previous, :hash)`,
    { ...row, hash: anchorHash(row) },
  )
  t.db.run('delete from audit where id <= 3')
  assert.equal(((v) => [v.ok, v.why, v.brokenAt])(t.trail.verify()), [false, 'anchor', 4])
})

keeping('a server that ended in the middle: the chain holds, the next sweep goes on', async (t) => {
  await aged(t)
  t.db.exec(
    `create trigger cut before delete on audit when old.id = 4 begin select raise(abort, 'cut'); end`,
  )
  await t.trail.sweep().catch(() => undefined)
  t.db.exec('drop trigger cut')
  t.db.run('delete from audit where id = 2')
  assert.ok(t.trail.verify().ok)
  assert.is(await t.trail.sweep(), 5)
  assert.equal(ids(t.db), [7, 8, 9, 10])
})

keeping('a row from a clock that ran ahead does not keep the old ones', async (t) => {
  t.trail.write(entry('old'))
  t.clock.jump(days(4000))
  t.trail.write(entry('from the future'))
  t.clock.jump(-days(4000))
  t.trail.write(entry('old too'))
  await t.clock.advance(days(31))
  t.trail.write(entry('new'))
  assert.is(await t.trail.sweep(), 3)
  assert.ok(t.trail.verify().ok)
})

keeping('a walk that is under way when rows are forgotten sees no gap', async (t) => {
  for (let i = 0; i < 2500; i++) t.trail.write(entry(`old ${i}`))
  await t.clock.advance(days(31))
  t.trail.write(entry('new'))
  const [check, gone] = await Promise.all([t.trail.check('alice'), t.trail.sweep()])
  assert.is(gone, 2500)
  assert.ok(check.verdict.ok)
  assert.ok(t.trail.verify().ok)
})

keeping('no transaction of it is long, so that others get their turn', async (t) => {
  t.db.tx(() => {
    for (let i = 0; i < 6000; i++) t.trail.write(entry(`old ${i}`))
  })
  await t.clock.advance(days(31))
  let most = 0
  const counting: Db = {
    ...t.db,
    run(sql, params) {
      const done = t.db.run(sql, params)
      if (/^delete/.test(sql)) most = Math.max(most, done.changes)
      return done
    },
  }
  const trail = createTrail({ db: counting, clock: t.clock, keep: { auditDays: 30 } })
  assert.is(await trail.sweep(), 6000)
  assert.ok(most > 0 && most <= 5000, String(most))
})

keeping.run()
