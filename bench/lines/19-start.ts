import { atMost, type Line, median, ratio } from '../frame.ts'
import { starts } from '../start/start.ts'

/** Lines 19 and 20 come of the same starts. */
export const line: Line = {
  id: 19,
  name: 'start and memory after it',
  async run({ quick, rounds }) {
    const { product, http, express } = await starts(quick ? 2 : rounds + 4)
    const ms = (side: { ms: number }[]) => side.map((one) => one.ms)
    const mb = (side: { mb: number }[]) => side.map((one) => one.mb)
    const told = (of: (side: typeof product) => number[], unit: string) =>
      `${median(of(product)).toFixed(0)} ${unit}, node:http ${median(of(http)).toFixed(0)}, Express + Socket.IO ${median(of(express)).toFixed(0)}`
    return [
      atMost(1.6, {
        id: '19',
        what: 'start to the first answer, bundle, to bare node:http',
        value: ratio(ms(product), ms(http)),
        note: told(ms, 'ms'),
      }),
      atMost(1, {
        id: '19b',
        what: 'start to the first answer, bundle, to Express + Socket.IO',
        value: ratio(ms(product), ms(express)),
      }),
      atMost(1, {
        id: '20',
        what: 'RSS after start, to Express + Socket.IO',
        value: ratio(mb(product), mb(express)),
        note: told(mb, 'MB'),
      }),
    ]
  },
}
