/** What is told to the bus: each thing once, over silence, restart and crash. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fakeClock } from '../../clock.ts'
import { nodeGoes, stage, taskRow, world } from './fake.ts'

const news = suite('cluster news')

news('a token without storages still hears of guests', async () => {
  const w = world()
  w.permissions = { '/vms': { 'VM.Audit': true } }
  w.resources.storages = []
  const s = await stage(w)
  w.resources.guests[0]!.status = 'stopped'
  await s.clock.advance(5000)
  assert.match(s.cluster.picture().parts.storages.trouble?.text ?? '', /Datastore\.Audit/)
  assert.is(s.told('guest.condition').length, 1)
  await s.end()
})

news('names survive the five minutes after which Proxmox forgets them, and a restart', async () => {
  let s = await stage()
  await s.clock.advance(10_000)
  nodeGoes(s.w, 'pve', false)
  for (const row of s.w.resources.guests.filter((g) => g.node === 'pve')) {
    row.status = 'unknown'
    delete row.name
  }
  await s.clock.advance(5000)
  assert.is(s.cluster.guest(300)?.name, 'guest-300')
  s = await s.restart()
  assert.is(s.cluster.guest(300)?.name, 'guest-300')
  assert.is(s.told('guest.renamed').length, 0)
  assert.is(s.told('node.lost').length, 0, 'the last run told it')
  nodeGoes(s.w, 'pve', true)
  await s.clock.advance(5000)
  assert.equal(s.told('node.back'), [{ node: 'pve' }])
  await s.end()
})

news('a task is told exactly once, over a restart too', async () => {
  const w = world()
  const noon = fakeClock().now() / 1000
  w.tasks = [taskRow(noon - 500), taskRow(noon - 5, { endtime: undefined, status: undefined })]
  let s = await stage(w)
  assert.is(s.told('task.finished').length + s.told('task.started').length, 0, 'old on arrival')
  await s.clock.advance(10_000)
  w.tasks[1] = taskRow(noon - 5, { endtime: noon + 8, status: 'command failed: exit code 1' })
  w.tasks.push(taskRow(noon + 9, { endtime: undefined, status: undefined }))
  await s.clock.advance(10_000)
  assert.equal(
    s.told('task.finished').map((e) => ('outcome' in e ? e.outcome : '')),
    ['failed'],
  )
  assert.is(s.told('task.started').length, 1)

  s = await s.restart()
  assert.is(s.told('task.finished').length + s.told('task.started').length, 0, 'told before')
  // While the program is away, one task ends and another comes and goes.
  w.tasks[2] = taskRow(noon + 9, { endtime: noon + 30, status: 'WARNINGS: 2' })
  w.tasks.push(taskRow(noon + 31, { endtime: noon + 32 }))
  w.tasks.reverse()
  s = await s.restart()
  assert.equal(
    s
      .told('task.finished')
      .map((e) => ('outcome' in e ? e.outcome : ''))
      .sort(),
    ['ok', 'warnings'],
  )
  assert.is(s.told('task.started').length, 0)
  s = await s.restart()
  await s.clock.advance(30_000)
  assert.is(s.told('task.finished').length, 0)
  await s.end()
})

news('a crash tells nothing twice and loses nothing that was not stored', async () => {
  const w = world()
  const noon = fakeClock().now() / 1000
  const first = await stage(w)
  await first.clock.advance(1000)
  w.tasks.push(taskRow(noon + 2))
  nodeGoes(w, 'pve', false)
  await first.clock.advance(4000)
  assert.is(first.told('task.finished').length, 1)
  const second = await first.crash()
  assert.is(second.told('task.finished').length, 1, 'the buffer was lost, so it is told anew')
  assert.is(second.told('node.lost').length, 1)
  await second.clock.advance(1000)
  const third = await second.crash()
  assert.is(third.told('task.finished').length, 0)
  assert.is(third.told('node.lost').length, 0)
  await third.clock.advance(10_000)
  const stored = third.db.all<{ kind: string }>('select kind from events order by kind')
  assert.equal(
    stored.map((row) => row.kind),
    ['node.lost', 'task.finished'],
  )
  await third.end()
})

news('a storage that fills is told once, and again only after relief', async () => {
  const s = await stage()
  const local = s.w.resources.storages[0]!
  for (const percent of [89, 91, 89, 92, 84, 90]) {
    local.disk = (percent / 100) * (local.maxdisk ?? 0)
    await s.clock.advance(5000)
  }
  assert.is(s.told('storage.filling').length, 2)
  await s.end()
})

news('quorum lost and back are told once each', async () => {
  const s = await stage()
  s.w.status.cluster!.quorate = false
  nodeGoes(s.w, 'agent1', false)
  nodeGoes(s.w, 'agent', false)
  await s.clock.advance(20_000)
  assert.equal(s.told('quorum.lost'), [{ online: 2, total: 4 }])
  assert.equal(s.cluster.picture().cluster.votes, { online: 2, total: 4, needed: 3 })
  s.w.status.cluster!.quorate = true
  await s.clock.advance(20_000)
  assert.is(s.told('quorum.back').length, 1)
  await s.end()
})

news('guests that come, go, move and change their name are told', async () => {
  const s = await stage()
  const guests = s.w.resources.guests
  guests[0]!.node = 'agent'
  guests[1]!.name = 'new-name'
  guests[2]!.status = 'stopped'
  guests.splice(4, 1, { ...guests[4]!, vmid: 400, name: 'fresh' })
  await s.clock.advance(5000)
  assert.equal(s.told('guest.moved'), [{ vmid: 100, name: 'guest-100', from: 'Home', to: 'agent' }])
  assert.equal(s.told('guest.renamed'), [{ vmid: 103, from: 'guest-103', to: 'new-name' }])
  assert.equal(s.told('guest.condition'), [
    { vmid: 300, node: 'pve', name: 'guest-300', from: 'running', to: 'stopped' },
  ])
  assert.equal(s.told('guest.appeared'), [{ vmid: 400, node: 'agent1', name: 'fresh' }])
  assert.equal(s.told('guest.vanished'), [{ vmid: 303, node: 'agent1', name: 'guest-303' }])
  await s.end()
})

news('a token that suddenly sees nothing is no empty cluster', async () => {
  const s = await stage()
  await s.clock.advance(10_000)
  s.w.permissions = { '/vms/999': { 'VM.PowerMgmt': true } }
  s.w.resources.guests = []
  s.w.resources.storages = []
  await s.clock.advance(5000)
  const { trouble } = s.cluster.picture().parts.guests
  assert.is(trouble?.kind, 'forbidden')
  assert.match(trouble?.text ?? '', /no permission for guests \(VM\.Audit on \/vms\)/)
  assert.match(trouble?.next ?? '', /pveum acl modify/)
  assert.is(s.told('guest.vanished').length, 0)
  const { version } = s.cluster.picture()
  await s.clock.advance(30_000)
  assert.is(s.cluster.picture().version, version, 'a standing lack is no news')
  await s.end()
})

news.run()
