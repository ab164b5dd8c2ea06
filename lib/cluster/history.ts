/**
 * How it was: a sample a minute for 24 h and a mean each 15 minutes for 30 d, of nodes, guests and
 * storages. A missed minute stays a gap. Bounded by age; kept over a restart.
 */
import { type Clock, days, isWithin, minutes } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Sample, Timeframe, Vmid } from '../proxmox/types.ts'
import {
  type Block,
  MINUTE,
  meanOf,
  place,
  QUARTER,
  type Step,
  slotOf,
  startOf,
  storeBlocks,
} from './blocks.ts'
import { daysUntilFull } from './forecast.ts'
import type { Picture } from './picture.ts'
import type { Net } from './readings.ts'
import { createSamples, KEEP, type Metric, metricsOf, type Samples } from './samples.ts'
import { seedFromRrd, seedPlan } from './seed.ts'
import type { Source } from './source.ts'

/** Moments in milliseconds, `step` in seconds (60 at least, rounded up to whole minutes). */
export type Span = { from: number; to: number; step: number }
/** `times[i]` is the beginning of the step whose mean is `values[i]`; null = gap. */
export type Series = { times: number[]; values: (number | null)[] }

export type History = {
  /**
   * Of `node/Home`, `guest/303` or `storage/Home/local`: cpu as a fraction, memory and used in
   * bytes, netin and netout in bytes a second, a node's temperature (of its hottest sensor) in °C. At most 3000 steps.
   */
  series(subject: string, metric: Metric, span: Span): Series
  /** Counts up whenever something of the time before was filled in: who keeps curves draws them anew. */
  filled(): number
  /** Takes in one good reading; `net` = exact rates of guests. */
  note(picture: Picture, net: Map<Vmid, Net>, at: number): void
  /** Days until full by storage id; only storages that have been filling for 6 h. */
  forecasts(): Map<string, number>
  /** Begins to write regularly, and to ask RRD for the time before once a picture is there. */
  start(): void
  flush(): void
  /** Forgets what is too old; answers how many rows went. */
  sweep(): number
  stop(): void
}

export type HistoryNeeds = { db: Db; clock: Clock; log: Log; source: Source }

/** 800 guests are 1.5 MB a write: often enough for a crash, seldom enough for an SD card. */
const WRITE_EVERY_MS = minutes(5)
const FORECAST_EVERY_MS = minutes(10)
const MOST_STEPS = 3000

export const createHistory = ({ db, clock, log, source }: HistoryNeeds): History => {
  const samples = createSamples({ db, clock, log })
  const totals = new Map<string, number>()
  let forecasts = new Map<string, number>()
  let foreseenAt = 0
  let stopTimer: (() => void) | undefined
  let seeding: AbortController | undefined
  let started = false
  let filled = 0

  const series: History['series'] = (subject, metric, span) =>
    seriesOf(samples, subject, metric, span)

  const seed = async (picture: Picture, signal: AbortSignal) => {
    const gaps = (subject: string, timeframe: Timeframe) => {
      const now = clock.now()
      const from = now - (timeframe === 'day' ? days(1) : days(7))
      const past = series(subject, metricsOf(subject)[0]!, { from, to: now, step: 900 })
      return past.values.filter((v) => v === null).length > past.values.length / 20
    }
    const fill = (subject: string, rows: Sample[]) => {
      fillGaps({ db, samples, now: clock.now() }, subject, rows)
      filled += 1
      // A storage with a past may have a day on which it is full.
      if (subject.startsWith('storage/')) foreseenAt = 0
    }
    try {
      await seedPlan({ source, clock, log, picture, gaps, fill, signal })
    } catch (error) {
      log.warn(`history: seeding stopped: ${messageOf(error)}`)
    }
  }
  const tick = () => {
    stopTimer = clock.after(WRITE_EVERY_MS, () => {
      samples.flush()
      tick()
    })
  }

  return {
    series,
    filled: () => filled,
    flush: samples.flush,
    sweep: samples.sweep,
    note(picture, net, at) {
      noteNodes(picture, at, samples.add)
      noteGuests(picture, net, at, samples.add)
      noteStorages(picture, at, samples.add, totals)
      if (seeding || !started) return
      seeding = new AbortController()
      void seed(picture, seeding.signal)
    },
    forecasts() {
      const now = clock.now()
      if (isWithin(foreseenAt, FORECAST_EVERY_MS, now)) return forecasts
      foreseenAt = now
      forecasts = foresee(totals, series, now)
      return forecasts
    },
    start() {
      started = true
      tick()
    },
    stop() {
      started = false
      stopTimer?.()
      seeding?.abort(new Error('stopped'))
      samples.flush()
    },
  }
}

