/**
 * A call to the cluster, from parameters to data: picks token and node, keeps the limits, tries
 * again what may be tried again, and turns everything else into a Problem. Reads may go to another
 * node; a write that may have reached a node is never repeated.
 */

import type { Clock } from '../clock.ts'
import { sleep } from '../clock.ts'
import { Problem } from '../errors.ts'
import { clean, type Log } from '../log.ts'
import { authorization } from './credentials.ts'
import { filled, row, rows } from './decode.ts'
import { type Answer, type Call, callInWords, type Method, problemOf, wordsOf } from './errors.ts'
import type { Entry, Failover } from './failover.ts'
import type { Claim, Limit } from './limit.ts'
import { answeredHere, checkedPath, encode, nodeInPath, type Params } from './path.ts'
import { type Exchange, type Fault, MAX_FORM, MAX_IN_FLIGHT } from './transport.ts'
import type { Token, TokenRole } from './types.ts'

export type CallOptions = {
  /** Whose token; `audit` for reads, `operate` for writes unless said. */
  role?: TokenRole | undefined
  signal?: AbortSignal | undefined
  /** Milliseconds a node, the wait for a free place included. */
  timeout?: number | undefined
  /** Ask exactly this node, nobody else. */
  node?: string | undefined
  /** Ask anybody but this node. */
  notNode?: string | undefined
}

/** The `data` of an answer with the `total` that stands beside it in paged lists. */
export type Page = { data: unknown; total: number | undefined }

export type Calls = {
  page(method: Method, path: string, params?: Params, options?: CallOptions): Promise<Page>
  read(path: string, params?: Params, options?: CallOptions): Promise<unknown>
}

type Needs = {
  failover: Failover
  limit: Limit
  clock: Clock
  log: Log
  token: (role: TokenRole) => Token | undefined
  timeouts: { read: number; write: number }
}

/** LXC lists while a container stops (2 of 3 tries, measured); a second try was always good. */
const passing = /failed to read from command socket|Connection reset by peer/
const PASSING_WAIT_MS = 200

export const createCalls = (needs: Needs): Calls => {
  const { failover, limit, clock, log, timeouts } = needs

  const page: Calls['page'] = async (method, given, params = {}, options = {}) => {
    const path = await withKnownNode(checkedPath(given), options)
    const role = options.role ?? (method === 'GET' ? 'audit' : 'operate')
    const token = needs.token(role)
    const headers = authorization(role, token)
    const exchange = exchangeOf(method, path, params, {
      headers,
      timeout: options.timeout ?? (method === 'GET' ? timeouts.read : timeouts.write),
      signal: options.signal,
    })
    const { answer, entry } = await ask(exchange, path, options)
    return pageOf({ method, path, host: entry.host, role, token }, answer)
  }

  /** Unknown nodes cost 10 s of name lookup there (measured), so names are checked here first. */
  const withKnownNode = async (path: string, options: CallOptions) => {
    const given = nodeInPath(path)
    if (given === undefined) return path
    if (failover.known(given) === undefined)
      await readMembers({ signal: options.signal, node: options.node })
    const name = failover.known(given)
    if (name === undefined)
      throw new Problem('not-found', `There is no node ${clean(given)} in the cluster.`)
    if (failover.isOffline(name) && !answeredHere(path))
      throw new Problem('unreachable', `Node ${name} is lost, says the cluster.`, {
        next: 'Wake it or wait until it is back.',
      })
    return path.replace(/^\/nodes\/[^/]+/, `/nodes/${encodeURIComponent(name)}`)
  }

  const readMembers = async (options: CallOptions) => {
    const list = rows((await page('GET', '/nodes', {}, options)).data)
    failover.learn(
      list.flatMap((r) => {
        const name = filled(r.node)
        return name ? [{ name, fingerprint: filled(r.ssl_fingerprint) }] : []
      }),
    )
  }

  /** Goes through the nodes until one answers. */
  const ask = async (exchange: Exchange, path: string, options: CallOptions) => {
    const faults: { entry: Entry; fault: Fault }[] = []
    for (const entry of entriesFor(options)) {
      const { answer, fault } = await askOne(entry, exchange, path)
      if (answer) {
        if (!options.node && !options.notNode) failover.served(entry)
        return { answer, entry }
      }
      if (fault.what === 'aborted') throw stopped(options.signal)
      faults.push({ entry, fault })
      const dead = entryIsDead(fault, path, entry)
      if (dead) {
        failover.failed(entry, fault.text)
        log.warn('proxmox: a node does not serve', { node: entry.host, reason: fault.text })
      }
      if (fault.sent && exchange.method !== 'GET') throw lost(exchange, path, entry, fault)
      if (!dead) break
    }
    throw unanswered(exchange.method, path, faults)
  }

  const entriesFor = ({ node, notNode }: CallOptions): Entry[] => {
    if (node === undefined)
      return failover.order().filter((e) => e.name.toLowerCase() !== notNode?.toLowerCase())
    const entry = failover.named(node)
    if (entry) return [entry]
    throw new Problem('not-found', `No address is known for node ${clean(node)}.`)
  }

  /** One node, with the one repetition that a read may have. */
  const askOne = async (entry: Entry, exchange: Exchange, path: string) => {
    const claims = claimsOf(entry.name.toLowerCase(), nodeInPath(path)?.toLowerCase())
    const since = clock.now()
    const send = () => inTurn(claims, entry, exchange, since)
    const reply = await send()
    if (exchange.method !== 'GET') return reply
    if (reply.fault?.what === 'reset') return send()
    if (reply.answer?.status !== 500 || !passing.test(wordsOf(reply.answer))) return reply
    await sleep(clock, PASSING_WAIT_MS, exchange.signal)
    return send()
  }

  /** Waits for a free place and sends; the wait counts, so that nobody stands in line for ever. */
  const inTurn = async (claims: Claim[], entry: Entry, exchange: Exchange, since: number) => {
    const left = () => Math.max(1, exchange.timeout - Math.max(0, Math.floor(clock.now() - since)))
    const patience = new AbortController()
    const leave = () => patience.abort(exchange.signal?.reason)
    const cancel = clock.after(left(), () => patience.abort(inLine(exchange, entry)))
    const end = () => {
      cancel()
      exchange.signal?.removeEventListener('abort', leave)
    }
    if (exchange.signal?.aborted) leave()
    exchange.signal?.addEventListener('abort', leave, { once: true })
    try {
      return await limit.run(claims, patience.signal, () => {
        end()
        return entry.line.send({ ...exchange, timeout: left() })
      })
    } finally {
      end()
    }
  }

  return { page, read: async (...args) => (await page('GET', ...args)).data }
}

