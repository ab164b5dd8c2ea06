/** Commands on a real OpenSSH server: what comes back, what ends, what nobody has to wait for. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { noSshd, type Sshd, startSshd } from '../../sshd/servers.ts'
import { problemOf, type Stage, stage, until, wireTo } from './stage.ts'

const why = noSshd()
if (why) console.log(`SKIPPED commands on a real sshd: ${why}`)

const exec = suite<{ sshd: Sshd; s: Stage }>('ssh exec')
exec.before(async (t) => {
  if (why) return
  t.sshd = await startSshd()
  t.s = await stage({
    hosts: {
      pve: t.sshd,
      alice: { ...t.sshd, user: 'alice' },
      odd: { ...t.sshd, user: 'odd' },
      shut: { ...t.sshd, user: 'shut' },
    },
    identity: { keyFile: t.sshd.keyFile },
  })
})
exec.after(async (t) => {
  if (why) return
  t.s.close()
  await t.sshd.stop()
})
const test: typeof exec = why ? (Object.assign(() => {}, exec) as typeof exec) : exec

/** How many processes on the host have this word among theirs. */
const alive = async ({ ssh }: Stage, word: string): Promise<number> => {
  const { stdout } = await ssh.exec('pve', ['pgrep', '-fc', '--', word])
  return Number(stdout)
}

test('a command gives its words, its errors and its code', async ({ s }) => {
  const r = await s.ssh.exec('pve', 'echo out; echo err >&2; exit 3')
  assert.equal([r.stdout, r.stderr, r.code, r.signal], ['out\n', 'err\n', 3, null])
  assert.not.ok(r.timedOut || r.truncated || r.lost || r.cancelled)
})

test('a list of words reaches the program as it is, whatever is in them', async ({ s }) => {
  const words = ['a b', "it's", '$HOME', '`id`', '*', '', '"', '\\', 'x;y', '\n', 'ü']
  const r = await s.ssh.exec('pve', ['printf', '%s|', ...words])
  assert.is(r.stdout, words.map((w) => `${w}|`).join(''))
})

test('a script may be broken; that is its own trouble', async ({ s }) => {
  const r = await s.ssh.exec('pve', 'echo begun; if')
  assert.is(r.code, 2)
  assert.match(r.stderr, /yntax error/)
})

test('input is given, and ends', async ({ s }) => {
  assert.is((await s.ssh.exec('pve', ['cat'], { input: 'a secret\n' })).stdout, 'a secret\n')
  assert.is((await s.ssh.exec('pve', ['cat'])).stdout, '')
})

test('variables are set for the command alone', async ({ s }) => {
  const r = await s.ssh.exec('pve', 'echo "$GREETING"', { env: { GREETING: "it's $me" } })
  assert.is(r.stdout, "it's $me\n")
})

test('a command that does not exist is code 127, as in any shell', async ({ s }) => {
  assert.is((await s.ssh.exec('pve', ['no-such-program'])).code, 127)
})

test('a command that ends by a signal has no code', async ({ s }) => {
  const r = await s.ssh.exec('pve', 'kill -KILL $$')
  assert.equal([r.code, r.signal], [null, 'SIGKILL'])
  assert.not.ok(r.lost)
})

test('binary output comes through byte by byte', async ({ s }) => {
  const r = await s.ssh.exec(
    'pve',
    'i=0; while [ $i -lt 256 ]; do printf "\\\\$(printf %o $i)"; i=$((i+1)); done',
  )
  assert.equal(
    [...r.bytes],
    Array.from({ length: 256 }, (_, i) => i),
  )
})

test('a character that comes in two pieces is one, and what is none is marked', async ({ s }) => {
  const r = await s.ssh.exec('pve', 'printf "\\303"; sleep 0.2; printf "\\274 \\377 \\342\\202"')
  assert.is(r.stdout, 'ü \ufffd \ufffd')
})

test('too much output is cut at the cap and the other side stops', async ({ s }) => {
  const r = await s.ssh.exec('pve', ['sh', '-c', 'while :; do echo endless-stream-of-words; done'])
  assert.equal([r.truncated, r.timedOut], [true, false])
  assert.is(r.bytes.length, 256 * 1024)
  assert.is(await alive(s, '[e]ndless-stream'), 0)
})

test('standard error has a cap of its own', async ({ s }) => {
  const r = await s.ssh.exec('pve', 'yes endless-complaint >&2')
  assert.equal([r.truncated, r.timedOut], [true, false])
  assert.ok(r.stderr.length <= 256 * 1024 && r.stderr.length > 250 * 1024)
  assert.is(await alive(s, '[e]ndless-complaint'), 0)
})

test('a time-out ends the command and its children, also those that ignore TERM', async ({ s }) => {
  const script = `trap '' TERM; (trap '' TERM; sleep 4711) & sleep 4711; sleep 4711`
  const r = await s.ssh.exec('pve', script, { timeoutMs: 300 })
  assert.is(r.timedOut, true)
  assert.is(r.lost, false)
  assert.is(await alive(s, '[s]leep 4711'), 0)
})

