/**
 * The past of a thing as graphs: a figure now, its peak, a curve with bands where nothing was read
 * and lines where something happened; the same as one line for a terminal.
 */
import { html } from 'hono/html'
import {
  bytes,
  bytesParts,
  count,
  DASH,
  duration,
  type Figure,
  percent,
  rate,
} from '../../lib/format.ts'
import type { Html } from '../layout.ts'
import { figure } from '../parts/figure.ts'
import { graph } from '../parts/graph.ts'
import { panel, says } from '../parts/panel.ts'
import { shown } from '../parts/shown.ts'
import type { Points } from '../parts/sparkline.ts'
import { gapsOf, marksIn } from './curve-marks.ts'
import { PAGE_LIMIT_MS } from './got.ts'
import { type RangeName, ranges, ticksOf, timeIn } from './range.ts'

export type PastKey =
  | 'cpu'
  | 'memory'
  | 'netin'
  | 'netout'
  | 'diskread'
  | 'diskwrite'
  | 'iowait'
  | 'load'
  | 'used'
  | 'temperature'

/** Means of equal steps; null = no reading. */
export type Past = {
  range: RangeName
  /** Milliseconds since 1970. */
  from: number
  to: number
  /** Milliseconds. */
  step: number
  series: Partial<Record<PastKey, (number | null)[]>>
  /** Is the newest reading that of now? Of a thing that is not seen now it is not. */
  isNow: boolean
  /** Why a part of it is missing. */
  trouble?: string | undefined
}

/** Something that happened, for a line in the graph. */
export type Mark = { at: number; text: string }

export type Curve = {
  id: string
  title: string
  /** `percent`: fractions; `bytes` and `rate`: bytes; `number` as it is. */
  kind: 'percent' | 'bytes' | 'rate' | 'number'
  /** One or two, the second drawn quieter; `words` follow the figure: `of 4 cores`, `in`. */
  series: { key: PastKey; words: string }[]
  /** What the top stands for; without it the graph finds its own. */
  top?: number | undefined
  /** A dashed line, in the unit of the points. */
  limit?: number | undefined
}

export const curvePanel = (past: Past, c: Curve, marks: readonly Mark[], m: Moment): Html => {
  const all = c.series.map(({ key }) => past.series[key] ?? [])
  const known = all.some((points) => points.some((v) => v !== null))
  const shape = { id: c.id, title: c.title, now: m.now, limit: PAGE_LIMIT_MS }
  if (!known)
    return panel({
      ...shape,
      state: 'unknown',
      body: says({
        first: 'No readings.',
        rest: past.trouble ? shown(past.trouble) : `None in ${ranges[past.range].words}.`,
      }),
    })
  return panel({ ...shape, at: m.now, state: 'fresh', body: drawn(past, c, all, marks, m) })
}

type Moment = { now: number; timeZone: string }

const drawn = (past: Past, c: Curve, all: Points[], marks: readonly Mark[], m: Moment): Html => {
  const top = topOf(c, all)
  const gaps = gapsOf(past, all[0]!)
  const longest = gaps.reduce((most, g) => (g.ms > most ? g.ms : most), 0)
  return html`<p class="graph-head">${headOf(past, c, m)}</p>
${graph({
  label: sentenceOf(past, c, m),
  scale: scaleOf(c, top),
  times: ticksOf(past.range, past.to, m.timeZone),
  top,
  limit: c.limit,
  series: all,
  events: marksIn(past, marks),
  gaps: gaps.map(({ from, to, ms }) => ({
    from,
    to,
    text: ms === longest ? `no reading for ${duration(ms / 1000)}` : undefined,
  })),
})}`
}

/** The newest reading, where it is not older than three steps and the thing is seen now. */
const latest = ({ isNow }: Past, points: Points): number | undefined =>
  isNow ? (points.slice(-4).findLast((v) => v !== null && v !== undefined) ?? undefined) : undefined

const headOf = (past: Past, c: Curve, m: Moment) =>
  c.series.map(({ key, words }, i) => {
    const points = past.series[key] ?? []
    const shownFigure = figure(partsOf(c, latest(past, points)), words)
    if (c.series.length === 1) {
      const peak = peakOf(past, points, c, m)
      return html`<span>${shownFigure}</span>${peak ? html` <span>${peak}</span>` : ''}`
    }
    return i === 0
      ? html`<span class="key">${shownFigure}</span> `
      : html`<span class="key second">${inWords(c, latest(past, points))} ${words}</span>`
  })

