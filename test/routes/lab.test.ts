/** The lab's switches: plain forms in the lab, nothing at all outside. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { scenarios } from '../../routes/shapes.ts'
import { openSite, type Site } from '../site.ts'

const lab = suite<{ site: Site }>('lab page')
lab.before.each(async (t) => {
  t.site = await openSite()
})
lab.after.each((t) => t.site.close())

const html = { accept: 'text/html' }
const turn = (site: Site, name: string, fields: Record<string, string>, headers = html) =>
  site.ask(`/lab/scenarios/${name}`, {
    as: 'operate',
    method: 'POST',
    headers,
    body: new URLSearchParams(fields),
  })

lab('each scenario is a form with its state and its targets', async ({ site }) => {
  const page = await (await site.ask('/lab', { headers: html })).text()
  assert.match(page, '<form method="post" action="/lab/scenarios/node-down">')
  assert.match(page, '<option value="agent1">agent1</option>')
  assert.match(page, '<code>no-quorum</code> is off.')
})
lab('a switch goes on and off, and leads back to the page', async ({ site }) => {
  const on = await turn(site, 'node-down', { on: '1', target: 'agent1' })
  assert.is(on.status, 303)
  assert.is(on.headers.get('location'), '/lab')
  const page = await (await site.ask('/lab', { headers: html })).text()
  assert.match(page, '<code>node-down</code> is on for agent1.')
  await turn(site, 'node-down', { on: '0' })
  assert.is(site.needs.lab!.list()[0]?.on, false)
})
lab('a script gets the switches as JSON', async ({ site }) => {
  const r = await turn(site, 'no-quorum', { on: '1' }, { accept: 'application/json' })
  assert.is(r.status, 200)
  assert.is(scenarios.parse(await r.json()).scenarios[1]?.on, true)
})
lab('an unknown scenario, target or wish is refused with what there is', async ({ site }) => {
  const unknown = await turn(site, 'earthquake', { on: '1' })
  assert.is(unknown.status, 404)
  assert.match(await unknown.text(), 'node-down, no-quorum')
  const target = await turn(site, 'node-down', { on: '1', target: 'mars' })
  assert.is(target.status, 422)
  assert.match(await target.text(), 'expected one of pve, agent1')
  assert.is((await turn(site, 'node-down', { on: 'yes' })).status, 422)
  assert.is((await turn(site, 'node-down', {})).status, 422)
  assert.not.ok(site.needs.lab!.list().some((s) => s.on))
})
lab('who may only look cannot switch', async ({ site }) => {
  const r = await site.ask('/lab/scenarios/no-quorum', {
    method: 'POST',
    body: new URLSearchParams({ on: '1' }),
  })
  assert.is(r.status, 403)
})
lab('a real house has no lab and no sign of one', async () => {
  const site = await openSite({ lab: false })
  try {
    assert.is((await site.ask('/lab')).status, 404)
    assert.is((await turn(site, 'no-quorum', { on: '1' })).status, 404)
    assert.not.match(await (await site.ask('/', { headers: html })).text(), 'LAB')
  } finally {
    site.close()
  }
})

lab.run()
