/** How far back a page looks: an hour, a day, a week, a month; what is drawn and written for each. */
import { html } from 'hono/html'
import { dateTime, timeOfDay } from '../../lib/format.ts'
import type { Html } from '../layout.ts'

export const ranges = {
  hour: { text: '1 h', words: 'the last hour', ms: 3_600_000, step: 60_000, ticks: 6 },
  day: { text: '24 h', words: 'the last 24 hours', ms: 86_400_000, step: 300_000, ticks: 8 },
  week: { text: '7 d', words: 'the last 7 days', ms: 604_800_000, step: 1_800_000, ticks: 7 },
  month: { text: '30 d', words: 'the last 30 days', ms: 2_592_000_000, step: 7_200_000, ticks: 6 },
} as const
export type RangeName = keyof typeof ranges
export const rangeNames = Object.keys(ranges) as RangeName[]
export const isRange = (name: string | undefined): name is RangeName =>
  name !== undefined && Object.hasOwn(ranges, name)

/** Links, so that each span has an address of its own. */
export const rangeSwitch = (
  chosen: RangeName,
  href: (range: RangeName) => string,
  among: readonly RangeName[] = rangeNames,
): Html =>
  html`<nav class="segments" aria-label="Span">${among.map(
    (name) =>
      html`<a href="${href(name)}"${name === chosen ? html` aria-current="true"` : ''}>${ranges[name].text}</a>`,
  )}</nav>`

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** `20 Nov`. */
export const dayOf = (at: number, timeZone: string): string => {
  const [, month = '1', day = '1'] = dateTime(at, timeZone).slice(0, 10).split('-')
  return `${Number(day)} ${MONTHS[Number(month) - 1]}`
}

/** `14:30`, with the day where the range is longer than one. */
export const timeIn = (range: RangeName, at: number, timeZone: string): string =>
  range === 'hour' || range === 'day'
    ? timeOfDay(at, timeZone)
    : `${dayOf(at, timeZone)} ${timeOfDay(at, timeZone)}`

/** The words under a graph, evenly spaced. */
export const ticksOf = (range: RangeName, to: number, timeZone: string): string[] => {
  const { ms, ticks } = ranges[range]
  return Array.from({ length: ticks + 1 }, (_, i) => {
    const at = to - ms + (i * ms) / ticks
    return range === 'hour' || range === 'day' ? timeOfDay(at, timeZone) : dayOf(at, timeZone)
  })
}

/** `02:00` today, `19 Nov 02:00` before; the year where it is another one. */
export const whenOf = (
  at: number,
  { now, timeZone }: { now: number; timeZone: string },
): string => {
  if (now - at < 86_400_000) return timeOfDay(at, timeZone)
  const year = dateTime(at, timeZone).slice(0, 4)
  const same = year === dateTime(now, timeZone).slice(0, 4)
  return `${dayOf(at, timeZone)} ${same ? '' : `${year} `}${timeOfDay(at, timeZone)}`
}
