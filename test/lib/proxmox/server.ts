/**
 * A TLS server that speaks bytes: answers exactly as written (reason phrases, doubled headers, no
 * length), hangs or cuts where told, and remembers what it was asked.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'
import { type Credentials, createCertificates } from '../../../lab/certificates.ts'
import { systemClock } from '../../../lib/clock.ts'

export type Asked = {
  method: string
  target: string
  path: string
  query: URLSearchParams
  headers: Map<string, string>
  body: string
  /** Which connection of the server it came on, from 1. */
  connection: number
}

/** Bytes to send; `hang` = say nothing; `cut` = close without a word. */
export type Said = { bytes: Buffer; close?: boolean } | 'hang' | 'cut'
export type Answerer = (asked: Asked) => Said | Promise<Said>

export type Server = {
  port: number
  /** `host:port` */
  address: string
  asked: Asked[]
  connections(): number
  open(): number
  /** How many connections resumed a session of TLS, which shows no certificate. */
  resumed(): number
  /** Application bytes received, headers included. */
  bytesIn(): number
  answer(next: Answerer): void
  close(): Promise<void>
}

/** One certificate authority for a whole test file, with a node certificate for 127.0.0.x. */
export const certificatesFor = (
  names: string[],
  fault?: Parameters<typeof createCertificates>[2],
) =>
  createCertificates(
    names.map((name, i) => ({ name, ip: `127.0.0.${11 + i}` })),
    systemClock.now(),
    fault,
  )

export const say = (
  status: number,
  reason: string,
  body = '',
  headers: [string, string][] = [['Content-Type', 'application/json;charset=UTF-8']],
): Said => {
  const all = [...headers, ['Content-Length', String(Buffer.byteLength(body))]]
  const head = all.map(([k, v]) => `${k}: ${v}\r\n`).join('')
  return { bytes: Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n${head}\r\n${body}`) }
}

export const data = (value: unknown, beside: object = {}): Said =>
  say(200, 'OK', JSON.stringify({ data: value, ...beside }))

export const refuse = (status: number, message: string, beside: object = {}): Said =>
  say(
    status,
    message.split('\n')[0]!,
    JSON.stringify({ data: null, message: `${message}\n`, ...beside }),
    [
      ['Content-Type', 'application/json;charset=UTF-8'],
      ['Connection', 'close'],
    ],
  )

export const startServer = async (
  credentials: Pick<Credentials, 'key' | 'cert'>,
  answer: Answerer,
  host = '127.0.0.1',
  wantedPort = 0,
): Promise<Server> => {
  const sockets = new Set<tls.TLSSocket>()
  const asked: Asked[] = []
  let count = 0
  let bytesIn = 0
  let resumed = 0
  let answerer = answer
  const server = tls.createServer({ ...credentials }, (socket) => {
    const connection = ++count
    if (socket.isSessionReused()) resumed += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    let buffered: Buffer = Buffer.alloc(0)
    let turn = Promise.resolve()
    socket.on('data', (chunk: Buffer) => {
      bytesIn += chunk.length
      buffered = Buffer.concat([buffered, chunk])
      for (let found = readRequest(buffered); found; found = readRequest(buffered)) {
        buffered = buffered.subarray(found.length)
        const request = { ...found.request, connection }
        asked.push(request)
        turn = turn.then(async () => {
          const said = await answerer(request)
          if (said === 'cut') socket.destroy()
          else if (said !== 'hang') {
            socket.write(said.bytes)
            if (said.close) socket.end()
          }
        })
      }
    })
  })
  server.on('tlsClientError', () => undefined)
  server.listen(wantedPort, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    address: `${host}:${port}`,
    asked,
    connections: () => count,
    open: () => sockets.size,
    resumed: () => resumed,
    bytesIn: () => bytesIn,
    answer: (next) => {
      answerer = next
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      if (server.listening) {
        server.close()
        await once(server, 'close')
      }
    },
  }
}

const readRequest = (bytes: Buffer) => {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
    }),
  )
  const size = Number(headers.get('content-length') ?? 0)
  const length = end + 4 + size
  if (bytes.length < length) return undefined
  const [method, target] = first!.split(' ')
  const url = new URL(target!, 'https://server')
  return {
    length,
    request: {
      method: method!,
      target: target!,
      path: url.pathname.replace(/^\/api2\/json/, ''),
      query: url.searchParams,
      headers,
      body: bytes.subarray(end + 4, length).toString('utf8'),
    },
  }
}
