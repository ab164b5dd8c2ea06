import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createAuth } from '../../../lib/auth/auth.ts'
import { lifetime } from '../../../lib/auth/lifetime.ts'
import { browserName } from '../../../lib/auth/sessions.ts'
import { days, hours, minutes, seconds } from '../../../lib/clock.ts'
import { Problem, type ProblemKind } from '../../../lib/errors.ts'
import { alice, bob, desk, firefox, mallory, oldTablet, phone } from '../../cast.ts'
import { CHEAP, openAuth } from '../../doors.ts'

type House = Awaited<ReturnType<typeof openAuth>>
const who = suite<House>('who may')

who.before.each(async (t) => {
  Object.assign(t, await openAuth())
})
who.after.each((t) => t.db.close())

const fails = async (kind: ProblemKind, work: () => unknown): Promise<Problem> => {
  try {
    await work()
  } catch (error) {
    assert.instance(error, Problem)
    assert.is((error as Problem).kind, kind, (error as Problem).message)
    return error as Problem
  }
  assert.unreachable(`expected ${kind}`)
  throw new Error()
}

const come = (t: House, password = alice.password, from = desk, name?: string) =>
  t.auth.logins.open({ name, password, from, browser: 'Firefox on Linux' })

const guess = async (t: House, times: number, from = mallory, name?: string) => {
  for (let i = 0; i < times; i++)
    await fails('unauthorized', () => come(t, `guess ${i}`, from, name))
}

who('the right password opens a session, and only its hash is stored', async (t) => {
  await t.auth.accounts.create(alice)
  const { session, account } = await come(t)
  assert.is(account.name, 'alice')
  assert.is(t.auth.sessions.find(session.secret, desk)?.account, 'alice')
  assert.ok(session.secret.length >= 43)
  const stored = JSON.stringify([
    t.db.all('select * from sessions'),
    t.db.all('select * from accounts'),
  ])
  assert.not.match(stored, session.secret)
  assert.not.match(stored, alice.password)
  assert.equal(t.kinds(), ['session.opened'])
})

who('every login gets a session of its own', async (t) => {
  await t.auth.accounts.create(alice)
  const [one, two] = [await come(t), await come(t)]
  assert.is.not(one.session.secret, two.session.secret)
  assert.is(t.auth.sessions.list().length, 2)
})

who('a session that nobody used for 12 hours is over', async (t) => {
  await t.auth.accounts.create(alice)
  const { session } = await come(t)
  await t.clock.advance(hours(12) - 1)
  assert.ok(t.auth.sessions.find(session.secret, desk))
  await t.clock.advance(hours(12) - 1)
  assert.ok(t.auth.sessions.find(session.secret, desk), 'use keeps it alive')
  await t.clock.advance(hours(12))
  assert.not(t.auth.sessions.find(session.secret, desk))
  assert.equal(t.auth.sessions.list(), [])
})

who('after 30 days a session is over, however busy it was', async (t) => {
  await t.auth.accounts.create(alice)
  const { session } = await come(t)
  for (let i = 0; i < 60; i++) {
    assert.ok(t.auth.sessions.find(session.secret, desk))
    await t.clock.advance(hours(12) - minutes(1))
  }
  assert.ok(t.auth.sessions.find(session.secret, desk))
  await t.clock.advance(hours(1))
  assert.not(t.auth.sessions.find(session.secret, desk))
})

who('the use of a session is written down once a minute at most', async (t) => {
  await t.auth.accounts.create(alice)
  const { session } = await come(t)
  const opened = t.clock.now()
  await t.clock.advance(seconds(59))
  t.auth.sessions.find(session.secret, phone)
  assert.is(t.auth.sessions.list()[0]?.usedAt, opened)
  await t.clock.advance(seconds(1))
  t.auth.sessions.find(session.secret, phone)
  assert.is(t.auth.sessions.list()[0]?.usedAt, t.clock.now())
  assert.is(t.auth.sessions.list()[0]?.address, phone)
})

who('a stream learns that its session or its key has ended', async (t) => {
  await t.auth.accounts.create(alice)
  const { session } = await come(t)
  const { key } = t.auth.tokens.create({ name: 'grafana', scope: 'view', by: 'alice' })
  const person = { kind: 'person', name: 'alice', scope: 'admin', from: desk, session } as const
  const machine = {
    kind: 'machine',
    name: 'grafana',
    scope: 'view',
    from: desk,
    token: key,
  } as const
  assert.ok(t.auth.holds(person) && t.auth.holds(machine))
  t.auth.sessions.end(session.id)
  t.auth.tokens.revoke('grafana', 'alice')
  assert.not(t.auth.holds(person) || t.auth.holds(machine))
})

