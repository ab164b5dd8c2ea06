import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startJarvis } from '../../jarvis.ts'
import { createTrail } from '../../lib/audit/trail.ts'
import { createAuth } from '../../lib/auth/auth.ts'
import { systemClock } from '../../lib/clock.ts'
import { loadConfig } from '../../lib/config.ts'
import { openDb } from '../../lib/db/db.ts'
import { lockFolder } from '../../lib/db/lock.ts'
import { silentLog } from '../../lib/log.ts'
import { alice } from '../cast.ts'
import { root, run, withFolder } from './driver.ts'

const keeper = suite('tokens, users and backups from the command line')

const envOf = (folder: string) => ({
  JARVIS_DATA: folder,
  JARVIS_LAB: '1',
  JARVIS_HOST: '127.0.0.1',
  JARVIS_PORT: '0',
})

/** Everything twice: with no server, and through the one that runs. */
const ways = {
  'without a server': <T>(_folder: string, work: () => Promise<T>) => work(),
  'through the running server': async <T>(folder: string, work: () => Promise<T>) => {
    const config = loadConfig({ root, env: envOf(folder) })
    const jarvis = await startJarvis({ config, log: silentLog, version: '0' })
    try {
      return await work()
    } finally {
      await jarvis.stop()
    }
  },
}

const opened = async <T>(folder: string, look: (db: Awaited<ReturnType<typeof openDb>>) => T) => {
  const db = await openDb(join(folder, 'lab/jarvis.db'))
  try {
    return look(db)
  } finally {
    db.close()
  }
}

