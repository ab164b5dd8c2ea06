/**
 * The blocks that are being filled: one hour and one day a subject in memory, written together.
 */
import { type Clock, days, hours } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import {
  type Block,
  dropBlocks,
  emptyBlock,
  foldHour,
  loadBlock,
  MINUTE,
  place,
  QUARTER,
  type Step,
  slotOf,
  startOf,
  storeBlocks,
} from './blocks.ts'

export type Metric = 'cpu' | 'memory' | 'netin' | 'netout' | 'used' | 'temperature'

const MACHINE: Metric[] = ['cpu', 'memory', 'netin', 'netout']
/** New metrics go to the end: blocks that were written before them are read as gaps there. */
const NODE: Metric[] = [...MACHINE, 'temperature']
const STORAGE: Metric[] = ['used']
/** What is kept of `storage/…`, `node/…` and guests, in the order of the blocks. */
export const metricsOf = (subject: string): Metric[] =>
  subject.startsWith('storage/') ? STORAGE : subject.startsWith('node/') ? NODE : MACHINE

/** How long blocks are kept, in milliseconds. */
export const KEEP: Record<Step, number> = { 60: hours(24), 900: days(30) }

/** Open blocks of one subject, and how many readings the present minute has of each metric. */
type Open = { hour: Block; day: Block; minute: number; counts: number[] }

export type Samples = {
  /** Takes a reading into the mean of its minute; values in the order of `metricsOf`. */
  add(subject: string, at: number, values: (number | undefined)[]): void
  /** The block that holds the moment: open, stored or empty. */
  block(subject: string, step: Step, at: number): Block
  /** Brings the quarters of an open subject up to its minutes. */
  fold(subject: string): void
  /** Writes what is not written, in one transaction; a refusal is logged and tried again. */
  flush(): void
  /** Forgets what is too old; answers how many rows went. */
  sweep(): number
}

export const createSamples = ({ db, clock, log }: { db: Db; clock: Clock; log: Log }): Samples => {
  const open = new Map<string, Open>()
  let hourNow = 0

  const block = (subject: string, step: Step, at: number): Block => {
    const start = startOf(step, at)
    const held = open.get(subject)
    const mine = step === MINUTE ? held?.hour : held?.day
    if (mine?.start === start) return mine
    const metrics = metricsOf(subject).length
    return loadBlock(db, subject, step, start, metrics) ?? emptyBlock(subject, step, start, metrics)
  }
  const pending = ({ hour, day }: Open): Block[] => {
    if (hour.dirty) foldHour(hour, day, metricsOf(hour.subject).length)
    return [hour, day].filter((b) => b.dirty)
  }
  const flush = () => {
    try {
      storeBlocks(db, [...open.values()].flatMap(pending))
    } catch (error) {
      log.error(`history: samples could not be stored: ${messageOf(error)}`)
    }
  }
  const opened = (subject: string, at: number): Open => {
    const held = open.get(subject)
    if (held?.hour.start === startOf(MINUTE, at)) return held
    const hour = block(subject, MINUTE, at)
    const fresh = { hour, day: block(subject, QUARTER, at), minute: -1, counts: [] }
    open.set(subject, fresh)
    return fresh
  }

  return {
    block,
    flush,
    fold(subject) {
      const held = open.get(subject)
      if (held) pending(held)
    },
    add(subject, at, values) {
      // All subjects turn the page together: one transaction, not one for each.
      if (hourNow !== startOf(MINUTE, at)) flush()
      hourNow = startOf(MINUTE, at)
      const held = opened(subject, at)
      const minute = Math.floor(at / 60_000)
      if (held.minute !== minute) {
        held.minute = minute
        held.counts = []
      }
      values.forEach((value, metric) => {
        if (value !== undefined) intoMean(held, metric, slotOf(MINUTE, at), value)
      })
    },
    sweep() {
      flush()
      const now = clock.now()
      // Subjects that are gone must not stay in memory.
      for (const [subject, { hour }] of open)
        if (hour.start < startOf(MINUTE, now - hours(1))) open.delete(subject)
      return dropBlocks(db, MINUTE, now - KEEP[60]) + dropBlocks(db, QUARTER, now - KEEP[900])
    },
  }
}

/** A minute that was begun before a restart counts as one reading. */
const intoMean = ({ hour, counts }: Open, metric: number, slot: number, value: number) => {
  const i = place(MINUTE, metric, slot)
  const old = hour.data[i]!
  const count = Number.isNaN(old) ? 0 : (counts[metric] ?? 1)
  hour.data[i] = count === 0 ? value : old + (value - old) / (count + 1)
  counts[metric] = count + 1
  hour.dirty = true
}
