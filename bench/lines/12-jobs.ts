import { atMost, type Line, median, ratio } from '../frame.ts'
import { timed, withRivals } from '../ssh.ts'

const JOBS = 32

export const line: Line = {
  id: 12,
  name: 'jobs',
  run: ({ quick }) =>
    withRivals(async ({ ssh, master }) => {
      const all = <T>(work: () => Promise<T>) => Promise.all(Array.from({ length: JOBS }, work))
      const [mine, theirs]: [number[], number[]] = [[], []]
      const rounds = quick ? 2 : 7
      let good = 0
      for (let round = 0; round < rounds; round++) {
        const job = async () => {
          const { code } = await ssh.exec('pve', ['hostname']).catch(() => ({ code: 1 }))
          if (code === 0) good += 1
        }
        mine.push(await timed(() => all(job)))
        theirs.push(await timed(() => all(() => master('hostname'))))
      }
      return [
        atMost(0.6, {
          id: '12',
          what: `${JOBS} jobs to one host, to ${JOBS} parallel ssh with ControlMaster`,
          value: ratio(mine, theirs),
          note: `${median(mine).toFixed(0)} ms, ssh ${median(theirs).toFixed(0)} ms`,
        }),
        atMost(0, {
          id: '12r',
          what: `refused of ${JOBS * rounds}`,
          value: JOBS * rounds - good,
          unit: 'jobs',
        }),
      ]
    }),
}
