/** Decisions through the front door: seen by all who may look, opened and confirmed by one person. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { failure, togetherResults } from '../../routes/shapes.ts'
import * as shapes from '../../routes/shapes-approvals.ts'
import { alice, bob, firefox } from '../cast.ts'
import { type Given, type House, openHouse, stateIn } from '../house.ts'

const decisions = suite<{ house: House }>('decisions')
decisions.after.each((t) => t.house?.close())

/** 302 resolves names, so shutting it down is RED. */
const open = async (t: { house: House }, given: Given = { safety: { unmarked: [] } }) => {
  t.house = await openHouse(given)
  return t.house
}

const butler = {
  kind: 'machine',
  name: 'butler',
  scope: 'operate',
  from: '192.168.1.9',
  token: { id: '7' },
} as const

const ask = async (house: House, more: { reason?: string; card?: string; vmid?: number } = {}) => {
  const { vmid = 302, ...wish } = more
  const asked = await house.tools.call({
    tool: 'guest_shutdown',
    args: { vmid },
    caller: butler,
    ...wish,
  })
  assert.is(asked.state, 'needs-approval', asked.text)
  return asked.approval!.id
}

/** A browser of somebody who is logged in; the same session each time. */
const browserOf = async ({ auth, app }: House, who = alice) => {
  const account = auth.accounts.find(who.name) ?? (await auth.accounts.create(who))
  const { secret } = auth.sessions.open({ accountId: account.id, address: '', browser: '' })
  const headers = { cookie: `jv_session=${secret}`, accept: 'text/html', 'user-agent': firefox }
  return {
    get: (path: string) => app.request(`http://localhost${path}`, { headers }),
    post: (
      path: string,
      form: Record<string, string> | URLSearchParams = {},
      more: Record<string, string> = {},
    ) =>
      app.request(`http://localhost${path}`, {
        method: 'POST',
        body: new URLSearchParams(form),
        headers: { ...headers, origin: 'http://localhost', ...more },
      }),
  }
}

const hiddenIn = (page: string) => ({
  nonce: /name="nonce" value="([0-9a-f]{32})"/.exec(page)?.[1] ?? '',
  hash: /name="hash" value="([0-9a-f]{64})"/.exec(page)?.[1] ?? '',
})

decisions('a card is opened, read, confirmed, and its page tells the end', async (t) => {
  const house = await open(t)
  const id = await ask(house, { reason: 'it eats memory' })
  const desk = await browserOf(house)
  const list = await (await desk.get('/approvals')).text()
  assert.match(list, 'Shut down 302 adguard')
  const closed = await (await desk.get(`/approvals/${id}`)).text()
  assert.match(closed, 'Open the card')
  assert.equal(hiddenIn(closed), { nonce: '', hash: '' })

  const opened = await desk.post(`/approvals/${id}/open`)
  assert.is(opened.status, 200)
  assert.is(opened.headers.get('cache-control'), 'no-store')
  const card = await opened.text()
  for (const words of [
    '302 adguard is running on pve',
    'protected, since by its name it is the name server of the house',
    'POST /nodes/pve/lxc/302/status/shutdown',
    'guest_shutdown { &quot;vmid&quot;: 302 }',
    'Start (guest_start)',
    '2:00',
  ])
    assert.match(card, words)
  assert.ok(
    card.indexOf('it eats memory') > card.indexOf('id="approval-verb"'),
    'the reason of the asker comes last',
  )
  assert.match(card, /own words, which nobody has checked/)
  assert.match(card, /<noscript><meta http-equiv="refresh" content="121; url=\/approvals\/\d+"/)

  const done = await desk.post(`/approvals/${id}/confirm`, hiddenIn(card))
  assert.is(done.status, 303, await done.clone().text())
  assert.is(done.headers.get('location'), `/approvals/${id}`)
  const end = await (await desk.get(`/approvals/${id}`)).text()
  assert.match(end, '302 adguard is stopped.')
  assert.match(end, 'Decided by alice')
  assert.is(stateIn(house.lab, 302), 'stopped')
  assert.is(house.writes.length, 1)

  const twice = await desk.post(`/approvals/${id}/confirm`, hiddenIn(card))
  assert.is(twice.status, 409)
  assert.match(await twice.text(), 'carried out already')
  assert.is(house.writes.length, 1)
})

