/**
 * Time as a thing that is handed in, so that tests and the lab can own it.
 * Nothing in `lib/`, `routes/` or `lab/` calls `Date.now` or `setTimeout` by itself.
 */
export type Clock = {
  /** Milliseconds since 1970. */
  now(): number
  /** Runs `work` once after `ms` milliseconds; the answer cancels it. */
  after(ms: number, work: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, work) => {
    const timer = setTimeout(work, ms)
    return () => clearTimeout(timer)
  },
}

/** Waits `ms`; an aborted signal ends the wait at once with the signal's reason. */
export const sleep = (clock: Clock, ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', stop)
      resolve()
    })
    const stop = () => {
      cancel()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', stop, { once: true })
  })

/**
 * Is it less than `ms` since `at`? A moment in the future was read from a clock that has been set back
 * meanwhile: it tells nothing, so the answer is no, or whatever waits for it would wait for hours.
 */
export const isWithin = (at: number, ms: number, now: number): boolean => at <= now && now - at < ms

/** Was there a reading (`at`, milliseconds), and is it at most `limit` old? */
export const isFresh = (
  { at, limit }: { at?: number | undefined; limit: number },
  now: number,
): boolean => at !== undefined && isWithin(at, limit + 1, now)

export const seconds = (n: number) => n * 1000
export const minutes = (n: number) => n * 60_000
export const hours = (n: number) => n * 3_600_000
export const days = (n: number) => n * 86_400_000
