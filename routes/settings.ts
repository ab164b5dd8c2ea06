/** Sessions, tokens, wall keys, the password and the looks: seen, made, changed and ended. */
import { Hono } from 'hono'
import { getCookie } from 'hono/cookie'
import { addresses } from '../lib/auth/accounts.ts'
import type { Scope } from '../lib/auth/auth.ts'
import type { Keys } from '../lib/auth/keys.ts'
import { lifetime } from '../lib/auth/lifetime.ts'
import { MIN_LENGTH } from '../lib/auth/password.ts'
import { inWords, Problem } from '../lib/errors.ts'
import { paths } from '../lib/paths.ts'
import {
  type Section,
  type SettingsPage,
  settingsJson,
  settingsPage,
  type Tab,
} from '../views/settings.ts'
import type { Fresh } from '../views/settings-keys.ts'
import { type Ctx, formOf, sendJson, sendPage, varies } from './answer.ts'
import { keepChoice } from './choose-look.ts'
import { statusOf } from './failures.ts'
import { type Fields, fieldsOf } from './fields.ts'
import { later } from './login.ts'
import { isDense, KEYS_COOKIE, lookOf, sorts } from './look.ts'
import type { App, Env, Needs } from './needs.ts'
import { type Deed, record } from './record.ts'
import { known } from './trouble.ts'

export const settingsRoutes = (needs: Needs): App => {
  const { auth } = needs
  const app: App = new Hono<Env>()
  const endSession = (c: Ctx) => {
    const id = c.req.param('id') ?? ''
    if (!auth.sessions.end(id))
      throw new Problem('not-found', 'There is no such session; it may have ended by itself.')
    record(c, needs, 'session.end', 'done', { session: id })
    return isOwn(c, id) ? c.redirect(paths.login(), 303) : settled(c, 'session')
  }

  return app
    .get(paths.settings(), (c) => show(c, needs, { done: doneIn(c) }))
    .get(paths.tokens(), (c) => show(c, needs, { tab: 'tokens', done: doneIn(c) }))
    .get(paths.wallKeys(), (c) => show(c, needs, { tab: 'wall-keys', done: doneIn(c) }))
    .get(paths.appearance(), (c) => show(c, needs, { tab: 'appearance', done: doneIn(c) }))
    .post(paths.appearance(), (c) => changeAppearance(c, needs))
    .post(paths.password(), (c) => changePassword(c, needs))
    .on(['POST', 'DELETE'], `${paths.settings()}/sessions/:id`, endSession)
    .route('/', keyRoutes(needs, tokens(needs)))
    .route('/', keyRoutes(needs, wallKeys(needs)))
}

/** What tokens and wall keys differ in. */
type Kind = {
  section: 'tokens' | 'wall-keys'
  keys: Keys
  list: string
  one: string
  made: Deed
  revoked: Deed
  fresh(name: string, secret: string, base: string): Fresh
}

const tokens = ({ auth }: Needs): Kind => ({
  section: 'tokens',
  keys: auth.tokens,
  list: paths.tokens(),
  one: `${paths.tokens()}/:id`,
  made: 'token.create',
  revoked: 'token.revoke',
  fresh: (name, secret, base) => ({
    kind: 'token',
    name,
    secret,
    url: base + paths.panel('nodes'),
  }),
})

const wallKeys = ({ auth }: Needs): Kind => ({
  section: 'wall-keys',
  keys: auth.wallKeys,
  list: paths.wallKeys(),
  one: `${paths.wallKeys()}/:id`,
  made: 'wall-key.create',
  revoked: 'wall-key.revoke',
  fresh: (name, secret, base) => ({
    kind: 'wall',
    name,
    secret,
    url: `${base}${paths.wall()}?key=${secret}`,
  }),
})

const keyRoutes = (needs: Needs, kind: Kind): App => {
  const revoke = (c: Ctx) => {
    const key = kind.keys.revoke(c.req.param('id') ?? '', c.get('caller')!.name)
    record(c, needs, kind.revoked, 'done', { name: key.name })
    return settled(c, kind.section)
  }
  return new Hono<Env>()
    .post(kind.list, async (c) => {
      const made = await known(makeKey(c, needs, kind))
      if (made.problem) return mend(c, needs, kind.section, made.problem)
      const { key, secret } = made.value
      record(c, needs, kind.made, 'done', { name: key.name, scope: key.scope })
      const fresh = kind.fresh(key.name, secret, addressOf(c, needs))
      if (formOf(c) === 'html') return show(c, needs, { tab: kind.section, fresh }, 201)
      const { id, name, scope, expiresAt } = key
      return sendJson(c, { id, name, scope, expiresAt, secret, url: fresh.url }, 201)
    })
    .on(['POST', 'DELETE'], kind.one, revoke)
}

const SCOPES = new Set<string>(['view', 'operate', 'admin'] satisfies Scope[])

