import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isFresh } from '../../../lib/clock.ts'
import { createRhythm } from '../../../lib/cluster/rhythm.ts'
import { fakeClock } from '../../clock.ts'
import { nodeGoes, problem, stage, type World, world } from './fake.ts'

const poll = suite('cluster poll')

const polls = (w: World) => w.calls.filter((c) => c === 'resources').length

poll('polls once each five seconds, all three lists together', async () => {
  const s = await stage()
  assert.is(polls(s.w), 1)
  await s.clock.advance(20_000)
  for (const list of ['resources', 'status', 'tasks'])
    assert.is(s.w.calls.filter((c) => c === list).length, 5, list)
  await s.end()
})

poll('is faster while a deed runs and steady again afterwards', async () => {
  const s = await stage()
  const calm = s.cluster.hurry()
  const over = s.cluster.hurry()
  await s.clock.advance(10_000)
  assert.is(polls(s.w), 6)
  over()
  over()
  await s.clock.advance(2000)
  assert.is(polls(s.w), 7, 'one deed still runs')
  calm()
  await s.clock.advance(2000)
  await s.clock.advance(10_000)
  assert.is(polls(s.w), 10)
  await s.end()
})

poll('slows down to a minute while nobody answers, and recovers at once', async () => {
  const s = await stage()
  s.w.faults.all = problem('unreachable')
  const at: number[] = []
  let last = polls(s.w)
  for (let second = 1; second <= 230; second++) {
    await s.clock.advance(1000)
    if (polls(s.w) > last) at.push(second)
    last = polls(s.w)
  }
  assert.equal(at, [5, 15, 35, 95, 155, 215])
  delete s.w.faults.all
  await s.clock.advance(46_000)
  const before = polls(s.w)
  await s.clock.advance(10_000)
  assert.is(polls(s.w) - before, 2)
  await s.end()
})

poll('houses that lost the same cluster do not all come back in the same moment', async () => {
  const pauses = async (random: number) => {
    const clock = fakeClock()
    const polls: number[] = []
    const rhythm = createRhythm({
      clock,
      seconds: 5,
      fastSeconds: 2,
      random: () => random,
      poll: async () => {
        polls.push(clock.now())
        return 'failed'
      },
    })
    rhythm.start()
    await clock.advance(200_000)
    rhythm.stop()
    return polls.slice(1).map((at, i) => (at - polls[i]!) / 1000)
  }
  assert.equal((await pauses(0)).slice(0, 4), [10, 20, 60, 60])
  assert.equal((await pauses(0.5)).slice(0, 4), [9, 18, 54, 54])
  assert.equal((await pauses(1)).slice(0, 4), [8, 16, 48, 48], 'a fifth at most, and earlier')
})

poll('a refused token is tried once a minute, and is explained', async () => {
  const s = await stage()
  s.w.faults.all = problem('unauthorized', 'The token is not accepted.')
  await s.clock.advance(5000)
  const before = polls(s.w)
  await s.clock.advance(59_000)
  assert.is(polls(s.w), before)
  await s.clock.advance(1000)
  assert.is(polls(s.w), before + 1)
  const { trouble } = s.cluster.picture().parts.resources
  assert.is(trouble?.kind, 'unauthorized')
  assert.is(trouble?.text, 'The token is not accepted.')
  await s.end()
})

poll('callers that refresh at the same time share one poll', async () => {
  const s = await stage()
  const before = polls(s.w)
  const all = Promise.all(Array.from({ length: 10 }, () => s.cluster.refresh('test')))
  await s.clock.advance(0)
  await all
  assert.is(polls(s.w), before + 1)
  await s.end()
})

