/**
 * How a panel is doing, told the same way in every form: loading, fresh, stale, unknown, no
 * permission or error, with the words for it. A figure without a good reading is never drawn as one.
 */
import { isFresh } from '../../lib/clock.ts'
import type { Part, Trouble } from '../../lib/cluster/picture.ts'
import { age, timeOfDay } from '../../lib/format.ts'
import type { PanelName } from '../../lib/paths.ts'
import { shown } from './shown.ts'

export type FrameState = 'loading' | 'fresh' | 'stale' | 'unknown' | 'forbidden' | 'error'

/** What a model is handed besides the picture. */
export type Moment = {
  /** When it is shown, milliseconds since 1970. */
  now: number
  timeZone: string
}

export type Frame = {
  name: PanelName
  title: string
  state: FrameState
  /** What there is, in words: `5 guests, 4 run`. */
  count: string
  /** What must be known besides the rows; plain sentences. */
  notes: string[]
  /** Which of the notes tells the trouble of the reading. */
  told?: string | undefined
  /** The command or step that mends it. */
  next?: string | undefined
  /** The last good reading; undefined = none yet. */
  at?: number | undefined
  /** Its age at which it is stale, milliseconds. */
  limit: number
  /** `Last heard 3 s ago.` */
  heard: string
  /** What to say in place of rows. */
  empty?: string | undefined
  moment: Moment
}

export type FrameNeeds = {
  name: PanelName
  title: string
  part: Part
  moment: Moment
  rows: number
  /** Said where there is nothing to show and all is well. */
  empty: string
  count: string
  notes?: (string | false | undefined)[]
}

export const frameOf = (f: FrameNeeds): Frame => {
  const { part, moment } = f
  const state = stateOf(part, moment.now, f.rows)
  const trouble = state === 'loading' ? undefined : part.trouble
  const told = trouble && (state !== 'fresh' || trouble.kind === 'forbidden')
  const words = told ? inWords(trouble, state, moment.timeZone) : undefined
  return {
    name: f.name,
    title: f.title,
    state,
    count: f.rows > 0 || state === 'fresh' ? f.count : '',
    told: words,
    notes: [...(words ? [words] : []), ...(f.notes ?? []).filter((n): n is string => Boolean(n))],
    next: told ? trouble.next && shown(trouble.next) : undefined,
    at: part.at,
    limit: part.limit,
    heard: heard(part.at, moment.now),
    empty: f.rows > 0 ? undefined : emptyWords(state, f.empty),
    moment,
  }
}

/**
 * A part that a narrow token sees partly is fresh with a note; with nothing to see at all it is
 * forbidden, or a missing right would look like an empty cluster.
 */
const stateOf = ({ at, trouble, limit }: Part, now: number, rows: number): FrameState => {
  if (trouble?.kind === 'forbidden' && rows === 0) return 'forbidden'
  if (at !== undefined) return isFresh({ at, limit }, now) ? 'fresh' : 'stale'
  if (!trouble) return 'loading'
  if (trouble.kind === 'forbidden') return 'forbidden'
  return trouble.kind === 'unreachable' ? 'unknown' : 'error'
}

const inWords = (trouble: Trouble, state: FrameState, timeZone: string) => {
  const text = sentence(shown(trouble.text))
  if (trouble.kind === 'forbidden')
    return state === 'fresh' ? `Not all of it is mine to see: ${text}` : `Not mine to see: ${text}`
  const since = `Since ${timeOfDay(trouble.since, timeZone)}.`
  return state === 'unknown' ? `I cannot see it. ${text} ${since}` : `${text} ${since}`
}

const sentence = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`)

const heard = (at: number | undefined, now: number) =>
  at === undefined
    ? 'Not heard yet.'
    : at > now
      ? 'Heard before the clock was set back.'
      : now - at < 1000
        ? 'Heard just now.'
        : `Last heard ${age(at, now)} ago.`

const emptyWords = (state: FrameState, empty: string) =>
  state === 'fresh' ? empty : state === 'loading' ? 'The first reading is on its way.' : undefined
