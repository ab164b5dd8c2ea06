/** Hours of the day in forms and in words. */
import { html } from 'hono/html'
import type { Html } from './layout.ts'

const two = (n: number) => String(n).padStart(2, '0')
/** `22:00 to 07:00` */
export const nightWords = ([from, until]: readonly [number, number]): string =>
  `${two(from)}:00 to ${two(until)}:00`

/** `chosen` undefined: any hour, which the list then offers. */
export const hourField = (
  id: string,
  name: string,
  label: string,
  chosen: number | undefined,
): Html =>
  html`<div class="field"><label for="${id}">${label}</label><select id="${id}" name="${name}">${chosen === undefined ? html`<option value="">at any hour</option>` : ''}${Array.from({ length: 24 }, (_, h) => html`<option value="${h}"${h === chosen ? html` selected` : ''}>${two(h)}:00</option>`)}</select></div>`
