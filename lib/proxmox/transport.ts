/**
 * One exchange with one node: HTTP/1.1 over a verified connection, with limits on time and size.
 * It never throws: an exchange ends in an answer (of any status) or in a fault that says whether
 * the request may have reached the node, which decides what may be tried again.
 */

import type { IncomingMessage } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import type { Clock } from '../clock.ts'
import { messageOf, Problem } from '../errors.ts'
import type { Answer, Method } from './errors.ts'
import { openTrusted, type Place, type Trust } from './tls.ts'
import type { NodeAddress } from './types.ts'
import { untrusted, verificationCode } from './untrusted.ts'

/** A poll of 800 guests is 0.4 MB; a task log of 50 000 lines 5 MB. */
export const MAX_BODY = 32 * 1024 * 1024
/** pveproxy refuses larger ones with 501 (measured). */
export const MAX_FORM = 512 * 1024
/** pveproxy closes after 5 s (measured); a poll every 5 s would race that close. */
export const IDLE_MS = 4000
/** A handshake takes 10-50 ms; the system alone would wait for two minutes. */
const CONNECT_MS = 5000
/** Three pvedaemon workers a node. */
export const MAX_IN_FLIGHT = 3

export type Exchange = {
  method: Method
  /** `/api2/json/…` with its query. */
  target: string
  headers: Record<string, string>
  /** Form body. */
  body?: string | undefined
  /** Milliseconds for everything, from connecting to the last byte. */
  timeout: number
  signal?: AbortSignal | undefined
}

export type Fault = {
  what: 'unreachable' | 'reset' | 'timeout' | 'untrusted' | 'aborted' | 'too-large'
  /** True when the request may have reached the node. */
  sent: boolean
  text: string
  problem?: Problem | undefined
}
export type Reply = { answer: Answer; fault?: undefined } | { fault: Fault; answer?: undefined }

export type Line = { send(exchange: Exchange): Promise<Reply>; close(): void }

/** Opened sockets that nobody waits for any more are closed with the line. */
export const createLine = (node: NodeAddress, place: Place, trust: Trust, clock: Clock): Line => {
  const opening = new Set<() => void>()
  const connect = (_options: unknown, done: (error: Error | null, socket?: unknown) => void) => {
    const socket = openTrusted(node, place, trust, (error, opened) => {
      opening.delete(drop)
      cancel()
      done(error, opened)
    })
    const drop = () => void socket.destroy()
    const cancel = clock.after(CONNECT_MS, () =>
      socket.destroy(new Error(`no connection in ${CONNECT_MS / 1000} s`)),
    )
    opening.add(drop)
    return undefined
  }
  const agentWith = (keepAlive: boolean) => {
    const agent = new Agent({
      keepAlive,
      maxSockets: MAX_IN_FLIGHT,
      ...(keepAlive ? { timeout: IDLE_MS, scheduling: 'lifo' as const } : {}),
    })
    return Object.assign(agent, { createConnection: connect })
  }
  const kept = agentWith(true)
  // A write never rides on a kept connection: a reset there would leave open whether it happened.
  const fresh = agentWith(false)

  return {
    send: async (exchange) => {
      const reply = await talk(place, exchange.method === 'GET' ? kept : fresh, exchange, clock)
      const code = reply.fault && verificationCode(reply.fault.problem?.cause)
      if (!code) return reply
      const problem = await untrusted(node, place, trust, code, clock)
      return { fault: { what: 'untrusted', sent: false, text: problem.message, problem } }
    },
    close() {
      for (const drop of opening) drop()
      kept.destroy()
      fresh.destroy()
    },
  }
}

/** These are told by the network before a byte of the request has left. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
])

const talk = (place: Place, agent: Agent, exchange: Exchange, clock: Clock) =>
  new Promise<Reply>((resolve) => {
    const { method, target, headers, body, timeout, signal } = exchange
    let sent = false
    let given: Fault | undefined
    const end = (reply: Reply) => {
      cancel()
      signal?.removeEventListener('abort', onAbort)
      resolve(reply)
    }
    const giveUp = (what: Fault['what'], text: string) => {
      given ??= { what, sent, text }
      request.destroy()
      end({ fault: given })
    }
    const onAbort = () => giveUp('aborted', 'stopped')
    const cancel = clock.after(timeout, () => giveUp('timeout', `no answer in ${timeout / 1000} s`))
    const request = httpsRequest({
      host: place.host,
      port: place.port,
      method,
      path: target,
      agent,
      headers: {
        Accept: 'application/json',
        ...headers,
        // With a length, so that it is never chunked: pveproxy answers chunks with 501.
        ...(body === undefined
          ? {}
          : {
              'Content-Type': 'application/x-www-form-urlencoded',
              'Content-Length': String(Buffer.byteLength(body)),
            }),
      },
    })
    request.once('socket', () => (sent = true))
    request.on('error', (error) => end({ fault: given ?? faultOf(error, sent) }))
    request.once('response', (response) => {
      readAll(response).then(
        (answer) => end({ answer }),
        (error) => {
          request.destroy()
          end({ fault: given ?? faultOf(error, true) })
        },
      )
    })
    if (signal?.aborted) return onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    request.end(body)
  })

const faultOf = (error: unknown, sent: boolean): Fault => {
  if (error instanceof Problem)
    return {
      what: error.kind === 'untrusted' ? 'untrusted' : 'too-large',
      sent: error.kind !== 'untrusted',
      text: error.message,
      problem: error,
    }
  const code = String((error as { code?: unknown }).code ?? '')
  const text = messageOf(error) || code
  if (verificationCode(error))
    return { what: 'untrusted', sent: false, text, problem: wrapped(error, text) }
  if (neverSent.has(code)) return { what: 'unreachable', sent: false, text }
  return { what: sent ? 'reset' : 'unreachable', sent, text }
}

const wrapped = (cause: unknown, text: string) => new Problem('untrusted', text, { cause })

const unpack: Record<
  string,
  (packed: Buffer, limit: { maxOutputLength: number }) => Promise<Buffer>
> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
}

/** The whole answer, decoded when it is JSON; throws `failed` when it is larger than allowed. */
const readAll = async (response: IncomingMessage): Promise<Answer> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY) throw tooLarge()
    chunks.push(chunk)
  }
  if (!response.complete) throw new Error('the connection was closed in the middle of the answer')
  const packed = Buffer.concat(chunks)
  const how = unpack[String(response.headers['content-encoding'] ?? '')]
  const plain =
    how && packed.length > 0
      ? await how(packed, { maxOutputLength: MAX_BODY }).catch(() => {
          throw tooLarge()
        })
      : packed
  const text = plain.toString('utf8')
  return {
    status: response.statusCode ?? 0,
    // Node reads the reason phrase as latin1; Proxmox sends UTF-8.
    reason: Buffer.from(response.statusMessage ?? '', 'latin1').toString('utf8'),
    text,
    json: parse(text),
  }
}

const tooLarge = () =>
  new Problem('failed', `The answer is larger than ${MAX_BODY / 1024 / 1024} MiB or damaged.`)

/** By content, not by type: the error bodies of the HTTP layer carry none or the wrong one. */
const parse = (text: string): unknown => {
  if (!/^\s*[{[]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
