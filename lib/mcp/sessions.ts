/**
 * Sessions of MCP over HTTP: each belongs to the token that opened it, and to nobody else. A session
 * ends when its client says so, when its token is no longer good, when nobody used it for an hour, or
 * when it has to make room.
 */
import { randomBytes } from 'node:crypto'
import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { type Clock, hours, isWithin, minutes, seconds } from '../clock.ts'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { createKept } from './kept.ts'

export type Session = {
  id: string
  /** The id of the token that opened it. */
  token: string
  server: Server
  transport: WebStandardStreamableHTTPServerTransport
  usedAt: number
  /** Requests of it that wait for a person. */
  asked: Set<number>
  /** Answers that are still being written: streams, and calls under way. */
  open: number
}

export type Sessions = {
  /** One request of a client. `guest` goes to the handlers as it is. */
  handle(request: Request, from: { token: string; guest: unknown }): Promise<Response>
  list(): readonly Session[]
  /** Ends those whose token is no longer good. */
  prune(): void
  close(): Promise<void>
}

type Needs = {
  clock: Clock
  log: Pick<Log, 'warn'>
  /** A server for a new session. */
  serve(session: () => Session | undefined): Promise<Server>
  isGood(token: string): boolean
  most?: { sessions: number; perToken: number } | undefined
}

const IDLE_MS = hours(1)
const LOOK_EVERY_MS = minutes(1)
/** After a cut line a client asks again this soon. */
const RETRY_MS = seconds(2)
/** A client that forgets its sessions opens one a run. */
const MOST = { sessions: 100, perToken: 20 }

export const createSessions = (needs: Needs): Sessions => {
  const { clock, log, most = MOST } = needs
  const sessions = new Map<string, Session>()
  let closed = false

  const end = async (session: Session) => {
    sessions.delete(session.id)
    await session.server.close().catch((error) => {
      log.warn('mcp: a session did not end well', { reason: messageOf(error) })
    })
  }
  const endAll = (which: (session: Session) => boolean) =>
    Promise.all([...sessions.values()].filter(which).map(end))

  let cancelLook = () => {}
  const lookLater = () => {
    cancelLook = clock.after(LOOK_EVERY_MS, () => {
      const now = clock.now()
      void endAll((s) => !needs.isGood(s.token) || isForgotten(s, now))
      lookLater()
    })
  }
  lookLater()

  /** Room for one more: of those that nobody uses at the moment the oldest goes. */
  const makeRoom = (token: string): boolean => {
    const own = [...sessions.values()].filter((s) => s.token === token)
    const crowd = own.length >= most.perToken ? own : [...sessions.values()]
    if (own.length < most.perToken && crowd.length < most.sessions) return true
    const [oldest] = crowd.filter((s) => s.open === 0).sort((a, b) => a.usedAt - b.usedAt)
    if (!oldest) return false
    void end(oldest)
    return true
  }

  const begin = async (request: Request, token: string, guest: unknown): Promise<Response> => {
    if (!makeRoom(token)) return refusal(429, 'Too many sessions at once; end one of them.')
    const { WebStandardStreamableHTTPServerTransport: Transport } = await import(
      '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
    )
    let session: Session | undefined
    const server = await needs.serve(() => session)
    const transport: Session['transport'] = new Transport({
      sessionIdGenerator: () => randomBytes(24).toString('base64url'),
      eventStore: createKept(),
      retryInterval: RETRY_MS,
      onsessioninitialized: (id) => {
        session = { id, token, server, transport, usedAt: clock.now(), open: 0, asked: new Set() }
        sessions.set(id, session)
      },
      onsessionclosed: (id) => void sessions.delete(id),
    })
    await server.connect(transport)
    if (closed) return gone()
    const response = await transport.handleRequest(request, authOf(guest))
    if (session) return followed(response, session, clock)
    // It was no beginning: nothing of it stays.
    await server.close().catch(() => undefined)
    return response
  }

  return {
    async handle(request, { token, guest }) {
      if (closed) return gone()
      const id = request.headers.get('mcp-session-id')
      if (id === null) {
        if (request.method === 'POST') return begin(request, token, guest)
        return refusal(400, 'Which session? Open one with initialize.')
      }
      const session = sessions.get(id)
      // Of somebody else is as good as unknown.
      if (session?.token !== token) return gone()
      session.usedAt = clock.now()
      const response = await session.transport.handleRequest(request, authOf(guest))
      return followed(response, session, clock)
    },
    list: () => [...sessions.values()],
    prune: () => void endAll((s) => !needs.isGood(s.token)),
    async close() {
      closed = true
      cancelLook()
      await endAll(() => true)
    },
  }
}

const isForgotten = ({ open, usedAt }: Session, now: number) =>
  open === 0 && !isWithin(usedAt, IDLE_MS, now)

const authOf = (guest: unknown) => ({
  authInfo: { token: '', clientId: '', scopes: [], extra: { guest } },
})

/** Counts the answer as open until its last byte is out, or its reader is gone. */
const followed = (response: Response, session: Session, clock: Clock): Response => {
  if (!response.body) return response
  const through = new TransformStream()
  session.open += 1
  void response.body
    .pipeTo(through.writable)
    .catch(() => undefined)
    .finally(() => {
      session.open -= 1
      session.usedAt = clock.now()
    })
  const { status, headers } = response
  return new Response(through.readable, { status, headers })
}

/** As the transport itself refuses. */
const refusal = (status: number, message: string, code = -32_000) =>
  new Response(JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null }), {
    status,
    headers: { 'Content-Type': 'application/json' },
  })

const gone = () => refusal(404, 'Session not found', -32_001)
