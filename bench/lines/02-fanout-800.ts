import { fanoutCost } from '../fanout/cost.ts'
import { large } from '../fanout/fanout.ts'
import type { Line } from '../frame.ts'

export const line: Line = {
  id: 2,
  name: 'fan-out, 800 guests',
  run: (options) => fanoutCost(2, large, { toPeer: 0.65 }, options),
}
