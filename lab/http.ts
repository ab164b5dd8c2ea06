/**
 * One node's web server as pveproxy 9.2 is: who is asking, may he, whose node is it, then the
 * handler; and the manners around it (late 401, closed connections, doubled headers, 595).
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { seconds, sleep } from '../lib/clock.ts'
import { messageOf } from '../lib/errors.ts'
import type { Log } from '../lib/log.ts'
import type { Access, Caller } from './access.ts'
import { died, Refusal, wrongParameters } from './answer.ts'
import { encode } from './encode.ts'
import { complaints, plain, type Rules, vmid } from './parameters.ts'
import { type Asked, readHead, readParameters } from './request.ts'
import { type Call, demand, isPaged, type Route, type Router } from './routing.ts'
import type { Fault, Faults } from './scenarios.ts'
import { isUp, type Node } from './things.ts'
import type { World } from './world.ts'

/** pve-http-server holds a refused login back for 3 s; other calls are not delayed meanwhile. */
const LATE = seconds(3)
const REQUESTS_A_CONNECTION = 100

type Needs = {
  world: World
  access: Access
  router: Router
  faults: Faults
  log: Log
  signal: AbortSignal
}
type Reply = { status: number; reason: string; headers: [string, string][]; body: string }
type Done = { data: unknown; total?: number; hops: string[]; ordered: boolean }

export const createHandler = ({ world, access, router, faults, log, signal }: Needs) => {
  const served = new WeakMap<object, number>()
  const wait = (ms: number) => sleep(world.clock, ms, signal)

  const identify = (request: IncomingMessage, asked: Asked): Caller => {
    const cookie = /(?:^|;\s*)PVEAuthCookie=([^;]*)/.exec(request.headers.cookie ?? '')
    const header = /^PVEAPIToken[= ](.*)$/.exec(request.headers.authorization ?? '')
    if (!cookie && !header) throw new Refusal(401, 'No ticket', { form: 'empty' })
    const text = unescaped(cookie ? cookie[1]! : header![1]!.split(';')[0]!)
    const caller = cookie ? access.byTicket(text) : access.byToken(text)
    if (!caller) throw new Refusal(401, 'Authentication failed!', { form: 'empty' })
    const csrf = request.headers.csrfpreventiontoken
    if (cookie && asked.verb !== 'GET' && !access.isCsrf(caller.user, String(csrf ?? '')))
      throw new Refusal(401, 'Permission denied - invalid csrf token', { form: 'empty' })
    return caller
  }

  /** The node in the path, after the troubles of reaching it from the node that was asked. */
  const reach = async (entry: Node, name: string): Promise<Node> => {
    const node = world.node(name)
    if (!node) {
      const known = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(name)
      // A resolver that does not answer takes its 10 s; a name it cannot ask for fails at once.
      if (known) await wait(seconds(10))
      const why = known ? 'Temporary failure in name resolution' : 'Name or service not known'
      throw died(
        `hostname lookup '${name}' failed - failed to get address info for: ${name}: ${why}`,
      )
    }
    if (node === entry) return node
    const run = node.runs.at(-1)!
    if (isUp(node) && !node.mute) return node
    if (isUp(node) || !run.gone) throw new Refusal(595, 'Connection refused', { form: 'empty' })
    // Powered off: no answer to ARP. The first minute costs 30 s a call, later about 2 s.
    const early = world.now() - run.to! < seconds(60)
    await wait(early ? seconds(30) : 1800)
    const why = early ? 'Connection timed out' : 'No route to host'
    throw new Refusal(595, why, { form: 'empty' })
  }

  const serve = async (
    request: IncomingMessage,
    entry: Node,
    asked: Asked,
    fault: Fault,
  ): Promise<Done> => {
    const found = router.find(asked.verb, asked.path)
    const caller =
      found?.route.need === 'world' ? { authid: '', user: '' } : identify(request, asked)
    const given = await readParameters(request, asked)
    if (!found) throw new Refusal(501, `Method '${asked.verb} ${asked.path}' not implemented`)
    const { route, uri } = found
    refuseConflicts(uri, given)
    if (route.ticketOnly && caller.token)
      throw new Refusal(
        403,
        `Permission check failed (URI '${asked.path}' not available with API token, need proper ticket.\n)\n`,
      )
    const values = Object.fromEntries(
      Object.entries({ ...given, ...uri }).map(([key, value]) => [key, plain(value)]),
    )
    const call: Call = { caller, entry, node: entry, values }
    demand(access, route.need, call)
    if (uri.node !== undefined && route.remote) call.node = await reach(entry, uri.node)
    if (call.node !== entry) await faults.dawdle(call.node)
    if (!route.lenient) validate(route, { ...given, ...uri }, uri)
    const data = await route.run(call)
    if (fault === 'cut-late') throw new Cut()
    const hops = hopsOf(route, call.node !== entry)
    const ordered = route.ordered === true
    return isPaged(data)
      ? { data: data.paged, total: data.total, hops, ordered }
      : { data: data ?? null, hops, ordered }
  }

  const answer = async (request: IncomingMessage, entry: Node): Promise<Reply> => {
    let asked: Asked | undefined
    try {
      asked = readHead(request)
      await faults.dawdle(entry)
      const fault = faults.flap(asked.verb)
      if (fault === 'cut') throw new Cut()
      // Measured while a container was stopping; a read may be asked again at once.
      if (fault === 'stumble')
        throw died('failed to read from command socket: Connection reset by peer')
      const done = await serve(request, entry, asked, fault)
      const { data, total, hops, ordered } = done
      const extra = asked.extjs ? { success: 1 } : {}
      const body = encode(
        { data, ...(total === undefined ? {} : { total }), ...extra },
        world.random,
        ordered,
      )
      return json(200, 'OK', body, hops)
    } catch (thrown) {
      if (thrown instanceof Cut || signal.aborted) throw thrown
      if (!(thrown instanceof Refusal))
        log.error('lab: a handler failed', { path: request.url ?? '', why: messageOf(thrown) })
      const refusal = thrown instanceof Refusal ? thrown : died(messageOf(thrown))
      if (refusal.status === 401) await wait(LATE)
      return refused(refusal, asked?.extjs === true)
    }
  }

  const refused = (refusal: Refusal, extjs: boolean): Reply => {
    const { status, message, errors, form } = refusal
    const reason = message.split('\n')[0]!
    if (form === 'empty') return { status, reason, headers: [['Connection', 'close']], body: '' }
    if (form === 'text')
      return {
        status,
        reason,
        headers: [
          ['Connection', 'close'],
          ['Content-Length', String(Buffer.byteLength(message))],
        ],
        body: message,
      }
    const body = { data: null, message, ...(errors ? { errors } : {}) }
    if (extjs)
      return json(200, 'OK', encode({ ...body, success: 0, status }, world.random), ['Keep-Alive'])
    return json(status, reason, encode(body, world.random), ['close'])
  }

  return async (request: IncomingMessage, response: ServerResponse, entry: Node) => {
    try {
      // More than 64 header lines: pveproxy hangs up without a word.
      if (request.rawHeaders.length > 128) throw new Cut()
      const count = (served.get(request.socket) ?? 0) + 1
      served.set(request.socket, count)
      const reply = await answer(request, entry)
      if (count >= REQUESTS_A_CONNECTION) reply.headers = closing(reply.headers)
      send(request, response, reply, world.now())
    } catch {
      request.socket.destroy()
    }
  }
}