test('a cancelled command ends likewise', async ({ s }) => {
  const stop = new AbortController()
  const running = s.ssh.exec('pve', `trap '' TERM; sleep 4712; sleep 4712`, { signal: stop.signal })
  await until('it runs', async () => (await alive(s, '[s]leep 4712')) > 0)
  stop.abort()
  assert.is((await running).cancelled, true)
  assert.is(await alive(s, '[s]leep 4712'), 0)
  const never = await s.ssh.exec('pve', ['true'], { signal: stop.signal })
  assert.equal([never.cancelled, never.lost, never.code], [true, false, null])
})

test('what nobody here can end any more is ended by the host itself', async ({ s, sshd }) => {
  const wire = await wireTo(sshd)
  const other = await stage({
    hosts: { pve: { ...wire, fingerprint: sshd.fingerprint } },
    identity: { keyFile: sshd.keyFile },
  })
  const running = other.ssh.exec('pve', ['sleep', '4713'], { timeoutMs: 1000 })
  await until('it runs', async () => (await alive(s, '[s]leep 4713')) > 0)
  wire.cut()
  assert.is((await running).lost, true)
  await until('it is gone', async () => (await alive(s, '[s]leep 4713')) === 0)
  other.close()
  await wire.close()
})

test('a user without a shell is told, not waited for', async ({ s }) => {
  const r = await s.ssh.exec('shut', ['hostname'])
  assert.is(r.code, 1)
  assert.match(r.stdout, /not available/)
})

test('another login shell and another user are as good', async ({ s }) => {
  for (const user of ['alice', 'odd', 'alice', 'odd'])
    assert.is((await s.ssh.exec(user, ['whoami'])).stdout, `${user}\n`)
})

test('a lost link is lost, not code 0', async ({ sshd }) => {
  const wire = await wireTo(sshd)
  const s = await stage({
    hosts: { pve: { ...wire, fingerprint: sshd.fingerprint } },
    identity: { keyFile: sshd.keyFile },
  })
  await s.ssh.exec('pve', ['true'])
  const running = s.ssh.exec('pve', 'echo before; sleep 5')
  await until('it runs', () => s.ssh.state()[0]!.running === 1)
  wire.cut()
  const r = await running
  assert.equal([r.lost, r.code, r.timedOut], [true, null, false])
  assert.is((await s.ssh.exec('pve', ['echo', 'again'])).stdout, 'again\n', 'the next one connects')
  s.close()
  await wire.close()
})

test('a frozen link is noticed by unanswered keepalives', async ({ sshd }) => {
  const wire = await wireTo(sshd)
  const s = await stage({
    hosts: { pve: { ...wire, fingerprint: sshd.fingerprint } },
    identity: { keyFile: sshd.keyFile },
    limits: { keepaliveMs: 100, keepaliveCount: 2 },
  })
  await s.ssh.exec('pve', ['true'])
  const running = s.ssh.exec('pve', ['sleep', '20'])
  await until('it runs', () => s.ssh.state()[0]!.running === 1)
  wire.freeze()
  const r = await running
  assert.equal([r.lost, r.code], [true, null])
  s.close()
  await wire.close()
})

test('a link that freezes before a command has begun is given up, and the next one connects', async ({
  sshd,
}) => {
  const wire = await wireTo(sshd)
  const s = await stage({
    hosts: { pve: { ...wire, fingerprint: sshd.fingerprint } },
    identity: { keyFile: sshd.keyFile },
    limits: { openMs: 300 },
  })
  await s.ssh.exec('pve', ['true'])
  wire.freeze()
  const r = await s.ssh.exec('pve', ['true'])
  assert.equal([r.lost, r.code, r.cancelled], [true, null, false])
  assert.is((await s.ssh.exec('pve', ['echo', 'again'])).stdout, 'again\n')
  const size = { cols: 80, rows: 24 }
  await s.ssh.pty('pve', size)
  wire.freeze()
  assert.is((await problemOf(s.ssh.pty('pve', size))).kind, 'timeout')
  const pty = await s.ssh.pty('pve', size)
  pty.close()
  s.close()
  await wire.close()
})

test('a command that is cancelled while the link is frozen is over at once, and ended when it begins', async ({
  sshd,
  s: well,
}) => {
  const wire = await wireTo(sshd)
  const s = await stage({
    hosts: { pve: { ...wire, fingerprint: sshd.fingerprint } },
    identity: { keyFile: sshd.keyFile },
  })
  await s.ssh.exec('pve', ['true'])
  wire.freeze()
  const stop = new AbortController()
  const running = s.ssh.exec('pve', ['sleep', '4242.5'], { signal: stop.signal })
  await until('it is being opened', () => s.ssh.state()[0]!.running === 1)
  stop.abort()
  const r = await running
  assert.equal([r.cancelled, r.lost, r.code], [true, true, null])
  wire.thaw()
  await s.ssh.exec('pve', ['true'])
  await until('none is left', async () => (await alive(well, 'sleep 4242[.]5')) === 0)
  s.close()
  await wire.close()
})

if (why) exec('there is none to ask', () => assert.ok(why))
exec.run()
