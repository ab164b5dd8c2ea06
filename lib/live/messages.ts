/**
 * How an update reads in each form. html: one unnamed message of `<hx-partial>`s that htmx 4 puts in
 * place; wall and json: one JSON object a panel; text: a line a change, for `curl -N`.
 * All but text are server-sent events; only this file writes their lines.
 */
import { Problem } from '../errors.ts'
import { clean } from '../log.ts'

export const forms = ['html', 'wall', 'json', 'text'] as const
export type Form = (typeof forms)[number]
export const isForm = (word: string): word is Form => (forms as readonly string[]).includes(word)

/** A panel in one form. `rows` leaves out what is no longer there. */
export type Face<T> = {
  whole(): T
  rows(ids: readonly string[]): ReadonlyMap<string, T>
}

/** What one update says of one panel. */
export type Delta<T> =
  | { whole: T }
  | {
      rows: { id: string; value: T; after?: string | undefined }[]
      removed: string[]
    }

const ID = /^[A-Za-z][\w-]*$/

/** Ids stand in selectors and lines: they are checked where they come in, not where they go out. */
export const checkedId = (id: string): string => {
  if (!ID.test(id)) throw new Problem('broken', `${JSON.stringify(id)} cannot be an element's id.`)
  return id
}

const partial = (target: string, swap: string, html: string) =>
  `<hx-partial hx-target="#${target}" hx-swap="${swap}">${html}</hx-partial>`

const htmlPiece = (target: string, delta: Delta<string>): string => {
  if ('whole' in delta) return partial(target, 'outerMorph', delta.whole)
  let html = ''
  for (const { id, value, after } of delta.rows)
    html += after ? partial(after, 'afterend', value) : partial(id, 'outerMorph', value)
  for (const id of delta.removed) html += partial(id, 'delete', '')
  return html
}

const wallPiece = (target: string, delta: Delta<string>): string =>
  JSON.stringify(
    'whole' in delta
      ? { id: target, html: delta.whole }
      : {
          rows: delta.rows.map(({ id, value, after }) => ({ id, html: value, after })),
          removed: delta.removed,
        },
  )

const asObject = (value: unknown): object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { value }

const jsonPiece = (panel: string, delta: Delta<unknown>): string =>
  JSON.stringify(
    'whole' in delta
      ? { ...asObject(delta.whole), panel, whole: true }
      : {
          panel,
          rows: delta.rows.map(({ id, value }) => ({ ...asObject(value), key: id })),
          removed: delta.removed,
        },
  )

const textPiece = (panel: string, delta: Delta<string>): string => {
  if ('whole' in delta) return delta.whole.endsWith('\n') ? delta.whole : `${delta.whole}\n`
  const lines = [
    ...delta.rows.map(({ value }) => `${panel}  ${clean(value).trimEnd()}\n`),
    ...delta.removed.map((id) => `${panel}  ${id} gone\n`),
  ]
  return lines.join('')
}

/** A panel's part of an update in a form; the values are of that form's face. */
export const pieceOf = (
  form: Form,
  { panel, target }: { panel: string; target: string },
  delta: Delta<unknown>,
): string => {
  if (form === 'json') return jsonPiece(panel, delta)
  const strings = delta as Delta<string>
  if (form === 'html') return htmlPiece(target, strings)
  return form === 'wall' ? wallPiece(target, strings) : textPiece(panel, strings)
}

/** Whatever line ends the data holds, each of its lines becomes a `data:` line: none can be forged. */
const dataLines = (data: string): string =>
  `data: ${(data.includes('\r') ? data.replace(/\r\n?/g, '\n') : data).replaceAll('\n', '\ndata: ')}\n`

/**
 * The pieces of an update as one text; empty when there is nothing to say. The id stands on the last
 * event, so that a stream that broke off in between is resumed from before the update.
 */
export const messageOf = (form: Form, pieces: readonly string[], id: string): string => {
  const full = pieces.filter((piece) => piece !== '')
  if (full.length === 0) return ''
  if (form === 'text') return full.join('')
  if (form === 'html') return `id: ${id}\n${dataLines(full.join(''))}\n`
  return full
    .map((piece, i) => `${i === full.length - 1 ? `id: ${id}\n` : ''}${dataLines(piece)}\n`)
    .join('')
}

const NAME = /^[a-z][a-z.-]*$/

/** A named event, which htmx only hands on as a DOM event. */
export const eventOf = (form: Form, name: string, data: string): string => {
  if (!NAME.test(name)) throw new Problem('broken', `${JSON.stringify(name)} cannot name an event.`)
  return form === 'text'
    ? `# ${name} ${clean(data)}`.trimEnd().concat('\n')
    : `event: ${name}\n${dataLines(data)}\n`
}

/** What keeps a quiet stream alive; a dead viewer is noticed only by writing to him. */
export const heartbeatOf = (form: Form, words?: string): string => {
  if (form === 'text') return '# quiet\n'
  // A comment reaches no script: fetch and EventSource readers drop it.
  return words === undefined ? ': quiet\n\n' : eventOf(form, 'beat', words)
}

/** First line of a stream. EventSource would wait 3 s, htmx 0.5 s and then longer each time. */
export const greetingOf = (form: Form): string => (form === 'text' ? '' : 'retry: 1000\n\n')
