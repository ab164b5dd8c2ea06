/** What a look at the audit trail's chain has found, in words. */
import type { Anchor, Verdict } from '../../lib/audit/chain.ts'
import type { Check } from '../../lib/audit/trail.ts'
import { count, dateTime, duration } from '../../lib/format.ts'
import { shown } from '../parts/shown.ts'
import { whenOf } from './range.ts'

type Moment = { now: number; timeZone: string }

export type ChainWords = {
  state: 'whole' | 'broken' | 'unknown'
  text: string
  /** The row to look at. */
  row?: number | undefined
}

export const chainWords = (check: Check | undefined, m: Moment): ChainWords => {
  if (!check)
    return { state: 'unknown', text: 'Nobody has looked at the chain yet; I do so each night.' }
  const { verdict, at, took, by } = check
  const looked = `Looked at ${whenOf(at, m)} by ${shown(by)}, in ${lasting(took)}.`
  if (verdict.ok)
    return { state: 'whole', text: `The chain is whole: ${count(verdict.rows, 'row')}. ${looked}` }
  return {
    state: 'broken',
    text: `The chain is broken at row ${verdict.brokenAt}${timeIn(verdict, m)}. ${reasons[verdict.why ?? 'changed']} ${looked}`,
    row: verdict.brokenAt,
  }
}

/** Moments shorter than a second have a figure of their own. */
const lasting = (ms: number) => (ms < 1000 ? `${Math.round(ms)}\u2009ms` : duration(ms / 1000))

const timeIn = ({ at, why }: Verdict, { timeZone }: Moment) =>
  at === undefined
    ? ''
    : why === 'missing'
      ? `, after ${dateTime(at, timeZone)}`
      : `, of ${dateTime(at, timeZone)}`

const reasons: Record<NonNullable<Verdict['why']>, string> = {
  changed: 'It does not fit the one before: somebody changed it, or the disk did.',
  missing: 'It is missing: somebody removed it, or the disk did.',
  anchor: 'What was forgotten is not what it tells: somebody cut the trail by hand.',
}

export const forgottenWords = (
  anchor: Anchor | undefined,
  keepDays: number,
  { timeZone }: Moment,
): string => {
  const rule =
    keepDays === 0 ? 'Rows are kept for ever.' : `Rows are kept for ${count(keepDays, 'day')}.`
  return anchor
    ? `${rule} Those before row ${anchor.through + 1} were forgotten on ${dateTime(anchor.at, timeZone)}.`
    : rule
}
