/** Who is let in and who is believed: keys, passphrases, agents, host keys, on real OpenSSH servers. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createIdentity } from '../../../lib/ssh/identity.ts'
import { makeKey, noSshd, type Sshd, startSshd } from '../../sshd/servers.ts'
import { problemOf, stage, until } from './stage.ts'

const why = noSshd()
if (why) console.log(`SKIPPED keys and host keys on a real sshd: ${why}`)

type Scene = { sshd: Sshd; dir: string; undo: (() => unknown)[] }
const trust = suite<Scene>('ssh trust')
trust.before(async (t) => {
  t.dir = mkdtempSync(join(tmpdir(), 'jarvis-keys-'))
  t.undo = []
  if (!why) t.sshd = await startSshd()
})
trust.after.each(async (t) => {
  for (const step of t.undo.splice(0).reverse()) await step()
})
trust.after(async (t) => {
  rmSync(t.dir, { recursive: true, force: true })
  if (!why) await t.sshd.stop()
})
const test: typeof trust = why ? (Object.assign(() => {}, trust) as typeof trust) : trust

const staged = async (t: Scene, options: Parameters<typeof stage>[0]) => {
  const s = await stage(options)
  t.undo.push(() => s.close())
  return s.ssh
}

trust('a passphrase that does not open the key is told by the names of both files', async (t) => {
  if (!existsSync('/usr/bin/ssh-keygen')) return void console.log('SKIPPED no ssh-keygen here')
  const keyFile = makeKey(t.dir, 'locked', '-N', 'right words')
  const passphraseFile = join(t.dir, 'passphrase')
  const tell = async (passphrase?: string) => {
    if (passphrase !== undefined) writeFileSync(passphraseFile, passphrase)
    const config = passphrase === undefined ? { keyFile } : { keyFile, passphraseFile }
    return problemOf(createIdentity(config).credentials())
  }
  assert.match((await tell()).message, /locked is encrypted/)
  const wrong = await tell('wrong words\n')
  assert.is(wrong.kind, 'unauthorized')
  assert.match(wrong.message, /passphrase in .*passphrase does not open .*locked/)
  assert.not.match(`${wrong.message} ${wrong.next}`, /wrong words/)
  writeFileSync(passphraseFile, 'right words\n')
  assert.ok('privateKey' in (await createIdentity({ keyFile, passphraseFile }).credentials()))
})

trust('a key file that is none, or is not there, or is the public half', async (t) => {
  const keyFile = join(t.dir, 'nonsense')
  assert.match((await problemOf(createIdentity({ keyFile }).credentials())).message, /ENOENT/)
  writeFileSync(keyFile, 'hello')
  assert.match((await problemOf(createIdentity({ keyFile }).credentials())).message, /no SSH key/)
  assert.match((await problemOf(createIdentity({}).credentials())).message, /no SSH key/)
  const half = `${makeKey(t.dir, 'halves')}.pub`
  const p = await problemOf(createIdentity({ keyFile: half }).credentials())
  assert.match(p.message, /public half/)
})

test('an encrypted key logs in with the passphrase of its file', async (t) => {
  const keyFile = join(t.dir, 'sealed')
  const passphraseFile = join(t.dir, 'sealed-passphrase')
  spawnSync('cp', [t.sshd.keyFile, keyFile])
  spawnSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'some words', '-f', keyFile])
  writeFileSync(passphraseFile, 'some words\n')
  const ssh = await staged(t, { hosts: { pve: t.sshd }, identity: { keyFile, passphraseFile } })
  assert.is((await ssh.exec('pve', ['true'])).code, 0)
})

test('an agent logs in', async (t) => {
  const agent = join(t.dir, 'agent')
  const child: ChildProcess = spawn('ssh-agent', ['-D', '-a', agent], { stdio: 'ignore' })
  t.undo.push(() => void child.kill())
  await until('the agent is there', () => existsSync(agent))
  const added = spawnSync('ssh-add', ['-q', t.sshd.keyFile], { env: { SSH_AUTH_SOCK: agent } })
  assert.is(added.status, 0)
  const ssh = await staged(t, { hosts: { pve: t.sshd }, identity: { agent } })
  assert.is((await ssh.exec('pve', ['true'])).code, 0)
})

test('a key that the host does not know is told with the user, and how to mend it', async (t) => {
  const keyFile = makeKey(t.dir, 'stranger')
  const ssh = await staged(t, { hosts: { pve: t.sshd }, identity: { keyFile } })
  const p = await problemOf(ssh.exec('pve', ['true']))
  assert.is(p.kind, 'unauthorized')
  assert.match(p.message, /does not let root in with the key .*stranger/)
  assert.match(p.next!, /ssh-copy-id/)
})

test('an agent that is not there is told', async (t) => {
  const ssh = await staged(t, { hosts: { pve: t.sshd }, identity: { agent: join(t.dir, 'gone') } })
  assert.is((await problemOf(ssh.exec('pve', ['true']))).kind, 'unauthorized')
})

test('a host is not trusted because it was asked: learning shows its key and stores nothing', async (t) => {
  const { fingerprint, ...stranger } = t.sshd
  const ssh = await staged(t, { hosts: { pve: stranger }, identity: { keyFile: t.sshd.keyFile } })
  const p = await problemOf(ssh.exec('pve', ['true']))
  assert.is(p.kind, 'untrusted')
  assert.match(p.message, new RegExp(`never accepted: ${escaped(fingerprint)}`))
  const { shown, accepted } = await ssh.learn('pve')
  assert.equal([shown, accepted], [{ fingerprint, algorithm: 'ssh-ed25519' }, undefined])
  assert.is(ssh.state()[0]!.accepted, undefined)
  assert.throws(() => ssh.accept('pve', { fingerprint: 'SHA256:short', algorithm: '' }, 'alice'))
  ssh.accept('pve', shown, 'alice')
  assert.is((await ssh.exec('pve', ['true'])).code, 0, 'consent ends the rest at once')
})

test('another host key is refused with both fingerprints until it is accepted', async (t) => {
  const first = await startSshd({ address: '127.0.0.13' })
  const { port, address } = first
  const ssh = await staged(t, { hosts: { pve: first }, identity: { keyFile: t.sshd.keyFile } })
  await first.stop()
  const second = await startSshd({ address, port })
  t.undo.push(() => second.stop())
  const p = await problemOf(ssh.exec('pve', ['true']))
  assert.is(p.kind, 'untrusted')
  assert.ok(p.message.includes(first.fingerprint) && p.message.includes(second.fingerprint))
  assert.match(p.next!, /\.\/jarvis doctor --accept-host-key pve/)
  assert.not.match(second.log(), /Accepted|Failed/, 'no login was tried')
  const { shown, accepted } = await ssh.learn('pve')
  assert.is(accepted?.fingerprint, first.fingerprint)
  ssh.accept('pve', shown, 'alice')
  assert.is((await problemOf(ssh.exec('pve', ['true']))).kind, 'unauthorized', 'it is believed now')
})

test('a server with several keys shows the one that was accepted', async (t) => {
  const sshd = await startSshd({ address: '127.0.0.14', rsaToo: true })
  t.undo.push(() => sshd.stop())
  const ssh = await staged(t, { hosts: { pve: sshd }, identity: { keyFile: sshd.keyFile } })
  assert.is((await ssh.learn('pve')).shown.algorithm, 'ssh-ed25519')
  ssh.accept('pve', { fingerprint: sshd.rsaFingerprint!, algorithm: 'ssh-rsa' }, 'alice')
  assert.is((await ssh.learn('pve')).shown.algorithm, 'ssh-rsa')
  assert.is((await ssh.exec('pve', ['true'])).code, 0)
})

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

trust.run()
