/** Sums of hours or days as bars with their axes; what is yet to come has none. */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import { short } from './arc.ts'

export type Bars = {
  /** One sentence for those who do not see it. */
  label: string
  /** From left to right; null = yet to come. */
  values: readonly (number | null)[]
  /** What the top edge stands for. */
  top: number
  /** Bottom up. */
  scale: string[]
  /** From left to right, evenly spaced. */
  times: string[]
}

const WIDTH = 1000
const HEIGHT = 100
/** Of its place that a bar fills. */
const SHARE = 0.7

export const bars = (b: Bars): Html => {
  const step = WIDTH / Math.max(1, b.values.length)
  const rules = b.scale.map((_, i) => short((HEIGHT * i) / (b.scale.length - 1)))
  const last = b.values.findLastIndex((v) => v !== null)
  return html`<div class="graph bars" role="img" aria-label="${b.label}">
<div class="scale" aria-hidden="true">${b.scale.toReversed().map((word) => html`<span>${word}</span>`)}</div>
<div class="plot" aria-hidden="true"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none"><path class="rules" d="${rules.map((y) => `M0 ${y}H${WIDTH}`).join('')}"/>
${b.values.map((value, i) => bar(value, i, { step, top: b.top, isNow: i === last }))}</svg></div>
<div class="times" aria-hidden="true">${b.times.map((word) => html`<span>${word}</span>`)}</div>
</div>`
}

const bar = (
  value: number | null,
  index: number,
  { step, top, isNow }: { step: number; top: number; isNow: boolean },
): Html | '' => {
  if (value === null || value <= 0 || top <= 0) return ''
  // So small a sum is still not nothing.
  const height = Math.max(1, Math.min(1, value / top) * HEIGHT)
  return html`<rect class="bar${isNow ? ' now' : ''}" x="${short((index + (1 - SHARE) / 2) * step)}" y="${short(HEIGHT - height)}" width="${short(step * SHARE)}" height="${short(height)}"/>`
}

/** A round figure at or above the highest: 1, 2 or 5 and noughts. */
export const roundTop = (values: readonly (number | null)[]): number => {
  const most = Math.max(0, ...values.map((v) => v ?? 0))
  if (most === 0) return 0
  const power = 10 ** Math.floor(Math.log10(most))
  return ([1, 2, 5, 10].find((n) => n * power >= most * 0.999) ?? 10) * power
}
