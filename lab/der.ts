/**
 * The few ASN.1 forms an X.509 certificate is made of, written as DER.
 * By hand because generating five certificates must not cost the start of the program: measured
 * 4 ms here against 225 ms with @peculiar/x509 2.2.0 (190 ms of that is loading it), which
 * besides refuses to load without a Reflect polyfill.
 */

const tagged = (tag: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  const n = body.length
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}

export const sequence = (...parts: Buffer[]) => tagged(0x30, ...parts)
export const setOf = (...parts: Buffer[]) => tagged(0x31, ...parts)
export const octets = (body: Buffer) => tagged(0x04, body)
export const bits = (body: Buffer, unused = 0) => tagged(0x03, Buffer.from([unused]), body)
export const truth = (value: boolean) => tagged(0x01, Buffer.from([value ? 255 : 0]))
export const utf8 = (text: string) => tagged(0x0c, Buffer.from(text))
/** `[n]` around whole elements, as in `version` and `extensions`. */
export const explicit = (n: number, ...parts: Buffer[]) => tagged(0xa0 | n, ...parts)
/** `[n]` instead of the element's own tag, as in the names of a subject alternative name. */
export const implicit = (n: number, body: Buffer) => tagged(0x80 | n, body)

/** A positive integer of any length; a leading zero keeps the sign bit clear. */
export const integer = (value: Buffer | number) => {
  const bytes = typeof value === 'number' ? Buffer.from([value]) : value
  return tagged(0x02, bytes[0]! & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

/** An object identifier such as `2.5.4.3`. */
export const oid = (text: string) => {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const base128 = (n: number): number[] => {
    const out = [n & 127]
    for (let left = n >> 7; left > 0; left >>= 7) out.unshift((left & 127) | 128)
    return out
  }
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** UTCTime up to 2049, GeneralizedTime after (RFC 5280 §4.1.2.5). Milliseconds in. */
export const time = (ms: number) => {
  const iso = new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)
  return Number(iso.slice(0, 4)) < 2050
    ? tagged(0x17, Buffer.from(`${iso.slice(2)}Z`))
    : tagged(0x18, Buffer.from(`${iso}Z`))
}
