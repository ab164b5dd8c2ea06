/** The data as JSON: the picture whole, and the diary by kind, weight, subject and time. */
import { eventJson } from '../views/panels/events.ts'
import { stateJson } from '../views/state.ts'
import { type Ctx, sendJson } from './answer.ts'
import { wakeable } from './found.ts'
import type { Needs } from './needs.ts'
import { stopJson } from './stop.ts'
import { wantedEvents } from './wanted-events.ts'

/** `GET /api/state` */
export const showState = (needs: Needs) => (c: Ctx) => {
  const picture = needs.cluster.picture()
  const nodes = picture.nodes.map((node) => wakeable(needs, node))
  return sendJson(c, {
    ...stateJson({ ...picture, nodes }, needs.clock.now()),
    stop: stopJson(needs.stop.state()),
  })
}

/** `GET /api/events`: newest first; `next` is the `before` of the following page. */
export const showEvents = (needs: Needs) => (c: Ctx) => {
  const wanted = wantedEvents(c.req.queries())
  const rows = needs.events.query(wanted)
  const last = rows.length === wanted.limit ? rows.at(-1) : undefined
  return sendJson(c, { events: rows.map(eventJson), next: last?.id ?? null })
}
