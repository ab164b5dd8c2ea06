/** Logins, users, tokens, roles, rights: enough for `jarvis setup` to make what it needs. */
import { seconds } from '../../lib/clock.ts'
import type { Caller, User } from '../access.ts'
import { died, forbidden, Refusal, wrongParameters } from '../answer.ts'
import { boolean, integer, items, listOf, needed, text, userId } from '../parameters.ts'
import { builtinRoles, privileges } from '../roles.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'

export const accessRoutes = (kit: Kit): Route[] => {
  const { world, access } = kit
  const { users, roles, acl, groups } = access

  /** Writes to user.cfg need quorum and wait 10 s for it. */
  const locked = async (what: string) => {
    if (world.isQuorate()) return
    await kit.wait(seconds(10))
    throw died(`${what} failed: cfs-lock 'file-user_cfg' error: no quorum!`)
  }
  const existing = (userid: string): User => {
    const found = users.get(userid)
    if (!found) throw died(`no such user ('${userid}')`)
    return found
  }
  const may = (caller: Caller, path: string, privilege: string) => {
    if (!access.can(caller, path, [privilege])) throw forbidden(path, [privilege])
  }
  const mayEdit = (caller: Caller) => may(caller, '/access/groups', 'User.Modify')
  const mayRead = (caller: Caller, userid: string) => {
    if (caller.user !== userid) mayEdit(caller)
  }

  const login = ({ values }: Call) => {
    const userid = values.username!.includes('@')
      ? values.username!
      : `${values.username}@${values.realm ?? 'pam'}`
    const ticket = access.login(userid, values.password!)
    if (!ticket) throw new Refusal(401, 'authentication failure\n')
    const caller = { authid: userid, user: userid }
    const named = access.can(caller, '/', ['Sys.Audit']) && !world.isStandalone()
    return {
      ...ticket,
      cap: capabilities(caller),
      ...(named ? { clustername: world.clusterName } : {}),
    }
  }
  const capabilities = (caller: Caller) =>
    Object.fromEntries(
      Object.entries(areas).map(([area, [path, form]]) => [
        area,
        Object.fromEntries(
          [...access.permissions(caller, path).keys()]
            .filter((p) => form.test(p))
            .map((p) => [p, 1]),
        ),
      ]),
    )

  const permissions = ({ caller, values }: Call) => {
    let who = caller
    if (values.userid && values.userid !== caller.authid) {
      may(caller, '/access', 'Sys.Audit')
      const [user = '', token] = values.userid.split('!')
      who = { authid: values.userid, user, ...(token ? { token } : {}) }
    }
    const paths = values.path ? [values.path] : [...roots, ...acl.map((g) => g.path)]
    const rows = [...new Set(paths)].map((path) => [path, access.permissions(who, path)] as const)
    return Object.fromEntries(
      rows
        .filter(([, held]) => held.size > 0)
        .map(([path, held]) => [
          path,
          Object.fromEntries([...held].map(([p, down]) => [p, down ? 1 : 0])),
        ]),
    )
  }

  const tokenRows = (user: User) =>
    [...user.tokens].map(([tokenid, t]) => ({
      tokenid,
      privsep: t.privsep ? 1 : 0,
      expire: t.expire,
      ...(t.comment ? { comment: t.comment } : {}),
    }))
  const userRow = (user: User, full: boolean) => ({
    userid: user.userid,
    enable: user.enable ? 1 : 0,
    expire: user.expire,
    'realm-type': user.userid.split('@')[1],
    ...(user.comment ? { comment: user.comment } : {}),
    ...(user.email ? { email: user.email } : {}),
    ...(full ? { groups: user.groups.join(','), tokens: tokenRows(user) } : {}),
  })
  const listUsers = ({ caller, values }: Call) =>
    [...users.values()]
      .filter(
        (u) => caller.user === u.userid || access.can(caller, '/access/groups', ['Sys.Audit']),
      )
      .map((u) => userRow(u, values.full === '1'))

  const createUser = async ({ caller, values }: Call) => {
    mayEdit(caller)
    await locked('create user')
    const userid = values.userid!
    if (users.has(userid)) throw died(`create user failed: user '${userid}' already exists`)
    access.addUser(userid, {
      groups: items(values.groups),
      enable: values.enable !== '0',
      expire: Number(values.expire ?? 0),
      ...(values.comment ? { comment: values.comment } : {}),
      ...(values.email ? { email: values.email } : {}),
      ...(values.password ? { password: values.password } : {}),
    })
    return null
  }
  const updateUser = async ({ caller, values }: Call) => {
    mayEdit(caller)
    await locked('update user')
    const user = existing(values.userid!)
    if (values.comment !== undefined) user.comment = values.comment
    if (values.email !== undefined) user.email = values.email
    if (values.enable !== undefined) user.enable = values.enable === '1'
    if (values.expire !== undefined) user.expire = Number(values.expire)
    if (values.groups !== undefined) user.groups = items(values.groups)
    return null
  }
  const deleteUser = async ({ caller, values }: Call) => {
    mayEdit(caller)
    await locked('delete user')
    const user = existing(values.userid!)
    for (const id of user.tokens.keys()) access.forget(`${user.userid}!${id}`)
    access.forget(user.userid)
    users.delete(user.userid)
    return null
  }

  const token = ({ values }: Call) => {
    const found = existing(values.userid!).tokens.get(values.tokenid!)
    if (!found) throw died(`no such token '${values.tokenid}' for user '${values.userid}'`)
    return found
  }
  const createToken = async (call: Call) => {
    const { caller, values } = call
    mayRead(caller, values.userid!)
    await locked('generating token')
    const user = existing(values.userid!)
    if (user.tokens.has(values.tokenid!))
      throw wrongParameters({ tokenid: 'Token already exists.' })
    const privsep = values.privsep !== '0'
    const expire = Number(values.expire ?? 0)
    const value = access.addToken(user.userid, values.tokenid!, {
      privsep,
      expire,
      ...(values.comment ? { comment: values.comment } : {}),
    })
    const info = {
      privsep: privsep ? '1' : '0',
      ...(values.expire ? { expire: values.expire } : {}),
    }
    return { 'full-tokenid': `${user.userid}!${values.tokenid}`, value, info }
  }
  const updateToken = async (call: Call) => {
    mayRead(call.caller, call.values.userid!)
    await locked('updating token info')
    const found = token(call)
    const { values } = call
    if (values.privsep !== undefined) found.privsep = values.privsep === '1'
    if (values.expire !== undefined) found.expire = Number(values.expire)
    if (values.comment !== undefined) found.comment = values.comment
    return { privsep: found.privsep ? 1 : 0, expire: found.expire }
  }
  const deleteToken = async (call: Call) => {
    mayRead(call.caller, call.values.userid!)
    await locked('deleting token')
    token(call)
    users.get(call.values.userid!)!.tokens.delete(call.values.tokenid!)
    access.forget(`${call.values.userid}!${call.values.tokenid}`)
    return null
  }

  const roleRow = (roleid: string, privs: string[]) => ({
    roleid,
    privs: [...privs].sort().join(','),
    special: roleid in builtinRoles ? 1 : 0,
  })
  const createRole = async ({ values }: Call) => {
    await locked('create role')
    if (roles.has(values.roleid!))
      throw died(`create role failed: role '${values.roleid}' already exists`)
    roles.set(values.roleid!, items(values.privs))
    return null
  }
  const ownRole = (roleid: string): string[] => {
    const found = roles.get(roleid)
    if (!found) throw died(`role '${roleid}' does not exist`)
    if (roleid in builtinRoles) throw died(`auto-generated role '${roleid}' cannot be modified`)
    return found
  }
  const updateRole = async ({ values }: Call) => {
    await locked('update role')
    const before = ownRole(values.roleid!)
    const wanted = items(values.privs)
    roles.set(values.roleid!, values.append === '1' ? [...new Set([...before, ...wanted])] : wanted)
    return null
  }
  const deleteRole = async ({ values }: Call) => {
    await locked('delete role')
    ownRole(values.roleid!)
    roles.delete(values.roleid!)
    return null
  }

  const updateAcl = async ({ caller, values }: Call) => {
    const path = values.path!.replace(/(?<=.)\/+$/, '')
    if (!/^\/[\w./@-]*$/.test(path)) throw wrongParameters({ path: `invalid ACL path '${path}'` })
    may(caller, path, 'Permissions.Modify')
    await locked('ACL update')
    const subjects = [
      ...items(values.users).map((ugid) => ({ type: 'user' as const, ugid })),
      ...items(values.groups).map((ugid) => ({ type: 'group' as const, ugid })),
      ...items(values.tokens).map((ugid) => ({ type: 'token' as const, ugid })),
    ]
    if (!subjects.length)
      throw wrongParameters(
        Object.fromEntries(
          ['users', 'groups', 'tokens'].map((k) => [
            k,
            "either 'users', 'groups' or 'tokens' is required.",
          ]),
        ),
      )
    for (const { type, ugid } of subjects) {
      const [user = '', id] = ugid.split('!')
      const known =
        type === 'group'
          ? groups.has(ugid)
          : users.has(user) && (type === 'user' || users.get(user)!.tokens.has(id ?? ''))
      if (!known) throw died(`ACL update failed: ${type} '${ugid}' does not exist`)
      for (const roleid of items(values.roles)) {
        if (!roles.has(roleid)) throw died(`ACL update failed: role '${roleid}' does not exist`)
        const entry = { path, type, ugid, roleid, propagate: values.propagate !== '0' }
        if (values.delete === '1') access.revoke(entry)
        else access.grant(entry)
      }
    }
    return null
  }

  const privs = listOf((p) => (privileges.includes(p) ? undefined : `invalid privilege '${p}'`))
  const people = {
    comment: text(),
    email: text(),
    enable: boolean,
    expire: integer(0),
    groups: text(),
    firstname: text(1024),
    lastname: text(1024),
    keys: text(),
  }
  const wide = { privileged: true }
  const modifyRoles = ['/access', ['Sys.Modify']] as const
  const tokenPath = '/access/users/{userid}/token/{tokenid}'
  return [
    route('GET', '/access', 'all', () =>
      ['acl', 'domains', 'groups', 'permissions', 'roles', 'ticket', 'users'].map((subdir) => ({
        subdir,
      })),
    ),
    route('GET', '/access/domains', 'world', () => [
      { realm: 'pam', type: 'pam', comment: 'Linux PAM standard authentication' },
      { realm: 'pve', type: 'pve', comment: 'Proxmox VE authentication server' },
    ]),
    route('GET', '/access/ticket', 'world', () => null),
    route('POST', '/access/ticket', 'world', login, {
      ...wide,
      rules: {
        username: needed(text(64)),
        password: needed(text()),
        realm: text(32),
        otp: text(),
        path: text(),
        privs: text(),
        'new-format': boolean,
        'tfa-challenge': text(),
      },
    }),
    route(
      'PUT',
      '/access/password',
      'all',
      ({ caller, values }) => {
        if (caller.user !== values.userid) mayEdit(caller)
        existing(values.userid!).password = values.password!
        return null
      },
      {
        ...wide,
        ticketOnly: true,
        rules: {
          userid: needed(userId),
          password: needed(text(64)),
          'confirmation-password': text(64),
        },
      },
    ),
    route('GET', '/access/permissions', 'all', permissions, {
      rules: { path: text(), userid: text() },
    }),
    route('GET', '/access/users', 'all', listUsers, {
      ...wide,
      rules: { enabled: boolean, full: boolean },
    }),
    route('POST', '/access/users', 'all', createUser, {
      ...wide,
      rules: { userid: needed(userId), password: text(64), ...people },
    }),
    route('GET', '/access/users/{userid}', 'all', ({ caller, values }) => {
      mayRead(caller, values.userid!)
      const { userid: _, ...row } = userRow(existing(values.userid!), true)
      return {
        ...row,
        tokens: Object.fromEntries(
          tokenRows(existing(values.userid!)).map(({ tokenid, ...t }) => [tokenid, t]),
        ),
        groups: existing(values.userid!).groups,
      }
    }),
    route('PUT', '/access/users/{userid}', 'all', updateUser, {
      ...wide,
      rules: { append: boolean, ...people },
    }),
    route('DELETE', '/access/users/{userid}', 'all', deleteUser, wide),
    route('GET', '/access/users/{userid}/token', 'all', ({ caller, values }) => {
      mayRead(caller, values.userid!)
      return tokenRows(existing(values.userid!))
    }),
    route('GET', tokenPath, 'all', (call) => {
      mayRead(call.caller, call.values.userid!)
      const { privsep, expire, comment } = token(call)
      return { privsep: privsep ? 1 : 0, expire, ...(comment ? { comment } : {}) }
    }),
    route('POST', tokenPath, 'all', createToken, {
      ...wide,
      rules: { comment: text(), expire: integer(0), privsep: boolean },
    }),
    route('PUT', tokenPath, 'all', updateToken, {
      ...wide,
      rules: { comment: text(), expire: integer(0), privsep: boolean },
    }),
    route('DELETE', tokenPath, 'all', deleteToken, wide),
    route('GET', '/access/roles', 'all', () => [...roles].map(([id, held]) => roleRow(id, held))),
    route('POST', '/access/roles', modifyRoles, createRole, {
      ...wide,
      rules: { roleid: needed(text(64)), privs },
    }),
    route('GET', '/access/roles/{roleid}', 'all', ({ values }) => {
      const held = roles.get(values.roleid!)
      if (!held) throw died(`role '${values.roleid}' does not exist`)
      return Object.fromEntries(held.map((p) => [p, 1]))
    }),
    route('PUT', '/access/roles/{roleid}', modifyRoles, updateRole, {
      ...wide,
      rules: { privs, append: boolean },
    }),
    route('DELETE', '/access/roles/{roleid}', modifyRoles, deleteRole, wide),
    route('GET', '/access/acl', 'all', ({ caller }) =>
      acl
        .filter(
          (g) =>
            access.can(caller, '/access', ['Sys.Audit']) ||
            access.can(caller, g.path, ['Permissions.Modify']),
        )
        .map((g) => ({ ...g, propagate: g.propagate ? 1 : 0 })),
    ),
    route('PUT', '/access/acl', 'all', updateAcl, {
      ...wide,
      rules: {
        path: needed(text()),
        roles: needed(text()),
        users: text(),
        groups: text(),
        tokens: text(),
        propagate: boolean,
        delete: boolean,
      },
    }),
    route('GET', '/access/groups', 'all', () =>
      [...groups].map(([groupid, g]) => ({
        groupid,
        ...g,
        users: [...users.values()]
          .filter((u) => u.groups.includes(groupid))
          .map((u) => u.userid)
          .join(','),
      })),
    ),
    route(
      'POST',
      '/access/groups',
      ['/access/groups', ['Group.Allocate']],
      async ({ values }) => {
        await locked('create group')
        if (groups.has(values.groupid!))
          throw died(`create group failed: group '${values.groupid}' already exists`)
        groups.set(values.groupid!, values.comment ? { comment: values.comment } : {})
        return null
      },
      { ...wide, rules: { groupid: needed(text(64)), comment: text() } },
    ),
  ]
}

const roots = ['/', '/access', '/access/groups', '/nodes', '/pool', '/sdn', '/storage', '/vms']
const areas: Record<string, [path: string, form: RegExp]> = {
  access: ['/access', /^(User|Group|Permissions)\./],
  dc: ['/', /^(Sys\.Audit|Sys\.Modify|SDN\.)/],
  mapping: ['/mapping', /^(Mapping|Permissions)\./],
  nodes: ['/nodes', /^(Sys|Permissions)\./],
  sdn: ['/sdn', /^(SDN|Permissions)\./],
  storage: ['/storage', /^(Datastore|Permissions)\./],
  vms: ['/vms', /^(VM|Permissions)\./],
}
