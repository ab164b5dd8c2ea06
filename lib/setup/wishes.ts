/** What the operator wants of the cluster: which roles get a token, and where environments may live. */
import { Problem } from '../errors.ts'
import type { TokenRole } from '../proxmox/types.ts'
import type { RoleToken } from './carry-out.ts'
import { type Places, usualPlaces } from './rights.ts'

export const roles: readonly TokenRole[] = ['audit', 'operate', 'environments', 'destroy']

/** `audit` is always among them, since every read needs it. Throws `invalid`. */
export const rolesFrom = (words: string[]): TokenRole[] => {
  const wrong = words.find((word) => !roles.includes(word as TokenRole))
  if (wrong !== undefined)
    throw new Problem('invalid', `"${wrong}" is not a role.`, {
      next: `It is ${roles.join(', ')}.`,
    })
  return roles.filter((role) => role === 'audit' || words.includes(role))
}

/** Ids of pools and storages as Proxmox allows them; they become part of lines for a root shell. */
const ID = /^[a-z0-9][\w.-]*$/i

/** Throws `invalid` for what cannot be the name of a pool or storage. */
export const placesFrom = (pool: string | undefined, storages: string[]): Places => {
  const places = { pool: pool || usualPlaces.pool, storages }
  const wrong = [places.pool, ...storages].find((name) => !ID.test(name))
  if (wrong !== undefined)
    throw new Problem('invalid', `"${wrong}" is no name of a pool or storage.`, {
      next: 'Letters, figures, dots, dashes and underscores, for example jarvis or local-zfs.',
    })
  return places
}

const TOKEN_ID = /^[^\s@!]+@[^\s@!]+![\w.-]+$/

export type GivenToken = { role: TokenRole; id: string; secret: string }

/**
 * Tokens that were made by hand. One without a secret is left out; the same token may serve several
 * roles. Throws `invalid`, never with a secret in its words.
 */
export const tokensFrom = (given: GivenToken[]): RoleToken[] => {
  const tokens: RoleToken[] = []
  for (const { role, id, secret } of given) {
    if (!secret) continue
    if (!TOKEN_ID.test(id))
      throw new Problem('invalid', `"${id}" is no id of a token.`, {
        next: 'It reads user@realm!name, for example jarvis-audit@pve!jarvis.',
      })
    if (!/^[\x21-\x7e]+$/.test(secret))
      throw new Problem('invalid', `That cannot be the secret of ${id}.`, {
        next: 'It stands behind "value" in what pveum printed.',
      })
    const same = tokens.find((t) => t.id === id && t.secret === secret)
    if (same) same.roles.push(role)
    else tokens.push({ id, secret, roles: [role] })
  }
  if (!tokens.some((t) => t.roles.includes('audit')))
    throw new Problem('invalid', 'The secret of the audit token is missing.', {
      next: 'Every read needs it; the other roles may be left empty.',
    })
  return tokens
}
