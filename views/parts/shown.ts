/**
 * Text from the cluster made fit to be shown: no control characters, no marks that turn the reading
 * direction, no halves of characters; and its width in the columns of a terminal.
 */
import { clean } from '../../lib/log.ts'

/** Marks that steer direction without being an override; harmless in prose, a lie in a table. */
const DIRECTION = /[\u061c\u200e\u200f\ufeff]/g
/** A tower of marks over one letter reaches into the lines above. */
const TOWER = /(\p{M}{3})\p{M}+/gu
const HALVES = /\p{Cs}/gu

/** Colours of terminals, as a whole: without their ESC the rest would stay as litter. */
const ESCAPES = /\u001b\[[0-?]*[ -/]*[@-~]/g

/** Nearly every name: nothing to clean, and the five looks below cost 1 µs a name in every row. */
const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/

/** One line of harmless text; `fallback` where nothing visible is left. */
export const shown = (text: string | null | undefined, fallback = '–'): string => {
  if (text && PLAIN.test(text)) return text
  const line = clean(text ?? '')
    .replace(DIRECTION, '')
    .replace(TOWER, '$1')
    .replace(HALVES, '\ufffd')
    .trim()
  return /[^\s\p{Mn}\p{Me}\p{Cf}]/u.test(line) ? line : fallback
}

/** The same for text of several lines: their ends and the space before their words stay. */
export const shownLines = (text: string): string =>
  text
    .replace(ESCAPES, '')
    .split(/\r\n?|\n/)
    .map((line) =>
      clean(line.replaceAll('\t', '  '))
        .replace(DIRECTION, '')
        .replace(TOWER, '$1')
        .replace(HALVES, '\ufffd'),
    )
    .join('\n')

// One column a code unit: ASCII, Latin, dashes, arrows. Asking Intl.Segmenter instead took 40 ms for
// 800 rows (Node 20).
const NARROW = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u21ff]*$/
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]/u
/** East Asian wide and fullwidth blocks, and what terminals draw as an emoji. */
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f1e6}-\u{1f1ff}]|[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|.\ufe0f)/u

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** One visible character; a tower of combining marks is cut to what a line can carry. */
const pieces = (text: string): string[] =>
  Array.from(graphemes.segment(text), ({ segment }) => Array.from(segment).slice(0, 8).join(''))

const widthOf = (piece: string) => (WIDE.test(piece) ? 2 : NO_WIDTH.test(piece) ? 0 : 1)

/** Columns that the text takes in a terminal. */
export const width = (text: string): number =>
  NARROW.test(text) ? text.length : pieces(text).reduce((sum, p) => sum + widthOf(p), 0)

/** At most `columns` wide; what is cut off is told by an ellipsis. */
export const cut = (text: string, columns: number): string => {
  if (NARROW.test(text) && text.length <= columns) return text
  let out = ''
  let used = 0
  const all = pieces(text)
  const fits = all.reduce((sum, p) => sum + widthOf(p), 0) <= columns
  for (const piece of all) {
    if (!fits && used + widthOf(piece) > columns - 1) return `${out}…`
    out += piece
    used += widthOf(piece)
  }
  return out
}

/** An id for an element that is unique and safe whatever the name holds: `guest-303`, `storage-Home_2flocal`. */
export const domId = (kind: string, name: string | number): string =>
  `${kind}-${String(name).replace(/[^A-Za-z0-9-]/gu, (c) => `_${c.codePointAt(0)!.toString(16)}`)}`

/** A word of a POSIX shell; for commands that the operator copies. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./!-]+$/.test(word) && !word.includes('!') ? word : `'${word.replace(/'/g, `'\\''`)}'`

/**
 * JSON that is safe to print on a terminal: JSON.stringify leaves DEL, C1 controls and direction
 * marks as they are, and a C1 control alone can start an escape sequence.
 */
export const safeJson = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )}\n`
