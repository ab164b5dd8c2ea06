/**
 * How it was: a sample a minute for 24 h and a mean each 15 minutes for 30 d, of nodes, guests and
 * storages. A missed minute stays a gap. Bounded by age; kept over a restart.
 */
import { type Clock, days, hours, minutes } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Sample, Vmid } from '../proxmox/types.ts'
import {
  type Block,
  dropBlocks,
  emptyBlock,
  foldHour,
  loadBlock,
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
import { seedFromRrd, seedPlan } from './seed.ts'
import type { Source } from './source.ts'

export type Metric = 'cpu' | 'memory' | 'netin' | 'netout' | 'used'
/** Moments in milliseconds, `step` in seconds (60 at least, rounded up to whole minutes). */
export type Span = { from: number; to: number; step: number }
/** `times[i]` is the beginning of the step whose mean is `values[i]`; null = gap. */
export type Series = { times: number[]; values: (number | null)[] }

export type History = {
  /**
   * Of `node/Home`, `guest/303` or `storage/Home/local`: cpu as a fraction, memory and used in
   * bytes, netin and netout in bytes a second. At most 3000 steps.
   */
  series(subject: string, metric: Metric, span: Span): Series
  /** Takes in one good reading; `net` = exact rates of guests. */
  note(picture: Picture, net: Map<Vmid, Net>, at: number): void
  /** Puts samples of RRD where nothing is known. Answers how many slots were filled. */
  fill(subject: string, samples: Sample[]): number
  /** Days until full by storage id; only storages that have been filling for 6 h. */
  forecasts(): Map<string, number>
  start(picture: () => Picture): void
  /** Writes what is not written yet. */
  flush(): void
  /** Forgets what is too old; answers how many rows went. */
  sweep(): number
  stop(): void
}

export type HistoryNeeds = { db: Db; clock: Clock; log: Log; source: Source }

const MACHINE: Metric[] = ['cpu', 'memory', 'netin', 'netout']
const STORAGE: Metric[] = ['used']
export const metricsOf = (subject: string): Metric[] =>
  subject.startsWith('storage/') ? STORAGE : MACHINE

/** 800 guests are 1.5 MB a write: often enough for a crash, seldom enough for an SD card. */
const WRITE_EVERY_MS = minutes(5)
const FORECAST_EVERY_MS = minutes(10)
const KEEP: Record<Step, number> = { 60: hours(24), 900: days(30) }
const MOST_STEPS = 3000

/** The open blocks of one subject and how many readings the present minute has of each metric. */
type Open = { hour: Block; day: Block; minute: number; counts: number[]; total?: number }

export const createHistory = ({ db, clock, log, source }: HistoryNeeds): History => {
  const open = new Map<string, Open>()
  let forecasts = new Map<string, number>()
  let forecastDue = 0
  let stopTimer: (() => void) | undefined
  let seeding: AbortController | undefined
  let pictureNow: (() => Picture) | undefined

  const block = (subject: string, step: Step, at: number): Block => {
    const start = startOf(step, at)
    const held = open.get(subject)
    const mine = step === MINUTE ? held?.hour : held?.day
    if (mine?.start === start) return mine
    const metrics = metricsOf(subject).length
    return loadBlock(db, subject, step, start, metrics) ?? emptyBlock(subject, step, start, metrics)
  }

  const opened = (subject: string, at: number): Open => {
    const held = open.get(subject)
    if (held?.hour.start === startOf(MINUTE, at)) return held
    if (held) close(held)
    const fresh = {
      hour: block(subject, MINUTE, at),
      day: block(subject, QUARTER, at),
      minute: -1,
      counts: [],
    }
    open.set(subject, fresh)
    return fresh
  }

  const pending = (held: Open): Block[] => {
    if (held.hour.dirty) foldHour(held.hour, held.day, metricsOf(held.hour.subject).length)
    return [held.hour, held.day].filter((b) => b.dirty)
  }
  const close = (held: Open) => storeBlocks(db, pending(held))

  const add = (subject: string, at: number, values: (number | undefined)[]): Open => {
    const held = opened(subject, at)
    const minute = Math.floor(at / 60_000)
    if (held.minute !== minute) {
      held.minute = minute
      held.counts = []
    }
    for (let metric = 0; metric < values.length; metric++) {
      const value = values[metric]
      if (value === undefined) continue
      const i = place(MINUTE, metric, slotOf(MINUTE, at))
      const old = held.hour.data[i]!
      const count = Number.isNaN(old) ? 0 : (held.counts[metric] ?? 1)
      held.hour.data[i] = count === 0 ? value : old + (value - old) / (count + 1)
      held.counts[metric] = count + 1
      held.hour.dirty = true
    }
    return held
  }

  const flush = () => {
    try {
      storeBlocks(db, [...open.values()].flatMap(pending))
    } catch (error) {
      log.error(`history: samples could not be stored: ${messageOf(error)}`)
    }
  }

  const sweep = () => {
    const now = clock.now()
    const limit = now - hours(1)
    // Subjects that are gone must not stay in memory.
    for (const [subject, held] of open)
      if (held.hour.start < startOf(MINUTE, limit)) {
        close(held)
        open.delete(subject)
      }
    return dropBlocks(db, MINUTE, now - KEEP[60]) + dropBlocks(db, QUARTER, now - KEEP[900])
  }

  const series = (subject: string, metric: Metric, span: Span): Series => {
    const index = metricsOf(subject).indexOf(metric)
    const step = Math.max(1, Math.ceil(span.step / 60)) * 60_000
    const base: Step = step >= 900_000 ? QUARTER : MINUTE
    const held = open.get(subject)
    if (held && base === QUARTER) pending(held)
    const from = span.from - (span.from % step)
    const count = Math.min(MOST_STEPS, Math.max(0, Math.ceil((span.to - from) / step)))
    const times = Array.from({ length: count }, (_, i) => from + i * step)
    if (index < 0) return { times, values: times.map(() => null) }
    const read = reader((at) => block(subject, base, at), base, index)
    return { times, values: times.map((time) => read(time, time + step) ?? null) }
  }

  const foresee = () => {
    const now = clock.now()
    const found = new Map<string, number>()
    for (const [subject, { total }] of open) {
      if (total === undefined) continue
      const past = series(subject, 'used', { from: now - days(7), to: now, step: 900 })
      const left = daysUntilFull(past, total, now)
      if (left !== undefined) found.set(subject.slice('storage/'.length), left)
    }
    return found
  }

  const fill = (subject: string, samples: Sample[]): number => {
    const now = clock.now()
    const blocks = new Map<string, Block>()
    const take = (step: Step, at: number): Block | undefined => {
      if (at < now - KEEP[step] || at > now) return undefined
      const key = `${step} ${startOf(step, at)}`
      const known = blocks.get(key) ?? block(subject, step, at)
      blocks.set(key, known)
      return known
    }
    const filled = seedFromRrd(subject, samples, take)
    storeBlocks(
      db,
      [...blocks.values()].filter((b) => b.dirty),
    )
    return filled
  }

  const seed = async (signal: AbortSignal) => {
    const gaps = (subject: string) => {
      const now = clock.now()
      const past = series(subject, 'cpu', { from: now - hours(24), to: now, step: 900 })
      return past.values.filter((v) => v === null).length > 4
    }
    await seedPlan({ source, clock, log, picture: pictureNow!(), gaps, fill, signal })
  }

  const tick = () => {
    stopTimer = clock.after(WRITE_EVERY_MS, () => {
      flush()
      tick()
    })
  }

  return {
    series,
    fill,
    flush,
    sweep,
    note(picture, net, at) {
      noteNodes(picture, at, add)
      noteGuests(picture, net, at, add)
      noteStorages(picture, at, add)
      if (seeding === undefined && pictureNow) {
        seeding = new AbortController()
        void seed(seeding.signal).catch((error) =>
          log.warn(`history: seeding stopped: ${messageOf(error)}`),
        )
      }
    },
    forecasts() {
      if (clock.now() < forecastDue) return forecasts
      forecastDue = clock.now() + FORECAST_EVERY_MS
      forecasts = foresee()
      return forecasts
    },
    start(picture) {
      pictureNow = picture
      tick()
    },
    stop() {
      stopTimer?.()
      seeding?.abort(new Error('stopped'))
      flush()
    },
  }
}

type Add = (subject: string, at: number, values: (number | undefined)[]) => Open

const noteNodes = (picture: Picture, at: number, add: Add) => {
  for (const { name, reach, cpu, memory, net } of picture.nodes)
    if (reach === 'online') add(`node/${name}`, at, [cpu, memory?.used, net?.in, net?.out])
}

/** A stopped guest uses nothing; one that is unknown leaves a gap. */
const noteGuests = (picture: Picture, net: Map<Vmid, Net>, at: number, add: Add) => {
  for (const { vmid, condition, template, cpu, memory } of picture.guests) {
    if (condition === 'unknown' || template) continue
    const rate = condition === 'stopped' ? { in: 0, out: 0 } : net.get(vmid)
    add(`guest/${vmid}`, at, [cpu, memory?.used, rate?.in, rate?.out])
  }
}

const noteStorages = (picture: Picture, at: number, add: Add) => {
  for (const { id, condition, use } of picture.storages)
    if (condition === 'available' && use) add(`storage/${id}`, at, [use.used]).total = use.total
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
