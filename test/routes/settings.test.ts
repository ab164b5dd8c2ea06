import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { days } from '../../lib/clock.ts'
import { alice, bob, phone } from '../cast.ts'
import { type Doors, openDoors } from '../doors.ts'

const settings = suite<Doors & { cookie: string; headers: Record<string, string> }>('settings')

settings.before.each(async (t) => {
  Object.assign(t, await openDoors())
  t.cookie = await t.aliceIsIn()
  t.headers = { cookie: t.cookie }
})
settings.after.each((t) => t.db.close())

settings(
  'the page lists sessions with browser, address and last use, and marks this one',
  async (t) => {
    await t.logIn(alice.password, { from: phone })
    const page = await (await t.ask('/settings', { headers: t.headers })).text()
    assert.match(page, 'Firefox on Linux (this one)')
    assert.match(page, phone)
    const machines = await (await t.ask('/settings/tokens', { headers: t.headers })).text()
    assert.match(machines, 'No machine holds a key.')
    for (const text of [page, machines]) {
      assert.not.match(text, /<script(?! src=)/)
      assert.not.match(text, 'style=')
    }
    assert.not.match(page, t.cookie.split('=')[1]!)
  },
)

settings('another session is ended with one button', async (t) => {
  const other = await t.aliceIsIn({ from: phone })
  const { id } = t.auth.sessions.list().find((s) => s.address === phone)!
  const answer = await t.ask(`/settings/sessions/${id}`, { method: 'POST', headers: t.headers })
  assert.is(answer.headers.get('location'), '/settings?done=session')
  assert.is((await t.ask('/', { headers: { cookie: other } })).status, 303)
  assert.is((await t.ask('/', { headers: t.headers })).status, 200)
  const again = await t.ask(`/settings/sessions/${id}`, { method: 'POST', headers: t.headers })
  assert.is(again.status, 404)
})

settings('ending the own session leads to the door', async (t) => {
  const { id } = t.auth.sessions.list()[0]!
  const answer = await t.ask(`/settings/sessions/${id}`, { method: 'POST', headers: t.headers })
  assert.is(answer.headers.get('location'), '/login')
})

settings('a new token is shown once and works', async (t) => {
  const form = { name: 'grafana', scope: 'view', expires: '30d' }
  const made = await t.ask('/settings/tokens', { form, headers: t.headers })
  assert.is(made.status, 201)
  const [secret] = /jv_[\w-]{43}/.exec(await made.text())!
  const later = await (await t.ask('/settings/tokens', { headers: t.headers })).text()
  assert.match(later, 'grafana')
  assert.not.match(later, secret!)
  const bearer = { headers: { authorization: `Bearer ${secret}`, accept: '*/*' } }
  assert.is(await (await t.ask('/f/nodes', bearer)).text(), 'panel for grafana')
  await t.clock.advance(days(30))
  assert.is((await t.ask('/f/nodes', bearer)).status, 401)
})

settings('a token is revoked, by form and by DELETE', async (t) => {
  for (const method of ['POST', 'DELETE']) {
    const { key, secret } = t.auth.tokens.create({ name: method, scope: 'view', by: 'alice' })
    const answer = await t.ask(`/settings/tokens/${key.id}`, { method, headers: t.headers })
    assert.is(answer.status, 303)
    assert.is(
      (await t.ask('/f/nodes', { headers: { authorization: `Bearer ${secret}` } })).status,
      401,
    )
  }
  assert.match(await (await t.ask('/settings/tokens', { headers: t.headers })).text(), 'revoked')
})

settings('a wall key is an address to open, and may only look', async (t) => {
  const form = { name: 'hall tablet', scope: 'admin', expires: 'never' }
  const made = await t.ask('/settings/wall-keys', { form, headers: t.headers })
  const [url] = /http:\/\/127\.0\.0\.1:4000\/wall\?key=jw_[\w-]{43}/.exec(await made.text())!
  assert.is(t.auth.wallKeys.list()[0]?.scope, 'view')
  assert.is(
    (await t.ask(url!.replace('http://127.0.0.1:4000', ''))).headers.get('location'),
    '/wall',
  )
})

