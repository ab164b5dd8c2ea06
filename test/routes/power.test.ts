/** The power of the nodes through the front door: how it is, and waking them in the lab. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type * as z from 'zod'
import { startLab } from '../../lab/lab.ts'
import { deedDone, deedRunning, failure, panelShapes, wakeResults } from '../../routes/shapes.ts'
import { type House, openHouse, until } from '../house.ts'

const power = suite<{ house: House }>('power')
power.before.each(async (t) => {
  t.house = await openHouse()
})
power.after.each((t) => t.house.close())

const statusOf = async (house: House) =>
  panelShapes.power.parse(await (await house.get('/power/status.json')).json())
const rowOf = async (house: House, node: string) =>
  (await statusOf(house)).rows.find((r) => r.node === node)!
const failureOf = async (r: Response) => failure.parse(await r.json()).error

/** Without power, and the cluster has noticed. */
const cut = async ({ lab, cluster }: House, ...nodes: string[]) => {
  lab.scenarios.on('node-down', nodes.join(','), { settled: true })
  await cluster.refresh()
  assert.is(cluster.node(nodes[0]!)?.reach, 'offline')
}

power('a node that is off is woken by one deed, which ends when the cluster has it', async (t) => {
  const { house } = t
  await cut(house, 'agent1')
  const mac = house.lab.nodes.find((n) => n.name === 'agent1')!.mac.toLowerCase()
  const row = await rowOf(house, 'agent1')
  assert.equal([row.power, row.wakeable, row.waking], ['off', true, null])
  const r = await house.post('/power/wake/AGENT1')
  assert.is(r.status, 200, await r.clone().text())
  const { result } = deedDone.parse(await r.json())
  assert.is(result.text, 'Waking done: agent1 is on.')
  assert.equal(house.packets, [mac])
  assert.is(house.writes.length, 0, 'Proxmox itself was not asked')
  assert.is((await rowOf(house, 'agent1')).power, 'on')
  assert.equal(house.kinds(), ['deed.started', 'deed.finished'])
  const [first, last] = house.audit()
  assert.equal([first?.what, first?.target, last?.outcome], ['wake_node', 'node/agent1', 'done'])
})

power('one that is on is not woken; one that is being woken not twice', async ({ house }) => {
  const on = await house.post('/power/wake/pve')
  assert.is(on.status, 409)
  assert.match((await failureOf(on)).message, 'pve is on already.')
  await cut(house, 'agent1')
  const first = await house.post('/power/wake/agent1', { form: { wait: '0' } })
  assert.is(first.status, 202)
  const { running } = deedRunning.parse(await first.json())
  assert.match(running.url, /^\/api\/deeds\/\d+$/)
  const second = await house.post('/power/wake/agent1')
  assert.is(second.status, 409)
  assert.match((await failureOf(second)).message, /agent1 is being woken by test operate/)
  assert.is(house.packets.length, 1)
  await until(() => house.tools.running().length === 0)
})

power('page, text, JSON and curl tell the same while a node wakes', async ({ house }) => {
  await cut(house, 'agent1')
  await house.post('/power/wake/agent1', { form: { wait: '0' } })
  const row = await rowOf(house, 'agent1')
  assert.is(row.waking?.by, 'test operate')
  assert.equal([row.wakeable, row.whyNot], [false, 'It is being woken.'])
  const since = row.waking!.since.slice(11, 16)
  const page = await (await house.get('/power', 'alice', 'text/html')).text()
  const shown = /<tr id="power-agent1".*?<\/tr>/s.exec(page)?.[0] ?? ''
  assert.match(shown, `waking since ${since}<`)
  assert.match(shown, 'by test operate')
  assert.not.match(shown, '<button')
  const line = (text: string) => text.split('\n').find((l) => l.startsWith('agent1'))!
  const text = await (await house.get('/power/status.txt')).text()
  assert.match(line(text), /^agent1 +waking .* waking since/)
  assert.match(text, '3 of 4 nodes on, 1 waking')
  const curl = await (await house.get('/power', 'view', 'text/plain')).text()
  assert.is(line(curl), line(text))
  assert.match(curl, /^TEMPERATURES/m)
  const json = await (await house.get('/power', 'view')).json()
  assert.equal((json as z.infer<typeof panelShapes.power>).rows, (await statusOf(house)).rows)
  await until(() => house.tools.running().length === 0)
})

power('who may only look sees it and wakes nobody', async ({ house }) => {
  await cut(house, 'agent1')
  for (const path of ['/power/wake/agent1', '/power/wake/all'])
    assert.is((await house.post(path, { as: 'view' })).status, 403, path)
  assert.is((await house.get('/power', 'view')).status, 200)
  assert.equal(house.packets, [])
})

