/**
 * A call of a client: through the door, and then as patient as the client is. Who asked for progress
 * gets it and waits for the end; everybody else hears after a while that it is under way.
 */
import { randomBytes } from 'node:crypto'
import { type Clock, minutes, seconds, sleep } from '../clock.ts'
import { asProblem, Problem } from '../errors.ts'
import type { Log } from '../log.ts'
import { ended } from '../tools/asking.ts'
import type { Asking } from '../tools/deeds.ts'
import type { Door, Result } from '../tools/door.ts'

const TELL_EVERY_MS = seconds(2)
const LOOK_EVERY_MS = seconds(1)
/** A migration may take hours; nobody holds a line that long. */
const LONGEST_MS = minutes(10)

export type Call = {
  tool: string
  args: unknown
  caller: Asking
  /** The client has given up, or is gone. The deed goes on. */
  signal: AbortSignal
  /** Where the client asked for it: seconds since the call. */
  progress?: ((tookS: number) => void) | undefined
}

type Needs = {
  tools: Pick<Door, 'call' | 'deed'>
  clock: Clock
  log: Pick<Log, 'error'>
}

export const createCalls = ({ tools, clock, log }: Needs) => {
  const follow = async (under: Result, until: number, signal: AbortSignal): Promise<Result> => {
    while (clock.now() < until && !signal.aborted) {
      const deed = tools.deed(under.id!)
      if (deed && deed.state !== 'running') return ended(deed)
      await sleep(clock, LOOK_EVERY_MS, signal).catch(() => undefined)
    }
    return under
  }

  /** Never rejects, and never lets the words of a fault of ours out of the house. */
  return async ({ tool, args, caller, signal, progress }: Call): Promise<Result> => {
    const since = clock.now()
    const hush = progress && ticking(clock, () => progress((clock.now() - since) / 1000))
    try {
      const result = await tools.call({ tool, args, caller })
      if (result.state !== 'running' || !progress) return result
      return await follow(result, since + LONGEST_MS, signal)
    } catch (thrown) {
      const problem = mess(thrown, log, tool)
      return { state: 'failed', text: problem.message, took: (clock.now() - since) / 1000, problem }
    } finally {
      hush?.()
    }
  }
}

/** A fault of ours gets a number, which stands in the log beside the stack. */
export const mess = (thrown: unknown, log: Pick<Log, 'error'>, what: string): Problem => {
  const problem = asProblem(thrown)
  if (problem.kind !== 'broken') return problem
  const error = randomBytes(2).toString('hex').toUpperCase()
  const cause = problem.cause instanceof Error ? problem.cause : problem
  log.error('mcp: a request broke', { error, what, stack: cause.stack ?? cause.message })
  return new Problem('broken', `I have made a mess of this. Error ${error}, written down.`, {
    next: 'The log has the details; look whether it was done before you ask again.',
  })
}

const ticking = (clock: Clock, tick: () => void) => {
  let cancel = () => {}
  const next = () => {
    cancel = clock.after(TELL_EVERY_MS, () => {
      tick()
      next()
    })
  }
  next()
  return () => cancel()
}
