/**
 * A model at home, behind any server that speaks OpenAI's chat completions; llama.cpp's llama-server
 * first. It may be slow, and it may be loading: both are normal and waited for. One call at a time is asked
 * for, because several come out mangled (ggml-org/llama.cpp#14101, #28522).
 */
import { randomUUID } from 'node:crypto'
import type OpenAI from 'openai'
import { type Clock, minutes, seconds } from '../clock.ts'
import { answered, bounded, tokensIn } from './answer.ts'
import { argumentsOf } from './arguments.ts'
import { Trouble } from './failures.ts'
import { createLocalServer, type LocalServer, type ServerState } from './local-server.ts'
import { createPatientFetch } from './patient-fetch.ts'
import { createTagged } from './tagged.ts'
import type { LlmRequest, Message, Mind, Prompt, RawPart, Source, Stop, Usage } from './types.ts'
import type { Watch } from './watch.ts'
import { fitId, fitName, inputOf, orNothing, whole, withMoment } from './words.ts'

export type LocalConfig = {
  /** With or without `/v1`. */
  url: string
  /** What the server calls it; unset = the one that it has. */
  model?: string | undefined
  apiKey?: string | undefined
  /** Outranks what the server says. */
  contextTokens?: number | undefined
  loadMinutes: number
  firstMinutes: number
  pauseSeconds: number
}

export type Local = Source & {
  mind(): Mind
  state(): ServerState
  /** Asks the server how it is; never throws. */
  look(signal?: AbortSignal): Promise<ServerState>
}

const NEVER_MS = 24 * 3_600_000

export const createLocal = ({ clock, config }: { clock: Clock; config: LocalConfig }): Local => {
  const base = config.url.replace(/\/+$/, '').replace(/\/v1$/, '')
  const fetch = createPatientFetch(clock)
  const server = createLocalServer({
    clock,
    fetch,
    base,
    key: config.apiKey,
    loadMs: minutes(config.loadMinutes),
  })
  let client: Promise<OpenAI> | undefined
  const open = async () => {
    const { OpenAI } = await import('openai')
    return new OpenAI({
      apiKey: config.apiKey ?? 'none',
      adminAPIKey: null,
      organization: null,
      project: null,
      baseURL: `${base}/v1`,
      maxRetries: 0,
      timeout: NEVER_MS,
      logLevel: 'off',
      fetch,
    })
  }
  const mind = (): Mind => ({
    provider: 'local',
    model: config.model ?? server.state().model ?? 'local',
    window: config.contextTokens ?? server.state().window,
  })

  async function* ask(request: LlmRequest, watch: Watch): AsyncGenerator<RawPart> {
    yield* waited(server, watch)
    if (watch.why()) return
    client ??= open()
    const { chat } = await client
    const prompt = { ...request, ...request.fit?.(mind()) }
    const body = bodyOf(prompt, mind().model, server.state().isLlama)
    for (let tries = 1; ; tries++) {
      try {
        const { data, response } = await chat.completions
          .create(body, { signal: watch.signal })
          .withResponse()
        watch.heard('answered')
        if (!/text\/event-stream/.test(response.headers.get('content-type') ?? ''))
          throw new Trouble('garbled', 'answered with something that is no stream.')
        server.seen('ready')
        yield { type: 'usage', usage: { ...nothingUsed, in: tokensIn(prompt) } }
        return yield* partsOf(data, prompt, watch)
      } catch (thrown) {
        // It was ready a moment ago, and has been started anew since.
        if ((thrown as { status?: unknown })?.status !== 503 || tries > 1) throw thrown
        server.seen('loading')
        yield* waited(server, watch)
        if (watch.why()) return
      }
    }
  }

  return {
    mind,
    state: server.state,
    look: server.look,
    async *stream(request) {
      for await (const part of answered({
        clock,
        signal: request.signal,
        patience: {
          firstMs: minutes(config.firstMinutes),
          pauseMs: seconds(config.pauseSeconds),
        },
        who: 'The local model',
        secret: config.apiKey,
        ask: (watch) => ask(request, watch),
      })) {
        if (part.type === 'failed' && part.kind === 'unreachable') server.seen('away')
        yield part
      }
    },
    close() {},
  }
}

/** Waits until the model is loaded, and says so once. */
async function* waited(server: LocalServer, watch: Watch): AsyncGenerator<RawPart> {
  let tell = () => {}
  const loading = new Promise<boolean>((resolve) => {
    tell = () => resolve(true)
  })
  const ready = server.ready(watch, tell)
  if (await Promise.race([loading, ready.then(() => false)]))
    yield { type: 'waiting', message: 'The local model is being loaded.' }
  await ready
}

const nothingUsed: Usage = { in: 0, out: 0, cacheRead: 0, cacheWrite: 0, exact: false }

