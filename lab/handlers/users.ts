/** `/access/users`. */
import type { User } from '../access.ts'
import { died } from '../answer.ts'
import { boolean, integer, items, needed, text, userId } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import { accessDesk } from './desk.ts'
import { tokenRows } from './user-tokens.ts'

const userRow = (user: User, full: boolean) => ({
  userid: user.userid,
  enable: user.enable ? 1 : 0,
  expire: user.expire,
  'realm-type': user.userid.split('@')[1],
  ...(user.comment ? { comment: user.comment } : {}),
  ...(user.email ? { email: user.email } : {}),
  ...(full ? { groups: user.groups.join(','), tokens: tokenRows(user) } : {}),
})

/** What the calls about users do. */
const userDeeds = (kit: Kit) => {
  const { access } = kit
  const { users } = access
  const { locked, existing, mayEdit, mayRead } = accessDesk(kit)

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
  const oneUser = ({ caller, values }: Call) => {
    mayRead(caller, values.userid!)
    const user = existing(values.userid!)
    const { userid: _, ...row } = userRow(user, true)
    const tokens = tokenRows(user).map(({ tokenid, ...t }) => [tokenid, t])
    return { ...row, tokens: Object.fromEntries(tokens), groups: user.groups }
  }

  return { listUsers, oneUser, createUser, updateUser, deleteUser }
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

export const userRoutes = (kit: Kit): Route[] => {
  const { listUsers, oneUser, createUser, updateUser, deleteUser } = userDeeds(kit)
  const wide = { privileged: true }
  return [
    route('GET', '/access/users', 'all', listUsers, {
      ...wide,
      rules: { enabled: boolean, full: boolean },
    }),
    route('POST', '/access/users', 'all', createUser, {
      ...wide,
      rules: { userid: needed(userId), password: text(64), ...people },
    }),
    route('GET', '/access/users/{userid}', 'all', oneUser),
    route('PUT', '/access/users/{userid}', 'all', updateUser, {
      ...wide,
      rules: { append: boolean, ...people },
    }),
    route('DELETE', '/access/users/{userid}', 'all', deleteUser, wide),
  ]
}
