/**
 * Who is calling: an API token, or once, during setup, a ticket from a password. Credentials go into
 * headers only, never into a URL, a log line or an error.
 */
import { Problem } from '../errors.ts'
import type { Method } from './errors.ts'
import type { Token, TokenRole } from './types.ts'

/** The answer to a password; lives two hours. Writes with it need the CSRF token (else 401). */
export type Ticket = { ticket: string; csrf: string; username: string }

/** Headers that prove it. Throws `forbidden` when nobody has configured a token for the role. */
export const authorization = (
  role: TokenRole,
  token: Token | undefined,
  ticket: Ticket | undefined,
  method: Method,
): Record<string, string> => {
  if (ticket)
    return {
      Cookie: `PVEAuthCookie=${encodeURIComponent(ticket.ticket)}`,
      ...(method === 'GET' ? {} : { CSRFPreventionToken: ticket.csrf }),
    }
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
