/** Invented figures for drawn pages: the evening of the pictures, the same on every run. */
import type { Points } from '../../views/parts/sparkline.ts'

/** Friday, 14:32 UTC. */
export const NOW = Date.parse('2026-11-20T14:32:05Z')
export const MINUTE = 14 * 60 + 32

/** A number between 0 and 1 that depends on its seed alone. */
export const noise = (seed: number): number => {
  const x = Math.sin(seed * 127.1 + 11.7) * 43758.5453
  return x - Math.floor(x)
}

export const wave = (count: number, base: number, spread: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) =>
    Math.max(
      0,
      base +
        spread * (0.6 * Math.sin((i + seed * 9) / 3.1) * noise(seed) + noise(i + seed * 60) - 0.5),
    ),
  )

/** The same with a peak at one place. */
export const withPeak = (points: number[], at: number, height: number): number[] =>
  points.map((v, i) => v + height * Math.max(0, 1 - Math.abs(i - at) / 3))

/** The same with a hole in it. */
export const withGap = (points: number[], from: number, to: number): Points =>
  points.map((v, i) => (i >= from && i < to ? null : v))

export const dayLoads = (): (number | null)[] =>
  Array.from({ length: 96 }, (_, i) => {
    if (i > 58) return null
    if (i >= 8 && i <= 12) return 0.9 - Math.abs(i - 10) * 0.12
    return i === 58 ? 0.62 : 0.34 + 0.2 * Math.sin(i / 9) * noise(3) + 0.12 * noise(i)
  })
