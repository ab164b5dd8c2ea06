/** New guests, copies, disks that grow, volumes that go, and commands inside a virtual machine. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, startLab } from '../../lab/lab.ts'
import { seeded } from '../../lab/random.ts'
import { type FakeClock, fakeClock } from '../clock.ts'
import { type Answer, ask, fields, type How, leapingClock, outcome, rows } from './ask.ts'

const births = suite<{
  lab: Lab
  post: (path: string, form?: Record<string, string>, how?: How) => Promise<Answer>
}>('lab births')
births.before.each(async (t) => {
  t.lab = await startLab({ clock: leapingClock(), random: seeded(6) })
  t.post = (path, form = {}, how = {}) => ask(t.lab, 'POST', path, { form, ...how })
})
births.after.each((t) => t.lab.stop())

const words = ({ status, reason }: Answer) => `${status} ${reason}`
const template = 'local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst'
const wish = {
  vmid: '500',
  ostemplate: template,
  rootfs: 'nvme1:8',
  hostname: 'dev',
  memory: '1024',
  cores: '2',
  swap: '0',
  unprivileged: '1',
  features: 'nesting=1',
  net0: 'name=eth0,bridge=vmbr0,ip=dhcp',
  pool: 'environments',
  tags: 'jarvis;dev',
  start: '1',
}

births('a container of the environments token is made, started, and deleted again', async (t) => {
  const { lab } = t
  const token = lab.tokens.environments
  const accepted = await t.post('/nodes/agent1/lxc', wish, { token })
  assert.match(String(accepted.data), /:vzcreate:500:envs@pve!environments:$/)
  assert.is(await outcome(lab, accepted, { token }), 'OK')
  const config = fields(await ask(lab, 'GET', '/nodes/agent1/lxc/500/config', { token }))
  assert.equal(
    [config.hostname, config.rootfs, config.tags, config.features, config.lock],
    ['dev', 'nvme1:subvol-500-disk-0,size=8G', 'dev;jarvis', 'nesting=1', undefined],
  )
  assert.match(String(config.net0), /^name=eth0,bridge=vmbr0,ip=dhcp,hwaddr=BC:24:11:00:01:F4/)
  const status = async () =>
    fields(await ask(lab, 'GET', '/nodes/agent1/lxc/500/status/current', { token })).status
  while ((await status()) !== 'running');
  assert.is(
    words(await t.post('/nodes/pve/lxc', wish)),
    "500 CT 500 already exists on node 'agent1'",
  )
  const gone = await ask(lab, 'DELETE', '/nodes/agent1/lxc/500?force=1&purge=1', { token })
  assert.match(await outcome(lab, gone, { token }), /OK|WARNINGS/)
  assert.is(lab.world.guest(500), undefined)
})

births('what a token may not do is refused before there is a task', async (t) => {
  const { environments, narrow } = t.lab.tokens
  const refused = async (more: Record<string, string>, token = environments) =>
    words(await t.post('/nodes/agent1/lxc', { ...wish, ...more }, { token }))
  assert.is(await refused({}, narrow), '403 Permission check failed')
  assert.is(
    await refused({ features: 'keyctl=1,nesting=1' }),
    '403 Permission check failed (changing feature flags (except nesting) is only allowed for root@pam)',
  )
  assert.is(await refused({ rootfs: 'cluster-backup:8' }), '400 Parameter verification failed.')
  assert.is(
    await refused({ rootfs: 'usb-storage:8' }),
    "500 storage 'usb-storage' is not available on node 'agent1'",
  )
})

births(
  'a failed creation leaves neither guest nor disk; Debian 13 warns without nesting',
  async (t) => {
    const { lab } = t
    const missing = await t.post('/nodes/agent1/lxc', {
      ...wish,
      ostemplate: 'local:vztmpl/x.tar.zst',
    })
    assert.is(
      await outcome(lab, missing),
      "unable to create CT 500 - volume 'local:vztmpl/x.tar.zst' does not exist",
    )
    assert.is(lab.world.guest(500), undefined)
    const file = 'local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst'
    lab.world.storage('local')!.volumes.push({
      volid: file,
      content: 'vztmpl',
      format: 'tzst',
      size: 1,
      at: 0,
    })
    const { features: _, ...plain } = wish
    const warned = await t.post('/nodes/agent1/lxc', { ...plain, ostemplate: file })
    assert.is(await outcome(lab, warned), 'WARNINGS: 1')
  },
)

births('three who want the same number get one guest', async (t) => {
  const all = await Promise.all(
    ['Home', 'pve', 'agent1'].map((node) =>
      t.post(`/nodes/${node}/lxc`, { ...wish, rootfs: 'local:4' }),
    ),
  )
  assert.equal(all.map((a) => a.status).sort(), [200, 500, 500])
})

births('a copy is a guest of its own; a running container is not copied', async (t) => {
  const { lab } = t
  const at = '/nodes/agent1/lxc/303/clone'
  assert.is(
    words(await t.post(at, { newid: '600', full: '1' })),
    '500 Cannot do full clones on a running container without snapshots',
  )
  lab.world.become(lab.world.guest(303)!, 'stopped')
  assert.is(words(await t.post(at, { newid: '300' })), "500 CT 300 already exists on node 'pve'")
  const accepted = await t.post(at, { newid: '600', hostname: 'ha2' })
  assert.match(String(accepted.data), /:vzclone:303:/)
  assert.is(await outcome(lab, accepted), 'OK')
  const config = fields(await ask(lab, 'GET', '/nodes/agent1/lxc/600/config'))
  assert.equal([config.hostname, config.lock], ['ha2', undefined])
  assert.is(lab.world.guest(303)!.lock, undefined)
  assert.not.equal(config.net0, fields(await ask(lab, 'GET', '/nodes/agent1/lxc/303/config')).net0)
})

births('a disk grows and never shrinks', async (t) => {
  const put = (size: string) =>
    ask(t.lab, 'PUT', '/nodes/agent1/lxc/303/resize', { form: { disk: 'rootfs', size } })
  assert.is(await outcome(t.lab, await put('+2G')), 'OK')
  assert.is(t.lab.world.guest(303)!.disk.size, 34 * 1024 ** 3)
  assert.is(words(await put('8G')), '500 unable to shrink disk size')
})

births('a backup gets notes, is protected against deletion, and goes when it is not', async (t) => {
  const { lab } = t
  const token = lab.tokens.operate
  const base = '/nodes/pve/storage/cluster-backup/content'
  const [first] = rows(await ask(lab, 'GET', `${base}?vmid=300`))
  const at = `${base}/${encodeURIComponent(String(first!.volid))}`
  await ask(lab, 'PUT', at, { form: { notes: 'keep me', protected: '1' }, token })
  const told = rows(await ask(lab, 'GET', `${base}?vmid=300`)).find((v) => v.volid === first!.volid)
  assert.equal([told!.notes, told!.protected], ['keep me', 1])
  assert.match((await ask(lab, 'DELETE', at, { token })).reason, /can't remove protected archive/)
  await ask(lab, 'PUT', at, { form: { protected: '0' }, token })
  const gone = await ask(lab, 'DELETE', at, { token })
  assert.match(String(gone.data), /:imgdel:300@cluster-backup:/)
  assert.is(await outcome(lab, gone), 'OK')
  assert.is(rows(await ask(lab, 'GET', `${base}?vmid=300`)).length, 2)
})

births.run()

const timed = suite<{ lab: Lab; clock: FakeClock }>('lab births in time')
timed.before.each(async (t) => {
  t.clock = fakeClock()
  t.lab = await startLab({ clock: t.clock, random: seeded(7) })
})
timed.after.each((t) => t.lab.stop())

timed('a new guest has no name in the list of the cluster until the next report', async (t) => {
  await ask(t.lab, 'POST', '/nodes/agent1/lxc', { form: wish })
  const row = rows(await ask(t.lab, 'GET', '/cluster/resources?type=vm')).find(
    (r) => r.vmid === 500,
  )
  assert.equal([row!.status, row!.name, row!.lock], ['unknown', undefined, 'create'])
})

timed('a command starts at once and is asked for until it has ended', async ({ lab, clock }) => {
  const base = '/nodes/pve/qemu/103/agent'
  const run = (command: string[]) =>
    ask(lab, 'POST', `${base}/exec`, {
      body: JSON.stringify({ command }),
      headers: { 'Content-Type': 'application/json' },
    })
  const { pid } = fields(await run(['sh', '-c', 'hostname; false']))
  const status = async () => fields(await ask(lab, 'GET', `${base}/exec-status?pid=${pid}`))
  assert.equal(await status(), { exited: 0 })
  await clock.advance(200)
  assert.equal(await status(), { exited: 1, exitcode: 1, 'out-data': 'management\n' })
  // It is told once.
  assert.match((await ask(lab, 'GET', `${base}/exec-status?pid=${pid}`)).reason, /does not exist/)
  assert.match((await run(['nonsense'])).reason, /Failed to execute child process/)
  const repeated = await ask(lab, 'POST', `${base}/exec`, {
    body: 'command=cat&command=%2Fetc%2Fhostname',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  })
  await clock.advance(200)
  const path = `${base}/exec-status?pid=${fields(repeated).pid}`
  assert.is(fields(await ask(lab, 'GET', path))['out-data'], 'management\n')
})

timed('without the right, without an agent and without power there is none', async ({ lab }) => {
  const run = (path: string, how: How = {}) =>
    ask(lab, 'POST', `${path}/agent/exec`, { form: { command: 'hostname' }, ...how })
  assert.is(
    words(await run('/nodes/pve/qemu/103', { token: lab.tokens.operate })),
    '403 Permission check failed (/vms/103, VM.GuestAgent.Unrestricted)',
  )
  assert.is(words(await run('/nodes/agent1/qemu/100')), '500 No QEMU guest agent configured')
  lab.world.become(lab.world.guest(103)!, 'stopped')
  assert.is(words(await run('/nodes/pve/qemu/103')), '500 VM 103 is not running')
})

timed.run()
