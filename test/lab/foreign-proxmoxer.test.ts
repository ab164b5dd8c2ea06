/**
 * A client that nobody here wrote, Debian's python3-proxmoxer, against the lab: by token and by
 * password, with the lab's certificate checked.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LAB_PASSWORD } from '../../lab/access.ts'
import { type Lab, startLab } from '../../lab/lab.ts'

const python = '/usr/bin/python3'
const packages = ['proxmoxer', 'requests'].map((name) => `/usr/lib/python3/dist-packages/${name}`)
const here = [python, ...packages].every((path) => existsSync(path))

const foreign = suite<{ lab: Lab; folder: string }>('foreign client proxmoxer')
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
import json, os, time
from proxmoxer import ProxmoxAPI
env = os.environ
user, name = env['ROOT_ID'].split('!')
api = ProxmoxAPI(env['LAB'], user=user, token_name=name, token_value=env['ROOT_SECRET'], verify_ssl=env['CA'])
def words(call):
    try:
        call()
        return 'done'
    except Exception as error:
        return str(error)
def follow(upid):
    task = api.nodes(upid.split(':')[1]).tasks(upid)
    while True:
        status = task.status.get()
        if status['status'] == 'stopped':
            return {'exitstatus': status['exitstatus'], 'log': task.log.get()}
        time.sleep(0.02)
desktop = api.nodes('agent1').qemu(100)
started = follow(desktop.status.start.post())
ticket = ProxmoxAPI(env['LAB'], user='root@pam', password=env['PASSWORD'], verify_ssl=env['CA'])
seen = {
    'version': api.version.get()['version'],
    'nodes': sorted(n['node'] for n in api.nodes.get()),
    'guests': sorted(r['vmid'] for r in api.cluster.resources.get(type='vm')),
    'started': started,
    'status': desktop.status.current.get()['status'],
    'by_password': ticket.nodes('pve').lxc(302).config.put(description='by ticket'),
    'description': ticket.nodes('pve').lxc(302).config.get()['description'],
    'running': words(lambda: api.nodes('pve').lxc(300).status.start.post()),
    'refused': words(lambda: desktop.delete(purge=1)),
    'missing': words(lambda: api.nodes('pve').lxc(999).config.get()),
    'wrong': words(lambda: api.cluster.resources.get(type='bogus')),
}
print(json.dumps(seen))
`

const run = ({ lab, folder }: { lab: Lab; folder: string }) =>
  new Promise<string>((resolve, reject) => {
    const { root } = lab.tokens
    const child = spawn(python, ['-c', script], {
      env: {
        ...process.env,
        CA: join(folder, 'ca.pem'),
        LAB: lab.nodes[0]!.address,
        ROOT_ID: root.id,
        ROOT_SECRET: root.secret,
        PASSWORD: LAB_PASSWORD,
      },
    })
    let [out, err] = ['', '']
    child.stdout.on('data', (part) => (out += part))
    child.stderr.on('data', (part) => (err += part))
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(err || out))))
  })

if (!here) {
  console.log(
    'SKIPPED foreign client proxmoxer: python3-proxmoxer or python3-requests is not installed',
  )
  foreign('without python3-proxmoxer nothing is tried', () => assert.is(here, false))
} else {
  foreign('it lists, starts, follows a task and understands refusals', async (t) => {
    const seen = JSON.parse(await run(t))
    assert.is(seen.version, '9.2.11')
    assert.equal(seen.nodes, ['Home', 'agent', 'agent1', 'pve'])
    assert.equal(seen.guests, [100, 103, 300, 302, 303])
    assert.equal(seen.started, { exitstatus: 'OK', log: [{ n: 1, t: 'TASK OK' }] })
    assert.is(seen.status, 'running')
    assert.is(seen.description, 'by ticket\n')
    assert.match(seen.running, 'CT 300 already running')
    assert.match(seen.refused, 'VM 100 is running - destroy failed')
    assert.match(seen.missing, 'does not exist')
    assert.match(seen.wrong, 'Parameter verification failed')
    console.log('\nCOUNT calls of python3-proxmoxer against the lab: 11 kinds, all as expected')
  })
}

foreign.run()
