import { alternate, atMost, helper, type Line, median, ratio } from '../frame.ts'

export const line: Line = {
  id: 18,
  name: 'event query',
  async run({ quick, rounds }) {
    const child = helper('inside/events.ts')
    try {
      const rows = quick ? 100_000 : 1_000_000
      await child.ask('fill', { rows })
      const run = (side: string) => () => child.ask<number>('query', { side, times: 200 })
      const sides = { product: run('product'), bare: run('bare') }
      await alternate(sides, 1)
      const ran = await alternate(sides, rounds)
      const { plans, scans } = await child.ask<{ plans: number; scans: string[] }>('plans')
      await child.ask('clear')
      for (const scan of scans) console.error(`full scan: ${scan}`)
      return [
        atMost(1.5, {
          id: '18',
          what: `last 200 events of a node at ${rows} rows, to better-sqlite3 bare`,
          value: ratio(ran.product, ran.bare),
          note: `${median(ran.product).toFixed(3)} ms, bare ${median(ran.bare).toFixed(3)} ms; the product also decodes`,
        }),
        atMost(0, {
          id: '18b',
          what: "the event store's query plans with a full scan",
          value: scans.length,
          unit: `of ${plans}`,
        }),
      ]
    } finally {
      await child.end()
    }
  },
}
