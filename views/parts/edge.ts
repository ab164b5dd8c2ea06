/** The lit edge of a panel: its length is the freshness of what the panel shows. */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import { short } from './arc.ts'

export type PanelState =
  | 'loading'
  | 'fresh'
  | 'stale'
  | 'off'
  | 'unknown'
  | 'forbidden'
  | 'error'
  | 'empty'

export type Reading = {
  /** When it was read, milliseconds since 1970; undefined = never. */
  at?: number | undefined
  /** The moment of drawing. */
  now: number
  /** Age at which the edge is gone, milliseconds. */
  limit: number
}

/** What is left of the edge, 0-1. */
export const left = ({ at, now, limit }: Reading): number =>
  at === undefined ? 0 : Math.min(1, Math.max(0, 1 - (now - at) / limit))

const forms: Record<PanelState, string> = {
  fresh: 'lit',
  empty: 'lit',
  stale: 'lit old',
  error: 'lit broken',
  loading: 'lit none',
  off: 'lit none',
  unknown: 'lit none',
  forbidden: 'lit none',
}

export const edge = (state: PanelState, reading: Reading): Html => {
  const shrinks = state === 'fresh' || state === 'empty'
  // A block inside a panel is as old as the panel, which the page's script hands down.
  const length = shrinks && reading.at !== undefined ? short(left(reading) * 100) : 100
  return html`<svg class="edge" aria-hidden="true"><line class="stop" x1=".5" x2=".5" y2="6"/><line class="stop" x1="100%" x2="100%" y2="6" transform="translate(-.5)"/><line class="${forms[state]}" y1=".75" y2=".75" x2="${length}%"/></svg>`
}

/** What the page's script needs to let the edge shrink: milliseconds since 1970, and a length. */
export const readAt = ({ at, limit }: Reading): Html =>
  at === undefined ? html`` : html` data-at="${at}" data-limit="${limit}"`
