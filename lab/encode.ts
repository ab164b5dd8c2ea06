/**
 * JSON as Perl writes it: the order of keys, and of most lists, is another one at every call
 * (8 different bodies in 8 equal GETs on PVE 9.2.11). A client that compares text learns it here.
 */
import { type Random, shuffled } from './random.ts'

export const encode = (value: unknown, random: Random, ordered = false): string => {
  const turn = Math.floor(random() * 1000)
  const write = (v: unknown, depth: number): string => {
    if (Array.isArray(v)) {
      const rows = !ordered && depth === 1 ? shuffled(v, random) : v
      return `[${rows.map((row) => write(row, depth + 1)).join(',')}]`
    }
    if (typeof v !== 'object' || v === null) return JSON.stringify(v) ?? 'null'
    const entries = Object.entries(v).filter(([, inner]) => inner !== undefined)
    const first = entries.length ? turn % entries.length : 0
    return `{${[...entries.slice(first), ...entries.slice(0, first)]
      .map(([key, inner]) => `${JSON.stringify(key)}:${write(inner, depth + 1)}`)
      .join(',')}}`
  }
  return write(value, 0)
}