poll('comes up without a cluster, says so, and finds it later', async () => {
  const w = world()
  w.faults.all = problem('unreachable', 'Nobody answers at 10.0.0.1:8006.')
  const s = await stage(w)
  assert.equal(
    s.cluster.picture().nodes.map((n) => [n.name, n.reach]),
    [
      ['Home', 'unknown'],
      ['pve', 'unknown'],
    ],
  )
  assert.is(s.cluster.picture().parts.status.trouble?.text, 'Nobody answers at 10.0.0.1:8006.')
  assert.is(s.told('cluster.stale').length, 1)
  delete w.faults.all
  await s.clock.advance(60_000)
  assert.is(s.cluster.picture().guests.length, 5)
  assert.is(s.told('cluster.back').length, 1)
  assert.is(s.told('guest.appeared').length, 0, 'what was there before is not news')
  await s.end()
})

poll('one part that fails does not lose the others', async () => {
  const w = world()
  w.faults.status = problem('forbidden', 'Permission check failed (/, Sys.Audit)')
  w.faults.tasks = problem('timeout')
  const s = await stage(w)
  const { parts, guests, nodes, cluster } = s.cluster.picture()
  assert.is(guests.length, 5)
  assert.is(parts.status.trouble?.kind, 'forbidden')
  assert.is(parts.tasks.trouble?.kind, 'unreachable')
  assert.is(parts.resources.trouble, undefined)
  assert.is(nodes[0]?.reach, 'online', 'the rows know it too')
  assert.is(cluster.quorate, undefined, 'but only the status knows the quorum')
  const before = polls(w)
  await s.clock.advance(10_000)
  assert.is(polls(w), before + 2, 'the rhythm stays')
  await s.end()
})

poll('a reading that changes nothing that is shown leaves the version alone', async () => {
  const s = await stage()
  const breathe = async () => {
    for (const row of s.w.resources.guests.filter((g) => g.status === 'running')) {
      row.cpu = (row.cpu ?? 0) + 0.001
      row.mem = (row.mem ?? 0) + 1000
      row.netin = (row.netin ?? 0) + 3000
      row.uptime = (row.uptime ?? 0) + 10
    }
    await s.clock.advance(5000)
  }
  await s.clock.advance(60_000)
  await breathe()
  const { version } = s.cluster.picture()
  s.news.length = 0
  s.w.resources.guests.reverse()
  s.w.resources.nodes.reverse()
  s.w.resources.storages.reverse()
  s.w.status.nodes.reverse()
  await breathe()
  assert.is(s.cluster.picture().version, version)
  assert.equal(
    s.news.map((n) => n.kind),
    ['cluster.polled'],
  )
  s.w.resources.guests[0]!.cpu = 0.5
  await s.clock.advance(5000)
  assert.is(s.cluster.picture().version, version + 1)
  assert.is(s.told('guest.changed').length, 1)
  await s.end()
})

poll('silence makes everything stale but keeps figures and ages', async () => {
  const s = await stage()
  await s.clock.advance(60_000)
  s.w.faults.all = problem('unreachable')
  await s.clock.advance(15_000)
  assert.is(s.cluster.guest(100)?.condition, 'running', 'three polls may be missed')
  await s.clock.advance(10_000)
  const guest = s.cluster.guest(100)
  assert.is(guest?.condition, 'unknown')
  assert.is(guest?.why, 'no answer')
  assert.is(guest?.memory?.used, 1024 ** 3)
  assert.is(s.cluster.node('Home')?.reach, 'unknown')
  assert.is(s.cluster.picture().cluster.quorate, undefined)
  const { now, parts } = s.cluster.picture()
  assert.is(now - (parts.resources.at ?? 0), 25_000)
  assert.is(s.told('cluster.stale').length, 1)
  assert.is(s.told('node.lost').length, 0)
  s.w.resources.guests.find((g) => g.vmid === 302)!.status = 'stopped'
  delete s.w.faults.all
  await s.clock.advance(60_000)
  assert.is(s.told('cluster.back').length, 1)
  assert.equal(
    s.told('guest.condition').map((e) => ('vmid' in e ? e.vmid : 0)),
    [302],
    'what happened in the dark is told afterwards, once',
  )
  await s.end()
})

