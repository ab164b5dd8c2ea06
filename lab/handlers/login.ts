/** `/access/ticket` and what goes with it: who comes in, as whom, and with which rights. */
import type { Caller } from '../access.ts'
import { Refusal } from '../answer.ts'
import { boolean, needed, text, userId } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import { accessDesk } from './desk.ts'

export const loginRoutes = (kit: Kit): Route[] => {
  const { world, access } = kit
  const { acl } = access
  const { existing, may, mayEdit } = accessDesk(kit)

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

  const wide = { privileged: true }
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
