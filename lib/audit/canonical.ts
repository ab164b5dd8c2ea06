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
