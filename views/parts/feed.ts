/** The element that holds a page's stream, and what htmx must know before it begins. */
import { html } from 'hono/html'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'

/** `morphIgnore`: an open menu stays open. No style of its own, no history: the pages are whole. */
const CONFIG = JSON.stringify({
  includeIndicatorCSS: false,
  history: false,
  morphIgnore: ['data-htmx-powered', 'open', 'data-waiting'],
  sse: { connectTimeout: 10_000, reconnectMaxDelay: 5_000 },
})

/** In the head, before the scripts. */
export const feedConfig = (): Html => html`<meta name="htmx-config" content="${CONFIG}">`

/** The panels of a page by name; without any it hears of STOP and of the age of all. */
export const feed = (panels: readonly string[]): Html =>
  html`<div id="feed" hidden hx-sse:connect="${paths.live(panels)}" hx-swap="none" hx-status:4xx="swap:none" hx-status:5xx="swap:none"></div>`
