/**
 * Opens the door: HTTP, or HTTPS when the house has a certificate (HTTP/1.1 in both cases), with
 * limits on how long a request may take to arrive. Streams end when the server stops.
 */
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, isIPv6 } from 'node:net'
import { hostname } from 'node:os'
import { createAdaptorServer } from '@hono/node-server'
import type { Config } from '../lib/config.ts'
import { Problem } from '../lib/errors.ts'
import type { Env } from './needs.ts'
import { createSockets } from './terminal-socket.ts'

export type Fetch = (request: Request, env?: Env['Bindings']) => Response | Promise<Response>

export type Listening = {
  /** As people type it: the configured address, or one made of host and port. */
  url: string
  port: number
  /** Ends every connection; what streams must say at the end is said before. */
  close(): Promise<void>
}

/** A request that has not arrived whole after this long never will (slow loris). Milliseconds. */
export type Patience = { headers: number; request: number; lookEvery: number }

/** Node looks each 30 s by itself, which makes 10 s for the head up to 40 s (measured: 19 s). */
export const usualPatience: Patience = { headers: 10_000, request: 30_000, lookEvery: 1000 }

/** Listens; throws `conflict` for a port that is taken and `forbidden` for one that is not ours. */
export const listen = async (
  { server: wish, mode }: Config,
  fetch: Fetch,
  patience: Patience = usualPatience,
): Promise<Listening> => {
  const limits = limitsOf(patience)
  const server = createAdaptorServer({
    fetch: fetch as never,
    websocket: { server: createSockets() },
    ...(wish.tls
      ? { createServer: createHttpsServer, serverOptions: { ...wish.tls, ...limits } }
      : { createServer: createHttpServer, serverOptions: limits }),
  }) as Server
  ignoreOtherUpgrades(server, wish.tls ? 'secureConnection' : 'connection')
  await bound(server, wish)
  const { port } = server.address() as AddressInfo
  return {
    url: wish.url ?? `${wish.tls ? 'https' : 'http'}://${typed(wish.host, mode)}:${port}`,
    port,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

/**
 * Node hands every `Upgrade` over to whoever listens for one, and node-server leaves all but WebSocket
 * alone: `curl --http2` waited for ever, and its socket stayed. The request is read once more without
 * the offer, which a server may ignore (RFC 9110, 7.8); the limits above hold for it as for any other.
 */
const ignoreOtherUpgrades = (server: Server, arrival: 'connection' | 'secureConnection'): void => {
  const [take] = server.listeners('upgrade')
  server.removeAllListeners('upgrade')
  server.on('upgrade', (request, socket, head) => {
    if (request.headers.upgrade?.toLowerCase() === 'websocket')
      return take?.call(server, request, socket, head)
    socket.unshift(Buffer.concat([Buffer.from(withoutOffer(request), 'latin1'), head]))
    server.emit(arrival, socket)
  })
}

const withoutOffer = ({ method, url, httpVersion, rawHeaders }: IncomingMessage): string => {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (!/^(connection|upgrade|http2-settings)$/i.test(rawHeaders[i]!))
      lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

const limitsOf = ({ headers, request, lookEvery }: Patience) => ({
  headersTimeout: headers,
  requestTimeout: request,
  connectionsCheckingInterval: lookEvery,
  keepAliveTimeout: 65_000,
})

const bound = (server: Server, { host, port }: Config['server']) =>
  new Promise<void>((done, fail) => {
    server.once('error', (error) => fail(whyNot(error as NodeJS.ErrnoException, host, port)))
    server.listen(port, host, () => done())
  })

const whyNot = (error: NodeJS.ErrnoException, host: string, port: number) => {
  if (error.code === 'EADDRINUSE')
    return new Problem('conflict', `Port ${port} is taken by another program.`, {
      next: 'Choose another one: JARVIS_PORT=4001.',
    })
  if (error.code === 'EACCES')
    return new Problem('forbidden', `Port ${port} is not ours to take.`, {
      next: 'Ports below 1024 belong to root: choose another one.',
    })
  return new Problem('invalid', `I cannot listen on ${host}:${port}: ${error.message}`)
}

/** "All addresses" is nothing that one can type: the machine's name is, and the lab is tried at home. */
const typed = (host: string, mode: Config['mode']) => {
  if (host === '0.0.0.0' || host === '::') return mode === 'lab' ? 'localhost' : hostname()
  return isIPv6(host) ? `[${host}]` : host
}