type Chunk = OpenAI.ChatCompletionChunk & {
  /** llama-server, while it reads the prompt. */
  prompt_progress?: { total?: number; processed?: number }
}
type Call = { id: string; name: string; raw: string }

async function* partsOf(
  chunks: AsyncIterable<OpenAI.ChatCompletionChunk>,
  { tools }: Prompt,
  watch: Watch,
): AsyncGenerator<RawPart> {
  const tagged = createTagged({ hasTools: tools.length > 0 })
  const calls = new Map<number, Call>()
  let reason: string | undefined
  let read = 0
  for await (const chunk of chunks as AsyncIterable<Chunk>) {
    watch.heard()
    const percent = percentRead(chunk)
    if (percent >= read + 10) {
      read = percent
      yield { type: 'waiting', message: `The local model is reading, ${percent} %.` }
    }
    if (chunk.usage) yield { type: 'usage', usage: usageOf(chunk.usage) }
    const choice = chunk.choices?.[0]
    if (!choice) continue
    if (typeof choice.delta?.content === 'string')
      yield { type: 'text', text: tagged.read(choice.delta.content) }
    for (const piece of choice.delta?.tool_calls ?? []) gather(calls, piece)
    reason = choice.finish_reason ?? reason
  }
  // Nothing was finished, so it broke off; whoever asked for these parts says so.
  if (reason === undefined) return
  const { text, calls: found } = tagged.rest()
  if (text) yield { type: 'text', text }
  const all = [...calls.values(), ...found.map((call) => ({ ...call, id: '' }))]
  for (const { id, name, raw } of all) {
    const schema = tools.find((tool) => tool.name === name)?.schema
    yield { type: 'tool', id: id || newId(), name, raw, args: argumentsOf(raw, schema) }
  }
  yield { type: 'done', stop: stopOf(reason, all.length > 0) }
}

const newId = () => `call_${randomUUID().replaceAll('-', '')}`

const percentRead = ({ prompt_progress: progress }: Chunk): number => {
  const { total = 0, processed = 0 } = progress ?? {}
  return total > 0 ? Math.min(99, Math.floor((100 * processed) / total)) : 0
}

/** Pieces of one call carry its number; some servers send a whole call without one. */
const gather = (
  calls: Map<number, Call>,
  piece: OpenAI.ChatCompletionChunk.Choice.Delta.ToolCall,
) => {
  const index = piece.index ?? calls.size
  const call = calls.get(index) ?? { id: '', name: '', raw: '' }
  calls.set(index, call)
  call.id ||= piece.id ?? ''
  call.name ||= piece.function?.name ?? ''
  call.raw = bounded(call.raw + (piece.function?.arguments ?? ''))
}

const stopOf = (reason: string, hasCalls: boolean): Stop => {
  if (reason === 'length') return 'length'
  if (reason === 'content_filter') return 'declined'
  return hasCalls ? 'tools' : 'end'
}

const usageOf = (told: OpenAI.CompletionUsage): Usage => {
  const cacheRead = told.prompt_tokens_details?.cached_tokens ?? 0
  return {
    in: Math.max(0, (told.prompt_tokens ?? 0) - cacheRead),
    out: told.completion_tokens ?? 0,
    cacheRead,
    cacheWrite: 0,
    exact: true,
  }
}

type Body = OpenAI.ChatCompletionCreateParamsStreaming

/** `isLlama`: its own wishes, which a stricter server would refuse. */
const bodyOf = (
  request: Prompt & { maxTokens: number },
  model: string,
  isLlama: boolean,
): Body => ({
  model,
  messages: [
    ...(request.system.stable.trim()
      ? [{ role: 'system' as const, content: whole(request.system.stable) }]
      : []),
    ...withMoment(request).flatMap(messagesOf),
  ],
  max_tokens: request.maxTokens,
  stream: true,
  stream_options: { include_usage: true },
  ...(request.tools.length > 0 && {
    tools: request.tools.map(({ name, description, schema }) => ({
      type: 'function' as const,
      function: { name, description, parameters: schema },
    })),
    parallel_tool_calls: false,
  }),
  // Thinking aloud costs minutes at ten tokens a second; progress tells that it reads.
  ...(isLlama && { chat_template_kwargs: { enable_thinking: false }, return_progress: true }),
})

const messagesOf = (message: Message): OpenAI.ChatCompletionMessageParam[] => {
  if (message.role === 'user') return [{ role: 'user', content: orNothing(message.text) }]
  if (message.role === 'results')
    return message.results.map(({ id, text, failed }) => ({
      role: 'tool',
      tool_call_id: fitId(id),
      content: failed ? `Failed: ${orNothing(text)}` : orNothing(text),
    }))
  const calls = (message.calls ?? []).map((call) => ({
    id: fitId(call.id),
    type: 'function' as const,
    function: { name: fitName(call.name), arguments: JSON.stringify(inputOf(call)) },
  }))
  return [
    {
      role: 'assistant',
      content: whole(message.text),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
  ]
}
