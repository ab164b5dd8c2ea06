/**
 * A client that nobody here wrote, npm `proxmox-api`, against the lab: it lists, starts, follows,
 * is refused. In a process of its own, because Node reads NODE_EXTRA_CA_CERTS only at its start.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, startLab } from '../../lab/lab.ts'

const foreign = suite<{ lab: Lab; folder: string }>('foreign client proxmox-api')
foreign.before(async (t) => {
  t.lab = await startLab({ pace: 0.1 })
  t.folder = mkdtempSync(join(tmpdir(), 'lab-'))
  writeFileSync(join(t.folder, 'ca.pem'), t.lab.ca)
})
foreign.after(async (t) => {
  rmSync(t.folder, { recursive: true })
  await t.lab.stop()
})

const script = `
import { createRequire } from 'node:module'
const { default: proxmoxApi } = createRequire(process.cwd() + '/')('proxmox-api')
const [host, port] = process.env.LAB.split(':')
const as = (tokenID, tokenSecret) => proxmoxApi({ host, port: Number(port), tokenID, tokenSecret })
const api = as(process.env.ROOT_ID, process.env.ROOT_SECRET)
const words = (call) => call.then(() => 'done', (error) => error.message)
const follow = async (upid) => {
  const task = api.nodes.$(upid.split(':')[1]).tasks.$(upid)
  for (;;) {
    const { status, exitstatus } = await task.status.$get()
    if (status === 'stopped') return { exitstatus, log: await task.log.$get() }
    await new Promise((done) => setTimeout(done, 20))
  }
}
const { version } = await api.version.$get()
const nodes = await api.nodes.$get()
const resources = await api.cluster.resources.$get({ type: 'vm' })
const desktop = api.nodes.$('agent1').qemu.$(100)
const started = await follow(await desktop.status.start.$post())
const after = await desktop.status.current.$get()
const snapshot = await follow(await desktop.snapshot.$post({ snapname: 'foreign' }))
const unknown = await follow(await api.nodes.$('pve').lxc.$(999).status.start.$post())
const narrow = as(process.env.NARROW_ID, process.env.NARROW_SECRET)
console.log(JSON.stringify({
  version, nodes: nodes.map((n) => n.node).sort(), guests: resources.map((r) => r.vmid).sort(),
  started, status: after.status, snapshot: snapshot.exitstatus, unknown: unknown.exitstatus,
  running: await words(api.nodes.$('pve').lxc.$(300).status.start.$post()),
  refused: await words(desktop.$delete({ purge: true })),
  missing: await words(api.nodes.$('pve').lxc.$(999).config.$get()),
  wrong: await words(api.cluster.resources.$get({ type: 'bogus' })),
  narrow: (await narrow.cluster.resources.$get({ type: 'vm' })).map((r) => r.vmid),
}))
`

const run = ({ lab, folder }: { lab: Lab; folder: string }) =>
  new Promise<string>((resolve, reject) => {
    const { root, narrow } = lab.tokens
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: {
        ...process.env,
        NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
        LAB: lab.nodes[0]!.address,
        ROOT_ID: root.id,
        ROOT_SECRET: root.secret,
        NARROW_ID: narrow.id,
        NARROW_SECRET: narrow.secret,
      },
    })
    let [out, err] = ['', '']
    child.stdout.on('data', (part) => (out += part))
    child.stderr.on('data', (part) => (err += part))
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(err || out))))
  })

foreign(
  'it lists, starts, follows a task, takes a snapshot and understands refusals',
  async (t) => {
    const seen = JSON.parse(await run(t))
    assert.is(seen.version, '9.2.11')
    assert.equal(seen.nodes, ['Home', 'agent', 'agent1', 'pve'])
    assert.equal(seen.guests, [100, 103, 300, 302, 303])
    assert.equal(seen.started, { exitstatus: 'OK', log: [{ n: 1, t: 'TASK OK' }] })
    assert.is(seen.status, 'running')
    assert.is(seen.snapshot, 'OK')
    assert.is(seen.unknown, "Configuration file 'nodes/pve/lxc/999.conf' does not exist")
    assert.match(seen.running, 'CT 300 already running')
    assert.match(seen.refused, 'VM 100 is running - destroy failed')
    assert.match(seen.missing, 'does not exist')
    assert.match(seen.wrong, 'Parameter verification failed')
    assert.equal(seen.narrow, [303])
    console.log('\nCOUNT calls of npm proxmox-api against the lab: 13 kinds, all as expected')
  },
)

foreign.run()
