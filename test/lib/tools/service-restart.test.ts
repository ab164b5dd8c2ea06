/** Services of nodes: what the cluster hangs on is left alone, and nothing is restarted twice. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Problem } from '../../../lib/errors.ts'
import { call, callAllowed, person } from '../../deeds.ts'
import { deedRow, type House, openHouse } from '../../house.ts'

const services = suite<{ house: House }>('services')
services.before(async (t) => {
  t.house = await openHouse()
})
services.after((t) => t.house.close())

services(
  'a stateless service restarts by itself, another one takes a person',
  async ({ house }) => {
    const args = { node: 'agent1', service: 'pveproxy' }
    const done = await call(house, 'service_restart', args)
    assert.is(done.state, 'done', done.text)
    assert.match(done.text, /pveproxy on agent1 is running/)
    const other = { node: 'agent1', service: 'pve-firewall.service' }
    assert.is((await call(house, 'service_restart', other)).state, 'needs-approval')
    assert.is((await callAllowed(house, 'service_restart', other)).state, 'done')
  },
)

services(
  'what carries the cluster is BLACK under each of its names, for everybody',
  async ({ house }) => {
    const before = house.writes.length
    for (const service of [
      'corosync',
      'Corosync',
      'corosync.service',
      'pve-cluster',
      'pmxcfs',
      'pve-ha-lrm',
      'watchdog-mux',
    ]) {
      const { problem } = await call(
        house,
        'service_restart',
        { node: 'pve', service },
        { as: person },
      )
      assert.equal([problem?.kind, problem?.details?.rule], ['forbidden', 'black'], service)
    }
    assert.equal(house.writes.slice(before), [])
  },
)

services('a name of a service is only a name, and of the live list', async ({ house }) => {
  const before = house.writes.length
  const names = ['a b', 'a;b', '../status', '-x', 'cron*', 'pve*', 'a/b', '', 'cron\n']
  for (const service of names) {
    const { problem } = await call(house, 'service_restart', { node: 'pve', service })
    assert.is(problem?.kind, 'invalid', service)
  }
  const near = await call(house, 'service_restart', { node: 'pve', service: 'pveprox' })
  assert.equal([near.problem?.kind, near.problem?.next], ['not-found', 'Did you mean pveproxy?'])
  for (const tool of ['node_reboot', 'node_shutdown', 'service_restart'])
    for (const node of ['pve;id', '../x', 'a b', '']) {
      const { problem } = await call(house, tool, { node, service: 'cron' })
      assert.is(problem?.kind, 'invalid', node)
    }
  assert.equal(house.writes.slice(before), [])
})

services('a restart whose answer is lost is looked for, not asked for twice', async ({ house }) => {
  const before = house.writes.length
  const { nodes: hand } = house.proxmox
  const { service } = hand
  hand.service = async (...args) => {
    hand.service = service
    await service(...args)
    throw new Problem('timeout', 'The answer was lost.', { details: { sent: 'yes' } })
  }
  const done = await call(house, 'service_restart', { node: 'agent', service: 'pveproxy' })
  assert.is(done.state, 'done', done.text)
  assert.match(deedRow(house.db, done.id!)?.upid ?? '', /srvrestart:pveproxy/)
  assert.is(house.writes.length - before, 1)
})

services.run()
