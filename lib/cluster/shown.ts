/**
 * Figures as coarse as they are shown, for comparing: two readings that look the same are the same.
 * The steps follow lib/format.ts, so that no drawn figure is ever older than the picture.
 */
import type { Use } from './picture.ts'

const K = 1024

/** Whole percent of a fraction; -1 = not known. */
export const shownPercent = (fraction: number | undefined): number =>
  fraction === undefined ? -1 : Math.round(fraction * 100)

/** Bytes in their unit: one decimal below 100, whole above; the unit is folded into the number. */
export const shownBytes = (n: number | undefined): number => {
  if (n === undefined) return -1
  let value = n
  let step = 0
  while (value >= K && step < 5) {
    value /= K
    step += 1
  }
  const rounded = value >= 100 || step === 0 ? Math.round(value) * 10 : Math.round(value * 10)
  return step * 100_000 + rounded
}

/** Seconds in their largest sensible unit. */
export const shownUptime = (exact: number | undefined): number => {
  if (exact === undefined) return -1
  const s = Math.round(exact)
  if (s < 60) return s
  if (s < 3600) return 1_000 + Math.floor(s / 60)
  if (s < 172_800) return 2_000 + Math.floor(s / 3600)
  return 10_000 + Math.floor(s / 86_400)
}

/**
 * A rate in bytes a second with the precision worth showing: below 1 KiB/s is quiet (0), else two
 * figures. An idle guest hears a few broadcasts each second; they would change its row each poll.
 */
export const coarseRate = (n: number): number => {
  if (n < K) return 0
  const scale = 10 ** Math.floor(Math.log10(n / K) - 1)
  return Math.round(n / K / scale) * scale * K
}

/** Used and total as shown. */
export const sameUse = (a: Use | undefined, b: Use | undefined): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    (a.used === b.used || shownBytes(a.used) === shownBytes(b.used)) &&
    (a.total === b.total || shownBytes(a.total) === shownBytes(b.total)) &&
    percentOf(a) === percentOf(b))

const percentOf = (use: Use) => (use.total > 0 ? Math.round((use.used / use.total) * 100) : -1)
