/** What the forms about machines send, read and checked: every mistake with a good value. */
import { Problem } from '../lib/errors.ts'
import { isLevel, type Level } from '../lib/safety/levels.ts'
import { LIMITS, type Limits } from '../lib/safety/limits.ts'
import { type Raise, tiers } from '../lib/safety/tiers.ts'
import { shown } from '../views/parts/shown.ts'
import { limitNames } from '../views/settings-machines.ts'
import type { Fields } from './fields.ts'

/** Nobody needs more in an hour, and a slip of the finger is no limit. */
const MOST = 1000
const LONGEST_WHY = 200

const wrong = (details: Record<string, string>): Problem =>
  new Problem('invalid', 'That cannot be set like this.', { details })

export const levelIn = ({ level = '' }: Fields): Level => {
  const n = /^[1-5]$/.test(level) ? Number(level) : 0
  if (isLevel(n)) return n
  throw wrong({ level: 'expected 1, 2, 3, 4 or 5' })
}

export const readingIn = ({ readOnly }: Fields): boolean => {
  if (readOnly === 'on' || readOnly === 'off') return readOnly === 'on'
  throw wrong({ readOnly: 'expected on or off' })
}

const hourIn = (text: string): number | undefined =>
  /^\d{1,2}$/.test(text) && Number(text) < 24 ? Number(text) : undefined

type Hours = readonly [from: number, until: number]

/** Undefined = no night. */
export const nightIn = ({ off, from = '', until = '' }: Fields): Hours | undefined =>
  off === undefined ? hoursIn(from, until) : undefined

const hoursIn = (from: string, until: string): Hours => {
  const [a, b] = [hourIn(from), hourIn(until)]
  if (a === undefined) throw wrong({ from: 'expected an hour from 0 to 23, such as 22' })
  if (b === undefined) throw wrong({ until: 'expected an hour from 0 to 23, such as 7' })
  if (a === b) throw wrong({ until: 'expected another hour than the first, such as 7' })
  return [a, b]
}

/** Those that are not sent stay as they are. */
export const limitsIn = (fields: Fields, now: Limits): Limits => {
  const details: Record<string, string> = {}
  const limits = { ...now }
  for (const name of limitNames) {
    const text = fields[name]?.trim()
    if (text === undefined) continue
    if (/^\d{1,4}$/.test(text) && Number(text) <= MOST) limits[name] = Number(text)
    else details[name] = `a whole number from 0 to ${MOST}; ${LIMITS[name]} is a good value`
  }
  if (Object.keys(details).length > 0) throw wrong(details)
  return limits
}

/** Tools that a line may be for: those that change something, and those that depend on what they are given. */
export const strictTools: readonly string[] = [
  ...Object.entries(tiers).flatMap(([name, { tier }]) => (tier === 'GREEN' ? [] : [name])),
  ...['service_restart', 'cancel_task', 'run_command', 'guest_command'],
].sort()

const TARGET = /^(?:guest\/[1-9]\d{2,8}|(?:node|storage)\/[A-Za-z0-9][\w.-]{0,62})$/

export const raiseIn = (fields: Fields): Raise => {
  const { tool = '', from = '', until = '', tier } = fields
  const target = (fields.target ?? '').trim()
  const why = shown(fields.why ?? '', '').trim()
  if (tool && !strictTools.includes(tool) && !Object.hasOwn(tiers, tool))
    throw wrong({ tool: 'expected the name of a tool, such as guest_shutdown' })
  if (target && !TARGET.test(target))
    throw wrong({ target: 'expected guest/303, node/pve or storage/tank' })
  if (tier !== 'YELLOW' && tier !== 'RED' && tier !== 'BLACK')
    throw wrong({ tier: 'expected YELLOW, RED or BLACK' })
  if (!why || why.length > LONGEST_WHY)
    throw wrong({ why: `expected a reason of at most ${LONGEST_WHY} characters` })
  return {
    tier,
    why,
    ...(tool && { tool }),
    ...(target && { target }),
    ...((from || until) && { hours: hoursIn(from, until) }),
  }
}
