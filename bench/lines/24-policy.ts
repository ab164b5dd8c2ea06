import { corpus, labelled } from '../../test/lib/safety/corpus.ts'
import { atMost, helper, type Line, median, quantile } from '../frame.ts'

/** Not a ratio: what somebody waits for is the time itself (design §6). */
export const line: Line = {
  id: 24,
  name: 'shell policy',
  async run({ quick, rounds }) {
    const lines = [
      ...['benign', 'evasive', 'black'].flatMap(corpus),
      ...labelled('changes').map((c) => c.line),
    ]
    const child = helper('inside/policy.ts')
    try {
      const times = quick ? 3 : 10
      // A server decides its first commands cold and all others warm; this is about the others.
      await child.ask<number[]>('decide', { times, lines })
      const figures: { p50: number; p99: number }[] = []
      for (let round = 0; round < rounds; round++) {
        const took = await child.ask<number[]>('decide', { times, lines })
        figures.push({ p50: quantile(took, 0.5), p99: quantile(took, 0.99) })
      }
      const p50 = median(figures.map((f) => f.p50))
      const p99 = median(figures.map((f) => f.p99))
      return [
        atMost(0.2, {
          id: '24',
          what: 'shell policy, time of a decision over the corpus, p99',
          unit: 'ms',
          value: p99 / 1000,
          note: `p50 ${p50.toFixed(1)} µs, p99 ${p99.toFixed(1)} µs`,
        }),
      ]
    } finally {
      await child.end()
    }
  },
}
