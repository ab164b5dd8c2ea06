import { freshRound, home, large, type Size, withClients } from '../fanout/fanout.ts'
import { alternate, atMost, type Line, median, type Options, type Result, ratio } from '../frame.ts'

const gzip = (id: string, size: Size, { quick, rounds }: Options) =>
  withClients(async (clients): Promise<Result> => {
    const how = { ticks: quick ? 4 : 12, churn: 'ordinary' as const }
    const ran = await alternate(
      {
        gzip: () => freshRound('hub', size, clients, { ...how, gzip: true }),
        plain: () => freshRound('hub', size, clients, how),
      },
      rounds,
    )
    const [mine, theirs] = [ran.gzip.map((r) => r.cpu), ran.plain.map((r) => r.cpu)]
    return atMost(1.25, {
      id,
      what: `CPU with shared gzip to the same without, ${size.guests} guests, 200 clients`,
      value: ratio(mine, theirs),
      note: `${median(mine).toFixed(1)} us, plain ${median(theirs).toFixed(1)} us`,
    })
  })

export const line: Line = {
  id: 6,
  name: 'shared gzip',
  run: async (options) => [await gzip('6', large, options), await gzip('6b', home, options)],
}
