import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { canonical } from '../../../lib/audit/canonical.ts'
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
  assert.equal(t.trail.verify(), { ok: true, rows: 0 })
  for (let i = 0; i < 1200; i++)
    t.trail.write(deed(`deed ${i}`, { text: '\0 \ud800 \u2028 "quoted"', list: [1, undefined] }))
  assert.equal(t.trail.verify(), { ok: true, rows: 1200 })
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
  assert.equal(verdict, { ok: false, rows: 2, brokenAt: 3 })
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
