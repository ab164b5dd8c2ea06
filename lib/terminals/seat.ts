/** Where a viewer sits: what reaches a terminal from one browser, and what comes back. */
import type { Pty } from '../ssh/ssh.ts'
import type { Meta } from './protocol.ts'
import type { Mode } from './tickets.ts'

/** The socket to a browser, as far as a terminal needs one. */
export type Wire = {
  send(frame: Uint8Array): void
  close(code: number, reason: string): void
  /** Stops reading from the browser until `go`: the host does not take more. */
  hold(): void
  go(): void
}

export type Size = { cols: number; rows: number }

/** Somebody who comes to look. */
export type Visit = Size & { who: string; from: string; mode: Mode; wire: Wire }

export type Seat = {
  type(bytes: Uint8Array): void
  resize(size: Size): void
  acked(bytes: number): void
  leave(): void
}

export type Tell = (meta: Meta) => void

/** Types into a PTY; what it does not take yet keeps the browser waiting, so a paste arrives whole. */
export const typist = ({ stream }: Pty) => {
  const waiting = new Set<Wire>()
  stream.on('drain', () => {
    for (const wire of waiting) wire.go()
    waiting.clear()
  })
  return (bytes: Uint8Array, wire: Wire): void => {
    if (stream.destroyed || stream.writableEnded) return
    if (stream.write(Buffer.from(bytes)) || waiting.has(wire)) return
    waiting.add(wire)
    wire.hold()
  }
}
