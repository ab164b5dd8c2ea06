/** Days and months as the house's own clock has them: budgets begin at its midnight. */
import { days, hours } from '../clock.ts'
import { dateTime } from '../format.ts'

/** `2026-11-20` */
export const dayOf = (at: number, timeZone: string): string => dateTime(at, timeZone).slice(0, 10)

/** The midnight that began this day. */
export const dayStart = (at: number, timeZone: string): number => {
  const day = dayOf(at, timeZone)
  let start = at - sinceMidnight(at, timeZone)
  // On the two days that are longer or shorter the hands of the clock lead an hour astray.
  if (dayOf(start, timeZone) !== day) start += days(1) - sinceMidnight(start, timeZone)
  else start -= sinceMidnight(start, timeZone)
  return start
}

const sinceMidnight = (at: number, timeZone: string): number => {
  const [h = 0, m = 0, s = 0] = dateTime(at, timeZone).slice(11).split(':').map(Number)
  return hours(h) + m * 60_000 + s * 1000 + (((at % 1000) + 1000) % 1000)
}

export const monthStart = (at: number, timeZone: string): number => {
  const date = Number(dayOf(at, timeZone).slice(8))
  // Noon, so that an hour more or less does not change the day.
  return dayStart(dayStart(at, timeZone) + hours(12) - days(date - 1), timeZone)
}

/** When the next day, the next month begins. */
export const nextDay = (at: number, timeZone: string): number =>
  dayStart(dayStart(at, timeZone) + hours(36), timeZone)

export const nextMonth = (at: number, timeZone: string): number =>
  monthStart(monthStart(at, timeZone) + days(31) + hours(12), timeZone)

/** The days of this month up to the last one, `2026-11-01` and so on. */
export const daysOfMonth = (at: number, timeZone: string): string[] => {
  const month = dayOf(at, timeZone).slice(0, 7)
  const [year = 0, number = 0] = month.split('-').map(Number)
  const { length } = { length: new Date(Date.UTC(year, number, 0)).getUTCDate() }
  return Array.from({ length }, (_, i) => `${month}-${String(i + 1).padStart(2, '0')}`)
}