settings('mistakes come back to their form', async (t) => {
  const post = async (form: Record<string, string>) =>
    (await t.ask('/settings/tokens', { form, headers: t.headers })).status
  assert.is(await post({ name: '' }), 422)
  assert.is(await post({ name: 'x', scope: 'root' }), 422)
  assert.is(await post({ name: 'x', expires: 'soon' }), 422)
  assert.is(await post({ name: 'x' }), 201)
  assert.is(await post({ name: 'x' }), 409)
})

settings('a hostile name is text', async (t) => {
  const name = '<script>alert(1)</script>"\u202e'
  const made = await t.ask('/settings/tokens', { form: { name }, headers: t.headers })
  const list = await t.ask('/settings/tokens', { headers: t.headers })
  const pages = [await made.text(), await list.text()]
  assert.not.match(pages.join(), /<script(?! src="\/static)/)
  assert.not.match(pages.join(), '\u202e')
  assert.match(pages.join(), '&lt;script&gt;')
})

settings('a script makes a token with JSON', async (t) => {
  const admin = t.auth.tokens.create({ name: 'ci', scope: 'admin', by: 'alice' }).secret
  const headers = { authorization: `Bearer ${admin}`, accept: 'application/json', origin: '' }
  const json = { name: 'n8n', scope: 'operate', expires: '8w' }
  const made = await t.ask('/settings/tokens', { json, headers })
  assert.is(made.status, 201)
  const { secret, scope } = (await made.json()) as { secret: string; scope: string }
  assert.is(scope, 'operate')
  assert.ok(t.auth.tokens.find(secret, phone))
  assert.is(t.auth.tokens.list().find((k) => k.name === 'n8n')?.madeBy, 'ci')
  const change = { current: 'x', next: bob.password }
  assert.is((await t.ask('/settings/password', { json: change, headers })).status, 422)
})

settings('the password is changed with the old one, and the other sessions end', async (t) => {
  const other = await t.aliceIsIn({ from: phone })
  const change = (fields: Record<string, string>) =>
    t.ask('/settings/password', { form: fields, headers: t.headers })
  const next = { next: bob.password, again: bob.password }
  assert.is((await change({ current: 'not it', ...next })).status, 401)
  assert.is((await change({ current: alice.password, ...next, again: 'typo' })).status, 422)
  assert.is((await change({ current: alice.password, next: 'short', again: 'short' })).status, 422)
  const done = await change({ current: alice.password, ...next })
  assert.is(done.headers.get('location'), '/settings?done=password')
  assert.is((await t.ask('/', { headers: { cookie: other } })).status, 303)
  assert.is((await t.ask('/', { headers: t.headers })).status, 200)
  assert.is((await t.logIn(alice.password)).status, 401)
  assert.is((await t.logIn(bob.password)).status, 303)
})

settings('guessing the old password is slowed down as a login is', async (t) => {
  const form = { current: 'no', next: bob.password, again: bob.password }
  const change = () => t.ask('/settings/password', { form, headers: t.headers })
  for (let i = 0; i < 5; i++) assert.is((await change()).status, 401)
  const early = await change()
  assert.is(early.status, 429)
  assert.ok(Number(early.headers.get('retry-after')) > 0)
})

settings('every change stands in the trail, without secrets', async (t) => {
  const form = { name: 'grafana' }
  const made = await (await t.ask('/settings/tokens', { form, headers: t.headers })).text()
  await t.ask('/settings/wall-keys', { form: { name: 'hall' }, headers: t.headers })
  await t.ask(`/settings/tokens/${t.auth.tokens.list()[0]!.id}`, {
    method: 'POST',
    headers: t.headers,
  })
  await t.ask(`/settings/wall-keys/${t.auth.wallKeys.list()[0]!.id}`, {
    method: 'POST',
    headers: t.headers,
  })
  const next = { next: bob.password, again: bob.password }
  await t.ask('/settings/password', {
    form: { current: alice.password, ...next },
    headers: t.headers,
  })
  const rows = t.trail.list({ limit: 9 }).reverse()
  assert.equal(
    rows.map((r) => r.what),
    [
      'login',
      'token.create',
      'wall-key.create',
      'token.revoke',
      'wall-key.revoke',
      'password.change',
    ],
  )
  assert.ok(rows.every((r) => r.who === 'alice' && r.outcome === 'done'))
  const kept = JSON.stringify([rows, t.news, t.lines])
  for (const secret of [/jv_[\w-]{43}/.exec(made)![0], alice.password, bob.password])
    assert.not.match(kept, secret)
})

settings('each tab is a page of its own, and marks itself', async (t) => {
  for (const [path, title] of [
    ['/settings', 'Settings'],
    ['/settings/tokens', 'Settings: Tokens'],
    ['/settings/wall-keys', 'Settings: Wall keys'],
    ['/settings/appearance', 'Settings: Appearance'],
  ] as const) {
    const page = await (await t.ask(path, { headers: t.headers })).text()
    assert.match(page, `<title>${title} · Jarvis`)
    assert.match(page, `<a href="${path}" aria-current="page">`)
  }
})

settings('looks are kept on the device, the address with the account', async (t) => {
  const form = { mode: 'calm', density: 'dense', keys: 'off' }
  const kept = await t.ask('/settings/appearance', { form, headers: t.headers })
  assert.is(kept.headers.get('location'), '/settings/appearance?done=appearance')
  const cookies = kept.headers.getSetCookie().map((line) => line.split(';')[0])
  assert.equal(cookies, ['mode=calm', 'density=dense', 'keys=off'])
  const spoken = await t.ask('/settings/appearance', {
    form: { address: "ma'am" },
    headers: t.headers,
  })
  assert.is(spoken.status, 303)
  assert.equal(spoken.headers.getSetCookie(), [])
  assert.is(t.auth.accounts.address(alice.name), "ma'am")
  const headers = { cookie: [t.cookie, ...cookies].join('; ') }
  const page = await (await t.ask('/settings/appearance', { headers })).text()
  for (const id of ['mode-calm', 'density-dense', 'keys-off', 'address-maam'])
    assert.match(page, new RegExp(`id="${id}"[^>]* checked`))
  assert.match(page, 'data-mode="calm"')
})

settings('a look that does not exist is refused, and so is a word that I cannot say', async (t) => {
  const wrong: Record<string, string>[] = [
    { mode: 'neon' },
    { density: '1' },
    { keys: '' },
    { address: 'your grace' },
  ]
  for (const form of wrong)
    assert.is(
      (await t.ask('/settings/appearance', { form, headers: t.headers })).status,
      422,
      JSON.stringify(form),
    )
  assert.is(t.auth.accounts.address(alice.name), 'sir')
  const admin = t.auth.tokens.create({ name: 'ci', scope: 'admin', by: 'alice' }).secret
  const machine = { authorization: `Bearer ${admin}`, accept: 'application/json', origin: '' }
  const asked = await t.ask('/settings/appearance', { json: { address: 'sir' }, headers: machine })
  assert.is(asked.status, 422)
})

settings('a script reads what there is, and no secret', async (t) => {
  const { secret } = t.auth.tokens.create({ name: 'ci', scope: 'admin', by: 'alice' })
  const headers = { authorization: `Bearer ${secret}`, accept: 'application/json' }
  const text = await (await t.ask('/settings', { headers })).text()
  const { tokens, sessions } = JSON.parse(text) as { tokens: object[]; sessions: object[] }
  assert.is(tokens.length, 1)
  assert.is(sessions.length, 1)
  assert.not.match(text, secret)
})

settings('a foreign page cannot make a token', async (t) => {
  const headers = { ...t.headers, origin: 'https://evil.example' }
  assert.is((await t.ask('/settings/tokens', { form: { name: 'x' }, headers })).status, 403)
  assert.is((await t.ask('/settings/tokens', { json: { name: 'x' }, headers })).status, 403)
  assert.equal(t.auth.tokens.list(), [])
})

settings.run()
