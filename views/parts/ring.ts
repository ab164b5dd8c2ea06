/** The ring gauge: a share of 100 as an arc of 270 degrees, with its peak and its limits. */
import { html } from 'hono/html'
import { percent } from '../../lib/format.ts'
import type { Html } from '../layout.ts'
import { arc, pointAt, short, spoke } from './arc.ts'

export type Ring = {
  /** What is measured: `CPU`. */
  caption: string
  /** 0-1; undefined = not known, which is drawn as such and never as zero. */
  value: number | undefined
  /** The highest of the last hour, 0-1. */
  peak?: number | undefined
  /** From here on amber and red, 0-1. */
  warn?: number
  crit?: number
}

const CENTRE = 52
const angle = (fraction: number) => 135 + 270 * Math.min(1, Math.max(0, fraction))
const between = (radius: number, from: number, to: number) =>
  arc(CENTRE, radius, angle(from), angle(to))
const tick = (i: number) => spoke(CENTRE, 48, i % 5 === 0 ? 52 : 50.5, angle(i / 10))
const TRACK = between(41, 0, 1)
const TICKS = Array.from({ length: 11 }, (_, i) => tick(i)).join('')

export const ring = ({ caption, value, peak, warn = 0.8, crit = 0.95 }: Ring): Html => {
  const known = value !== undefined && Number.isFinite(value)
  const level = known && value >= crit ? 'crit' : known && value >= warn ? 'warn' : 'calm'
  return html`<svg class="ring ${level}" viewBox="0 0 104 104" role="img" aria-label="${sentence(caption, value, peak)}">
<path class="ticks" d="${TICKS}"/><path class="track" d="${TRACK}"/>${known && value > 0 ? stroke(between(41, 0, Math.round(value * 100) / 100)) : ''}
${known ? bands(warn, crit) : ''}${known && peak !== undefined ? html`<path class="peak" d="${spoke(CENTRE, 37, 45, angle(peak))}"/>` : ''}
<text class="figure" x="52" y="60">${known ? Math.round(value * 100) : '–'}</text><text class="unit" x="52" y="76">${known ? '%' : 'unknown'}</text><text class="caption" x="52" y="99">${caption}</text>
</svg>`
}

const stroke = (d: string) => html`<path class="halo" d="${d}"/><path class="value" d="${d}"/>`

const bands = (warn: number, crit: number) =>
  html`<path class="band warn" d="${between(48, warn, crit - 0.01)}"/><path class="band crit" d="${between(48, crit, 1)}"/>`

const sentence = (caption: string, value: number | undefined, peak: number | undefined) =>
  value === undefined || !Number.isFinite(value)
    ? `${caption} not known`
    : `${caption} ${words(value)}${peak === undefined ? '' : `, peak ${words(peak)} in the last hour`}`

const words = (fraction: number) => percent(fraction).replace(/\s*%/, ' percent')

/** The ring of the mark and of the door: minutes of a day as an arc from twelve. */
export const dayArc = (centre: number, radius: number, minute: number): string =>
  arc(centre, radius, -90, -90 + short(Math.min(1439, Math.max(1, minute)) / 4))

export const dayPoint = (centre: number, radius: number, minute: number): [number, number] =>
  pointAt(centre, radius, -90 + minute / 4)
