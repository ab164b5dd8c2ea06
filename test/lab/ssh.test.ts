/** The lab's nodes over SSH, through the product's own pool. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, startLab } from '../../lab/lab.ts'
import { soundKey } from '../../lab/ssh.ts'
import { parseSensors, sensorCommand } from '../../lib/cluster/sensors.ts'
import { problemOf, type Stage, stage, until } from '../lib/ssh/stage.ts'

const { utils } = ssh2
const labSsh = suite<{ lab: Lab; s: Stage; dir: string }>('lab over SSH')
labSsh.before(async (t) => {
  t.lab = await startLab({ ssh: true })
  t.dir = mkdtempSync(join(tmpdir(), 'jarvis-lab-ssh-'))
  const keyFile = join(t.dir, 'key')
  writeFileSync(keyFile, t.lab.ssh!.key)
  const hosts = Object.fromEntries(t.lab.ssh!.hosts.map((h) => [h.name, h]))
  t.s = await stage({ hosts, identity: { keyFile } })
})
labSsh.after(async (t) => {
  t.s.close()
  await t.lab.stop()
  rmSync(t.dir, { recursive: true, force: true })
})

const said = async ({ ssh }: Stage, host: string, command: string | string[]) => {
  const { stdout, stderr, code } = await ssh.exec(host, command)
  return { text: stdout + stderr, code }
}

labSsh('each node answers by name and alias, and knows its guests', async ({ s }) => {
  assert.equal(await said(s, 'master', ['hostname']), { text: 'Home\n', code: 0 })
  const list = await said(s, 'pve', 'qm list; pct list')
  assert.match(list.text, /103 +running +\S+/)
  assert.match(list.text, /300 +running +\S+/)
  const elsewhere = await said(s, 'Home', ['pct', 'status', '300'])
  assert.is(elsewhere.code, 2)
  assert.match(elsewhere.text, /Configuration file 'nodes\/Home\/lxc\/300\.conf' does not exist/)
  assert.is((await said(s, 'Home', 'cat /etc/hostname; false')).code, 1)
  assert.is((await said(s, 'Home', ['rm', '-rf', '/'])).code, 127)
})

labSsh('its sensors are those of the machine, and follow its load', async ({ s }) => {
  const read = async (host: string) =>
    parseSensors((await said(s, host, sensorCommand({ drives: true }))).text)
  const pve = await read('pve')
  assert.ok(pve.length === 3 && pve[0]!.celsius > 45 && pve[0]!.celsius < 85)
  assert.match(pve.map((x) => x.name).join(), /k10temp Tctl/)
  assert.match((await read('Home')).map((x) => x.name).join(), /coretemp Package id 0/)
})

labSsh('a command that takes too long is ended', async ({ s }) => {
  const r = await s.ssh.exec('pve', ['sleep', '60'], { timeoutMs: 100 })
  assert.equal([r.timedOut, r.lost, r.signal], [true, false, 'SIGTERM'])
})

labSsh('a terminal has a prompt, an echo and a way out', async ({ s }) => {
  const pty = await s.ssh.pty('agent', { cols: 80, rows: 24 })
  let seen = ''
  pty.stream.on('data', (chunk: Buffer) => (seen += chunk))
  pty.stream.write('hostnamx\u007fe\r')
  await until('it answers', () => /agent\r\nroot@agent:~# $/.test(seen))
  pty.stream.write('\u0004')
  assert.equal(await pty.ended, { code: 0, signal: null, lost: false })
})

labSsh(
  'a node that loses power cuts its links and comes back with the same key',
  async ({ lab, s }) => {
    await said(s, 'agent1', ['true'])
    lab.scenarios.on('node-down', 'agent1')
    await until(
      'the link is gone',
      () => s.ssh.state().find((h) => h.name === 'agent1')!.state === 'closed',
    )
    assert.is((await problemOf(s.ssh.exec('agent1', ['true']))).kind, 'unreachable')
    lab.scenarios.off('node-down')
    await until('it is back', async () => {
      const r = await s.ssh.exec('agent1', ['true']).catch(() => undefined)
      return r?.code === 0
    })
  },
)

labSsh('no other key is let in', async ({ lab }) => {
  const other = await startLab({ ssh: true, nodes: 1, guests: 1, host: '127.0.0.1' })
  const dir = mkdtempSync(join(tmpdir(), 'jarvis-lab-ssh-'))
  const keyFile = join(dir, 'key')
  writeFileSync(keyFile, other.ssh!.key)
  const s = await stage({ hosts: { pve: lab.ssh!.hosts[1]! }, identity: { keyFile } })
  assert.is((await problemOf(s.ssh.exec('pve', ['true']))).kind, 'unauthorized')
  s.close()
  await other.stop()
  rmSync(dir, { recursive: true, force: true })
})

labSsh('every key of a thousand can be read', () => {
  for (let i = 0; i < 1000; i++) {
    const pair = soundKey(utils)
    assert.not.instance(utils.parseKey(pair.private), Error)
    assert.is(Buffer.from(pair.public.split(' ')[1]!, 'base64').length, 51)
  }
})

labSsh.run()
