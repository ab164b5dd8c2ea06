/**
 * How a look-up is put in words: figures with units, how old they are, and plainly what is stale or not
 * known. Names come from the cluster, so they are made harmless here.
 */

import { isFresh } from '../../clock.ts'
import type { Part, Picture, Use } from '../../cluster/picture.ts'
import { age, bytes, percent } from '../../format.ts'
import { clean } from '../../log.ts'

/** An event as it is told elsewhere, in words; `at` in milliseconds. */
export type Happened = { at: number; text: string }

export type World = {
  picture: Picture
  /** All that happened in the last 24 hours, in any order; undefined = not handed in. */
  events?: readonly Happened[] | undefined
  timeZone: string
}

const LONGEST = 200

/** Text of others in one line, without what markdown would make something of. */
export const plain = (text: string): string =>
  clean(text)
    .replace(/[\u061c\u200e\u200f\ufeff\p{Cs}]/gu, '')
    .replace(/[[\]<>`*()!|\\]+/g, ' ')
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST) || '(no name)'

/** `303, 302 and 100`; all of them, up to a number that a sentence can carry. */
export const listed = (names: string[], most = 24): string => {
  const head = names.slice(0, most)
  const more = names.length - head.length
  if (more > 0) return `${head.join(', ')} and ${more} more`
  return head.length < 2 ? head.join('') : `${head.slice(0, -1).join(', ')} and ${head.at(-1)}`
}

/** What is said of a part of the picture, with its age in front or behind. */
export const aged = (part: Part, now: number, says: string): string => {
  if (part.at === undefined) return unseen(part)
  const ago = `${age(part.at, now)} ago`
  if (!isFresh(part, now)) return `Stale, last heard ${ago}. What I knew then: ${says}`
  const narrow = part.trouble ? ` I may not see all of it: ${sentence(part.trouble.text)}` : ''
  return `${says} As of ${ago}.${narrow}`
}

const unseen = ({ trouble }: Part) =>
  trouble
    ? `I cannot see it. ${sentence(trouble.text)}`
    : 'I cannot see it yet: the first reading is on its way.'

export const sentence = (text: string): string => {
  const line = plain(text)
  return `${line[0]?.toUpperCase() ?? ''}${line.slice(1)}${/[.?]$/.test(line) ? '' : '.'}`
}

/** `25.1 GiB of 31 GiB, 81 %; 5.9 GiB free`. */
export const useInWords = (use: Use | undefined): string =>
  !use || use.total <= 0
    ? 'not known'
    : `${bytes(use.used)} of ${bytes(use.total)}, ${percent(use.used / use.total)}; ${bytes(use.total - use.used)} free`

/** `81 %`, or `not known`. */
export const share = (use: Use | undefined): string =>
  use && use.total > 0 ? percent(use.used / use.total) : 'not known'
