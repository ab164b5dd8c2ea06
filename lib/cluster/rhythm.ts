/**
 * When to poll: steadily, faster while a deed runs, slower after failures (5, 10, 20, 60 s), at once
 * a minute apart when the token is refused: each refusal costs Proxmox 3 s and helps nobody.
 */
import type { Clock } from '../clock.ts'

export type Verdict = 'good' | 'failed' | 'refused'

export type RhythmNeeds = {
  clock: Clock
  seconds: number
  fastSeconds: number
  /** Never rejects. */
  poll: () => Promise<Verdict>
  random?: () => number
}

export type Rhythm = {
  start(): void
  /** Plans no further poll; one that is under way is left alone. */
  stop(): void
  /** Polls now; a call that comes while a poll is under way shares it. */
  now(): Promise<void>
  /** Fast until the answer is called. */
  hurry(): () => void
}

const SLOWEST_S = 60
const slower = [2, 4, 12]

export const createRhythm = (needs: RhythmNeeds): Rhythm => {
  const { clock, poll, random = Math.random } = needs
  let running = false
  let failures = 0
  let refused = false
  let hurried = 0
  let flying: Promise<void> | undefined
  let cancel: (() => void) | undefined

  const pause = () => {
    if (refused) return SLOWEST_S
    if (failures === 0) return hurried ? needs.fastSeconds : needs.seconds
    const step = slower[Math.min(failures, slower.length) - 1]!
    // Jitter shortens only, so that the slowest rhythm is a promise.
    return Math.min(SLOWEST_S, needs.seconds * step) * (1 - 0.2 * random())
  }
  const plan = () => {
    cancel?.()
    cancel = running ? clock.after(pause() * 1000, () => void now()) : undefined
  }
  const fly = async () => {
    const verdict = await poll()
    refused = verdict === 'refused'
    failures = verdict === 'good' ? 0 : failures + 1
  }
  const now = () => {
    flying ??= fly().finally(() => {
      flying = undefined
      plan()
    })
    return flying
  }

  return {
    start() {
      running = true
      void now()
    },
    stop() {
      running = false
      cancel?.()
    },
    now,
    hurry() {
      hurried += 1
      if (hurried === 1 && running && failures === 0 && !flying) plan()
      let over = false
      return () => {
        if (!over) hurried -= 1
        over = true
      }
    },
  }
}
