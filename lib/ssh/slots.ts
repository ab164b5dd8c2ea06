/** A few at once, the rest waits in line; a line that is full says so instead of growing. */
import { Problem } from '../errors.ts'

export type Slots = {
  /** Waits for a place; the answer gives it back (once is enough). Throws `busy`, or the signal's reason. */
  take(signal?: AbortSignal): Promise<() => void>
  running(): number
  waiting(): number
  /** Everybody in line is refused with this. */
  refuse(reason: unknown): void
}

/** Without a limit the line may be as long as it gets. */
export type SlotsOptions = { atOnce: number; inLine?: number; full?: () => Problem }

type Waiter = { go(): void; refuse(reason: unknown): void }

export const createSlots = ({
  atOnce,
  inLine = Number.POSITIVE_INFINITY,
  full = () => new Problem('busy', 'Too many wait already.'),
}: SlotsOptions): Slots => {
  const line: Waiter[] = []
  let running = 0
  const place = () => {
    running += 1
    let given = true
    return () => {
      if (!given) return
      given = false
      running -= 1
      line.shift()?.go()
    }
  }
  return {
    running: () => running,
    waiting: () => line.length,
    refuse(reason) {
      for (const waiter of line.splice(0)) waiter.refuse(reason)
    },
    take(signal) {
      if (signal?.aborted) return Promise.reject(signal.reason)
      if (running < atOnce) return Promise.resolve(place())
      if (line.length >= inLine) return Promise.reject(full())
      return new Promise((resolve, reject) => {
        const leave = () => {
          line.splice(line.indexOf(waiter), 1)
          reject(signal?.reason)
        }
        const waiter: Waiter = {
          go() {
            signal?.removeEventListener('abort', leave)
            resolve(place())
          },
          refuse(reason) {
            signal?.removeEventListener('abort', leave)
            reject(reason)
          },
        }
        signal?.addEventListener('abort', leave, { once: true })
        line.push(waiter)
      })
    },
  }
}
