/** What the token of Jarvis may not do is told with the lines that grant it; what is not his own he leaves. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock as clock } from '../../../lib/clock.ts'
import { silentLog } from '../../../lib/log.ts'
import { createProxmox } from '../../../lib/proxmox/client.ts'
import { failure } from '../../../routes/shapes.ts'
import { deedRow, type Given, type House, makeDeaf, openHouse, until } from '../../house.ts'

const rights = suite<{ house: House | undefined }>('rights of a deed')
rights.after.each(async (t) => {
  await t.house?.close()
  t.house = undefined
})
const open = async (t: { house: House | undefined }, given: Given = {}) => {
  t.house = await openHouse(given)
  return t.house
}

rights('a token without the right: 403 with the pveum line, and the row says failed', async (t) => {
  const house = await open(t, { operate: (lab) => lab.tokens.narrow })
  const r = await house.post('/guests/302/shutdown')
  assert.is(r.status, 403)
  const { message, next, details } = failure.parse(await r.json()).error
  assert.match(message, 'VM.PowerMgmt on /vms/302')
  assert.match(next ?? '', 'pveum acl modify /')
  assert.is(deedRow(house.db, Number(details.deed))?.state, 'failed')
  assert.is((await house.post('/guests/303/shutdown')).status, 200)
})

rights('a token that Proxmox does not accept is our trouble, not the caller’s', async (t) => {
  const house = await open(t, { operate: (lab) => lab.tokens.expired })
  const r = await house.post('/guests/302/shutdown')
  assert.is(r.status, 502)
  assert.match(failure.parse(await r.json()).error.message, 'does not accept the token')
})

rights('an own task can be cancelled, and is seen to have ended', async (t) => {
  const house = await open(t)
  makeDeaf(house.lab, 303)
  const shutdown = house.post('/guests/303/shutdown')
  await until(() => deedRow(house.db, 1)?.upid != null)
  const json = { tool: 'cancel_task', args: { upid: deedRow(house.db, 1)!.upid } }
  const r = await house.post('/api/tools/execute', { json })
  assert.is(r.status, 200, await r.clone().text())
  assert.match(await r.text(), 'received interrupt')
  assert.is((await shutdown).status, 502)
  assert.is((await house.post('/api/tools/execute', { json })).status, 409)
})

rights('a task of somebody else takes a person', async (t) => {
  const house = await open(t)
  makeDeaf(house.lab, 303)
  const { nodes, ca, tokens } = house.lab
  const other = createProxmox({ nodes, ca, token: () => tokens.narrow, clock, log: silentLog })
  const { upid, outcome } = await other.guests.shutdown({ node: 'agent1', kind: 'lxc', vmid: 303 })
  const r = await house.post('/api/tools/execute', {
    json: { tool: 'cancel_task', args: { upid } },
  })
  assert.is(r.status, 202, await r.clone().text())
  assert.match(await r.text(), '/approvals/1')
  assert.ok((await house.proxmox.tasks.status(upid!, { role: 'audit' })).running)
  await outcome
  other.close()
})

rights.run()
