/** Lines 1 and 2: what an update costs the server for each viewer, beside the limit and the peer. */
import { alternate, atMost, median, type Options, type Result, ratio } from '../frame.ts'
import { freshRound, type RoadKind, type Size, withClients, withRoad } from './fanout.ts'

/** After many updates, when all code is compiled: told for comparison, no target. */
const warm = (kind: RoadKind, size: Size) =>
  withRoad(kind, size, async (road, clients) => {
    const open = { port: road.port, kind, gzip: false, n: size.clients }
    await clients.ask('open', open)
    await road.tell({ ticks: 50, churn: 'all', everyMs: 40 })
    return (await road.tell({ ticks: 12, churn: 'all' })).cpu.toFixed(1)
  })

export const fanoutCost = async (
  id: number,
  size: Size,
  { toPeer }: { toPeer: number },
  { quick, rounds }: Options,
): Promise<Result[]> => {
  const how = { ticks: quick ? 4 : 12, churn: 'all' as const }
  const ran = await withClients((clients) =>
    alternate(
      {
        hub: () => freshRound('hub', size, clients, how),
        gzip: () => freshRound('hub', size, clients, { ...how, gzip: true }),
        limit: () => freshRound('limit', size, clients, how),
        'socket.io': () => freshRound('socket.io', size, clients, how),
      },
      rounds,
    ),
  )
  const kinds = ['hub', 'limit', 'socket.io'] as const
  const cpu = (kind: RoadKind | 'gzip') => ran[kind].map((round) => round.cpu)
  const cold = kinds.map((kind) => `${kind} ${median(cpu(kind)).toFixed(1)} us`).join(', ')
  const hot: string[] = []
  if (!quick) for (const kind of kinds) hot.push(await warm(kind, size))
  const what = `CPU per update and client, ${size.guests} guests, ${size.clients} clients`
  return [
    atMost(1.25, {
      id: `${id}`,
      what: `${what}, to the raw socket limit`,
      value: ratio(cpu('hub'), cpu('limit')),
      note: hot.length ? `${cold}; once warm ${hot.join(', ')}` : cold,
    }),
    atMost(toPeer, {
      id: `${id}b`,
      what: `${what}, to Socket.IO`,
      value: ratio(cpu('hub'), cpu('socket.io')),
    }),
    atMost(toPeer, {
      id: `${id}c`,
      what: 'the same with the shared gzip that every browser asks for, to Socket.IO',
      value: ratio(cpu('gzip'), cpu('socket.io')),
      note: `${median(cpu('gzip')).toFixed(1)} us`,
    }),
  ]
}
