/** One text for one value: keys sorted, so that a hash means the content and not its order. */

export type Json = string | number | boolean | null | undefined | Json[] | { [key: string]: Json }

/** JSON with sorted keys; undefined members are left out. */
export const canonical = (value: Json): string => {
  if (Array.isArray(value)) return `[${value.map((v) => canonical(v ?? null)).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  const members = Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, v]) => `${JSON.stringify(key)}:${canonical(v)}`)
  return `{${members.join(',')}}`
}

const secretive = /pass(word|wd)?$|secret|token$|credential|private.?key|authorization|cookie/i

/** A copy in which the values of keys that look secret are stars; what JSON cannot say is text. */
export const masked = (value: unknown, depth = 0): unknown => {
  if (depth > 20) return '…'
  if (Array.isArray(value)) return value.map((v) => masked(v, depth + 1))
  if (value !== null && typeof value === 'object' && !(value instanceof Date))
    return Object.fromEntries(
      Object.entries(value).map(([key, v]) => [
        key,
        secretive.test(key) && v !== undefined && v !== null ? '***' : masked(v, depth + 1),
      ]),
    )
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  return typeof value === 'string' || typeof value === 'boolean' || value === undefined
    ? value
    : value === null
      ? null
      : String(value)
}