poll('a poll that hangs does not stop the ages', async () => {
  const w = world()
  const s = await stage(w)
  await s.clock.advance(20_000)
  let answer = () => {}
  w.hang = new Promise((resolve) => {
    answer = resolve
  })
  await s.clock.advance(30_000)
  assert.is(s.cluster.node('Home')?.reach, 'unknown')
  assert.is(s.cluster.guest(100)?.why, 'no answer')
  assert.is(s.told('cluster.stale').length, 1)
  answer()
  await s.clock.advance(0)
  assert.is(s.cluster.guest(100)?.condition, 'running')
  await s.end()
})

poll('a stop does not wait for an answer, and nothing happens after it', async () => {
  const s = await stage()
  let answer = () => {}
  s.w.hang = new Promise((resolve) => {
    answer = resolve
  })
  await s.clock.advance(5000)
  await s.cluster.stop()
  const heard = s.news.length
  answer()
  await s.clock.advance(120_000)
  assert.is(s.news.length, heard)
  assert.is(s.clock.waiting(), 0)
  await s.end()
})

poll('a node that dies takes its guests into the unknown with the next poll', async () => {
  const s = await stage()
  await s.clock.advance(30_000)
  nodeGoes(s.w, 'pve', false)
  await s.clock.advance(5000)
  assert.is(s.cluster.node('PVE')?.reach, 'offline')
  for (const vmid of [300, 302]) {
    assert.is(s.cluster.guest(vmid)?.condition, 'unknown')
    assert.is(s.cluster.guest(vmid)?.why, 'node lost')
    assert.is(s.cluster.guest(vmid)?.cpu, undefined)
    assert.is(s.cluster.guest(vmid)?.word, 'running', 'Proxmox goes on saying so')
  }
  assert.is(s.cluster.guest(100)?.condition, 'running')
  assert.equal(s.told('node.lost'), [{ node: 'pve' }])
  assert.is(s.told('guest.condition').length, 0, 'the loss of the node says it all')
  await s.end()
})

poll('a path of a dead node is never asked', async () => {
  const w = world()
  nodeGoes(w, 'pve', false)
  const s = await stage(w)
  await s.clock.advance(20 * 60_000)
  assert.ok(w.calls.includes('storages Home'))
  assert.equal(
    w.calls.filter((c) => /\bpve\b/.test(c)),
    [],
  )
  await s.end()
})

poll('the slow readings keep their own rhythm', async () => {
  const s = await stage()
  const count = (name: string) => s.w.calls.filter((c) => c.startsWith(name)).length
  await s.clock.advance(20 * 60_000 + 1000)
  assert.is(count('storages Home'), 41)
  assert.is(count('content '), 3, 'the shared storage is asked once, through one node')
  assert.is(count('notBackedUp'), 3)
  assert.is(count('permissions'), 3)
  assert.is(count('rrd node/Home hour'), 21)
  assert.is(count('votes'), 1)
  await s.end()
})

for (const back of [2, 24 * 365])
  poll(`after a clock that is set back ${back} h everything is read in its rhythm`, async () => {
    const s = await stage()
    await s.clock.advance(60_000)
    s.cluster.believe({ vmid: 303, status: 'running', qmp: 'running' })
    s.clock.jump(-back * 3_600_000)
    s.w.calls.length = 0
    const { now, parts } = s.cluster.picture()
    assert.ok((parts.storage.at ?? 0) > now, 'read in what is now the future')
    assert.not(isFresh(parts.storage, now))
    await s.clock.advance(20_000)
    assert.is(s.cluster.guest(303)?.condition, 'stopped', 'what was read then is not believed now')
    await s.clock.advance(20 * 60_000)
    const count = (name: string) => s.w.calls.filter((c) => c.startsWith(name)).length
    assert.ok(count('storages Home') >= 40, 'storage')
    assert.ok(count('notBackedUp') >= 2, 'backups')
    assert.ok(count('permissions') >= 2, 'permissions')
    const after = s.cluster.picture()
    for (const part of ['resources', 'status', 'storage', 'backups'] as const)
      assert.ok(isFresh(after.parts[part], after.now), part)
    await s.end()
  })

