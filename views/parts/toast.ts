/** A short word at the foot of the page about something that happened; also a line of the feed. */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import { glyph, type State } from './glyph.ts'

export type Toast = {
  state: Extract<State, 'proven' | 'attention' | 'failed' | 'well'>
  /** The subject comes first. */
  first: string
  rest?: string | undefined
  link?: { href: string; text: string } | undefined
}

export const toast = ({ state, first, rest, link }: Toast): Html =>
  html`<div class="toast ${state}">${glyph(state)}<p><strong>${first}</strong> ${rest ?? ''}</p>${link ? html`<a class="quiet" href="${link.href}">${link.text}</a>` : ''}</div>`
