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
  assert.match(list.text, /103 +management +running +8192 +96\.00 +\d+/)
  assert.match(list.text, /300 +running +twingate/)
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

const json = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>)

labSsh('Docker on its host: what is listed, read, stopped and started stays so', async ({ s }) => {
  const list = async (...more: string[]) =>
    json((await said(s, 'docker', ['docker', 'ps', ...more, '--format', 'json'])).text)
  const names = (await list('--all')).map((c) => `${c.Names} ${c.State}`)
  assert.ok(names.includes('ai-open-webui-1 running') && names.includes('old-import exited'))
  const stopped = await said(s, 'docker', ['docker', 'stop', 'uptime-kuma', 'nobody'])
  assert.equal(stopped, {
    text: 'uptime-kuma\nError response from daemon: No such container: nobody\n',
    code: 1,
  })
  assert.not.ok((await list()).some((c) => c.Names === 'uptime-kuma'))
  const off = (await list('-a')).find((c) => c.Names === 'uptime-kuma')!
  assert.match(off.Status!, /^Exited \(0\) .* ago$/)
  assert.is((await said(s, 'docker', ['docker', 'start', 'uptime-kuma'])).text, 'uptime-kuma\n')
  assert.match(
    (await said(s, 'docker', ['docker', 'ps', '--format', '{{.Names}}: {{.Status}}'])).text,
    /uptime-kuma: Up (Less than a second|\d seconds) \(healthy\)/,
  )
  const log = await said(s, 'docker', ['docker', 'logs', '--tail', '2', 'monitoring-grafana-1'])
  assert.match(log.text, /database is locked/)
  const state = ['docker', 'inspect', '--format', '{{json .State}}', 'monitoring-grafana-1']
  const { ExitCode, Running } = json((await said(s, 'docker', state)).text)[0]!
  assert.equal([ExitCode, Running], [1, false])
})

labSsh('compose brings a project up; without a project it says so', async ({ s }) => {
  const compose = async (...words: string[]) => said(s, 'docker', ['docker', 'compose', ...words])
  const [before] = [JSON.parse((await compose('ls', '--all', '--format', 'json')).text)]
  assert.equal(before[1], {
    Name: 'monitoring',
    Status: 'exited(1), running(1)',
    ConfigFiles: '/opt/stacks/monitoring/compose.yaml',
  })
  const up = await compose('-f', '/opt/stacks/monitoring/compose.yaml', 'up', '-d')
  assert.match(up.text, /Container monitoring-prometheus-1 {2}Running\n/)
  assert.match(up.text, /Container monitoring-grafana-1 {2}Started\n/)
  const rows = json((await compose('-p', 'monitoring', 'ps', '--format', 'json')).text)
  assert.equal(
    rows.map((r) => `${r.Service} ${r.State}`),
    ['prometheus running', 'grafana running'],
  )
  assert.equal(await compose('ps'), {
    text: 'no configuration file provided: not found\n',
    code: 14,
  })
  assert.is((await said(s, 'pve', ['docker', 'ps'])).code, 127)
  assert.is((await said(s, 'docker', 'command -v docker')).text, '/usr/bin/docker\n')
})

labSsh('a container and a VM answer from inside, through their node', async ({ lab, s }) => {
  assert.equal(await said(s, 'pve', ['pct', 'exec', '302', '--', 'hostname']), {
    text: 'adguard\n',
    code: 0,
  })
  const disk = await said(s, 'pve', ['pct', 'exec', '302', '--', 'sh', '-c', 'df -h / | tail -n 1'])
  assert.match(disk.text, /^local-lvm:vm-302-disk-0 +8\.0G +3\.[34]G .* \/\n$/)
  const none = await said(s, 'pve', ['pct', 'exec', '302', '--', 'nonsense'])
  assert.is(none.code, 127)
  assert.match(none.text, /Failed to exec "nonsense"/)
  const vm = await said(s, 'pve', ['qm', 'guest', 'exec', '103', '--', 'docker', 'ps', '-q'])
  assert.match(JSON.parse(vm.text)['out-data'], /^[0-9a-f]{12}\n/)
  lab.world.become(lab.world.guest(302)!, 'stopped')
  assert.equal(await said(s, 'pve', ['pct', 'exec', '302', '--', 'true']), {
    text: "container '302' not running!\n",
    code: 255,
  })
  lab.world.become(lab.world.guest(302)!, 'running')
})

labSsh('a node tells of its load, disks, services, log and votes', async ({ s }) => {
  assert.match((await said(s, 'Home', ['uptime'])).text, /up 41 days, .*load average: [\d.]+, /)
  const memory = (await said(s, 'Home', ['free', '-m'])).text
  assert.match(memory, /^Mem: +24576 +\d+ +\d+/m)
  const disks = (await said(s, 'Home', ['df', '-h'])).text
  assert.match(disks, /^\/dev\/mapper\/pve-root +112G/m)
  assert.match(disks, /\/mnt\/pve\/cluster-backup$/m)
  const votes = (await said(s, 'Home', ['pvecm', 'status'])).text
  assert.match(votes, /Quorate: +Yes/)
  assert.match(votes, /0x00000001 +1 127\.0\.0\.50 \(local\)/)
  assert.match((await said(s, 'pve', ['pvesm', 'status'])).text, /^local-lvm +lvmthin +active/m)
  const unit = ['systemctl', 'status', 'pvestatd']
  assert.match((await said(s, 'pve', unit)).text, /Active: active \(running\)/)
  await said(s, 'pve', ['systemctl', 'stop', 'pvestatd'])
  assert.is((await said(s, 'pve', unit)).code, 3)
  await said(s, 'pve', ['systemctl', 'restart', 'pvestatd'])
  const log = await said(s, 'pve', ['journalctl', '-u', 'pvestatd', '-n', '1', '--no-pager'])
  assert.match(log.text, /Started pvestatd\.service - PVE Status Daemon\.\n$/)
  assert.is((await said(s, 'pve', ['systemctl', 'status', 'nothing'])).code, 4)
})

labSsh('commands feed each other and wait for each other', async ({ s }) => {
  const count = await said(s, 'pve', 'pct list | grep running | wc -l')
  assert.equal(count, { text: '2\n', code: 0 })
  assert.is((await said(s, 'pve', 'false && echo no || echo yes')).text, 'yes\n')
  assert.is((await said(s, 'pve', 'pct list | grep -i nothing')).code, 1)
})

labSsh('the host of Docker is there as long as its VM runs', async ({ lab, s }) => {
  await said(s, 'docker', ['true'])
  lab.world.become(lab.world.guest(103)!, 'stopped')
  await until('the link is gone', async () =>
    s.ssh.exec('docker', ['true']).then(
      () => false,
      () => true,
    ),
  )
  lab.world.become(lab.world.guest(103)!, 'running')
  await until('it is back', async () => {
    const r = await s.ssh.exec('docker', ['true']).catch(() => undefined)
    return r?.code === 0
  })
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