decisions('opened anew, the card that lay open before is worth nothing', async (t) => {
  const house = await open(t)
  const id = await ask(house)
  const [desk, phone] = [await browserOf(house), await browserOf(house)]
  const first = await (await desk.post(`/approvals/${id}/open`)).text()
  const second = await (await phone.post(`/approvals/${id}/open`)).text()
  const late = await desk.post(`/approvals/${id}/confirm`, hiddenIn(first))
  assert.is(late.status, 409)
  assert.match(await late.text(), 'not the card that was opened last')
  // The card of one session is of no use to another.
  assert.is((await desk.post(`/approvals/${id}/confirm`, hiddenIn(second))).status, 409)
  const other = await browserOf(house, bob)
  assert.is((await other.post(`/approvals/${id}/confirm`, hiddenIn(second))).status, 409)
  assert.equal(house.writes, [])
  assert.is((await phone.post(`/approvals/${id}/confirm`, hiddenIn(second))).status, 303)
  assert.is(house.writes.length, 1)
})

decisions('refused: nothing is done, and the page says who said no', async (t) => {
  const house = await open(t)
  const id = await ask(house)
  const desk = await browserOf(house)
  const no = await desk.post(`/approvals/${id}/deny`)
  assert.equal([no.status, no.headers.get('location')], [303, '/approvals'])
  assert.match(await (await desk.get(`/approvals/${id}`)).text(), /Refused\. 302 adguard is left/)
  assert.match(await (await desk.get('/approvals')).text(), 'alice said no.')
  assert.is((await desk.post(`/approvals/${id}/open`)).status, 409)
  assert.equal(house.writes, [])
})

decisions('tokens and the socket read, and are told that a person decides', async (t) => {
  const house = await open(t)
  const id = await ask(house, { reason: 'why not' })
  for (const deed of ['open', 'confirm', 'deny'])
    for (const as of ['operate', 'admin'] as const) {
      const r = await house.post(`/approvals/${id}/${deed}`, { as, form: {} })
      assert.is(r.status, 403, deed)
      const { next } = failure.parse(await r.json()).error
      assert.match(next ?? '', `./jarvis approvals approve ${id}`)
    }
  const socket = await house.app.request(
    `http://localhost/approvals/${id}/open`,
    { method: 'POST', headers: { accept: 'application/json' } },
    { local: true },
  )
  assert.is(socket.status, 403)
  assert.is((await house.post(`/approvals/${id}/open`, { as: 'view' })).status, 403)
  assert.is((await house.post(`/approvals/${id}/open`, { as: null })).status, 401)

  const list = shapes.approvals.parse(await (await house.get('/approvals.json')).json())
  assert.equal(
    list.waiting.map((w) => [w.id, w.by, w.deed]),
    [[id, 'butler', 'Shut down 302 adguard']],
  )
  const r = await house.get(`/approvals/${id}`)
  const text = await r.clone().text()
  assert.not.match(text, /nonce|"hash"/)
  const one = shapes.approval.parse(await r.json())
  assert.equal([one.reason, one.state, one.outcome], ['why not', 'open', null])
  const plain = await (await house.get('/approvals', 'view', 'text/plain')).text()
  assert.match(plain, /RED +Shut down 302 adguard +butler/)
  const card = await (await house.get(`/approvals/${id}`, 'view', 'text/plain')).text()
  assert.match(card, 'Goes     nothing for good')
  assert.is((await house.get('/approvals/99')).status, 404)
})

decisions('a form of another page opens and confirms nothing', async (t) => {
  const house = await open(t)
  const id = await ask(house)
  const desk = await browserOf(house)
  const card = await (await desk.post(`/approvals/${id}/open`)).text()
  const evil = { origin: 'https://evil.example' }
  assert.is((await desk.post(`/approvals/${id}/open`, {}, evil)).status, 403)
  assert.is((await desk.post(`/approvals/${id}/confirm`, hiddenIn(card), evil)).status, 403)
  const again = await desk.get(`/approvals/${id}/open`)
  assert.equal([again.status, again.headers.get('location')], [303, `/approvals/${id}`])
  assert.equal(house.writes, [])
})

