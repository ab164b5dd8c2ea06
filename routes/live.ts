/**
 * `GET /live`: the panels as a stream. First the whole of each, then what changed; as HTML for htmx,
 * as JSON and as text for scripts. The screens of terminals are streams of the same kind, with a
 * hub of their own, so that no wall key and no token that may only look can name one.
 */
import type { MiddlewareHandler } from 'hono'
import { Problem } from '../lib/errors.ts'
import type { Counts } from '../lib/live/hub.ts'
import { panels } from '../lib/paths.ts'
import type { Ctx } from './answer.ts'
import { createFeed, type FeedNeeds } from './feed.ts'
import type { Env } from './needs.ts'
import { isSafe } from './origin.ts'
import { createScreens } from './screens.ts'
import { createStreams } from './streams.ts'
import { createTalkPanels, isTalk } from './talk-live.ts'
import { createTails } from './talk-tail.ts'

export type Live = {
  /** `GET /live?panels=a,b&as=html|json|text|wall` */
  open(c: Ctx): Response
  /** `GET /terminals/:id/live?as=json|text|wall` */
  screen(c: Ctx): Promise<Response>
  /** `GET /chat/:id/live?as=text|json|html` */
  talk(c: Ctx): Response
  /** Behind whatever may end somebody's right: who has lost it reads no further. */
  recheck: MiddlewareHandler<Env>
  /** Tells now what is new: a deed's row is on its way before the deed is answered. */
  flush(): void
  counts(): Counts
  /** Ends every stream; resolves when all are closed, a second later at most. */
  close(): Promise<void>
}

export const createLive = (needs: FeedNeeds): Live => {
  const feed = createFeed(needs)
  const { hub } = feed
  const streams = createStreams(needs, hub)
  const screens = createScreens(needs)
  const talks = createTalkPanels(needs, hub)
  const tails = createTails(needs)
  const named = (c: Ctx) => (name: string) =>
    isTalk(name) ? talks.admit(name, c.get('caller')) : name

  return {
    async recheck(c, next) {
      await next()
      if (isSafe(c.req.method)) return
      streams.check()
      screens.check()
      tails.check()
    },
    open(c) {
      if (c.req.method === 'HEAD') return c.body(null, 200)
      feed.flush()
      return streams.open(c, wished(c).split(',').map(named(c)).join())
    },
    screen: screens.open,
    talk: tails.open,
    flush: () => {
      if (hub.isWatched()) feed.flush()
    },
    counts: hub.counts,
    async close() {
      streams.close()
      talks.close()
      tails.close()
      await Promise.all([screens.close(), feed.close()])
    },
  }
}

/** A screen in the hall hears nothing of what waits for a person, whatever it asks for. */
const wished = (c: Ctx): string => {
  const names = c.req.query('panels') || panels.join()
  if (c.get('caller')?.kind !== 'wall') return names
  const rest = names.split(',').filter((name) => name.trim() !== 'approvals')
  if (rest.length > 0) return rest.join()
  throw new Problem('forbidden', 'What waits for a person is not for a screen in the hall.')
}