poll('while a clock is set back and nobody answers, nothing is drawn as fresh', async () => {
  const s = await stage()
  await s.clock.advance(60_000)
  s.w.faults.all = problem('unreachable')
  s.clock.jump(-2 * 3_600_000)
  await s.clock.advance(10_000)
  assert.is(s.cluster.guest(100)?.condition, 'unknown')
  assert.is(s.cluster.node('Home')?.reach, 'unknown')
  assert.is(s.told('cluster.stale').length, 1)
  await s.end()
})

poll('backups are listed with the token that may see them', async () => {
  const w = world()
  const backup = {
    volid: 'x',
    content: 'backup',
    vmid: 100,
    ctime: 1000,
    size: 5,
    protected: false,
  }
  w.backups['cluster-backup'] = [backup]
  const perms = w.permissions
  w.permissions = { '/': { 'Sys.Audit': true, 'VM.Audit': true, 'Datastore.Audit': true } }
  w.permissionsOf = { operate: perms }
  const s = await stage(w)
  await s.clock.advance(5000)
  assert.ok(w.calls.includes('content Home cluster-backup operate'))
  assert.is(s.cluster.picture().backups[0]?.count, 1)
  assert.is(s.cluster.picture().parts.backups.trouble, undefined)
  await s.end()
})

poll('a storage whose list fails keeps its backups, and the trouble is told', async () => {
  const w = world()
  const backup = {
    volid: 'x',
    content: 'backup',
    vmid: 100,
    ctime: 1000,
    size: 5,
    protected: false,
  }
  w.backups['cluster-backup'] = [backup]
  const s = await stage(w)
  await s.clock.advance(5000)
  w.faults['content Home cluster-backup'] = problem('timeout', 'The storage does not answer.')
  await s.clock.advance(10 * 60_000)
  const { backups, parts } = s.cluster.picture()
  assert.is(backups.find((b) => b.vmid === 100)?.count, 1)
  assert.is(parts.backups.trouble?.text, 'The storage does not answer.')
  await s.end()
})

poll('a database that refuses to write does not slow the picture', async () => {
  const s = await stage()
  await s.clock.advance(55 * 60_000)
  s.db.exec('pragma query_only = on')
  await s.clock.advance(60_000)
  const before = polls(s.w)
  s.w.resources.guests[0]!.status = 'stopped'
  await s.clock.advance(10 * 60_000)
  assert.is(polls(s.w) - before, 120)
  assert.is(s.cluster.guest(100)?.condition, 'stopped')
  s.db.exec('pragma query_only = off')
  await s.clock.advance(60_000)
  assert.is(s.db.all("select * from events where kind = 'guest.condition'").length, 1)
  await s.end()
})

poll('what was read at the guest outranks the lagging list for fifteen seconds', async () => {
  const s = await stage()
  await s.clock.advance(10_000)
  s.cluster.believe({ vmid: 303, status: 'running', qmp: 'running' })
  assert.is(s.cluster.guest(303)?.condition, 'running')
  await s.clock.advance(10_000)
  assert.is(s.cluster.guest(303)?.condition, 'running', 'the list still says stopped')
  await s.clock.advance(10_000)
  assert.is(s.cluster.guest(303)?.condition, 'stopped', 'and is believed in the end')
  await s.end()
})

poll('nodes are found by name and alias without regard to case', async () => {
  const s = await stage()
  assert.is(s.cluster.node('MASTER')?.name, 'Home')
  assert.is(s.cluster.node('home')?.name, 'Home')
  assert.is(s.cluster.node('nobody'), undefined)
  await s.end()
})

poll('a snapshot does not change when the cluster does', async () => {
  const s = await stage()
  const before = s.cluster.picture()
  const text = JSON.stringify(before)
  s.w.resources.guests[0]!.status = 'stopped'
  await s.clock.advance(5000)
  assert.is(JSON.stringify(before), text)
  assert.is(s.cluster.guest(100)?.condition, 'stopped')
  await s.end()
})

poll.run()