who('a new password ends the other sessions and asks for the old one', async (t) => {
  await t.auth.accounts.create(alice)
  const [here, there] = [await come(t), await come(t, alice.password, phone)]
  const change = { name: 'alice', next: bob.password, from: desk, keep: here.session.id }
  await fails('unauthorized', () => t.auth.logins.changePassword({ ...change, current: 'no' }))
  assert.ok(t.auth.sessions.find(there.session.secret, phone))
  const { ended } = await t.auth.logins.changePassword({ ...change, current: alice.password })
  assert.is(ended, 1)
  assert.ok(t.auth.sessions.find(here.session.secret, desk))
  assert.not(t.auth.sessions.find(there.session.secret, phone))
  await fails('unauthorized', () => come(t))
  assert.ok(await come(t, bob.password))
})

who('the way back in ends every session and every delay of the account', async (t) => {
  await t.auth.accounts.create(alice)
  const { session } = await come(t)
  await guess(t, 5, phone)
  await t.auth.accounts.setPassword('alice', bob.password)
  assert.not(t.auth.sessions.find(session.secret, desk))
  assert.ok(await come(t, bob.password, desk))
  assert.ok(await come(t, bob.password, '192.168.1.99'))
})

who('with two accounts the name is asked, and neither opens the other', async (t) => {
  await t.auth.accounts.create(alice)
  assert.not(t.auth.logins.needsName())
  await t.auth.accounts.create(bob)
  assert.ok(t.auth.logins.needsName())
  await fails('unauthorized', () => come(t))
  await fails('unauthorized', () => come(t, alice.password, desk, 'bob'))
  assert.is((await come(t, alice.password, desk, 'ALICE')).account.name, 'alice')
  await fails('conflict', () => t.auth.accounts.create({ ...bob, name: 'Bob' }))
})

who('the fifth wrong try closes the door for 5 s, then longer, at most 15 minutes', async (t) => {
  await t.auth.accounts.create(alice)
  await guess(t, 5)
  const waits: number[] = []
  for (let i = 0; i < 10; i++) {
    const early = await fails('busy', () => come(t, alice.password, mallory))
    const wait = Number(early.details?.retryAfter)
    waits.push(wait)
    await t.clock.advance(seconds(wait))
    await guess(t, 1)
  }
  assert.equal(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900])
  await t.clock.advance(minutes(15))
  assert.ok(await come(t, alice.password, mallory), 'the right password after the delay works')
  await guess(t, 4)
  assert.ok(await come(t, alice.password, mallory), 'and the count began anew')
})

who('tries of a year that was not yet here do not lock the door', async (t) => {
  await t.auth.accounts.create(alice)
  t.clock.jump(days(365))
  for (let i = 0; i < 6; i++) await come(t, 'wrong', mallory).catch(() => {})
  t.clock.jump(-days(365))
  assert.ok(await come(t, alice.password, mallory))
  t.auth.sweep()
  assert.equal(t.db.all('select * from login_tries'), [])
})

who('asking again during the delay does not lengthen it', async (t) => {
  await t.auth.accounts.create(alice)
  await guess(t, 5)
  for (let i = 0; i < 50; i++) await fails('busy', () => come(t, 'again', mallory))
  await t.clock.advance(seconds(5))
  assert.ok(await come(t, alice.password, mallory))
})

who('guesses from many addresses count against the account', async (t) => {
  await t.auth.accounts.create(alice)
  for (let i = 0; i < 5; i++) await guess(t, 1, `203.0.113.${i}`)
  await fails('busy', () => come(t, alice.password, '203.0.113.99'))
})

who('guesses at many accounts count against the address', async (t) => {
  await t.auth.accounts.create(alice)
  for (let i = 0; i < 5; i++) await guess(t, 1, mallory, `user${i}`)
  await fails('busy', () => come(t, alice.password, mallory, 'alice'))
})

who('one household of IPv6 addresses is one guesser', async (t) => {
  await t.auth.accounts.create(alice)
  for (let i = 1; i <= 5; i++) await guess(t, 1, `2001:db8:5:7::${i}`, `user${i}`)
  await fails('busy', () => come(t, alice.password, '2001:db8:5:7:aaaa::1', 'alice'))
  assert.ok(await come(t, alice.password, '2001:db8:5:8::1', 'alice'))
})

