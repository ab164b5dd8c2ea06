/**
 * Everything that can go wrong, in few words: what kind of trouble it is, a sentence for people,
 * and the next step. Rooms throw a `Problem`; the faces (HTTP, command line) only translate it.
 */

/** What the caller may do about it. A face maps each kind to a status code or an exit code. */
export type ProblemKind =
  | 'unreachable' // nobody answered: network, node off, refused connection; trying again may help
  | 'timeout' // somebody was too slow
  | 'untrusted' // the certificate is not the one that was agreed on
  | 'unauthorized' // who are you: wrong or missing token, password, session
  | 'forbidden' // known, but not allowed
  | 'not-found'
  | 'invalid' // the request is wrong; every mistake is listed
  | 'conflict' // the state of the world refuses: locked, running, no quorum
  | 'halted' // STOP is pressed; nothing acts until a person lets go
  | 'busy' // limits and queues; later is fine
  | 'failed' // the other side tried and failed, in its own words
  | 'broken' // our own fault or a broken environment: disk full, corrupt file

export type ProblemOptions = { next?: string; cause?: unknown; details?: Record<string, string> }

/** An error that is fit to be shown: `message` is a sentence, `next` says what to do now. */
export class Problem extends Error {
  readonly kind: ProblemKind
  readonly next: string | undefined
  readonly details: Record<string, string> | undefined

  constructor(kind: ProblemKind, message: string, { next, cause, details }: ProblemOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'Problem'
    this.kind = kind
    this.next = next
    this.details = details
  }
}

/** Whatever was thrown, as a Problem; strangers become `broken` and keep their cause. */
export const asProblem = (thrown: unknown): Problem =>
  thrown instanceof Problem ? thrown : new Problem('broken', messageOf(thrown), { cause: thrown })

export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown)

/** The sentence and the next step, for logs and terminals. */
export const inWords = (p: Problem): string => (p.next ? `${p.message} ${p.next}` : p.message)
