/**
 * Who is calling: an API token (the one login with a password is the set-up's own). Credentials go
 * into headers only, never into a URL, a log line or an error.
 */
import { Problem } from '../errors.ts'
import type { Token, TokenRole } from './types.ts'

/** Headers that prove it. Throws `forbidden` when nobody has configured a token for the role. */
export const authorization = (
  role: TokenRole,
  token: Token | undefined,
): Record<string, string> => {
  if (!token)
    throw new Problem('forbidden', `No token is configured for the role ${role}.`, {
      next: `Make one with ./jarvis setup, or give an existing token the role ${role} in jarvis.yaml.`,
    })
  if (!/^[^\s!=:]+@[^\s!=:]+![^\s!=:]+$/.test(token.id) || !/^[!-~]+$/.test(token.secret))
    throw new Problem('invalid', `The token for the role ${role} is not written as Proxmox does.`, {
      next: 'The id is USER@REALM!NAME, the secret a UUID.',
    })
  return { Authorization: `PVEAPIToken=${token.id}=${token.secret}` }
}
