/**
 * A token that acts and reads a page reads whatever stands there: notes, logs, words of tasks. From
 * then on it is tainted as by a tool that reads the same; only lists of names and figures are not.
 */
import type { MiddlewareHandler } from 'hono'
import { contextOf } from '../lib/tools/weigh.ts'
import type { Env, Needs } from './needs.ts'
import { isSafe } from './origin.ts'

/** What holds names, states and figures alone. Whatever is not in here is taken for words of others. */
const figures =
  /^\/(?:healthz|readyz|metrics|login|look|static\/.*|api\/(?:openapi\.json|tools|deeds\/\d+)|v1\/models|mcp|guests|nodes|storage|power(?:\/status\.(?:txt|json))?|f\/(?:nodes|guests|storage|quorum|temperatures|backups|power|costs)(?:\.(?:txt|json))?)$/

export const taints =
  ({ brakes }: Pick<Needs, 'brakes'>): MiddlewareHandler<Env> =>
  async (c, next) => {
    const caller = c.get('caller')
    const { path } = c.req
    if (caller?.kind === 'machine' && caller.scope !== 'view' && isSafe(c.req.method))
      if (!figures.test(path)) brakes.provenance.taint(contextOf({ caller }), path.slice(0, 120))
    await next()
  }
