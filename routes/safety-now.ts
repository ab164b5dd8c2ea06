/** What machines may do at this moment, in few words: for every page, the panel, `/readyz` and `jarvis status`. */
import { levels } from '../lib/safety/levels.ts'
import type { BriefSafety } from '../views/brief.ts'
import type { Safety } from '../views/parts/may.ts'
import type { Needs } from './needs.ts'

export const safetyNow = ({ brakes }: Pick<Needs, 'brakes'>): Safety => {
  const { level: set, readOnly } = brakes.settings.get()
  const breaker = brakes.limits.breaker()
  const level = brakes.level()
  return {
    level,
    name: levels[level].name,
    set,
    breaker,
    readOnly,
    waiting: brakes.approvals.waiting().length,
  }
}

/** The same with STOP and with what is known of protection. */
export const briefSafety = (
  needs: Pick<Needs, 'brakes' | 'self'> & { stop: Pick<Needs['stop'], 'state'> },
): BriefSafety => {
  const { level, name, set, breaker, readOnly, waiting } = safetyNow(needs)
  return {
    stopped: needs.stop.state().pressed,
    level,
    name,
    set,
    breaker: breaker?.reason ?? null,
    readOnly,
    waiting,
    protectionKnown: needs.brakes.protection() !== undefined,
    self: { told: needs.self?.told() ?? null, found: needs.self?.found()?.key ?? null },
  }
}
