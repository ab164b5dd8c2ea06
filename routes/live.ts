/**
 * `GET /live`: the panels as a stream. First the whole of each, then what changed; as HTML for htmx,
 * as JSON and as text for scripts. A stream outlives the request that was let in, so whoever reads it
 * is asked for again: at each revocation, and every 30 s.
 */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { MiddlewareHandler } from 'hono'
import type { Caller } from '../lib/auth/auth.ts'
import { seconds } from '../lib/clock.ts'
import { Problem } from '../lib/errors.ts'
import type { Counts, Want } from '../lib/live/hub.ts'
import { type Form, forms, isForm } from '../lib/live/messages.ts'
import { streamResponse, streamTo, wantOf } from '../lib/live/stream.ts'
import { panels } from '../lib/paths.ts'
import { type Ctx, formOf } from './answer.ts'
import { createFeed, type FeedNeeds } from './feed.ts'
import { houseHeaders } from './headers.ts'
import type { Env } from './needs.ts'
import { isSafe } from './origin.ts'

export type Live = {
  /** `GET /live?panels=a,b&as=html|json|text|wall` */
  open(c: Ctx): Response
  /** Behind whatever may end somebody's right: who has lost it reads no further. */
  recheck: MiddlewareHandler<Env>
  /** Tells now what is new: a deed's row is on its way before the deed is answered. */
  flush(): void
  counts(): Counts
  /** Ends every stream; resolves when all are closed, a second later at most. */
  close(): Promise<void>
}

/** How often every stream's owner is asked for. */
const CHECK_MS = seconds(30)
/** Browsers open six connections to a house over HTTP/1.1, all windows together. */
const MOST_OF_A_BROWSER = 4

export const createLive = (needs: FeedNeeds): Live => {
  const { auth, bus, clock } = needs
  const feed = createFeed(needs)
  const { hub } = feed
  const callers = new Map<string, Caller>()
  let cancelCheck: (() => void) | undefined

  /** Whose right has ended is told so once; a later try is a plain 401. */
  const check = () => {
    cancelCheck?.()
    cancelCheck = undefined
    const open = new Set(hub.owners())
    for (const [owner, caller] of callers) {
      if (open.has(owner) && auth.holds(caller)) continue
      hub.dismiss(owner, 'logout')
      callers.delete(owner)
    }
    if (callers.size > 0) cancelCheck = clock.after(CHECK_MS, check)
  }
  const stopListening = bus?.on('token.revoked', check)

  const wantIn = (c: Ctx): Want => {
    const caller = c.get('caller')
    const owner = caller && ownerOf(caller)
    if (owner && caller) callers.set(owner, caller)
    const form = wished(c)
    const query = { panels: c.req.query('panels') || panels.join(), as: form }
    const headers = {
      acceptEncoding: c.req.header('accept-encoding'),
      lastEventId: c.req.header('last-event-id'),
    }
    const isBrowser = caller?.kind !== 'machine'
    return {
      ...wantOf(query, headers, owner),
      ...(isBrowser && { mostOfOwner: MOST_OF_A_BROWSER }),
    }
  }

  return {
    async recheck(c, next) {
      await next()
      if (!isSafe(c.req.method)) check()
    },
    open(c) {
      const want = wantIn(c)
      if (c.req.method === 'HEAD') return c.body(null, 200)
      feed.flush()
      const response = stream(c, hub, want)
      cancelCheck ??= clock.after(CHECK_MS, check)
      return response
    },
    flush: () => {
      if (hub.isWatched()) feed.flush()
    },
    counts: hub.counts,
    close() {
      stopListening?.()
      cancelCheck?.()
      return feed.close()
    },
  }
}

/** `as`, else what Accept and the client's name tell, as for the panels. */
const wished = (c: Ctx): Form => {
  const as = c.req.query('as')
  if (as !== undefined && isForm(as)) return as
  if (as !== undefined)
    throw new Problem('invalid', 'I do not know that form of a stream.', {
      next: `There are: ${forms.join(', ')}.`,
    })
  const isStream = (c.req.header('accept') ?? '').includes('text/event-stream')
  return isStream ? 'html' : formOf(c)
}

const ownerOf = ({ kind, session, token }: Caller): string | undefined =>
  session ? `session ${session.id}` : token && `${kind} ${token.id}`

const stream = (c: Ctx, hub: Parameters<typeof streamTo>[0], want: Want): Response => {
  const outgoing = c.env?.outgoing as ServerResponse | undefined
  if (!outgoing) return streamResponse(hub, want)
  const extra: OutgoingHttpHeaders = houseHeaders({
    https: c.get('asker').https,
    requestId: c.get('requestId'),
  })
  streamTo(hub, outgoing, want, extra)
  return RESPONSE_ALREADY_SENT
}
