/** What machines may do, beside STOP: the level, and whether the breaker is down. */
import { html } from 'hono/html'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { glyph, icon } from './glyph.ts'
import { shown } from './shown.ts'

export type Safety = {
  /** What counts: 1 while the breaker is down. */
  level: number
  name: string
  /** As a person has set it. */
  set: number
  breaker?: { at: number; reason: string } | undefined
  readOnly: boolean
  /** Requests that wait for a person. */
  waiting: number
}

/** `level 4`, and what is out of the ordinary. */
export const may = (s: Safety): Html => {
  const word = s.breaker
    ? html`${glyph('failed')}<span class="word">breaker down, </span>level ${s.level}`
    : s.readOnly
      ? html`${icon('eye')}<span class="word">reading only</span>`
      : html`<span class="word">level </span>${s.level}`
  const is = s.breaker || s.readOnly ? 'held' : 'usual'
  return html`<p class="may" data-is="${is}"><a href="${paths.machines()}" title="${levelWords(s)}">${word}</a></p>`
}

/** For a tooltip, a panel and a terminal. */
export const levelWords = (s: Safety): string => {
  if (s.readOnly) return 'reading only: nothing is changed'
  const { level, name, set } = s
  return s.breaker ? `${level} ${name}, the breaker is down (${set} is set)` : `${level} ${name}`
}

export const breakerWords = ({ breaker }: Pick<Safety, 'breaker'>): string =>
  breaker ? `down: ${shown(breaker.reason)}.` : 'holds.'