type Add = Samples['add']

const noteNodes = (picture: Picture, at: number, add: Add) => {
  for (const { name, reach, cpu, memory, net, temperatures } of picture.nodes) {
    const celsius = temperatures?.hottest?.celsius
    if (reach === 'online') add(`node/${name}`, at, [cpu, memory?.used, net?.in, net?.out, celsius])
  }
}

/** A stopped guest uses nothing; one that is unknown leaves a gap. */
const noteGuests = (picture: Picture, net: Map<Vmid, Net>, at: number, add: Add) => {
  for (const { vmid, condition, template, cpu, memory } of picture.guests) {
    if (condition === 'unknown' || template) continue
    const rate = condition === 'stopped' ? { in: 0, out: 0 } : net.get(vmid)
    add(`guest/${vmid}`, at, [cpu, memory?.used, rate?.in, rate?.out])
  }
}

const noteStorages = (picture: Picture, at: number, add: Add, totals: Map<string, number>) => {
  totals.clear()
  for (const { id, condition, use } of picture.storages) {
    if (condition !== 'available' || !use) continue
    add(`storage/${id}`, at, [use.used])
    totals.set(id, use.total)
  }
}

const seriesOf = (samples: Samples, subject: string, metric: Metric, span: Span): Series => {
  const step = Math.max(1, Math.ceil(span.step / 60)) * 60_000
  const base: Step = step >= QUARTER * 1000 ? QUARTER : MINUTE
  const from = span.from - (span.from % step)
  const count = Math.min(MOST_STEPS, Math.max(0, Math.ceil((span.to - from) / step)))
  const times = Array.from({ length: count }, (_, i) => from + i * step)
  const index = metricsOf(subject).indexOf(metric)
  if (index < 0) return { times, values: times.map(() => null) }
  if (base === QUARTER) samples.fold(subject)
  const read = reader((at) => samples.block(subject, base, at), base, index)
  return { times, values: times.map((time) => read(time, time + step) ?? null) }
}

/** Means over a stretch of time; blocks are fetched once each. */
const reader = (block: (at: number) => Block, base: Step, metric: number) => {
  let current: Block | undefined
  return (from: number, to: number): number | undefined => {
    const values: number[] = []
    for (let at = from; at < to; at += base * 1000) {
      if (current?.start !== startOf(base, at)) current = block(at)
      values.push(current.data[place(base, metric, slotOf(base, at))]!)
    }
    return meanOf(values)
  }
}

const foresee = (totals: Map<string, number>, series: History['series'], now: number) => {
  const found = new Map<string, number>()
  for (const [id, total] of totals) {
    const past = series(`storage/${id}`, 'used', { from: now - days(7), to: now, step: QUARTER })
    const left = daysUntilFull(past, total, now)
    if (left !== undefined) found.set(id, left)
  }
  return found
}

/** Puts samples of RRD where nothing is known, and stores them. */
const fillGaps = (
  { db, samples, now }: { db: Db; samples: Samples; now: number },
  subject: string,
  rows: Sample[],
) => {
  const blocks = new Map<string, Block>()
  const take = (step: Step, at: number): Block | undefined => {
    if (at < now - KEEP[step] || at > now) return undefined
    const key = `${step} ${startOf(step, at)}`
    const known = blocks.get(key) ?? samples.block(subject, step, at)
    blocks.set(key, known)
    return known
  }
  seedFromRrd(subject, rows, take)
  storeBlocks(
    db,
    [...blocks.values()].filter((b) => b.dirty),
  )
}
