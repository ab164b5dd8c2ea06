import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { canonical } from '../../../lib/audit/canonical.ts'
import { hashOf, type Stored } from '../../../lib/audit/chain.ts'
import { createTrail, type Trail } from '../../../lib/audit/trail.ts'
import type { Db } from '../../../lib/db/db.ts'
import { type FakeClock, fakeClock, NOON } from '../../clock.ts'
import { freshDb } from '../cluster/fake.ts'

const audit = suite<{ db: Db; drop(): void; clock: FakeClock; trail: Trail }>('audit')
audit.before.each(async (t) => {
  const { db, drop } = await freshDb()
  const clock = fakeClock()
  Object.assign(t, { db, drop, clock, trail: createTrail({ db, clock }) })
})
audit.after.each((t) => t.drop())

const deed = (what: string, args: Record<string, unknown> = {}) => ({
  who: 'operator',
  from: '10.0.0.5',
  what,
  args,
  verdict: 'run',
  outcome: 'ok',
})

audit('a row is there when the write returns, and can be read back', async (t) => {
  assert.is(t.trail.write(deed('guest_start', { vmid: 303 })), 1)
  await t.clock.advance(1000)
  assert.is(t.trail.write({ ...deed('guest_stop'), of: 1 }), 2)
  const [second, first] = t.trail.list({ limit: 10 })
  assert.is(first?.at, NOON)
  assert.is(first?.what, 'guest_start')
  assert.equal(first?.args, { vmid: 303 })
  assert.is(second?.of, 1)
  assert.equal(
    t.trail.list({ limit: 10, before: 2 }).map((row) => row.id),
    [1],
  )
})

audit('a whole chain is sound, whatever text is in it', (t) => {
  assert.ok(t.trail.verify().ok)
  for (let i = 0; i < 1200; i++)
    t.trail.write(deed(`deed ${i}`, { text: '\0 \ud800 \u2028 "quoted"', list: [1, undefined] }))
  const { ok, rows, head } = t.trail.verify()
  assert.equal([ok, rows, head?.id], [true, 1200, 1200])
})

audit('SQL itself refuses to change or delete a row', (t) => {
  t.trail.write(deed('guest_start'))
  assert.throws(() => t.db.run("update audit set entry = '{}'"), /append-only/)
  assert.throws(() => t.db.run('delete from audit'), /append-only/)
})

const tamper = (t: { db: Db; trail: Trail }, sql: string) => {
  for (let i = 0; i < 5; i++) t.trail.write(deed(`deed ${i}`))
  t.db.exec('drop trigger audit_no_update; drop trigger audit_no_delete')
  t.db.run(sql)
  return t.trail.verify()
}

audit('a changed row is found', (t) => {
  const verdict = tamper(
    t,
    `update audit set entry = replace(entry, 'operator', 'somebody') where id = 3`,
  )
  const { ok, rows, brokenAt, why, at } = verdict
  assert.equal([ok, rows, brokenAt, why, at], [false, 2, 3, 'changed', NOON])
})

audit('a changed time is found', (t) => {
  assert.is(tamper(t, 'update audit set at = at + 1 where id = 1').brokenAt, 1)
})

audit('a missing row is found, at the end too', (t) => {
  assert.is(tamper(t, 'delete from audit where id = 4').brokenAt, 4)
})

audit('rows cut off at the end are found', (t) => {
  assert.is(tamper(t, 'delete from audit where id >= 4').brokenAt, 4)
})

audit('one that was removed is found: the oldest, the newest, all, and after new ones', (t) => {
  assert.equal(((v) => [v.why, v.brokenAt])(tamper(t, 'delete from audit where id = 1')), [
    'missing',
    1,
  ])
})

audit('the newest is found also when new rows have come since', (t) => {
  assert.is(tamper(t, 'delete from audit where id = 5').brokenAt, 5)
  t.trail.write(deed('later'))
  assert.is(t.trail.verify().brokenAt, 5)
})

