/** The doctor's look at the audit trail: whole or broken and where, what was forgotten, what was only counted. */
import type { Verdict } from '../audit/chain.ts'
import type { Config } from '../config.ts'
import { dateTime } from '../format.ts'
import type { DoctorNeeds } from './doctor.ts'
import { bad, type Finding, ok } from './finding.ts'

export const checkTrail = async (
  file: string,
  { timeZone }: Config,
  { verifyTrail }: DoctorNeeds,
): Promise<Finding> => {
  const verdict = await verifyTrail(file)
  const forgot = verdict.forgotten
  const words = [
    verdict.ok ? `${verdict.rows} rows, unbroken.` : brokenWords(verdict, timeZone),
    ...(verdict.trusted
      ? [
          `Those up to ${verdict.trusted.id} were checked on ${dateTime(verdict.trusted.at, timeZone)} and only counted now; --full checks all.`,
        ]
      : []),
    ...(forgot
      ? [
          `Rows before ${forgot.through + 1} were forgotten by retention on ${dateTime(forgot.at, timeZone)}.`,
        ]
      : []),
  ].join(' ')
  return verdict.ok
    ? ok('audit trail', words)
    : bad('audit trail', words, 'Compare with a backup; what came before that row is sound.')
}

const brokenWords = ({ brokenAt, why, at }: Verdict, timeZone: string): string => {
  const time = at === undefined ? 'unknown' : dateTime(at, timeZone)
  if (why === 'missing')
    return `Row ${brokenAt} is missing; the one before it is of ${time}. Somebody removed it, or the disk did.`
  if (why === 'anchor')
    return `What retention has forgotten is not what row ${brokenAt} (${time}) tells: somebody cut the trail by hand.`
  return `Row ${brokenAt} of ${time} does not fit the one before: somebody changed it, or the disk did.`
}
