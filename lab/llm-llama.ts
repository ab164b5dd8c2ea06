/**
 * llama.cpp's llama-server, as far as Jarvis meets it: `/health`, `/props`, `/v1/models` and
 * `/v1/chat/completions` as a stream, with its quirks (first content null, usage in a chunk without
 * choices, `timings`, 503 while it loads, calls left in the text).
 */
import type { ServerResponse } from 'node:http'
import type { Reply } from './llm.ts'
import { endsAt, halvesOf, piecesOf, sendJson, sendPage, startStream } from './llm-play.ts'

type Body = Record<string, unknown>
export type Visit = {
  path: string
  body: Body
  isLoading: boolean
  isWelcome: boolean
  /** 0 = a server of another kind. */
  window: number
  model: string
  reply: () => Reply
}

const refusal = (code: number, type: string, message: string) => ({
  error: { code, message, type },
})
const LOADING = refusal(503, 'unavailable_error', 'Loading model')
const UNKNOWN = refusal(404, 'not_found_error', 'File Not Found')

export const answerAsLlama = async (response: ServerResponse, visit: Visit) => {
  const { path, isLoading, isWelcome, window, model } = visit
  const isForeign = window === 0
  if (path === '/health') {
    if (isForeign) return sendJson(response, 404, UNKNOWN)
    return isLoading ? sendJson(response, 503, LOADING) : sendJson(response, 200, { status: 'ok' })
  }
  if (isLoading) return sendJson(response, 503, LOADING)
  if (path === '/v1/models')
    return sendJson(response, 200, { object: 'list', data: [{ id: model, object: 'model' }] })
  if (!isWelcome)
    return sendJson(response, 401, refusal(401, 'authentication_error', 'Invalid API Key'))
  if (path === '/props' && !isForeign)
    return sendJson(response, 200, {
      default_generation_settings: { n_ctx: window, params: {} },
      total_slots: 1,
      model_path: `/models/${model}`,
      chat_template: '{{ messages }}',
    })
  if (path !== '/v1/chat/completions') return sendJson(response, 404, UNKNOWN)
  await complete(response, visit)
}

const complete = async (response: ServerResponse, { body, model, reply: next }: Visit) => {
  const reply = next()
  const { status, error, headers } = reply
  if (status)
    return sendJson(
      response,
      status,
      { error: { code: status, message: 'It failed.', type: 'server_error', ...error } },
      headers,
    )
  if (reply.page !== undefined) return sendPage(response, reply.page)
  startStream(response, reply)
  if (reply.raw) {
    response.write(reply.raw)
    response.end()
    return
  }
  const chunk = (choices: unknown[], more: object = {}) =>
    response.write(
      `data: ${JSON.stringify({ choices, created: 1, id: 'chatcmpl-lab', model, object: 'chat.completion.chunk', ...more })}\n\n`,
    )
  const delta = (what: object, finish_reason: string | null = null) =>
    chunk([{ index: 0, delta: what, finish_reason }])
  for (const percent of reply.progress ?? [])
    chunk([{ index: 0, delta: {}, finish_reason: null }], {
      prompt_progress: { total: 1000, cache: 0, processed: percent * 10, time_ms: 1 },
    })
  if (await endsAt(response, reply, 'before')) return
  delta({ role: 'assistant', content: null })
  if (reply.thinking) delta({ reasoning_content: reply.thinking })
  for (const [i, content] of piecesOf(reply).entries()) {
    delta({ content })
    if (i > 0) continue
    if (reply.breaks) {
      response.write(`data: ${JSON.stringify({ error: { code: 500, ...reply.breaks } })}\n\n`)
      response.end()
      return
    }
    if (await endsAt(response, reply, 'after')) return
  }
  for (const [index, call] of (reply.calls ?? []).entries()) {
    const { name, id = `lab${index}` } = call
    const [first, second] = halvesOf(call)
    delta({
      tool_calls: [{ index, id, type: 'function', function: { name, arguments: first } }],
    })
    if (await endsAt(response, reply, 'in-call')) return
    delta({ tool_calls: [{ index, function: { arguments: second } }] })
  }
  delta({}, reply.stop ?? (reply.calls?.length ? 'tool_calls' : 'stop'))
  chunk([], { usage: usageOf(body, reply), timings })
  response.write('data: [DONE]\n\n')
  response.end()
}

const timings = { prompt_n: 10, prompt_per_second: 75, predicted_n: 12, predicted_per_second: 9.5 }

const usageOf = (body: Body, { usage = {} }: Reply) => {
  const read = usage.cacheRead ?? 0
  const prompt = (usage.in ?? Math.ceil(JSON.stringify(body.messages ?? []).length / 4)) + read
  const out = usage.out ?? 12
  return {
    prompt_tokens: prompt,
    completion_tokens: out,
    total_tokens: prompt + out,
    prompt_tokens_details: { cached_tokens: read },
  }
}