audit('all of them gone is found, even without the counter of the database', async (t) => {
  for (let i = 0; i < 5; i++) t.trail.write(deed(`deed ${i}`))
  await t.trail.check('alice')
  t.db.exec('drop trigger audit_no_delete')
  t.db.run('delete from audit')
  assert.is(t.trail.verify().brokenAt, 1)
  t.db.run("delete from sqlite_sequence where name = 'audit'")
  assert.equal(((v) => [v.ok, v.why, v.brokenAt])(t.trail.verify()), [false, 'missing', 1])
})

audit(
  'a chain that was written anew from a row on is not the one that was looked at',
  async (t) => {
    for (let i = 0; i < 5; i++) t.trail.write(deed(`deed ${i}`))
    await t.trail.check('alice')
    t.db.exec('drop trigger audit_no_update')
    let previous = t.db.first<{ hash: string }>('select hash from audit where id = 3')!.hash
    for (const id of [4, 5]) {
      const row = t.db.first<Stored>('select * from audit where id = ?', [id])!
      const entry = row.entry.replace('operator', 'somebody')
      const hash = hashOf({ ...row, entry, previous })
      t.db.run('update audit set entry = ?, previous = ?, hash = ? where id = ?', [
        entry,
        previous,
        hash,
        id,
      ])
      previous = hash
    }
    assert.equal(((v) => [v.why, v.brokenAt])(t.trail.verify()), ['changed', 5])
  },
)

audit('a look is remembered: when, by whom, with which end', async (t) => {
  const broken: unknown[] = []
  const trail = createTrail({ ...t, onBroken: (v) => broken.push(v.brokenAt) })
  assert.is(trail.lastCheck(), undefined)
  for (let i = 0; i < 3; i++) trail.write(deed(`deed ${i}`))
  const [one, two] = await Promise.all([trail.check('alice'), trail.check('bob')])
  assert.is(one, two)
  assert.equal(((c) => [c?.by, c?.at, c?.verdict.ok, c?.verdict.rows])(trail.lastCheck()), [
    'alice',
    NOON,
    true,
    3,
  ])
  t.db.exec('drop trigger audit_no_update')
  t.db.run('update audit set at = 5 where id = 2')
  await trail.check('bob')
  assert.equal(
    ((c) => [c?.by, c?.verdict.ok, c?.verdict.brokenAt, c?.verdict.at])(trail.lastCheck()),
    ['bob', false, 2, 5],
  )
  assert.equal(broken, [2])
})

audit(
  'a quick look counts what was hashed before, and finds a row that is missing there',
  async (t) => {
    for (let i = 0; i < 9; i++) t.trail.write(deed(`deed ${i}`))
    await t.trail.check('alice')
    t.trail.write(deed('one more'))
    const quick = t.trail.verify({ quick: 5 })
    assert.equal([quick.ok, quick.rows, quick.trusted?.id], [true, 10, 9])
    t.db.exec('drop trigger audit_no_update; drop trigger audit_no_delete')
    t.db.run('update audit set at = 5 where id = 10')
    assert.is(t.trail.verify({ quick: 5 }).brokenAt, 10)
    t.db.run('delete from audit where id = 4')
    assert.is(t.trail.verify({ quick: 5 }).brokenAt, 4)
  },
)

audit('secrets do not get into it', (t) => {
  t.trail.write(
    deed('token_create', {
      name: 'x',
      secret: 'aaa',
      deep: [{ password: 'bbb', apiToken: 'ccc' }],
    }),
  )
  const { entry } = t.db.first<{ entry: string }>('select entry from audit')!
  assert.not.match(entry, /aaa|bbb|ccc/)
  assert.match(entry, /"name":"x"/)
})

audit('the same content is the same text, whatever the order of keys', () => {
  assert.is(canonical({ b: 1, a: { d: [1, null], c: 'x' } }), '{"a":{"c":"x","d":[1,null]},"b":1}')
  assert.is(canonical({ a: undefined, b: 2 }), '{"b":2}')
})

audit.run()
