/** Finds out who asks: the control socket, a bearer token, a session's cookie, a wall screen's cookie. */
import { getCookie, setCookie } from 'hono/cookie'
import type { Caller } from '../lib/auth/auth.ts'
import type { Key } from '../lib/auth/keys.ts'
import { days } from '../lib/clock.ts'
import { Problem } from '../lib/errors.ts'
import type { Ctx } from './answer.ts'
import type { Asker } from './asker.ts'
import type { Needs } from './needs.ts'

export const SESSION_COOKIE = 'jv_session'
export const WALL_COOKIE = 'jv_wall'

/** The caller, and how he showed who he is; a bearer that is not known has no caller. */
export type Found = {
  caller: Caller | undefined
  by: 'local' | 'bearer' | 'session' | 'wall' | 'nothing'
}

export const callerOf = (c: Ctx, { auth }: Pick<Needs, 'auth'>, { from }: Asker): Found => {
  const header = c.req.header('authorization')
  // Whoever brings a token, as `jarvis mcp` does, is that token's and nothing more.
  if (c.env?.local && header === undefined) return { by: 'local', caller: commandLine }
  if (header !== undefined) {
    const secret = /^bearer +(\S+) *$/i.exec(header)?.[1]
    const key = secret === undefined ? undefined : auth.tokens.find(secret, from)
    return { by: 'bearer', caller: key && ofKey('machine', key, from) }
  }
  const cookie = getCookie(c, SESSION_COOKIE)
  const session = cookie ? auth.sessions.find(cookie, from) : undefined
  if (session) {
    const { id, account: name } = session
    return {
      by: 'session',
      caller: { kind: 'person', name, scope: 'admin', from, session: { id } },
    }
  }
  const wall = getCookie(c, WALL_COOKIE)
  const key = wall ? auth.wallKeys.find(wall, from) : undefined
  return key
    ? { by: 'wall', caller: ofKey('wall', key, from) }
    : { by: 'nothing', caller: undefined }
}

/** Whoever has a shell on the host: a machine, whatever he says he is. */
export const commandLine: Caller = {
  kind: 'machine',
  name: 'command line',
  scope: 'operate',
  from: 'local',
}

const ofKey = (kind: 'machine' | 'wall', { id, name, scope }: Key, from: string): Caller => ({
  kind,
  name,
  scope: kind === 'wall' ? 'view' : scope,
  from,
  token: { id },
})

/** Every cookie of ours: not for scripts, not for other sites' requests, over https only if it is. */
export const cookieFlags = ({ https }: Asker) =>
  ({ path: '/', httpOnly: true, sameSite: 'Lax', secure: https }) as const

/** The longest that browsers keep a cookie (RFC 6265bis, 5.5); each visit with the key renews it. */
const WALL_AGE_S = days(400) / 1000

/**
 * `/wall?key=…` leaves the key in a cookie and comes back without it, so that it stands neither in
 * the address bar of a screen in the hall nor in its history. A Problem for a key that is not known,
 * undefined for every other request.
 */
export const exchangeWallKey = (c: Ctx, { auth }: Pick<Needs, 'auth'>, asker: Asker) => {
  const url = new URL(c.req.url)
  const key = url.searchParams.get('key')
  if (key === null || !/^\/wall(\/|$)/.test(url.pathname) || c.req.method !== 'GET')
    return undefined
  url.searchParams.delete('key')
  if (!auth.wallKeys.find(key, asker.from)) return unknownKey()
  setCookie(c, WALL_COOKIE, key, { ...cookieFlags(asker), maxAge: WALL_AGE_S })
  return c.redirect(url.pathname + url.search, 303)
}

const unknownKey = () =>
  new Problem('unauthorized', 'That wall key is not known, or no longer good.', {
    next: 'Make a new one under Settings, Wall keys.',
  })
