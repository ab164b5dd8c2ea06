/** A model at home through the real client, against a server with llama-server's manners. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type LlmLab, type LlmLabOptions, type Reply, startLlmLab } from '../../../lab/llm.ts'
import { createLocal, type Local, type LocalConfig } from '../../../lib/llm/local.ts'
import type { LlmRequest } from '../../../lib/llm/types.ts'
import { type FakeClock, fakeClock } from '../../clock.ts'
import { guestStart, heard, question, until } from '../../llm.ts'

type Bench = { lab: LlmLab; clock: FakeClock; local: Local }
const local = suite<Bench>('llm: local')

const open = async (t: Bench, options: LlmLabOptions = {}, config: Partial<LocalConfig> = {}) => {
  await t.lab?.close()
  t.lab = await startLlmLab(options)
  t.clock = fakeClock()
  t.local = createLocal({
    clock: t.clock,
    config: {
      url: t.lab.llamaUrl,
      loadMinutes: 5,
      firstMinutes: 20,
      pauseSeconds: 120,
      ...config,
    },
  })
}
local.before.each(async (t) => {
  process.env.OPENAI_API_KEY = 'wrong'
  process.env.OPENAI_BASE_URL = 'http://127.0.0.1:9'
  await open(t)
})
local.after.each((t) => t.lab.close())

const ask = (t: Bench, reply: Reply, request?: LlmRequest) => {
  t.lab.play({ llama: [reply] })
  return heard(t.local.stream(request ?? question(), ''))
}
const withTools = question('Start 303', { tools: [guestStart] })

local('text and usage come, also from the chunk without choices', async (t) => {
  const got = await ask(t, { text: ['Good ', 'evening.'], usage: { in: 40, out: 7, cacheRead: 9 } })
  assert.is(got.text, 'Good evening.')
  assert.equal(got.order, ['text', 'usage', 'done'])
  assert.equal(got.usage, { in: 40, out: 7, cacheRead: 9, cacheWrite: 0, exact: true })
})

local('size and name are read from the server, once a minute', async (t) => {
  assert.equal(t.local.mind(), { provider: 'local', model: 'local', window: undefined })
  await ask(t, { text: 'Yes.' })
  assert.equal(t.local.mind(), {
    provider: 'local',
    model: 'qwen2.5-7b-instruct-q4_k_m.gguf',
    window: 8192,
  })
  await ask(t, { text: 'Yes.' })
  assert.equal(t.lab.visits, ['/health', '/props', '/v1/chat/completions', '/v1/chat/completions'])
})

local('what is configured outranks it; the address may end with /v1', async (t) => {
  await open(t, { key: 'k1' })
  t.local = createLocal({
    clock: t.clock,
    config: {
      url: `${t.lab.llamaUrl}/v1/`,
      model: 'mine',
      contextTokens: 4096,
      apiKey: 'k1',
      loadMinutes: 1,
      firstMinutes: 1,
      pauseSeconds: 9,
    },
  })
  const fit: LlmRequest['fit'] = ({ window }) => question(`${window}`)
  const got = await ask(t, { text: 'Yes.' }, question('x', { fit }))
  assert.is(got.stop, 'end')
  assert.is(t.lab.asked[0]!.body.model, 'mine')
  assert.match(JSON.stringify(t.lab.asked[0]!.body.messages), /4096/)
})

local('a server of another kind has no /props and is asked without special wishes', async (t) => {
  await open(t, { window: 0 })
  const got = await ask(t, { text: 'Yes.' })
  assert.is(got.stop, 'end')
  assert.is(t.local.mind().window, undefined)
  assert.not.ok('return_progress' in t.lab.asked[0]!.body)
})

local('the request is what llama-server wants', async (t) => {
  await ask(t, { text: 'Yes.' }, withTools)
  const { body } = t.lab.asked[0]!
  assert.equal(body.messages, [
    { role: 'system', content: 'You are Jarvis.' },
    { role: 'user', content: '<moment>\nAll is well.\n</moment>\n\nStart 303' },
  ])
  assert.is(body.parallel_tool_calls, false)
  assert.equal(body.stream_options, { include_usage: true })
  assert.equal(body.chat_template_kwargs, { enable_thinking: false })
  assert.is((body.tools as unknown[]).length, 1)
})

local('results go back as the answers to their calls', async (t) => {
  const call = { id: 'c1', name: 'guest_start', raw: '{"vmid": 30', args: undefined }
  await ask(
    t,
    { text: 'Yes.' },
    question('', {
      messages: [
        { role: 'user', text: 'Start it.' },
        { role: 'assistant', text: '', calls: [call] },
        { role: 'results', results: [{ id: 'c1', text: 'Not understood.', failed: true }] },
      ],
    }),
  )
  const messages = t.lab.asked[0]!.body.messages as Record<string, unknown>[]
  assert.equal(messages.slice(2), [
    {
      role: 'assistant',
      content: '',
      tool_calls: [
        { id: 'c1', type: 'function', function: { name: 'guest_start', arguments: '{}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'Failed: Not understood.' },
  ])
})

local('a call comes whole; what the schema tells is mended', async (t) => {
  const got = await ask(
    t,
    { calls: [{ name: 'guest_start', args: { vmid: '303', wait: 'true' }, id: 'x1' }] },
    withTools,
  )
  assert.equal(got.tools[0]!.args, { vmid: 303, wait: true })
  assert.is(got.tools[0]!.id, 'x1')
  assert.is(got.stop, 'tools')
})

local('a call that was left in the text is found, and is not said', async (t) => {
  const text = [
    'One moment.\n<tool',
    '_call>\n{"name": "guest_start", "arg',
    'uments": {"vmid": "303"}}\n</tool_call>',
  ]
  const got = await ask(t, { text }, withTools)
  assert.is(got.text, 'One moment.\n')
  assert.equal(got.tools[0]!.args, { vmid: 303 })
  assert.match(got.tools[0]!.id, /^call_[0-9a-f]{32}$/)
  assert.is(got.stop, 'tools')
})

local('without tools nobody calls, and thoughts are not said', async (t) => {
  const tag = '<tool_call>{"name":"guest_delete","arguments":{}}</tool_call>'
  const got = await ask(t, { text: tag })
  assert.is(got.text, tag)
  assert.is(got.tools.length, 0)
  const thought = await ask(t, { thinking: 'Hm.', text: ['<thi', 'nk>He wants', '</think>Yes.'] })
  assert.is(thought.text, 'Yes.')
})

local('a model that is being loaded is waited for, and that is said once', async (t) => {
  await open(t, { loading: 3 })
  const asking = heard(t.local.stream(question(), ''))
  for (let i = 0; i < 3; i++) {
    const seen = t.lab.visits.length
    await until(() => t.lab.visits.length > seen || t.lab.visits.length > i)
    await until(() => t.clock.waiting() > 1)
    await t.clock.advance(2000)
  }
  const got = await asking
  assert.equal(got.waiting, ['The local model is being loaded.'])
  assert.is(got.text, 'Good evening.')
})

local('who leaves while it loads leaves nobody asking', async (t) => {
  await open(t, { loading: 1e9 })
  for await (const part of t.local.stream(question(), '')) if (part.type === 'waiting') break
  const { length } = t.lab.visits
  await t.clock.advance(60_000)
  assert.is(t.lab.visits.length, length)
  assert.is(t.clock.waiting(), 0)
})

local('patience ends after the minutes that were set', async (t) => {
  await open(t, { loading: 1e9 }, { loadMinutes: 1, firstMinutes: 1 })
  const asking = heard(t.local.stream(question(), ''))
  let over = false
  void asking.then(() => {
    over = true
  })
  for (let i = 0; i < 40 && !over; i++) {
    await until(() => over || t.clock.waiting() > 1)
    await t.clock.advance(2000)
  }
  const got = await asking
  assert.is(got.failed?.kind, 'loading')
  assert.is(t.lab.asked.length, 0)
  assert.is(t.clock.waiting(), 0)
})

local('a server that was started anew meanwhile is waited for as well', async (t) => {
  await ask(t, { text: 'Yes.' })
  t.lab.play({ llama: [{ text: 'Again.' }], loading: 1 })
  const asking = heard(t.local.stream(question(), ''))
  await until(() => t.clock.waiting() > 1)
  await t.clock.advance(2000)
  const got = await asking
  assert.equal(got.order, ['waiting', 'text', 'usage', 'done'])
  assert.is(got.text, 'Again.')
})

local('how far it has read is told in steps', async (t) => {
  const got = await ask(t, { progress: [4, 12, 15, 55, 100], text: 'Read.' })
  assert.equal(got.waiting, [
    'The local model is reading, 12 %.',
    'The local model is reading, 55 %.',
    'The local model is reading, 99 %.',
  ])
})

local('a slow reader has his minutes, a talker who falls silent has fewer', async (t) => {
  await ask(t, { text: 'Warm.' })
  t.lab.play({ llama: [{ silent: 'before' }] })
  let over = false
  const slow = heard(t.local.stream(question(), '')).finally(() => {
    over = true
  })
  await until(() => t.lab.asked.length === 2)
  await t.clock.advance(19 * 60_000)
  assert.not.ok(over, 'still patient after 19 minutes')
  await t.clock.advance(61_000)
  assert.is((await slow).failed?.kind, 'timeout')
})

local('refusals have their kind; too many words too', async (t) => {
  const kinds: [Reply, string][] = [
    [{ status: 401, error: { message: 'Invalid API Key' } }, 'refused'],
    [{ status: 400, error: { message: 'bad tool' } }, 'invalid'],
    [{ status: 500, error: { message: 'boom' } }, 'overloaded'],
    [
      {
        status: 400,
        error: {
          type: 'exceed_context_size_error',
          message: 'the request exceeds the available context size',
          n_prompt_tokens: 81_920,
          n_ctx: 8192,
        },
      },
      'too-long',
    ],
    [{ breaks: { type: 'server_error', message: 'CUDA' }, text: ['Well ', 'x'] }, 'overloaded'],
    [{ page: '<html>nginx</html>' }, 'garbled'],
    [{ text: '' }, 'garbled'],
    [{ raw: Buffer.from('data: {"choices":[{"del\n\n') }, 'garbled'],
  ]
  for (const [reply, kind] of kinds) {
    const before = t.lab.asked.length
    const got = await ask(t, reply)
    assert.is(got.failed?.kind, kind, JSON.stringify(reply))
    assert.is(got.ends, 1)
    assert.is(t.lab.asked.length, before + 1)
  }
})

local('a stream that is cut fails once, wherever it is cut', async (t) => {
  for (const how of ['cut', 'hush'] as const)
    for (const place of ['before', 'after', 'in-call'] as const) {
      const got = await ask(
        t,
        {
          [how]: place,
          text: ['Well, ', 'sir.'],
          calls: [{ name: 'guest_start', args: { vmid: 303 } }],
        },
        withTools,
      )
      assert.is(got.failed?.kind, 'cut', `${how} ${place}`)
      assert.is(got.tools.length, 0)
      assert.is(got.ends, 1)
      assert.is(got.failed?.said, place !== 'before')
      assert.not.ok(got.usage?.exact)
    }
})

local('a megabyte is not listened to; invalid UTF-8 is shown as such', async (t) => {
  const much = await ask(t, { text: Array.from({ length: 256 }, () => 'x'.repeat(4096)) })
  assert.is(much.failed?.kind, 'garbled')
  const raw = (text: Buffer) =>
    Buffer.concat([
      Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"'),
      text,
      Buffer.from('"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'),
    ])
  const bad = await ask(t, { raw: raw(Buffer.from([0x6f, 0x6b, 0xff])) })
  assert.is(bad.text, 'ok\ufffd')
  const held = await ask(
    t,
    { text: ['<tool_call>{"name":"a', ...Array.from({ length: 200 }, () => '<'.repeat(1000))] },
    withTools,
  )
  assert.is(held.tools.length, 0)
  assert.ok(held.text.length > 100_000, 'what was held back is let go')
})

local('nobody there, a house that does not answer, a caller who leaves', async (t) => {
  const stop = new AbortController()
  t.lab.play({ llama: [{ silent: 'before' }] })
  const asking = heard(t.local.stream(question('x', { signal: stop.signal }), ''))
  await until(() => t.lab.asked.length === 1)
  stop.abort()
  assert.is((await asking).failed?.kind, 'aborted')
  await until(() => t.lab.left() > 0)
  assert.is(t.lab.left(), 1, 'the server is told, so it stops computing')

  await t.lab.close()
  const cold = createLocal({
    clock: t.clock,
    config: { url: t.lab.llamaUrl, loadMinutes: 1, firstMinutes: 1, pauseSeconds: 9 },
  })
  const got = await heard(cold.stream(question(), ''))
  assert.is(got.failed?.kind, 'unreachable')
  assert.match(got.failed?.message ?? '', /^The local model does not answer \(ECONNREFUSED\)\.$/)
  assert.is(cold.state().condition, 'away')
  assert.is(t.clock.waiting(), 0)
})

local('looking at it never throws, and never loads anything', async (t) => {
  const seen = await t.local.look()
  assert.is(seen.condition, 'ready')
  assert.is(seen.window, 8192)
  assert.equal(t.lab.visits, ['/health', '/props'])
  await t.lab.close()
  assert.is((await t.local.look()).condition, 'away')
})

local.run()
