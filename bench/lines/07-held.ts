import { home, type RoadKind, withRoad } from '../fanout/fanout.ts'
import { alternate, atMost, type Line, median, ratio } from '../frame.ts'

/** Memory of one stream that is open and quiet, kB; a new server each time, or pools hide it. */
const held = (kind: RoadKind) => () =>
  withRoad(kind, home, async ({ port, server }, clients) => {
    await clients.ask('open', { port, kind, gzip: false, n: 10 })
    const before = await server.ask<number>('rss')
    await clients.ask('open', { port, kind, gzip: false, n: 200 })
    return ((await server.ask<number>('rss')) - before) / 200 / 1024
  })

export const line: Line = {
  id: 7,
  name: 'memory of a held stream',
  async run({ rounds }) {
    const ran = await alternate({ hub: held('hub'), peer: held('socket.io') }, rounds)
    return [
      atMost(0.75, {
        id: '7',
        what: 'server RSS per held stream, 200 clients, to Socket.IO',
        value: ratio(ran.hub, ran.peer),
        note: `${median(ran.hub).toFixed(1)} kB, Socket.IO ${median(ran.peer).toFixed(1)} kB`,
      }),
    ]
  },
}
