import { fanoutCost } from '../fanout/cost.ts'
import { home } from '../fanout/fanout.ts'
import type { Line } from '../frame.ts'

export const line: Line = {
  id: 1,
  name: 'fan-out, 30 guests',
  run: (options) => fanoutCost(1, home, { toPeer: 0.6 }, options),
}