who('a stranger who guesses all day does not keep Alice out of her own place', async (t) => {
  await t.auth.accounts.create(alice)
  await come(t, alice.password, desk)
  for (let i = 0; i < 20; i++) await guess(t, 1, `203.0.113.${i}`).catch(() => {})
  await fails('busy', () => come(t, alice.password, phone))
  assert.ok(await come(t, alice.password, desk))
})

who('at her own place guesses are counted too', async (t) => {
  await t.auth.accounts.create(alice)
  await come(t, alice.password, desk)
  await guess(t, 5, desk)
  await fails('busy', () => come(t, alice.password, desk))
})

who('a hundred guesses at once are a hundred tries', async (t) => {
  await t.auth.accounts.create(alice)
  const all = await Promise.allSettled(
    Array.from({ length: 100 }, (_, i) => come(t, `guess ${i}`, mallory)),
  )
  const kinds = all.map((r) => (r.status === 'rejected' ? (r.reason as Problem).kind : 'let in'))
  assert.is(kinds.filter((k) => k === 'unauthorized').length, 5)
  assert.is(kinds.filter((k) => k === 'busy').length, 95)
})

who('a restart is no way round the delay', async (t) => {
  await t.auth.accounts.create(alice)
  await guess(t, 5)
  const again = createAuth({ ...t, sessions: { idleHours: 12, absoluteDays: 30 }, cost: CHEAP })
  const login = { password: alice.password, from: mallory, browser: '' }
  await fails('busy', () => again.logins.open(login))
})

who('a try is forgotten after a day', async (t) => {
  await t.auth.accounts.create(alice)
  await guess(t, 4)
  await t.clock.advance(days(1))
  await guess(t, 4)
  assert.ok(await come(t, alice.password, mallory))
})

who('an account that does not exist slows down like one that does', async (t) => {
  await t.auth.accounts.create(alice)
  for (let i = 0; i < 5; i++) await guess(t, 1, `203.0.113.${i}`, 'nobody')
  await fails('busy', () => come(t, 'x', '203.0.113.99', 'nobody'))
})

who('a token is known by its secret until it is revoked', async (t) => {
  const { key, secret } = t.auth.tokens.create({ name: 'grafana', scope: 'view', by: 'alice' })
  assert.match(secret, /^jv_[\w-]{43}$/)
  assert.not.match(JSON.stringify(t.db.all('select * from keys')), secret)
  assert.is(t.auth.tokens.find(secret, desk)?.name, 'grafana')
  assert.is(t.auth.tokens.list()[0]?.usedFrom, desk)
  assert.not(t.auth.tokens.find(`${secret.slice(0, -1)}x`, desk))
  t.auth.tokens.revoke(key.id, 'alice')
  assert.not(t.auth.tokens.find(secret, desk))
  assert.is(t.auth.tokens.list()[0]?.revokedBy, 'alice')
  await fails('not-found', () => t.auth.tokens.revoke('grafana', 'alice'))
  assert.equal(t.kinds(), ['token.created', 'token.revoked'])
})

who('a token ends with its expiry, and its name is free again', async (t) => {
  const wish = { name: 'n8n', scope: 'operate', by: 'alice' } as const
  const { secret } = t.auth.tokens.create({ ...wish, expiresAt: t.clock.now() + days(30) })
  await fails('conflict', () => t.auth.tokens.create(wish))
  await t.clock.advance(days(30) - 1)
  assert.ok(t.auth.tokens.find(secret, desk))
  await t.clock.advance(1)
  assert.not(t.auth.tokens.find(secret, desk))
  assert.ok(t.auth.tokens.create(wish))
  await fails('invalid', () =>
    t.auth.tokens.create({ ...wish, name: 'x', expiresAt: t.clock.now() }),
  )
  await fails('invalid', () => t.auth.tokens.create({ ...wish, name: ' \n ' }))
})

who('a wall key is no token and a token no wall key', async (t) => {
  const wall = t.auth.wallKeys.create({ name: 'hall', scope: 'view', by: 'alice' })
  const token = t.auth.tokens.create({ name: 'hall', scope: 'admin', by: 'alice' })
  assert.not(t.auth.tokens.find(wall.secret, desk))
  assert.not(t.auth.wallKeys.find(token.secret, desk))
  assert.is(t.auth.wallKeys.find(wall.secret, desk)?.scope, 'view')
  await fails('not-found', () => t.auth.tokens.revoke(wall.key.id, 'alice'))
})

