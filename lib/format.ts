/**
 * Figures as people read them, after the rules of the house: decimal point, one decimal below 100,
 * a thin space before the unit, binary units. A value that is not known is a dash, never a zero.
 */
export const DASH = '–'
const THIN = '\u2009'

export type Figure = { figure: string; unit: string }

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** Bytes split into figure and unit, so that a view can dim the unit. */
export const bytesParts = (n: number | null | undefined): Figure => {
  if (n === null || n === undefined || !Number.isFinite(n)) return { figure: DASH, unit: '' }
  let value = Math.abs(n)
  let step = 0
  while (value >= 1024 && step < units.length - 1) {
    value /= 1024
    step += 1
  }
  return { figure: (n < 0 ? '-' : '') + rounded(value, step), unit: units[step]! }
}

/** The same in a unit that is given: 214 MB in `GiB` is `0.2`. */
export const bytesIn = (n: number, unit: string): Figure => {
  const step = Math.max(0, units.indexOf(unit))
  return { figure: rounded(Math.max(0, n) / 1024 ** step, step), unit: '' }
}

const rounded = (value: number, step: number) =>
  value >= 100 || step === 0 ? String(Math.round(value)) : String(Math.round(value * 10) / 10)

/** `14.9 GiB`. */
export const bytes = (n: number | null | undefined): string => joined(bytesParts(n))

/** Bytes a second: `4.1 MiB/s`. */
export const rate = (n: number | null | undefined): string => {
  const { figure, unit } = bytesParts(n)
  return unit ? `${figure}${THIN}${unit}/s` : figure
}

const joined = ({ figure, unit }: Figure) => (unit ? `${figure}${THIN}${unit}` : figure)

/** A fraction (0-1) as whole percent: `67 %`. */
export const percent = (fraction: number | null | undefined): string =>
  fraction === null || fraction === undefined || !Number.isFinite(fraction)
    ? DASH
    : `${Math.round(fraction * 100)}${THIN}%`

/** A length of time in its largest sensible unit: `2 s`, `13 min`, `5 h`, `42 d`. Seconds in. */
export const duration = (seconds: number | null | undefined): string => {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return DASH
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s}${THIN}s`
  if (s < 3600) return `${Math.floor(s / 60)}${THIN}min`
  if (s < 172_800) return `${Math.floor(s / 3600)}${THIN}h`
  return `${Math.floor(s / 86_400)}${THIN}d`
}

/** The age of a moment (milliseconds) seen from now, in words. */
export const age = (at: number | null | undefined, now: number): string =>
  at === null || at === undefined ? DASH : duration((now - at) / 1000)

/** `14:32` in the given time zone. */
export const timeOfDay = (at: number, timeZone: string): string =>
  dated(at, timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

/** `2026-11-20 14:32:05` in the given time zone. */
export const dateTime = (at: number, timeZone: string): string =>
  dated(at, timeZone, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).replace(',', '')

const formatters = new Map<string, Intl.DateTimeFormat>()
const dated = (at: number, timeZone: string, options: Intl.DateTimeFormatOptions) => {
  const key = timeZone + JSON.stringify(options)
  let formatter = formatters.get(key)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('sv-SE', { ...options, timeZone })
    formatters.set(key, formatter)
  }
  return formatter.format(at)
}

/** `1 guest`, `5 guests`. */
export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n} ${n === 1 ? one : many}`

/** Dollars split into figure and unit: two decimals at least, and two digits that mean something. */
export const dollarsParts = (usd: number | null | undefined): Figure => {
  if (usd === null || usd === undefined || !Number.isFinite(usd)) return { figure: DASH, unit: '' }
  const figure =
    Math.abs(usd) >= 1 ? usd.toFixed(2) : Number(usd.toPrecision(2)).toFixed(places(usd))
  return { figure, unit: 'USD' }
}

/** `1.00 USD`, `0.0042 USD`. */
export const dollars = (usd: number | null | undefined): string => joined(dollarsParts(usd))

/** Six at most: less than that is nobody's bill. */
const places = (usd: number): number =>
  usd === 0 ? 2 : Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(Math.abs(usd)))))
