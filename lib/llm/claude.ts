/**
 * Claude, through Anthropic's own client, loaded when the first question comes. What a conversation
 * repeats is marked for the cache. The client neither retries nor reads the environment: who answers
 * instead, and when, is the router's business.
 */
import type Anthropic from '@anthropic-ai/sdk'
import { type Clock, seconds } from '../clock.ts'
import { answered, bounded, tokensIn } from './answer.ts'
import { argumentsOf } from './arguments.ts'
import { Trouble } from './failures.ts'
import type { LlmRequest, Message, Prompt, RawPart, Source, Stop, Usage } from './types.ts'
import type { Patience, Watch } from './watch.ts'
import { fitId, fitName, inputOf, orNothing, whole, withMoment } from './words.ts'

export type ClaudeConfig = { apiKey: string; baseUrl: string }

/** How much a model thinks before it speaks; what is not known of it is left to it. */
export type Thinking = 'disabled' | 'between_tools' | undefined

export type ClaudeNeeds = {
  clock: Clock
  config: ClaudeConfig
  /** The words cut to the model's window, and what is known of it. */
  facts(model: string): { window?: number | undefined; thinking?: Thinking }
  patience?: Patience
}

const PATIENCE: Patience = { firstMs: seconds(120), pauseMs: seconds(60) }
/** The client's own clock must never be the first to give up; ours can be moved by a test. */
const NEVER_MS = 24 * 3_600_000

export const createClaude = ({ clock, config, facts, patience }: ClaudeNeeds): Source => {
  let client: Promise<Anthropic> | undefined
  const open = async () => {
    const { Anthropic } = await import('@anthropic-ai/sdk')
    return new Anthropic({
      apiKey: config.apiKey,
      baseURL: config.baseUrl,
      maxRetries: 0,
      timeout: NEVER_MS,
      logLevel: 'off',
      openTelemetry: false,
    })
  }

  async function* ask(request: LlmRequest, model: string, watch: Watch): AsyncGenerator<RawPart> {
    const { window, thinking } = facts(model)
    const prompt = { ...request, ...request.fit?.({ provider: 'claude', model, window }) }
    client ??= open()
    const { messages } = await client
    const { data, response } = await messages
      .create(
        {
          ...bodyOf(prompt),
          model,
          stream: true,
          ...(thinking && { thinking: { type: thinking } }),
        },
        { signal: watch.signal },
      )
      .withResponse()
    watch.heard('answered')
    if (!/text\/event-stream/.test(response.headers.get('content-type') ?? ''))
      throw new Trouble(
        'garbled',
        'answered with something that is no stream. Is the address right?',
      )
    // Whatever becomes of it now, the question has been read and is paid for.
    yield { type: 'usage', usage: { ...nothingUsed, in: tokensIn(prompt) } }
    yield* partsOf(data, prompt, watch)
  }

  return {
    stream: (request, model) =>
      answered({
        clock,
        signal: request.signal,
        patience: patience ?? PATIENCE,
        who: `Claude (${model})`,
        secret: config.apiKey,
        ask: (watch) => ask(request, model, watch),
      }),
    close() {},
  }
}

const nothingUsed: Usage = { in: 0, out: 0, cacheRead: 0, cacheWrite: 0, exact: false }

type Events = AsyncIterable<Anthropic.RawMessageStreamEvent>
type Open = { id: string; name: string; raw: string }

