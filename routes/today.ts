/** The day so far, in the time zone of the house: what the dial shows. */
import { hours } from '../lib/clock.ts'
import type { EventKind } from '../lib/events/kinds.ts'
import { dateTime } from '../lib/format.ts'
import type { Today } from '../views/panels/panel.ts'
import type { Needs } from './needs.ts'

/** Loud ones at least, so that a busy day does not bury them. */
const MOST_EVENTS = 60

export const todayOf = (
  { events, config }: Pick<Needs, 'events' | 'config'>,
  now: number,
): Today => {
  const midnight = midnightOf(now, config.timeZone)
  const since = { since: midnight, limit: MOST_EVENTS }
  const deeds: EventKind[] = ['deed.finished']
  return {
    midnight,
    minute: Math.floor((now - midnight) / 60_000),
    date: dateOf(now, config.timeZone),
    deeds: events.query({ ...since, kinds: deeds, limit: 1000 }).length,
    events: events.query({ ...since, severity: 'good' }),
  }
}

/** The last midnight; on the two days that are longer or shorter the dial follows the clock's hands. */
export const midnightOf = (now: number, timeZone: string): number => {
  const [h = 0, m = 0, s = 0] = dateTime(now, timeZone).slice(11).split(':').map(Number)
  return now - hours(h) - m * 60_000 - s * 1000 - (now % 1000)
}

/** `FRI 20 NOV` */
const dateOf = (now: number, timeZone: string): string => {
  const [weekday, day, month] = new Date(`${dateTime(now, timeZone).slice(0, 10)}T00:00Z`)
    .toUTCString()
    .split(/,? /)
  return `${weekday} ${Number(day)} ${month}`.toUpperCase()
}
