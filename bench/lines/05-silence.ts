import { home, withRoad } from '../fanout/fanout.ts'
import { atMost, type Line } from '../frame.ts'

/** Polls that changed nothing shown: not a byte, outside the heartbeat of 15 s. */
export const line: Line = {
  id: 5,
  name: 'silence when nothing changed',
  run: ({ quick }) =>
    withRoad('hub', home, async (hub, clients) => {
      await clients.ask('open', { port: hub.port, kind: 'hub', gzip: false, n: 20 })
      const polls = quick ? 5 : 50
      await hub.server.ask('run', { ticks: polls, everyMs: 20, churn: 'none', gzip: false })
      const bytes = await clients.ask<number>('excess', { ms: 1000 })
      return [
        atMost(0, { id: '5', what: 'bytes when nothing shown changed', value: bytes, unit: 'B' }),
      ]
    }),
}
