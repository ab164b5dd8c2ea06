/** Deeds on guests beyond their power: what each does, what it reads back. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { call, callAllowed, person } from '../../deeds.ts'
import { type Given, type House, openHouse, stateIn } from '../../house.ts'

const deeds = suite<{ house: House }>('deeds on guests')
deeds.after.each((t) => t.house?.close())

const open = async (t: { house: House }, given: Given = {}) => {
  t.house = await openHouse(given)
  return t.house
}
const guest = ({ lab }: House, vmid: number) => lab.world.guest(vmid)!
const waiting = ({ brakes }: House) => brakes.approvals.waiting()
const planOf = async (house: House, tool: string, args: unknown) =>
  (await house.tools.rehearse({ tool, args, caller: person })).plan!

deeds('a snapshot is in the list afterwards, under its own name only once', async (t) => {
  const house = await open(t)
  const args = { vmid: 303, name: 'before-update', description: 'the\nnew release' }
  const done = await call(house, 'guest_snapshot', args)
  assert.is(done.state, 'done', done.text)
  assert.match(done.text, /303 homeassistant has the snapshot before-update/)
  assert.is(done.data?.snapshot, 'before-update')
  assert.is(guest(house, 303).snapshots[0]?.description, 'the new release\n')
  const again = await call(house, 'guest_snapshot', args, { as: person })
  assert.match(again.text, /has a snapshot before-update already/)
})

deeds('names of snapshots cannot be anything else than names', async (t) => {
  const house = await open(t)
  for (const name of [
    'current',
    'x',
    '../../1',
    'a b',
    'a;reboot',
    '-rf',
    'a\nb',
    'ä1',
    'a'.repeat(41),
  ])
    for (const [tool, key] of [
      ['guest_snapshot', 'name'],
      ['guest_rollback', 'snapshot'],
    ] as const) {
      const { problem } = await call(house, tool, { vmid: 303, [key]: name })
      assert.is(problem?.details?.rule, 'arguments', `${tool} ${name}`)
    }
  assert.equal(house.writes, [])
})

deeds('a rollback waits for a person, who sees what is lost, and runs on after it', async (t) => {
  const house = await open(t)
  await call(house, 'guest_snapshot', { vmid: 303, name: 'good' })
  const plan = await planOf(house, 'guest_rollback', { vmid: 303, snapshot: 'good' })
  assert.match(
    plan.goes!,
    /Everything that 303 homeassistant has written since 20.* UTC, \d+.s ago/,
  )
  assert.equal(plan.checked, [
    'It is the youngest snapshot',
    'never backed up',
    'nothing that is known depends on it',
  ])
  const asked = await call(house, 'guest_rollback', { vmid: 303, snapshot: 'good' })
  assert.is(asked.state, 'needs-approval')
  const done = await callAllowed(house, 'guest_rollback', { vmid: 303, snapshot: 'good' })
  assert.is(done.state, 'done', done.text)
  assert.match(done.text, /stands on the snapshot good and is running/)
  assert.is(stateIn(house.lab, 303), 'running')
})

deeds('an unknown snapshot is told with the one that was meant', async (t) => {
  const house = await open(t)
  const { problem } = await call(house, 'guest_rollback', { vmid: 100, snapshot: 'frish' })
  assert.equal([problem?.kind, problem?.next], ['not-found', 'Did you mean fresh?'])
  const plan = await planOf(house, 'guest_rollback', { vmid: 100, snapshot: 'fresh' })
  assert.match(plan.checked![0]!, /Younger snapshots of 100 Ubuntu-Desktop: before-24-04/)
})

deeds('a backup goes to the first storage with room, and lies there', async (t) => {
  const house = await open(t)
  const done = await call(house, 'guest_backup', { vmid: 303 })
  assert.is(done.state, 'done', done.text)
  assert.match(String(done.data?.volid), /^cluster-backup:backup\/vzdump-lxc-303-/)
  const plan = await planOf(house, 'guest_delete', { vmid: 303 }).catch((p) => p)
  assert.match(plan.message, /no token that may delete/)
})

deeds('where a backup cannot go is told before anything is sent', async (t) => {
  const house = await open(t)
  const to = async (storage: string) => {
    const { problem } = await call(house, 'guest_backup', { vmid: 303, storage }, { as: person })
    return [problem?.kind, problem?.next]
  }
  assert.equal(await to('nvme1'), ['not-found', 'There are: cluster-backup, local.'])
  house.lab.scenarios.on('storage-full', 'cluster-backup')
  assert.is((await to('cluster-backup'))[0], 'conflict')
  assert.equal(house.writes, [])
  const other = await call(house, 'guest_backup', { vmid: 303 }, { as: person })
  assert.is(other.data?.storage, 'local', other.text)
})

deeds('a container moves by a restart, and is asked for where it went', async (t) => {
  const house = await open(t)
  const plan = await planOf(house, 'guest_migrate', { vmid: 303, target: 'pve' })
  assert.match(plan.goes!, /shut down, moved, and started again/)
  assert.match(plan.stays!, /to local-lvm/)
  const done = await call(house, 'guest_migrate', { vmid: 303, target: 'pve' })
  assert.is(done.state, 'done', done.text)
  assert.equal([guest(house, 303).node, stateIn(house.lab, 303)], ['pve', 'running'])
  assert.match(done.text, /303 homeassistant is running on pve/)
})

deeds('a virtual machine moves live', async (t) => {
  const house = await open(t)
  const plan = await planOf(house, 'guest_migrate', { vmid: 103, target: 'agent1' })
  assert.match(plan.goes!, /moves while it runs/)
  const done = await callAllowed(house, 'guest_migrate', { vmid: 103, target: 'agent1' })
  assert.is(done.state, 'done', done.text)
  assert.is(guest(house, 103).node, 'agent1')
})

deeds('no move to where it is, to a stranger, or to a node that is lost', async (t) => {
  const house = await open(t)
  house.lab.scenarios.on('node-down', 'agent', { settled: true })
  const to = async (target: string) =>
    (await call(house, 'guest_migrate', { vmid: 303, target }, { as: person })).text
  assert.match(await to('agent1'), /is on agent1 already/)
  assert.match(await to('pvee'), /no node pvee/)
  assert.match(await to('agent'), /agent is lost/)
  assert.equal(house.writes, [])
})

deeds('a hard stop takes a person', async (t) => {
  const house = await open(t)
  assert.is((await call(house, 'guest_stop', { vmid: 303 })).state, 'needs-approval')
  const done = await callAllowed(house, 'guest_stop', { vmid: 303 })
  assert.is(done.state, 'done', done.text)
  assert.is(stateIn(house.lab, 303), 'stopped')
})

deeds('without a token for destroying nobody deletes, and the reason is told', async (t) => {
  const house = await open(t)
  for (const as of [undefined, person]) {
    const { state, problem } = await call(house, 'guest_delete', { vmid: 100 }, { as: as! })
    assert.equal([state, problem?.details?.rule], ['refused', 'role'])
    assert.match(problem?.next ?? '', /role destroy: \.\/jarvis setup/)
  }
  assert.equal([house.writes, waiting(house)], [[], []])
})

deeds('a delete shows what goes and takes the typed number; then all of it is gone', async (t) => {
  const house = await open(t, { destroy: true })
  const plan = await planOf(house, 'guest_delete', { vmid: 100 })
  assert.match(plan.goes!, /nvme1:vm-100-disk-0 \(64G\); 2 snapshots: fresh, before-24-04/)
  assert.match(plan.undo, /restore the backup cluster-backup:backup\/vzdump-qemu-100-/)
  assert.match(
    plan.checked![0]!,
    /^The only backup is \d.d old and lies on cluster-backup \(not verified\)$/,
  )
  assert.match(plan.stays!, /its backups \(1\)/)
  const { approval } = await call(house, 'guest_delete', { vmid: 100 })
  for (const typed of [undefined, '', '10', '1000', 'Ubuntu-Desktop'])
    await callAllowed(house, 'guest_delete', { vmid: 100 }, typed).then(
      (r) => assert.unreachable(r.text),
      (problem) => assert.is(problem.kind, 'invalid', problem.message),
    )
  assert.equal(house.writes, [])
  assert.is(waiting(house)[0]?.id, approval?.id)
  const done = await callAllowed(house, 'guest_delete', { vmid: 100 }, '100')
  assert.is(done.state, 'done', done.text)
  assert.match(done.text, /100 Ubuntu-Desktop is gone, and so are its disks/)
  assert.is(house.lab.world.guest(100), undefined)
})

deeds('never backed up is said; running is refused; what Jarvis hangs on is BLACK', async (t) => {
  const house = await open(t, { destroy: true, marks: { self: 'guest/302' } })
  const plan = await planOf(house, 'guest_delete', { vmid: 303 })
  assert.equal([plan.undo, plan.checked![0]], ['none: there is no backup', 'Never backed up'])
  const running = await call(house, 'guest_delete', { vmid: 303 })
  assert.equal([running.problem?.details?.rule], ['state'])
  const own = await call(house, 'guest_delete', { vmid: 302 }, { as: person })
  assert.equal([own.problem?.kind, own.problem?.details?.rule], ['forbidden', 'protection'])
  assert.equal(house.writes, [])
})

deeds('what was changed since the card was opened is not deleted', async (t) => {
  const house = await open(t, { destroy: true })
  const { approval } = await call(house, 'guest_delete', { vmid: 100 })
  const desk = { account: person.name, session: 'desk' }
  const card = await house.tools.open(approval!.id, desk)
  await call(house, 'guest_snapshot', { vmid: 100, name: 'precious' })
  const answer = { nonce: card.nonce, hash: card.approval.hash, typed: '100' }
  await house.tools.confirm(approval!.id, { caller: person, session: 'desk' }, answer).then(
    () => assert.unreachable(),
    (problem) => assert.is(problem.kind, 'conflict'),
  )
  assert.ok(house.lab.world.guest(100))
})

deeds.run()
