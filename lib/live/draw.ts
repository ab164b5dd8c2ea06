/**
 * Draws what an update says of a panel in a form. A renderer that fails costs its panel this update
 * and nobody else's; what was missed comes with the panel's next change.
 */
import { messageOf as errorText } from '../errors.ts'
import type { Log } from '../log.ts'
import { type Delta, type Face, type Form, pieceOf } from './messages.ts'
import { type Mark, newMark } from './recent.ts'

/** A panel as the hub sees it: a face per form it can be had in; `target` is its element's id. */
export type LivePanel = {
  target: string
  /** The element's id on the wall page, where it is another one. */
  wallTarget?: string
  html?: Face<string>
  wall?: Face<string>
  json?: Face<unknown>
  text?: Face<string>
}

export type Draw = (name: string, form: Form, mark: Mark) => string

export const wholeMark: Mark = { ...newMark(), whole: true }

export const createDraw =
  (panels: ReadonlyMap<string, LivePanel>, log: Log, failed: (name: string) => void): Draw =>
  (name, form, mark) => {
    const panel = panels.get(name)
    const face = panel?.[form]
    if (!panel || !face) return ''
    const target = form === 'wall' ? (panel.wallTarget ?? panel.target) : panel.target
    try {
      return pieceOf(form, { panel: name, target }, deltaOf(face, mark))
    } catch (error) {
      log.error('live: a panel could not be drawn', { panel: name, form, why: errorText(error) })
      failed(name)
      return ''
    }
  }

/** The same for several groups of viewers: each panel is drawn once in each form. */
export const drawnOnce = (draw: Draw, marks: ReadonlyMap<string, Mark>) => {
  const drawn = new Map<string, string>()
  return (name: string, form: Form): string => {
    const key = `${form} ${name}`
    const known = drawn.get(key)
    if (known !== undefined) return known
    const made = draw(name, form, marks.get(name)!)
    drawn.set(key, made)
    return made
  }
}

const deltaOf = (face: Face<unknown>, { whole, rows }: Mark): Delta<unknown> => {
  if (whole) return { whole: face.whole() }
  const there = face.rows([...rows.keys()])
  const delta: Delta<unknown> = { rows: [], removed: [] }
  for (const [id, what] of rows) {
    if (there.has(id))
      delta.rows.push({
        id,
        value: there.get(id),
        after: typeof what === 'object' ? what.after : undefined,
      })
    else delta.removed.push(id)
  }
  return delta
}
