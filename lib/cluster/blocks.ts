/**
 * Samples packed in rows: an hour of minutes or a day of quarters of one subject, all metrics in one
 * blob of 32-bit floats (NaN = gap). 800 guests over 24 h of minutes and 30 d of quarters are
 * 19,200 + 24,000 rows and 55 MB at most; one row a sample would be 4.6 million rows a day.
 */
import type { Db } from '../db/db.ts'

/** Seconds of one slot. */
export type Step = 60 | 900
export const MINUTE: Step = 60
export const QUARTER: Step = 900

const SLOTS: Record<Step, number> = { 60: 60, 900: 96 }

/** Length of one block in milliseconds: an hour, a day. */
export const spanOf = (step: Step): number => SLOTS[step] * step * 1000
export const startOf = (step: Step, at: number): number => at - (at % spanOf(step))
export const slotOf = (step: Step, at: number): number =>
  Math.floor((at % spanOf(step)) / (step * 1000))

export type Block = {
  subject: string
  step: Step
  start: number
  data: Float32Array
  dirty: boolean
}

/** Where the value of a metric stands in a block. */
export const place = (step: Step, metric: number, slot: number): number =>
  metric * SLOTS[step] + slot

export const emptyBlock = (subject: string, step: Step, start: number, metrics: number): Block => ({
  subject,
  step,
  start,
  data: new Float32Array(metrics * SLOTS[step]).fill(Number.NaN),
  dirty: false,
})

/** A stored block; undefined where there is none or its shape is another one. */
export const loadBlock = (
  db: Db,
  subject: string,
  step: Step,
  start: number,
  metrics: number,
): Block | undefined => {
  const row = db.first<{ data: ArrayBuffer | Uint8Array }>(
    'select data from samples where subject = ? and step = ? and start = ?',
    [subject, step, start],
  )
  const perMetric = SLOTS[step] * 4
  if (!row || row.data.byteLength % perMetric || row.data.byteLength > metrics * perMetric)
    return undefined
  // A copy: the driver's buffer need not begin at a multiple of four.
  const bytes = new Uint8Array(row.data).slice()
  const block = emptyBlock(subject, step, start, metrics)
  // A block from before the newest metric is shorter; that metric has a gap then.
  block.data.set(new Float32Array(bytes.buffer))
  return block
}

/** Stores the blocks in one transaction. */
export const storeBlocks = (db: Db, blocks: Block[]): void => {
  if (blocks.length === 0) return
  db.tx(() => {
    for (const { subject, step, start, data } of blocks)
      db.run(
        `insert into samples (subject, step, start, data) values (?, ?, ?, ?)
         on conflict (subject, step, start) do update set data = excluded.data`,
        [subject, step, start, data],
      )
  })
  for (const block of blocks) block.dirty = false
}

/** Forgets blocks that ended before the moment; answers how many. */
export const dropBlocks = (db: Db, step: Step, before: number): number =>
  db.run('delete from samples where step = ? and start < ?', [step, before - spanOf(step)]).changes

/** Means of the minutes of an hour, written over the quarters that have any. */
export const foldHour = (hour: Block, day: Block, metrics: number): void => {
  const first = slotOf(QUARTER, hour.start)
  for (let metric = 0; metric < metrics; metric++)
    for (let quarter = 0; quarter < 4; quarter++) {
      const at = place(MINUTE, metric, quarter * 15)
      const mean = meanOf(hour.data.subarray(at, at + 15))
      if (mean === undefined) continue
      day.data[place(QUARTER, metric, first + quarter)] = mean
      day.dirty = true
    }
}

/** Mean of what is there; undefined for gaps only. */
export const meanOf = (values: Iterable<number>): number | undefined => {
  let sum = 0
  let count = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    sum += value
    count += 1
  }
  return count > 0 ? sum / count : undefined
}
