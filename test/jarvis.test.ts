/** The house as `jarvis.ts` puts it together: what runs by itself, seen by what it leaves. */
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startJarvis } from '../jarvis.ts'
import { days, hours } from '../lib/clock.ts'
import { loadConfig } from '../lib/config.ts'
import { type Db, openDb } from '../lib/db/db.ts'
import { silentLog } from '../lib/log.ts'
import { root, withFolder } from './cli/driver.ts'
import { fakeClock, NOON } from './clock.ts'

const house = suite('the house')

/** One row of each kind that is older than anything is kept. */
const leaveOldThings = (db: Db) => {
  const long = NOON - days(4000)
  db.run(
    "insert into events (at, kind, severity, subject, payload) values (?, 'x.y', 0, '', '{}')",
    [long],
  )
  db.run("insert into samples values ('node/gone', 900, ?, x'00')", [long])
  db.run("insert into login_tries values ('address 203.0.113.9', 5, ?, ?)", [long, long])
  db.run(
    `insert into deeds (tool, args, target, label, who, who_kind, who_from, state, started_at, ended_at, audit_id)
     values ('guest_start', '{}', 'guest/1', 'x', 'alice', 'person', 'local', 'done', ?, ?, 1)`,
    [long, long],
  )
}

house('what is too old is forgotten by itself, within a day', () =>
  withFolder(async (folder) => {
    const clock = fakeClock()
    const env = { JARVIS_SETUP: '1', JARVIS_CONFIG: join(folder, 'jarvis.yaml') }
    const base = loadConfig({ root, env: { ...env, JARVIS_DATA: folder } })
    const config = { ...base, server: { ...base.server, host: '127.0.0.1', port: 0 } }
    const jarvis = await startJarvis({ config, log: silentLog, version: '0', clock })
    const db = await openDb(join(folder, 'jarvis.db'))
    try {
      leaveOldThings(db)
      const left = () =>
        [
          "select 'event' from events where kind = 'x.y'",
          "select 'sample' from samples where subject = 'node/gone'",
          "select 'try' from login_tries",
          "select 'deed' from deeds",
        ].flatMap((sql) => db.all<Record<string, string>>(sql).flatMap((r) => Object.values(r)))
      assert.is(left().length, 4)
      await clock.advance(hours(1))
      assert.equal(left(), ['event', 'deed'], 'each hour')
      await clock.advance(hours(23))
      assert.equal(left(), [], 'each night')
    } finally {
      db.close()
      await jarvis.stop()
    }
  }),
)

house.run()
