/**
 * Hours or days as a curve with its axes. The words are HTML around a drawing that stretches, so
 * that they keep their size on a phone; a time without readings is a band that says how long.
 */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import { short } from './arc.ts'
import { type Points, trace } from './sparkline.ts'

export type Graph = {
  /** One sentence for those who do not see it. */
  label: string
  /** Bottom up: `0`, `50`, `100`. */
  scale: string[]
  /** From left to right, evenly spaced. */
  times: string[]
  /** Value at the top edge, in the unit of the points. */
  top: number
  /** One or two; the second is drawn quieter. */
  series: Points[]
  limit?: number | undefined
  /** `at` is a fraction (0-1) of the width. */
  events?: { at: number; text: string }[]
  gaps?: { from: number; to: number; text?: string | undefined }[]
}

const WIDTH = 1000
const HEIGHT = 242

export const graph = (g: Graph): Html => {
  const level = (v: number) => short(HEIGHT - (Math.min(Math.max(v, 0), g.top) / g.top) * HEIGHT)
  const rules = g.scale.map((_, i) => short((HEIGHT * i) / (g.scale.length - 1)))
  return html`<div class="graph" role="img" aria-label="${g.label}">
<div class="scale" aria-hidden="true">${g.scale.toReversed().map((word) => html`<span>${word}</span>`)}</div>
<div class="plot" aria-hidden="true"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none"><path class="rules" d="${rules.map((y) => `M0 ${y}H${WIDTH}`).join('')}"/>
${g.limit === undefined ? '' : html`<path class="limit" d="M0 ${level(g.limit)}H${WIDTH}"/>`}${g.gaps?.map(({ from, to }) => html`<rect class="gap" x="${short(from * WIDTH)}" width="${short((to - from) * WIDTH)}" height="${HEIGHT}"/>`)}
${g.series.map((points, i) => curve(points, level, i)).toReversed()}
${g.events?.map(({ at }) => html`<path class="event" d="M${short(at * WIDTH)} 0V${HEIGHT}"/>`)}</svg>
<svg class="words">${g.gaps?.map(gapWords)}${g.events?.map(eventWords)}</svg></div>
<div class="times" aria-hidden="true">${g.times.map((word) => html`<span>${word}</span>`)}</div>
</div>`
}

const curve = (points: Points, level: (v: number) => number, index: number) => {
  const { line, area, dots } = trace(points, WIDTH, HEIGHT, level)
  return html`<g class="${index === 0 ? 'first' : 'second'}">${area && index === 0 ? html`<path class="area" d="${area}"/>` : ''}${line ? html`<path class="line" d="${line}"/>` : ''}${dots ? html`<path class="line dots" d="${dots}"/>` : ''}</g>`
}

const gapWords = ({ to, text }: { to: number; text?: string | undefined }) =>
  text === undefined
    ? ''
    : html`<text class="dim" x="${short(to * 100)}%" dx="${to > 0.7 ? -4 : 4}" y="14"${to > 0.7 ? html` text-anchor="end"` : ''}>${text}</text>`

const eventWords = ({ at, text }: { at: number; text: string }) =>
  html`<text x="${short(at * 100)}%" dx="${at > 0.5 ? -6 : 6}" y="8" text-anchor="${at > 0.5 ? 'end' : 'start'}">${text}</text>`
