/**
 * A panel as the live hub wants it: what each row looked like when it was told last, so that only
 * what looks different now is told. The comparison is made on what is drawn, not on what is known:
 * whatever a view comes to show, a change of it is never missed and never told twice.
 */
import type { Picture } from '../lib/cluster/picture.ts'
import type { LivePanel } from '../lib/live/draw.ts'
import type { Change } from '../lib/live/hub.ts'
import type { Html } from '../views/layout.ts'
import type { Extra, Model, Panel } from '../views/panels/panel.ts'

export type LiveSource = {
  face: LivePanel
  /** Draws anew and says what is different; `undefined` = nothing. */
  look(picture: Picture, extra: Extra): Change | undefined
  /** The element that shows an age, and the moment of its reading. */
  read(): { id: string; at: number } | undefined
}

type Row = { id: string }

/** `row` is the renderer of one row, whose element has the row's id. */
export const livePanel = <R extends Row, M extends Model<R>>(
  panel: Panel<M>,
  row: (row: R) => Html,
): LiveSource => {
  let model: M | undefined
  let drawn = new Map<string, string>()
  let shell = ''
  const target = `panel-${panel.name}`
  const only = (ids: readonly string[]): M => {
    const wanted = new Set(ids)
    return { ...model!, rows: model!.rows.filter(({ id }) => wanted.has(id)) }
  }

  return {
    face: {
      target,
      html: {
        whole: () => String(panel.html(model!)),
        rows: (ids) => new Map(ids.flatMap((id) => entry(id, drawn.get(id)))),
      },
      text: {
        whole: () => panel.text(model!),
        rows: (ids) => new Map(only(ids).rows.map((r) => [r.id, lineOf(panel, model!, r)])),
      },
      json: {
        whole: () => panel.json(model!),
        rows(ids) {
          const some = only(ids)
          const { rows } = panel.json(some) as { rows: unknown[] }
          return new Map(some.rows.map(({ id }, i) => [id, rows[i]]))
        },
      },
    },

    look(picture, extra) {
      model = panel.model(picture, extra)
      const before = drawn
      const frameBefore = shell
      drawn = new Map(model.rows.map((r) => [r.id, String(row(r))]))
      shell = String(panel.html(timeless(model)))
      if (shell !== frameBefore || !sameOrder(before, drawn)) return { whole: true }
      const rows = [...drawn]
        .filter(([id, html]) => differs(before.get(id)!, html))
        .map(([id]) => id)
      return rows.length > 0 ? { rows } : undefined
    },

    read: () => model && { id: target, at: model.frame.at ?? 0 },
  }
}

/** A block without rows: what it says is told whole. */
export const liveBlock = (
  target: string,
  words: (picture: Picture, extra: Extra) => { html: Html; text: string },
): LiveSource => {
  let now = { html: '', text: '' }
  const whole = <T>(say: () => T) => ({ whole: say, rows: () => new Map<string, T>() })
  return {
    face: {
      target,
      html: whole(() => now.html),
      text: whole(() => now.text),
      json: whole(() => ({ text: now.text })),
    },
    look(picture, extra) {
      const { html, text } = words(picture, extra)
      const before = now.html
      now = { html: String(html), text }
      return now.html === before ? undefined : { whole: true }
    },
    read: () => undefined,
  }
}

/** The panel without its rows and without what every poll moves: its age. The browser counts that. */
const timeless = <M extends Model<Row>>(model: M): M => {
  const { frame } = model
  const still = { ...frame, heard: '', moment: { ...frame.moment, now: 0 } }
  return { ...model, rows: [], frame: { ...still, at: frame.at === undefined ? undefined : 0 } }
}

/** A row that tells its own age has its edge and its words moved by the browser, as the panel has. */
const AGE = / data-at="\d+"|(?<=<line class="lit"[^>]*) x2="[^"]*"|<p class="age"><time.*?<\/p>/gs
const differs = (before: string, after: string) =>
  before !== after &&
  !(after.includes('data-at=') && before.replace(AGE, '') === after.replace(AGE, ''))

const sameOrder = (a: Map<string, string>, b: Map<string, string>): boolean => {
  if (a.size !== b.size) return false
  const ids = a.keys()
  for (const id of b.keys()) if (ids.next().value !== id) return false
  return true
}

/** The last line of a table of one row is the row. */
const lineOf = <R extends Row, M extends Model<R>>(panel: Panel<M>, model: M, row: R): string =>
  panel
    .text({ ...model, rows: [row] })
    .trimEnd()
    .split('\n')
    .at(-1)!

const entry = (id: string, html: string | undefined): [string, string][] =>
  html === undefined ? [] : [[id, html]]
