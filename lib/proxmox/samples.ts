/** History as RRD gives it, of nodes, guests and storages alike. */
import { number, rows, sorted } from './decode.ts'
import type { Sample } from './types.ts'

/** rrddata: a row without a sample lacks the key; so does the value here. Oldest first. */
export const samples = (data: unknown): Sample[] =>
  sorted(
    rows(data).flatMap((r) => {
      const time = number(r.time)
      if (time === undefined) return []
      const values = Object.entries(r).flatMap(([key, v]) => {
        const n = number(v)
        return n === undefined ? [] : [[key, n] as const]
      })
      return [{ ...Object.fromEntries(values), time }]
    }),
    (s) => s.time,
  )
