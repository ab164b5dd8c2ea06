/** Anthropic's Messages as a stream, as the API of 2026-10-21 sends it. */
import type { ServerResponse } from 'node:http'
import type { Reply } from './llm.ts'
import { endsAt, halvesOf, piecesOf, sendJson, sendPage, startStream } from './llm-play.ts'

type Body = Record<string, unknown>

export const answerAsClaude = async (response: ServerResponse, body: Body, reply: Reply) => {
  const { status, error, headers } = reply
  if (status)
    return sendJson(
      response,
      status,
      { type: 'error', error: { type: 'api_error', message: 'It failed.', ...error } },
      { 'request-id': 'req_lab', ...headers },
    )
  if (reply.page !== undefined) return sendPage(response, reply.page)
  startStream(response, reply)
  const send = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)
  if (reply.raw) {
    response.write(reply.raw)
    response.end()
    return
  }
  if (await endsAt(response, reply, 'before')) return
  const usage = usageOf(body, reply)
  send('message_start', {
    message: {
      id: 'msg_lab',
      type: 'message',
      role: 'assistant',
      model: body.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...usage, output_tokens: 1 },
    },
  })
  send('ping', {})
  let index = 0
  if (reply.thinking) {
    const thinking = { type: 'thinking', thinking: '', signature: '' }
    send('content_block_start', { index, content_block: thinking })
    const delta = { type: 'thinking_delta', thinking: reply.thinking }
    send('content_block_delta', { index, delta })
    send('content_block_delta', { index, delta: { type: 'signature_delta', signature: 'c2ln' } })
    send('content_block_stop', { index: index++ })
  }
  const pieces = piecesOf(reply)
  if (pieces.length > 0) {
    send('content_block_start', { index, content_block: { type: 'text', text: '' } })
    for (const [i, text] of pieces.entries()) {
      send('content_block_delta', { index, delta: { type: 'text_delta', text } })
      if (i > 0) continue
      if (reply.breaks) {
        send('error', { error: reply.breaks })
        response.end()
        return
      }
      if (await endsAt(response, reply, 'after')) return
    }
    send('content_block_stop', { index: index++ })
  }
  for (const [i, call] of (reply.calls ?? []).entries()) {
    const { name, id = `toolu_lab${i}` } = call
    send('content_block_start', { index, content_block: { type: 'tool_use', id, name, input: {} } })
    const [first, second] = halvesOf(call)
    const delta = (partial_json: string) =>
      send('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json } })
    delta('')
    delta(first)
    if (await endsAt(response, reply, 'in-call')) return
    delta(second)
    send('content_block_stop', { index: index++ })
  }
  const stop_reason = reply.stop ?? (reply.calls?.length ? 'tool_use' : 'end_turn')
  send('message_delta', {
    delta: { stop_reason, stop_sequence: null },
    usage: { ...usage, output_tokens: reply.usage?.out ?? 12 },
  })
  send('message_stop', {})
  response.end()
}

/** Like the API: a prefix that was marked is written the first time, so a script says when it is read. */
const usageOf = (body: Body, { usage = {} }: Reply) => ({
  input_tokens: usage.in ?? Math.ceil(JSON.stringify(body.messages ?? []).length / 4),
  cache_creation_input_tokens: usage.cacheWrite ?? 0,
  cache_read_input_tokens: usage.cacheRead ?? 0,
  cache_creation: {
    ephemeral_5m_input_tokens: usage.cacheWrite ?? 0,
    ephemeral_1h_input_tokens: 0,
  },
  service_tier: 'standard',
})
