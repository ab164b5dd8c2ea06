/**
 * Who has just failed rests: 5 s, doubled up to five minutes, or as long as he asked for. A wrong key
 * does not mend itself, so it rests at once for ten minutes.
 */
import { type Clock, isWithin, minutes, seconds } from '../clock.ts'
import type { Failure, FailureKind, Provider } from './types.ts'

export type Rest = {
  kind: FailureKind
  /** A sentence: what went wrong. */
  reason: string
  /** Milliseconds until he is asked again. */
  leftMs: number
  /** Asking earlier makes no sense, also when there is nobody else. */
  isFirm: boolean
}

export type Breakers = {
  /** Undefined = he may be asked. */
  resting(provider: Provider): Rest | undefined
  failed(provider: Provider, failure: Pick<Failure, 'kind' | 'message' | 'retryAfterMs'>): void
  served(provider: Provider): void
}

type State = { failures: number; at: number; rest: number; kind: FailureKind; reason: string }

const LONGEST_MS = minutes(5)
const FIRST_MS = seconds(5)
const REFUSED_MS = minutes(10)

/** The caller's own doing, or the question's: the house itself is well. */
const harmless: ReadonlySet<FailureKind> = new Set(['aborted', 'none', 'too-long', 'invalid'])

export const createBreakers = (clock: Pick<Clock, 'now'>): Breakers => {
  const states = new Map<Provider, State>()
  return {
    resting(provider) {
      const state = states.get(provider)
      if (!state || !isWithin(state.at, state.rest, clock.now())) return undefined
      return {
        kind: state.kind,
        reason: state.reason,
        leftMs: state.at + state.rest - clock.now(),
        isFirm: state.kind === 'refused' || state.kind === 'limited',
      }
    },
    failed(provider, { kind, message, retryAfterMs }) {
      if (harmless.has(kind)) return
      const failures = (states.get(provider)?.failures ?? 0) + 1
      const doubled = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1))
      const rest = kind === 'refused' ? REFUSED_MS : Math.max(retryAfterMs ?? 0, doubled)
      states.set(provider, { failures, at: clock.now(), rest, kind, reason: message })
    },
    served: (provider) => void states.delete(provider),
  }
}
