/** `/access/roles`, `/access/acl`, `/access/permissions`: what one may do where. */
import { died, wrongParameters } from '../answer.ts'
import { boolean, items, listOf, needed, text } from '../parameters.ts'
import { builtinRoles, privileges } from '../roles.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import { accessDesk } from './desk.ts'

export const rightsRoutes = (kit: Kit): Route[] => {
  const { access } = kit
  const { users, roles, groups, acl } = access
  const { locked, may } = accessDesk(kit)

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
  const wide = { privileged: true }
  const modifyRoles = ['/access', ['Sys.Modify']] as const
  return [
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
  ]
}
