import { atMost, type Line, median, quantile, ratio } from '../frame.ts'
import { slowRounds } from '../terminal/terminal.ts'

export const line: Line = {
  id: 15,
  name: 'echo beside a flood',
  async run(options) {
    const { kept, plain } = await slowRounds(options)
    const p = (q: number, of: number[][]) => of.map((f) => quantile(f, q))
    const beside = kept.map((r) => r.beside)
    const [mine, theirs] = [
      p(0.99, beside),
      p(
        0.99,
        plain.map((r) => r.beside),
      ),
    ]
    const [busy, calm] = [
      p(0.5, beside),
      p(
        0.5,
        kept.map((r) => r.calm),
      ),
    ]
    const told = (f: number[]) => `${median(f).toFixed(1)} ms`
    return [
      atMost(0.5, {
        id: '15',
        what: 'echo of a key beside that flood, p99, to plain send',
        value: ratio(mine, theirs),
        note: `${told(mine)}, plain ${told(theirs)}`,
      }),
      atMost(2, {
        id: '15b',
        what: 'the same, p50, to calm',
        value: ratio(busy, calm),
        note: `${told(busy)}, calm ${told(calm)}`,
      }),
    ]
  },
}
