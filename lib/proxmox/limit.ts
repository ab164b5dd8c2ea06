/**
 * At most so many calls in flight for each name. A call to node B through node A occupies a worker
 * on both, so it takes a place under both names, always in the same order: nobody waits in a circle.
 */
import { byText } from './decode.ts'

export type Limit = {
  run<T>(names: string[], signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>
}

export const createLimit = (most: number): Limit => {
  const taken = new Map<string, number>()
  const waiting = new Map<string, Set<() => void>>()

  const take = (name: string, signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const used = taken.get(name) ?? 0
      if (used < most) {
        taken.set(name, used + 1)
        return resolve()
      }
      const queue = waiting.get(name) ?? new Set()
      waiting.set(name, queue)
      const go = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        queue.delete(go)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', leave, { once: true })
      queue.add(go)
    })

  /** Hands the place to whoever waits longest, or frees it. */
  const give = (name: string) => {
    const queue = waiting.get(name)
    const [next] = queue ?? []
    if (next) {
      queue!.delete(next)
      return next()
    }
    const left = (taken.get(name) ?? 1) - 1
    if (left > 0) taken.set(name, left)
    else taken.delete(name)
  }

  return {
    async run(names, signal, work) {
      const held: string[] = []
      try {
        for (const name of [...new Set(names)].sort(byText)) {
          await take(name, signal)
          held.push(name)
        }
        return await work()
      } finally {
        for (const name of held) give(name)
      }
    },
  }
}
