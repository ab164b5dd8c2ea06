import { alternate, atLeast, type Line, median, ratio } from '../frame.ts'
import { flood, textFile, withStand } from '../terminal/terminal.ts'
import { startWetty } from '../terminal/wetty.ts'

/** `cat` of 100 MB, from the key to the word behind it; wetty with its flow control answered. */
export const line: Line = {
  id: 13,
  name: 'terminal flood',
  async run({ quick, rounds }) {
    const file = textFile(quick ? 20 : 100)
    const ran = await withStand('kept', (kept) =>
      withStand('tmux', async (tmux) => {
        const wetty = await startWetty(kept.sshd)
        try {
          return await alternate(
            {
              kept: () => flood(kept, file),
              ssh: () => kept.cli(file),
              tmux: () => flood(tmux, file),
              wetty: () => wetty.flood(file),
            },
            rounds,
          )
        } finally {
          await wetty.stop()
        }
      }),
    )
    const told = (f: number[]) => `${median(f).toFixed(1)} MB/s`
    return [
      atLeast(1, {
        id: '13',
        what: 'terminal flood, 100 MB of text, to ssh -tt into /dev/null',
        value: ratio(ran.kept, ran.ssh),
        note: `${told(ran.kept)}, ssh ${told(ran.ssh)}; in tmux, which draws it on the host, ${told(ran.tmux)}`,
      }),
      atLeast(1.3, {
        id: '13b',
        what: 'the same, to wetty',
        value: ratio(ran.kept, ran.wetty),
        note: told(ran.wetty),
      }),
    ]
  },
}
