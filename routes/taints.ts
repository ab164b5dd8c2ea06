/**
 * A token that acts and reads a page reads whatever stands there: notes, logs, words of tasks. From
 * then on it is tainted as by a tool that reads the same; only lists of names and figures are not.
 */
import type { MiddlewareHandler } from 'hono'
import { plainPanels } from '../lib/mcp/resources.ts'
import { strangerIn } from '../lib/tools/deeds.ts'
import { contextOf } from '../lib/tools/weigh.ts'
import type { Env, Needs } from './needs.ts'
import { isSafe } from './origin.ts'

/** What holds names, states and figures alone. Whatever is not in here is taken for words of others. */
const figures = new RegExp(
  String.raw`^/(?:healthz|readyz|metrics|login|look|static/.*|api/(?:openapi\.json|tools)|v1/models|mcp|guests|nodes|storage|power(?:/status\.(?:txt|json))?|f/(?:${[...plainPanels].join('|')})(?:\.(?:txt|json))?)$`,
)
const DEED = /^\/api\/deeds\/(\d{1,15})$/

export const taints = ({
  brakes,
  tools,
}: Pick<Needs, 'brakes' | 'tools'>): MiddlewareHandler<Env> => {
  const sourceIn = (path: string): string | undefined => {
    const [, id] = DEED.exec(path) ?? []
    if (id === undefined) return figures.test(path) ? undefined : path.slice(0, 120)
    // How a command ended is told in its own words, how a guest's deed ended in ours.
    const deed = tools.deed(Number(id))
    return deed && strangerIn(deed)
  }
  return async (c, next) => {
    const caller = c.get('caller')
    if (caller?.kind === 'machine' && caller.scope !== 'view' && isSafe(c.req.method)) {
      const source = sourceIn(c.req.path)
      if (source !== undefined) brakes.provenance.taint(contextOf({ caller }), source)
    }
    await next()
  }
}
