/** Small writes that travel together, and what happens to them when the disk says no. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Db, openDb } from '../../../lib/db/db.ts'
import { createWriteBuffer } from '../../../lib/db/write-buffer.ts'
import { type FakeClock, fakeClock } from '../../clock.ts'

const buffer = suite<{ dir: string; db: Db; clock: FakeClock; rows(): number }>('write buffer')
buffer.before.each(async (t) => {
  t.dir = mkdtempSync(join(tmpdir(), 'jarvis-buffer-'))
  t.db = await openDb(join(t.dir, 'x.db'))
  t.db.exec('create table t (v integer not null)')
  t.clock = fakeClock()
  t.rows = () => t.db.all('select 1 from t').length
})
buffer.after.each((t) => {
  t.db.close()
  rmSync(t.dir, { recursive: true, force: true })
})
const ADD = 'insert into t values (?)'

buffer('rows wait 250 ms', async ({ db, clock, rows }) => {
  const b = createWriteBuffer(db, { clock })
  b.add(ADD, [1])
  assert.is(rows(), 0)
  await clock.advance(249)
  assert.is(rows(), 0)
  await clock.advance(1)
  assert.is(rows(), 1)
  assert.is(clock.waiting(), 0)
})
buffer('or until fifty are there', ({ db, clock, rows }) => {
  const b = createWriteBuffer(db, { clock })
  for (let i = 0; i < 50; i++) b.add(ADD, [i])
  assert.is(rows(), 50)
  assert.is(b.waiting, 0)
})
buffer('closing writes what waits', ({ db, clock, rows }) => {
  const b = createWriteBuffer(db, { clock })
  b.add(ADD, [1])
  b.close()
  assert.is(rows(), 1)
  assert.is(clock.waiting(), 0)
})
buffer('a database that refuses loses nothing and is asked again', async ({ db, clock, rows }) => {
  const troubles: unknown[] = []
  const b = createWriteBuffer(db, {
    clock,
    onTrouble: (e) => troubles.push(e),
  })
  db.exec('alter table t rename to away')
  b.add(ADD, [1])
  await clock.advance(250)
  assert.is(troubles.length, 1)
  assert.ok(b.trouble)
  b.add(ADD, [2])
  db.exec('alter table away rename to t')
  await clock.advance(5000)
  assert.is(rows(), 2)
  assert.is(b.trouble, undefined)
})
buffer('a long refusal keeps the newest rows only', async ({ db, clock, rows }) => {
  const b = createWriteBuffer(db, { clock, keepRows: 10 })
  db.exec('alter table t rename to away')
  for (let i = 0; i < 120; i++) b.add(ADD, [i])
  await clock.advance(5000)
  assert.is(b.waiting, 10)
  db.exec('alter table away rename to t')
  await clock.advance(5000)
  assert.equal(db.first('select min(v) as least from t'), { least: 110 })
  assert.is(rows(), 10)
})

buffer.run()
