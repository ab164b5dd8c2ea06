/**
 * What one page asks the cluster besides the picture: in parallel, 5 s at most, and what cannot be
 * read is a reason in words. No page waits for a node that hangs.
 */
import { randomBytes } from 'node:crypto'
import { type Clock, seconds } from '../lib/clock.ts'
import { Problem } from '../lib/errors.ts'
import type { Log } from '../lib/log.ts'
import type { Got } from '../views/pages/got.ts'

const PATIENCE_MS = seconds(5)

export type Read = <T>(ask: (options: { signal: AbortSignal }) => Promise<T>) => Promise<Got<T>>

/** Never rejects; what was late is given up, so that nothing goes on in the background. */
export const createReader =
  ({ clock, log }: { clock: Clock; log: Log }): Read =>
  async (ask) => {
    const limit = new AbortController()
    let cancel = () => {}
    const late = new Promise<never>((_, reject) => {
      cancel = clock.after(PATIENCE_MS, () => {
        const problem = new Problem('timeout', 'No answer within 5 s.')
        reject(problem)
        limit.abort(problem)
      })
    })
    try {
      return { value: await Promise.race([ask({ signal: limit.signal }), late]) }
    } catch (thrown) {
      return { problem: thrown instanceof Problem ? thrown : ownFault(thrown, log) }
    } finally {
      cancel()
    }
  }

const ownFault = (thrown: unknown, log: Log): Problem => {
  const error = randomBytes(2).toString('hex').toUpperCase()
  const stack = thrown instanceof Error ? thrown.stack : String(thrown)
  log.error('site: a part of a page broke', { error, stack })
  return new Problem(
    'broken',
    `I have made a mess of this panel. Error ${error}, written down; the rest of the page is well.`,
  )
}

/** For what is not asked because the answer is known: the node is off. */
export const notAsked = (why: string): { problem: Problem } => ({
  problem: new Problem('unreachable', why),
})