/** `peak 52 % at 13:41`. */
const peakOf = (past: Past, points: Points, c: Curve, m: Moment): string => {
  let best = -1
  points.forEach((v, i) => {
    if (v !== null && v !== undefined && (best < 0 || v > points[best]!)) best = i
  })
  if (best < 0) return ''
  const at = timeIn(past.range, past.from + best * past.step, m.timeZone)
  return `peak ${inWords(c, points[best]!)} at ${at}`
}

const partsOf = ({ kind }: Curve, v: number | undefined): Figure => {
  if (v === undefined) return { figure: DASH, unit: '' }
  if (kind === 'percent') return { figure: String(Math.round(v * 100)), unit: '%' }
  if (kind === 'number') return { figure: String(Math.round(v * 100) / 100), unit: '' }
  const { figure: value, unit } = bytesParts(v)
  return { figure: value, unit: kind === 'rate' ? `${unit}/s` : unit }
}

const inWords = ({ kind }: Curve, v: number | null | undefined): string =>
  v === null || v === undefined
    ? DASH
    : kind === 'percent'
      ? percent(v)
      : kind === 'bytes'
        ? bytes(v)
        : kind === 'rate'
          ? rate(v)
          : String(Math.round(v * 100) / 100)

const sentenceOf = (past: Past, c: Curve, m: Moment): string => {
  const said = c.series.map(({ key, words }) => {
    const points = past.series[key] ?? []
    return `${inWords(c, latest(past, points))} ${words}, ${peakOf(past, points, c, m)}`
  })
  const gaps = gapsOf(past, past.series[c.series[0]!.key] ?? [])
  return `${c.title} over ${ranges[past.range].words}: ${said.join('; ')}${gaps.length ? `; ${count(gaps.length, 'gap')} without readings` : ''}.`.replace(
    /\u2009%/g,
    ' percent',
  )
}

/** Means are never above what they are means of, so half of the top stays free for a peak. */
const topOf = (c: Curve, all: Points[]): number => {
  if (c.top !== undefined && c.top > 0) return c.top
  if (c.kind === 'percent') return 1
  const most = Math.max(0, ...all.flatMap((points) => points.map((v) => v ?? 0)))
  const unit = c.kind === 'number' ? 1 : unitOf(Math.max(most, 1024))
  return (NICE.find((n) => n * unit >= most) ?? 1024) * unit
}
const NICE = [1, 2, 4, 6, 10, 20, 40, 60, 100, 200, 400, 600, 1000]
const unitOf = (v: number) => 1024 ** Math.min(5, Math.floor(Math.log(v) / Math.log(1024)))

/** Bottom, middle and top; the unit stands in the head, but for a head of another unit. */
const scaleOf = ({ kind }: Curve, top: number): string[] => {
  if (kind === 'percent') return ['0', '50', '100']
  const unit = kind === 'number' ? 1 : unitOf(Math.max(top, 1))
  const name = kind === 'number' ? '' : bytesParts(unit).unit.charAt(0)
  const written = (v: number) => `${Math.round((v / unit) * 10) / 10}`
  return ['0', written(top / 2), `${written(top)}${name === 'B' ? '' : name}`]
}

const BLOCKS = '▁▂▃▄▅▆▇█'
const LINE = 48

/** `CPU  ▁▂▁▅▂  9 % of 4 cores, peak 52 % at 13:41`; a dot where nothing was read. */
export const curveLines = (past: Past, curves: readonly Curve[], m: Moment): string[] => {
  const rows = curves.flatMap((c) =>
    c.series.map((s) => ({ c, s, points: past.series[s.key] ?? [] })),
  )
  const widest = Math.max(0, ...rows.map(({ c }) => c.title.length))
  return rows.map(({ c, s, points }) => {
    const top = topOf(c, [points])
    const said = `${inWords(c, latest(past, points))} ${s.words}, ${peakOf(past, points, c, m) || 'no readings'}`
    return `  ${c.title.padEnd(widest)}  ${sparks(points, top)}  ${said}`.replace(/\u2009/g, ' ')
  })
}

const sparks = (points: Points, top: number): string =>
  Array.from({ length: LINE }, (_, i) => {
    const part = points.slice(
      Math.floor((i * points.length) / LINE),
      Math.max(
        Math.floor(((i + 1) * points.length) / LINE),
        Math.floor((i * points.length) / LINE) + 1,
      ),
    )
    const values = part.filter((v): v is number => v !== null && v !== undefined)
    if (values.length === 0) return '·'
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length
    return BLOCKS[Math.min(7, Math.max(0, Math.floor((mean / top) * 8)))]
  }).join('')

/** Moments as ISO 8601; fractions, bytes, bytes a second; null = no reading. */
export const pastJson = ({ range, from, step, series, trouble }: Past) => ({
  span: range,
  from: new Date(from).toISOString(),
  stepS: step / 1000,
  series,
  trouble: trouble ?? null,
})
