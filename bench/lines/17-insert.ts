import { alternate, atLeast, helper, type Line, median, ratio } from '../frame.ts'

export const line: Line = {
  id: 17,
  name: 'event insert',
  async run({ quick, rounds }) {
    const child = helper('inside/events.ts')
    try {
      const rows = quick ? 2000 : 20_000
      const run = (side: string) => () => child.ask<number>('insert', { side, rows })
      const sides = { product: run('product'), bare: run('bare') }
      await alternate(sides, 1)
      const ran = await alternate(sides, rounds)
      await child.ask('clear')
      return [
        atLeast(0.4, {
          id: '17',
          what: 'events stored through bus and buffer (50 a transaction), to better-sqlite3 bare',
          value: ratio(ran.product, ran.bare),
          note: `${Math.round(median(ran.product))} rows/s, bare ${Math.round(median(ran.bare))} rows/s`,
        }),
      ]
    } finally {
      await child.end()
    }
  },
}
