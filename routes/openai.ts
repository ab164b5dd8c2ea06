/** `/v1/…`: Jarvis for clients that speak OpenAI's language. What lib/openai says becomes its JSON. */
import { randomBytes } from 'node:crypto'
import { streamSSE } from 'hono/streaming'
import { asProblem, Problem } from '../lib/errors.ts'
import { answer, MODEL, type OpenAiNeeds, type Piece } from '../lib/openai/openai.ts'
import { type ChatRequest, chatRequest } from '../lib/openai/request.ts'
import { paths } from '../lib/paths.ts'
import type { Ctx } from './answer.ts'
import { baseOf } from './base.ts'
import { callerIn } from './deeds.ts'
import type { Needs } from './needs.ts'
import { openAiError } from './openai-error.ts'

/** `GET /v1/models` */
export const showModels = (c: Ctx) =>
  c.json({ object: 'list', data: [{ id: MODEL, object: 'model', created: 0, owned_by: 'jarvis' }] })

/** `POST /v1/chat/completions` */
export const completeChat = (needs: Needs) => async (c: Ctx) => {
  const request = await requestIn(c)
  const caller = callerIn(c)
  const pieces = answer(openAiNeeds(needs, c), request, caller, c.req.raw.signal)
  // The first piece decides between an answer and a refusal, so it is waited for.
  const first = await pieces.next()
  const id = `chatcmpl-${randomBytes(12).toString('hex')}`
  const created = Math.floor(needs.clock.now() / 1000)
  const head = { id, created, model: MODEL }
  return request.stream
    ? streamed(c, head, request, first, pieces)
    : c.json(await whole(head, first, pieces))
}

type Head = { id: string; created: number; model: string }
type First = IteratorResult<Piece>

const whole = async (head: Head, first: First, pieces: AsyncGenerator<Piece>) => {
  let content = ''
  let usage: Extract<Piece, { type: 'end' }>['usage'] | undefined
  const take = (piece: Piece) => {
    if (piece.type === 'text') content += piece.text
    else usage = piece.usage
  }
  if (!first.done) take(first.value)
  for await (const piece of pieces) take(piece)
  const message = { role: 'assistant', content: content.trim(), refusal: null }
  const choices = [{ index: 0, message, finish_reason: 'stop', logprobs: null }]
  return { ...head, object: 'chat.completion', choices, usage }
}

const streamed = (
  c: Ctx,
  head: Head,
  { stream_options }: ChatRequest,
  first: First,
  pieces: AsyncGenerator<Piece>,
) => {
  const chunk = (delta: object, finish: string | null = null) =>
    JSON.stringify({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: finish }],
    })
  const response = streamSSE(c, async (stream) => {
    stream.onAbort(() => void pieces.return(undefined))
    const send = async (piece: Piece) => {
      if (piece.type === 'text') return stream.writeSSE({ data: chunk({ content: piece.text }) })
      await stream.writeSSE({ data: chunk({}, 'stop') })
      if (!stream_options?.include_usage) return
      const last = { ...head, object: 'chat.completion.chunk', choices: [], usage: piece.usage }
      await stream.writeSSE({ data: JSON.stringify(last) })
    }
    await stream.writeSSE({ data: chunk({ role: 'assistant', content: '' }) })
    try {
      if (!first.done) await send(first.value)
      for await (const piece of pieces) await send(piece)
    } catch (thrown) {
      await stream.writeSSE({ data: JSON.stringify(openAiError(asProblem(thrown))) })
    }
    await stream.writeSSE({ data: '[DONE]' })
  })
  // Over HTTP/2 these two end the process (@hono/node-server 2.1.8).
  response.headers.delete('transfer-encoding')
  response.headers.delete('connection')
  return response
}

const requestIn = async (c: Ctx): Promise<ChatRequest> => {
  const checked = chatRequest.safeParse(await c.req.json().catch(() => undefined))
  if (!checked.success) {
    const issue = checked.error.issues[0]
    const param = issue?.path.join('.') || 'body'
    throw new Problem('invalid', `${param}: ${issue?.message ?? 'not understood'}.`, {
      details: { param },
    })
  }
  const { model } = checked.data
  if (model === undefined || model === MODEL || model.endsWith(`/${MODEL}`)) return checked.data
  throw new Problem('not-found', 'There is one model here: jarvis.', {
    details: { param: 'model' },
  })
}

const openAiNeeds = (needs: Needs, c: Ctx): OpenAiNeeds => {
  const { chat, llm, clock } = needs
  if (!chat) throw new Problem('failed', 'This server does not talk.')
  return {
    chat,
    clock,
    approvalUrl: (id) => baseOf(c, needs) + paths.approval(id),
    async words(prompt, signal) {
      if (!llm || llm.status().providers.length === 0) return undefined
      const system = { stable: 'Answer with what is asked for and nothing else.', fresh: '' }
      const messages = [{ role: 'user', text: prompt.slice(-8000) } as const]
      let said = ''
      // The talk that is to be named stands in it, and nobody knows here whose words those are.
      const about = { purpose: 'title', isPrivate: true } as const
      const request = { system, messages, tools: [], maxTokens: 200, ...about, signal }
      for await (const part of llm.stream(request)) {
        if (part.type === 'text') said += part.text
        if (part.type === 'again') said = ''
        if (part.type === 'failed') return undefined
      }
      return said
    },
  }
}
