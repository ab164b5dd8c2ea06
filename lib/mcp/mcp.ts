/**
 * MCP over HTTP, for clients such as Claude: the same tools as everywhere, through the same door, with
 * the rights of the token that asks. The protocol's package is loaded when the first client comes.
 */
import type { Auth } from '../auth/auth.ts'
import type { Bus } from '../bus.ts'
import type { Clock } from '../clock.ts'
import type { Events } from '../events/kinds.ts'
import type { Log } from '../log.ts'
import type { PanelName } from '../paths.ts'
import type { Asking } from '../tools/deeds.ts'
import type { Door } from '../tools/door.ts'
import { createCalls } from './calls.ts'
import type { Names } from './prompts.ts'
import type { Guest } from './server.ts'
import { createSessions, type Session, type Sessions } from './sessions.ts'

export type McpNeeds = {
  version: string
  clock: Clock
  log: Log
  auth: { tokens: Pick<Auth['tokens'], 'isGood'> }
  tools: Pick<Door, 'call' | 'deed'>
  bus?: Pick<Bus<Events>, 'on'> | undefined
  /** Whether a tool may be RED, for the hint to the client. */
  mayHarm(tool: string): boolean
  /** A panel as text. */
  panel(name: PanelName): string
  /** Notes that this caller has read what others wrote. */
  taint(caller: Asking, source: string): void
  names(): Names
}

export type Mcp = {
  /** One request of a client with a token; throws nothing. */
  handle(request: Request, guest: Guest & { caller: { token: { id: string } } }): Promise<Response>
  sessions: Pick<Sessions, 'list'>
  close(): Promise<void>
}

export const createMcp = (needs: McpNeeds): Mcp => {
  const { auth, bus, log, tools } = needs
  const call = createCalls(needs)

  const serve = async (session: () => Session | undefined) => {
    const { createMcpServer } = await import('./server.ts')
    return createMcpServer({
      ...needs,
      call,
      shelf: (caller) => ({
        panel: needs.panel,
        deed: tools.deed,
        taint: (source) => needs.taint(caller, source),
      }),
      onAsked: (approval) => void session()?.asked.add(approval),
    })
  }
  const sessions = createSessions({ ...needs, serve, isGood: (id) => auth.tokens.isGood(id) })

  const tellEnd = ({ id, label, state, by }: Events['approval.ended']) => {
    const data = { approval: id, label, state, by }
    for (const { server, asked } of sessions.list()) {
      if (!asked.delete(id)) continue
      server
        .sendLoggingMessage({ level: 'notice', logger: 'approvals', data })
        .catch(() => log.debug('mcp: a client has gone before it was told'))
    }
  }
  const deaf = [
    bus?.on('token.revoked', () => sessions.prune()),
    bus?.on('approval.ended', tellEnd),
  ]

  return {
    handle: (request, guest) => sessions.handle(request, { token: guest.caller.token.id, guest }),
    sessions,
    async close() {
      for (const stop of deaf) stop?.()
      await sessions.close()
    },
  }
}
