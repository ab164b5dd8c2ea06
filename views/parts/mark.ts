/** The mark of the house: the dial, seen from far away. */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import { arc } from './arc.ts'

const TURN = arc(11, 5.6, -95, 140)

export const mark = (): Html =>
  html`<svg class="mark" viewBox="0 0 22 22" aria-hidden="true"><circle class="rim" cx="11" cy="11" r="9.6"/><path class="turn" d="${TURN}"/><circle class="heart" cx="11" cy="11" r="1.9"/></svg>`
