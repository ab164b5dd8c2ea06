/**
 * One question to whichever model may and can answer it. If one breaks off, the other starts over, and
 * whoever listens is told to drop what was said; nobody says a word twice. Each try is booked, also one that
 * was left in the middle.
 */
import type { Clock } from '../clock.ts'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { tokensIn } from './answer.ts'
import type { Breakers } from './breakers.ts'
import type { Budget } from './budget.ts'
import type { Booking, Ledger, Outcome } from './ledger.ts'
import type { Prices } from './prices.ts'
import { choose, type Knowledge } from './router.ts'
import type { Failure, LlmRequest, Mind, Part, Provider, RawPart, Source, Usage } from './types.ts'

export type TalkNeeds = {
  clock: Pick<Clock, 'now'>
  log: Log
  ledger: Pick<Ledger, 'book'>
  prices: Pick<Prices, 'facts' | 'costOf'>
  budget: Budget
  breakers: Breakers
  known(): Knowledge
  source(provider: Provider): Source
  /** The mind as it is known after it has answered: its window is read on the way. */
  mind(mind: Mind): Mind
  onBooked(id: number, booking: Booking): void
}

type End = Extract<RawPart, { type: 'done' | 'failed' }>

export async function* talk(needs: TalkNeeds, request: LlmRequest): AsyncGenerator<Part> {
  const failures = new Map<Provider, Failure>()
  for (;;) {
    if (request.signal?.aborted) return yield stopped(failures.size > 0)
    const before = [...failures.values()]
    const choice = choose(request, needs.known(), new Set(failures.keys()))
    if (!choice.mind) return yield ended(before, choice)
    // Held before anybody gets a word: ten who ask at once must not all be told that there is enough.
    const release = needs.budget.reserve(worst(needs.prices, choice.mind, request))
    let end: End
    try {
      if (before.length > 0) yield { type: 'again', reason: choice.reason }
      yield { type: 'chosen', mind: choice.mind, reason: choice.reason }
      end = yield* attempt(needs, request, choice.mind, release)
    } finally {
      release()
    }
    if (end.type === 'done' || end.kind === 'aborted') return yield end
    const { type: _, ...failure } = end
    failures.set(choice.mind.provider, failure)
  }
}

/** Everybody who might have answered has failed, or nobody was there to be asked. */
const ended = (
  failures: Failure[],
  { reason, retryAfterMs }: { reason: string; retryAfterMs?: number | undefined },
): Part => {
  const last = failures.at(-1)
  if (!last)
    return {
      type: 'failed',
      kind: 'none',
      message: reason,
      said: false,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    }
  const message = [...failures.map((failure) => failure.message), reason].join(' ').trim()
  return { type: 'failed', ...last, message }
}

const stopped = (said: boolean): Part => ({
  type: 'failed',
  kind: 'aborted',
  message: 'The question was taken back.',
  said,
})

async function* attempt(
  needs: TalkNeeds,
  request: LlmRequest,
  mind: Mind,
  release: () => void,
): AsyncGenerator<Part, End> {
  const { clock, breakers } = needs
  const began = clock.now()
  const seen: Seen = { chars: 0 }
  let booking: Booking | undefined
  try {
    for await (const part of needs.source(mind.provider).stream(request, mind.model)) {
      if (part.type === 'usage') seen.usage = part.usage
      else if (part.type === 'done' || part.type === 'failed') seen.end = part
      else {
        if (part.type === 'text') seen.chars += part.text.length
        if (part.type !== 'waiting') seen.firstMs ??= clock.now() - began
        yield part
      }
    }
  } finally {
    release()
    booking = bookingOf(needs, request, mind, seen, clock.now() - began)
    book(needs, booking)
  }
  const end: End = seen.end ?? {
    type: 'failed',
    kind: 'garbled',
    message: 'The answer had no end.',
    said: seen.chars > 0,
  }
  if (end.type === 'done') breakers.served(mind.provider)
  else breakers.failed(mind.provider, end)
  const { usage, usd, firstMs, tookMs } = booking
  if (seen.usage)
    yield {
      type: 'usage',
      usage,
      mind: needs.mind(mind),
      usd,
      tookMs,
      ...(firstMs !== undefined && { firstMs }),
    }
  return end
}

type Seen = {
  chars: number
  usage?: Usage
  firstMs?: number
  end?: End
}

const noUsage: Usage = { in: 0, out: 0, cacheRead: 0, cacheWrite: 0, exact: true }

const bookingOf = (
  { prices, mind }: TalkNeeds,
  request: LlmRequest,
  asked: Mind,
  seen: Seen,
  tookMs: number,
): Booking => {
  const outcome: Outcome = seen.end?.type === 'done' ? 'done' : (seen.end?.kind ?? 'aborted')
  const usage = seen.usage ?? guessed(request, seen)
  const { provider, model } = mind(asked)
  const isKnown = seen.usage !== undefined || seen.firstMs !== undefined
  return {
    mind: { provider, model },
    purpose: request.purpose,
    conversation: request.conversation,
    usage,
    usd: isKnown ? prices.costOf(provider, model, usage) : freeOrUnknown(provider, outcome),
    tookMs,
    firstMs: seen.firstMs,
    outcome,
  }
}

/** Refused before a token was read. After any other silence nobody knows what is on the bill. */
const isFree: ReadonlySet<Outcome> = new Set<Outcome>([
  'refused',
  'limited',
  'overloaded',
  'loading',
  'unreachable',
  'too-long',
  'invalid',
])

const freeOrUnknown = (provider: Provider, outcome: Outcome) =>
  provider === 'local' || isFree.has(outcome) ? 0 : null

/** Whoever listened has left in the middle, before the count came. */
const guessed = (request: LlmRequest, { firstMs, chars }: Seen): Usage =>
  firstMs === undefined
    ? noUsage
    : { ...noUsage, in: tokensIn(request), out: Math.ceil(chars / 3.5), exact: false }

/** What this call may cost at most, as far as anybody can say before. */
const worst = (
  prices: Pick<Prices, 'costOf'>,
  { provider, model }: Mind,
  request: LlmRequest,
): number =>
  prices.costOf(provider, model, {
    ...noUsage,
    cacheWrite: tokensIn(request),
    out: request.maxTokens,
  }) ?? 0

/** A book that cannot be written (full disk) must not cost the answer. */
const book = ({ ledger, budget, log, onBooked }: TalkNeeds, booking: Booking) => {
  try {
    const id = ledger.book(booking)
    budget.booked(booking.usd ?? 0)
    onBooked(id, booking)
  } catch (error) {
    budget.missed(booking.usd ?? 0)
    log.error('llm: a call could not be booked', { reason: messageOf(error) })
  }
}
