/** `GET /events`: the diary with its filters, a page at a time; as CSV too. */

import {
  type EventsPage,
  eventsCsv,
  eventsJson,
  eventsPage,
  eventsText,
} from '../views/pages/events.ts'
import { eventKinds } from '../views/panels/event-words.ts'
import { type Ctx, varies } from './answer.ts'
import type { Needs } from './needs.ts'
import { send } from './pages.ts'
import { wantedEvents } from './wanted-events.ts'

export const showDiary = (needs: Needs) => (c: Ctx) => {
  const asked = c.req.queries()
  const query = Object.fromEntries(
    // A form sends its empty fields too; they ask for nothing.
    Object.entries(asked).filter(([name, values]) => name !== 'as' && values.some((v) => v !== '')),
  )
  const wanted = wantedEvents(query)
  const events = needs.events.query(wanted)
  const page: EventsPage = {
    now: needs.clock.now(),
    timeZone: needs.config.timeZone,
    wish: Object.fromEntries(Object.entries(query).map(([name, values]) => [name, values.join()])),
    events,
    next: events.length === wanted.limit ? events.at(-1)?.id : undefined,
    kinds: [...new Set(eventKinds.map((kind) => kind.slice(0, kind.indexOf('.'))))].sort(),
  }
  if (c.req.query('as') === 'csv') return asCsv(c, page)
  return send(c, needs, {
    html: () => eventsPage(page),
    text: () => eventsText(page),
    json: () => eventsJson(page),
  })
}

const asCsv = (c: Ctx, page: EventsPage) => {
  varies(c)
  return c.body(eventsCsv(page), 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': 'attachment; filename="events.csv"',
  })
}
