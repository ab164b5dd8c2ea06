/**
 * What a narrow token does not see. Proxmox filters its lists without a word: no VM.Audit, no
 * guests. So an empty list is believed only after a look at the caller's permissions.
 */
import type { Permissions } from '../proxmox/types.ts'

/**
 * Does the caller hold `privilege` on `path`? `/access/permissions` lists paths with effective
 * privileges; a path that is not listed inherits from the nearest one above it, if propagated.
 */
export const holds = (permissions: Permissions, path: string, privilege: string): boolean => {
  const exact = permissions[path]
  if (exact) return privilege in exact
  for (let up = parent(path); up; up = parent(up)) {
    const above = permissions[up]
    if (above) return above[privilege] === true
  }
  return false
}

/** Is the privilege held anywhere below `path` (or on it)? */
export const holdsSomewhere = (
  permissions: Permissions,
  path: string,
  privilege: string,
): boolean =>
  holds(permissions, path, privilege) ||
  Object.entries(permissions).some(
    ([at, privileges]) => at.startsWith(`${path}/`) && privilege in privileges,
  )

const parent = (path: string) => {
  if (path === '/') return undefined
  return path.slice(0, Math.max(1, path.lastIndexOf('/')))
}

/** The line that grants what is missing. */
export const grant = (path: string, role: string) =>
  `Grant it on a node: pveum acl modify ${path} --roles ${role} --tokens 'USER@REALM!NAME' ` +
  '(and to the user, if the token has separated privileges).'
