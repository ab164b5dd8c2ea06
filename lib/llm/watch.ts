/**
 * How long a model may be silent: a while before its first sign of life, a shorter while between two.
 * A model that reads a long prompt at 75 tokens a second is normal, so the whole has no limit.
 */
import type { Clock } from '../clock.ts'

export type Patience = {
  /** Before the first sign of life, in milliseconds. */
  firstMs: number
  /** Between two signs. */
  pauseMs: number
}

export type Watch = {
  /** Aborts when the caller wants no more and when patience has ended. */
  signal: AbortSignal
  /** The other side has answered at all. */
  begun(): boolean
  /**
   * A sign of life. `'answered'` = it has taken the question and may still be reading, which has the
   * first limit; `'waiting'` = it is known to be not ready yet, and the limit begins anew.
   */
  heard(what?: 'answered' | 'waiting'): void
  /** Who ended it; undefined = nobody. */
  why(): 'aborted' | 'timeout' | undefined
  end(): void
}

export const createWatch = (
  clock: Clock,
  caller: AbortSignal | undefined,
  { firstMs, pauseMs }: Patience,
): Watch => {
  const control = new AbortController()
  let why: 'aborted' | 'timeout' | undefined
  let begun = false
  let cancel = () => {}
  const stop = (reason: typeof why) => {
    why ??= reason
    cancel()
    control.abort()
  }
  const wait = (ms: number) => {
    cancel()
    cancel = clock.after(ms, () => stop('timeout'))
  }
  const leave = () => stop('aborted')
  caller?.addEventListener('abort', leave, { once: true })
  if (caller?.aborted) leave()
  else wait(firstMs)

  return {
    signal: control.signal,
    begun: () => begun,
    heard(what) {
      begun ||= what !== 'waiting'
      if (!why && what !== 'answered') wait(what === 'waiting' ? firstMs : pauseMs)
    },
    why: () => why,
    end() {
      cancel()
      caller?.removeEventListener('abort', leave)
      // Whatever is still under way (a consumer that left early) ends with it.
      control.abort()
    },
  }
}
