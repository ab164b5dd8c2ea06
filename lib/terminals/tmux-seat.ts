/** A viewer at a terminal that tmux keeps: a client of its own in a PTY, which tmux redraws by itself. */
import type { Ssh } from '../ssh/ssh.ts'
import { createFlow } from './flow.ts'
import { dataFrame } from './protocol.ts'
import type { Terminal } from './rows.ts'
import { type Seat, type Size, typist, type Visit } from './seat.ts'
import * as tmux from './tmux.ts'

type Needs = {
  ssh: Pick<Ssh, 'pty'>
  terminal: Terminal
  viewer: string
  visit: Visit
  size: Size
  /** The client ended: `lost` = the link broke. */
  onEnd(end: { lost: boolean; code: number | null }): void
}

/** Throws what opening a PTY throws. */
export const sitAtTmux = async (needs: Needs): Promise<Seat> => {
  const { ssh, terminal, viewer, visit, size } = needs
  const { wire } = visit
  const watch = visit.mode === 'watch'
  const command = tmux.attach(terminal.id, viewer, { watch, command: terminal.command })
  const pty = await ssh.pty(terminal.host, { ...size, command })
  const flow = createFlow({
    onFull: () => pty.stream.pause(),
    onRoom: () => pty.stream.resume(),
  })
  pty.stream.on('data', (chunk: Buffer) => {
    wire.send(dataFrame(chunk))
    flow.sent(chunk.length)
  })
  let left = false
  void pty.ended.then((end) => {
    if (!left) needs.onEnd(end)
  })
  const type = typist(pty)
  return {
    type: (bytes) => type(bytes, wire),
    resize: ({ cols, rows }) => pty.resize(cols, rows),
    acked: flow.acked,
    leave() {
      left = true
      pty.close()
    },
  }
}
