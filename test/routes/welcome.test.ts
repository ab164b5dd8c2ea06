import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { seconds } from '../../lib/clock.ts'
import { alice, bob, mallory } from '../cast.ts'
import { cookieOf, type Doors, openDoors } from '../doors.ts'

const welcome = suite<Doors>('welcome')

welcome.before.each(async (t) => {
  Object.assign(t, await openDoors())
})
welcome.after.each((t) => t.db.close())

const form = (code: string, who = alice) => ({ form: { code, ...who, again: who.password } })

welcome('the link of the console leads to a form, the form to an account and in', async (t) => {
  const code = t.auth.welcome.code()!
  const page = await (await t.ask(`/welcome?code=${code}`)).text()
  assert.match(page, `name="code" value="${code}"`)
  assert.match(page, 'autocomplete="new-password"')
  assert.not.match(page, /<script(?! src="\/static)/)
  const made = await t.ask('/welcome', form(code))
  assert.is(made.status, 303)
  assert.is(made.headers.get('location'), '/')
  const cookie = cookieOf(made, 'jv_session')!
  assert.is((await t.ask('/', { headers: { cookie } })).status, 200)
  assert.is((await t.logIn()).status, 303)
})

welcome('without the code nobody makes an account', async (t) => {
  t.auth.welcome.code()
  for (const code of ['', 'x', 'A'.repeat(43)])
    assert.is((await t.ask('/welcome', form(code))).status, 401, code)
  assert.equal(t.auth.accounts.list(), [])
  assert.match(await (await t.ask('/welcome')).text(), 'The code that the console printed')
})

welcome('the code works once', async (t) => {
  const code = t.auth.welcome.code()!
  await t.ask('/welcome', form(code))
  const replay = await t.ask('/welcome', form(code, bob))
  assert.is(replay.status, 409)
  assert.equal(
    t.auth.accounts.list().map((a) => a.name),
    ['alice'],
  )
  assert.is((await t.ask(`/welcome?code=${code}`)).headers.get('location'), '/login')
})

welcome('of two who press the button at once exactly one gets in', async (t) => {
  const code = t.auth.welcome.code()!
  const both = await Promise.all([
    t.ask('/welcome', form(code, alice)),
    t.ask('/welcome', form(code, bob)),
  ])
  assert.equal(both.map((r) => r.status).sort(), [303, 409])
  assert.is(t.auth.accounts.list().length, 1)
})

welcome('a mistake comes back to the form and costs neither the code nor a delay', async (t) => {
  const code = t.auth.welcome.code()!
  const bad = [
    { ...alice, password: 'short', again: 'short' },
    { ...alice, password: 'alice123456', again: 'alice123456' },
    { ...alice, again: 'something else entirely' },
    { ...alice, name: '<b>', again: alice.password },
  ]
  for (const fields of [...bad, ...bad]) {
    const answer = await t.ask('/welcome', { form: { code, ...fields } })
    assert.is(answer.status, 422)
    const page = await answer.text()
    assert.match(page, `name="code" value="${code}"`)
    assert.match(page, 'role="alert"')
    assert.not.match(page, '<b>')
    assert.not.match(page, fields.again)
  }
  assert.is((await t.ask('/welcome', form(code))).status, 303)
})

welcome('wrong codes slow down, and the right one works after the delay', async (t) => {
  const code = t.auth.welcome.code()!
  for (let i = 0; i < 5; i++) await t.ask('/welcome', { ...form(`x${i}`), from: mallory })
  const early = await t.ask('/welcome', { ...form(code), from: mallory })
  assert.is(early.status, 429)
  await t.clock.advance(seconds(Number(early.headers.get('retry-after'))))
  assert.is((await t.ask('/welcome', { ...form(code), from: mallory })).status, 303)
})

welcome('the code stands in no trail, no log and no event', async (t) => {
  const code = t.auth.welcome.code()!
  await t.ask('/welcome', form('wrong-code-typed'))
  await t.ask('/welcome', form(code))
  const kept = JSON.stringify([t.trail.list({ limit: 9 }), t.lines, t.news])
  assert.not.match(kept, code)
  assert.not.match(kept, 'wrong-code-typed')
  assert.equal(
    t.trail.list({ limit: 9 }).map((r) => [r.who, r.what, r.outcome]),
    [
      ['alice', 'welcome', 'done'],
      ['somebody', 'welcome', 'refused'],
    ],
  )
})

welcome('a foreign page cannot use a code that it has seen', async (t) => {
  const code = t.auth.welcome.code()!
  const headers = { origin: 'https://evil.example' }
  assert.is((await t.ask('/welcome', { ...form(code), headers })).status, 403)
  assert.equal(t.auth.accounts.list(), [])
})

welcome.run()