for (const [way, within] of Object.entries(ways)) {
  keeper(`${way}: a new token stands alone on standard output, works, and can be revoked`, () =>
    withFolder(async (folder) => {
      const given = { env: envOf(folder) }
      const made = await within(folder, () =>
        run(['token', 'create', '--name', 'grafana', '--scope', 'view', '--expires', '30d'], given),
      )
      assert.is(made.code, 0, made.err)
      assert.match(made.out, /^jv_[\w-]{43}$/)
      const key = await opened(folder, (db) =>
        createAuth({
          db,
          clock: systemClock,
          sessions: { idleHours: 1, absoluteDays: 1 },
        }).tokens.find(made.out, 'test'),
      )
      assert.is(key?.name, 'grafana')
      assert.is(key?.scope, 'view')
      const days = (key!.expiresAt! - Date.now()) / 86_400_000
      assert.ok(days > 29.9 && days <= 30)
      await within(folder, async () => {
        assert.match((await run(['token', 'list'], given)).out, /view +grafana +\(until /)
        const twice = ['token', 'create', '--name', 'grafana', '--scope', 'view']
        assert.is((await run(twice, given)).code, 1)
        assert.is((await run(['token', 'revoke', 'grafana'], given)).code, 0)
        assert.is((await run(['token', 'revoke', 'grafana'], given)).code, 1)
        const rows = JSON.parse((await run(['token', 'list', '--json'], given)).out)
        const row = rows.find((r: { name: string }) => r.name === 'grafana')
        assert.type(row.revoked, 'string')
        assert.not.match(JSON.stringify(rows), made.out)
      })
    }),
  )

  keeper(`${way}: the operator is added, and gets a new password without the old one`, () =>
    withFolder(async (folder) => {
      const env = envOf(folder)
      await within(folder, async () => {
        const none = await run(['user', 'password'], { env, piped: alice.password })
        assert.is(none.code, 1)
        const short = await run(['user', 'add', 'alice'], { env, piped: 'short\n' })
        assert.is(short.code, 2)
        const added = await run(['user', 'add', 'alice'], { env, piped: `${alice.password}\n` })
        assert.is(added.code, 0, added.err)
        const typed = ['a whole new sentence 5', 'a whole new sentence 5']
        const changed = await run(['user', 'password'], { env, answers: typed })
        assert.is(changed.out, 'alice has a new password.')
        assert.not.match(changed.err, 'sentence')
        const slips = await run(['user', 'password'], { env, answers: ['one one one one', 'two'] })
        assert.is(slips.code, 2)
      })
      const right = await opened(folder, (db) => {
        const sessions = { idleHours: 1, absoluteDays: 1 }
        return createAuth({ db, clock: systemClock, sessions }).accounts.isRight(
          'alice',
          'a whole new sentence 5',
        )
      })
      assert.is(right, true)
    }),
  )

  keeper(`${way}: a backup is a whole database, is noted, and never overwrites`, () =>
    withFolder(async (folder) => {
      const file = join(folder, 'copy.db')
      const given = { env: envOf(folder), cwd: folder }
      await within(folder, async () => {
        await run(['token', 'create', '--name', 'before', '--scope', 'view'], given)
        const made = await run(['backup', 'copy.db'], given)
        assert.is(made.code, 0, made.err)
        assert.is((await run(['backup', 'copy.db'], given)).code, 1)
        assert.is((await run(['backup', 'nowhere/copy.db'], given)).code, 1)
        assert.is((await run(['backup'], given)).code, 2)
      })
      const db = await openDb(file)
      assert.is(
        db.first<{ n: number }>("select count(*) as n from keys where name = 'before'")?.n,
        1,
      )
      db.close()
      await opened(folder, (live) => {
        const trail = createTrail({ db: live, clock: systemClock })
        assert.ok(trail.list({ limit: 10 }).some((row) => row.what === 'database.backup'))
        assert.ok(trail.verify().ok)
      })
    }),
  )
}

keeper('a secret never reaches the trail', () =>
  withFolder(async (folder) => {
    const env = envOf(folder)
    await run(['user', 'add', 'alice'], { env, piped: alice.password })
    const { out } = await run(['token', 'create', '--name', 'a', '--scope', 'admin'], { env })
    await opened(folder, (db) => {
      const written = JSON.stringify(db.all('select * from audit'))
      assert.match(written, 'account.create')
      assert.not.match(written, alice.password)
      assert.not.match(written, out)
    })
  }),
)

keeper('wrong words are told with what is right', async () => {
  const cases: [string[], string][] = [
    [['token', 'make'], 'create, list or revoke'],
    [['token', 'create', '--scope', 'view'], '--name is missing'],
    [['token', 'create', '--name', 'a', '--scope', 'root'], 'view, operate or admin'],
    [['token', 'create', '--name', 'a', '--scope', 'view', '--expires', 'soon'], '--expires 12h'],
    [['token', 'revoke'], 'Which token?'],
    [['user', 'remove'], 'add, password or list'],
    [['user', 'add'], 'Name the account'],
    [['restore'], 'Which backup?'],
  ]
  for (const [argv, words] of cases) {
    const { code, err } = await run(argv)
    assert.is(code, 2, argv.join(' '))
    assert.match(err, words)
  }
})

keeper('restore puts the copy in place and keeps what was there', () =>
  withFolder(async (folder) => {
    const given = { env: envOf(folder), cwd: folder }
    const names = async () => {
      const rows: { name: string }[] = JSON.parse(
        (await run(['token', 'list', '--json'], given)).out,
      )
      return rows.map((r) => r.name).sort()
    }
    await run(['token', 'create', '--name', 'one', '--scope', 'view'], given)
    await run(['backup', 'copy.db'], given)
    await run(['token', 'create', '--name', 'two', '--scope', 'view'], given)
    assert.equal(await names(), ['one', 'two'])
    assert.is((await run(['restore', 'copy.db'], given)).code, 0)
    assert.equal(await names(), ['one'])
    assert.ok(existsSync(join(folder, 'lab/jarvis.db.replaced-1')))
    assert.is((await run(['restore', 'absent.db'], given)).code, 1)
  }),
)

keeper('restore beside a running program is refused with its pid', () =>
  withFolder(async (folder) => {
    const given = { env: envOf(folder), cwd: folder }
    const lock = await lockFolder(join(folder, 'lab'), 'serve')
    const { code, err } = await run(['restore', 'copy.db'], given)
    lock.release()
    assert.is(code, 1)
    assert.match(err, `process ${process.pid} `)
  }),
)

keeper.run()
