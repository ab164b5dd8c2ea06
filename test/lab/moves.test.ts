/** Guests that move, are copied away or are deleted: what is refused at once, and what the log tells. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, startLab } from '../../lab/lab.ts'
import { seeded } from '../../lab/random.ts'
import { type FakeClock, fakeClock } from '../clock.ts'
import { type Answer, ask, fields, type How, leapingClock, outcome, rows } from './ask.ts'

type Stage = {
  lab: Lab
  post: (path: string, form?: Record<string, string>, how?: How) => Promise<Answer>
  remove: (path: string, how?: How) => Promise<Answer>
}
const moves = suite<Stage>('lab moves')
moves.before.each(async (t) => {
  t.lab = await startLab({ clock: leapingClock(), random: seeded(4) })
  t.post = (path, form = {}, how = {}) => ask(t.lab, 'POST', path, { form, ...how })
  t.remove = (path, how = {}) => ask(t.lab, 'DELETE', path, how)
})
moves.after.each((t) => t.lab.stop())

const logOf = async (lab: Lab, { data }: Answer): Promise<string> => {
  const upid = String(data)
  const at = `/nodes/${upid.split(':')[1]}/tasks/${upid}/log?limit=0`
  return rows(await ask(lab, 'GET', at))
    .map((line) => line.t)
    .join('\n')
}
const words = ({ status, reason }: Answer) => `${status} ${reason}`

moves('a container that runs moves only with a restart, and comes up there', async (t) => {
  const at = '/nodes/agent1/lxc/303/migrate'
  assert.is(
    words(await t.post(at, { target: 'Home' })),
    "500 can't migrate running container without --online or --restart",
  )
  const form = { target: 'Home', restart: '1', 'target-storage': 'local' }
  const accepted = await t.post(at, form, { token: t.lab.tokens.operate })
  assert.match(String(accepted.data), /:vzmigrate:303:/)
  assert.is(await outcome(t.lab, accepted), 'OK')
  const log = await logOf(t.lab, accepted)
  assert.match(log, /starting migration of CT 303 to node 'Home' \(127\.0\.0\.50\)/)
  assert.match(
    log,
    /volume 'nvme1:subvol-303-disk-0' is 'local:303\/vm-303-disk-0\.raw' on the target/,
  )
  assert.match(log, /migration finished successfully \(duration 00:00:2\d\)\nTASK OK/)
  const there = fields(await ask(t.lab, 'GET', '/nodes/Home/lxc/303/status/current'))
  assert.is(there.status, 'running')
  const gone = await ask(t.lab, 'GET', '/nodes/agent1/lxc/303/status/current')
  assert.is(gone.reason, "Configuration file 'nodes/agent1/lxc/303.conf' does not exist")
  const row = rows(await ask(t.lab, 'GET', '/cluster/resources?type=vm')).find(
    (r) => r.vmid === 303,
  )
  assert.is(row!.node, 'Home')
})

moves('where the disk cannot go the guest stays, and the log says why', async (t) => {
  const accepted = await t.post('/nodes/pve/lxc/300/migrate', { target: 'Home', restart: '1' })
  assert.is(await outcome(t.lab, accepted), 'migration aborted')
  assert.match(
    await logOf(t.lab, accepted),
    /ERROR: migration aborted \(duration 00:00:0\d\): storage 'local-lvm' is not available on node 'Home'/,
  )
  const { node, states, lock } = t.lab.world.guest(300)!
  assert.equal([node, states.at(-1)!.status, lock], ['pve', 'running', undefined])
})

moves('a VM goes live with its disks, or offline with its snapshots in the way', async (t) => {
  const at = '/nodes/pve/qemu/103/migrate'
  assert.is(
    words(await t.post(at, { target: 'Home' })),
    "500 can't migrate running VM without --online",
  )
  const form = { target: 'agent1', online: '1', targetstorage: 'local' }
  assert.is(await outcome(t.lab, await t.post(at, form)), 'migration aborted')
  const live = await t.post(at, { ...form, 'with-local-disks': '1' })
  assert.is(await outcome(t.lab, live), 'OK')
  assert.match(await logOf(t.lab, live), /starting online\/live migration on unix:/)
  assert.is(t.lab.world.guest(103)!.states.at(-1)!.since, t.lab.world.guest(103)!.states[1]!.since)
  const old = await t.post('/nodes/agent1/qemu/100/migrate', {
    target: 'pve',
    targetstorage: 'local',
  })
  assert.is(await outcome(t.lab, old), 'migration aborted')
  assert.match(await logOf(t.lab, old), /can't migrate VM - check log/)
})

moves('targets that make no sense are refused at once', async (t) => {
  const reason = async (form: Record<string, string>) => {
    const a = await t.post('/nodes/pve/lxc/302/migrate', { restart: '1', ...form })
    return a.errors ? JSON.stringify(a.errors) : words(a)
  }
  assert.is(await reason({ target: 'pve' }), '{"target":"target is local node."}')
  assert.is(await reason({ target: 'nowhere' }), "500 no such cluster node 'nowhere'")
  assert.is(
    await reason({ target: 'Home', 'target-storage': 'nope' }),
    "500 storage 'nope' does not exist",
  )
  assert.is(
    await reason({ target: 'Home', 'target-storage': 'cluster-backup' }),
    "500 storage 'cluster-backup' does not support CT rootdirs",
  )
  t.lab.scenarios.on('node-down', 'agent', { settled: true })
  const off = await t.post('/nodes/pve/lxc/302/migrate', {
    target: 'agent',
    restart: '1',
    'target-storage': 'local',
  })
  assert.is(await outcome(t.lab, off), 'migration aborted')
  assert.match(await logOf(t.lab, off), /Can't connect to destination address using public key/)
})

moves('without quorum nobody moves', async (t) => {
  t.lab.scenarios.on('no-quorum', undefined, { settled: true })
  const refused = await t.post('/nodes/pve/lxc/302/migrate', { target: 'Home', restart: '1' })
  assert.is(words(refused), '500 cluster not ready - no quorum?')
})

moves('a backup is listed afterwards, with its notes, and takes its room', async (t) => {
  const list = async () =>
    rows(await ask(t.lab, 'GET', '/nodes/agent1/storage/cluster-backup/content?vmid=303'))
  assert.equal(await list(), [])
  const usedBefore = t.lab.world.storage('cluster-backup')!.used!
  const form = {
    vmid: '303',
    storage: 'cluster-backup',
    mode: 'snapshot',
    compress: 'zstd',
    remove: '0',
    protected: '1',
    'notes-template': '{{guestname}} by hand',
  }
  const accepted = await t.post('/nodes/agent1/vzdump', form, { token: t.lab.tokens.operate })
  assert.match(String(accepted.data), /:vzdump:303:ops@pve!operate:$/)
  assert.is(await outcome(t.lab, accepted), 'OK')
  const [made] = await list()
  assert.match(
    String(made!.volid),
    /^cluster-backup:backup\/vzdump-lxc-303-[\d_]+-[\d_]+\.tar\.zst$/,
  )
  assert.equal([made!.notes, made!.protected], ['homeassistant by hand', 1])
  assert.is(t.lab.world.storage('cluster-backup')!.used! - usedBefore, made!.size)
  const log = await logOf(t.lab, accepted)
  assert.match(log, /INFO: Starting Backup of VM 303 \(lxc\)/)
  assert.match(log, /INFO: archive file size: 6\.27GB/)
  assert.match(log, /INFO: Backup job finished successfully\nTASK OK/)
})

moves(
  'a backup that cannot be written ends as job errors; a stopped guest is not started',
  async (t) => {
    t.lab.scenarios.on('storage-full', 'cluster-backup')
    const accepted = await t.post('/nodes/agent1/vzdump', {
      vmid: '100',
      storage: 'cluster-backup',
    })
    assert.is(await outcome(t.lab, accepted), 'job errors')
    assert.match(await logOf(t.lab, accepted), /ERROR: Backup of VM 100 failed - .*No space left/)
    assert.is(t.lab.world.guest(100)!.states.at(-1)!.status, 'stopped')
  },
)

moves('asked of the wrong node, a backup is "OK" and nothing happens', async (t) => {
  const answer = await t.post('/nodes/Home/vzdump', { vmid: '303', storage: 'cluster-backup' })
  assert.equal([answer.status, answer.data], [200, 'OK'])
  const { narrow } = t.lab.tokens
  const refused = await t.post(
    '/nodes/agent1/vzdump',
    { vmid: '303', storage: 'local' },
    { token: narrow },
  )
  assert.is(words(refused), '403 Permission check failed (/storage/local, Datastore.AllocateSpace)')
})

moves('on a storage of its own a backup is seen by its node alone', async (t) => {
  const made = await t.post('/nodes/agent1/vzdump', { vmid: '303', storage: 'local' })
  assert.is(await outcome(t.lab, made), 'OK')
  const on = async (node: string) =>
    rows(await ask(t.lab, 'GET', `/nodes/${node}/storage/local/content?content=backup`)).length
  assert.equal([await on('agent1'), await on('pve')], [1, 0])
})

moves(
  'a deleted guest is gone with its disk and its rights; the job keeps it unless purged',
  async (t) => {
    const { lab } = t
    const at = '/nodes/pve/lxc/302'
    const { destroy: token } = lab.tokens
    assert.is(
      words(await t.remove(at, { token: lab.tokens.operate })),
      '403 Permission check failed (/vms/302, VM.Allocate)',
    )
    assert.is(
      words(await t.remove(at, { token })),
      '500 unable to destroy CT 302 - container is running',
    )
    lab.world.become(lab.world.guest(302)!, 'stopped')
    lab.world.guest(302)!.protection = true
    assert.is(
      words(await t.remove(at, { token })),
      "500 can't remove CT 302 - protection mode enabled",
    )
    lab.world.guest(302)!.protection = false
    const accepted = await t.remove(at, { token })
    assert.match(String(accepted.data), /:vzdestroy:302:ops@pve!destroy:$/)
    assert.is(await outcome(lab, accepted, { token }), 'OK')
    assert.is(await logOf(lab, accepted), 'TASK OK')
    assert.is(
      (await ask(lab, 'GET', `${at}/status/current`)).reason,
      "Configuration file 'nodes/pve/lxc/302.conf' does not exist",
    )
    const volumes = rows(await ask(lab, 'GET', '/nodes/pve/storage/local-lvm/content'))
    assert.not.ok(volumes.some((v) => v.vmid === 302))
    const nightly = async () => rows(await ask(lab, 'GET', '/cluster/backup'))[0]!.vmid
    assert.is(await nightly(), '103,300,302')
    lab.world.become(lab.world.guest(300)!, 'stopped')
    const purged = await t.remove('/nodes/pve/lxc/300?purge=1', { token })
    assert.is(await outcome(lab, purged, { token }), 'OK')
    assert.match(await logOf(lab, purged), /^purging CT 300 from related configurations\.\./)
    assert.is(await nightly(), '103,302')
    const backups = rows(
      await ask(lab, 'GET', '/nodes/pve/storage/cluster-backup/content?vmid=300'),
    )
    assert.is(backups.length, 3)
  },
)

moves('a VM is deleted when it is off; by force a container goes while it runs', async (t) => {
  assert.is(words(await t.remove('/nodes/pve/qemu/103')), '500 VM 103 is running - destroy failed')
  assert.is(await outcome(t.lab, await t.remove('/nodes/agent1/qemu/100')), 'OK')
  assert.is(await outcome(t.lab, await t.remove('/nodes/agent1/lxc/303?force=1')), 'WARNINGS: 1')
  assert.equal(
    t.lab.world.guests.map((g) => g.vmid),
    [103, 300, 302],
  )
})

moves('without quorum a delete frees the disk, fails, and leaves the guest behind', async (t) => {
  const { world } = t.lab
  world.become(world.guest(302)!, 'stopped')
  t.lab.scenarios.on('no-quorum', undefined, { settled: true })
  const accepted = await t.remove('/nodes/pve/lxc/302?purge=1', { token: t.lab.tokens.destroy })
  assert.match(
    await outcome(t.lab, accepted),
    /^unable to open file '\/etc\/pve\/nodes\/pve\/lxc\/302\.conf\.tmp\.\d+' - Permission denied$/,
  )
  assert.ok(world.guest(302)!.disk.destroyed)
  assert.ok(world.nightly.includes(302))
})

moves.run()

const timed = suite<{ lab: Lab; clock: FakeClock }>('lab moves in time')
timed.before.each(async (t) => {
  t.clock = fakeClock()
  t.lab = await startLab({ clock: t.clock, random: seeded(5) })
})
timed.after.each((t) => t.lab.stop())

timed(
  'a move that is stopped halfway leaves the container where it was, and running',
  async (t) => {
    const { lab, clock } = t
    const form = { target: 'Home', restart: '1', 'target-storage': 'local' }
    const upid = String((await ask(lab, 'POST', '/nodes/agent1/lxc/303/migrate', { form })).data)
    await clock.advance(8000)
    const guest = lab.world.guest(303)!
    assert.equal([guest.lock, guest.states.at(-1)!.status], ['migrate', 'stopped'])
    const blocked = await ask(lab, 'POST', '/nodes/agent1/lxc/303/status/start')
    await ask(lab, 'DELETE', `/nodes/agent1/tasks/${upid}`)
    await clock.advance(12_000)
    const status = async (id: unknown) =>
      fields(await ask(lab, 'GET', `/nodes/agent1/tasks/${id}/status`)).exitstatus
    assert.is(await status(upid), 'received interrupt')
    assert.is(await status(blocked.data), 'CT 303 already running')
    assert.equal(
      [guest.node, guest.lock, guest.states.at(-1)!.status],
      ['agent1', undefined, 'running'],
    )
  },
)

timed('a second backup on a node waits for the first, and other verbs meet its lock', async (t) => {
  const { lab, clock } = t
  const backup = async (vmid: string) =>
    String(
      (
        await ask(lab, 'POST', '/nodes/pve/vzdump', {
          form: { vmid, storage: 'cluster-backup' },
        })
      ).data,
    )
  const [first, second] = [await backup('300'), await backup('302')]
  await clock.advance(1500)
  assert.equal([lab.world.guest(300)!.lock, lab.world.guest(302)!.lock], ['backup', undefined])
  const stop = String((await ask(lab, 'POST', '/nodes/pve/lxc/300/status/stop')).data)
  await clock.advance(500)
  const status = async (id: string) =>
    fields(await ask(lab, 'GET', `/nodes/pve/tasks/${id}/status`)).exitstatus
  assert.is(await status(stop), 'CT is locked (backup)')
  await clock.advance(20_000)
  assert.equal([await status(first), await status(second)], ['OK', 'OK'])
})

timed.run()
