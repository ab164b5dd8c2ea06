/** What is protected: drawn and listed with its reasons; marked and unmarked by alice alone. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as shapes from '../../routes/shapes-safety.ts'
import { type House, openHouse } from '../house.ts'
import { openSite } from '../site.ts'

const protection = suite<{ house: House }>('protection')
protection.before.each(async (t) => {
  t.house = await openHouse({
    marks: { self: 'guest/103', roles: { vpn: ['guest/300'] } },
    safety: { unmarked: [] },
  })
})
protection.after.each((t) => t.house.close())

const act = (house: House, what: string, form: Record<string, string>) =>
  house.post(`/settings/protection/${what}`, { as: 'alice', form })
const now = async (house: House) =>
  shapes.protection.parse(await (await house.get('/settings/protection', 'admin')).json())
const page = async (house: House, path = '/settings/protection') =>
  (await house.get(path, 'alice', 'text/html')).text()
const keys = async (house: House) => (await now(house)).protected.map((p) => p.key)
const tierOf = (house: House, tool: string, kind: 'guest' | 'node', id: string) =>
  house.brakes.judge({
    tool,
    args: {},
    targets: [{ kind, id }],
    caller: { kind: 'person', scope: 'admin' },
    context: { ...house.brakes.circumstances(), tainted: false, quorate: true, stopped: false },
  }).tier

protection('the graph is drawn with words, forms and reasons, and listed as text', async (t) => {
  const { house } = t
  const html = await page(house)
  for (const words of ['runs in', 'the way in from outside', 'runs on', '103 management'])
    assert.match(html, words)
  assert.match(html, /class="thing vital"/)
  assert.match(html, /class="thing shielded"/)
  assert.not.match(html, 'style=')
  assert.match(html, 'by its name it is the name server of the house')
  const text = await (await house.get('/settings/protection', 'admin', 'text/plain')).text()
  assert.match(text, /^guest\/103 +103 management +vital +carries Jarvis +Jarvis runs in 103/m)
  const { edges } = await now(house)
  assert.ok(edges.some((e) => e.from === 'jarvis' && e.to === 'guest/103' && e.what === 'runs in'))
  // Looking is for those who may see the settings.
  assert.is((await house.get('/settings/protection', 'operate')).status, 403)
})

protection(
  'a mark makes a change RED at once, and taking it back makes it YELLOW again',
  async (t) => {
    const { house } = t
    assert.is(tierOf(house, 'guest_shutdown', 'guest', '303'), 'YELLOW')
    const why = '<i>the heating</i> hangs on it'
    const marked = await act(house, 'mark', { kind: 'guest', id: '303', why })
    assert.is(marked.headers.get('location'), '/settings/protection?done=mark')
    assert.is(tierOf(house, 'guest_shutdown', 'guest', '303'), 'RED')
    assert.match(await page(house), '&lt;i&gt;the heating')
    const json = { tool: 'guest_shutdown', args: { vmid: 303 } }
    assert.is((await house.post('/api/tools/execute', { as: 'alice', json })).status, 202)
    assert.is((await act(house, 'unmark', { key: 'guest/303' })).status, 303)
    assert.is(tierOf(house, 'guest_shutdown', 'guest', '303'), 'YELLOW')
    const rows = house.audit().filter((r) => r.what === 'safety.change')
    assert.equal(
      rows.map((r) => [r.who, r.target, r.before, r.after]),
      [
        ['alice', 'guest/303', 'not protected', `marked by the operator: ${why}`],
        ['alice', 'guest/303', `marked by the operator: ${why}`, 'not protected'],
      ],
    )
    assert.is(house.news.filter((n) => n.kind === 'safety.changed').length, 2)
  },
)

protection(
  'nodes and storages are marked too; what is not there is told with what is near',
  async (t) => {
    const { house } = t
    for (const form of [
      { kind: 'node', id: 'AGENT', why: 'so' },
      { kind: 'storage', id: 'cluster-backup', why: 'so' },
    ])
      assert.is((await act(house, 'mark', form)).status, 303)
    assert.ok((await keys(house)).includes('node/agent'))
    assert.ok((await keys(house)).includes('storage/cluster-backup'))
    const missing = await act(house, 'mark', { kind: 'guest', id: 'homeassistant', why: 'so' })
    assert.is(missing.status, 404)
    assert.match(await missing.text(), 'Did you mean 303 homeassistant?')
    assert.is((await act(house, 'mark', { kind: 'guest', id: '303', why: ' ' })).status, 422)
    assert.is((await act(house, 'mark', { kind: 'cloud', id: '303', why: 'so' })).status, 422)
  },
)

protection(
  'what its name protects is taken out and put back; what carries Jarvis never is',
  async (t) => {
    const { house } = t
    assert.is((await act(house, 'unmark', { key: 'guest/302' })).status, 303)
    assert.not.ok((await keys(house)).includes('guest/302'))
    assert.match(await page(house), 'Protect again')
    assert.is((await act(house, 'again', { key: 'guest/302' })).status, 303)
    assert.ok((await keys(house)).includes('guest/302'))
    await act(house, 'mark', { kind: 'guest', id: '103', why: 'so' })
    const self = (await now(house)).protected.find((p) => p.key === 'guest/103')!
    for (const key of ['guest/103', 'node/pve']) {
      const refused = await act(house, 'unmark', { key })
      assert.is(refused.status, 409, key)
      assert.match(await refused.text(), 'Jarvis hangs on it.')
    }
    assert.is(self.fixed, 'Jarvis hangs on it.')
    assert.is((await act(house, 'unmark', { key: 'guest/300' })).status, 409)
    assert.is((await act(house, 'unmark', { key: 'guest/100' })).status, 404)
  },
)

protection('a token changes nothing, of whatever scope', async (t) => {
  const { house } = t
  const before = await keys(house)
  for (const [what, json] of [
    ['mark', { kind: 'guest', id: '303', why: 'so' }],
    ['unmark', { key: 'guest/302' }],
    ['again', { key: 'guest/302' }],
  ] as const)
    assert.is((await house.post(`/settings/protection/${what}`, { as: 'admin', json })).status, 403)
  assert.equal(await keys(house), before)
})

protection('pages and rows of what is protected say so', async (t) => {
  const { house } = t
  assert.match(await page(house, '/guests/103'), 'protected: Jarvis runs in 103 management')
  assert.not.match(await page(house, '/guests/303'), 'protected:')
  assert.match(await page(house, '/nodes/pve'), 'protected: Jarvis runs in 103')
  const text = await (await house.get('/guests/302', 'view', 'text/plain')).text()
  assert.match(text.split('\n')[0]!, 'protected: by its name')
  const rows = await page(house, '/f/guests')
  assert.match(rows, /id="guest-103".*?title="protected: Jarvis runs in 103/s)
  assert.not.match(rows.split('id="guest-303"')[1]!.split('</tr>')[0]!, 'protected')
})

protection('where nothing is known it says so, and that every change needs a person', async () => {
  const site = await openSite()
  site.world.picture = { ...site.world.picture, nodes: [] }
  const html = await (
    await site.ask('/settings/protection', { as: 'admin', headers: { accept: 'text/html' } })
  ).text()
  assert.match(html, 'Cannot be known now')
  assert.match(html, 'every change needs a person')
  const json = await site.ask('/settings/protection', {
    as: 'admin',
    headers: { accept: 'application/json' },
  })
  assert.is(shapes.protection.parse(await json.json()).known, false)
  site.close()
})

protection.run()
