/** Nodes that restart and go off: no node goes that the rest needs, and each is waited for. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startLab } from '../../../lab/lab.ts'
import type { ClusterStatus } from '../../../lib/proxmox/types.ts'
import { votesBeside } from '../../../lib/tools/node-votes.ts'
import { allow, call, callAllowed, person } from '../../deeds.ts'
import { deedRow, type Given, type House, openHouse, until } from '../../house.ts'

const nodes = suite<{ house: House }>('deeds on nodes')
nodes.after.each(async (t) => {
  await t.house?.close()
  t.house = undefined as never
})

const open = async (t: { house: House }, given: Given = {}) => {
  t.house = await openHouse(given)
  return t.house
}
const five = async () => startLab({ pace: 0.02, nodes: 5 })
const planOf = async (house: House, tool: string, node: string) =>
  (await house.tools.rehearse({ tool, args: { node }, caller: person })).plan!

nodes('the card of a reboot tells votes, guests, and whether Jarvis goes too', async (t) => {
  const house = await open(t, { marks: { self: 'guest/103' } })
  const plan = await planOf(house, 'node_reboot', 'pve')
  assert.match(plan.goes!, /^3 guests go down: 103 management, 300 twingate, 302 adguard/)
  assert.match(plan.goes!, /JARVIS HIMSELF: Jarvis runs in 103 management, which runs on pve/)
  assert.match(plan.checked![0]!, /^NO MARGIN: 3 of 4 votes are left without it, 3 are needed/)
  const other = await planOf(house, 'node_reboot', 'agent')
  assert.match(other.goes!, /^No guest runs there$/)
})

nodes('a reboot waits until the node is back, up since a moment ago', async (t) => {
  const house = await open(t)
  const done = await callAllowed(house, 'node_reboot', { node: 'agent' })
  assert.is(done.state, 'done', done.text)
  assert.match(done.text, /agent is on, up for \d+.s/)
  assert.match(house.writes.join(), /POST \/nodes\/agent\/status/)
})

nodes(
  'within a quarter of an hour no machine takes another node; a person is warned',
  async (t) => {
    const house = await open(t)
    await callAllowed(house, 'node_reboot', { node: 'agent' })
    const { state, problem } = await call(house, 'node_reboot', { node: 'agent1' })
    assert.equal([state, problem?.details?.rule], ['refused', 'hazard'])
    assert.match(problem?.message ?? '', /agent went down \d+.s ago/)
    const asked = await call(house, 'node_reboot', { node: 'agent1' }, { as: person })
    assert.is(asked.state, 'needs-approval')
    const { plan } = house.brakes.approvals.find(asked.approval!.id)!
    assert.match(JSON.stringify(plan.checked), /CAREFUL: agent went down/)
  },
)

nodes('a shutdown waits until the cluster has lost the node; then no other may go', async (t) => {
  const house = await open(t)
  const done = await callAllowed(house, 'node_shutdown', { node: 'agent' })
  assert.is(done.state, 'done', done.text)
  assert.match(done.text, /agent is off/)
  for (const tool of ['node_reboot', 'node_shutdown']) {
    const { problem } = await call(house, tool, { node: 'agent1' }, { as: person })
    assert.is(problem?.details?.rule, 'quorum')
    assert.match(problem?.message ?? '', /Without agent1 2 of 4 votes are left and 3 are needed/)
    assert.match(problem?.next ?? '', /By hand, in a terminal on agent1: systemctl/)
  }
  const off = await call(house, 'node_shutdown', { node: 'agent' }, { as: person })
  assert.match(off.text, /agent is off already/)
})

nodes(
  'with votes to spare: another node off, or a backup running, stops machines alone',
  async (t) => {
    const house = await open(t, { lab: await five() })
    const hazard = async () => {
      const { problem } = await call(house, 'node_reboot', { node: 'agent' })
      return `${problem?.details?.rule}: ${problem?.message}`
    }
    assert.is((await call(house, 'node_reboot', { node: 'agent' })).state, 'needs-approval')
    house.lab.world.guest(303)!.disk.used = 100 * 1024 ** 3
    await call(house, 'guest_backup', { vmid: 303 }, { as: person, patienceMs: 1 })
    await until(() => deedRow(house.db, 1)?.upid != null)
    assert.match(await hazard(), /^hazard: .*a backup of 303 runs on agent1/)
    await until(() => deedRow(house.db, 1)?.ended_at != null)
    house.lab.scenarios.on('node-down', 'node05', { settled: true })
    assert.match(await hazard(), /^hazard: .*node05 is off/)
    const asked = await call(house, 'node_reboot', { node: 'agent' }, { as: person })
    assert.is(asked.state, 'needs-approval', asked.text)
  },
)

nodes('two nodes that see different clusters: nobody goes', async () => {
  const view = (online: string[]): ClusterStatus => ({
    cluster: { name: 'c', quorate: true, nodes: 3, version: 1 },
    nodes: ['a', 'b', 'c'].map((name, i) => ({
      name,
      nodeid: i + 1,
      local: false,
      online: online.includes(name),
    })),
  })
  const cluster = {
    status: async ({ node }: { node?: string } = {}) =>
      node === 'b' ? view(['b', 'c']) : view(['a', 'b', 'c']),
    votes: async () => new Map(),
  }
  const proxmox = { cluster } as never
  await votesBeside({ proxmox }, 'c').then(
    () => assert.unreachable(),
    (problem) => assert.match(problem.message, /a and b see different clusters/),
  )
  const alone = { status: async () => view(['a']), votes: async () => new Map() }
  await votesBeside({ proxmox: { cluster: alone } as never }, 'a').then(
    () => assert.unreachable(),
    (problem) => assert.match(problem.message, /Only one node/),
  )
})

nodes('a server that ends under a reboot finds the node up anew, and says done', async (t) => {
  const house = await open(t)
  const { approval } = await call(house, 'node_reboot', { node: 'agent' })
  const going = allow(house, approval!.id)
  await until(() => house.writes.some((w) => w.includes('/nodes/agent/status')))
  const { lab, folder } = house
  await house.drop()
  await going.catch(() => undefined)
  t.house = await openHouse({ lab, folder })
  await t.house.tools.recover()
  assert.is(deedRow(t.house.db, 1)?.state, 'done', deedRow(t.house.db, 1)?.text ?? '')
})

nodes.run()
