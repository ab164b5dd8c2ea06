/**
 * One browser at one terminal, from the open socket to its end: finds its seat, passes on what it may
 * say, and tells how it ended. What a watcher types is dropped here, whatever his page sends.
 */
import type { Clock } from '../clock.ts'
import { asProblem, inWords, messageOf, Problem } from '../errors.ts'
import type { Log } from '../log.ts'
import {
  type Asked,
  bounded,
  closing,
  isSize,
  type Meta,
  metaFrame,
  pongFrame,
  read,
} from './protocol.ts'
import type { Seat, Size, Visit } from './seat.ts'

export type Visitor = {
  receive(frame: Uint8Array): void
  /** The socket has closed. */
  leave(): void
}

export type VisitorNeeds = {
  clock: Clock
  log: Log
  visit: Visit
  /** Opens the terminal; throws a Problem that the page shows. */
  seat(size: Size): Promise<Seat>
  /** What the tabs ask for. */
  control(asked: Extract<Asked, { type: 'control' }>['control']): Promise<void>
  onLeave(): void
}

/** Typed before the terminal was there. */
const MOST_EARLY = 64 * 1024
const RESIZE_AFTER_MS = 50

export type Tellable = Visitor & { tell(meta: Meta): void; end(code: number, reason: string): void }

export const createVisitor = ({ clock, log, visit, ...needs }: VisitorNeeds): Tellable => {
  const { wire, mode } = visit
  let size = bounded(visit.cols, visit.rows)
  let seat: Seat | undefined
  let early: Uint8Array[] = []
  let earlyBytes = 0
  let gone = false
  let cancelResize: (() => void) | undefined

  const tell = (meta: Meta) => {
    if (!gone) wire.send(metaFrame(meta))
  }
  const leave = () => {
    if (gone) return
    gone = true
    early = []
    cancelResize?.()
    seat?.leave()
    needs.onLeave()
  }
  const end = (code: number, reason: string) => {
    if (gone) return
    leave()
    // A close frame holds 123 bytes.
    wire.close(
      code,
      Buffer.from(reason)
        .subarray(0, 120)
        .toString('utf8')
        .replace(/\ufffd$/, ''),
    )
  }
  const fail = (thrown: unknown) => {
    const problem = asProblem(thrown)
    if (!(thrown instanceof Problem))
      log.error('terminals: could not open', { reason: messageOf(thrown) })
    tell({ problem: { text: problem.message, next: problem.next } })
    end(closing.cannotOpen, inWords(problem))
  }
  const open = async () => {
    tell({ state: 'opening', mode })
    const asked = size
    const found = await needs.seat(size)
    if (gone) return found.leave()
    seat = found
    if (mode === 'work') {
      if (size !== asked) seat.resize(size)
      for (const bytes of early) seat.type(bytes)
    }
    early = []
  }
  const type = (bytes: Uint8Array) => {
    if (seat) return seat.type(bytes)
    earlyBytes += bytes.length
    if (earlyBytes <= MOST_EARLY) early.push(Buffer.from(bytes))
  }
  const resize = (cols: number, rows: number) => {
    if (!isSize(cols, rows)) return
    size = { cols, rows }
    cancelResize?.()
    cancelResize = clock.after(RESIZE_AFTER_MS, () => seat?.resize(size))
  }
  const obey = (asked: Asked) => {
    if (asked.type === 'ack') return seat?.acked(asked.bytes)
    if (asked.type === 'ping') return wire.send(pongFrame())
    const only = asked.type === 'control' && ['windows', 'select'].includes(asked.control.do)
    if (mode === 'watch' && !only) return
    if (asked.type === 'input') return type(asked.bytes)
    if (asked.type === 'resize') return resize(asked.cols, asked.rows)
    needs.control(asked.control).catch((error) => {
      tell({ notice: inWords(asProblem(error)) })
    })
  }

  open().catch(fail)
  return {
    tell,
    end,
    leave,
    receive(frame) {
      if (gone) return
      try {
        obey(read(frame))
      } catch (error) {
        end(1003, messageOf(error))
      }
    },
  }
}
