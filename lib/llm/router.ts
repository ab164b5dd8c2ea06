/**
 * Who is asked, and why: one function of what is wanted and what is known. Routine goes home, several
 * steps and what home has failed at go to Claude; privacy, money and who has just failed outrank that. Each
 * choice says its reason in words.
 */
import { dollars, duration } from '../format.ts'
import type { Rest } from './breakers.ts'
import type { SpanState } from './budget.ts'
import type { LlmRequest, Mind, Provider } from './types.ts'

/** What is known at this moment. */
export type Knowledge = {
  claude?:
    | {
        routine: string
        complex: string
        window(model: string): number | undefined
        hasPrice(model: string): boolean
      }
    | undefined
  local?: Mind | undefined
  /** Private text stays at home. */
  keepsPrivate: boolean
  resting(provider: Provider): Rest | undefined
  exhausted: SpanState | undefined
  /** A budget is to be kept, so a price must be known. */
  isBudgeted: boolean
}

export type Wanted = Pick<LlmRequest, 'weight' | 'localFailed' | 'isPrivate'>

export type Choice =
  | { mind: Mind; reason: string }
  | { mind?: undefined; reason: string; retryAfterMs?: number | undefined }

type Bar = { why: string; leftMs?: number | undefined; isSoft?: boolean; isTried?: boolean }

/** `tried` have failed at this very question. */
export const choose = (
  wanted: Wanted,
  known: Knowledge,
  tried: ReadonlySet<Provider> = new Set(),
): Choice => {
  const wish = wishOf(wanted, known)
  const bars = new Map<Provider, Bar>()
  for (const provider of wish.order) {
    const bar = barOf(provider, wanted, known, tried)
    if (!bar)
      return { mind: mindOf(provider, wanted, known)!, reason: inWords(wish, provider, bars) }
    bars.set(provider, bar)
  }
  // Nobody else is there: then who has just failed may try, unless that is known to be in vain.
  const soft = wish.order.find((provider) => bars.get(provider)?.isSoft)
  if (soft) {
    const reason = `${bars.get(soft)!.why} There is nobody else, so I try again.`
    return { mind: mindOf(soft, wanted, known)!, reason }
  }
  return { reason: nobody(wish, bars, wanted, known), retryAfterMs: soonest(bars) }
}

type Wish = { order: Provider[]; why: string }

const wishOf = ({ weight, localFailed, isPrivate }: Wanted, known: Knowledge): Wish => {
  const both: Provider[] = (['local', 'claude'] as const).filter((provider) => known[provider])
  if (isPrivate && known.keepsPrivate)
    return {
      order: both.filter((provider) => provider === 'local'),
      why: 'This is private, so it stays in the house.',
    }
  if (both.length < 2)
    return { order: both, why: both[0] ? `${names[both[0]]} is the only model.` : '' }
  if (localFailed)
    return { order: ['claude', 'local'], why: 'The local model has tried and failed: Claude.' }
  if (weight === 'complex')
    return { order: ['claude', 'local'], why: 'This takes several steps: Claude.' }
  return { order: both, why: 'Routine: the local model will do.' }
}

const names: Record<Provider, string> = { claude: 'Claude', local: 'The local model' }

const mindOf = (provider: Provider, { weight }: Wanted, known: Knowledge): Mind | undefined => {
  if (provider === 'local') return known.local
  const model = known.claude?.[weight === 'complex' ? 'complex' : 'routine']
  return model === undefined ? undefined : { provider, model, window: known.claude?.window(model) }
}

const barOf = (
  provider: Provider,
  wanted: Wanted,
  known: Knowledge,
  tried: ReadonlySet<Provider>,
): Bar | undefined => {
  if (tried.has(provider)) return { why: `${names[provider]} has just failed.`, isTried: true }
  if (provider === 'claude') {
    const { exhausted } = known
    if (exhausted) return { why: spentInWords(exhausted) }
    const { model } = mindOf('claude', wanted, known)!
    if (known.isBudgeted && !known.claude!.hasPrice(model))
      return { why: `The price of ${model} is not known, so no budget could be kept.` }
  }
  const rest = known.resting(provider)
  if (!rest) return undefined
  return {
    why: `${rest.reason} He rests for another ${duration(rest.leftMs / 1000)}.`,
    leftMs: rest.leftMs,
    isSoft: !rest.isFirm,
  }
}

/** `The day's 1 USD is spent.` */
export const spentInWords = ({ span, limit = 0 }: SpanState): string =>
  limit === 0
    ? `The ${span}'s budget for Claude is nothing.`
    : `The ${span}'s ${dollars(limit)} for Claude is spent.`

/** Why this one, and why not the one that was wished for. */
const inWords = ({ why }: Wish, provider: Provider, bars: Map<Provider, Bar>): string => {
  const [bar] = bars.values()
  return bar ? `${bar.why} So ${names[provider] === 'Claude' ? 'Claude' : 'the local model'}.` : why
}

const nobody = (
  { order, why }: Wish,
  bars: Map<Provider, Bar>,
  { isPrivate }: Wanted,
  known: Knowledge,
): string => {
  if (!known.claude && !known.local) return 'There is no model: none is configured.'
  if (order.length === 0 && isPrivate) return `${why} There is no model in it.`
  // Of a failure at this very question its own words are better.
  return [...bars.values()]
    .filter(({ isTried }) => !isTried)
    .map((bar) => bar.why)
    .join(' ')
}

const soonest = (bars: Map<Provider, Bar>): number | undefined => {
  const left = [...bars.values()].flatMap(({ leftMs }) => leftMs ?? [])
  return left.length > 0 ? Math.min(...left) : undefined
}
