/** Power, tasks and snapshots: what is refused at once, and what only the task tells. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, startLab } from '../../lab/lab.ts'
import { seeded } from '../../lab/random.ts'
import { type FakeClock, fakeClock } from '../clock.ts'
import { type Answer, ask, fields, leapingClock, outcome, rows } from './ask.ts'

const guests = suite<{
  lab: Lab
  post: (path: string, form?: Record<string, string>) => Promise<Answer>
}>('lab guests')
guests.before.each(async (t) => {
  t.lab = await startLab({ clock: leapingClock(), random: seeded(2) })
  t.post = (path, form = {}) => ask(t.lab, 'POST', path, { form })
})
guests.after.each((t) => t.lab.stop())

guests('a stopped VM is started by a task', async ({ lab, post }) => {
  const accepted = await post('/nodes/agent1/qemu/100/status/start')
  assert.match(
    String(accepted.data),
    /^UPID:agent1:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:qmstart:100:root@pam!jarvis:$/,
  )
  assert.is(await outcome(lab, accepted), 'OK')
  const now = fields(await ask(lab, 'GET', '/nodes/agent1/qemu/100/status/current'))
  assert.equal([now.status, now.qmpstatus], ['running', 'running'])
})

guests(
  'containers are checked before the task, VMs and unknown guests inside it',
  async ({ lab, post }) => {
    const refused = async (path: string) => {
      const a = await post(path)
      return `${a.status} ${a.reason}`
    }
    const failed = async (path: string) => outcome(lab, await post(path))
    assert.is(await refused('/nodes/pve/lxc/300/status/start'), '500 CT 300 already running')
    assert.is(await outcome(lab, await post('/nodes/pve/lxc/300/status/stop')), 'OK')
    for (const verb of ['stop', 'shutdown'])
      assert.is(await refused(`/nodes/pve/lxc/300/status/${verb}`), '500 CT 300 not running')
    assert.is(await refused('/nodes/pve/lxc/300/status/reboot'), '500 VM 300 not running')
    assert.is(await failed('/nodes/pve/qemu/103/status/start'), 'VM 103 already running')
    assert.is(await failed('/nodes/agent1/qemu/100/status/stop'), 'OK')
    assert.is(
      await failed('/nodes/Home/lxc/999/status/start'),
      "Configuration file 'nodes/Home/lxc/999.conf' does not exist",
    )
    assert.is(
      await failed('/nodes/Home/qemu/103/status/start'),
      "Configuration file 'nodes/Home/qemu-server/103.conf' does not exist",
    )
  },
)

guests('unknown guests, wrong nodes and wrong kinds are 500, never 404', async ({ lab }) => {
  const reason = async (path: string) => (await ask(lab, 'GET', path)).reason
  assert.is(
    await reason('/nodes/pve/lxc/999/config'),
    "Configuration file 'nodes/pve/lxc/999.conf' does not exist",
  )
  assert.is(
    await reason('/nodes/Home/lxc/300/status/current'),
    "Configuration file 'nodes/Home/lxc/300.conf' does not exist",
  )
  assert.is(
    await reason('/nodes/pve/qemu/300/status/current'),
    "Configuration file 'nodes/pve/qemu-server/300.conf' does not exist",
  )
  assert.is((await ask(lab, 'GET', '/nodes/pve/nope')).status, 501)
})

guests('pause shows as paused in the cluster list only', async ({ lab, post }) => {
  assert.is(await outcome(lab, await post('/nodes/pve/qemu/103/status/suspend')), 'OK')
  const now = fields(await ask(lab, 'GET', '/nodes/pve/qemu/103/status/current'))
  assert.equal([now.status, now.qmpstatus], ['running', 'paused'])
  assert.is(
    (await post('/nodes/pve/qemu/103/status/shutdown')).reason,
    'VM is paused - cannot shutdown',
  )
  assert.is(await outcome(lab, await post('/nodes/pve/qemu/103/status/resume')), 'OK')
})

guests('a deaf VM lets its shutdown run into the timeout', async ({ lab, post }) => {
  lab.world.guest(103)!.deaf = true
  const accepted = await post('/nodes/pve/qemu/103/status/shutdown', { timeout: '5' })
  assert.is(await outcome(lab, accepted), 'VM quit/powerdown failed - got timeout')
})

guests('a snapshot is taken, listed, rolled back and removed', async ({ lab, post }) => {
  const base = '/nodes/pve/lxc/302/snapshot'
  assert.is(await outcome(lab, await post(base, { snapname: 'before', description: 'why' })), 'OK')
  const names = rows(await ask(lab, 'GET', base))
    .map((r) => r.name)
    .sort()
  assert.equal(names, ['before', 'current'])
  assert.is(
    await outcome(lab, await post(base, { snapname: 'before' })),
    "snapshot name 'before' already used",
  )
  assert.is(await outcome(lab, await post(`${base}/before/rollback`)), 'OK')
  assert.is(lab.world.guest(302)!.states.at(-1)!.status, 'stopped')
  assert.is(await outcome(lab, await ask(lab, 'DELETE', `${base}/before`)), 'OK')
  assert.is(rows(await ask(lab, 'GET', base)).length, 1)
})

guests('an untidy task log and an unknown one answer as measured', async ({ lab }) => {
  const upid = 'UPID:pve:00000001:00000001:6B000001:vzstart:101:root@pam:'
  const log = await ask(lab, 'GET', `/nodes/pve/tasks/${upid}/log`)
  assert.equal(
    [log.status, rows(log)[0]!.t],
    [200, 'unable to open file - No such file or directory'],
  )
  assert.equal((await ask(lab, 'GET', `/nodes/pve/tasks/${upid}/status`)).errors, {
    upid: 'no such task',
  })
  assert.equal((await ask(lab, 'GET', '/nodes/pve/tasks/x/status')).errors, {
    upid: 'unable to parse worker upid',
  })
})

guests(
  'a stale digest is refused, tags come back sorted, descriptions with a newline',
  async ({ lab }) => {
    const path = '/nodes/pve/lxc/302/config'
    const form = { description: 'x', tags: 'z;a' }
    const stale = await ask(lab, 'PUT', path, { form: { ...form, digest: '0'.repeat(40) } })
    assert.is(
      stale.reason,
      'detected modified configuration - file changed by other user? Try again.',
    )
    await ask(lab, 'PUT', path, { form })
    const config = fields(await ask(lab, 'GET', path))
    assert.equal([config.tags, config.description], ['a;z', 'x\n'])
  },
)

guests.run()

const timed = suite<{ lab: Lab; clock: FakeClock }>('lab tasks in time')
timed.before.each(async (t) => {
  t.clock = fakeClock()
  t.lab = await startLab({ clock: t.clock, random: seeded(3) })
})
timed.after.each((t) => t.lab.stop())

timed('a running task has no end and an empty log says so', async ({ lab, clock }) => {
  const upid = String((await ask(lab, 'POST', '/nodes/agent1/qemu/100/status/start')).data)
  const at = `/nodes/agent1/tasks/${upid}`
  const early = fields(await ask(lab, 'GET', `${at}/status`))
  assert.equal([early.status, early.exitstatus], ['running', undefined])
  assert.is(rows(await ask(lab, 'GET', `${at}/log`))[0]!.t, 'no content')
  const listed = rows(await ask(lab, 'GET', '/cluster/tasks')).find((r) => r.upid === upid)!
  assert.equal([listed.status, listed.endtime, listed.saved], [undefined, undefined, undefined])
  await clock.advance(5000)
  assert.is(fields(await ask(lab, 'GET', `${at}/status`)).exitstatus, 'OK')
  assert.is(rows(await ask(lab, 'GET', `${at}/log`)).at(-1)!.t, 'TASK OK')
})

timed(
  'a task that is stopped says received interrupt and changes nothing',
  async ({ lab, clock }) => {
    const upid = String((await ask(lab, 'POST', '/nodes/agent1/qemu/100/status/start')).data)
    await ask(lab, 'DELETE', `/nodes/agent1/tasks/${upid}`)
    await clock.advance(5000)
    const { exitstatus } = fields(await ask(lab, 'GET', `/nodes/agent1/tasks/${upid}/status`))
    assert.is(exitstatus, 'received interrupt')
    assert.is(lab.world.guest(100)!.states.at(-1)!.status, 'stopped')
  },
)

timed('a second action waits ten seconds for the lock and then fails', async ({ lab, clock }) => {
  lab.world.guest(300)!.held = true
  const upid = String((await ask(lab, 'POST', '/nodes/pve/lxc/300/status/stop')).data)
  await clock.advance(9000)
  const status = async () =>
    fields(await ask(lab, 'GET', `/nodes/pve/tasks/${upid}/status`)).exitstatus
  assert.is(await status(), undefined)
  await clock.advance(2000)
  assert.is(await status(), "can't lock file '/run/lock/lxc/pve-config-300.lock' - got timeout")
})

timed('while a container stops, the list of its node stumbles once', async ({ lab, clock }) => {
  await ask(lab, 'POST', '/nodes/pve/lxc/300/status/stop')
  await clock.advance(300)
  const first = await ask(lab, 'GET', '/nodes/pve/lxc')
  assert.is(first.reason, 'failed to read from command socket: Connection reset by peer')
  assert.is((await ask(lab, 'GET', '/nodes/pve/lxc')).status, 200)
})

timed('the cluster list lags up to ten seconds behind status/current', async ({ lab, clock }) => {
  await ask(lab, 'POST', '/nodes/agent1/qemu/100/status/start')
  const listed = async () =>
    rows(await ask(lab, 'GET', '/cluster/resources?type=vm')).find((r) => r.vmid === 100)!.status
  let early = 0
  for (let i = 0; i < 30 && (await listed()) === 'stopped'; i++) {
    await clock.advance(500)
    const now = fields(await ask(lab, 'GET', '/nodes/agent1/qemu/100/status/current'))
    if (now.status === 'running' && (await listed()) === 'stopped') early += 1
  }
  assert.is(await listed(), 'running')
  assert.ok(early > 0)
})

timed.run()
