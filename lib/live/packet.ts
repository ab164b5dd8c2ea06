/**
 * One update as the bytes that go to everybody: framed for chunked transfer once, compressed once.
 * A full flush makes each piece independent of what a viewer has seen, so all share one gzip and a
 * late viewer decodes it behind his own ten-byte header (seen with curl and Chromium 156). About
 * 9 times cheaper than a gzip per viewer at 800 guests, and no dearer than sending plain text.
 */
import { constants, deflateRawSync } from 'node:zlib'

/** `framed` is `body` between its chunk size and line end; both views share their memory. */
export type Packet = { framed: Buffer; body: Buffer }

/** Level 1: 8.5 kB instead of 74 kB for 239 changed rows, at a third of level 6's time. */
const LEVEL = 1
const CRLF = '\r\n'

const framed = (size: number, fill: (into: Buffer, at: number) => void): Packet => {
  const head = size.toString(16) + CRLF
  // Not from the shared pool: a packet that waits for a slow viewer must not hold other memory.
  const bytes = Buffer.allocUnsafeSlow(head.length + size + CRLF.length)
  bytes.write(head, 0, 'latin1')
  fill(bytes, head.length)
  bytes.write(CRLF, head.length + size, 'latin1')
  return { framed: bytes, body: bytes.subarray(head.length, head.length + size) }
}

export const plainPacket = (text: string): Packet =>
  framed(Buffer.byteLength(text), (into, at) => into.write(text, at))

export const gzipPacket = (text: string): Packet => {
  const bytes = deflateRawSync(text, { level: LEVEL, finishFlush: constants.Z_FULL_FLUSH })
  return framed(bytes.length, (into, at) => into.set(bytes, at))
}

/** What a compressed stream begins with: deflate, no name, no time, unknown system. */
export const gzipHead: Packet = framed(10, (into, at) =>
  into.set([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff], at),
)

/** The end of a chunked body. A compressed one ends without its checksum: nobody's sum is shared. */
export const LAST_CHUNK = Buffer.from(`0${CRLF}${CRLF}`)

/** A text as the bytes of either road, each made when somebody first needs it. */
export type Parcel = {
  /** Nothing to send; framed, it would be the end of a chunked body. */
  readonly isEmpty: boolean
  plain(): Packet
  gzip(): Packet
}

export const parcel = (text: string): Parcel => {
  let plain: Packet | undefined
  let gzip: Packet | undefined
  return {
    isEmpty: text === '',
    plain() {
      plain ??= plainPacket(text)
      return plain
    },
    gzip() {
      gzip ??= gzipPacket(text)
      return gzip
    },
  }
}