decisions('a screen in the hall sees nothing of it', async (t) => {
  const house = await open(t)
  await ask(house)
  const { secret } = house.auth.wallKeys.create({ name: 'hall', scope: 'view', by: 'alice' })
  const ask1 = (path: string) =>
    house.app.request(`http://localhost${path}`, { headers: { cookie: `jv_wall=${secret}` } })
  assert.is((await ask1('/f/approvals.json')).status, 403)
  assert.is((await ask1('/wall/approvals')).status, 404)
  assert.is((await ask1('/approvals')).status, 401)
  assert.is((await ask1('/f/guests.json')).status, 200)
  const wall = await (await ask1('/wall')).text()
  assert.not.match(wall, /decision|butler|approvals/)
})

decisions('deeds of one card stand together, and each is confirmed by itself', async (t) => {
  const house = await open(t, { safety: { unmarked: [], level: 3 } })
  const ids = [await ask(house, { card: 'night' }), await ask(house, { card: 'night', vmid: 303 })]
  const desk = await browserOf(house)
  assert.match(await (await desk.get('/approvals')).text(), '2 deeds, each decided by itself')
  const card = await (await desk.post(`/approvals/${ids[0]}/open`)).text()
  assert.match(card, 'Asked for together with')
  assert.match(card, `action="/approvals/${ids[1]}/open"`)
  await desk.post(`/approvals/${ids[0]}/confirm`, hiddenIn(card))
  assert.equal([stateIn(house.lab, 302), stateIn(house.lab, 303)], ['stopped', 'running'])
  // What one card says yes to is not what another asks.
  assert.is((await desk.post(`/approvals/${ids[1]}/confirm`, hiddenIn(card))).status, 409)
  assert.is(house.writes.length, 1)
})

decisions("a person's own click leads straight to the armed card", async (t) => {
  const house = await open(t)
  const desk = await browserOf(house)
  const asked = await desk.post('/guests/302/shutdown')
  assert.is(asked.status, 307, 'a POST again, so that no look at a page mints anything')
  const to = asked.headers.get('location')!
  assert.match(to, /^\/approvals\/\d+\/open$/)
  const card = await (await desk.post(to)).text()
  assert.match(card, 'Shut down 302 adguard')
  assert.ok(hiddenIn(card).nonce)
  const row = await desk.post('/guests/302/shutdown', {}, { 'hx-request': 'true' })
  assert.is(row.status, 204)
  assert.match(row.headers.get('hx-redirect') ?? '', /^\/approvals\/\d+$/)
  assert.equal(house.writes, [])
})

decisions(
  'what waits is told apart in the list: the line of a command, the name of a snapshot',
  async (t) => {
    const house = await open(t, { ssh: true, safety: { level: 3 } })
    const caller = { kind: 'machine', name: 'butler', scope: 'operate', from: '' } as const
    const ask = (tool: string, args: unknown) => house.tools.call({ tool, args, caller })
    await ask('guest_snapshot', { vmid: 303, name: 'before' })
    await ask('run_command', { node: 'agent1', command: 'systemctl restart cron' })
    const text = await (await house.get('/approvals.txt')).text()
    assert.match(text, 'Take a snapshot before of 303 homeassistant')
    assert.match(text, 'Run systemctl restart cron on agent1')
  },
)

