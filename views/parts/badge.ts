/** Small marks: the tier of a deed, told by form and word, and the tag that explains a row. */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import { type Icon, icon } from './glyph.ts'

export type TierName = 'GREEN' | 'YELLOW' | 'RED' | 'BLACK'

const forms: Record<TierName, Html> = {
  GREEN: html`<circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" stroke-width="1.6"/>`,
  YELLOW: html`<path d="M6 1.6 11 10.6H1z" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/>`,
  RED: html`<path d="M3.8.6h4.4l3.2 3.2v4.4l-3.2 3.2H3.8L.6 8.2V3.8z" fill="currentColor"/>`,
  BLACK: html`<path d="M.5.5h11v11H.5zM3 5v2h6V5z" fill="currentColor" fill-rule="evenodd"/>`,
}

export const tierBadge = (tier: TierName): Html =>
  html`<span class="tier ${tier.toLowerCase()}"><svg viewBox="0 0 12 12" aria-hidden="true">${forms[tier]}</svg>${tier}</span>`

export type Tag = { text: string; icon?: Icon | undefined; waits?: boolean }

/** At most one in a row. `waits` = a decision is wanted. */
export const tag = ({ text, icon: name, waits }: Tag): Html =>
  html`<span class="tag${waits ? ' waits' : ''}">${name ? icon(name) : ''}${text}</span>`
