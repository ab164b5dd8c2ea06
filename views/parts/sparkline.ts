/**
 * The last hour as a line on a fixed scale. A missing reading is a gap and never a bridge. Readers
 * skip it: the figure stands beside it.
 */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import { short } from './arc.ts'

export type Points = readonly (number | null | undefined)[]

export type Sparkline = {
  /** 0-1, the newest last, evenly spaced. */
  points: Points
  /** What the top edge stands for, 0-1; above it the line is clamped. */
  top?: number
  /** The dashed line, 0-1. */
  limit?: number | undefined
  size?: 'row' | 'wide'
}

const sizes = { row: [96, 22], wide: [150, 40] } as const

export const sparkline = ({ points, top = 1, limit, size = 'wide' }: Sparkline): Html => {
  const [width, height] = sizes[size]
  const level = (v: number) => short(height - 1 - (Math.min(v, top) / top) * (height - 2))
  const { line, area, dots } = trace(points, width, height, level)
  const last = points.at(-1)
  return html`<svg class="sparkline ${size}" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">${limit === undefined ? '' : html`<path class="limit" d="M0 ${level(limit)}H${width}"/>`}<path class="ground" d="M0 ${height - 0.5}H${width}"/>${area ? html`<path class="area" d="${area}"/>` : ''}${line ? html`<path class="line" d="${line}"/>` : ''}${dots ? html`<path class="dots" d="${dots}"/>` : ''}${
    last === null || last === undefined
      ? gone(points, width, height)
      : html`<path class="now" d="M${width} ${level(last)}h0"/>`
  }</svg>`
}

/** Line and area of values over the whole width; a reading alone between gaps is a dot. */
export const trace = (
  points: Points,
  width: number,
  height: number,
  level: (value: number) => number,
): { line: string; area: string; dots: string } => {
  const step = points.length > 1 ? width / (points.length - 1) : width
  let line = ''
  let area = ''
  let dots = ''
  for (const [from, to] of runs(points)) {
    const path = points
      .slice(from, to)
      .map((v, i) => `${short((from + i) * step)} ${level(v!)}`)
      .join('L')
    if (to - from === 1) dots += `M${path}h0`
    else {
      line += `M${path}`
      area += `M${short(from * step)} ${height}L${path}V${height}z`
    }
  }
  return { line, area, dots }
}

/** Stretches of readings without a gap: from (inclusive) to (exclusive). */
const runs = (points: Points): [number, number][] => {
  const found: [number, number][] = []
  let from = -1
  for (let i = 0; i <= points.length; i++) {
    const there = i < points.length && Number.isFinite(points[i] ?? Number.NaN)
    if (there && from < 0) from = i
    if (!there && from >= 0) {
      found.push([from, i])
      from = -1
    }
  }
  return found
}

/** Dots where the newest readings should be. */
const gone = (points: Points, width: number, height: number) => {
  const last = points.findLastIndex((v) => v !== null && v !== undefined)
  if (last < 0 || points.length < 2) return ''
  const from = short(Math.min(((last + 1) / (points.length - 1)) * width, width - 6))
  return html`<path class="gone" d="M${from} ${height - 2}H${width}"/>`
}
