/**
 * Everything that holds a deed back, tied together for the door: the judge and what he weighs, the
 * limits of machines, where words come from, and the requests that wait for a person.
 */
import { type Clock, hours } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { type Approvals, createApprovals } from './approvals.ts'
import { createJudge, type Judge, type JudgeContext } from './judge.ts'
import type { Level } from './levels.ts'
import { createLimits, type LimitKeeper } from './limits.ts'
import { type Marks, type Protection, protectionOf, type World } from './protected.ts'
import { createProvenance, type Provenance } from './provenance.ts'
import { createSettings, type SafetySettings, type Settings } from './settings.ts'
import { createShellPolicy, type ShellPolicy } from './shell/policy.ts'

export type Brakes = {
  judge: Judge
  shell: ShellPolicy
  settings: Settings
  limits: LimitKeeper
  provenance: Provenance
  approvals: Approvals
  /** What must not fall over, as it is now; undefined when it cannot be known. */
  protection(): Protection | undefined
  /** The level that counts now: 1 while the breaker is down. */
  level(): Level
  /** What the settings and the hour say; the door adds what it knows about caller and cluster. */
  circumstances(): Pick<
    JudgeContext,
    'level' | 'protection' | 'readOnly' | 'hour' | 'night' | 'raises'
  >
  sweep(): void
}

type Needs = {
  db: Db
  clock: Pick<Clock, 'now'>
  canonical(value: unknown): string
  /** Undefined while the picture is missing or stale. */
  world(): World | undefined
  /** Of the configuration: where Jarvis runs, and who does what in the house. */
  marks?: (() => Marks) | undefined
  /** Local hour of the day; UTC unless told. */
  hour?: ((at: number) => number) | undefined
  defaults?: Partial<SafetySettings> | undefined
  onTrip?: ((reason: string) => void) | undefined
  shell?: ShellPolicy | undefined
}

export const createBrakes = (needs: Needs): Brakes => {
  const { db, clock, canonical, world, shell = createShellPolicy() } = needs
  const hour = needs.hour ?? ((at) => Math.floor((at % hours(24)) / hours(1)))
  const settings = createSettings(needs)
  const limits = createLimits({
    db,
    clock,
    limits: () => settings.get().limits,
    onTrip: needs.onTrip,
  })
  const approvals = createApprovals({ db, clock, canonical })
  const provenance = createProvenance({ db, clock })
  const protection = () => {
    const { marked, unmarked } = settings.get()
    const marks = needs.marks?.() ?? {}
    return protectionOf(world(), {
      ...marks,
      marked: { ...marks.marked, ...marked },
      unmarked: [...(marks.unmarked ?? []), ...unmarked],
    })
  }
  const level = (): Level => (limits.breaker() ? 1 : settings.get().level)
  return {
    judge: createJudge({ shell }),
    shell,
    settings,
    limits,
    provenance,
    approvals,
    protection,
    level,
    circumstances() {
      const { readOnly, night, raises } = settings.get()
      return {
        level: level(),
        protection: protection(),
        readOnly,
        hour: hour(clock.now()),
        night,
        raises,
      }
    },
    sweep() {
      limits.sweep()
      provenance.sweep()
      approvals.sweep()
    },
  }
}
