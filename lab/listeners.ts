/**
 * One HTTPS listener for each node, opened and closed as the nodes come and go: a node that is
 * off refuses connections. Plain HTTP on the same port is redirected, as pveproxy does.
 */
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, createServer as createNet, type Server, type Socket } from 'node:net'
import { messageOf, Problem } from '../lib/errors.ts'
import type { Log } from '../lib/log.ts'
import type { Certificates, Credentials } from './certificates.ts'
import { isUp, type Node } from './things.ts'
import type { World } from './world.ts'

type Handle = (request: IncomingMessage, response: ServerResponse, entry: Node) => Promise<void>
type Needs = {
  world: World
  certificates: Certificates
  handle: Handle
  port: number
  log: Log
  host?: string
}
type Open = { close: () => Promise<void> }
type Seat = { node: Node; host: string; port: number; open?: Open }

/** Elsewhere a socket cannot be handed from a plain server to a TLS one. */
const canSniff = !process.versions.bun && !process.versions.deno

export const openNodes = async ({ world, certificates, handle, port, log, host }: Needs) => {
  if (host && !/^(127\.|::1$|localhost$)/.test(host))
    throw new Problem('invalid', `The lab listens on loopback only, not on ${host}.`)
  const listenOne = (node: Node, at: string, wanted: number) => {
    node.ip = at
    const serve = (q: IncomingMessage, s: ServerResponse) => void handle(q, s, node)
    return listen(certificates.nodes.get(node.name)!, serve, at, wanted)
  }

  const take = async (places: (index: number) => { host: string; port: number }, tries = 20) => {
    for (let attempt = 1; ; attempt++) {
      const seats: Seat[] = []
      try {
        for (const [i, node] of world.nodes.entries()) {
          const place = places(i)
          const wanted = place.port || (host || i === 0 ? 0 : seats[0]!.port)
          const { server, address } = await listenOne(node, place.host, wanted)
          seats.push({ node, host: place.host, port: address.port, open: server })
        }
        return seats
      } catch (thrown) {
        await Promise.all(seats.map((s) => s.open?.close()))
        const taken = (thrown as NodeJS.ErrnoException).code === 'EADDRINUSE'
        if (!taken || port !== 0 || attempt === tries) throw thrown
      }
    }
  }

  const own = world.nodes.map((n) => n.ip)
  const apart = () => take((i) => ({ host: own[i]!, port }))
  const together = (at: string) => take((i) => ({ host: at, port: port ? port + i : 0 }))
  const seats = await (host
    ? together(host)
    : apart().catch((thrown: NodeJS.ErrnoException) => {
        // macOS has only 127.0.0.1 unless told otherwise.
        if (thrown.code === 'EADDRNOTAVAIL') return together('127.0.0.1')
        throw thrown
      })
  ).catch((thrown: Error) => {
    throw new Problem('conflict', `The lab cannot listen: ${thrown.message}.`, {
      next: 'Is another lab running? Choose another port.',
      cause: thrown,
    })
  })

  let moves: Promise<unknown> = Promise.resolve()
  let closed = false
  const settle = async (seat: Seat) => {
    const wanted = !closed && isUp(seat.node) && !seat.node.mute
    if (wanted === (seat.open !== undefined)) return
    const { open } = seat
    if (open) {
      delete seat.open
      await open.close()
    } else seat.open = (await listenOne(seat.node, seat.host, seat.port)).server
  }
  const follow = () => {
    moves = moves
      .then(() => Promise.all(seats.map(settle)))
      .catch((thrown) => log.error('lab: a node cannot come back', { why: messageOf(thrown) }))
    return moves
  }

  return {
    /** Opens and closes listeners to match who is up. */
    follow,
    addressOf: (name: string) => {
      const seat = seats.find((s) => s.node.name === name)!
      return `${seat.host}:${seat.port}`
    },
    close: async () => {
      closed = true
      await follow()
    },
  }
}

const listen = async (
  { key, pem }: Credentials,
  serve: (request: IncomingMessage, response: ServerResponse) => void,
  host: string,
  port: number,
) => {
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  }
  const https = createHttps({ key, cert: pem, minVersion: 'TLSv1.2', maxHeaderSize: 8192 }, serve)
  https.keepAliveTimeout = 5000
  Object.assign(https, { keepAliveTimeoutBuffer: 0 })
  https.on('checkContinue', serve)
  https.on('clientError', (_, socket) => socket.destroy())
  https.on('tlsClientError', (_, socket) => socket.destroy())
  const front: Server = canSniff ? sniffing(https) : https
  front.on('connection', keep)
  await new Promise<void>((resolve, reject) => {
    front.once('error', reject)
    front.listen(port, host, resolve)
  })
  const server: Open = {
    close: () =>
      new Promise((resolve) => {
        front.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
  return { server, address: front.address() as AddressInfo }
}

/** Looks at the first byte: 22 begins a TLS handshake, anything else is plain HTTP. */
const sniffing = (https: Server): Server => {
  const plain = createHttp((request, response) => {
    const [status, reason] =
      request.method === 'GET' || request.method === 'HEAD'
        ? ([301, 'Moved Permanently'] as const)
        : ([308, 'Permanent Redirect'] as const)
    const location = `https://${request.headers.host}${request.url}`
    response.writeHead(status, reason, { Location: location, 'Content-Length': reason.length })
    response.end(reason)
  })
  return createNet((socket) => {
    socket.once('data', (first: Buffer) => {
      socket.pause()
      socket.unshift(first)
      const target = first[0] === 22 ? https : plain
      target.emit('connection', socket)
      process.nextTick(() => socket.resume())
    })
  })
}
