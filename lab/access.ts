/**
 * Users, tokens, roles and rights, after PVE::AccessControl: deeper paths replace what was
 * inherited, users before groups, a separated token has the intersection with its user's rights,
 * and `root@pam` (but not its separated tokens) may everything.
 */
import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { hours } from '../lib/clock.ts'
import { builtinRoles, ownRoles, privileges } from './roles.ts'

/** The password of root@pam in every lab. */
export const LAB_PASSWORD = 'jarvis-lab'

export type Caller = {
  /** `user@realm`, with `!token` if it came by token. */
  authid: string
  user: string
  token?: string
}
export type Token = { secret: string; privsep: boolean; expire: number; comment?: string }
export type User = {
  userid: string
  enable: boolean
  expire: number
  comment?: string
  email?: string
  password?: string
  groups: string[]
  tokens: Map<string, Token>
}
export type Grant = {
  path: string
  type: 'user' | 'group' | 'token'
  ugid: string
  roleid: string
  propagate: boolean
}
/** Privilege → whether it also holds below the path. */
export type Privileges = Map<string, boolean>
export type Access = ReturnType<typeof createAccess>

export const createAccess = ({
  now,
  poolOf,
  revoked,
}: {
  now: () => number
  /** The pool that a path such as `/vms/103` belongs to. */
  poolOf: (path: string) => string | undefined
  /** Whether the scenario `token-revoked` has taken this token away. */
  revoked: (authid: string) => boolean
}) => {
  const secret = randomBytes(32)
  const users = new Map<string, User>()
  const roles = new Map(Object.entries({ ...builtinRoles, ...ownRoles }))
  const groups = new Map<string, { comment?: string }>()
  const acl: Grant[] = []

  const isCurrent = (expire: number) => expire === 0 || expire * 1000 > now()
  const userOf = (userid: string) => {
    const user = users.get(userid)
    return user?.enable && isCurrent(user.expire) ? user : undefined
  }

  const addUser = (userid: string, extra: Partial<User> = {}): User => {
    const user = { userid, enable: true, expire: 0, groups: [], tokens: new Map(), ...extra }
    users.set(userid, user)
    return user
  }
  const addToken = (userid: string, id: string, wish: Partial<Token> = {}): string => {
    const token = { secret: randomUUID(), privsep: true, expire: 0, ...wish }
    users.get(userid)!.tokens.set(id, token)
    return token.secret
  }
  const grant = (entry: Grant) => {
    revoke(entry)
    acl.push(entry)
  }
  const revoke = (entry: Omit<Grant, 'propagate'>) => {
    const same = (g: Grant) =>
      g.path === entry.path && g.ugid === entry.ugid && g.roleid === entry.roleid
    const at = acl.findIndex(same)
    if (at >= 0) acl.splice(at, 1)
  }
  const forget = (ugid: string) => {
    for (let i = acl.length - 1; i >= 0; i--) if (acl[i]!.ugid === ugid) acl.splice(i, 1)
  }
  /** What was granted on a thing goes with it. */
  const forgetPath = (path: string) => {
    for (let i = acl.length - 1; i >= 0; i--) if (acl[i]!.path === path) acl.splice(i, 1)
  }

  /** Role → propagate, of one subject alone, at a path. */
  const rolesAt = (type: Grant['type'], ugids: string[], path: string): Map<string, boolean> => {
    let held = new Map<string, boolean>()
    for (const step of stepsTo(path)) {
      const here = acl.filter(
        (g) =>
          g.path === step &&
          g.type === type &&
          ugids.includes(g.ugid) &&
          (g.propagate || step === path),
      )
      if (here.length > 0) held = new Map(here.map((g) => [g.roleid, g.propagate]))
    }
    return held
  }

  const privilegesOf = (held: Map<string, boolean>): Privileges => {
    const out: Privileges = new Map()
    if (held.has('NoAccess')) return out
    for (const [role, propagate] of held)
      for (const p of roles.get(role) ?? []) out.set(p, propagate || out.get(p) === true)
    return out
  }

  const ofUser = (userid: string, path: string): Privileges => {
    if (userid === 'root@pam') return new Map(privileges.map((p) => [p, true]))
    const held = rolesAt('user', [userid], path)
    if (held.size > 0) return privilegesOf(held)
    return privilegesOf(rolesAt('group', users.get(userid)?.groups ?? [], path))
  }

  const directly = (caller: Caller, path: string): Privileges => {
    const own = ofUser(caller.user, path)
    if (!caller.token) return own
    if (!users.get(caller.user)?.tokens.get(caller.token)?.privsep) return own
    const token = privilegesOf(rolesAt('token', [caller.authid], path))
    return new Map(
      [...token].filter(([p]) => own.has(p)).map(([p, down]) => [p, down && own.get(p)!]),
    )
  }

  const permissions = (caller: Caller, path: string): Privileges => {
    const here = directly(caller, path)
    const pool = poolOf(path)
    if (!pool) return here
    return new Map([...directly(caller, `/pool/${pool}`), ...here])
  }

  const can = (caller: Caller, path: string, wanted: string[], how: 'all' | 'any' = 'all') => {
    const held = permissions(caller, path)
    return how === 'any' ? wanted.some((p) => held.has(p)) : wanted.every((p) => held.has(p))
  }

  const signature = (text: string) => createHmac('sha256', secret).update(text).digest('base64')
  const stamped = (kind: string, user: string) => {
    const stamp = Math.floor(now() / 1000)
      .toString(16)
      .toUpperCase()
    return { stamp, sign: (extra = '') => signature(`${kind}:${user}:${stamp}${extra}`) }
  }
  const isFresh = (stamp: string) => now() - Number.parseInt(stamp, 16) * 1000 < hours(2)

  /** A ticket and its CSRF token, or undefined when the password (or old ticket) is wrong. */
  const login = (userid: string, password: string) => {
    const user = userOf(userid)
    const again = byTicket(password)?.user === userid
    if (!user || (!again && (!user.password || !equal(user.password, password)))) return undefined
    const { stamp, sign } = stamped('PVE', userid)
    const csrf = stamped('CSRF', userid)
    return {
      username: userid,
      ticket: `PVE:${userid}:${stamp}::${sign()}`,
      CSRFPreventionToken: `${csrf.stamp}:${csrf.sign()}`,
    }
  }
  const byTicket = (ticket: string): Caller | undefined => {
    const found = /^PVE:([^:]+):([0-9A-F]+)::(.+)$/.exec(ticket)
    if (!found) return undefined
    const [, user = '', stamp = '', sign = ''] = found
    const right = equal(sign, signature(`PVE:${user}:${stamp}`)) && isFresh(stamp)
    return right && userOf(user) ? { authid: user, user } : undefined
  }
  const isCsrf = (user: string, text: string | undefined): boolean => {
    const [stamp = '', sign = ''] = (text ?? '').split(':')
    return equal(sign, signature(`CSRF:${user}:${stamp}`)) && isFresh(stamp)
  }
  /** From `user@realm!name=secret`. */
  const byToken = (text: string): Caller | undefined => {
    const found = /^([^!]+)!([^=]+)=(.+)$/.exec(text)
    if (!found) return undefined
    const [, user = '', id = '', given = ''] = found
    const token = userOf(user)?.tokens.get(id)
    const right = token && equal(token.secret, given) && isCurrent(token.expire)
    const authid = `${user}!${id}`
    return right && !revoked(authid) ? { authid, user, token: id } : undefined
  }

  return {
    users,
    roles,
    groups,
    acl,
    addUser,
    addToken,
    grant,
    revoke,
    forget,
    forgetPath,
    permissions,
    can,
    login,
    byTicket,
    byToken,
    isCsrf,
  }
}

const stepsTo = (path: string): string[] => {
  const parts = path.split('/').filter(Boolean)
  return ['/', ...parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`)]
}

const equal = (a: string, b: string) => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
