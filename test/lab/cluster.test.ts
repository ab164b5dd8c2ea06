/** Nodes that go, quorum that is lost, rights that are missing: the cluster as others see it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, startLab } from '../../lab/lab.ts'
import { seeded } from '../../lab/random.ts'
import { minutes, seconds } from '../../lib/clock.ts'
import { type FakeClock, fakeClock } from '../clock.ts'
import { ask, fields, leapingClock, outcome, rows } from './ask.ts'

const cluster = suite<{ lab: Lab; clock: FakeClock }>('lab cluster')
cluster.before.each(async (t) => {
  t.clock = fakeClock()
  t.lab = await startLab({ clock: t.clock, random: seeded(4) })
})
cluster.after.each((t) => t.lab.stop())

const row = async (lab: Lab, id: string) =>
  rows(await ask(lab, 'GET', '/cluster/resources')).find((r) => r.id === id)!
const online = async (lab: Lab, name: string) =>
  rows(await ask(lab, 'GET', '/cluster/status')).find((r) => r.name === name)!.online

cluster(
  'a dead node is noticed after seven seconds and its guests after five minutes',
  async ({ lab, clock }) => {
    lab.scenarios.on('node-down', 'agent1')
    assert.is(await online(lab, 'agent1'), 1)
    await clock.advance(seconds(8))
    assert.is(await online(lab, 'agent1'), 0)
    const node = await row(lab, 'node/agent1')
    assert.equal(
      [node.status, node.cpu, node.uptime, typeof node.maxcpu],
      ['offline', undefined, undefined, 'number'],
    )
    const guest = await row(lab, 'lxc/303')
    assert.equal([guest.status, guest.name], ['running', 'homeassistant'])
    await clock.advance(minutes(5))
    const gone = await row(lab, 'lxc/303')
    assert.equal([gone.status, gone.name, gone.cpu], ['unknown', undefined, undefined])
  },
)

cluster('a dead node refuses connections, and the others answer 595 for it', async ({ lab }) => {
  lab.scenarios.on('node-down', 'agent1')
  const refused = await ask(lab, 'GET', '/version', { node: 2 }).catch(
    (e: NodeJS.ErrnoException) => e.code,
  )
  assert.is(refused, 'ECONNREFUSED')
  const answer = await ask(lab, 'GET', '/nodes/agent1/lxc/303/config')
  assert.is(`${answer.status} ${answer.reason}`, '595 Connection refused')
  assert.equal([answer.text, answer.header('content-type')], ['', []])
  // History is kept by every node.
  assert.is((await ask(lab, 'GET', '/nodes/agent1/rrddata?timeframe=hour')).status, 200)
})

cluster('a magic packet brings a dead node back', async ({ lab, clock }) => {
  lab.scenarios.on('node-down', 'agent1', { settled: true })
  assert.is(await online(lab, 'agent1'), 0)
  assert.is((await ask(lab, 'POST', '/nodes/agent1/wakeonlan')).data, lab.nodes[2]!.mac)
  await clock.advance(seconds(60))
  assert.is(await online(lab, 'agent1'), 1)
  assert.is((await ask(lab, 'GET', '/version', { node: 2 })).status, 200)
  assert.is(lab.world.guest(303)!.states.at(-1)!.status, 'running')
  assert.is(lab.scenarios.list().find((s) => s.name === 'node-down')!.on, false)
})

cluster('a reboot takes the node away and brings it back', async ({ lab, clock }) => {
  const form = { command: 'reboot' }
  assert.is((await ask(lab, 'POST', '/nodes/agent/status', { form })).data, null)
  await clock.advance(seconds(20))
  assert.is(await online(lab, 'agent'), 0)
  await clock.advance(seconds(30))
  assert.is(await online(lab, 'agent'), 1)
  assert.ok(Number((await row(lab, 'node/agent')).uptime) < 60)
})

cluster('after a reboot those come up that are meant to, and Docker with its VM', async (t) => {
  const { lab, clock } = t
  const { world } = lab
  world.guest(302)!.onboot = false
  const up = () => [103, 300, 302].map((id) => world.guest(id)!.states.at(-1)!.status)
  const containers = () =>
    world.docker.containers.filter((c) => world.docker.stateOf(c).running).length
  assert.is(containers(), 4)
  await ask(lab, 'POST', '/nodes/pve/status', { form: { command: 'reboot' } })
  await clock.advance(seconds(20))
  assert.equal([...up(), containers()], ['stopped', 'stopped', 'stopped', 0])
  await clock.advance(seconds(40))
  assert.equal([...up(), containers()], ['running', 'running', 'stopped', 4])
  const tasks = rows(await ask(lab, 'GET', '/nodes/pve/tasks?typefilter=startall'))
  assert.equal(
    tasks.map((r) => [r.user, r.status]),
    [['root@pam', 'OK']],
  )
})

cluster('a node that is shut down stays off until it is woken', async ({ lab, clock }) => {
  await ask(lab, 'POST', '/nodes/agent1/status', { form: { command: 'shutdown' } })
  await clock.advance(seconds(120))
  assert.is(await online(lab, 'agent1'), 0)
  await ask(lab, 'POST', '/nodes/agent1/wakeonlan')
  await clock.advance(seconds(45))
  assert.is(await online(lab, 'agent1'), 1)
  assert.is(lab.world.guest(303)!.states.at(-1)!.status, 'running')
})

cluster('without its proxy a node refuses while its guests go on', async ({ lab, clock }) => {
  await ask(lab, 'POST', '/nodes/agent1/services/pveproxy/stop')
  await clock.advance(seconds(30))
  assert.is((await ask(lab, 'GET', '/nodes/agent1/status')).status, 595)
  assert.is(await online(lab, 'agent1'), 1)
  assert.is((await row(lab, 'lxc/303')).status, 'running')
})

cluster('a delete without quorum destroys the disk and then fails', async ({ lab, clock }) => {
  const stop = String((await ask(lab, 'POST', '/nodes/pve/lxc/302/status/stop')).data)
  await clock.advance(seconds(5))
  lab.scenarios.on('no-quorum', undefined, { settled: true })
  const status = rows(await ask(lab, 'GET', '/cluster/status'))
  assert.is(status.find((r) => r.type === 'cluster')!.quorate, 0)
  assert.is(
    (await ask(lab, 'POST', '/nodes/pve/lxc/302/status/start')).reason,
    'cluster not ready - no quorum?',
  )
  const upid = String((await ask(lab, 'DELETE', '/nodes/pve/lxc/302')).data)
  await clock.advance(seconds(5))
  const { exitstatus } = fields(await ask(lab, 'GET', `/nodes/pve/tasks/${upid}/status`))
  assert.match(
    String(exitstatus),
    /^unable to open file '\/etc\/pve\/nodes\/pve\/lxc\/302\.conf\.tmp\.\d+' - Permission denied$/,
  )
  assert.is((await ask(lab, 'GET', '/nodes/pve/lxc/302/config')).status, 200)
  const left = rows(await ask(lab, 'GET', '/nodes/pve/storage/local-lvm/content'))
  assert.is(
    left.some((v) => v.vmid === 302),
    false,
  )
  assert.ok(stop)
})

cluster('without quorum a reboot goes down and stays down', async ({ lab, clock }) => {
  lab.scenarios.on('no-quorum', undefined, { settled: true })
  const upid = String((await ask(lab, 'POST', '/nodes/pve/lxc/302/status/reboot')).data)
  await clock.advance(seconds(20))
  const { exitstatus } = fields(await ask(lab, 'GET', `/nodes/pve/tasks/${upid}/status`))
  assert.is(exitstatus, 'unable to get PID for CT 302 (not running?)')
  assert.is(lab.world.guest(302)!.states.at(-1)!.status, 'stopped')
})

cluster('a narrow token sees fewer rows, and a 403 names path and privilege', async ({ lab }) => {
  const { narrow, audit } = lab.tokens
  const seen = rows(await ask(lab, 'GET', '/cluster/resources', { token: narrow }))
  assert.equal(
    seen.filter((r) => r.vmid).map((r) => r.vmid),
    [303],
  )
  assert.is(seen.find((r) => r.type === 'node')!.cpu, undefined)
  assert.equal(rows(await ask(lab, 'GET', '/cluster/tasks', { token: narrow })), [])
  const reason = async (token: typeof narrow, verb: string, path: string) =>
    (await ask(lab, verb, path, { token })).reason
  assert.is(
    await reason(narrow, 'GET', '/nodes/pve/status'),
    'Permission check failed (/nodes/pve, Sys.Audit)',
  )
  assert.is(
    await reason(audit, 'POST', '/nodes/pve/lxc/302/status/start'),
    'Permission check failed (/vms/302, VM.PowerMgmt)',
  )
  assert.is(
    await reason(audit, 'PUT', '/nodes/pve/lxc/302/config'),
    'Permission check failed (/vms/302, VM.Config.Disk|VM.Config.CPU|VM.Config.Memory|VM.Config.Network|VM.Config.Options)',
  )
})

cluster('history has its gap while a node was down', async ({ lab, clock }) => {
  lab.scenarios.on('node-down', 'agent1')
  await clock.advance(minutes(10))
  lab.scenarios.off('node-down')
  await clock.advance(minutes(10))
  const { data } = await ask(lab, 'GET', '/nodes/agent1/rrddata?timeframe=hour')
  const samples = data as Record<string, number>[]
  assert.is(samples.length, 60)
  const gaps = samples.filter((s) => s.cpu === undefined)
  assert.ok(gaps.length >= 9 && gaps.length <= 11)
  assert.equal(Object.keys(gaps[0]!), ['time'])
})

cluster.run()

const sizes = suite('lab sizes')

sizes('the same seed and moment give the same figures, and counters never fall', async () => {
  const figures = async () => {
    const clock = fakeClock()
    const lab = await startLab({ clock, random: () => 0.25 })
    const seen: Record<string, unknown>[] = []
    for (let i = 0; i < 6; i++) {
      seen.push((await row(lab, 'lxc/303'))!)
      await clock.advance(seconds(37))
    }
    await lab.stop()
    return seen
  }
  const [one, two] = [await figures(), await figures()]
  assert.equal(one, two)
  for (const key of ['netin', 'netout', 'diskread', 'diskwrite', 'uptime'])
    for (let i = 1; i < one.length; i++)
      assert.ok(Number(one[i]![key]) >= Number(one[i - 1]![key]), key)
  assert.ok(new Set(one.map((r) => r.cpu)).size > 3)
})

sizes('a single node has no cluster row and always quorum', async () => {
  const lab = await startLab({ nodes: 1, clock: leapingClock(), random: seeded(5) })
  const status = rows(await ask(lab, 'GET', '/cluster/status'))
  assert.equal(
    status.map((r) => [r.type, r.name, r.nodeid]),
    [['node', 'Home', 0]],
  )
  assert.is(rows(await ask(lab, 'GET', '/cluster/resources?type=vm')).length, 5)
  assert.is(await outcome(lab, await ask(lab, 'POST', '/nodes/Home/qemu/100/status/start')), 'OK')
  assert.throws(() => lab.scenarios.on('no-quorum'), /always has quorum/)
  await lab.stop()
})

sizes('sixteen nodes and eight hundred guests fit', async () => {
  const lab = await startLab({ nodes: 16, guests: 800, clock: leapingClock(), random: seeded(6) })
  assert.is(new Set(lab.nodes.map((n) => n.address)).size, 16)
  const all = rows(await ask(lab, 'GET', '/cluster/resources'))
  assert.is(all.filter((r) => r.vmid).length, 800)
  assert.is(all.filter((r) => r.type === 'node').length, 16)
  await lab.stop()
})

sizes('where only one address can be had every node gets a port of its own', async () => {
  const lab = await startLab({ host: '127.0.0.1', clock: leapingClock() })
  assert.is(new Set(lab.nodes.map((n) => n.address)).size, 4)
  for (const i of [0, 1, 2, 3]) {
    const local = rows(await ask(lab, 'GET', '/cluster/status', { node: i })).find(
      (r) => r.local === 1,
    )!
    assert.is(local.name, lab.nodes[i]!.name)
  }
  await lab.stop()
})

sizes.run()
