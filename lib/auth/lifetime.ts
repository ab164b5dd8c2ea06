/** How long a key shall live, as people write it. */
import { days, hours } from '../clock.ts'
import { Problem } from '../errors.ts'

const UNITS: Record<string, number> = { h: hours(1), d: days(1), w: days(7), y: days(365) }

/** `12h`, `30d`, `8w`, `1y` in milliseconds; empty or `never` is undefined. Throws `invalid`. */
export const lifetime = (text: string | undefined): number | undefined => {
  const wish = (text ?? '').trim().toLowerCase()
  if (wish === '' || wish === 'never') return undefined
  const [, figure, unit] = /^(\d{1,4}) ?([hdwy])$/.exec(wish) ?? []
  if (!figure || !unit || Number(figure) === 0)
    throw new Problem('invalid', 'I do not understand how long that key shall live.', {
      next: 'Write 12h, 30d, 8w, 1y or never.',
      details: { field: 'expires' },
    })
  return Number(figure) * UNITS[unit]!
}
