import type { Shown } from '../../lib/chat/chat.ts'
import { openTalk, talk } from '../../test/chat.ts'
import { player, questions } from '../../test/played.ts'
import { atMost, type Line } from '../frame.ts'

type Route = 'rules' | 'local' | 'claude'
const routeOf = ({ mind }: Shown): Route => (mind?.split(' ')[0] ?? 'rules') as Route

/**
 * What a question weighs and costs, by who answers it: a fixed set through the real turn, the tools real,
 * the models played. Tokens are estimated at four characters each, the price is that of the list.
 */
export const line: Line = {
  id: 28,
  name: 'tokens',
  async run() {
    const play = player()
    const house = await openTalk({ script: { llama: play, claude: play, window: 16_384 } })
    const took: Record<Route, Shown[]> = { rules: [], local: [], claude: [] }
    try {
      for (const question of questions) {
        const turn = await talk(house, question)
        if (turn.state !== 'done') throw new Error(`${question}: ${turn.state} ${turn.why ?? ''}`)
        took[routeOf(turn)].push(turn)
      }
    } finally {
      await house.shut()
    }
    const mean = (route: Route, of: (turn: Shown) => number) =>
      took[route].reduce((sum, turn) => sum + of(turn), 0) / Math.max(1, took[route].length)
    const tokens = (route: Route) => mean(route, ({ tokens: t }) => t.in + t.out)
    const usd = mean('claude', (t) => t.usd ?? Number.NaN)
    const all = Object.values(took).flat()
    const bill = all.reduce((sum, t) => sum + (t.usd ?? Number.NaN), 0) / all.length
    const shares = Object.entries(took).map(([route, turns]) => `${route} ${turns.length}`)
    const what = 'tokens of a question that is answered by'
    return [
      atMost(0, { id: '28', what: `${what} a table`, unit: 'tok', value: tokens('rules') }),
      atMost(16_384, {
        id: '28b',
        what: `${what} a model at home, with one look`,
        unit: 'tok',
        value: tokens('local'),
      }),
      atMost(40_000, {
        id: '28c',
        what: `${what} Claude, with one look`,
        unit: 'tok',
        value: tokens('claude'),
      }),
      atMost(0.05, {
        id: '28d',
        what: 'price of a question to Claude (Sonnet), with one look',
        unit: 'USD',
        value: usd,
        note: `of all ${all.length} (${shares.join(', ')}): ${bill.toFixed(4)} USD a question`,
      }),
    ]
  },
}
