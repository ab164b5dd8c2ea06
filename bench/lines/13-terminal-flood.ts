import { alternate, atLeast, type Line, median, ratio } from '../frame.ts'
import { flood, textFile, withStand } from '../terminal/terminal.ts'

/**
 * `cat` of 100 MB, from the key to the word behind it. wetty is no peer here: its node-pty is compiled
 * at install and it wants Node 22; against ssh it was at 0.80 (shared measurements, wetty 3.2.0), so
 * 1.3 times wetty is 1.04 times ssh.
 */
export const line: Line = {
  id: 13,
  name: 'terminal flood',
  async run({ quick, rounds }) {
    const file = textFile(quick ? 20 : 100)
    const ran = await withStand('kept', (kept) =>
      withStand('tmux', (tmux) =>
        alternate(
          {
            kept: () => flood(kept, file),
            ssh: () => kept.cli(file),
            tmux: () => flood(tmux, file),
          },
          rounds,
        ),
      ),
    )
    const told = (f: number[]) => `${median(f).toFixed(1)} MB/s`
    return [
      atLeast(1, {
        id: '13',
        what: 'terminal flood, 100 MB of text, to ssh -tt into /dev/null',
        value: ratio(ran.kept, ran.ssh),
        note: `${told(ran.kept)}, ssh ${told(ran.ssh)}; in tmux, which draws it on the host, ${told(ran.tmux)}`,
      }),
    ]
  },
}
