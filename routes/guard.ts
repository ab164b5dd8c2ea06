/**
 * The guard: in front of every route. In this order: is that our name, did our own page send it, who
 * asks, may he; then the request runs with a limit on its size and its time, and every answer,
 * refusals included, leaves with the same headers.
 */
import { randomBytes } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { covers } from '../lib/auth/auth.ts'
import { seconds } from '../lib/clock.ts'
import { inWords, Problem } from '../lib/errors.ts'
import { paths } from '../lib/paths.ts'
import { type Ctx, formOf } from './answer.ts'
import { type Asker, createAskers } from './asker.ts'
import { callerOf, exchangeWallKey, type Found } from './caller.ts'
import { createFailures, type Failures } from './failures.ts'
import { dress } from './headers.ts'
import type { Env, Needs } from './needs.ts'
import { createHostRule, foreignSender, hostRefused, isSafe, isStream } from './origin.ts'
import { isForWalls, isOpen, isStatic, scopeFor } from './rights.ts'
import { isWall } from './wall.ts'

const KIB = 1024
const MAX_BODY = 1024 * KIB
const MAX_FORM = 64 * KIB
/** More than the 25 s after which a deed answers 202 by itself. */
const MAX_TIME = seconds(30)

/** What the guard needs of the house; a test hands in less than everything. */
export type GuardOptions = { machine?: string; maxTimeMs?: number }

export const guard = (needs: Needs, options: GuardOptions = {}): MiddlewareHandler<Env> => {
  const askerOf = createAskers(needs.config.server)
  const isOurName = createHostRule(needs.config.server, options.machine)
  const failures = createFailures(needs)
  const limited = limitBody(failures)
  const timed = limitTime(needs, failures, options.maxTimeMs ?? MAX_TIME)

  const refusal = async (c: Ctx, asker: Asker): Promise<Response | undefined> => {
    if (!c.env?.local && !isOurName(asker.host))
      return c.text(`${inWords(hostRefused(asker.host))}\n`, 421)
    if (isStatic(c.req.path)) return undefined
    const found = callerOf(c, needs, asker)
    const foreign = isGuarded(c, found) && foreignSender(c, asker, needs.config.server)
    if (foreign) return failures.answer(c, forged(foreign))
    const exchanged = exchangeWallKey(c, needs, asker)
    if (exchanged) return exchanged instanceof Response ? exchanged : failures.answer(c, exchanged)
    c.set('caller', found.caller)
    return isOpen(c.req.path) ? undefined : notAllowed(c, found, failures)
  }

  return async (c, next) => {
    const asker = askerOf(c)
    const requestId = randomBytes(8).toString('hex')
    c.set('asker', asker)
    c.set('requestId', requestId)
    c.set('nonce', randomBytes(16).toString('base64url'))
    const refused = await refusal(c, asker)
    if (refused) c.res = refused
    else await timed(c, () => limited(c, next))
    dress(c, { https: asker.https, requestId, mayKeep: !refused && isStatic(c.req.path) })
  }
}

/**
 * A bearer token is not sent by a browser on its own, so no other page can borrow it. One that is not
 * known proves nothing: any page can send an Authorization header along with a forged login. MCP wants
 * a foreign Origin refused whatever comes with it (specification 2025-11-25, transports).
 */
const isGuarded = (c: Ctx, { by, caller }: Found) =>
  by !== 'local' &&
  (c.req.path === paths.mcp() ||
    (!(by === 'bearer' && caller) && (!isSafe(c.req.method) || isStream(c))))

const forged = (sender: string) =>
  new Problem('forbidden', `This request came from ${sender}, not from a page of mine.`, {
    next: 'Use the form on my own page; a script uses a token: Authorization: Bearer jv_….',
  })

