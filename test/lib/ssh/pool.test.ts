/** The pool on real OpenSSH servers: many jobs, terminals, silence, losses, and servers with limits. */
import { setMaxListeners } from 'node:events'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fakeClock } from '../../clock.ts'
import { noSshd, type Sshd, startSshd } from '../../sshd/servers.ts'
import { problemOf, type Stage, stage, until, wireTo } from './stage.ts'

const why = noSshd()
if (why) console.log(`SKIPPED the pool on real sshd: ${why}`)

const pool = suite<{ sshd: Sshd; wire: Awaited<ReturnType<typeof wireTo>>; s: Stage }>('ssh pool')
pool.before(async (t) => {
  if (!why) t.sshd = await startSshd()
})
pool.before.each(async (t) => {
  if (why) return
  t.wire = await wireTo(t.sshd)
  t.s = await stage({
    hosts: { pve: { ...t.wire, fingerprint: t.sshd.fingerprint, aliases: ['master'] } },
    identity: { keyFile: t.sshd.keyFile },
  })
})
pool.after.each(async (t) => {
  if (why) return
  t.s.close()
  await t.wire.close()
})
pool.after(async (t) => {
  if (!why) await t.sshd.stop()
})
const test: typeof pool = why ? (Object.assign(() => {}, pool) as typeof pool) : pool

const times = <T>(n: number, make: (i: number) => T): T[] =>
  Array.from({ length: n }, (_, i) => make(i))

test('224 jobs in rounds of 32: none is refused, five run at once, one connection', async ({
  s,
  wire,
}) => {
  let most = 0
  let good = 0
  for (let round = 0; round < 7; round++) {
    const jobs = times(32, async (i) => {
      const r = await s.ssh.exec('pve', ['echo', String(i)])
      most = Math.max(most, s.ssh.state()[0]!.running)
      if (r.code === 0 && r.stdout === `${i}\n`) good += 1
    })
    await Promise.all(jobs)
  }
  assert.is(good, 224)
  assert.ok(most <= 5, `${most} at once`)
  assert.is(wire.made(), 1)
  console.log(`COUNT ssh jobs on one connection: ${good} of 224 good, at most ${most} at once`)
})

test('a full queue says that it is full', async ({ s }) => {
  const stop = new AbortController()
  setMaxListeners(100, stop.signal)
  const jobs = times(69, () => s.ssh.exec('pve', ['sleep', '60'], { signal: stop.signal }))
  const p = await problemOf(s.ssh.exec('pve', ['true']))
  assert.is(p.kind, 'busy')
  assert.match(p.message, /64 commands already wait for pve/)
  stop.abort()
  for (const r of await Promise.all(jobs)) assert.is(r.cancelled, true)
})

test('name, alias and address lead to the same host, in any case; a wrong name lists the right ones', async ({
  s,
  wire,
}) => {
  for (const name of ['pve', 'PVE', 'Master', '127.0.0.1'])
    assert.is((await s.ssh.exec(name, ['true'])).code, 0)
  assert.is(wire.made(), 1)
  const p = await problemOf(s.ssh.exec('pvee', ['true']))
  assert.is(p.kind, 'not-found')
  assert.match(p.next!, /Did you mean pve\? Known hosts: pve\./)
})

test('twenty terminals have connections of their own, never five being made at once', async ({
  s,
  wire,
}) => {
  const ptys = await Promise.all(times(20, () => s.ssh.pty('pve', { cols: 80, rows: 24 })))
  assert.is(s.ssh.state()[0]!.terminals, 20)
  assert.is(wire.made(), 3, '8 on each')
  assert.is((await s.ssh.exec('pve', ['true'])).code, 0)
  assert.is(wire.made(), 4, 'commands have their own')
  for (const pty of ptys) pty.close()
  await until('all are gone', () => s.ssh.state()[0]!.terminals === 0)
})

