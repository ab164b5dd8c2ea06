/** Random secrets and what is kept of them. */
import { createHash, randomBytes } from 'node:crypto'

/** `n` random bytes; a test hands in its own. */
export type Random = (n: number) => Buffer

export const strongRandom: Random = (n) => randomBytes(n)

/** 256 bits as 43 characters that need no quoting in a URL, a cookie or a shell. */
export const newSecret = (random: Random): string => random(32).toString('base64url')

/** A short public name for a row (72 bits): safe to show, useless to log in with. */
export const newId = (random: Random): string => random(9).toString('base64url')

/**
 * What is stored of a random secret. Plain SHA-256 is enough for 256 random bits, and looking a row
 * up by it tells an observer of the time taken nothing that he could use.
 */
export const fingerprint = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** Notes that something was used; on a full disk reading goes on, though nothing can be noted. */
export const noteQuietly = (write: () => void): void => {
  try {
    write()
  } catch {
    return
  }
}