const notAllowed = (c: Ctx, { caller, by }: Found, failures: Failures) => {
  if (!caller) return whoIsThere(c, by, failures)
  if (caller.kind === 'wall' && !isForWalls(c.req.path)) return whoIsThere(c, by, failures)
  const need = scopeFor(c.req.method, c.req.path)
  if (covers(caller.scope, need)) return undefined
  return failures.answer(
    c,
    new Problem('forbidden', `${caller.name} may ${words[caller.scope]}; this needs "${need}".`, {
      next: `A token for it: ./jarvis token create --name NAME --scope ${need}`,
    }),
  )
}

const words = { view: 'only look', operate: 'look and act', admin: 'do everything' }

/** A person's browser is led to the login and back; everything else is told how to say who it is. */
const whoIsThere = (c: Ctx, by: Found['by'], failures: Failures) => {
  const isPage = formOf(c) === 'html' && (c.req.header('accept') ?? '').includes('text/html')
  // A screen in the hall has no keyboard: it is told there how it gets a key.
  const isDoor = isPage && !isWall(c.req.path)
  if (by !== 'bearer' && isDoor && !isStream(c) && !c.req.header('hx-request')) {
    const { pathname, search } = new URL(c.req.url)
    // A form that was sent after the session had ended cannot be sent again by a redirect.
    const back = isSafe(c.req.method) && pathname !== paths.hud() ? pathname + search : undefined
    return c.redirect(paths.login(back), 303)
  }
  c.header('WWW-Authenticate', 'Bearer realm="Jarvis"')
  if (c.req.header('hx-request')) c.header('HX-Redirect', paths.login())
  return failures.answer(c, by === 'bearer' ? badToken() : unknownCaller())
}

const badToken = () =>
  new Problem('unauthorized', 'That token is not known, or no longer good.', {
    next: 'Make a new one: ./jarvis token create --name NAME --scope view',
  })

const unknownCaller = () =>
  new Problem('unauthorized', 'Who is asking?', {
    next: 'Log in at /login, or send a token: curl -H "Authorization: Bearer jv_…". ./jarvis token create --name NAME --scope view makes one.',
  })

/** Counts what comes, whatever Content-Length claims. */
const limitBody = (failures: Failures) => {
  const limit = (maxSize: number) =>
    bodyLimit({
      maxSize,
      onError: (c) =>
        failures.answer(
          c as Ctx,
          new Problem('invalid', `That is too much: at most ${maxSize / KIB} KiB.`),
          413,
        ),
    })
  const [forms, others] = [limit(MAX_FORM), limit(MAX_BODY)]
  const isForm = (type: string) => /^(application\/x-www-form-urlencoded|multipart\/)/i.test(type)
  return (c: Ctx, next: () => Promise<void>) =>
    (isForm(c.req.header('content-type') ?? '') ? forms : others)(c, next)
}

/**
 * Ends the wait for an answer, never the answer itself: a stream has answered as soon as its head is
 * there. Whose fault it is decides the code: 408 while the body is still coming, else 504.
 */
const limitTime =
  ({ clock }: Needs, failures: Failures, ms: number) =>
  async (c: Ctx, work: () => Promise<unknown>): Promise<void> => {
    let late = false
    let cancel = () => {}
    const timeUp = new Promise<void>((resolve) => {
      cancel = clock.after(ms, () => {
        late = true
        resolve()
      })
    })
    const answered = work().then((response) => {
      if (response instanceof Response && !late) c.res = response
    })
    // After the time is up nobody listens any more; the framework has seen the error already.
    answered.catch(() => {})
    await Promise.race([answered, timeUp]).finally(() => cancel())
    if (late) c.res = await tooSlow(c, failures)
  }

const tooSlow = async (c: Ctx, failures: Failures) => {
  const stillComing = c.env?.incoming?.complete === false
  if (stillComing)
    return c.text('The request took too long to arrive.\n', 408, { Connection: 'close' })
  return failures.answer(
    c,
    new Problem('timeout', 'That took too long, so I stopped waiting for it.', {
      next: 'It may still come to its end; look before you ask again.',
    }),
  )
}
