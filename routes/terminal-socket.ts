/**
 * `GET /ws/terminal/:id`: the upgrade, and the socket's own duties. Who has no session, no ticket or
 * another site's page gets a plain 401 or 403 before there is a socket.
 */
import { EventEmitter } from 'node:events'
import { upgradeWebSocket, type WebSocketServerLike } from '@hono/node-server'
import type { WSContext } from 'hono/ws'
import type { WebSocket, WebSocketServer } from 'ws'
import { type Clock, minutes, seconds } from '../lib/clock.ts'
import { Problem } from '../lib/errors.ts'
import { closing } from '../lib/terminals/protocol.ts'
import type { Visitor } from '../lib/terminals/visitor.ts'
import type { Ctx } from './answer.ts'
import { callerIn } from './deeds.ts'
import type { Needs } from './needs.ts'
import { personIn, terminalsOf } from './terminals.ts'

const PING_MS = seconds(25)
const CHECK_MS = minutes(1)
/** A paste comes in pieces of 16 kB; more at once is not one of our pages. */
const MAX_FRAME = 64 * 1024

/** `?ticket=…&cols=80&rows=24` */
export const openSocket = (needs: Needs) => async (c: Ctx) => {
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket')
    throw new Problem('invalid', 'This address speaks WebSocket only.', {
      next: 'Open the page of the terminal.',
    })
  const terminals = terminalsOf(needs)
  const { name, from, session } = personIn(c)
  const id = c.req.param('id') ?? ''
  const mode = terminals.tickets.redeem(c.req.query('ticket') ?? '', id, session)
  if (!mode)
    throw new Problem('forbidden', 'That ticket is used, too old, or for something else.', {
      next: 'Load the page again.',
    })
  const caller = callerIn(c)
  const size = { cols: Number(c.req.query('cols')), rows: Number(c.req.query('rows')) }
  let visitor: Visitor | undefined
  let stopDuties: (() => void) | undefined
  return upgradeWebSocket(() => ({
    onOpen(_, context) {
      const socket = (context as WSContext<WebSocket>).raw!
      const isGood = () => needs.auth.holds(caller)
      stopDuties = watchOver(socket, needs.clock, isGood)
      visitor = terminals.attach(id, { ...size, who: name, from, mode, wire: wireTo(socket) })
    },
    onMessage({ data }) {
      if (data instanceof ArrayBuffer) visitor?.receive(new Uint8Array(data))
    },
    onClose() {
      stopDuties?.()
      visitor?.leave()
    },
    // Without a listener one malformed frame ends the process; the close that follows says the rest.
    onError() {},
  }))(c, async () => {})
}

const wireTo = (socket: WebSocket) => ({
  send(frame: Uint8Array) {
    if (socket.readyState === socket.OPEN) socket.send(frame, { binary: true }, () => {})
  },
  close: (code: number, reason: string) => socket.close(code, reason),
  hold: () => socket.pause(),
  go: () => socket.resume(),
})

type Watched = Pick<WebSocket, 'on' | 'ping' | 'terminate' | 'close' | 'isPaused'>

/** Pings, so that proxies keep it open and a dead one is noticed; and asks whether he still may. */
export const watchOver = (socket: Watched, clock: Clock, isGood: () => boolean): (() => void) => {
  let heard = true
  let cancelPing = () => {}
  let cancelCheck = () => {}
  socket.on('pong', () => {
    heard = true
  })
  const ping = () => {
    // A socket that is held does not hear its answer.
    if (!heard && !socket.isPaused) return socket.terminate()
    heard = false
    socket.ping()
    cancelPing = clock.after(PING_MS, ping)
  }
  const check = () => {
    if (!isGood()) return socket.close(closing.sessionOver, 'You have been logged out.')
    cancelCheck = clock.after(CHECK_MS, check)
  }
  cancelPing = clock.after(PING_MS, ping)
  cancelCheck = clock.after(CHECK_MS, check)
  return () => {
    cancelPing()
    cancelCheck()
  }
}

/**
 * The half of a WebSocket server that node-server asks for, with the rest loaded at the first upgrade:
 * most starts of the house never see one, and ws takes 20 ms to load (Node 20).
 */
export const createSockets = (): WebSocketServerLike & { close(): void } => {
  const news = new EventEmitter()
  let server: WebSocketServer | undefined
  const load = async () => {
    const { WebSocketServer } = await import('ws')
    server ??= new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME })
    return server
  }
  return Object.assign(news, {
    options: { noServer: true },
    handleUpgrade(...[request, socket, head, done]: Parameters<WebSocketServer['handleUpgrade']>) {
      load().then(
        (ws) => ws.handleUpgrade(request, socket, head, done),
        () => socket.destroy(),
      )
    },
    close: () => server?.close(),
  }) as unknown as WebSocketServerLike & { close(): void }
}
