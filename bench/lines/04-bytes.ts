import { freshRound, home, large, type Size, withClients } from '../fanout/fanout.ts'
import { alternate, atMost, type Line, median, type Options, type Result, ratio } from '../frame.ts'

const bytes = (id: string, size: Size, target: number, { quick, rounds }: Options) =>
  withClients(async (clients): Promise<Result> => {
    const few = { ...size, clients: 2 }
    const how = { ticks: quick ? 4 : 12, churn: 'ordinary' as const, everyMs: 20 }
    const ran = await alternate(
      {
        hub: () => freshRound('hub', few, clients, { ...how, gzip: true }),
        peer: () => freshRound('socket.io', few, clients, how),
      },
      rounds,
    )
    const [mine, theirs] = [ran.hub.map((r) => r.bytes), ran.peer.map((r) => r.bytes)]
    return atMost(target, {
      id,
      what: `bytes per update and client, ${size.guests} guests, ordinary churn, to all as JSON`,
      value: ratio(mine, theirs),
      note: `${median(mine).toFixed(0)} B, JSON ${median(theirs).toFixed(0)} B`,
    })
  })

export const line: Line = {
  id: 4,
  name: 'bytes of changed rows',
  run: async (options) => [
    await bytes('4', large, 0.05, options),
    await bytes('4b', home, 0.08, options),
  ],
}
