/**
 * What has to exist in Proxmox before Jarvis may look and act: roles, users, rights and tokens, as
 * the exact lines for a root shell on a node, and as the same calls of the API for those who
 * would rather let the set-up do it. A role has its own user: a rule on a deeper path replaces the
 * inherited ones for that user (pveum(1)), so one user for all would lose rights to itself.
 */
import { Problem } from '../errors.ts'
import type { Method } from '../proxmox/errors.ts'
import type { TokenRole, Version } from '../proxmox/types.ts'
import { grantsOf, type Places, usualPlaces } from './rights.ts'
import type { Params, Session } from './session.ts'

/** One line for the shell, and the same as a call. */
export type Step = {
  why: string
  command: string
  call: { method: Method; path: string; params: Params }
  /** The step answers a new token that serves these roles. */
  token?: { id: string; roles: TokenRole[] } | undefined
  /** Something that exists is taken away or replaced: worth a second look. */
  replaces?: string | undefined
}

/** What Proxmox has already; see `lookAround`. */
export type Found = {
  version: Version
  roles: Map<string, Set<string>>
  users: Set<string>
  tokens: Set<string>
  acl: Set<string>
  pools: Set<string>
}

export const userOf = (role: TokenRole) => `jarvis-${role}@pve`
export const tokenIdOf = (role: TokenRole) => `${userOf(role)}!jarvis`
const aclKey = (path: string, who: string, role: string) => `${path} ${who} ${role}`

/** Reads what exists; needs a login that may see users and rights (root does). */
export const lookAround = async (session: Session): Promise<Found> => {
  const get = <T>(path: string, params?: Params) => session.call<T>('GET', path, params)
  const version = versionOf(await get<{ version: string }>('/version'))
  const roles = await get<{ roleid: string; privs?: string }[]>('/access/roles')
  const users = await get<UserRow[]>('/access/users', { full: true })
  const acl = await get<{ path: string; ugid: string; roleid: string }[]>('/access/acl')
  const pools = await get<{ poolid: string }[]>('/pools')
  return {
    version,
    roles: new Map(roles.map((r) => [r.roleid, new Set((r.privs ?? '').split(/[,\s]+/))])),
    users: new Set(users.map((u) => u.userid)),
    tokens: new Set(users.flatMap((u) => (u.tokens ?? []).map((t) => `${u.userid}!${t.tokenid}`))),
    acl: new Set(acl.map((a) => aclKey(a.path, a.ugid, a.roleid))),
    pools: new Set(pools.map((p) => p.poolid)),
  }
}

type UserRow = { userid: string; tokens?: { tokenid: string }[] }

/** `9.2.11`, and `6.2-4` of long ago: the first two numbers count. */
export const versionOf = ({ version }: { version: string }): Version => {
  const [major = 0, minor = 0] = version.split(/[.-]/).map(Number)
  return { version, release: `${major}.${minor}`, major, minor }
}

/** Nothing known: every step is listed, for people who type them by themselves. */
export const nothingFound = (version: Version): Found => ({
  version,
  roles: new Map(),
  users: new Set(),
  tokens: new Set(),
  acl: new Set(),
  pools: new Set(),
})

/** The steps that are missing for these roles; throws `invalid` for a release that is too old. */
export const plan = (found: Found, wanted: TokenRole[], places: Places = usualPlaces): Step[] => {
  if (found.version.major < 8)
    throw new Problem('invalid', `Proxmox VE ${found.version.version} is too old for Jarvis.`, {
      next: 'It needs release 8 or newer.',
    })
  return wanted.flatMap((role) => [
    ...(role === 'environments' ? poolStep(found, places.pool) : []),
    ...roleSteps(found, role, places),
    ...userStep(found, role),
    ...aclSteps(found, role, places),
    ...tokenSteps(found, role),
  ])
}

const step = (
  why: string,
  command: string,
  method: Method,
  path: string,
  params: Params = {},
): Step => ({ why, command, call: { method, path, params } })

const poolStep = (found: Found, pool: string): Step[] =>
  found.pools.has(pool)
    ? []
    : [
        step('a pool for the environments', `pveum pool add ${pool}`, 'POST', '/pools', {
          poolid: pool,
        }),
      ]

const roleSteps = (found: Found, role: TokenRole, places: Places): Step[] =>
  grantsOf(role, places)
    .flatMap((grant) => grant.roles)
    .flatMap(({ name, privileges }) => {
      if (!privileges) return []
      const have = found.roles.get(name)
      const missing = privileges.filter((p) => !have?.has(p))
      if (missing.length === 0) return []
      const privs = (have ? missing : privileges).join(',')
      return have
        ? [
            step(
              `${name} lacks ${missing.join(', ')}`,
              `pveum role modify ${name} --append 1 --privs ${privs}`,
              'PUT',
              `/access/roles/${name}`,
              { append: true, privs },
            ),
          ]
        : [
            step(
              `the role ${name}`,
              `pveum role add ${name} --privs ${privs}`,
              'POST',
              '/access/roles',
              { roleid: name, privs },
            ),
          ]
    })

const userStep = (found: Found, role: TokenRole): Step[] => {
  const userid = userOf(role)
  const comment = `Jarvis: ${role}`
  return found.users.has(userid)
    ? []
    : [
        step(
          `the user ${userid}, without a password: nobody can log in as it`,
          `pveum user add ${userid} --comment '${comment}'`,
          'POST',
          '/access/users',
          { userid, comment },
        ),
      ]
}

const aclSteps = (found: Found, role: TokenRole, places: Places): Step[] =>
  grantsOf(role, places).flatMap(({ path, roles }) => {
    const who = userOf(role)
    const missing = roles.filter(({ name }) => !found.acl.has(aclKey(path, who, name)))
    if (missing.length === 0) return []
    const names = missing.map((r) => r.name).join(',')
    return [
      step(
        `${who} gets ${names} on ${path}${unseen(role, found.version)}`,
        `pveum acl modify ${path} --users ${who} --roles ${names}`,
        'PUT',
        '/access/acl',
        { path, users: who, roles: names },
      ),
    ]
  })

/**
 * On 8 the guest agent answers only who has VM.Monitor, which also writes to the monitor of a VM, so
 * it is not asked for; 9 has VM.GuestAgent.Audit for it, in PVEAuditor, and refuses VM.Monitor.
 */
const unseen = (role: TokenRole, { major }: Version) =>
  role === 'audit' && major < 9
    ? ' (on 8 the addresses of VMs stay unseen: they take VM.Monitor)'
    : ''

/** The secret of a token is told once, by the call that makes it: one that exists is made anew. */
const tokenSteps = (found: Found, role: TokenRole): Step[] => {
  const [user, name] = tokenIdOf(role).split('!') as [string, string]
  const path = `/access/users/${user}/token/${name}`
  const add: Step = {
    ...step(
      `the token ${tokenIdOf(role)}, with the rights of its user`,
      `pveum user token add ${user} ${name} --privsep 0`,
      'POST',
      path,
      { privsep: false },
    ),
    token: { id: tokenIdOf(role), roles: [role] },
  }
  if (!found.tokens.has(tokenIdOf(role))) return [add]
  const remove: Step = {
    ...step(
      'the old token goes, its secret cannot be read again',
      `pveum user token ${found.version.major < 9 ? 'remove' : 'delete'} ${user} ${name}`,
      'DELETE',
      path,
    ),
    replaces: tokenIdOf(role),
  }
  return [remove, add]
}
