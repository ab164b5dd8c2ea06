/** Chance that can be repeated: a seeded generator, smooth noise over time, shuffles. */

export type Random = () => number

/** mulberry32: 32 bits of state are plenty for a demonstration. */
export const seeded = (seed: number): Random => {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = a
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const hash = (seed: number, key: string, n: number): number => {
  let h = (seed ^ Math.imul(n | 0, 0x9e3779b1)) >>> 0
  for (let i = 0; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193) >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d) >>> 0
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b) >>> 0
  return ((h ^ (h >>> 16)) >>> 0) / 4_294_967_296
}

/** Noise between 0 and 1 that has a new height every `period` ms and glides between them. */
export const noise = (seed: number, key: string, at: number, period: number): number => {
  const step = Math.floor(at / period)
  const part = at / period - step
  const ease = part * part * (3 - 2 * part)
  const [a, b] = [hash(seed, key, step), hash(seed, key, step + 1)]
  return a + (b - a) * ease
}

export const shuffled = <T>(list: readonly T[], random: Random): T[] => {
  const out = [...list]
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[out[i], out[j]] = [out[j]!, out[i]!]
  }
  return out
}
