/** `/access/users` and their tokens. */
import type { User } from '../access.ts'
import { died, wrongParameters } from '../answer.ts'
import { boolean, integer, items, needed, text, userId } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import { accessDesk } from './desk.ts'

export const userRoutes = (kit: Kit): Route[] => {
  const { access } = kit
  const { users, groups } = access
  const { locked, existing, mayEdit, mayRead } = accessDesk(kit)

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
  const tokenPath = '/access/users/{userid}/token/{tokenid}'
  return [
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
