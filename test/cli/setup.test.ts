import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LAB_PASSWORD } from '../../lab/access.ts'
import { type Lab, startLab } from '../../lab/lab.ts'
import { launch, run, withFolder } from './driver.ts'

const setup = suite<{ lab: Lab }>('setup against the lab')

setup.before(async (t) => {
  t.lab = await startLab()
})
setup.after((t) => t.lab.stop())

/** A file that no test gets as far as writing. */
const never = join(tmpdir(), 'jarvis-never.yaml')

const at = ({ nodes, fingerprints }: Lab, name = 'pve') => [
  '--address',
  nodes.find((n) => n.name === name)!.address,
  '--fingerprint',
  fingerprints[name]!,
]

setup(
  'by root password, unattended: users, roles and tokens are made, and serve shows the nodes',
  (t) =>
    withFolder(async (folder) => {
      const file = join(folder, 'jarvis.yaml')
      const argv = ['setup', ...at(t.lab), '--yes', '--file', file, '--json']
      const { code, out, err } = await run(argv, { piped: `${LAB_PASSWORD}\n` })
      assert.is(code, 0, err + out)
      const told = JSON.parse(out)
      assert.is(told.cluster, 'HomeCluster')
      assert.equal(told.missing, [])
      assert.is(told.nodes[0].name, 'pve')
      assert.is(statSync(file).mode & 0o777, 0o600)
      const text = readFileSync(file, 'utf8')
      assert.match(text, 'BEGIN CERTIFICATE')
      assert.not.match(text + err + out, LAB_PASSWORD)
      for (const secret of text.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g)!)
        assert.not.match(err + out, secret)

      const env = {
        JARVIS_CONFIG: file,
        JARVIS_DATA: join(folder, 'data'),
        JARVIS_HOST: '127.0.0.1',
        JARVIS_PORT: '0',
      }
      const child = launch(['serve'], env)
      const line = await child.said(/^Jarvis is ready.*$/m)
      assert.not.match(line, 'LAB')
      assert.not.match(line, 'curl')
      for (let i = 0; i < 100; i++) {
        const brief = JSON.parse((await run(['status', '--json'], { env })).out)
        if (brief.nodes.some((n: { reach: string }) => n.reach === 'online')) {
          assert.equal(brief.nodes.map((n: { name: string }) => n.name).sort(), [
            'Home',
            'agent',
            'agent1',
            'pve',
          ])
          assert.is(brief.guests.total, 5)
          break
        }
        if (i === 99) assert.unreachable('the nodes never came')
      }
      const beside = await run(['doctor', '--json'], { env })
      assert.is(beside.code, 0, beside.out)
      child.process.kill('SIGTERM')
      assert.is((await child.ended).code, 0)
      const alone = await run(['doctor', '--json'], { env })
      assert.is(alone.code, 0, alone.out)
      const names = JSON.parse(alone.out).map((f: { name: string }) => f.name)
      for (const name of [
        'pve',
        'pve clock',
        'token jarvis-audit@pve!jarvis',
        'quorum',
        'storages',
        'audit trail',
      ])
        assert.ok(names.includes(name), name)
    }),
)

setup('a second time the tokens are replaced with a warning, and the old file is kept', (t) =>
  withFolder(async (folder) => {
    const file = join(folder, 'jarvis.yaml')
    const argv = ['setup', ...at(t.lab), '--yes', '--file', file]
    await run(argv, { piped: LAB_PASSWORD })
    const first = readFileSync(file, 'utf8')
    const refused = await run(argv, { piped: LAB_PASSWORD })
    assert.is(refused.code, 1)
    assert.match(refused.err, '--overwrite')
    assert.is(readFileSync(file, 'utf8'), first)
    const again = await run([...argv, '--overwrite'], { piped: LAB_PASSWORD })
    assert.is(again.code, 0, again.err)
    assert.match(again.err, 'pveum user token delete jarvis-audit@pve jarvis')
    assert.is(readFileSync(`${file}.before`, 'utf8'), first)
    assert.is.not(readFileSync(file, 'utf8'), first)
  }),
)

setup('a conversation: certificate, password that does not show, consent, file', (t) =>
  withFolder(async (folder) => {
    const file = join(folder, 'jarvis.yaml')
    const answers = [t.lab.nodes[0]!.address, 'yes', LAB_PASSWORD, 'yes', 'no', 'no']
    const { code, out, err } = await run(
      ['setup', '--roles', 'environments', '--storage', 'nvme1', '--file', file],
      {
        answers,
      },
    )
    assert.is(code, 0, err)
    assert.match(err, t.lab.fingerprints[t.lab.nodes[0]!.name]!)
    assert.match(err, 'pveum acl modify /storage/nvme1 --users jarvis-environments@pve')
    assert.is(out, `Written: ${file}`)
    assert.equal(answers, [])
  }),
)

setup('no to the certificate ends it before a password is asked for', async (t) => {
  const answers = [t.lab.nodes[0]!.address, 'no']
  const { code, err } = await run(['setup', '--file', never], { answers })
  assert.is(code, 1)
  assert.match(err, 'Nothing was sent')
})

setup('unattended without a fingerprint, or with a wrong one, nothing is sent', async (t) => {
  const address = t.lab.nodes[0]!.address
  const none = await run(['setup', '--address', address, '--yes'], {
    piped: LAB_PASSWORD,
    env: { JARVIS_CONFIG: never },
  })
  assert.is(none.code, 1)
  assert.match(none.err, `--fingerprint ${t.lab.fingerprints.Home}`)
  const wrong = ['setup', '--address', address, '--fingerprint', 'AA:BB', '--file', never]
  assert.match((await run(wrong, { piped: LAB_PASSWORD })).err, 'not the certificate you named')
})