const makeKey = async (c: Ctx, { clock }: Needs, { keys, section }: Kind) => {
  const { name = '', scope = 'view', expires }: Fields = await fieldsOf(c)
  if (!SCOPES.has(scope))
    throw new Problem('invalid', 'A scope is view, operate or admin.', {
      details: { field: 'scope' },
    })
  const lives = lifetime(expires)
  return keys.create({
    name,
    scope: section === 'wall-keys' ? 'view' : (scope as Scope),
    expiresAt: lives === undefined ? undefined : clock.now() + lives,
    by: c.get('caller')!.name,
  })
}

const changePassword = async (c: Ctx, needs: Needs) => {
  const changed = await known(newPassword(c, needs))
  record(c, needs, 'password.change', changed.problem ? 'refused' : 'done')
  return changed.problem ? mend(c, needs, 'password', changed.problem) : settled(c, 'password')
}

const newPassword = async (c: Ctx, { auth }: Needs) => {
  const { current = '', next = '', again = next } = await fieldsOf(c)
  const { kind, name, session } = c.get('caller')!
  if (kind !== 'person') throw new Problem('invalid', 'Only a person has a password to change.')
  if (again !== next) throw new Problem('invalid', 'The two new passwords differ.')
  const { from } = c.get('asker')
  return auth.logins.changePassword({ name, current, next, from, keep: session?.id })
}

const changeAppearance = async (c: Ctx, needs: Needs) => {
  const fields = await fieldsOf(c)
  const { address } = fields
  const person = personIn(c)
  if (address !== undefined) {
    const known = addresses.find((a) => a === address)
    if (!known || person === undefined)
      throw new Problem('invalid', person ? 'I cannot say that.' : 'Only a person is addressed.', {
        details: { address: `expected one of ${addresses.join(', ')}` },
      })
    needs.auth.accounts.setAddress(person, known)
  }
  for (const [name, { cookie, allowed }] of Object.entries(sorts)) {
    const value = fields[name]
    if (value !== undefined) keepChoice(c, cookie, value, allowed)
  }
  return settled(c, 'appearance')
}

const dones: Record<string, string> = {
  session: 'That session has ended.',
  tokens: 'That token opens nothing any more.',
  'wall-keys': 'That wall key opens nothing any more.',
  password: 'The password is changed; all other sessions have ended.',
  appearance: 'As you wish.',
}
const doneIn = (c: Ctx) => dones[c.req.query('done') ?? '']

const settled = (c: Ctx, what: string) =>
  formOf(c) === 'html'
    ? c.redirect(`${tabPaths[what]?.() ?? paths.settings()}?done=${what}`, 303)
    : sendJson(c, { done: true })

/** Where somebody is led back to after a form; the profile for all others. */
const tabPaths: Record<string, () => string> = {
  tokens: paths.tokens,
  'wall-keys': paths.wallKeys,
  appearance: paths.appearance,
}

/** Back to the form with the reason; a script gets the problem itself. */
const mend = (c: Ctx, needs: Needs, form: Section, problem: Problem) => {
  later(c, problem)
  if (formOf(c) !== 'html') throw problem
  const status = statusOf[problem.kind] as 401 | 409 | 422 | 429
  const tab: Tab = form === 'password' ? 'profile' : form
  return show(c, needs, { tab, fault: { form, text: inWords(problem) } }, status)
}

const show = (
  c: Ctx,
  needs: Needs,
  more: Partial<SettingsPage>,
  status: 200 | 201 | 401 | 409 | 422 | 429 = 200,
) => {
  const { auth, clock, config } = needs
  const account = personIn(c)
  const model: SettingsPage = {
    tab: 'profile',
    now: clock.now(),
    timeZone: config.timeZone,
    account,
    sessions: auth.sessions.list().map((s) => ({ ...s, isThis: isOwn(c, s.id) })),
    tokens: auth.tokens.list(),
    wallKeys: auth.wallKeys.list(),
    appearance: {
      mode: lookOf(c) ?? 'hud',
      dense: isDense(c),
      keys: getCookie(c, KEYS_COOKIE) !== 'off',
      address: account && auth.accounts.address(account),
    },
    minLength: MIN_LENGTH,
    ...more,
  }
  varies(c)
  if (formOf(c) !== 'html') return sendJson(c, settingsJson(model))
  return sendPage(c, needs, { ...settingsPage(model), status })
}

const personIn = (c: Ctx) => {
  const caller = c.get('caller')
  return caller?.kind === 'person' ? caller.name : undefined
}

const isOwn = (c: Ctx, session: string) => c.get('caller')?.session?.id === session

/** The address under which this house was called, which is the one that works from there. */
const addressOf = (c: Ctx, { config }: Needs) => {
  const { https, host } = c.get('asker')
  return config.server.url?.replace(/\/$/, '') ?? `${https ? 'https' : 'http'}://${host}`
}
