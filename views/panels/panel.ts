/** What every panel is: one model, shown in three forms. */

import type { Picture } from '../../lib/cluster/picture.ts'
import type { EventKind, Severity } from '../../lib/events/kinds.ts'
import type { PanelName } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import type { Frame, Moment } from '../parts/frame.ts'

/** One stored event as the panel needs it. */
export type EventLine = {
  id: number
  at: number
  kind: EventKind | (string & {})
  severity: Severity
  subject?: string | null | undefined
  payload: unknown
}

/** What a model is made from besides the picture. */
export type Extra = Moment & { events: EventLine[] }

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
