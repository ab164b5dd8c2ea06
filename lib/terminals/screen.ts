/**
 * The screen of a terminal without a browser: follows the bytes, answers the questions of programs,
 * and can be drawn anew at any time. Raw bytes are not kept: replayed, they make a terminal type its
 * answers into the shell (coder/coder#3666).
 */
import type { Terminal as Headless } from '@xterm/headless'
import type { Clock } from '../clock.ts'
import { createBacklog } from './backlog.ts'
import type { Size } from './seat.ts'

export type Screen = {
  write(chunk: Uint8Array): void
  /** Bytes that are being drawn. */
  pending(): number
  /** Calls back with everything needed to draw it, at the very place in the stream where it was asked. */
  draw(done: (bytes: Uint8Array) => void): void
  resize(size: Size): void
  /** The last `lines` lines as text. */
  text(lines: number): Promise<string>
  close(): void
}

type Needs = { clock: Clock; size: Size; onAnswer(text: string): void; onDrawn(): void }

// 12 bytes a cell: 3 MB for 120 columns.
const SCROLLBACK = 2000

/** CommonJS: its names stand below `default` in Node, beside it under tsx and in the bundle. */
const whole = <T extends object>(module: T): T => (module as { default?: T }).default ?? module

/** Loaded on first use: 40 ms and 9 MB that a server with tmux everywhere never needs (Node 20). */
export const createScreen = async (needs: Needs): Promise<Screen> => {
  const { clock, size, onAnswer, onDrawn } = needs
  const [xterm, addon] = await Promise.all([
    import('@xterm/headless').then(whole),
    import('@xterm/addon-serialize').then(whole),
  ])
  const screen: Headless = new xterm.Terminal({
    ...size,
    scrollback: SCROLLBACK,
    allowProposedApi: true,
  })
  const serializer = new addon.SerializeAddon()
  screen.loadAddon(serializer as never)
  screen.onData(onAnswer)
  let pending = 0
  let closed = false
  /** Who waits for the text. */
  const asked = new Set<(text: string) => void>()
  const backlog = createBacklog({
    clock,
    // What is above this cannot be seen or scrolled to.
    lines: () => SCROLLBACK + screen.rows + 1,
    draw(chunk) {
      if (closed) return
      pending += chunk.length
      screen.write(chunk, () => {
        pending -= chunk.length
        onDrawn()
      })
    },
  })
  /** Behind everything that has come so far. */
  const then = (work: () => void) => {
    backlog.flush()
    // A screen that was closed meanwhile cannot be read any more.
    screen.write('', () => !closed && work())
  }
  return {
    write: backlog.add,
    pending: () => pending,
    draw: (done) => then(() => done(Buffer.from(serializer.serialize()))),
    resize: ({ cols, rows }) => then(() => screen.resize(cols, rows)),
    text: (lines) =>
      new Promise((done) => {
        if (closed) return done('')
        asked.add(done)
        then(() => {
          asked.delete(done)
          done(textOf(screen, lines))
        })
      }),
    close() {
      closed = true
      backlog.close()
      screen.dispose()
      for (const done of asked) done('')
    },
  }
}

const textOf = (screen: Headless, lines: number): string => {
  const buffer = screen.buffer.active
  const all = Array.from(
    { length: buffer.length },
    (_, i) => buffer.getLine(i)?.translateToString(true) ?? '',
  )
  while (all.at(-1) === '') all.pop()
  return all.slice(-lines).join('\n')
}
