import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  createPasswords,
  demandGoodPassword,
  OWASP_COST,
  type Passwords,
} from '../../../lib/auth/password.ts'
import { strongRandom } from '../../../lib/auth/secret.ts'
import type { Problem } from '../../../lib/errors.ts'
import { alice, bob, desk } from '../../cast.ts'
import { CHEAP, openAuth } from '../../doors.ts'

const passwords = suite('passwords')

passwords('are stored with OWASP parameters and a salt of their own', async () => {
  const real: Passwords = createPasswords(strongRandom)
  const [one, two] = [await real.hash(alice.password), await real.hash(alice.password)]
  assert.match(one, /^scrypt\$N=32768,r=8,p=3\$[\w-]{22}\$[\w-]{43}$/)
  assert.is.not(one, two)
  assert.ok(await real.matches(alice.password, one))
  assert.not(await real.matches(bob.password, one))
  assert.not(real.isOld(one))
  assert.equal(OWASP_COST, { N: 32768, r: 8, p: 3 })
})

passwords('an unknown account takes its turn in the queue as a known one does', async () => {
  const cheap = createPasswords(strongRandom, CHEAP)
  const stored = await cheap.hash(alice.password)
  const turnedAway = async (of: string | undefined) => {
    const all = Array.from({ length: 20 }, () => cheap.matches('guess', of))
    return (await Promise.allSettled(all)).filter((r) => r.status === 'rejected').length
  }
  assert.is(await turnedAway(stored), 2)
  assert.is(await turnedAway(undefined), 2)
  assert.not(await cheap.matches('', undefined))
})

passwords('an umlaut is the same however the keyboard composes it', async () => {
  const cheap = createPasswords(strongRandom, CHEAP)
  const stored = await cheap.hash('sch\u00f6ne Gr\u00fc\u00dfe 77')
  assert.ok(await cheap.matches('scho\u0308ne Gru\u0308\u00dfe 77', stored))
})

passwords('a login lifts what was stored with weaker parameters', async () => {
  const { auth, db } = await openAuth()
  await auth.accounts.create(alice)
  const weak = await createPasswords(strongRandom, { N: 2 ** 8, r: 8, p: 1 }).hash(alice.password)
  db.run('update accounts set password = ?', [weak])
  const login = { password: alice.password, from: desk, browser: '' }
  await auth.logins.open(login)
  const now = db.first<{ password: string }>('select password from accounts')!.password
  assert.match(now, /^scrypt\$N=1024,/)
  assert.ok(await auth.logins.open(login))
  db.close()
})

const refused = (password: string, name = 'alice') => {
  try {
    demandGoodPassword(password, name)
    return false
  } catch (error) {
    assert.is((error as Problem).kind, 'invalid')
    assert.not.match((error as Problem).message, password)
    return true
  }
}

passwords('short, repeated and obvious ones are refused', () => {
  const bad = [
    'short',
    '123456789',
    'aaaaaaaaaaaa',
    'abababababab',
    '1234567890',
    '0987654321ab',
    'Password123!',
    'P@ssw0rd2026',
    'qwertyuiop12',
    'alice12345678',
    'Alice-2026-!!',
    'jarvis123456',
    'Proxmox2026!',
    'administrator1',
    'letmein12345',
    'x'.repeat(2000),
  ]
  assert.equal(
    bad.filter((p) => !refused(p)),
    [],
  )
})

passwords('phrases and random ones are taken', () => {
  const good = [
    alice.password,
    bob.password,
    'correct horse battery',
    'kQ7#vLz2!m',
    'Unter den Linden 5',
    'пароль из слов',
    '漢字仮名交じり文の合言葉',
    '839201746352',
  ]
  assert.equal(
    good.filter((p) => refused(p)),
    [],
  )
})

passwords.run()
