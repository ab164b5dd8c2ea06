import { freshRound, large, withClients } from '../fanout/fanout.ts'
import { alternate, atMost, type Line, median, ratio } from '../frame.ts'

const size = { ...large, clients: 500 }

/** How late the last byte comes: the server's work before it counts, so does the loop it blocks. */
export const line: Line = {
  id: 3,
  name: 'delivery',
  run: ({ quick, rounds }) =>
    withClients(async (clients) => {
      const how = { ticks: quick ? 2 : 4, churn: 'all' as const, everyMs: 500 }
      const ran = await alternate(
        {
          hub: () => freshRound('hub', size, clients, how),
          peer: () => freshRound('socket.io', size, clients, how),
        },
        rounds,
      )
      const [mine, theirs] = [ran.hub.map((r) => r.p99), ran.peer.map((r) => r.p99)]
      return [
        atMost(0.6, {
          id: '3',
          what: 'delivery p99, 800 guests, 500 clients, to Socket.IO',
          value: ratio(mine, theirs),
          note: `${median(mine).toFixed(0)} ms, Socket.IO ${median(theirs).toFixed(0)} ms`,
        }),
      ]
    }),
}
