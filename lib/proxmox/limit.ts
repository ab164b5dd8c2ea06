/**
 * At most so many calls in flight under each name. A call to node B through node A needs a place
 * under both; it takes them together or waits holding none, so that a slow node B never keeps
 * others away from A, and nobody waits in a circle.
 */
export type Claim = { name: string; most: number }

export type Limit = {
  /** Runs the work when every claim has a free place; a stopped wait rejects with the signal's reason. */
  run<T>(claims: Claim[], signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>
}

type Waiting = { claims: Claim[]; go: () => void }

export const createLimit = (): Limit => {
  const taken = new Map<string, number>()
  const queue = new Set<Waiting>()

  const fits = (claims: Claim[]) => claims.every(({ name, most }) => (taken.get(name) ?? 0) < most)
  const count = (claims: Claim[], step: 1 | -1) => {
    for (const { name } of claims) {
      const now = (taken.get(name) ?? 0) + step
      if (now > 0) taken.set(name, now)
      else taken.delete(name)
    }
  }
  /** Whoever waits longest goes first, of those that fit. */
  const admit = () => {
    for (const one of queue) {
      if (!fits(one.claims)) continue
      queue.delete(one)
      count(one.claims, 1)
      one.go()
    }
  }

  const take = (claims: Claim[], signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const leave = () => {
        queue.delete(waiting)
        reject(signal?.reason)
      }
      const waiting: Waiting = {
        claims,
        go: () => {
          signal?.removeEventListener('abort', leave)
          resolve()
        },
      }
      signal?.addEventListener('abort', leave, { once: true })
      queue.add(waiting)
      admit()
    })

  return {
    async run(claims, signal, work) {
      await take(claims, signal)
      try {
        return await work()
      } finally {
        count(claims, -1)
        admit()
      }
    },
  }
}
