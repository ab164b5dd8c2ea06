import { atMost, type Line, median, ratio } from '../frame.ts'
import { slowRounds } from '../terminal/terminal.ts'

export const line: Line = {
  id: 16,
  name: 'Ctrl-C beside a slow reader',
  async run(options) {
    const { kept, plain } = await slowRounds(options)
    const [mine, theirs] = [kept.map((r) => r.silence), plain.map((r) => r.silence)]
    return [
      atMost(0.25, {
        id: '16',
        what: 'Ctrl-C to silence beside a slow reader, to plain send',
        value: ratio(mine, theirs),
        note: `${median(mine).toFixed(0)} ms, plain ${median(theirs).toFixed(0)} ms`,
      }),
    ]
  },
}
