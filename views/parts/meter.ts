/** A bar with a tick at its limit. The figure stands beside it in words, so readers skip the bar. */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import { short } from './arc.ts'

export type Meter = {
  /** 0-1; undefined = not known: an empty track. */
  value: number | undefined
  /** The tick, 0-1; the bar is amber from it on. */
  limit?: number | undefined
  /** Red from here on, 0-1. */
  crit?: number | undefined
  /** `small` 56, `middle` 96 wide; without it as wide as there is room. */
  size?: 'small' | 'middle' | undefined
}

export const meter = ({ value, limit, crit, size }: Meter): Html => {
  const known = value !== undefined && Number.isFinite(value)
  // As coarse as the figure beside it: a finer bar would send its row with every poll.
  const share = known ? Math.round(Math.min(1, Math.max(0, value)) * 100) : 0
  const level =
    !known || limit === undefined || value < limit ? '' : crit && value >= crit ? ' crit' : ' warn'
  return html`<svg class="meter${size ? ` ${size}` : ''}${level}" aria-hidden="true"><rect class="track" y="2" width="100%" height="6" rx="1"/>${share > 0 ? html`<rect class="value" y="2" width="${share}%" height="6" rx="1"/>` : ''}${limit === undefined ? '' : html`<line class="limit" x1="${short(limit * 100)}%" x2="${short(limit * 100)}%" y2="10"/>`}</svg>`
}

/** Shares of a whole, side by side; what they are must be said beside it. */
export const shares = (parts: number[]): Html => {
  const whole = parts.reduce((sum, p) => sum + p, 0) || 1
  let from = 0
  return html`<svg class="meter shares" aria-hidden="true">${parts.map((part, i) => {
    const x = short((from / whole) * 100)
    from += part
    return html`<rect class="share n${i}" x="${x}%" y="2" width="${short((part / whole) * 100)}%" height="6"/>`
  })}</svg>`
}
