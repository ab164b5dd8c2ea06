/**
 * The day dial: a clock of 24 hours whose bars are the cluster's load per quarter of an hour, whose
 * rim carries the day's events and whose inner arcs are the level of autonomy.
 */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import { arc, pointAt, spoke } from './arc.ts'

export type DayEvent = { minute: number; kind: 'event' | 'open' | 'closed' }

export type DayDial = {
  /** Minute of the day now. */
  minute: number
  /** Load 0-1 per quarter of an hour since midnight; null = no reading. */
  loads: readonly (number | null)[]
  events?: readonly DayEvent[]
  /** 1-5; undefined = no level to show. */
  level?: number | undefined
  /** `FRI 20 NOV` and `14:32`. */
  date: string
  time: string
  /** What is wanted, in one line. */
  wanted?: string | undefined
  /** One sentence for those who do not see it. */
  label: string
}

const CENTRE = 120
const QUARTERS = 96
const at = (minute: number) => -90 + minute / 4
const middle = (quarter: number) => at(quarter * 15 + 7.5)

export const dayDial = (d: DayDial): Html => {
  const now = Math.min(QUARTERS - 1, Math.floor(d.minute / 15))
  const past = d.loads.slice(0, now)
  return html`<svg class="day-dial" viewBox="0 0 240 240" role="img" aria-label="${d.label}">
<circle class="rim" cx="120" cy="120" r="108"/><path class="hours" d="${hours(false)}"/><path class="hours quarter" d="${hours(true)}"/>
<path class="bars" d="${past.map(bar).join('')}"/><path class="bars latest" d="${bar(d.loads[now] ?? null, now)}"/><path class="future" d="${future(now + 1)}"/>
${d.level === undefined ? '' : levels(d.level)}
<path class="hand" d="${spoke(CENTRE, 70, 113, at(d.minute))}"/>
${(d.events ?? []).map(mark)}
<text class="hour" x="120" y="8">00</text><text class="hour" x="232" y="124">06</text><text class="hour" x="120" y="240">12</text><text class="hour" x="8" y="124">18</text>
<text class="date" x="120" y="94">${d.date}</text><text class="time" x="120" y="125">${d.time}</text>${d.wanted === undefined ? '' : html`<text class="wanted" x="120" y="147">${d.wanted}</text>`}${d.level === undefined ? '' : html`<text class="level" x="120" y="170">LEVEL ${d.level}</text>`}
</svg>`
}

const bar = (load: number | null, quarter: number): string =>
  load === null
    ? ''
    : spoke(CENTRE, 73, 73 + 33 * Math.min(1, Math.max(0.03, load)), middle(quarter))

const future = (from: number) =>
  Array.from(
    { length: QUARTERS - from },
    (_, i) => `M${pointAt(CENTRE, 74, middle(from + i))}h0`,
  ).join('')

const hours = (quarters: boolean) =>
  Array.from({ length: 24 }, (_, h) => h)
    .filter((h) => (h % 6 === 0) === quarters)
    .map((h) => spoke(CENTRE, 66, 69, at(h * 60)))
    .join('')

/** Five arcs of 38.4 degrees with gaps of 4.8, symmetric about noon's opposite. */
const levels = (level: number) =>
  [1, 2, 3, 4, 5].map((n) => {
    const from = 164.4 + (n - 1) * 43.2
    return html`<path class="arc${n <= level ? ' on' : ''}" d="${arc(CENTRE, 58, from, from + 38.4)}"/>`
  })

const mark = ({ minute, kind }: DayEvent) => {
  const [x, y] = pointAt(CENTRE, 108, at(minute))
  if (kind === 'open') return html`<path class="open" d="M${x} ${y - 4.2}l4.4 7.6h-8.8z"/>`
  return html`<circle class="${kind}" cx="${x}" cy="${y}" r="${kind === 'closed' ? 3 : 1.6}"/>`
}