/** The connection ends without an answer. */
export class Cut extends Error {}

const refuseConflicts = (uri: Record<string, string>, given: Record<string, unknown>) => {
  const twice = Object.keys(uri).filter((k) => given[k] !== undefined && plain(given[k]) !== uri[k])
  const text = 'duplicate parameter (already defined in URI) with conflicting values!'
  if (twice.length) throw wrongParameters(Object.fromEntries(twice.map((k) => [k, text])))
}

const anything = { check: () => undefined }
const validate = (route: Route, all: Record<string, unknown>, uri: Record<string, string>) => {
  const fromPath: Rules = Object.fromEntries(
    Object.keys(uri).map((name) => [name, name === 'vmid' ? vmid : anything]),
  )
  const errors = complaints({ ...route.rules, ...fromPath }, all)
  if (Object.keys(errors).length) throw wrongParameters(errors)
}

// Measured on PVE 9.2.11: the privileged daemon's own header is left in, one a hop.
const hopsOf = (route: Route, far: boolean): string[] => {
  const closed = route.privileged || (far && route.verb !== 'GET')
  if (closed) return [far && route.verb === 'GET' ? 'close,Keep-Alive' : 'close', 'Keep-Alive']
  return far ? ['Keep-Alive', 'Keep-Alive'] : ['Keep-Alive']
}

const json = (status: number, reason: string, body: string, connection: string[]): Reply => ({
  status,
  reason,
  headers: [
    ...connection.map((value): [string, string] => ['Connection', value]),
    ['Content-Type', 'application/json;charset=UTF-8'],
  ],
  body,
})

const closing = (headers: [string, string][]): [string, string][] => [
  ['Connection', 'close'],
  ...headers.filter(([name]) => name !== 'Connection'),
]

const send = (
  request: IncomingMessage,
  response: ServerResponse,
  { status, reason, headers, body }: Reply,
  now: number,
) => {
  const date = new Date(now).toUTCString()
  response.sendDate = false
  response.removeHeader('Transfer-Encoding')
  for (const name of ['Connection', 'Content-Type', 'Content-Length']) response.removeHeader(name)
  let bytes = Buffer.from(body)
  const zip =
    bytes.length > 1024 && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  if (zip) bytes = gzipSync(bytes, { level: 1 })
  const connection = headers.filter(([name]) => name === 'Connection').map(([, value]) => value)
  response.setHeader('Cache-Control', 'max-age=0')
  response.setHeader('Connection', connection)
  response.setHeader('Date', date)
  response.setHeader('Expires', date)
  response.setHeader('Pragma', 'no-cache')
  response.setHeader('Server', 'pve-api-daemon/3.0')
  for (const [name, value] of headers) if (name !== 'Connection') response.setHeader(name, value)
  if (zip) response.setHeader('Content-Encoding', 'gzip')
  if (body) response.setHeader('Content-Length', bytes.length)
  response.writeHead(status, Buffer.from(reason.slice(0, 500)).toString('latin1'))
  response.end(bytes)
}

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
