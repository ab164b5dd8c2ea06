/** Hosts that are down, silent, talkative or wrong: each is told in time and in words. */

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fakeClock } from '../../clock.ts'
import { freePort, makeKey, noSshd, startSshd } from '../../sshd/servers.ts'
import { mumbler, problemOf, stage, until } from './stage.ts'

type Scene = { dir: string; keyFile: string; undo: (() => unknown)[] }
const trouble = suite<Scene>('ssh trouble')
trouble.before((t) => {
  t.dir = mkdtempSync(join(tmpdir(), 'jarvis-keys-'))
  t.undo = []
  if (existsSync('/usr/bin/ssh-keygen')) t.keyFile = makeKey(t.dir, 'key')
})
trouble.after.each(async (t) => {
  for (const step of t.undo.splice(0).reverse()) await step()
})
trouble.after((t) => rmSync(t.dir, { recursive: true, force: true }))
const test: typeof trouble = existsSync('/usr/bin/ssh-keygen')
  ? trouble
  : (Object.assign(() => console.log('SKIPPED no ssh-keygen here'), trouble) as never)

const door = async (t: Scene, say: Parameters<typeof mumbler>[0]) => {
  const server = await mumbler(say)
  t.undo.push(() => server.close())
  return server
}
const staged = async (t: Scene, options: Omit<Parameters<typeof stage>[0], 'identity'>) => {
  const s = await stage({ ...options, identity: { keyFile: t.keyFile } })
  t.undo.push(() => s.close())
  return s.ssh
}

test('a host that is down is told at once, and left alone for a while', async (t) => {
  const clock = fakeClock()
  const down = { address: '127.0.0.1', port: await freePort('127.0.0.1') }
  const ssh = await staged(t, { hosts: { pve: down }, clock })
  const first = await problemOf(ssh.exec('pve', ['true']))
  assert.is(first.kind, 'unreachable')
  assert.match(first.message, /^pve \(127\.0\.0\.1, port \d+\) refuses SSH/)
  const rests: number[] = []
  for (let i = 0; i < 7; i++) {
    const { retryAt } = ssh.state()[0]!
    assert.match((await problemOf(ssh.exec('pve', ['true']))).message, /Tried again in \d+ s\./)
    rests.push((retryAt! - clock.now()) / 1000)
    await clock.advance(retryAt! - clock.now())
    await problemOf(ssh.exec('pve', ['true']))
  }
  assert.equal(rests, [1, 2, 5, 10, 30, 60, 60])
  assert.is(ssh.state()[0]!.state, 'resting')
})

test('a host that accepts and says nothing is given up after ten seconds', async (t) => {
  const clock = fakeClock()
  const ssh = await staged(t, { hosts: { pve: await door(t, () => {}) }, clock })
  const p = problemOf(ssh.exec('pve', ['true']))
  await until('it tries', () => ssh.state()[0]!.state === 'connecting' && clock.waiting() > 0)
  await clock.advance(10_000)
  assert.is((await p).kind, 'timeout')
  assert.match((await p).message, /did not come to a login within 10 s/)
})

test('never more than five connections are being made to one host', async (t) => {
  const clock = fakeClock()
  let open = 0
  const tarpit = await door(t, (socket) => {
    open += 1
    socket.once('close', () => (open -= 1))
  })
  const limits = { terminalsPerConnection: 1 }
  const ssh = await staged(t, { hosts: { pve: tarpit }, clock, limits })
  const tries = Array.from({ length: 12 }, () => problemOf(ssh.pty('pve', { cols: 80, rows: 24 })))
  for (const expected of [5, 5, 2]) {
    await until(`${expected} are open`, () => open === expected)
    await clock.advance(10_000)
  }
  for (const p of await Promise.all(tries)) assert.is(p.kind, 'timeout')
  assert.is(ssh.state()[0]!.terminals, 0)
})

test('a server that speaks something else is told', async (t) => {
  const http = await door(t, (s) => s.end('HTTP/1.1 400 Bad Request\r\nServer: none\r\n\r\n'))
  const p = await problemOf((await staged(t, { hosts: { pve: http } })).exec('pve', ['true']))
  assert.ok(['unreachable', 'failed'].includes(p.kind), p.message)
})

test('lines without end before the greeting neither fill the memory nor hold anybody', async (t) => {
  const clock = fakeClock()
  const line = `${'x'.repeat(200)}\r\n`.repeat(50)
  let sent = 0
  const endless = await door(t, (socket) => {
    const more = () => {
      while (!socket.destroyed && sent < 50_000_000 && socket.write(line)) sent += line.length
    }
    socket.on('drain', more)
    more()
  })
  const ssh = await staged(t, { hosts: { pve: endless }, clock })
  const before = process.memoryUsage().rss
  const p = problemOf(ssh.exec('pve', ['true']))
  await until('it listens', () => sent > 0 && clock.waiting() > 0)
  await until('it has heard enough', () => sent >= 50_000_000 || clock.waiting() === 0)
  await clock.advance(10_000)
  assert.ok(['timeout', 'failed', 'unreachable'].includes((await p).kind), (await p).message)
  assert.ok(process.memoryUsage().rss - before < 100_000_000, 'memory grew')
})

test('a greeting and then noise is told', async (t) => {
  const noisy = await door(t, (s) => s.write(`SSH-2.0-Noise\r\n${'\xff'.repeat(300_000)}`))
  const p = await problemOf((await staged(t, { hosts: { pve: noisy } })).exec('pve', ['true']))
  assert.ok(['failed', 'unreachable'].includes(p.kind), p.message)
})

const why = noSshd()
if (why) console.log(`SKIPPED a banner of a real sshd: ${why}`)
else
  test('a login banner of 1 MB is taken or refused, never a hang', async (t) => {
    for (const size of [100_000, 1024 * 1024]) {
      const sshd = await startSshd({ address: '127.0.0.14', banner: 'Welcome! '.repeat(size / 9) })
      t.undo.push(() => sshd.stop())
      const s = await stage({ hosts: { pve: sshd }, identity: { keyFile: sshd.keyFile } })
      t.undo.push(() => s.close())
      const end = await s.ssh.exec('pve', ['echo', 'in']).then(
        (r) => r.stdout,
        (p) => p.kind,
      )
      console.log(`COUNT a login banner of ${size} bytes: ${end.trim()}`)
      assert.ok(['in\n', 'unreachable', 'failed'].includes(end), end)
    }
  })

trouble.run()
