/**
 * Signs of state and icons as one sprite that stands in the page once; a row that changes carries
 * only the reference. Each state has a form of its own, so that a grey print can be read.
 */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'

const states = {
  /** Up, well. Health has no colour of its own: the accent, never green. */
  well: html`<circle cx="7" cy="7" r="4.2" fill="currentColor"/>`,
  attention: html`<path d="M7 1.6 13 12.2H1z" fill="currentColor"/>`,
  failed: html`<path d="M4.6 1h4.8L13 4.6v4.8L9.4 13H4.6L1 9.4V4.6z" fill="currentColor"/>`,
  off: html`<circle cx="7" cy="7" r="4.2" fill="none" stroke="currentColor" stroke-width="1.6"/>`,
  old: html`<circle cx="7" cy="7" r="4.8" fill="none" stroke="currentColor" stroke-width="1.8" stroke-dasharray="2.1 1.67"/>`,
  unknown: html`<path d="M2.5 2.5h9v9h-9z" fill="none" stroke="currentColor" stroke-width="1.5"/>`,
  working: html`<path d="M7 2.2A4.8 4.8 0 1 1 2.6 5.1" fill="none" stroke="currentColor" stroke-width="2"/>`,
  proven: html`<path d="m2 7.4 3.4 3.4L12.2 3.6" fill="none" stroke="currentColor" stroke-width="2"/>`,
}
export type State = keyof typeof states

const icons = {
  play: 'M4.5 2.8v10.4L12.8 8z',
  stop: 'M3.5 3.5h9v9h-9z',
  restart: 'M13 8a5 5 0 1 1-1.6-3.7L13 5.8M13 2.6v3.2H9.8',
  terminal: 'm2.5 4 4 4-4 4M8.5 12h5',
  more: 'M3 8h.01M8 8h.01M13 8h.01',
  check: 'm3 8.5 3.2 3.2L13 4.8',
  cross: 'm4 4 8 8M12 4l-8 8',
  clock: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2M8 4.8V8l2.2 1.6',
  send: 'M8 13V3M4 7l4-4 4 4',
  next: 'm6 3.5 4.5 4.5L6 12.5',
  down: 'm3 5.5 5 5 5-5',
  lock: 'M3.5 7h9v6.5h-9zM5.5 7V5a2.5 2.5 0 0 1 5 0v2',
  eye: 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8M8 6.3a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4',
  camera: 'M2 5h3l1-1.8h4L11 5h3v8H2zM8 6.6a2.3 2.3 0 1 1 0 4.6 2.3 2.3 0 0 1 0-4.6',
  box: 'M2 3h12v3.2H2zM3.2 6.2V13h9.6V6.2M6.4 9h3.2',
  rack: 'M2 2.5h12v4.6H2zM2 8.9h12v4.6H2zM4.6 4.8h.01M4.6 11.2h.01M7.5 4.8H11M7.5 11.2H11',
  arrows: 'M2.5 5.2h10L10 2.7M13.5 10.8h-10L6 13.3',
  bin: 'M2.8 4.4h10.4M6 4.4V2.6h4v1.8M4 4.4l.6 9.2h6.8l.6-9.2',
  power: 'M8 2v5.5M4.6 4.2a5 5 0 1 0 6.8 0',
  key: 'M5 8.2a2.9 2.9 0 1 1 0 5.6 2.9 2.9 0 0 1 0-5.6M7.2 8.9 13.4 2.7M11 5l2 2',
  letter: 'M2 3.5h12v9H2zM2 4l6 5 6-5',
  book: 'M3 2.5h8.5a1.5 1.5 0 0 1 1.5 1.5v9.5H4.5A1.5 1.5 0 0 1 3 12zM3 12a1.5 1.5 0 0 1 1.5-1.5H13M6 5.5h4',
  hand: 'M4.6 8.6V4.8a1 1 0 0 1 2 0v2.6V3.2a1 1 0 0 1 2 0v4.2V3.8a1 1 0 0 1 2 0v4V5.6a1 1 0 0 1 2 0v4.2a4.4 4.4 0 0 1-4.4 4.4c-1.8 0-2.8-.8-3.6-2L2.4 9.6a1 1 0 0 1 1.6-1.2l.6.6',
  speech: 'M2 3h12v8.2H7.6L4.8 14v-2.8H2z',
  grid: 'M2.5 2.5h4.2v4.2H2.5zM9.3 2.5h4.2v4.2H9.3zM2.5 9.3h4.2v4.2H2.5zM9.3 9.3h4.2v4.2H9.3z',
  plus: 'M8 2.5v11M2.5 8h11',
  pause: 'M5.5 3v10M10.5 3v10',
} as const
export type Icon = keyof typeof icons

/** Once in every page, before the first use. */
export const sprite = (): Html => html`<svg class="sprite" aria-hidden="true" focusable="false">
${Object.entries(states).map(([name, drawing]) => html`<symbol id="g-${name}" viewBox="0 0 14 14">${drawing}</symbol>`)}
${Object.entries(icons).map(
  ([name, d]) =>
    html`<symbol id="i-${name}" viewBox="0 0 16 16"><path d="${d}" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/></symbol>`,
)}
</svg>
`

const named = (kind: string, name: string, label: string | undefined) =>
  label === undefined
    ? html`<svg class="${kind}" aria-hidden="true"><use href="#${name}"/></svg>`
    : html`<svg class="${kind}" role="img" aria-label="${label}"><use href="#${name}"/></svg>`

/** The sign of a state. With a label it speaks; without one the words must stand beside it. */
export const glyph = (state: State, label?: string): Html =>
  named(`glyph g-${state}`, `g-${state}`, label)

/** An icon says nothing by itself: the control around it has the name. */
export const icon = (name: Icon): Html => named('icon', `i-${name}`, undefined)
