/**
 * The first talk with a cluster, before there is a configuration: one node, one certificate that
 * the operator has agreed to, and either a ticket (from a password that is used once and kept
 * nowhere) or a token.
 */
import type { Clock } from '../clock.ts'
import { Problem } from '../errors.ts'
import { type Call, type Method, problemOf } from '../proxmox/errors.ts'
import { type Place, placeInWords, type Trust } from '../proxmox/tls.ts'
import { createLine } from '../proxmox/transport.ts'
import type { Token } from '../proxmox/types.ts'

/** Above the 3 s that a refused login is held back, and the 10 s that a lock may take (measured). */
const READ_MS = 8000
const WRITE_MS = 15_000

export type Params = Record<string, string | number | boolean | undefined>

export type Session = {
  /** Who speaks: `root@pam`, or a token's id. */
  who: string
  call<T>(method: Method, path: string, params?: Params): Promise<T>
  close(): void
}

export type SessionNeeds = {
  place: Place
  trust: Trust
  clock: Clock
  /** The node's own name, where it is known: its certificate may stand for that as well. */
  name?: string | undefined
}

/** Logs in with a password; a second factor is asked for with `details.tfa` in the Problem. */
export const loginByPassword = async (
  needs: SessionNeeds,
  { user, password, otp }: { user: string; password: string; otp?: string | undefined },
): Promise<Session> => {
  const line = openLine(needs)
  try {
    const ask = (params: Params) =>
      exchange<Ticket>(line, needs.place, 'POST', '/access/ticket', params, {})
    let answer = await ask({ username: user, password })
    if (answer.NeedTFA || answer.ticket.startsWith('PVE:!tfa!')) {
      if (!otp)
        throw new Problem('unauthorized', `${user} has a second factor.`, {
          next: 'Give the six digits of the authenticator as well.',
          details: { tfa: 'needed' },
        })
      const second = { 'tfa-challenge': answer.ticket, password: `totp:${otp}` }
      answer = await ask({ username: user, ...second })
    }
    const headers = {
      Cookie: `PVEAuthCookie=${encodeURIComponent(answer.ticket)}`,
      CSRFPreventionToken: answer.CSRFPreventionToken ?? '',
    }
    return sessionOf(line, needs.place, answer.username, headers)
  } catch (error) {
    line.close()
    throw error
  }
}

type Ticket = {
  ticket: string
  CSRFPreventionToken?: string
  username: string
  NeedTFA?: number | boolean
}

/** Speaks with a token; nothing is asked until the first call. */
export const loginByToken = (needs: SessionNeeds, token: Token): Session =>
  sessionOf(
    openLine(needs),
    needs.place,
    token.id,
    { Authorization: `PVEAPIToken=${token.id}=${token.secret}` },
    token,
  )

const openLine = ({ place, trust, clock, name = place.host }: SessionNeeds) =>
  createLine({ name, address: placeInWords(place) }, place, trust, clock)

type Line = ReturnType<typeof createLine>

const sessionOf = (
  line: Line,
  place: Place,
  who: string,
  headers: Record<string, string>,
  token?: Token,
): Session => ({
  who,
  call: (method, path, params = {}) => {
    return exchange(line, place, method, path, params, headers, token)
  },
  close: () => line.close(),
})

const exchange = async <T>(
  line: Line,
  place: Place,
  method: Method,
  path: string,
  params: Params,
  headers: Record<string, string>,
  token?: Token,
): Promise<T> => {
  const inQuery = method === 'GET' || method === 'DELETE'
  const form = formOf(params)
  const reply = await line.send({
    method,
    target: `/api2/json${path}${inQuery && form ? `?${form}` : ''}`,
    headers,
    body: inQuery ? undefined : form,
    timeout: method === 'GET' ? READ_MS : WRITE_MS,
  })
  const host = placeInWords(place)
  if (reply.fault) {
    if (reply.fault.problem) throw reply.fault.problem
    const kind = reply.fault.what === 'timeout' ? 'timeout' : 'unreachable'
    throw new Problem(kind, `${host} does not answer: ${reply.fault.text}.`, {
      next: 'Check the address, and that pveproxy runs on the node.',
    })
  }
  const { answer } = reply
  const call: Call = { method, path, host, role: 'audit', token }
  if (answer.status !== 200 || answer.json === undefined) throw problemOf(call, answer)
  return (answer.json as { data: T }).data
}

/** Flags are 0 and 1: `true` in a form is refused with 400 (pve-common JSONSchema.pm). */
const formOf = (params: Params): string => {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(params))
    if (value !== undefined)
      form.set(name, typeof value === 'boolean' ? String(+value) : String(value))
  return form.toString()
}
