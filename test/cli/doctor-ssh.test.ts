/** The doctor and SSH: a key that is missing, a host key that waits for consent, one that changed. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, startLab } from '../../lab/lab.ts'
import { openDb } from '../../lib/db/db.ts'
import { migrate, readMigrations } from '../../lib/db/migrate.ts'
import type { Finding } from '../../lib/setup/finding.ts'
import { root, run, withFolder } from './driver.ts'

const doctor = suite<{ lab: Lab }>('doctor and SSH')
doctor.before(async (t) => {
  t.lab = await startLab({ ssh: true })
})
doctor.after((t) => t.lab.stop())

/** The lab as the cluster of a real configuration, its database made. */
const house = async (folder: string, lab: Lab, { key = true, port = 0 } = {}) => {
  const { audit } = lab.tokens
  const file = join(folder, 'jarvis.yaml')
  writeFileSync(join(folder, 'ca.pem'), lab.ca)
  writeFileSync(join(folder, 'key'), lab.ssh!.key)
  const nodes = lab.nodes.map(({ name, address: api }) => {
    const { address, port: own } = lab.ssh!.hosts.find((h) => h.name === name)!
    return `    - { name: ${name}, address: "${api}", ssh: { address: ${address}, port: ${port || own} } }`
  })
  const yaml = `cluster:
  ca: ca.pem
  nodes:
${nodes.join('\n')}
  tokens:
    - { id: "${audit.id}", secret: "${audit.secret}", roles: [audit] }
${key ? 'ssh: { keyFile: key }\n' : ''}`
  writeFileSync(file, yaml)
  const db = await openDb(join(folder, 'jarvis.db'))
  migrate(db, readMigrations(join(root, 'migrations')))
  db.close()
  return { JARVIS_CONFIG: file, JARVIS_DATA: folder, JARVIS_PORT: '0' }
}

const findings = async (env: Record<string, string>): Promise<Finding[]> =>
  JSON.parse((await run(['doctor', '--json'], { env })).out)

doctor('without a key it says what is missing, and how to make one', (t) =>
  withFolder(async (folder) => {
    const all = await findings(await house(folder, t.lab, { key: false }))
    const [found] = all.filter((f) => f.name === 'ssh')
    assert.is(found?.state, 'warn')
    assert.match(found!.mend!, /ssh-keygen -t ed25519/)
  }),
)

doctor('a host key is shown, and stored when somebody agrees', (t) =>
  withFolder(async (folder) => {
    const env = await house(folder, t.lab)
    const pve = t.lab.ssh!.hosts.find((h) => h.name === 'pve')!
    const of = async () => (await findings(env)).find((f) => f.name === 'pve ssh')!
    const before = await of()
    assert.is(before.state, 'warn')
    assert.ok(before.text.includes(`never accepted: ${pve.fingerprint}`))
    assert.match(before.mend!, /doctor --accept-host-key pve/)

    const ask = (argv: string[], answers: string[]) =>
      run(['doctor', '--accept-host-key', ...argv], { env, answers })
    const no = await ask(['pve'], ['no'])
    assert.equal([no.code, (await of()).state], [1, 'warn'])
    assert.ok(no.err.includes(pve.fingerprint))
    assert.is((await ask(['PVE', '--fingerprint', `SHA256:${'x'.repeat(43)}`], [])).code, 1)
    const yes = await ask(['PVE'], ['yes'])
    assert.equal([yes.code, yes.out], [0, `pve is known by ${pve.fingerprint} from now on.`])
    assert.equal(await of(), { name: 'pve ssh', state: 'ok', text: 'Lets root in.' })
    assert.match((await ask(['pve'], [])).out, /already/)
  }),
)

doctor('a key that has changed is trouble, with both of them', (t) =>
  withFolder(async (folder) => {
    const env = await house(folder, t.lab)
    const old = `SHA256:${'A'.repeat(43)}`
    const db = await openDb(join(folder, 'jarvis.db'))
    db.run("insert into ssh_host_keys values ('pve', 'ssh-ed25519', ?, 0, 'alice')", [old])
    db.close()
    const found = (await findings(env)).find((f) => f.name === 'pve ssh')!
    assert.is(found.state, 'bad')
    assert.ok(found.text.includes(old))
    const { fingerprint } = t.lab.ssh!.hosts.find((h) => h.name === 'pve')!
    const told = await run(['doctor', '--accept-host-key', 'pve', '--fingerprint', fingerprint], {
      env,
    })
    assert.is(told.code, 0)
    assert.is((await findings(env)).find((f) => f.name === 'pve ssh')!.state, 'ok')
  }),
)

doctor('a name that is not known lists those that are', (t) =>
  withFolder(async (folder) => {
    const env = await house(folder, t.lab)
    const told = await run(['doctor', '--accept-host-key', 'nobody'], { env })
    assert.is(told.code, 1)
    assert.match(told.err, /There is no host nobody\..*Home, pve, agent1, agent/s)
  }),
)

doctor.run()
