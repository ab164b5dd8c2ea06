import { atMost, type Line, median, ratio } from '../frame.ts'
import { slowRounds } from '../terminal/terminal.ts'

export const line: Line = {
  id: 14,
  name: 'slow browser',
  async run(options) {
    const { kept, plain } = await slowRounds(options)
    const [mine, theirs] = [kept.map((r) => r.mb), plain.map((r) => r.mb)]
    const told = (f: number[]) => `${median(f).toFixed(1)} MB`
    return [
      atMost(32, {
        id: '14',
        what: 'RSS growth with a browser of 2 MB/s, flood of 4.5 s',
        value: median(mine),
        unit: 'MB',
        note: `plain send ${told(theirs)}`,
      }),
      atMost(0.15, { id: '14b', what: 'the same, to plain send', value: ratio(mine, theirs) }),
    ]
  },
}
