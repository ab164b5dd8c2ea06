import { atMost, type Line, median, quantile } from '../frame.ts'
import { timed, withRivals } from '../ssh.ts'

/** Commands back to back, one of each side in turn, so that the machine's moods hit both. */
export const line: Line = {
  id: 11,
  name: 'exec',
  run: ({ quick }) =>
    withRivals(async ({ ssh, master }) => {
      const [mine, theirs]: [number[], number[]] = [[], []]
      for (let i = 0; i < (quick ? 20 : 200); i++) {
        mine.push(await timed(() => ssh.exec('pve', ['hostname'])))
        theirs.push(await timed(() => master('hostname')))
      }
      const told = (f: number[], q: number) => `${quantile(f, q).toFixed(1)} ms`
      return [
        atMost(0.5, {
          id: '11',
          what: 'pooled exec, median, to ssh with ControlMaster',
          value: median(mine) / median(theirs),
          note: `${told(mine, 0.5)}, ssh ${told(theirs, 0.5)}`,
        }),
        atMost(0.7, {
          id: '11p',
          what: 'the same, p95',
          value: quantile(mine, 0.95) / quantile(theirs, 0.95),
          note: `${told(mine, 0.95)}, ssh ${told(theirs, 0.95)}`,
        }),
      ]
    }),
}
