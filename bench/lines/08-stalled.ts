import { large, withRoad } from '../fanout/fanout.ts'
import { alternate, atMost, type Line, median, ratio } from '../frame.ts'

const CLIENTS = 20
const how = { churn: 'all' as const, everyMs: 20 }

/** Updates to 20 readers, with or without one more who reads nothing (47 MB are offered to him). */
const run = (updates: number, isStalled: boolean) => () =>
  withRoad('hub', { ...large, clients: CLIENTS }, async (road, clients) => {
    await clients.ask('open', { port: road.port, kind: 'hub', gzip: false, n: CLIENTS })
    await road.tell({ ...how, ticks: updates })
    const before = await road.server.ask<number>('rss')
    if (isStalled) await clients.ask('stall', { port: road.port })
    const { p99 } = await road.tell({ ...how, ticks: updates })
    return { mb: ((await road.server.ask<number>('rss')) - before) / 2 ** 20, p99 }
  })

export const line: Line = {
  id: 8,
  name: 'stalled reader',
  async run({ quick, rounds }) {
    const updates = quick ? 60 : 200
    const ran = await alternate({ with: run(updates, true), without: run(updates, false) }, rounds)
    const [with99, without99] = [ran.with.map((r) => r.p99), ran.without.map((r) => r.p99)]
    return [
      atMost(8, {
        id: '8',
        what: `RSS growth with one stalled reader, ${updates} updates of 800 guests`,
        value: median(ran.with.map((r) => r.mb)),
        unit: 'MB',
        note: `without him ${median(ran.without.map((r) => r.mb)).toFixed(1)} MB`,
      }),
      atMost(1.2, {
        id: '8b',
        what: "the others' delivery p99, to the same without him",
        value: ratio(with99, without99),
        note: `${median(with99).toFixed(1)} ms, without ${median(without99).toFixed(1)} ms`,
      }),
    ]
  },
}
