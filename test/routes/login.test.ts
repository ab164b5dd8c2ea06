import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { seconds } from '../../lib/clock.ts'
import { alice, bob, desk, mallory, oldTablet } from '../cast.ts'
import { cookieOf, type Doors, openDoors } from '../doors.ts'

const login = suite<Doors>('login')

login.before.each(async (t) => {
  Object.assign(t, await openDoors())
})
login.after.each((t) => t.db.close())

login('the page is a form that needs no script', async (t) => {
  await t.auth.accounts.create(alice)
  const page = await (await t.ask('/login?next=/f/nodes')).text()
  assert.match(page, '<form class="credentials" method="post" action="/login">')
  assert.match(page, 'name="next" value="/f/nodes"')
  assert.match(page, 'autocomplete="current-password"')
  assert.match(page, 'Good afternoon. Your password, if you please.')
  assert.not.match(page, /<script(?! src="\/static)/)
  assert.not.match(page, 'name="name"')
  assert.not.match(page, 'alice')
})

login('the right password leads to where one wanted to go, with a cookie', async (t) => {
  await t.auth.accounts.create(alice)
  const answer = await t.logIn(alice.password, { form: { next: '/f/nodes?a=1' } })
  assert.is(answer.status, 303)
  assert.is(answer.headers.get('location'), '/f/nodes?a=1')
  const flags = answer.headers.getSetCookie()[0]!
  assert.match(flags, /^jv_session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/)
  const cookie = cookieOf(answer, 'jv_session')!
  assert.is(await (await t.ask('/f/nodes', { headers: { cookie } })).text(), 'panel for alice')
  assert.is(
    (await t.ask('/login?next=/wall', { headers: { cookie } })).headers.get('location'),
    '/wall',
  )
})

login('over https the cookie stays on https', async (t) => {
  await t.auth.accounts.create(alice)
  const answer = await t.logIn(alice.password, { at: 'https://192.168.1.5' })
  assert.match(answer.headers.getSetCookie()[0]!, /; Secure/)
})

login('next leads nowhere but to our own pages', async (t) => {
  await t.auth.accounts.create(alice)
  const hostile = [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    '/..//evil.example',
    'javascript:alert(1)',
    ' //evil.example',
    '/login',
    '/logout',
    'f/nodes',
  ]
  for (const next of hostile) {
    const answer = await t.logIn(alice.password, { form: { next } })
    assert.is(answer.headers.get('location'), '/', JSON.stringify(next))
    const page = await (await t.ask(`/login?next=${encodeURIComponent(next)}`)).text()
    assert.not.match(page, 'name="next"', JSON.stringify(next))
  }
})

login('a wrong password is told on the page, and nothing of it is kept', async (t) => {
  await t.auth.accounts.create(alice)
  const answer = await t.logIn('wrong lanterns 99', { form: { next: '/f/nodes' } })
  assert.is(answer.status, 401)
  assert.equal(answer.headers.getSetCookie(), [])
  const page = await answer.text()
  assert.match(page, 'role="alert">That is not it.')
  assert.match(page, 'name="next" value="/f/nodes"')
  const kept = [
    page,
    ...t.lines,
    JSON.stringify(t.trail.list({ limit: 9 })),
    JSON.stringify(t.news),
  ]
  assert.not.match(kept.join('\n'), 'wrong lanterns')
})

login('five wrong tries: 429 with the time to wait, and then the right one works', async (t) => {
  await t.auth.accounts.create(alice)
  for (let i = 0; i < 5; i++) assert.is((await t.logIn(`no ${i}`, { from: mallory })).status, 401)
  const early = await t.logIn(alice.password, { from: mallory })
  assert.is(early.status, 429)
  assert.is(early.headers.get('retry-after'), '5')
  assert.match(await early.text(), 'The door opens again in 5')
  await t.clock.advance(seconds(5))
  assert.is((await t.logIn(alice.password, { from: mallory })).status, 303)
})

login('a script gets the same in its own form', async (t) => {
  await t.auth.accounts.create(alice)
  const headers = { 'user-agent': 'curl/8.5.0', accept: '*/*', origin: '' }
  const wrong = await t.ask('/login', { form: { password: 'no' }, headers })
  assert.is(wrong.status, 401)
  assert.match(wrong.headers.get('content-type')!, 'text/plain')
  const right = await t.ask('/login', { json: { password: alice.password }, headers })
  assert.is(right.status, 303)
  assert.ok(cookieOf(right, 'jv_session'))
  const broken = await t.ask('/login', {
    body: '{',
    headers: { ...headers, 'content-type': 'application/json' },
  })
  assert.is(broken.status, 422)
})

login('with two accounts the page asks for the name, and shows it as text', async (t) => {
  await t.auth.accounts.create(alice)
  await t.auth.accounts.create(bob)
  const name = '"><script>alert(1)</script>'
  const page = await (await t.logIn('x', { form: { name } })).text()
  assert.match(page, 'name="name"')
  assert.not.match(page, /<script(?! src="\/static)/)
  const answer = await t.ask('/login', { form: { name: 'bob', password: bob.password } })
  assert.is(answer.status, 303)
})

login('a login replaces the session that the browser had', async (t) => {
  const old = await t.aliceIsIn()
  const fresh = cookieOf(await t.logIn(alice.password, { headers: { cookie: old } }), 'jv_session')!
  assert.is.not(fresh, old)
  assert.is((await t.ask('/', { headers: { cookie: old } })).status, 303)
  assert.is((await t.ask('/', { headers: { cookie: fresh } })).status, 200)
  const planted = `jv_session=${'A'.repeat(43)}`
  const own = cookieOf(
    await t.logIn(alice.password, { headers: { cookie: planted } }),
    'jv_session',
  )
  assert.is.not(own, planted)
})

login('logging out ends the session, not only the cookie', async (t) => {
  const cookie = await t.aliceIsIn()
  assert.is((await t.ask('/logout', { headers: { cookie } })).status, 404, 'a GET changes nothing')
  const answer = await t.ask('/logout', { method: 'POST', headers: { cookie } })
  assert.is(answer.headers.get('location'), '/login')
  assert.match(answer.headers.getSetCookie()[0]!, /^jv_session=; Max-Age=0/)
  assert.is((await t.ask('/', { headers: { cookie } })).status, 303)
})

login('who came in, who did not and who left stands in the trail and the feed', async (t) => {
  await t.auth.accounts.create(alice)
  await t.logIn('no')
  const cookie = await t.aliceIsIn()
  await t.ask('/logout', { method: 'POST', headers: { cookie } })
  const rows = t.trail.list({ limit: 9 }).reverse()
  assert.equal(
    rows.map((r) => [r.who, r.from, r.what, r.outcome]),
    [
      ['somebody', desk, 'login', 'refused'],
      ['alice', desk, 'login', 'done'],
      ['alice', desk, 'logout', 'done'],
    ],
  )
  assert.equal(t.kinds(), ['session.refused', 'session.opened'])
  assert.ok(t.trail.verify().ok)
})

login(
  'a flood of tries with a name of 60 kB leaves a handful of short rows and lines',
  async (t) => {
    await t.auth.accounts.create(alice)
    const name = 'x'.repeat(60_000)
    for (let i = 0; i < 40; i++) await t.ask('/login', { form: { name, password: `no ${i}` } })
    const rows = t.trail.list({ limit: 99 })
    assert.is(rows.length, 5, 'the tries that were counted')
    assert.is(t.lines.length, 5)
    assert.ok(rows.every((r) => r.who === 'x'.repeat(40)))
  },
)

login(
  'tries at the welcome without the code leave no more than those that were counted',
  async (t) => {
    t.auth.welcome.code()
    for (let i = 0; i < 20; i++) {
      await t.ask('/welcome', { form: { code: 'x', name: 'a', password: 'b', again: 'c' } })
      await t.ask('/welcome', { form: { code: 'x', name: 'a', password: 'b', again: 'b' } })
    }
    assert.is(t.trail.list({ limit: 99 }).length, 5)
    assert.is(t.lines.length, 5)
  },
)

login('a page of somebody else cannot log a browser in behind an invented token', async (t) => {
  await t.auth.accounts.create(alice)
  for (const authorization of ['Basic x', 'Bearer jv_invented']) {
    const headers = { authorization, origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' }
    const answer = await t.logIn(alice.password, { headers })
    assert.is(answer.status, 403, authorization)
    assert.equal(answer.headers.getSetCookie(), [])
  }
})

login('before the first account the page tells where the link is', async (t) => {
  const page = await (await t.ask('/login')).text()
  assert.match(page, 'one-time link')
  assert.not.match(page, '<form class="credentials"')
})

login('an old tablet logs in as well', async (t) => {
  await t.auth.accounts.create(alice)
  const headers = { 'user-agent': oldTablet, origin: '', referer: 'http://127.0.0.1:4000/login' }
  assert.is((await t.logIn(alice.password, { headers })).status, 303)
  assert.is(t.auth.sessions.list()[0]?.browser, 'Safari on an iPad')
})

login.run()
