/** A figure in the mono, its unit one step dimmer in the sans, so that the figure stands out. */
import { html } from 'hono/html'
import type { Figure } from '../../lib/format.ts'
import type { Html } from '../layout.ts'

/** `rest` is what follows the figure: `/ 24 GiB`. */
export const figure = ({ figure: value, unit }: Figure, rest = ''): Html => {
  const words = [unit, rest].filter(Boolean).join(' ')
  return html`<span class="fig">${value}${words ? html`<span class="unit">\u2009${words}</span>` : ''}</span>`
}
