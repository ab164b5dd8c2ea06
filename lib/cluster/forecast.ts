/** When a storage will be full: a straight line through what it used, if it is one and it rises. */
import type { Series } from './history.ts'

const LEAST_MS = 6 * 3_600_000
const LEAST_SAMPLES = 12
/** Share of the variance that the line explains; a sawtooth of prunes stays below. */
const STRAIGHT = 0.6
const FARTHEST_DAYS = 365

/** Whole days from `now` (milliseconds) until `total` bytes; undefined = steady, falling or unsure. */
export const daysUntilFull = (past: Series, total: number, now: number): number | undefined => {
  const points = past.times.flatMap((time, i) => {
    const used = past.values[i]
    return used === null || used === undefined ? [] : [{ t: (time - now) / 86_400_000, used }]
  })
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last || points.length < LEAST_SAMPLES) return undefined
  if ((last.t - first.t) * 86_400_000 < LEAST_MS) return undefined
  const { slope, explained } = fit(points)
  if (!(slope > 0) || explained < STRAIGHT) return undefined
  const left = (total - last.used) / slope
  return left > FARTHEST_DAYS ? undefined : Math.max(0, Math.floor(left))
}

const fit = (points: { t: number; used: number }[]) => {
  const n = points.length
  const meanT = points.reduce((sum, p) => sum + p.t, 0) / n
  const meanU = points.reduce((sum, p) => sum + p.used, 0) / n
  let tt = 0
  let tu = 0
  let uu = 0
  for (const { t, used } of points) {
    tt += (t - meanT) ** 2
    tu += (t - meanT) * (used - meanU)
    uu += (used - meanU) ** 2
  }
  const slope = tu / tt
  return { slope, explained: uu === 0 ? 0 : (tu * tu) / (tt * uu) }
}
