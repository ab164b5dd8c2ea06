/** What machines may do: set by alice with plain forms, read by tokens, written down, and obeyed. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as shapes from '../../routes/shapes-safety.ts'
import { type House, openHouse } from '../house.ts'

const machines = suite<{ house: House }>('what machines may do')
machines.before.each(async (t) => {
  t.house = await openHouse({ safety: { level: 3 } })
})
machines.after.each((t) => t.house.close())

const set = (house: House, what: string, form: Record<string, string>) =>
  house.post(`/settings/machines/${what}`, { as: 'alice', form })
const now = async (house: House) =>
  shapes.machines.parse(await (await house.get('/settings/machines', 'admin')).json())
const page = async (house: House) =>
  (await house.get('/settings/machines', 'alice', 'text/html')).text()
const changes = (house: House) =>
  house
    .audit()
    .filter((row) => row.what === 'safety.change')
    .map(({ who, args, before, after, outcome }) => [who, args?.key, before, after, outcome])
const told = (house: House) => house.news.filter((n) => n.kind === 'safety.changed').length

machines(
  'lower counts at once; higher tells what it allows, and waits for a second word',
  async (t) => {
    const { house } = t
    assert.match(await page(house), /value="3" checked/)
    const asked = await set(house, 'level', { level: '4' })
    assert.is(asked.status, 200)
    const words = await asked.text()
    assert.match(words, 'From level 3 to 4: machines then do by themselves what can be undone')
    assert.match(words, 'Raise to level 4')
    assert.is((await now(house)).level, 3)
    // The word for one level is none for another.
    await set(house, 'level', { level: '5', agreed: '4' })
    assert.is((await now(house)).level, 3)
    const raised = await set(house, 'level', { level: '4', agreed: '4' })
    assert.is(raised.headers.get('location'), '/settings/machines?done=level')
    assert.is((await now(house)).level, 4)
    await set(house, 'level', { level: '1' })
    assert.is(house.brakes.level(), 1)
    const run = await house.post('/api/tools/execute', {
      json: { tool: 'guest_start', args: { vmid: 100 } },
    })
    assert.is(run.status, 409)
    assert.equal(changes(house), [
      ['alice', 'level', '3 assist', '4 operate', 'done'],
      ['alice', 'level', '4 operate', '1 observe', 'done'],
    ])
    assert.is(told(house), 2)
  },
)

machines(
  'a token reads, and changes nothing, of whatever scope; its try is written down',
  async (t) => {
    const { house } = t
    for (const what of ['level', 'reading', 'night', 'limits', 'raises', 'mend']) {
      const json = {
        level: '1',
        readOnly: 'on',
        from: '1',
        until: '2',
        perTool: '0',
        tier: 'RED',
        why: 'x',
      }
      const tried = await house.post(`/settings/machines/${what}`, { as: 'admin', json })
      assert.is(tried.status, 403, what)
    }
    assert.is((await house.get('/settings/machines', 'operate')).status, 403)
    assert.is((await now(house)).level, 3)
    assert.is((await now(house)).readOnly, false)
    assert.is(changes(house).length, 6)
    assert.ok(
      changes(house).every(([who, , , , outcome]) => who === 'test admin' && outcome === 'refused'),
    )
    const seen = await (await house.get('/settings/machines', 'admin', 'text/html')).text()
    assert.match(seen, 'Only a person who is logged in changes this')
    assert.not.match(seen, 'Set the level')
    assert.match(
      await (await house.get('/settings/machines', 'admin', 'text/plain')).text(),
      /^LEVEL 3 assist/,
    )
  },
)

machines('reading only stops a person as well', async (t) => {
  const { house } = t
  await set(house, 'reading', { readOnly: 'on' })
  const json = { tool: 'guest_start', args: { vmid: 100 } }
  assert.is((await house.post('/api/tools/execute', { as: 'alice', json })).status, 409)
  assert.match(await page(house), 'Allow changes again')
  assert.equal(house.writes, [])
})

machines('night and limits: kept, shown, and mistakes come back with a good value', async (t) => {
  const { house } = t
  await set(house, 'night', { from: '22', until: '7' })
  assert.equal((await now(house)).night, [22, 7])
  await set(house, 'night', { from: '22', until: '7', off: '1' })
  assert.is((await now(house)).night, null)
  assert.is((await set(house, 'night', { from: '7', until: '7' })).status, 422)
  await set(house, 'limits', { perTarget: '5' })
  assert.is((await now(house)).limits.perTarget, 5)
  assert.is((await now(house)).limits.perTool, 20)
  assert.match(await page(house), '3 is a good value.')
  const wrong = await set(house, 'limits', { perTarget: 'many', redPerNode: '-1' })
  assert.is(wrong.status, 422)
  const words = await wrong.text()
  assert.match(words, 'value="many"')
  assert.match(words, 'a whole number from 0 to 1000; 2 is a good value')
  assert.is((await now(house)).limits.perTarget, 5)
})

machines('a stricter line binds everybody until it is taken out; looking stays free', async (t) => {
  const { house } = t
  const line = { tool: '', target: 'guest/303', tier: 'RED', why: '<b>the heating</b> hangs on it' }
  assert.is((await set(house, 'raises', line)).status, 303)
  assert.is((await set(house, 'raises', line)).status, 409)
  assert.match(await page(house), 'every change on guest/303')
  assert.match(await page(house), '&lt;b&gt;the heating')
  const json = { tool: 'guest_shutdown', args: { vmid: 303 } }
  assert.is((await house.post('/api/tools/execute', { as: 'alice', json })).status, 202)
  const { raises } = await now(house)
  const out = await house.post(`/settings/machines/raises/${raises[0]!.id}`, { as: 'alice' })
  assert.is(out.status, 303)
  assert.equal((await now(house)).raises, [])
  assert.is(
    (await house.post(`/settings/machines/raises/${raises[0]!.id}`, { as: 'alice' })).status,
    404,
  )
  for (const bad of [
    { ...line, why: '' },
    { ...line, target: '303' },
    { ...line, tier: 'GREEN' },
    { ...line, tool: 'rm' },
    { ...line, from: '22' },
  ])
    assert.is((await set(house, 'raises', bad)).status, 422, JSON.stringify(bad))
})

machines(
  'a line without a tool is about changes; one that names the tool is about that',
  async (t) => {
    const { house } = t
    const judge = (tool: string) =>
      house.brakes.judge({
        tool,
        args: {},
        targets: [{ kind: 'guest', id: '303' }],
        caller: { kind: 'person', scope: 'admin' },
        context: { ...house.brakes.circumstances(), tainted: false, quorate: true, stopped: false },
      }).tier
    await set(house, 'raises', { target: 'guest/303', tier: 'RED', why: 'so' })
    assert.equal([judge('guest_status'), judge('guest_shutdown')], ['GREEN', 'RED'])
    await set(house, 'raises', { tool: 'guest_status', tier: 'RED', why: 'so' })
    assert.is(judge('guest_status'), 'RED')
  },
)

machines('the breaker is shown with its reason, and a person lets them act again', async (t) => {
  const { house } = t
  assert.match(await page(house), 'Holds.')
  assert.is((await set(house, 'mend', {})).status, 409)
  for (const _ of [1, 2]) house.brakes.limits.triedBlack('a script', 'service_restart')
  assert.match(await page(house), 'a script asked 2 times within 10 minutes')
  assert.equal([(await now(house)).level, (await now(house)).counts], [3, 1])
  assert.is((await set(house, 'mend', {})).status, 303)
  assert.is(house.brakes.level(), 3)
  assert.is(changes(house).at(-1)?.[3], 'holds')
})

machines.run()
