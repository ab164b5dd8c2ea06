/** libSQL's traps, each with the proof that our wrapper does not fall into it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Db, openDb, type Value } from '../../../lib/db/db.ts'

const db = suite<{ dir: string; db: Db }>('db')
db.before.each(async (t) => {
  t.dir = mkdtempSync(join(tmpdir(), 'jarvis-db-'))
  t.db = await openDb(join(t.dir, 'x.db'))
  t.db.exec('create table t (v)')
})
db.after.each((t) => {
  t.db.close()
  rmSync(t.dir, { recursive: true, force: true })
})

const kept = ({ db }: { db: Db }, value: Value) => {
  db.run('insert into t values (?)', [value])
  return db.first<{ v: unknown }>('select v from t order by rowid desc limit 1')!.v
}

db('a boolean is stored as 0 or 1 (libsql aborts the process)', (t) => {
  assert.is(kept(t, true), 1)
  assert.is(kept(t, false), 0)
  t.db.run('insert into t values (:v)', { v: true })
})
db('a date is stored as milliseconds (libsql aborts the process)', (t) => {
  assert.is(kept(t, new Date(5)), 5)
})
db('bytes are stored as bytes, also a lone array (libsql aborts the process)', (t) => {
  assert.equal(Buffer.from(kept(t, new Uint8Array([1, 255])) as ArrayBuffer), Buffer.from([1, 255]))
  assert.equal(Buffer.from(kept(t, Buffer.from('x')) as ArrayBuffer), Buffer.from('x'))
})
db('nothing is null', (t) => {
  assert.is(kept(t, undefined), null)
  assert.is(kept(t, null), null)
})
db('text is not cut at NUL', (t) => {
  assert.is(kept(t, 'a\0b'), 'a\uFFFDb')
})
db('what cannot be stored is refused in words', (t) => {
  assert.throws(() => kept(t, (() => 1) as never), /A function cannot be stored/)
})
db('a row is only what was asked for', (t) => {
  kept(t, 1)
  assert.equal(Object.keys(t.db.first('select v from t')!), ['v'])
  assert.is(t.db.first('select v from t where v = 9'), undefined)
})
db('whole numbers come back whole, and big ones when bound as bigint', (t) => {
  assert.is(kept(t, 42), 42)
  assert.is(t.db.first<{ n: number }>('select cast(? as integer) n', [2n ** 40n])!.n, 2 ** 40)
})

db('a transaction is all or nothing, and nested ones join it', ({ db }) => {
  assert.throws(() =>
    db.tx(() => {
      db.run('insert into t values (1)')
      db.tx(() => db.run('insert into t values (2)'))
      throw new Error('no')
    }),
  )
  assert.equal(db.all('select * from t'), [])
  db.tx(() => db.tx(() => db.run('insert into t values (3)')))
  assert.is(db.all('select * from t').length, 1)
})
db('a transaction that would wait is refused and undone', ({ db }) => {
  assert.throws(() => db.tx(async () => db.run('insert into t values (1)')), /must not wait/)
  assert.equal(db.all('select * from t'), [])
})
db('many different statements do not pile up', ({ db }) => {
  for (let i = 0; i < 700; i++) db.all(`select ${i}`)
  assert.is(db.first<{ n: number }>('select 1 as n')!.n, 1)
})
db('a file that is no database is told with the remedy', async ({ dir }) => {
  const { writeFileSync } = await import('node:fs')
  const file = join(dir, 'bad.db')
  writeFileSync(file, 'this is not a database, not at all, in no way whatsoever'.repeat(50))
  try {
    await openDb(file)
    assert.unreachable()
  } catch (error) {
    assert.match((error as Error).message, /is not a sound database/)
    assert.match((error as { next: string }).next, /restore/)
  }
})
db('a lock that is held is told as busy', async ({ db, dir }) => {
  const other = await openDb(join(dir, 'x.db'))
  other.exec('pragma busy_timeout = 20')
  db.exec('begin immediate')
  try {
    other.run('insert into t values (1)')
    assert.unreachable()
  } catch (error) {
    assert.is((error as { kind: string }).kind, 'busy')
  } finally {
    db.exec('rollback')
    other.close()
  }
})

db('a power cut loses nothing that was claimed: every commit is synced', ({ db }) => {
  assert.equal(db.first('pragma synchronous'), { synchronous: 2 })
  assert.equal(db.first('pragma journal_mode'), { journal_mode: 'wal' })
  assert.equal(db.first('pragma foreign_keys'), { foreign_keys: 1 })
})
db(
  'a transaction takes the lock at its first line, not at its first write',
  async ({ db, dir }) => {
    const other = await openDb(join(dir, 'x.db'))
    other.exec('pragma busy_timeout = 20')
    db.tx(() => {
      db.all('select 1 from t')
      assert.throws(() => other.run('insert into t values (1)'), /locked/)
    })
    other.close()
  },
)
db('whoever hears of a refusal also hears that storing works again', async ({ dir }) => {
  const heard: string[] = []
  const told = await openDb(join(dir, 'told.db'), {
    onFull: () => heard.push('full'),
    onStored: () => heard.push('stored'),
  })
  told.exec('create table t (v)')
  told.exec('pragma max_page_count = 3')
  assert.throws(() => told.run('insert into t values (?)', [Buffer.alloc(50_000)]), /disk is full/)
  told.exec('pragma max_page_count = 1000')
  told.run('insert into t values (1)')
  assert.equal(heard, ['full', 'stored'])
  told.close()
})

db('after a clean close the file alone holds everything', async ({ db, dir }) => {
  const { copyFileSync } = await import('node:fs')
  db.run('insert into t values (7)')
  db.close()
  copyFileSync(join(dir, 'x.db'), join(dir, 'alone.db'))
  const alone = await openDb(join(dir, 'alone.db'))
  assert.is(alone.first<{ v: number }>('select v from t')!.v, 7)
  alone.close()
})

db.run()
