/** How a database grows up, and how it is copied and put back. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { backup, restore } from '../../../lib/db/backup.ts'
import { type Db, openDb } from '../../../lib/db/db.ts'
import { lockFolder } from '../../../lib/db/lock.ts'
import { type Migration, migrate, readMigrations, schemaVersion } from '../../../lib/db/migrate.ts'

const growing = suite<{ dir: string; file: string; db: Db }>('migrations')
growing.before.each(async (t) => {
  t.dir = mkdtempSync(join(tmpdir(), 'jarvis-migrate-'))
  t.file = join(t.dir, 'jarvis.db')
  t.db = await openDb(t.file)
})
growing.after.each((t) => {
  t.db.close()
  rmSync(t.dir, { recursive: true, force: true })
})

const first: Migration = { version: 1, name: 'ground', sql: 'create table a (x integer) strict' }
const second: Migration = { version: 2, name: 'more', sql: 'alter table a add column y text' }
const broken: Migration = {
  version: 2,
  name: 'broken',
  sql: 'create table b (x integer) strict; nonsense',
}
const refused = async (work: () => unknown): Promise<Error & { kind?: string; next?: string }> => {
  try {
    await work()
  } catch (error) {
    return error as Error
  }
  throw new Error('it was taken')
}

growing('what is missing is applied, once', ({ db }) => {
  assert.equal(migrate(db, [first]), [1])
  assert.equal(migrate(db, [first]), [])
  assert.equal(migrate(db, [first, second]), [2])
  assert.is(schemaVersion(db), 2)
})
growing('the file is copied before it changes', ({ db, file }) => {
  migrate(db, [first])
  assert.not.ok(existsSync(`${file}.before-1`))
  migrate(db, [first, second])
  assert.ok(existsSync(`${file}.before-2`))
})
growing('a migration that fails leaves nothing behind', async ({ db }) => {
  migrate(db, [first])
  const error = await refused(() => migrate(db, [first, broken]))
  assert.match(error.message, /Migration 2 \(broken\) failed; nothing was changed/)
  assert.is(schemaVersion(db), 1)
  assert.is(db.first("select 1 from sqlite_master where name = 'b'"), undefined)
})
growing('a database newer than the program is refused', async ({ db }) => {
  migrate(db, [first, second])
  const error = await refused(() => migrate(db, [first]))
  assert.is(error.kind, 'conflict')
  assert.match(error.message, /newer Jarvis \(version 2, this one knows 1\)/)
})
growing('the product has its migrations without a gap', () => {
  const all = readMigrations(join(import.meta.dirname ?? '.', '../../../migrations'))
  assert.ok(all.length > 0)
})
growing('a missing number is told', async ({ dir }) => {
  writeFileSync(join(dir, '0002_x.sql'), 'select 1')
  assert.match((await refused(() => readMigrations(dir))).message, /Migration 1 is missing/)
})

growing('a backup is whole, and comes back over what was there', async ({ db, dir, file }) => {
  migrate(db, [first])
  db.run('insert into a values (1)')
  const copy = join(dir, 'copy.db')
  await backup(file, copy)
  db.run('insert into a values (2)')
  assert.match((await refused(() => backup(file, copy))).message, /exists already/)
  db.close()
  await restore(copy, file, 1)
  const back = await openDb(file)
  assert.equal(back.all('select x from a'), [{ x: 1 }])
  back.close()
  const before = await openDb(`${file}.replaced-1`)
  assert.is(before.all('select x from a').length, 2)
  before.close()
})
growing('what is no backup of ours is not put in place', async ({ db, dir, file }) => {
  migrate(db, [first])
  const text = join(dir, 'text.db')
  writeFileSync(text, 'hello '.repeat(1000))
  assert.match((await refused(() => restore(text, file, 1))).message, /not a sound database/)
  const stranger = await openDb(join(dir, 'stranger.db'))
  stranger.exec('create table s (x)')
  stranger.close()
  const error = await refused(() => restore(join(dir, 'stranger.db'), file, 1))
  assert.match(error.message, /not a backup of Jarvis/)
  assert.is(schemaVersion(db), 1)
})

growing('a damaged database is replaced too, and kept as it was', async ({ db, dir, file }) => {
  migrate(db, [first])
  db.run('insert into a values (1)')
  const copy = join(dir, 'copy.db')
  await backup(file, copy)
  db.close()
  writeFileSync(file, Buffer.alloc(5000, 'x'))
  await restore(copy, file, 1)
  const back = await openDb(file)
  assert.equal(back.all('select x from a'), [{ x: 1 }])
  back.close()
  assert.ok(existsSync(`${file}.replaced-1`))
  assert.not.ok(existsSync(`${file}.incoming`))
  await restore(copy, file, 1)
  assert.ok(existsSync(`${file}.replaced-2`), 'an older one is not overwritten')
})
growing('a damaged backup is refused and nothing is moved', async ({ db, dir, file }) => {
  migrate(db, [first])
  for (let i = 0; i < 3000; i++) db.run('insert into a values (?)', [i])
  const copy = join(dir, 'copy.db')
  await backup(file, copy)
  const bytes = readFileSync(copy)
  bytes.fill(0xff, 8192, 12288)
  writeFileSync(copy, bytes)
  const error = await refused(() => restore(copy, file, 1))
  assert.match(error.message, /damaged|not a sound database/)
  assert.is(db.all('select x from a').length, 3000)
  assert.equal(
    readdirSync(dir).filter((name) => /replaced|incoming/.test(name)),
    [],
  )
})
growing(
  'a backup is for its owner alone, and half of one is never left',
  async ({ db, dir, file }) => {
    migrate(db, [first])
    const copy = join(dir, 'copy.db')
    await backup(file, copy)
    assert.is(statSync(copy).mode & 0o777, 0o600)
    mkdirSync(join(dir, 'taken.db.part'))
    writeFileSync(join(dir, 'taken.db.part', 'x'), '')
    await refused(() => backup(file, join(dir, 'taken.db')))
    assert.not.ok(existsSync(join(dir, 'taken.db')))
  },
)

growing('one program a folder, and the second is told whose it is', async ({ dir }) => {
  const folder = join(dir, 'data')
  const lock = await lockFolder(folder, 'serve')
  const error = await refused(() => lockFolder(folder, 'serve'))
  assert.is(error.kind, 'conflict')
  assert.ok(error.message.includes(`process ${process.pid}`))
  lock.release()
  const again = await lockFolder(folder, 'serve')
  again.release()
})

growing.run()
