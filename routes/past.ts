/**
 * The past of a node or guest for one page: our own samples, and where we have none those of
 * Proxmox, which also knows what we do not keep (disk, load). What nobody measured stays a gap.
 */
import type { Metric } from '../lib/cluster/samples.ts'
import { inWords } from '../lib/errors.ts'
import type { Sample } from '../lib/proxmox/types.ts'
import type { Past, PastKey } from '../views/pages/curves.ts'
import type { Got } from '../views/pages/got.ts'
import { type RangeName, ranges } from '../views/pages/range.ts'
import type { Needs } from './needs.ts'

type Wanted = {
  /** `node/Home`, `guest/303`, `storage/Home/local`. */
  subject: string
  range: RangeName
  own: Metric[]
  /** Is it seen now? */
  isNow: boolean
  /** Which key of RRD is which; without an entry RRD is not asked for it. */
  rrd?: Partial<Record<PastKey, string>> | undefined
  samples?: Got<Sample[]> | undefined
}

export const pastOf = ({ cluster, clock }: Pick<Needs, 'cluster' | 'clock'>, w: Wanted): Past => {
  const { ms, step } = ranges[w.range]
  const to = clock.now()
  const from = to - ms - ((to - ms) % step)
  const steps = Math.ceil((to - from) / step)
  const series: Past['series'] = {}
  for (const metric of w.own) {
    const { values } = cluster.history.series(w.subject, metric, { from, to, step: step / 1000 })
    series[metric] = values.slice(0, steps)
  }
  const rows = w.samples?.value ?? []
  for (const [key, column] of Object.entries(w.rrd ?? {}) as [PastKey, string][]) {
    const theirs = meansOf(rows, column, { from, step, steps })
    series[key] = theirs.map((mean, i) => series[key]?.[i] ?? mean)
  }
  const trouble = troubleOf(w.samples)
  return { range: w.range, from, to, step, series, isNow: w.isNow, trouble }
}

const troubleOf = (got: Got<Sample[]> | undefined) =>
  got?.problem && `The history of Proxmox: ${inWords(got.problem)}`

type Grid = { from: number; step: number; steps: number }

/** Means for each step. A sample stands for the time before it, as long as the one before is away. */
const meansOf = (rows: Sample[], column: string, { from, step, steps }: Grid) => {
  const sums = new Float64Array(steps)
  const counts = new Uint32Array(steps)
  const length = resolutionOf(rows)
  for (const row of rows) {
    const value = row[column]
    if (value === undefined) continue
    const end = row.time * 1000
    const first = Math.max(0, Math.floor((end - length - from) / step))
    const last = Math.min(steps - 1, Math.floor((end - 1 - from) / step))
    for (let i = first; i <= last; i++) {
      sums[i]! += value
      counts[i]! += 1
    }
  }
  return Array.from(counts, (n, i) => (n === 0 ? null : sums[i]! / n))
}

/** Milliseconds between two samples: a minute for a day, half an hour for a month (PVE 9.2.11). */
const resolutionOf = (rows: Sample[]): number => {
  const [a, b] = [rows.at(-2), rows.at(-1)]
  return a && b && b.time > a.time ? (b.time - a.time) * 1000 : 60_000
}
