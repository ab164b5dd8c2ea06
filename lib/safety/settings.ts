/**
 * What a person has set about machines: level, reading only, hours, limits, stricter lines, marks.
 * It is changed in the settings, by a logged-in person, and by nothing else.
 */
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import type { Level } from './levels.ts'
import { LIMITS, type Limits } from './limits.ts'
import type { Raise } from './tiers.ts'

export type SafetySettings = {
  level: Level
  /** Nothing is changed, by nobody, until it is switched off. */
  readOnly: boolean
  /** Hours of the day at which level 4 asks. */
  night?: readonly [from: number, until: number] | undefined
  limits: Limits
  raises: readonly Raise[]
  /** `guest/303` → why. */
  marked: Readonly<Record<string, string>>
  /** Taken out of what names and tags protect. */
  unmarked: readonly string[]
}

export type Settings = {
  get(): SafetySettings
  /** Durable when it returns. `by` is the account. */
  set(change: Partial<SafetySettings>, by: string): SafetySettings
}

/** Level 3 after the set-up (design §4); the lab starts at 4. */
export const DEFAULTS: SafetySettings = {
  level: 3,
  readOnly: false,
  limits: LIMITS,
  raises: [],
  marked: {},
  unmarked: [],
}

type Needs = { db: Db; clock: Pick<Clock, 'now'>; defaults?: Partial<SafetySettings> | undefined }

export const createSettings = ({ db, clock, defaults }: Needs): Settings => {
  const base = { ...DEFAULTS, ...defaults }
  const stored = () => {
    const rows = db.all<{ key: string; value: string }>('select key, value from safety_settings')
    return Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value) as unknown]))
  }
  let now = merged(base, stored())
  return {
    get: () => now,
    set(change, by) {
      db.tx(() => {
        for (const [key, value] of Object.entries(change))
          db.run(
            `insert into safety_settings (key, value, at, by) values (?, ?, ?, ?)
             on conflict (key) do update set value = excluded.value, at = excluded.at, by = excluded.by`,
            [key, JSON.stringify(value ?? null), clock.now(), by],
          )
      })
      now = merged(base, stored())
      return now
    },
  }
}

/** A stored level that is none counts as the most careful one. */
const merged = (base: SafetySettings, stored: Record<string, unknown>): SafetySettings => {
  const all = { ...base, ...stored } as SafetySettings
  return {
    ...all,
    level: [1, 2, 3, 4, 5].includes(all.level) ? all.level : 1,
    night: all.night ?? undefined,
    limits: { ...base.limits, ...all.limits },
  }
}
