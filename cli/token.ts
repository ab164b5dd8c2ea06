/** `jarvis token`: bearer tokens for scripts. A new token stands alone on standard output. */
import type { Scope } from '../lib/auth/auth.ts'
import type { Key } from '../lib/auth/keys.ts'
import { type Clock, days, hours } from '../lib/clock.ts'
import { Problem } from '../lib/errors.ts'
import { clean } from '../lib/log.ts'
import { type Args, type Command, needText, textOf } from './command.ts'
import { exit, type Io } from './io.ts'
import { withKeeper } from './keeper.ts'

const scopes: Scope[] = ['view', 'operate', 'admin']

export const command: Command = {
  usage: [
    'create --name NAME --scope view|operate|admin [--expires 30d]',
    'list',
    'revoke NAME|ID',
  ],
  options: {
    name: { type: 'string', value: 'NAME', help: 'what the token is for' },
    scope: { type: 'string', value: 'SCOPE', help: 'view = look, operate = act, admin = settings' },
    expires: { type: 'string', value: 'TIME', help: 'how long it lives: 12h, 30d; else for ever' },
  },
  words: 2,
  async run(args, io) {
    const [verb, which] = args.words
    if (verb === 'create') return create(args, io)
    if (verb === 'list' || verb === undefined) return list(args, io)
    if (verb === 'revoke') return revoke(which, args, io)
    throw new Problem('invalid', `"${verb}" is not a thing to do with tokens.`, {
      next: 'It is create, list or revoke.',
    })
  },
}

const create = async (args: Args, io: Io) => {
  const name = needText(args, 'name', 'grafana')
  const scope = needText(args, 'scope', 'view') as Scope
  if (!scopes.includes(scope))
    throw new Problem('invalid', `"${scope}" is not a scope.`, {
      next: 'It is view, operate or admin.',
    })
  const expiresAt = expiry(textOf(args, 'expires'), io.clock)
  const made = await withKeeper(io, 'token create', (keeper) =>
    keeper.createToken({ name, scope, ...(expiresAt !== undefined && { expiresAt }) }),
  )
  io.out(args.values.json ? JSON.stringify({ ...view(made.key), token: made.secret }) : made.secret)
  return exit.ok
}

/** `90m` is not worth a token; hours and days are. */
const expiry = (text: string | undefined, clock: Clock): number | undefined => {
  if (text === undefined) return undefined
  const [, n, unit] = /^([1-9]\d{0,4})([hd])$/.exec(text) ?? []
  if (!n)
    throw new Problem('invalid', `"${text}" is not a length of time.`, {
      next: 'Write hours or days: --expires 12h, --expires 30d.',
    })
  return clock.now() + (unit === 'h' ? hours(Number(n)) : days(Number(n)))
}

const list = async (args: Args, io: Io) => {
  const keys = await withKeeper(io, 'token list', (keeper) => keeper.listTokens())
  if (args.values.json) io.out(JSON.stringify(keys.map(view), null, 2))
  else if (keys.length === 0) io.out('There are no tokens.')
  else for (const key of keys) io.out(line(key, io.clock.now()))
  return exit.ok
}

const revoke = async (which: string | undefined, args: Args, io: Io) => {
  if (!which) throw new Problem('invalid', 'Which token? Name it: jarvis token revoke NAME.')
  const key = await withKeeper(io, 'token revoke', (keeper) => keeper.revokeToken(which))
  io.out(args.values.json ? JSON.stringify(view(key)) : `${clean(key.name)} is revoked.`)
  return exit.ok
}

const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString())

const view = (key: Key) => ({
  id: key.id,
  name: key.name,
  scope: key.scope,
  made: iso(key.madeAt),
  expires: iso(key.expiresAt),
  used: iso(key.usedAt),
  revoked: iso(key.revokedAt),
})

const line = (key: Key, now: number) => {
  const day = (at: number) => new Date(at).toISOString().slice(0, 10)
  const state = key.revokedAt
    ? `revoked ${day(key.revokedAt)}`
    : key.expiresAt === null
      ? 'does not expire'
      : `${key.expiresAt <= now ? 'expired' : 'until'} ${day(key.expiresAt)}`
  const used = key.usedAt === null ? 'never used' : `last used ${day(key.usedAt)}`
  return `${key.id}  ${key.scope.padEnd(7)}  ${clean(key.name)}  (${state}, ${used})`
}
