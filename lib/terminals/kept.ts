/**
 * A terminal on a host without tmux: this server keeps its PTY and its screen, so that a closed browser
 * loses nothing. It ends with the server, or half an hour after the last viewer.
 */
import { type Clock, minutes } from '../clock.ts'
import type { Ssh } from '../ssh/ssh.ts'
import { createFlow, type Flow } from './flow.ts'
import { dataFrame, exitFrame } from './protocol.ts'
import type { Terminal } from './rows.ts'
import { createScreen } from './screen.ts'
import { type Seat, type Size, type Tell, typist, type Visit } from './seat.ts'

export type Kept = {
  sit(visit: Visit, tell: Tell, size: Size): Seat
  text(lines: number): Promise<string>
  close(): void
}

type Needs = {
  ssh: Pick<Ssh, 'pty'>
  clock: Clock
  terminal: Terminal
  size: Size
  /** Ended by itself, by a lost link (`lost`), or because nobody came back. */
  onEnd(why: 'exit' | 'lost' | 'alone'): void
}

type Viewer = {
  visit: Visit
  tell: Tell
  flow: Flow
  /** What came while its screen was being drawn. */
  queue: Uint8Array[] | undefined
  /** It missed something: it gets a new screen when it has room. */
  lags: boolean
}

const ALONE_FOR = minutes(30)
/** So much may wait to be drawn; then the host waits. */
const MOST_PENDING = 1024 * 1024

/** Throws what opening a PTY throws. */
export const keepTerminal = async (needs: Needs): Promise<Kept> => {
  const { ssh, clock, terminal } = needs
  let { size } = needs
  const { command } = terminal
  const pty = await ssh.pty(terminal.host, { ...size, ...(command && { command }) })
  const viewers = new Set<Viewer>()
  let cancelEnd: (() => void) | undefined
  let over = false

  /** One slow viewer must not stop the others; alone, he is what the host waits for. */
  const balance = () => {
    if (over) return
    const all = [...viewers]
    const nobodyReads = all.length > 0 && all.every((v) => v.flow.isFull())
    const wait = screen.pending() > MOST_PENDING || nobodyReads
    if (wait && !pty.stream.isPaused()) pty.stream.pause()
    else if (!wait && pty.stream.isPaused()) pty.stream.resume()
  }
  const screen = await createScreen({
    clock,
    size,
    onAnswer: (text) => void (pty.stream.writable && pty.stream.write(text)),
    onDrawn: balance,
  })
  const give = ({ visit, flow }: Viewer, bytes: Uint8Array) => {
    visit.wire.send(dataFrame(bytes))
    flow.sent(bytes.length)
  }
  const drawFor = (viewer: Viewer) => {
    viewer.queue = []
    viewer.lags = false
    screen.draw((picture) => {
      if (!viewers.has(viewer)) return
      viewer.tell({ reset: true, ...size })
      give(viewer, picture)
      for (const chunk of viewer.queue ?? []) give(viewer, chunk)
      viewer.queue = undefined
    })
  }
  const end = (why: 'exit' | 'lost' | 'alone') => {
    if (over) return
    over = true
    cancelEnd?.()
    screen.close()
    pty.close()
    needs.onEnd(why)
  }

  pty.stream.on('data', (chunk: Buffer) => {
    screen.write(chunk)
    for (const viewer of viewers) {
      if (viewer.queue) viewer.queue.push(chunk)
      else if (viewer.flow.isFull()) viewer.lags = true
      else give(viewer, chunk)
    }
    balance()
  })
  void pty.ended.then(({ lost, code }) => {
    if (!over && !lost) for (const { visit } of viewers) visit.wire.send(exitFrame(code))
    end(lost ? 'lost' : 'exit')
  })
  const type = typist(pty)
  /** Whoever worked last decides how large it is. */
  const sizeOf = (wanted: Size) => {
    if (wanted.cols === size.cols && wanted.rows === size.rows) return
    size = wanted
    pty.resize(size.cols, size.rows)
    screen.resize(size)
    for (const viewer of viewers) viewer.tell(size)
  }

  return {
    sit(visit, tell, wanted) {
      cancelEnd?.()
      const own = { size: wanted }
      const viewer: Viewer = {
        visit,
        tell,
        queue: undefined,
        lags: false,
        flow: createFlow({
          onFull: balance,
          onRoom() {
            if (viewer.lags) drawFor(viewer)
            balance()
          },
        }),
      }
      viewers.add(viewer)
      if (visit.mode === 'work') sizeOf(wanted)
      drawFor(viewer)
      return {
        type(bytes) {
          sizeOf(own.size)
          type(bytes, visit.wire)
        },
        resize(next) {
          own.size = next
          sizeOf(next)
        },
        acked: viewer.flow.acked,
        leave() {
          viewers.delete(viewer)
          balance()
          if (viewers.size === 0 && !over) cancelEnd = clock.after(ALONE_FOR, () => end('alone'))
        },
      }
    },
    text: screen.text,
    close() {
      over = true
      cancelEnd?.()
      screen.close()
      pty.close()
    },
  }
}