decisions('several guests at once: a call each, one card for what needs a person', async (t) => {
  const house = await open(t)
  const desk = await browserOf(house)
  const form = new URLSearchParams([
    ['verb', 'shutdown'],
    ['vmid', '302'],
    ['vmid', '303'],
    ['vmid', '300'],
    ['vmid', '100'],
  ])
  const page = await (await desk.post('/guests/bulk', form)).text()
  assert.match(page, '303 homeassistant is stopped')
  assert.match(page, '100 Ubuntu-Desktop is stopped.', 'refused, with its reason')
  const waiting = house.brakes.approvals.waiting()
  assert.equal(waiting.map((w) => w.target).sort(), ['guest/300', 'guest/302'])
  assert.is(new Set(waiting.map((w) => w.card)).size, 1)
  assert.is(house.writes.length, 1)

  const r = await house.post('/guests/bulk', { json: { verb: 'start', vmid: [303, 333] } })
  assert.is(r.status, 200)
  const { success, results } = togetherResults.parse(await r.json())
  assert.equal([success, results.map((one) => one.state)], [false, ['done', 'refused']])
  for (const json of [
    { verb: 'delete', vmid: [303] },
    { verb: 'start' },
    { verb: 'start', vmid: [303], confirm: true },
    { verb: 'start', vmid: Array.from({ length: 51 }, (_, i) => 100 + i) },
  ])
    assert.is((await house.post('/guests/bulk', { json })).status, 422, JSON.stringify(json))
  assert.is((await house.post('/guests/bulk', { as: 'view', json: {} })).status, 403)
})

decisions('every deed has its form, with the reason where it cannot be done', async (t) => {
  const house = await open(t, {})
  const desk = await browserOf(house)
  const page = await (await desk.get('/guests/303')).text()
  for (const deed of ['reboot', 'shutdown', 'snapshot', 'backup', 'migrate', 'stop'])
    assert.match(page, `action="/guests/303/${deed}"`)
  for (const deed of ['rollback', 'delete', 'start'])
    assert.not.match(page, `action="/guests/303/${deed}"`)
  assert.match(page, 'It has no snapshot to go back to.')
  const kept = await desk.post('/guests/303/snapshot', { name: 'before-update' })
  assert.is(kept.status, 303, await kept.clone().text())
  assert.match(await (await desk.get('/guests/303')).text(), '<option value="before-update">')
  const back = await desk.post('/guests/303/rollback', { snapshot: 'before-update' })
  assert.is(back.status, 307)
  const card = await (await desk.post(back.headers.get('location')!)).text()
  assert.match(card, 'Roll 303 homeassistant back to before-update')
  assert.match(card, 'has written since')
  const stop = await desk.post('/guests/303/stop')
  assert.is(stop.status, 307)
  assert.is((await desk.post('/nodes/agent1/reboot')).status, 307)
  assert.match(await (await desk.get('/nodes/agent1')).text(), 'action="/nodes/agent1/shutdown"')
})

decisions('what waits is counted on every page, and told to the live feed', async (t) => {
  const house = await open(t)
  const desk = await browserOf(house)
  const number = async () =>
    /Approvals <span class="waits"( hidden)?><b>(\d+)/.exec(
      await (await desk.get('/guests')).text(),
    )!
  assert.equal((await number()).slice(1), [' hidden', '0'])
  const id = await ask(house)
  assert.equal((await number()).slice(1), [undefined, '1'])
  const hud = await (await desk.get('/')).text()
  assert.match(hud, `action="/approvals/${id}/open"`)
  assert.match(hud, 'One decision waits for you.')
  assert.not.match(hud, 'nonce"')
})

decisions('what has become impossible says so on the card', async (t) => {
  const house = await open(t)
  const id = await ask(house)
  const desk = await browserOf(house)
  house.lab.world.guest(302)!.lock = 'backup'
  const r = await desk.post(`/approvals/${id}/open`)
  assert.is(r.status, 409)
  assert.match(await r.text(), /locked \(backup\).*302 adguard is left as it was/s)
})

decisions('names and reasons that attack are text on the card', async (t) => {
  const house = await open(t)
  house.lab.world.guest(302)!.name = 'adguard<script>alert(1)</script>\u202e'
  const id = await ask(house, {
    reason: '</blockquote><form action="https://evil.example">\u001b[2J',
  })
  const desk = await browserOf(house)
  for (const r of [
    await desk.get('/approvals'),
    await desk.get(`/approvals/${id}`),
    await desk.post(`/approvals/${id}/open`),
    await house.get(`/approvals/${id}`, 'view', 'text/plain'),
    await house.get(`/approvals/${id}`),
  ]) {
    const text = await r.text()
    if (r.headers.get('content-type')?.includes('html'))
      assert.not.match(text, /<script>alert|<form action="https:/)
    assert.not.match(text, /[\u001b\u202e]/)
  }
})

decisions.run()
