/** How deeds on guests can fail: in their task, under STOP, with their node; and what is then told. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { call, person } from '../../deeds.ts'
import { deedRow, type Given, type House, openHouse, until } from '../../house.ts'

const faults = suite<{ house: House }>('faults of deeds on guests')
faults.after.each((t) => t.house?.close())

const open = async (t: { house: House }, given: Given = {}) => {
  t.house = await openHouse(given)
  return t.house
}
const guest = ({ lab }: House, vmid: number) => lab.world.guest(vmid)!

faults('a task that fails is told with its words and with how the guest is now', async (t) => {
  const house = await open(t)
  house.lab.scenarios.on('task-fails', '303')
  const tries = [
    ['guest_snapshot', { vmid: 303, name: 'good' }, /303 homeassistant has no snapshot good/],
    ['guest_backup', { vmid: 303 }, /There is no new backup of 303/],
    ['guest_migrate', { vmid: 303, target: 'pve' }, /303 homeassistant is running on agent1/],
  ] as const
  for (const [tool, args, words] of tries) {
    const failed = await call(house, tool, args, { as: person })
    assert.is(failed.state, 'failed', `${tool}: ${failed.text}`)
    assert.match(failed.text, words)
  }
})

faults('STOP in the middle of a move cancels the task, and tells where the guest is', async (t) => {
  const house = await open(t)
  guest(house, 303).disk.used = 10 * 1024 ** 3
  const moving = call(house, 'guest_migrate', { vmid: 303, target: 'pve' })
  await until(() => deedRow(house.db, 1)?.upid != null)
  house.stop.press({ by: 'alice', from: '' })
  const { state, text, problem } = await moving
  assert.equal([state, problem?.kind], ['failed', 'halted'], text)
  assert.match(text, /cancelled by STOP\. 303 homeassistant is \w+ on agent1/)
  assert.is(deedRow(house.db, 1)?.state, 'stopped')
  assert.is(guest(house, 303).node, 'agent1')
})

faults(
  'a task that takes long: who asks is told that it goes on, and the row its end',
  async (t) => {
    const house = await open(t)
    const asked = await call(house, 'guest_backup', { vmid: 303 }, { patienceMs: 1 })
    assert.is(asked.state, 'running')
    assert.match(asked.text, /303 homeassistant is being backed up/)
    const busy = await call(house, 'guest_snapshot', { vmid: 303, name: 'good' }, { as: person })
    assert.is(busy.problem?.details?.rule, 'one-at-a-time')
    await until(() => deedRow(house.db, 1)?.ended_at != null)
    assert.is(deedRow(house.db, 1)?.state, 'done')
  },
)

faults('a node that dies under a backup: nothing is claimed that was not seen', async (t) => {
  const house = await open(t)
  guest(house, 303).disk.used = 10 * 1024 ** 3
  const asked = await call(house, 'guest_backup', { vmid: 303 }, { patienceMs: 300 })
  assert.is(asked.state, 'running')
  house.lab.scenarios.on('node-down', 'agent1')
  house.lab.scenarios.off('node-down')
  await until(() => deedRow(house.db, 1)?.ended_at != null)
  const row = deedRow(house.db, 1)
  assert.match(row?.state ?? '', /^(failed|unknown)$/, row?.text ?? '')
  assert.not.match(row?.text ?? '', /done/)
})

faults.run()
