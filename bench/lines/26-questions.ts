import type { Mark } from '../../test/lib/chat/score.ts'
import { atLeast, atMost, helper, type Line, median, quantile } from '../frame.ts'

type Score = { marks: Mark[]; right: number; wrong: number; score: number }

/** Not ratios: a question is answered or not, and what somebody waits for is the time itself. */
export const line: Line = {
  id: 26,
  name: 'questions without a model',
  async run({ quick, rounds }) {
    const child = helper('inside/questions.ts')
    try {
      const scores = await child.ask<Score[]>('marks')
      for (const { asks, text } of scores.flatMap((s) => s.marks.filter((m) => m.mark === 'wrong')))
        console.error(`answered wrongly: ${asks} ${text}`)
      // Well, and with a node off: the lesser of the two counts.
      const worst = scores.reduce((a, b) => (b.score < a.score ? b : a))
      const times = quick ? 3 : 10
      await child.ask<number[]>('answer', { rounds: times, isLarge: false })
      const small: number[][] = []
      const large: number[][] = []
      for (let round = 0; round < rounds; round++) {
        small.push(await child.ask<number[]>('answer', { rounds: times, isLarge: false }))
        large.push(await child.ask<number[]>('answer', { rounds: 1, isLarge: true }))
      }
      const of = (took: number[][], q: number) => median(took.map((one) => quantile(one, q)))
      return [
        atLeast(40, {
          id: '26',
          what: 'everyday questions answered without a model, wrong ones twice off',
          unit: 'of 100',
          value: worst.score,
          note: `${worst.right} right, ${worst.wrong} wrong, ${100 - worst.right - worst.wrong} left to a model`,
        }),
        atMost(1, {
          id: '26b',
          what: 'time of such an answer, p50',
          unit: 'ms',
          value: of(small, 0.5) / 1000,
          note: `p99 ${(of(small, 0.99) / 1000).toFixed(2)} ms; at 800 guests p50 ${(of(large, 0.5) / 1000).toFixed(2)} ms`,
        }),
      ]
    } finally {
      await child.end()
    }
  },
}