test('a terminal is a terminal: it echoes, knows its size, and hangs up', async ({ s }) => {
  const pty = await s.ssh.pty('pve', { cols: 80, rows: 24 })
  let seen = ''
  pty.stream.on('data', (chunk: Buffer) => (seen += chunk))
  pty.stream.write('echo $((6*7)) $TERM; sleep 4721\n')
  await until('it answers', () => seen.includes('42 xterm-256color'))
  pty.close()
  await until('what ran there is gone', async () => {
    const { stdout } = await s.ssh.exec('pve', ['pgrep', '-fc', '--', '[s]leep 4721'])
    return Number(stdout) === 0
  })
})

test('a size that no screen has becomes one that can be', async ({ s }) => {
  const pty = await s.ssh.pty('pve', { cols: 0, rows: Number.NaN })
  let seen = ''
  pty.stream.on('data', (chunk: Buffer) => (seen += chunk))
  pty.resize(1_000_000, 40)
  pty.stream.write('stty size\n')
  await until('it tells its size', () => seen.includes('40 1000'))
  pty.close()
})

test('a hundred losses in a row leave nothing behind', async ({ s, wire }) => {
  const reconnect = async () => {
    assert.is((await s.ssh.exec('pve', ['true'])).code, 0)
    wire.cut()
    await until('the loss is seen', () => s.ssh.state()[0]!.state !== 'ready')
  }
  await reconnect()
  const handles = process.getActiveResourcesInfo().length
  for (let i = 0; i < 99; i++) await reconnect()
  await until('the wire is empty', () => wire.open() === 0)
  assert.is(wire.made(), 100)
  assert.ok(process.getActiveResourcesInfo().length <= handles + 2, 'handles stay')
  await until('the server has one session left', async () => {
    const { stdout } = await s.ssh.exec('pve', ['pgrep', '-fc', '[s]shd: root@notty'])
    return Number(stdout) === 1
  })
})

test('after five silent minutes the connection is closed', async ({ sshd, wire }) => {
  const clock = fakeClock()
  const s = await stage({
    hosts: { pve: { ...wire, fingerprint: sshd.fingerprint } },
    identity: { keyFile: sshd.keyFile },
    clock,
  })
  await s.ssh.exec('pve', ['true'])
  await clock.advance(299_000)
  assert.is(wire.open(), 1)
  await clock.advance(1_000)
  await until('it is closed', () => wire.open() === 0)
  assert.is(s.ssh.state()[0]!.state, 'closed')
  assert.is(clock.waiting(), 0)
  s.close()
})

test('closing ends what runs and refuses what waits', async ({ s, wire }) => {
  await s.ssh.exec('pve', ['true'])
  const jobs = times(7, () => s.ssh.exec('pve', ['sleep', '60']))
  const ends = Promise.allSettled(jobs)
  await until('five run', () => s.ssh.state()[0]!.running === 5)
  s.ssh.closeAll()
  const results = await ends
  const lost = results.filter((r) => r.status === 'fulfilled' && r.value.lost)
  const refused = results.filter(
    (r) => r.status === 'rejected' && /being closed/.test(String(r.reason)),
  )
  assert.equal([lost.length, refused.length], [5, 2])
  await until('the wire is empty', () => wire.open() === 0)
  assert.is((await problemOf(s.ssh.exec('pve', ['true']))).kind, 'conflict')
})

test('a server that gives two sessions gets its jobs done all the same', async () => {
  const sshd = await startSshd({ address: '127.0.0.12', config: ['MaxSessions 2'] })
  const s = await stage({ hosts: { pve: sshd }, identity: { keyFile: sshd.keyFile } })
  const results = await Promise.all(times(20, () => s.ssh.exec('pve', ['sleep', '0.05'])))
  assert.equal(
    results.map((r) => r.code),
    times(20, () => 0),
  )
  const late = await s.ssh.exec('pve', `trap '' TERM; sleep 4722; sleep 4722`, { timeoutMs: 200 })
  assert.equal([late.timedOut, late.lost], [true, false])
  s.close()
  await sshd.stop()
})

if (why) pool('there is none to ask', () => assert.ok(why))
pool.run()
