/**
 * What goes over a terminal's WebSocket: binary frames whose first byte says what they are. The bytes
 * of the screen pass undecoded, so that a character split between two packets stays whole.
 */
import { Problem } from '../errors.ts'
import type { Way } from './rows.ts'
import type { Window } from './tmux.ts'

/** Server → browser. */
const DATA = 0
const EXIT = 1
const META = 2
/** Browser → server. */
const INPUT = 0
const RESIZE = 1
const ACK = 2
const PING = 3
const CONTROL = 4

/** How a socket ends, beyond 1000 to 1011 of the standard. The page explains each. */
export const closing = {
  stopping: 1001,
  sessionOver: 4401,
  notFound: 4404,
  /** What ran in it has ended. */
  ended: 4410,
  /** Detached by a key of tmux: it lives on. */
  detached: 4411,
  tooMany: 4429,
  cannotOpen: 4500,
  /** The link to the host broke; the terminal lives on where tmux keeps it. */
  linkLost: 4502,
} as const

export type Meta = {
  state?: 'opening' | 'open'
  way?: Way
  mode?: 'work' | 'watch'
  /** How many look, this one included. */
  viewers?: number
  windows?: Window[]
  cols?: number
  rows?: number
  /** Something that must be known: the old session is gone. */
  notice?: string
  /** Begin with an empty screen: all of it follows. */
  reset?: boolean
  problem?: { text: string; next?: string | undefined }
}

export type Control =
  | { do: 'windows' }
  | { do: 'new' }
  | { do: 'select' | 'close'; id: string }
  | { do: 'rename'; id: string; name: string }
  /** Back to the last place in what scrolled away that holds these words. */
  | { do: 'find'; name: string }

export type Asked =
  | { type: 'input'; bytes: Uint8Array }
  | { type: 'resize'; cols: number; rows: number }
  | { type: 'ack'; bytes: number }
  | { type: 'ping' }
  | { type: 'control'; control: Control }

export const dataFrame = (bytes: Uint8Array): Uint8Array => {
  const frame = Buffer.allocUnsafe(bytes.length + 1)
  frame[0] = DATA
  frame.set(bytes, 1)
  return frame
}
export const exitFrame = (code: number | null): Uint8Array => jsonFrame(EXIT, { code })
export const metaFrame = (meta: Meta): Uint8Array => jsonFrame(META, meta)
export const pongFrame = (): Uint8Array => Buffer.from([PING])

const jsonFrame = (type: number, value: unknown) =>
  Buffer.concat([Buffer.from([type]), Buffer.from(JSON.stringify(value))])

/** What the browser said; throws `invalid` for what no page of ours sends. */
export const read = (frame: Uint8Array): Asked => {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const type = frame[0]
  if (type === INPUT) return { type: 'input', bytes: frame.subarray(1) }
  if (type === RESIZE && frame.length === 5)
    return { type: 'resize', cols: view.getUint16(1), rows: view.getUint16(3) }
  if (type === ACK && frame.length === 5) return { type: 'ack', bytes: view.getUint32(1) }
  if (type === PING && frame.length === 1) return { type: 'ping' }
  if (type === CONTROL && frame.length < 2000)
    return { type: 'control', control: controlIn(frame.subarray(1)) }
  throw strange()
}

const controlIn = (bytes: Uint8Array): Control => {
  let value: Record<string, unknown>
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    throw strange()
  }
  const { do: verb, id, name } = value ?? {}
  if (verb === 'windows' || verb === 'new') return { do: verb }
  if (verb === 'find' && typeof name === 'string' && name.trim() !== '')
    return { do: 'find', name: plain(name) }
  // The only thing that a page can put into a command line besides a name, which is quoted.
  if (typeof id !== 'string' || !/^@\d{1,9}$/.test(id)) throw strange()
  if (verb === 'select' || verb === 'close') return { do: verb, id }
  if (verb === 'rename' && typeof name === 'string' && name.trim() !== '')
    return { do: 'rename', id, name: plain(name) }
  throw strange()
}

/** A name for a tab: one line; `#` and what follows would be a format of tmux's. */
const plain = (name: string): string =>
  name
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replaceAll('#', '')
    .trim()
    .slice(0, 60) || '?'

const strange = () => new Problem('invalid', 'That frame is not of the terminal protocol.')

/** Sizes that a screen can have; what is outside was a mistake of the page. */
export const isSize = (cols: number, rows: number): boolean =>
  cols >= 2 && cols <= 1000 && rows >= 2 && rows <= 500

/** The nearest size that a screen can have. */
export const bounded = (cols: number, rows: number): { cols: number; rows: number } => ({
  cols: Math.min(1000, Math.max(2, Math.floor(cols) || 80)),
  rows: Math.min(500, Math.max(2, Math.floor(rows) || 24)),
})
