/**
 * What Proxmox remembers of the time before: RRD samples fill the gaps of the history at the start,
 * nodes always, storages and guests within a budget, calls spread out. What was sampled here is never overwritten.
 */
import { type Clock, sleep } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Sample, Timeframe } from '../proxmox/types.ts'
import { type Block, MINUTE, place, QUARTER, type Step, slotOf } from './blocks.ts'
import type { Picture } from './picture.ts'
import { troubleInWords } from './readings.ts'
import type { Source } from './source.ts'

/** Two calls a second at most; pvedaemon has three workers a node, and people use them too. */
const PAUSE_MS = 600
/** A day of one guest is 1440 rows: beyond so many guests it is a load, not a service. */
const GUEST_BUDGET = 100
const STORAGE_BUDGET = 50

export type SeedNeeds = {
  source: Source
  clock: Clock
  log: Log
  picture: Picture
  /** Does the history of the subject lack enough to be worth a call? */
  gaps(subject: string, timeframe: Timeframe): boolean
  fill(subject: string, samples: Sample[]): void
  signal: AbortSignal
}

type Errand = { subject: string; timeframe: Timeframe; read(t: Timeframe): Promise<Sample[]> }

/** Reads and fills, one after the other; ends quietly when the signal is aborted. */
export const seedPlan = async (needs: SeedNeeds): Promise<void> => {
  const { clock, log, gaps, fill, signal } = needs
  for (const { subject, timeframe, read } of errands(needs)) {
    if (signal.aborted) return
    if (!gaps(subject, timeframe)) continue
    try {
      const samples = await read(timeframe)
      if (signal.aborted) return
      fill(subject, samples)
    } catch (error) {
      log.debug(`history: no samples of ${subject}: ${troubleInWords(error)}`)
    }
    try {
      await sleep(clock, PAUSE_MS, signal)
    } catch {
      return
    }
  }
}

const errands = ({ picture, source }: SeedNeeds): Errand[] => {
  const online = picture.nodes.filter((n) => n.reach === 'online').map((n) => n.name)
  const ofNode = (timeframe: Timeframe) =>
    online.map((name) => ({
      subject: `node/${name}`,
      timeframe,
      read: (t: Timeframe) => source.nodes.rrd(name, t),
    }))
  const guests = picture.guests
    .filter((g) => !g.template && online.includes(g.node))
    .sort((a, b) => Number(b.condition === 'running') - Number(a.condition === 'running'))
    .slice(0, GUEST_BUDGET)
    .map(({ vmid, node, kind }) => ({
      subject: `guest/${vmid}`,
      timeframe: 'day' as const,
      read: (t: Timeframe) => source.guests.rrd({ node, kind, vmid }, t),
    }))
  // Before the guests: "full in 9 d" is worth more than a curve, and a month is one call each.
  const storages = picture.storages
    .filter((s) => s.condition === 'available')
    .slice(0, STORAGE_BUDGET)
    .flatMap(({ id, storage, nodes }) => {
      const node = nodes.find((n) => online.includes(n))
      const read = (t: Timeframe) => source.nodes.storageRrd(node!, storage, t)
      return node ? [{ subject: `storage/${id}`, timeframe: 'month' as const, read }] : []
    })
  return [...ofNode('day'), ...storages, ...guests, ...ofNode('month')]
}

/** RRD's names in the order of the metrics: nodes and guests differ in the second. */
const keys = (subject: string) =>
  subject.startsWith('storage/')
    ? ['used']
    : ['cpu', subject.startsWith('node/') ? 'memused' : 'mem', 'netin', 'netout']

/**
 * Writes samples into empty slots. Their distance is 60 s for an hour or day of PVE 9, 1200 s for a
 * day of PVE 8, 1800 s for a month: minutes are filled by the first only, quarters by all.
 */
export const seedFromRrd = (
  subject: string,
  samples: Sample[],
  take: (step: Step, at: number) => Block | undefined,
): number => {
  const distance = distanceOf(samples)
  if (distance === undefined) return 0
  let filled = 0
  keys(subject).forEach((key, metric) => {
    const known = samples.flatMap(({ time, [key]: value }) =>
      value === undefined || !Number.isFinite(value) ? [] : [{ at: time * 1000, value }],
    )
    if (distance <= MINUTE) for (const { at, value } of known) filled += put(MINUTE, at, value)
    for (const { at, value } of quarters(known, distance)) filled += put(QUARTER, at, value)

    function put(step: Step, at: number, value: number): number {
      const block = take(step, at)
      if (!block) return 0
      const i = place(step, metric, slotOf(step, at))
      if (!Number.isNaN(block.data[i])) return 0
      block.data[i] = value
      block.dirty = true
      return 1
    }
  })
  return filled
}

const distanceOf = (samples: Sample[]): number | undefined => {
  let least: number | undefined
  for (let i = 1; i < samples.length; i++) {
    const gap = samples[i]!.time - samples[i - 1]!.time
    if (gap > 0 && (least === undefined || gap < least)) least = gap
  }
  return least
}

/** Means by quarter of an hour; a coarser sample stands for each quarter that it covers. */
const quarters = (samples: { at: number; value: number }[], distance: number) => {
  const sums = new Map<number, { sum: number; count: number }>()
  for (const { at, value } of samples)
    for (let t = at - (at % 900_000); t < at + distance * 1000; t += 900_000) {
      const old = sums.get(t) ?? { sum: 0, count: 0 }
      sums.set(t, { sum: old.sum + value, count: old.count + 1 })
    }
  return [...sums].map(([at, { sum, count }]) => ({ at, value: sum / count }))
}