/** A place at the entry and at the node; one of the entry's is kept free of calls about others, which may hang. */
const claimsOf = (entry: string, node: string | undefined): Claim[] => {
  const own = { name: entry, most: MAX_IN_FLIGHT }
  if (node === undefined || node === entry) return [own]
  const through = { name: `through ${entry}`, most: MAX_IN_FLIGHT - 1 }
  return [own, through, { name: node, most: MAX_IN_FLIGHT }]
}

const exchangeOf = (
  method: Method,
  path: string,
  params: Params,
  rest: Pick<Exchange, 'headers' | 'timeout' | 'signal'>,
): Exchange => {
  const coded = encode(params)
  // GET and DELETE with a body are answered 501: their parameters go into the query.
  if (method === 'GET' || method === 'DELETE')
    return { method, target: `/api2/json${path}${coded ? `?${coded}` : ''}`, ...rest }
  if (Buffer.byteLength(coded) > MAX_FORM)
    throw new Problem('invalid', 'Proxmox takes at most 512 KiB of parameters in one call.')
  return { method, target: `/api2/json${path}`, body: coded, ...rest }
}

/**
 * Whether the fault speaks against the entry node itself: a late answer about another node does
 * not, since the entry waits up to 30 s for a dead one (measured).
 */
const entryIsDead = (fault: Fault, path: string, entry: Entry) => {
  if (fault.what === 'too-large') return false
  if (fault.what !== 'timeout' || !fault.sent) return true
  const node = nodeInPath(path)
  return node === undefined || node.toLowerCase() === entry.name.toLowerCase()
}

const pageOf = (call: Call, answer: Answer): Page => {
  const good = answer.status >= 200 && answer.status < 300
  if (good && answer.text.trim() === '') return { data: null, total: undefined }
  if (!good || answer.json === undefined) throw problemOf(call, answer)
  const { data, total } = row(answer.json)
  return { data, total: typeof total === 'number' ? total : undefined }
}

const stopped = (signal: AbortSignal | undefined) =>
  signal?.reason instanceof Error ? signal.reason : new Problem('timeout', 'The call was stopped.')

const inLine = ({ method, timeout }: Exchange, { host }: Entry) =>
  new Problem(
    'timeout',
    `${method} was not sent: the calls before it to ${host} took ${timeout / 1000} s and more.`,
    { next: 'Nothing has happened; try again in a moment.', details: { sent: 'no' } },
  )

const lost = (exchange: Exchange, path: string, entry: Entry, fault: Fault) =>
  new Problem(
    'timeout',
    `The answer to ${callInWords({ method: exchange.method, path, host: entry.host })} was lost (${clean(fault.text)}): it may have happened.`,
    { next: 'Look at the state before trying again.', details: { sent: 'yes' } },
  )

const unanswered = (method: Method, path: string, faults: { entry: Entry; fault: Fault }[]) => {
  const foul = faults.find(({ fault }) => fault.problem)?.fault.problem
  if (foul) return foul
  const about = nodeInPath(path)
  const why = faults.map(({ entry, fault }) => `${entry.host}: ${clean(fault.text)}`).join('; ')
  const last = faults.at(-1)
  if (last?.fault.what === 'timeout' && last.fault.sent && about && about !== last.entry.name)
    return new Problem(
      'timeout',
      `Node ${about} is too slow to answer: ${method} ${path}, asked through ${why}.`,
    )
  const slow = faults.length > 0 && faults.every(({ fault }) => fault.what === 'timeout')
  return new Problem(
    slow ? 'timeout' : 'unreachable',
    `No node of the cluster answers ${method} ${path}: ${why || 'none is known'}.`,
    { next: 'Check that the nodes are on, and that this machine reaches port 8006.' },
  )
}
