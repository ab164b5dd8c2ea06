/**
 * The one place that turns trouble into an answer: kind → status code, and the sentence with the
 * next step in the form that was asked for. What is our own fault gets a number, which stands in
 * the log beside the stack; the stack never leaves the house.
 */
import { randomBytes } from 'node:crypto'
import { HTTPException } from 'hono/http-exception'
import { asProblem, inWords, Problem, type ProblemKind } from '../lib/errors.ts'
import { failurePage, type NearLink } from '../views/failure.ts'
import { shown } from '../views/parts/shown.ts'
import { type Ctx, formOf, sendJson, sendPage, sendText, varies } from './answer.ts'
import { near } from './near.ts'
import type { Needs } from './needs.ts'
import { openAiError } from './openai-error.ts'
import { isWall, wallTrouble } from './wall.ts'

/** Design §2: 502 when Proxmox refused or failed, 503 when nobody is there. */
export const statusOf = {
  unreachable: 503,
  timeout: 504,
  untrusted: 502,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  invalid: 422,
  conflict: 409,
  halted: 503,
  busy: 429,
  failed: 502,
  broken: 500,
} as const satisfies Record<ProblemKind, number>

export type Failures = {
  /** For `app.onError`. */
  caught(thrown: unknown, c: Ctx): Response | Promise<Response>
  /** For `app.notFound`. */
  missing(c: Ctx): Response | Promise<Response>
  /** The answer to a Problem, for middleware that refuses by itself. `status` where the kind is too coarse. */
  answer(c: Ctx, problem: Problem, status?: 413): Response | Promise<Response>
}

export const createFailures = (
  needs: Needs,
  number: () => string = () => randomBytes(2).toString('hex').toUpperCase(),
): Failures => {
  const answer: Failures['answer'] = (c, problem, status) => {
    const code = status ?? statusOf[problem.kind]
    if (code === 401) c.header('WWW-Authenticate', 'Bearer realm="Jarvis"')
    varies(c)
    const links = problem.kind === 'not-found' ? nearest(problem, c.req.path) : []
    if (c.req.path.startsWith('/v1/')) return sendJson(c, openAiError(problem), code)
    const form = formAsked(c)
    if (form === 'json') return sendJson(c, asJson(problem, links), code)
    if (form === 'text') return sendText(c, asText(problem, links), code)
    if (isWall(c.req.path)) return c.html(wallTrouble(c, needs, problem, code), code)
    const { title, body } = failurePage(problem, links, code)
    return sendPage(c, needs, { title, body, status: code })
  }

  return {
    answer,
    missing: (c) =>
      answer(
        c,
        new Problem('not-found', `There is nothing at ${shown(c.req.path).slice(0, 200)}.`),
      ),
    caught(thrown, c) {
      const problem = thrown instanceof HTTPException ? ofFramework(thrown) : asProblem(thrown)
      if (problem.kind !== 'broken')
        return answer(c, problem, thrown instanceof HTTPException ? tooLarge(thrown) : undefined)
      const error = number()
      const cause = problem.cause instanceof Error ? problem.cause : problem
      needs.log.error('site: a request broke', {
        error,
        method: c.req.method,
        path: c.req.path,
        stack: cause.stack ?? cause.message,
      })
      return answer(
        c,
        new Problem('broken', `I have made a mess of this. Error ${error}, written down.`, {
          next: 'The rest of the house is well; the log has the details.',
          details: { error },
        }),
      )
    },
  }
}

/** What whoever looked for it says is nearest comes first. */
const nearest = ({ details }: Problem, path: string): NearLink[] => {
  const href = details?.near
  const known = near(path)
  if (href === undefined || !href.startsWith('/')) return known
  const title = decodeURIComponent(href.slice(href.lastIndexOf('/') + 1))
  return [{ title: shown(title), href }, ...known.slice(0, 4)]
}

const detailsOf = ({ details = {} }: Problem) =>
  Object.fromEntries(Object.entries(details).filter(([name]) => name !== 'near'))

/** Hono's own refusals (a body too large, a request that took too long) in our words. */
const ofFramework = (thrown: HTTPException): Problem => {
  const kind = (Object.keys(statusOf) as ProblemKind[]).find((k) => statusOf[k] === thrown.status)
  if (kind) return new Problem(kind, thrown.message || 'That did not work.')
  return thrown.status < 500
    ? new Problem('invalid', thrown.message || 'That request cannot be read.')
    : new Problem('broken', thrown.message, { cause: thrown })
}
const tooLarge = (thrown: HTTPException) => (thrown.status === 413 ? 413 : undefined)

/** A path that ends in .txt or .json said already what it wants. */
const formAsked = (c: Ctx) =>
  c.req.path.endsWith('.json') ? 'json' : c.req.path.endsWith('.txt') ? 'text' : formOf(c)

const asJson = (p: Problem, links: NearLink[]) => ({
  error: {
    kind: p.kind,
    message: p.message,
    next: p.next ?? null,
    details: detailsOf(p),
    ...(links.length > 0 && { near: links.map((l) => l.href) }),
  },
})

const asText = (p: Problem, links: NearLink[]) =>
  [
    shown(inWords(p)),
    ...Object.entries(detailsOf(p)).map(([name, text]) => `  ${shown(name)}: ${shown(text)}`),
    ...(links.length > 0 ? ['', 'There is:', ...links.map((l) => `  ${l.href}`)] : []),
  ].join('\n')