async function* partsOf(events: Events, { tools }: Prompt, watch: Watch): AsyncGenerator<RawPart> {
  const calls = new Map<number, Open>()
  let usage = nothingUsed
  let stop: Stop | undefined
  for await (const event of events) {
    watch.heard()
    if (event.type === 'message_start') {
      usage = usageOf(usage, event.message.usage)
      yield { type: 'usage', usage }
    } else if (event.type === 'content_block_start') {
      const block = event.content_block
      if (block.type === 'tool_use')
        calls.set(event.index, { id: block.id, name: block.name, raw: '' })
      if (block.type === 'text' && block.text) yield { type: 'text', text: block.text }
    } else if (event.type === 'content_block_delta') {
      const { delta } = event
      const call = calls.get(event.index)
      if (delta.type === 'text_delta') yield { type: 'text', text: delta.text }
      if (delta.type === 'input_json_delta' && call)
        call.raw = bounded(call.raw + delta.partial_json)
    } else if (event.type === 'content_block_stop') {
      const call = calls.get(event.index)
      const schema = tools.find(({ name }) => name === call?.name)?.schema
      if (call) yield { type: 'tool', ...call, args: argumentsOf(call.raw, schema) }
    } else if (event.type === 'message_delta') {
      stop = stopOf(event.delta.stop_reason)
      usage = usageOf(usage, event.usage)
      yield { type: 'usage', usage: { ...usage, exact: true } }
    } else if (event.type === 'message_stop') {
      yield { type: 'done', stop: stop ?? 'end' }
    }
  }
}

/** Figures of the last event that has them: they count from the beginning. */
const usageOf = (
  before: Usage,
  told: Partial<Record<keyof Anthropic.MessageDeltaUsage, unknown>> | undefined,
): Usage => {
  const figure = (name: keyof Anthropic.MessageDeltaUsage, known: number) => {
    const value = told?.[name]
    return typeof value === 'number' && value >= 0 ? value : known
  }
  return {
    in: figure('input_tokens', before.in),
    out: figure('output_tokens', before.out),
    cacheRead: figure('cache_read_input_tokens', before.cacheRead),
    cacheWrite: figure('cache_creation_input_tokens', before.cacheWrite),
    exact: false,
  }
}

const stopOf = (reason: Anthropic.StopReason | null): Stop => {
  if (reason === 'tool_use') return 'tools'
  if (reason === 'refusal') return 'declined'
  return reason === 'max_tokens' || reason === 'model_context_window_exceeded' ? 'length' : 'end'
}

type Body = Omit<Anthropic.MessageCreateParamsStreaming, 'model' | 'stream'>
const cached = { cache_control: { type: 'ephemeral' as const } }

/** Two marks for the cache: after tools and persona, and within a turn after what it has read so far. */
const bodyOf = (request: Prompt & { maxTokens: number }): Body => {
  const { system, tools, maxTokens } = request
  const messages = withMoment(request).map(messageOf)
  const last = messages.at(-1)
  if (last && request.messages.at(-1)?.role === 'results')
    last.content = (last.content as Anthropic.ContentBlockParam[]).map((block, i, all) =>
      i === all.length - 1 ? ({ ...block, ...cached } as Anthropic.ContentBlockParam) : block,
    )
  return {
    max_tokens: maxTokens,
    messages,
    ...(system.stable.trim() && {
      system: [{ type: 'text', text: whole(system.stable), ...cached }],
    }),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, schema }) => ({
        name,
        description,
        input_schema: { type: 'object', ...schema } as Anthropic.Tool.InputSchema,
      })),
    }),
  }
}

const messageOf = (message: Message): Anthropic.MessageParam => {
  if (message.role === 'user')
    return { role: 'user', content: [{ type: 'text', text: orNothing(message.text) }] }
  if (message.role === 'results')
    return {
      role: 'user',
      content: message.results.map(({ id, text, failed }) => ({
        type: 'tool_result',
        tool_use_id: fitId(id),
        content: orNothing(text),
        ...(failed && { is_error: true }),
      })),
    }
  const calls = (message.calls ?? []).map((call) => ({
    type: 'tool_use' as const,
    id: fitId(call.id),
    name: fitName(call.name),
    input: inputOf(call),
  }))
  const text = message.text.trim() || calls.length === 0 ? orNothing(message.text.trimEnd()) : ''
  return {
    role: 'assistant',
    content: [...(text ? [{ type: 'text' as const, text }] : []), ...calls],
  }
}
