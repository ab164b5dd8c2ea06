/**
 * What a caller may, out of `/access/permissions`: paths with their effective privileges, 1 where they
 * go on downwards. Proxmox thins its lists out without a word, so this decides what a list is worth.
 */
import type { Permissions } from './types.ts'

/** `yes` = on the path and all below it, `partly` = only on some of that, `no` = nowhere. */
export type Held = 'yes' | 'partly' | 'no'

/** Where the privileges of an area count; a rule elsewhere takes nothing away from them. */
const areas: Record<string, string[]> = {
  VM: ['/vms', '/pool'],
  Datastore: ['/storage'],
  Sys: ['/nodes'],
  Pool: ['/pool'],
  SDN: ['/sdn'],
  Mapping: ['/mapping'],
}

/** How far the caller holds a privilege on a path and below. */
export const held = (permissions: Permissions, path: string, privilege: string): Held => {
  const here = effective(permissions, path, privilege)
  const below = Object.entries(permissions).filter(([other]) => isBelow(other, path))
  // A rule on a deeper path replaces what is inherited there (pveum(1), "Inheritance").
  const cut = below.some(([other, mine]) => counts(other, privilege) && !(privilege in mine))
  if (here === 'downwards' && !cut) return 'yes'
  return here || below.some(([, mine]) => privilege in mine) ? 'partly' : 'no'
}

/** Does the caller hold the privilege on exactly this path? */
export const holds = (permissions: Permissions, path: string, privilege: string): boolean =>
  effective(permissions, path, privilege) !== undefined

/** A path that is not listed inherits from the nearest one above it, where that one propagates. */
const effective = (
  permissions: Permissions,
  path: string,
  privilege: string,
): 'downwards' | 'here' | undefined => {
  const exact = permissions[path]
  if (exact) return exact[privilege] ? 'downwards' : privilege in exact ? 'here' : undefined
  for (let up = parent(path); up; up = parent(up)) {
    const above = permissions[up]
    if (above) return above[privilege] ? 'downwards' : undefined
  }
  return undefined
}

const isBelow = (other: string, path: string) =>
  other !== path && other.startsWith(path === '/' ? '/' : `${path}/`)

const counts = (path: string, privilege: string) =>
  (areas[privilege.split('.')[0]!] ?? []).some((area) => path === area || isBelow(path, area))

const parent = (path: string) =>
  path === '/' ? undefined : path.slice(0, Math.max(1, path.lastIndexOf('/')))