setup('without --yes the commands are shown, nothing is done, and it ends with 1', (t) =>
  withFolder(async (folder) => {
    const file = join(folder, 'jarvis.yaml')
    const argv = ['setup', ...at(t.lab), '--roles', 'audit,destroy', '--file', file]
    const { code, err } = await run(argv, { piped: LAB_PASSWORD })
    assert.is(code, 1)
    assert.match(err, 'pveum role add JarvisDestroy --privs VM.Allocate')
    assert.match(err, 'Nothing was changed in Proxmox')
    assert.not.ok(existsSync(file))
    // A second look finds the same still to do.
    assert.match((await run(argv, { piped: LAB_PASSWORD })).err, 'pveum role add JarvisDestroy')
  }),
)

setup('a wrong password is explained', async (t) => {
  const argv = ['setup', ...at(t.lab), '--yes', '--file', never]
  const { code, err } = await run(argv, { piped: 'not this one' })
  assert.is(code, 1)
  assert.match(err, 'root@pam')
  assert.not.match(err, 'not this one')
})

setup(
  'with a token of one’s own: what it lacks is listed with the command, and it ends with 1',
  (t) =>
    withFolder(async (folder) => {
      const { id, secret } = t.lab.tokens.audit
      const file = join(folder, 'jarvis.yaml')
      writeFileSync(join(folder, 'secret'), `${secret}\n`)
      const argv = [
        'setup',
        ...at(t.lab),
        '--token-id',
        id,
        '--token-file',
        join(folder, 'secret'),
        '--file',
        file,
      ]
      const { code, err } = await run(argv)
      assert.is(code, 1)
      assert.match(err, 'operate: missing: VM.PowerMgmt on /vms')
      assert.match(
        err,
        `pveum acl modify / --users ${id.split('!')[0]} --tokens '${id}' --roles JarvisOperate`,
      )
      assert.not.match(err, secret)
      const alone = await run([...argv, '--roles', 'audit', '--overwrite'])
      assert.is(alone.code, 0, alone.err)
    }),
)

setup('--plan lists the commands without talking to anybody, for both releases', async () => {
  const nine = await run([
    'setup',
    '--plan',
    '--roles',
    'audit,operate,environments',
    '--storage',
    'tank',
  ])
  assert.is(nine.code, 0)
  assert.match(nine.out, 'pveum pool add jarvis')
  assert.match(
    nine.out,
    'pveum acl modify /storage/tank --users jarvis-environments@pve --roles PVEDatastoreUser',
  )
  const eight = await run(['setup', '--plan', '--release', '8', '--json'])
  assert.ok(JSON.parse(eight.out).every((s: { command: string }) => s.command.startsWith('pveum ')))
  const [older, newer] = await Promise.all(
    ['8', '9'].map(async (r) => (await run(['setup', '--plan', '--release', r])).out),
  )
  assert.match(older!, /^# .*on 8 the addresses of VMs stay unseen/m)
  assert.not.match(newer!, 'VM.Monitor')
  assert.not.match(older!, /^pveum .*VM\.Monitor/m)
  const seven = await run(['setup', '--plan', '--release', '7'])
  assert.is(seven.code, 2)
  assert.match(seven.err, 'too old')
})

setup('a node that is off is written down with the cluster’s CA, unchecked', async (t) => {
  t.lab.scenarios.on('node-down', 'agent', { settled: true })
  await withFolder(async (folder) => {
    const file = join(folder, 'jarvis.yaml')
    const argv = ['setup', ...at(t.lab), '--yes', '--file', file, '--json']
    const { code, out, err } = await run(argv, { piped: LAB_PASSWORD })
    assert.is(code, 0, err)
    const agent = JSON.parse(out).nodes.find((n: { name: string }) => n.name === 'agent')
    assert.is(agent.online, false)
    assert.match(readFileSync(file, 'utf8'), 'name: agent\n')
  })
  t.lab.scenarios.off('node-down')
})

setup(
  'nodes that cannot be reached at the address that the cluster tells are left out, in words',
  () =>
    withFolder(async (folder) => {
      // All nodes on one address: at what the cluster calls pve's, the entry answers.
      const crowded = await startLab({ host: '127.0.9.1' })
      try {
        const file = join(folder, 'jarvis.yaml')
        const argv = ['setup', ...at(crowded, 'Home'), '--yes', '--file', file, '--json']
        const { code, out, err } = await run(argv, { piped: LAB_PASSWORD })
        assert.is(code, 0, err)
        const told = JSON.parse(out)
        const names = (nodes: { name: string }[]) => nodes.map((n) => n.name)
        const written = [...readFileSync(file, 'utf8').matchAll(/- name: (\w+)/g)].map((m) => m[1])
        assert.equal(names(told.nodes), written)
        assert.is(told.nodes.length + told.leftOut.length, 4)
        for (const name of told.leftOut)
          assert.match(err, new RegExp(`${name} .* is left out: .* shows`))
        assert.ok(told.leftOut.length > 0)
        const env = { JARVIS_CONFIG: file, JARVIS_DATA: join(folder, 'data'), JARVIS_PORT: '0' }
        const doctor = await run(['doctor', '--json'], { env })
        assert.is(doctor.code, 0, doctor.out)
      } finally {
        await crowded.stop()
      }
    }),
)

setup('an address where nobody is, is 3', async () => {
  const { code } = await run(['setup', '--address', '127.0.0.99:1', '--file', never])
  assert.is(code, 3)
})

setup.run()
