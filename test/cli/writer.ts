/** Writes to the database of a folder without end, and claims each row on standard output once it is stored. */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { createTrail } from '../../lib/audit/trail.ts'
import { createAuth } from '../../lib/auth/auth.ts'
import { systemClock } from '../../lib/clock.ts'
import { openDb } from '../../lib/db/db.ts'
import { lockFolder } from '../../lib/db/lock.ts'
import { migrate, readMigrations } from '../../lib/db/migrate.ts'
import { createWriteBuffer } from '../../lib/db/write-buffer.ts'
import { createKeeper } from '../../lib/setup/keeper.ts'
import { root } from './driver.ts'

const write = async (folder: string) => {
  await lockFolder(folder, 'writer')
  const db = await openDb(join(folder, 'jarvis.db'))
  migrate(db, readMigrations(join(root, 'migrations')))
  const clock = systemClock
  const auth = createAuth({ db, clock, sessions: { idleHours: 1, absoluteDays: 1 } })
  const keeper = createKeeper({ auth, trail: createTrail({ db, clock }), db })
  // Rows that nobody claims fill the same log, in transactions of their own.
  const buffer = createWriteBuffer(db, { clock, everyMs: 1, atRows: 5 })
  for (let i = 0; ; i++) {
    const name = `${process.pid}-${i}`
    const { key } = await keeper.createToken({ name, scope: 'view' })
    writeSync(1, `${key.id}\n`)
    for (let n = 0; n < 3; n++)
      buffer.add(
        'insert into events (at, kind, severity, subject, payload) values (?, ?, ?, ?, ?)',
        [i, 'test', 0, '', 'x'.repeat(500)],
      )
    if (i % 5 === 0) await new Promise((done) => setImmediate(done))
  }
}

await write(process.argv[2]!)
