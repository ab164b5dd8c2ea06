/** That a thing is protected and why, on its own page: a link to the graph, and words for a terminal. */
import { html } from 'hono/html'
import { paths } from '../../lib/paths.ts'
import type { Shield } from '../../lib/safety/protected.ts'
import type { Html } from '../layout.ts'
import { icon } from '../parts/glyph.ts'
import { cut, shown } from '../parts/shown.ts'

/** `unknown` = the graph could not be built: then everything counts as protected. */
export type Guarded = Shield | 'unknown' | undefined

const LONGEST = 60

export const guardedFact = (shield: Guarded): Html[] => {
  if (!shield) return []
  const why = guardedWords(shield)[0]!
  return [
    html`<a class="tag shield" href="${paths.protection()}" title="${why}">${icon('lock')}<span>${cut(why, LONGEST)}</span></a>`,
  ]
}

/** One at most. */
export const guardedWords = (shield: Guarded): string[] => {
  if (!shield) return []
  return shield === 'unknown'
    ? ['protected: what depends on it cannot be known now']
    : [`protected: ${shown(shield.why[0])}`]
}

export const guardedJson = (shield: Guarded) =>
  shield === undefined
    ? null
    : shield === 'unknown'
      ? { known: false, why: [], vital: false }
      : { known: true, why: shield.why, vital: shield.vital }
