/** A clock that stands still until a test moves it. */
import type { Clock } from '../lib/clock.ts'

export type FakeClock = Clock & {
  /** Moves time forward and runs what is due, in order; awaits so that promises settle between. */
  advance(ms: number): Promise<void>
  /** Sets the clock forward or back, as `date -s` does: timers run out after the same time as before. */
  jump(ms: number): void
  /** How many timers wait. */
  waiting(): number
}

export const NOON = Date.parse('2026-11-20T12:00:00Z')

const settle = async () => {
  for (let i = 0; i < 10; i++) await new Promise<void>((done) => setImmediate(done))
}

export const fakeClock = (start = NOON): FakeClock => {
  let now = start
  let serial = 0
  const timers = new Map<number, { due: number; work: () => void }>()
  const next = (until: number) =>
    [...timers]
      .filter(([, t]) => t.due <= until)
      .sort((a, b) => a[1].due - b[1].due || a[0] - b[0])[0]

  return {
    now: () => now,
    after(ms, work) {
      const id = ++serial
      timers.set(id, { due: now + Math.max(0, ms), work })
      return () => void timers.delete(id)
    },
    async advance(ms) {
      const until = now + ms
      await settle()
      for (let due = next(until); due; due = next(until)) {
        timers.delete(due[0])
        now = Math.max(now, due[1].due)
        due[1].work()
        await settle()
      }
      now = until
      await settle()
    },
    jump(ms) {
      now += ms
      for (const timer of timers.values()) timer.due += ms
    },
    waiting: () => timers.size,
  }
}
