/** `/mcp`: who asks and under which name we were called; the rest is lib/mcp's. Tokens only. */
import { Problem } from '../lib/errors.ts'
import { createMcp, type Mcp } from '../lib/mcp/mcp.ts'
import { rankOf, tiers } from '../lib/safety/tiers.ts'
import { contextOf } from '../lib/tools/weigh.ts'
import { shownPanels } from '../views/panels/panels.ts'
import type { Ctx } from './answer.ts'
import { baseOf } from './base.ts'
import { extraOf } from './moment.ts'
import type { Needs } from './needs.ts'

export const mcpMethods = ['GET', 'POST', 'DELETE']

export type McpFace = Pick<Mcp, 'close' | 'sessions'> & {
  open(c: Ctx): Promise<Response>
}

export const createMcpFace = (needs: Needs): McpFace => {
  const mcp = createMcp({
    ...needs,
    // What is not in the table depends on its arguments, so it may be anything.
    mayHarm: (tool) => rankOf(tiers[tool]?.tier ?? 'RED') > rankOf('YELLOW'),
    panel: (name) =>
      shownPanels[name].text(needs.cluster.picture(), {
        ...extraOf(needs, name === 'events' || name === 'jarvis'),
        asked: { q: '', sort: '' },
      }),
    taint: (caller, source) => needs.brakes.provenance.taint(contextOf({ caller }), source),
    names() {
      const { guests, nodes } = needs.cluster.picture()
      return { guests, nodes: nodes.map((n) => n.name) }
    },
  })
  return {
    sessions: mcp.sessions,
    close: mcp.close,
    open(c) {
      const caller = c.get('caller')
      if (caller?.kind !== 'machine' || !caller.token)
        throw new Problem(
          'unauthorized',
          'MCP takes a token; a session of a browser will not do.',
          {
            next: 'Make one: ./jarvis token create --name NAME --scope view|operate, then send Authorization: Bearer jv_….',
          },
        )
      return mcp.handle(c.req.raw, {
        caller: { ...caller, token: caller.token },
        base: baseOf(c, needs),
      })
    },
  }
}