who('where nothing can be stored, who is in stays in', async (t) => {
  await t.auth.accounts.create(alice)
  const { session } = await come(t)
  const { secret } = t.auth.tokens.create({ name: 'grafana', scope: 'view', by: 'alice' })
  await t.clock.advance(minutes(2))
  t.db.exec('pragma query_only = on')
  assert.is(t.auth.sessions.find(session.secret, desk)?.account, 'alice')
  assert.is(t.auth.tokens.find(secret, desk)?.name, 'grafana')
  await fails('broken', () => come(t))
})

who('the welcome makes one account, once, and only with the code', async (t) => {
  const code = t.auth.welcome.code()!
  assert.is(t.auth.welcome.code(), code)
  assert.ok(Buffer.from(code, 'base64url').length >= 16)
  assert.not.match(JSON.stringify(t.db.all('select * from welcome_code')), code)
  const wish = { ...alice, from: desk }
  await fails('unauthorized', () => t.auth.welcome.accept({ ...wish, code: 'guess' }))
  await fails('invalid', () => t.auth.welcome.accept({ ...wish, code, password: 'short' }))
  assert.is((await t.auth.welcome.accept({ ...wish, code })).name, 'alice')
  await fails('conflict', () => t.auth.welcome.accept({ ...wish, ...bob, code }))
  assert.is(t.auth.welcome.code(), undefined)
  assert.equal(t.db.all('select * from welcome_code'), [])
})

who('of two who race with the same code exactly one gets the account', async (t) => {
  const code = t.auth.welcome.code()!
  const both = await Promise.allSettled([
    t.auth.welcome.accept({ ...alice, code, from: desk }),
    t.auth.welcome.accept({ ...bob, code, from: phone }),
  ])
  assert.is(both.filter((r) => r.status === 'fulfilled').length, 1)
  assert.is(t.auth.accounts.list().length, 1)
})

who('a new start makes a new code, and the old link is dead', async (t) => {
  const old = t.auth.welcome.code()!
  const again = createAuth({ ...t, sessions: { idleHours: 12, absoluteDays: 30 }, cost: CHEAP })
  const fresh = again.welcome.code()!
  assert.is.not(fresh, old)
  const wish = { ...alice, from: desk }
  await fails('unauthorized', () => again.welcome.accept({ ...wish, code: old }))
  assert.ok(await again.welcome.accept({ ...wish, code: fresh }))
})

who('wrong codes slow down as wrong passwords do', async (t) => {
  const code = t.auth.welcome.code()!
  const wish = { ...alice, from: mallory }
  for (let i = 0; i < 5; i++)
    await fails('unauthorized', () => t.auth.welcome.accept({ ...wish, code: `x${i}` }))
  const early = await fails('busy', () => t.auth.welcome.accept({ ...wish, code }))
  await t.clock.advance(seconds(Number(early.details?.retryAfter)))
  assert.ok(await t.auth.welcome.accept({ ...wish, code }))
})

who('the sweep forgets what is over and keeps what holds', async (t) => {
  await t.auth.accounts.create(alice)
  await come(t)
  await guess(t, 3)
  t.auth.tokens.create({ name: 'old', scope: 'view', by: 'alice' })
  t.auth.tokens.create({ name: 'good', scope: 'view', by: 'alice' })
  t.auth.tokens.revoke('old', 'alice')
  await t.clock.advance(days(91))
  t.auth.sweep()
  const rows = (table: string) => t.db.all(`select * from ${table}`).length
  assert.equal([rows('sessions'), rows('login_tries'), rows('login_places')], [0, 0, 0])
  assert.equal(
    t.auth.tokens.list().map((k) => k.name),
    ['good'],
  )
})

who('a browser is named in a few words', () => {
  assert.is(browserName(firefox), 'Firefox on Linux')
  assert.is(browserName(oldTablet), 'Safari on an iPad')
  assert.is(browserName('curl/8.5.0'), 'curl')
  assert.is(browserName('<script>'), 'An unknown browser')
})

who('a lifetime is written as people say it', async () => {
  assert.equal(['12h', '30d', '8w', '1y'].map(lifetime), [hours(12), days(30), days(56), days(365)])
  assert.equal(['', 'never', undefined].map(lifetime), [undefined, undefined, undefined])
  for (const wrong of ['30', '0d', '-1d', 'soon', '99999d'])
    await fails('invalid', () => lifetime(wrong))
})

who.run()
