/** A login with a password, for the setup: used once, for one ticket, and never stored. */
import { type Clock, systemClock } from '../clock.ts'
import { Problem } from '../errors.ts'
import type { Ticket } from './credentials.ts'
import { filled, flag, row } from './decode.ts'
import { problemOf } from './errors.ts'
import { encode } from './path.ts'
import { placeInWords, placeOf, type Trust } from './tls.ts'
import { createLine } from './transport.ts'
import type { NodeAddress } from './types.ts'

export type Login = {
  node: NodeAddress
  ca?: string | undefined
  /** With realm: `root@pam`. */
  username: string
  password: string
  clock?: Clock
  signal?: AbortSignal | undefined
}

/** Throws `unauthorized` for a wrong password (3 s late), `untrusted`, `unreachable`. */
export const login = async ({
  node,
  ca,
  username,
  password,
  clock = systemClock,
  signal,
}: Login): Promise<Ticket> => {
  const place = placeOf(node.address)
  const trust: Trust = node.fingerprint === undefined ? { ca } : { fingerprint: node.fingerprint }
  const line = createLine(node, place, trust, clock)
  const host = `${node.name} (${placeInWords(place)})`
  try {
    const { answer, fault } = await line.send({
      method: 'POST',
      target: '/api2/json/access/ticket',
      headers: {},
      body: encode({ username, password }),
      timeout: 15_000,
      signal,
    })
    if (fault)
      throw (
        fault.problem ??
        new Problem(
          fault.what === 'timeout' ? 'timeout' : 'unreachable',
          `${host} does not answer: ${fault.text}.`,
        )
      )
    const data = row(row(answer.json).data)
    if (answer.status !== 200 || !filled(data.ticket))
      throw problemOf({ method: 'POST', path: '/access/ticket', host, role: 'audit' }, answer)
    if (flag(data.NeedTFA))
      throw new Problem('unauthorized', `${username} has a second factor.`, {
        next: 'Make an API token for this account on the node and use that.',
      })
    return {
      ticket: filled(data.ticket)!,
      csrf: filled(data.CSRFPreventionToken) ?? '',
      username: filled(data.username) ?? username,
    }
  } finally {
    line.close()
  }
}
