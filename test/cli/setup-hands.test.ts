/** The set-up and SSH on the command line, against the lab: a key, and consent to what nodes show. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LAB_PASSWORD } from '../../lab/access.ts'
import { type Lab, startLab } from '../../lab/lab.ts'
import { openDb } from '../../lib/db/db.ts'
import type { Finding } from '../../lib/setup/finding.ts'
import { run, withFolder } from './driver.ts'

const setup = suite<{ lab: Lab }>('setup and SSH')
setup.before(async (t) => {
  t.lab = await startLab({ ssh: true })
})
setup.after((t) => t.lab.stop())

/** Each node of the lab has a door of its own; the set-up knows one for all: that of pve. */
const pve = ({ ssh }: Lab) => ssh!.hosts.find((h) => h.name === 'pve')!
const argvFor = (lab: Lab, file: string, ...more: string[]) => [
  'setup',
  '--address',
  lab.nodes.find((n) => n.name === 'pve')!.address,
  '--fingerprint',
  lab.fingerprints.pve!,
  '--yes',
  '--file',
  file,
  '--ssh-port',
  String(pve(lab).port),
  ...more,
]
const envOf = (folder: string) => ({
  JARVIS_CONFIG: join(folder, 'jarvis.yaml'),
  JARVIS_DATA: join(folder, 'data'),
})
const pinsIn = async (folder: string) => {
  const db = await openDb(join(folder, 'data', 'jarvis.db'))
  const pins = db.all<{ host: string; by: string }>(
    'select host, accepted_by as by from ssh_host_keys order by host',
  )
  db.close()
  return pins
}

setup('unattended: the keys that were named are kept, and the doctor is let in', (t) =>
  withFolder(async (folder) => {
    const env = envOf(folder)
    const key = join(folder, 'id')
    writeFileSync(key, t.lab.ssh!.key, { mode: 0o600 })
    const { fingerprint } = pve(t.lab)
    const argv = argvFor(t.lab, env.JARVIS_CONFIG, '--json', '--ssh-key', key)
    const named = ['--ssh-fingerprint', `pve=${fingerprint}`]
    const { code, out, err } = await run([...argv, ...named], { piped: LAB_PASSWORD, env })
    assert.is(code, 0, err)
    const { ssh } = JSON.parse(out)
    assert.match(ssh.line, /^restrict,pty ssh-ed25519 \S+ jarvis$/)
    const told = (name: string) => ssh.nodes.find((n: { node: string }) => n.node === name)
    assert.equal(told('pve'), { node: 'pve', fingerprint, accepted: true, trouble: null })
    assert.equal(told('agent').accepted, false)
    assert.match(told('agent').trouble, 'refuses SSH')
    assert.equal(await pinsIn(folder), [{ host: 'pve', by: 'the command line' }])
    assert.match(readFileSync(env.JARVIS_CONFIG, 'utf8'), /^ssh:\n {2}keyFile: id\n/m)
    const all: Finding[] = JSON.parse((await run(['doctor', '--json'], { env })).out)
    const of = (name: string) => all.find((f) => f.name === `${name} ssh`)
    assert.is(of('pve')?.text, 'Lets root in.')
    assert.is(of('agent')?.state, 'warn')
  }),
)
setup('another key than the one that was named: nothing is written', (t) =>
  withFolder(async (folder) => {
    const env = envOf(folder)
    const other = `pve=SHA256:${'A'.repeat(43)}`
    const argv = argvFor(t.lab, env.JARVIS_CONFIG, '--ssh-key', 'new', '--ssh-fingerprint', other)
    const { code, err } = await run(argv, { piped: LAB_PASSWORD, env })
    assert.is(code, 1)
    assert.match(err, `pve shows another SSH key: ${pve(t.lab).fingerprint}`)
    assert.not.ok(existsSync(env.JARVIS_CONFIG))
    assert.not.ok(existsSync(join(folder, 'data', 'jarvis.db')))
  }),
)
setup('a talk: a key is made, each node is asked about, and who lets us in is told', (t) =>
  withFolder(async (folder) => {
    const env = envOf(folder)
    // Password, the key, the one node that shows one, Enter, and no start.
    const answers = [LAB_PASSWORD, 'new', 'yes', '', 'no']
    const argv = argvFor(t.lab, env.JARVIS_CONFIG)
    const { code, err } = await run(argv, { answers, env })
    assert.is(code, 0, err)
    assert.equal(answers, [])
    assert.match(err, /restrict,pty ssh-ed25519 /)
    assert.match(err, `pve shows ${pve(t.lab).fingerprint}`)
    assert.match(err, /pve: .* does not let root in with the key/)
    const file = join(folder, 'secrets', 'ssh_key')
    assert.is(statSync(file).mode & 0o777, 0o600)
    assert.match(readFileSync(env.JARVIS_CONFIG, 'utf8'), 'keyFile: secrets/ssh_key')
    assert.equal((await pinsIn(folder)).length, 1)
    const line = /restrict,pty (\S+ \S+)/.exec(err)![1]!
    assert.match(readFileSync(`${file}.pub`, 'utf8'), line)
    const again = ['--overwrite', '--ssh-key', 'new', '--json']
    const second = await run([...argv, ...again], { piped: LAB_PASSWORD, env })
    assert.match(JSON.parse(second.out).ssh.line, line)
  }),
)
setup('what is no key, no user or no port is told before anything is written', (t) =>
  withFolder(async (folder) => {
    const env = envOf(folder)
    const key = join(folder, 'id')
    writeFileSync(key, 'a diary')
    const wrong: [string[], RegExp][] = [
      [['--ssh-key', key], /is no SSH key that can be used/],
      [['--ssh-key', join(folder, 'nowhere')], /cannot be read \(ENOENT\)/],
      [['--ssh-key', 'new', '--ssh-user', 'root; id'], /no name of a user/],
      [['--ssh-key', 'new', '--ssh-fingerprint', 'pve'], /no name and fingerprint/],
    ]
    for (const [more, words] of wrong) {
      const { code, err } = await run(argvFor(t.lab, env.JARVIS_CONFIG, ...more), {
        piped: LAB_PASSWORD,
        env,
      })
      assert.is.not(code, 0, err)
      assert.match(err, words)
      assert.not.ok(existsSync(env.JARVIS_CONFIG))
    }
  }),
)
setup.run()
