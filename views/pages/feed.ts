/** What happened to one thing, newest first: the feed of a page, and its marks in the graphs. */
import { html } from 'hono/html'
import type { Events, Severity } from '../../lib/events/kinds.ts'
import { timeOfDay } from '../../lib/format.ts'
import type { Html } from '../layout.ts'
import { wordsOf } from '../panels/event-words.ts'
import type { EventLine } from '../panels/panel.ts'
import { glyph, type Icon, icon } from '../parts/glyph.ts'
import { iso } from '../parts/section.ts'
import { shown } from '../parts/shown.ts'
import type { Mark } from './curves.ts'
import { dayOf } from './range.ts'

type Moment = { now: number; timeZone: string }

const icons: Record<string, Icon> = {
  guest: 'box',
  node: 'rack',
  task: 'clock',
  deed: 'hand',
  storage: 'box',
  backup: 'box',
  stop: 'stop',
  session: 'key',
  token: 'key',
  disk: 'box',
  server: 'power',
}

/** Worse things have the sign of a state, the rest the icon of its subject. */
export const signOf = (severity: Severity, kind: string): Html => {
  if (severity === 'crit') return glyph('failed', 'critical')
  if (severity === 'warn') return glyph('attention', 'warning')
  return icon(icons[kind.slice(0, kind.indexOf('.'))] ?? 'grid')
}

/** `14:18:45` today, `18 Nov` before. */
const when = (at: number, { now, timeZone }: Moment) =>
  now - at < 86_400_000 ? timeOfDay(at, timeZone) : dayOf(at, timeZone)

export const feedOf = (events: readonly EventLine[], m: Moment): Html =>
  html`<ol class="feed">${events.map(
    (e) =>
      html`<li data-severity="${e.severity}"><time datetime="${iso(e.at)}">${when(e.at, m)}</time>${signOf(e.severity, e.kind)}<p>${wordsOf(e.kind, e.payload)}</p></li>
`,
  )}</ol>`

export const feedLines = (events: readonly EventLine[], m: Moment): string[] =>
  events.length === 0
    ? ['  Nothing.']
    : events.map((e) => `  ${when(e.at, m).padEnd(6)}  ${wordsOf(e.kind, e.payload)}`)

type Short = { [K in keyof Events]?: (payload: Events[K]) => string | undefined }

/** Few words for a line in a graph; what is not here is no line. */
const shorts: Short = {
  'guest.condition': (e) => (e.to === 'unknown' ? undefined : shown(e.to)),
  'guest.moved': (e) => `moved to ${shown(e.to).slice(0, 20)}`,
  'node.lost': () => 'lost',
  'node.back': () => 'back',
  'storage.lost': () => 'not available',
  'storage.back': () => 'available',
  'storage.filling': () => 'filling up',
  'task.finished': (e) =>
    e.outcome === 'failed' ? `${shown(e.type).slice(0, 20)} failed` : undefined,
}

export const marksOf = (events: readonly EventLine[], timeZone: string): Mark[] =>
  events.flatMap((e) => {
    const words = (
      shorts[e.kind as keyof Events] as ((p: unknown) => string | undefined) | undefined
    )?.(e.payload)
    return words ? [{ at: e.at, text: `${words} ${timeOfDay(e.at, timeZone)}` }] : []
  })
