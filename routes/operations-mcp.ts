/** The one route of MCP, described for whoever wonders; its clients know the protocol. */
import { paths } from '../lib/paths.ts'
import { type Answer, failed, type Operation } from './operation.ts'

const common: Record<number, Answer> = {
  401: failed('It takes a token: Authorization: Bearer jv_….'),
  403: failed('The Origin is not ours.'),
}
const gone: Answer = { what: 'No such session, or one of another token.' }

export const mcpOperations: Operation[] = [
  {
    method: 'post',
    path: paths.mcp(),
    what: 'MCP over streamable HTTP: one JSON-RPC message, or several. The tools are those of the token.',
    scope: 'view',
    answers: {
      200: { what: 'The answer, as a stream of events.', as: ['text/event-stream'] },
      202: { what: 'A notification was heard.' },
      400: { what: 'No JSON-RPC, or no session named.' },
      404: gone,
      413: failed('Larger than 1 MiB.'),
      429: { what: 'Too many sessions at once.' },
      ...common,
    },
  },
  {
    method: 'get',
    path: paths.mcp(),
    what: 'What the server says by itself in a session of MCP, as a stream.',
    scope: 'view',
    answers: {
      200: { what: 'The stream.', as: ['text/event-stream'] },
      400: { what: 'No session named.' },
      404: gone,
      ...common,
    },
  },
  {
    method: 'delete',
    path: paths.mcp(),
    what: 'Ends a session of MCP.',
    scope: 'view',
    answers: { 200: { what: 'Ended.' }, 404: gone, ...common },
  },
]
