/** Where a graph has no readings, and where something happened: as parts of its width. */
import type { Points } from '../parts/sparkline.ts'
import type { Mark, Past } from './curves.ts'

type Gap = { from: number; to: number; ms: number }

/** Stretches without a reading; the last two steps may not be over yet, so they are none. */
export const gapsOf = ({ step }: Past, points: Points): Gap[] => {
  const found: Gap[] = []
  let from = -1
  for (let i = 0; i <= points.length; i++) {
    const missing = i < points.length && (points[i] === null || points[i] === undefined)
    if (missing && from < 0) from = i
    if (missing || from < 0) continue
    if (!(i === points.length && i - from <= 2))
      found.push({ from: from / points.length, to: i / points.length, ms: (i - from) * step })
    from = -1
  }
  return found
}

/** Words that would lie on each other are left out, the newest stay; the lines all stay. */
export const marksIn = ({ from, to }: Past, marks: readonly Mark[]) => {
  let written = 2
  return [...marks]
    .filter(({ at }) => at >= from && at <= to)
    .sort((a, b) => b.at - a.at)
    .slice(0, 12)
    .map(({ at, text }) => {
      const place = (at - from) / (to - from)
      const fits = written - place >= 0.3
      if (fits) written = place
      return { at: place, text: fits ? text : '' }
    })
}
