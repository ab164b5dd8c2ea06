/** Does a token hold every right that its roles need? What is missing comes with its command. */
import { grantRole } from '../proxmox/grants.ts'
import { held } from '../proxmox/rights.ts'
import type { Permissions, Token, TokenRole } from '../proxmox/types.ts'
import type { RoleToken } from './carry-out.ts'
import { grantsOf, type Places, type Right, rightsOf, usualPlaces } from './rights.ts'
import { loginByToken, type SessionNeeds } from './session.ts'

export type Missing = Right & {
  role: TokenRole
  /** Held on some paths only: lists stay short without a word from Proxmox. */
  partly: boolean
  mend: string
}

/** Logs in with the token and asks what it may; throws `unauthorized` when it is not accepted. */
export const checkToken = async (
  needs: SessionNeeds,
  token: RoleToken,
  places: Places = usualPlaces,
): Promise<Missing[]> => {
  const session = loginByToken(needs, token)
  try {
    const told = await session.call<Record<string, Record<string, number>>>(
      'GET',
      '/access/permissions',
    )
    return verify(token, flagsOf(told), places)
  } finally {
    session.close()
  }
}

/** `{"/vms": {"VM.Audit": 1}}`: 1 = propagates, 0 = holds on that path alone. */
export const flagsOf = (told: Record<string, Record<string, number>>): Permissions =>
  Object.fromEntries(
    Object.entries(told ?? {}).map(([path, privileges]) => [
      path,
      Object.fromEntries(Object.entries(privileges).map(([name, on]) => [name, Number(on) === 1])),
    ]),
  )

/** Compares what `/access/permissions` told with the table of rights. */
export const verify = (
  token: Pick<Token, 'id'> & { roles: TokenRole[] },
  permissions: Permissions,
  places: Places = usualPlaces,
): Missing[] =>
  token.roles.flatMap((role) =>
    rightsOf(role, places).flatMap((right) => {
      const state = held(permissions, right.path, right.privilege)
      if (state === 'yes') return []
      return [
        { ...right, role, partly: state === 'partly', mend: mendOf(token.id, role, right, places) },
      ]
    }),
  )

/** The roles are granted where the plan grants them. Repeating a grant that exists does no harm. */
const mendOf = (id: string, role: TokenRole, right: Right, places: Places): string => {
  const grants = grantsOf(role, places)
  const grant =
    grants.find((g) => right.path === g.path || right.path.startsWith(`${g.path}/`)) ?? grants[0]!
  const own = grant.roles.find((r) => r.privileges?.includes(right.privilege))
  return grantRole({ path: grant.path, role: own ?? grant.roles[0]!, id }).join('; ')
}
