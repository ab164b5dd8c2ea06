/** Who looked at which terminal, from where, how and how long: two rows of the trail a visit. */
import type { Trail } from '../audit/trail.ts'
import type { Clock } from '../clock.ts'
import { messageOf } from '../errors.ts'
import { duration } from '../format.ts'
import type { Log } from '../log.ts'
import type { Terminal } from './rows.ts'
import type { Mode } from './tickets.ts'

type Needs = { trail: Pick<Trail, 'write'>; clock: Pick<Clock, 'now'>; log: Log }
/** `text` = the screen as text, which follows; nobody types there. */
type Visit = { who: string; from: string; mode: Mode | 'text' }

/** Writes down that somebody came; the answer is called when he has left. Throws what writing throws. */
export const noteVisit = (
  { trail, clock, log }: Needs,
  { id, target }: Pick<Terminal, 'id' | 'target'>,
  { who, from, mode }: Visit,
): (() => void) => {
  const since = clock.now()
  const entry = { who, from, args: { terminal: id, mode }, target, verdict: 'run' }
  const of = trail.write({ ...entry, what: 'terminal.attach' })
  return () => {
    const reason = `after ${duration((clock.now() - since) / 1000)}`
    try {
      trail.write({ ...entry, what: 'terminal.leave', outcome: 'done', reason, of })
    } catch (error) {
      // Called when a socket has closed, where nobody would catch it: a full disk ends no server.
      log.error('terminals: a leave was not written down', { id, reason: messageOf(error) })
    }
  }
}
