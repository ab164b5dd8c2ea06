/** What every panel is: one model, shown in three forms. */

import type { GuestState, Picture } from '../../lib/cluster/picture.ts'
import type { EventKind, Severity } from '../../lib/events/kinds.ts'
import type { Bill } from '../../lib/llm/bill.ts'
import type { PanelName } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import type { Frame, Moment } from '../parts/frame.ts'
import type { Safety } from '../parts/may.ts'

/** One stored event as the panel needs it. */
export type EventLine = {
  id: number
  at: number
  kind: EventKind | (string & {})
  severity: Severity
  subject?: string | null | undefined
  payload: unknown
}

/** Verbs that a row offers. */
export type GuestVerb = 'start' | 'shutdown' | 'reboot' | 'stop' | 'backup'

/** Readings 0-1, evenly spaced, the newest last; null = none. */
export type Curve = readonly (number | null)[]

/** How it was, a minute old at most. */
export type Past = {
  /** Load of the last hour by node: a point a minute. */
  nodes: ReadonlyMap<string, Curve>
  /** The same by number of the guest, 48 points; empty in a large house. */
  guests: ReadonlyMap<number, Curve>
  /** Load of the cluster since midnight, one point a quarter of an hour. */
  day: Curve
}

/** A deed that is under way on a guest. */
export type UnderWay = { tool: string; target: string; who: string; since: number }

/** A request that waits for a person: what the feed may carry of it. */
export type Waiting = {
  id: number
  /** Those of one card stand together. */
  card: string
  tool: string
  args: Record<string, unknown>
  target: string
  label: string
  tier: string
  by: string
  kind: string
  since: number
  expires: number
}

/** What is known of waking a node. */
export type Wake = {
  mac?: string | undefined
  /** The last try that has ended. */
  last?: { at: number; tookS: number; woken: boolean } | undefined
}

/** How the guests are asked for: `?q=home&sort=cpu`. */
export type Asked = { q: string; sort: string }

/** What a model is made from besides the picture. What is absent is not known, or not asked. */
export type Extra = Moment & {
  events: EventLine[]
  past?: Past | undefined
  underWay?: readonly UnderWay[] | undefined
  stopped?: { by: string; at: number } | undefined
  /** What machines may do now. */
  safety?: Safety | undefined
  /** Why a thing is protected, by its key: `guest/103`; undefined = it is not, or cannot be known. */
  whyProtected?: ((key: string) => string | undefined) | undefined
  /** By name of the node. */
  wakes?: ReadonlyMap<string, Wake> | undefined
  trouble?: string | undefined
  /** Why a verb makes no sense now, as a sentence; undefined when nothing speaks against it. */
  whyNot?: ((guest: GuestState, verb: GuestVerb) => string | undefined) | undefined
  asked?: Asked | undefined
  /** What waits for a person, oldest first. */
  waiting?: readonly Waiting[] | undefined
  /** Since midnight: how many deeds and events, of those that are kept. */
  today?: Today | undefined
  /** What models have cost; absent where there are none. */
  costs?: Bill | undefined
}

export type Today = {
  /** Minute of the day now, in the time zone of the house. */
  minute: number
  /** `FRI 20 NOV` */
  date: string
  midnight: number
  deeds: number
  events: readonly EventLine[]
}

/** A panel ready to be shown; `rows` are the panel's own. */
export type Model<Row> = { frame: Frame; rows: Row[] }

export type Panel<M extends Model<unknown>> = {
  name: PanelName
  title: string
  /** Pure: no clock, no fetching. */
  model(picture: Picture, extra: Extra): M
  /** The whole panel; its root has the id `panel-<name>`, each row the row's id. */
  html(model: M): Html
  /** Aligned columns, ends with a newline. */
  text(model: M): string
  /** Stable keys; bytes, fractions 0-1, seconds, ISO 8601. */
  json(model: M): object
}
