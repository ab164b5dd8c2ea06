/**
 * What went wrong with a model, as one of a few kinds with a sentence. Both SDKs throw many things:
 * errors with a status, without one when a stream breaks, `terminated`, syntax errors. What the other
 * side says is untrusted text.
 */
import { clean } from '../log.ts'
import type { Failure, FailureKind } from './types.ts'

/** An error that this room itself makes: an answer that is too long, a server that never got ready. */
export class Trouble extends Error {
  readonly kind: FailureKind
  constructor(kind: FailureKind, message: string) {
    super(message)
    this.kind = kind
  }
}

export type Blame = {
  /** `Claude (claude-haiku-5-5)`. */
  who: string
  /** Had the other side begun to answer? */
  begun: boolean
  /** Never repeated, wherever the other side may put it. */
  secret?: string | undefined
}

type Thrown = {
  status?: unknown
  type?: unknown
  headers?: unknown
  error?: unknown
  message?: unknown
  cause?: unknown
  code?: unknown
}
type Found = { kind: FailureKind; text: string }

/** A sentence or two are enough, also where somebody answers with a web page. */
const MOST_WORDS = 200
const LONGEST_REST_MS = 3_600_000

export const failureOf = (thrown: unknown, blame: Blame): Omit<Failure, 'said'> => {
  const { kind, text } = thrown instanceof Trouble ? own(thrown) : foreign(thrown as Thrown, blame)
  const retryAfterMs = restIn((thrown as Thrown | undefined)?.headers)
  const message = `${blame.who} ${text}`
  return {
    kind,
    message: withoutSecret(message, blame.secret),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}

/** A placeholder of two letters is no secret and occurs in every word. */
const withoutSecret = (text: string, secret = '') =>
  secret.length >= 8 ? text.replaceAll(secret, '…') : text

const own = ({ kind, message }: Trouble): Found => ({ kind, text: message })

const foreign = (thrown: Thrown, { begun }: Blame): Found => {
  const status = typeof thrown?.status === 'number' ? thrown.status : undefined
  const words = wordsOf(thrown)
  const quoted = words ? `: ${/[.!?…]$/.test(words) ? words : `${words}.`}` : '.'
  if (isTooLong(status, words, thrown))
    return { kind: 'too-long', text: `finds that too long${quoted}` }
  const named = byType[String(typeIn(thrown))]
  if (status === undefined && named) return { kind: named, text: `${says[named]}${quoted}` }
  if (status !== undefined) {
    const kind = byStatus(status)
    return { kind, text: `${says[kind]} (${status})${quoted}` }
  }
  if (thrown instanceof SyntaxError)
    return { kind: 'garbled', text: 'answered what nobody can read.' }
  if (begun) return { kind: 'cut', text: 'broke off in the middle of the answer.' }
  return { kind: 'unreachable', text: `does not answer${reasonOf(thrown)}.` }
}

const says: Partial<Record<FailureKind, string>> = {
  refused: 'does not accept the key',
  limited: 'is asked too often',
  overloaded: 'has trouble of its own',
  timeout: 'was too slow',
  invalid: 'does not understand the request',
}

/** The words of Anthropic's errors inside a stream, where there is no status. */
const byType: Record<string, FailureKind> = {
  overloaded_error: 'overloaded',
  api_error: 'overloaded',
  rate_limit_error: 'limited',
  authentication_error: 'refused',
  permission_error: 'refused',
  billing_error: 'refused',
  invalid_request_error: 'invalid',
  not_found_error: 'invalid',
  timeout_error: 'timeout',
  // llama-server's.
  server_error: 'overloaded',
  unavailable_error: 'overloaded',
}

const byStatus = (status: number): FailureKind => {
  if (status === 401 || status === 402 || status === 403) return 'refused'
  if (status === 429) return 'limited'
  if (status === 408 || status === 504) return 'timeout'
  return status >= 500 ? 'overloaded' : 'invalid'
}

const isTooLong = (status: number | undefined, words: string, thrown: Thrown) =>
  status === 413 ||
  typeIn(thrown) === 'exceed_context_size_error' ||
  (status === 400 &&
    /prompt is too long|context (size|length|window)|max(imum)? context/i.test(words))

/** Anthropic wraps the error once more than OpenAI does. */
const typeIn = ({ type, error }: Thrown) =>
  inner(error)?.type ?? (error as { type?: unknown } | undefined)?.type ?? type

const inner = (error: unknown) =>
  (error as { error?: { type?: unknown; message?: unknown } } | undefined)?.error

/** What the other side said in words, or nothing: a web page is no sentence. */
const wordsOf = (thrown: Thrown): string => {
  const said = inner(thrown?.error)?.message ?? (thrown?.error as { message?: unknown })?.message
  const text = clean(String(said ?? ''))
    .replace(/\s+/g, ' ')
    .trim()
  if (!text || text.startsWith('<')) return ''
  return text.length > MOST_WORDS ? `${text.slice(0, MOST_WORDS - 1)}…` : text
}

/** ` (ECONNREFUSED)`: the SDKs hide it in a cause of the cause. */
const reasonOf = (thrown: unknown): string => {
  for (let at = thrown as Thrown | undefined, i = 0; at && i < 4; at = at.cause as Thrown, i++)
    if (typeof at.code === 'string' && /^[A-Z_]+$/.test(at.code)) return ` (${at.code})`
  return ''
}

/** `retry-after` in seconds or `retry-after-ms`; a date is not worth its trouble. */
const restIn = (headers: unknown): number | undefined => {
  if (!(headers instanceof Headers)) return undefined
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN)
  const rest = Number.isFinite(ms) ? ms : Number(headers.get('retry-after') || Number.NaN) * 1000
  return Number.isFinite(rest) && rest >= 0 ? Math.min(rest, LONGEST_REST_MS) : undefined
}