power('all that are off are woken, also without quorum: one list', async ({ house }) => {
  await cut(house, 'agent1', 'agent')
  assert.is(house.cluster.picture().cluster.quorate, false)
  const page = await (await house.get('/power', 'alice', 'text/html')).text()
  assert.match(page, 'Wake all 2')
  const r = await house.post('/power/wake/all')
  assert.is(r.status, 200, await r.clone().text())
  const { success, results } = wakeResults.parse(await r.json())
  assert.is(success, true)
  assert.equal(
    results.map((one) => [one.node, one.state, one.deed !== null]),
    [
      ['Home', 'on', false],
      ['pve', 'on', false],
      ['agent1', 'done', true],
      ['agent', 'done', true],
    ],
  )
  const again = wakeResults.parse(await (await house.post('/power/wake/all')).json())
  assert.ok(again.results.every((one) => one.state === 'on'))
  assert.is(house.packets.length, 2)
})

power('STOP refuses, one and all, and the button says so', async ({ house }) => {
  await cut(house, 'agent1')
  house.stop.press({ by: 'alice', from: '' })
  for (const path of ['/power/wake/agent1', '/power/wake/all'])
    assert.is((await house.post(path)).status, 503, path)
  assert.is((await rowOf(house, 'agent1')).whyNot, 'STOP is pressed.')
  const page = await (await house.get('/power', 'alice', 'text/html')).text()
  assert.match(
    page,
    /disabled[^>]*>(<svg.*?<\/svg>)?Wake<\/button> <span class="reason"[^>]*>STOP is/s,
  )
  assert.equal(house.packets, [])
})

power('a form comes back to its page, htmx gets the row', async ({ house }) => {
  await cut(house, 'agent1')
  const referer = { referer: 'http://localhost/power' }
  const row = await house.post('/power/wake/agent1', {
    as: 'alice',
    form: { wait: '0' },
    headers: { 'hx-request': 'true' },
  })
  assert.match(await row.text(), /^<tr id="power-agent1"/)
  const all = await house.post('/power/wake/all', { as: 'alice', form: {}, headers: referer })
  // Nothing else is off, and the one that wakes is refused: the page of the failure says why.
  assert.is(all.status, 409)
  await until(() => house.tools.running().length === 0)
  const back = await house.post('/power/wake/all', { as: 'alice', form: {}, headers: referer })
  assert.equal([back.status, back.headers.get('location')], [303, '/power'])
})

power(
  'wrong wishes: a node that is not there, a time that is too long, a field too many',
  async (t) => {
    const missing = await t.house.post('/power/wake/agnet1')
    assert.is(missing.status, 404)
    assert.match((await failureOf(missing)).next ?? '', 'agent1')
    await cut(t.house, 'agent1')
    for (const form of [{ wait: '26' }, { wait: '-1' }, { force: '1' }] as Record<string, string>[])
      assert.is((await t.house.post('/power/wake/agent1', { form })).status, 422)
    assert.equal(t.house.packets, [])
  },
)

power.run()

const learning = suite('MAC addresses')

learning('are learned while a node is on, kept over a restart, and forgotten with it', async () => {
  const house = await openHouse({ withoutMacs: true })
  try {
    await until(() => house.macs.of('agent1') !== undefined)
    assert.equal(house.macs.of('agent1'), {
      mac: house.lab.nodes.find((n) => n.name === 'agent1')!.mac.toLowerCase(),
      broadcast: undefined,
      from: 'node',
    })
    await standsEverywhere(house, 'agent1', house.macs.of('agent1')!.mac)
    await house.drop()
    house.lab.scenarios.on('node-down', 'agent1', { settled: true })
    const again = await openHouse({ withoutMacs: true, lab: house.lab, folder: house.folder })
    try {
      const r = await again.post('/power/wake/agent1')
      assert.is(r.status, 200, await r.clone().text())
    } finally {
      await again.drop()
    }
  } finally {
    await house.lab.stop()
  }
})

/** Wherever the node is told of, its address is told as well. */
const standsEverywhere = async (house: House, node: string, mac: string) => {
  for (const path of ['/nodes/agent1', '/f/nodes', '/nodes', '/api/state']) {
    const told = await (await house.get(path)).json()
    const all = (told.nodes ?? told.rows ?? [told.node]) as { name: string; mac: string | null }[]
    assert.is(all.find((n) => n.name === node)?.mac, mac, path)
  }
  assert.match(await (await house.get(`/nodes/${node}`, 'alice', 'text/html')).text(), mac)
}

/** A lab whose nodes do not tell. */
const nameless = async () => {
  const lab = await startLab({ pace: 0.05 })
  for (const node of lab.world.nodes) delete node.options.wakeonlan
  return { lab }
}

learning('without one the refusal says how to set it', async () => {
  const house = await openHouse({ withoutMacs: true, ...(await nameless()) })
  try {
    await cut(house, 'agent1')
    const r = await house.post('/power/wake/agent1')
    assert.is(r.status, 409)
    const { message, next } = await failureOf(r)
    assert.match(message, 'no MAC address of agent1')
    assert.match(next ?? '', 'pvenode config set --wakeonlan')
    assert.match((await rowOf(house, 'agent1')).whyNot ?? '', 'No MAC address')
  } finally {
    await house.close()
  }
})

learning.run()
