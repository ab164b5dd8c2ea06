/**
 * The room of the models: one stream for whoever wants words, and the bill for whoever pays. It refuses
 * to ask a model that the budget or the house's privacy forbids, it never repeats a word, and it keeps
 * nothing warm: without a question no model is touched.
 */
import type { Bus } from '../bus.ts'
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { messageOf } from '../errors.ts'
import type { Events } from '../events/kinds.ts'
import type { Log } from '../log.ts'
import { type Bill, billOf } from './bill.ts'
import { createBreakers, type Rest } from './breakers.ts'
import { createBudget, type Limits, type SpanState } from './budget.ts'
import { createClaude } from './claude.ts'
import { createLedger, type Sum } from './ledger.ts'
import { createLocal, type LocalConfig } from './local.ts'
import { type Prices, readPrices } from './prices.ts'
import type { Knowledge } from './router.ts'
import { talk } from './talk.ts'
import type { LlmRequest, Mind, Part, Provider } from './types.ts'

export type LlmConfig = {
  claude?:
    | { apiKey: string; baseUrl: string; models: { routine: string; complex: string } }
    | undefined
  local?: LocalConfig | undefined
  budget: Limits
  /** Where private text may go. */
  private: 'local' | 'any'
}

export type ProviderStatus = {
  provider: Provider
  /** What it is asked for, most of the time. */
  model: string
  /** The one for several steps, where there is another. */
  complex?: string | undefined
  window?: number | undefined
  /** Undefined = nobody has looked, or it cannot be known before it is asked. */
  condition?: 'ready' | 'loading' | 'away' | undefined
  reason?: string | undefined
  /** It has just failed and is left alone. */
  resting?: Rest | undefined
  /** A model whose price is not known is not asked while there is a budget. */
  hasPrice: boolean
}

export type LlmStatus = {
  /** Empty = no model at all, which is quiet and complete. */
  providers: ProviderStatus[]
  budget: SpanState[]
  /** The span that is spent: Claude is not asked until it ends. */
  exhausted?: SpanState | undefined
}

export type Llm = {
  /** Never throws; ends with exactly one `done` or `failed`. Leaving it early ends the call. */
  stream(request: LlmRequest): AsyncIterable<Part>
  status(): LlmStatus
  /** Asks the model at home how it is, then the same; loads nothing. */
  look(signal?: AbortSignal): Promise<LlmStatus>
  bill(): Bill
  /** What one conversation has cost so far, or within a span (milliseconds since 1970). */
  costOf(conversation: string, span?: { from: number; to: number }): Sum
  /** Ends every call that is under way: STOP. */
  halt(): void
  /** Forgets old calls. */
  sweep(): number
  close(): void
}

export type LlmNeeds = {
  config: LlmConfig
  db: Db
  clock: Clock
  log: Log
  timeZone: string
  bus?: Pick<Bus<Events>, 'emit'> | undefined
}

export const createLlm = ({ config, db, clock, log, timeZone, bus }: LlmNeeds): Llm => {
  // Read by whoever asks for a price first: a house without models never does.
  let read: Prices | undefined
  const table = () => {
    read ??= readPrices()
    return read
  }
  const prices: Pick<Prices, 'facts' | 'costOf'> = {
    facts: (model) => table().facts(model),
    costOf: (provider, model, usage) => table().costOf(provider, model, usage),
  }
  const ledger = createLedger({ db, clock })
  const breakers = createBreakers(clock)
  const budget = createBudget({
    ledger,
    clock,
    timeZone,
    limits: config.budget,
    tell: (news) => bus?.emit('llm.budget', news),
  })
  const facts = (model: string) => prices.facts(model) ?? {}
  const claude = config.claude && createClaude({ clock, config: config.claude, facts })
  const local = config.local && createLocal({ clock, config: config.local })
  const lives = new Set<AbortController>()
  /** The last call that is in the book. */
  let booked = 0

  const known = (): Knowledge => ({
    claude: config.claude && {
      ...config.claude.models,
      window: (model) => prices.facts(model)?.window,
      hasPrice: (model) => prices.facts(model) !== undefined,
    },
    local: local?.mind(),
    keepsPrivate: config.private === 'local',
    resting: breakers.resting,
    exhausted: config.claude && budget.exhausted(),
    isBudgeted: budget.isSet,
  })

  const needs = {
    clock,
    log,
    ledger,
    prices,
    budget,
    breakers,
    known,
    source: (provider: Provider) => (provider === 'claude' ? claude : local)!,
    mind: (mind: Mind) => (mind.provider === 'local' && local ? local.mind() : mind),
    onBooked(id: number) {
      booked = id
      bus?.emit('llm.booked', { id })
    },
  }

  async function* stream(request: LlmRequest): AsyncGenerator<Part> {
    const life = new AbortController()
    lives.add(life)
    const signal = request.signal ? AbortSignal.any([request.signal, life.signal]) : life.signal
    let isOver = false
    try {
      for await (const part of talk(needs, { ...request, signal })) {
        isOver = part.type === 'done' || part.type === 'failed'
        yield part
      }
    } catch (error) {
      log.error('llm: a question broke', { reason: messageOf(error) })
      if (!isOver)
        yield {
          type: 'failed',
          kind: 'invalid',
          message: 'I have made a mess of this question; it is written down.',
          said: false,
        }
    } finally {
      lives.delete(life)
      life.abort()
    }
  }

  /** A page that is watched asks at each poll: the same until something is booked, or a minute is over. */
  let made: { bill: Bill; booked: number; minute: number } | undefined
  const bill = (): Bill => {
    const now = clock.now()
    const minute = Math.floor(now / 60_000)
    if (made?.booked === booked && made.minute === minute) return made.bill
    const exhausted = config.claude && budget.exhausted()
    made = {
      booked,
      minute,
      bill: billOf({
        ledger,
        now,
        timeZone,
        budget: budget.state(),
        exhausted,
        pricesOf: table().asOf,
        hasModel: Boolean(claude || local),
      }),
    }
    return made.bill
  }

  const status = (): LlmStatus => ({
    providers: [
      ...(local ? [localStatus()] : []),
      ...(config.claude ? [claudeStatus(config.claude.models)] : []),
    ],
    budget: budget.state(),
    exhausted: config.claude && budget.exhausted(),
  })
  const localStatus = (): ProviderStatus => {
    const { model, window } = local!.mind()
    const { condition, reason } = local!.state()
    const resting = breakers.resting('local')
    return { provider: 'local', model, window, condition, reason, resting, hasPrice: true }
  }
  const claudeStatus = ({
    routine,
    complex,
  }: Record<'routine' | 'complex', string>): ProviderStatus => ({
    provider: 'claude',
    model: routine,
    complex: complex === routine ? undefined : complex,
    window: prices.facts(routine)?.window,
    resting: breakers.resting('claude'),
    hasPrice: [routine, complex].every((model) => prices.facts(model)),
  })

  return {
    stream,
    status,
    async look(signal) {
      const seen = await local?.look(signal)
      if (seen?.condition === 'ready') breakers.served('local')
      return status()
    },
    bill,
    costOf: (conversation, span) => ledger.ofConversation(conversation, span),
    halt() {
      for (const life of lives) life.abort()
    },
    sweep() {
      made = undefined
      return ledger.sweep()
    },
    close() {
      for (const life of lives) life.abort()
      claude?.close()
      local?.close()
    },
  }
}
