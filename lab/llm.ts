/**
 * Models that do not exist, as real HTTP servers on loopback: one speaks Anthropic's Messages, the
 * other is llama-server with its manners. Each answer is scripted by whoever tests; what was asked is kept.
 * docs/models.md says where they lie.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { answerAsClaude } from './llm-claude.ts'
import { answerAsLlama } from './llm-llama.ts'

export type ScriptedCall = {
  name: string
  /** An object, or the very text that the model writes. */
  args: Record<string, unknown> | string
  id?: string
}

/** One answer of a model. All that is left out is well. */
export type Reply = {
  /** Several pieces come one by one. */
  text?: string | string[]
  calls?: ScriptedCall[]
  /** Thought before it speaks. */
  thinking?: string
  /** What the API calls it: `max_tokens`, `refusal`; `length`. */
  stop?: string
  usage?: { in?: number; out?: number; cacheRead?: number; cacheWrite?: number }
  /** Refused with this status and these words, in the API's own form. */
  status?: number
  error?: { type?: string; message?: string } & Record<string, unknown>
  headers?: Record<string, string>
  /** The connection breaks: before the first word, after it, in the middle of a call. */
  cut?: 'before' | 'after' | 'in-call'
  /** The stream ends there too, but as if nothing were wrong. */
  hush?: 'before' | 'after' | 'in-call'
  /** An error inside the stream, after the first word. */
  breaks?: { type: string; message: string }
  /** It never says a word; `'after'` = after the first one. */
  silent?: 'before' | 'after'
  /** Sent as it is, after the headers of a stream. */
  raw?: Uint8Array
  /** A web page, with status 200. */
  page?: string
  /** llama-server only: how far it has read, in percent, before it speaks. */
  progress?: number[]
}

/** What a model was asked. */
export type Asked = {
  face: 'claude' | 'llama'
  path: string
  headers: IncomingMessage['headers']
  body: Record<string, unknown>
}
/** Answers in order, the last one again and again; or whatever a function says. */
export type Script = Reply[] | ((asked: Asked, n: number) => Reply)

export type LlmLabOptions = {
  claude?: Script
  llama?: Script
  /** How many times `/health` says that the model is being loaded; more = for ever. */
  loading?: number
  /** Tokens that llama-server says fit in; 0 = another server, without `/props` and `/health`. */
  window?: number
  model?: string
  /** What both want to see; anything without. */
  key?: string
}

export type LlmLab = {
  claudeUrl: string
  llamaUrl: string
  /** Questions to models, oldest first. */
  asked: Asked[]
  /** Every request of llama-server's, by path. */
  visits: string[]
  /** Connections that somebody closed before the answer was over. */
  left(): number
  /** Plays something else from now on. */
  play(scripts: Pick<LlmLabOptions, 'claude' | 'llama' | 'loading'>): void
  close(): Promise<void>
}

const hello: Script = [{ text: ['Good ', 'evening.'] }]

export const startLlmLab = async (options: LlmLabOptions = {}): Promise<LlmLab> => {
  const asked: Asked[] = []
  const visits: string[] = []
  const scripts = { claude: options.claude ?? hello, llama: options.llama ?? hello }
  const counts = { claude: 0, llama: 0 }
  let loading = options.loading ?? 0
  let left = 0

  const replyFor = (question: Asked): Reply => {
    asked.push(question)
    const script = scripts[question.face]
    const n = counts[question.face]++
    if (typeof script === 'function') return script(question, n)
    return script[Math.min(n, script.length - 1)] ?? {}
  }
  const isWelcome = ({ headers }: IncomingMessage) =>
    !options.key || headers.authorization === `Bearer ${options.key}`
  const watchLeaving = (response: ServerResponse) =>
    response.once('close', () => {
      if (!response.writableFinished) left += 1
    })

  const claude = await listen(async (request, response) => {
    watchLeaving(response)
    const body = await bodyOf(request)
    const path = request.url ?? ''
    if (!isWelcome(request))
      return answerAsClaude(response, body, {
        status: 401,
        error: { type: 'authentication_error', message: 'invalid bearer token' },
      })
    if (path !== '/v1/messages')
      return answerAsClaude(response, body, {
        status: 404,
        error: { type: 'not_found_error', message: path },
      })
    const question: Asked = { face: 'claude', path, headers: request.headers, body }
    return answerAsClaude(response, body, replyFor(question))
  })
  const llama = await listen(async (request, response) => {
    watchLeaving(response)
    const path = request.url ?? ''
    visits.push(path)
    const body = await bodyOf(request)
    const { window = 8192, model = 'qwen2.5-7b-instruct-q4_k_m.gguf' } = options
    const isLoading = loading > 0
    if (isLoading && path === '/health') loading -= 1
    await answerAsLlama(response, {
      path,
      body,
      isLoading,
      isWelcome: isWelcome(request),
      window,
      model,
      reply: () => replyFor({ face: 'llama', path, headers: request.headers, body }),
    })
  })

  return {
    claudeUrl: claude.url,
    llamaUrl: llama.url,
    asked,
    visits,
    left: () => left,
    play(next) {
      if (next.claude) scripts.claude = next.claude
      if (next.llama) scripts.llama = next.llama
      if (next.loading !== undefined) loading = next.loading
      counts.claude = 0
      counts.llama = 0
    },
    close: async () => {
      await Promise.all([claude.close(), llama.close()])
    },
  }
}

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>

const listen = async (handle: Handle) => {
  const sockets = new Set<Socket>()
  const server: Server = createServer((request, response) => {
    response.on('error', () => {})
    handle(request, response).catch(() => response.destroy())
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  try {
    return JSON.parse(Buffer.concat(pieces).toString()) as Record<string, unknown>
  } catch {
    return {}
  }
}
