/** Claude through the real client, against a server that speaks the real format. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type LlmLab, type Reply, startLlmLab } from '../../../lab/llm.ts'
import { createClaude } from '../../../lib/llm/claude.ts'
import type { LlmRequest, Source } from '../../../lib/llm/types.ts'
import { type FakeClock, fakeClock } from '../../clock.ts'
import { guestStart, heard, question, until } from '../../llm.ts'

const KEY = 'sk-ant-of-the-lab'
const MODEL = 'claude-haiku-5-5'
const claude = suite<{ lab: LlmLab; clock: FakeClock; source: Source }>('llm: claude')

claude.before.each(async (t) => {
  // What somebody's shell may hold must not lead anywhere.
  process.env.ANTHROPIC_API_KEY = 'wrong'
  process.env.ANTHROPIC_BASE_URL = 'http://127.0.0.1:9'
  t.lab = await startLlmLab({ key: KEY })
  t.clock = fakeClock()
  t.source = createClaude({
    clock: t.clock,
    config: { apiKey: KEY, baseUrl: t.lab.claudeUrl },
    facts: () => ({ window: 1_000_000, thinking: 'disabled' }),
  })
})
claude.after.each(async (t) => {
  await t.lab.close()
})

const ask = (t: { lab: LlmLab; source: Source }, reply: Reply, request?: LlmRequest) => {
  t.lab.play({ claude: [reply] })
  return heard(t.source.stream(request ?? question(), MODEL))
}

claude('text comes as it is said, with what it used', async (t) => {
  const got = await ask(t, {
    text: ['Good ', 'evening', '.'],
    usage: { in: 40, out: 7, cacheRead: 900, cacheWrite: 30 },
  })
  assert.is(got.text, 'Good evening.')
  assert.ok(got.parts.filter((p) => p.type === 'text').length === 3, 'in three pieces')
  assert.equal(got.order, ['text', 'usage', 'done'])
  assert.equal(got.usage, { in: 40, out: 7, cacheRead: 900, cacheWrite: 30, exact: true })
  assert.is(got.stop, 'end')
})

claude(
  'the stable words are marked for the cache; what is of this moment stands at the question',
  async (t) => {
    await ask(t, { text: 'Yes.' }, question('And 303?', { tools: [guestStart] }))
    const { body, headers } = t.lab.asked[0]!
    assert.equal(body.system, [
      { type: 'text', text: 'You are Jarvis.', cache_control: { type: 'ephemeral' } },
    ])
    assert.equal(body.messages, [
      {
        role: 'user',
        content: [{ type: 'text', text: '<moment>\nAll is well.\n</moment>\n\nAnd 303?' }],
      },
    ])
    assert.equal(body.thinking, { type: 'disabled' })
    assert.is(body.stream, true)
    assert.is(headers.authorization, `Bearer ${KEY}`)
  },
)

claude('within a turn what was read so far is marked too', async (t) => {
  const call = { id: 'toolu_1', name: 'guest_start', raw: '{"vmid":303}', args: { vmid: 303 } }
  await ask(
    t,
    { text: 'It runs.' },
    question('Start 303.', {
      tools: [guestStart],
      messages: [
        { role: 'user', text: 'Start 303.' },
        { role: 'assistant', text: '', calls: [call] },
        { role: 'results', results: [{ id: 'toolu_1', text: '', failed: true }] },
      ],
    }),
  )
  const messages = t.lab.asked[0]!.body.messages as { content: unknown[] }[]
  assert.equal(messages[1], {
    role: 'assistant',
    content: [{ type: 'tool_use', id: 'toolu_1', name: 'guest_start', input: { vmid: 303 } }],
  })
  assert.equal(messages[2]!.content, [
    {
      type: 'tool_result',
      tool_use_id: 'toolu_1',
      content: '(nothing)',
      is_error: true,
      cache_control: { type: 'ephemeral' },
    },
  ])
})

claude(
  'a name in another script and half a character do not spoil the talk that holds them',
  async (t) => {
    await ask(
      t,
      { text: 'Fine.' },
      question('', {
        messages: [
          { role: 'user', text: 'half \ud83d of it' },
          { role: 'assistant', text: ' ', calls: [{ id: 'ключ 1', name: 'удалить', raw: '?' }] },
          { role: 'results', results: [{ id: 'ключ 1', text: 'There is no such tool.' }] },
        ],
      }),
    )
    const text = JSON.stringify(t.lab.asked[0]!.body)
    assert.not.match(text, /\\ud83d/)
    assert.match(text, /"id":"_____1","name":"_______","input":\{\}/)
    assert.match(text, /"tool_use_id":"_____1"/)
  },
)

claude('a call comes whole, with its arguments read', async (t) => {
  const got = await ask(
    t,
    { text: 'A moment.', calls: [{ name: 'guest_start', args: { vmid: 303 }, id: 'toolu_7' }] },
    question('Start 303', { tools: [guestStart] }),
  )
  assert.equal(got.order, ['text', 'tool', 'usage', 'done'])
  const { type: _, ...call } = got.tools[0]!
  assert.equal(call, {
    id: 'toolu_7',
    name: 'guest_start',
    raw: '{"vmid":303}',
    args: { vmid: 303 },
  })
  assert.is(got.stop, 'tools')
})

claude('fifty calls are fifty calls, and one that means nothing has no arguments', async (t) => {
  const calls = Array.from({ length: 50 }, (_, i) => ({ name: 'guest_start', args: { vmid: i } }))
  const got = await ask(t, { calls: [...calls, { name: 'удалить', args: '{"vmid": 30' }] })
  assert.is(got.tools.length, 51)
  assert.is(got.tools[49]!.args?.vmid, 49)
  assert.is(got.tools[50]!.args, undefined)
  assert.is(got.tools[50]!.name, 'удалить')
})

const refusals: [number, string, string, Record<string, string>?][] = [
  [401, 'authentication_error', 'refused'],
  [403, 'permission_error', 'refused'],
  [402, 'billing_error', 'refused'],
  [404, 'not_found_error', 'invalid'],
  [429, 'rate_limit_error', 'limited', { 'retry-after': '17' }],
  [500, 'api_error', 'overloaded'],
  [503, 'api_error', 'overloaded'],
  [529, 'overloaded_error', 'overloaded', { 'retry-after-ms': '2500' }],
  [413, 'request_too_large', 'too-long'],
  [504, 'timeout_error', 'timeout'],
]

claude('each refusal is one of few kinds, is asked once, and costs nothing', async (t) => {
  for (const [status, type, kind, headers = {}] of refusals) {
    const before = t.lab.asked.length
    const got = await ask(t, { status, error: { type, message: `so ${KEY} said` }, headers })
    assert.is(got.failed?.kind, kind, String(status))
    assert.equal(got.order, ['failed'])
    assert.is(got.failed?.said, false)
    assert.match(got.failed?.message ?? '', /^Claude \(claude-haiku-5-5\) .*so … said/)
    assert.is(t.lab.asked.length, before + 1, `${status} is not tried again`)
    if (status === 429) assert.is(got.failed?.retryAfterMs, 17_000)
    if (status === 529) assert.is(got.failed?.retryAfterMs, 2500)
  }
})

claude('too many words are told apart from a wrong request', async (t) => {
  const said = (message: string) =>
    ask(t, { status: 400, error: { type: 'invalid_request_error', message } })
  const long = await said('prompt is too long: 1200000 tokens > 1000000 maximum')
  assert.is(long.failed?.kind, 'too-long')
  const wrong = await said('messages: at least one message is required')
  assert.is(wrong.failed?.kind, 'invalid')
})

claude('a stream that is cut fails once, and says what was said and used', async (t) => {
  for (const how of ['cut', 'hush'] as const) {
    const before = await ask(t, { [how]: 'before', text: 'Good evening.' })
    assert.is(before.ends, 1)
    assert.is(before.failed?.said, false)
    assert.is(before.failed?.kind, 'cut', how)
    const after = await ask(t, { [how]: 'after', text: ['Good ', 'evening.'], usage: { in: 90 } })
    assert.equal(after.order, ['text', 'usage', 'failed'], how)
    assert.is(after.failed?.kind, 'cut')
    assert.is(after.failed?.said, true)
    assert.equal({ ...after.usage, out: 0 }, { ...none, in: 90 })
    assert.ok(after.usage!.out > 0)
    const calls = [{ name: 'guest_delete', args: { vmid: 303 } }]
    const inCall = await ask(t, { [how]: 'in-call', text: 'Gone.', calls })
    assert.is(inCall.tools.length, 0, 'half a call is none')
    assert.is(inCall.failed?.kind, 'cut')
  }
})
const none = { in: 0, out: 0, cacheRead: 0, cacheWrite: 0, exact: false }

claude('an error inside the stream ends it by its kind', async (t) => {
  const got = await ask(t, {
    text: ['Well, ', 'no.'],
    breaks: { type: 'overloaded_error', message: 'Overloaded' },
  })
  assert.is(got.text, 'Well, ')
  assert.is(got.failed?.kind, 'overloaded')
  assert.is(got.failed?.said, true)
  assert.is(got.ends, 1)
})

claude('what is no answer is no answer: a page, rubbish, nothing, too much', async (t) => {
  const page = await ask(t, { page: '<html><script>alert(1)</script>Log in</html>' })
  assert.is(page.failed?.kind, 'garbled')
  assert.not.match(page.failed?.message ?? '', /</)
  const rubbish = await ask(t, { raw: Buffer.from('event: message_start\ndata: {"type\n\n') })
  assert.is(rubbish.failed?.kind, 'garbled')
  const empty = await ask(t, { text: ' ' })
  assert.is(empty.failed?.kind, 'garbled')
  assert.ok(empty.usage?.exact, 'it is paid for all the same')
  const spent = await ask(t, { thinking: 'Hm.', stop: 'max_tokens' })
  assert.match(spent.failed?.message ?? '', /without a word/)
  const much = await ask(t, { text: Array.from({ length: 16 }, () => 'x'.repeat(65_536)) })
  assert.is(much.failed?.kind, 'garbled')
  assert.match(much.failed?.message ?? '', /stopped listening/)
})

claude(
  'invalid UTF-8, ANSI and turned text lose what is dangerous and keep their words',
  async (t) => {
    const wrap = (text: Buffer) => {
      const [head, tail] = JSON.stringify({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text: '@' },
      }).split('@')
      const begin = `event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n`
      return Buffer.concat([
        Buffer.from(`${begin}event: content_block_delta\ndata: ${head}`),
        text,
        Buffer.from(`${tail}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n`),
      ])
    }
    const bad = await ask(t, { raw: wrap(Buffer.from([0x6f, 0x6b, 0xff, 0xc3])) })
    assert.is(bad.text, 'ok\ufffd\ufffd')
    const ansi = await ask(t, { text: 'a\u001b[31mred\u0007\u202eb\r\n\tc' })
    assert.is(ansi.text, 'a[31mredb\n\tc')
  },
)

claude('declining is an answer', async (t) => {
  const got = await ask(t, { stop: 'refusal' })
  assert.is(got.stop, 'declined')
})

claude('who is silent too long is left: before the first word and after it', async (t) => {
  t.lab.play({ claude: [{ silent: 'before' }] })
  const slow = heard(t.source.stream(question(), MODEL))
  await until(() => t.lab.asked.length === 1)
  await t.clock.advance(119_000)
  assert.is(t.lab.left(), 0)
  await t.clock.advance(2000)
  assert.is((await slow).failed?.kind, 'timeout')

  t.lab.play({ claude: [{ silent: 'after', text: ['Well ', 'x'] }] })
  const parts: string[] = []
  const stream = t.source.stream(question(), MODEL)
  const reading = (async () => {
    for await (const part of stream) parts.push(part.type === 'failed' ? part.kind : part.type)
  })()
  await until(() => parts.length > 0)
  await t.clock.advance(61_000)
  await reading
  assert.equal(parts, ['text', 'usage', 'timeout'])
  assert.is(t.clock.waiting(), 0, 'no timer is left')
})

claude(
  'who asks may stop: before, while waiting, in the middle, or by not listening',
  async (t) => {
    const gone = AbortSignal.abort()
    const before = await heard(t.source.stream(question('x', { signal: gone }), MODEL))
    assert.equal(before.order, ['failed'])
    assert.is(before.failed?.kind, 'aborted')
    assert.is(t.lab.asked.length, 0, 'nobody was asked')

    const stop = new AbortController()
    t.lab.play({ claude: [{ silent: 'before' }] })
    const waiting = heard(t.source.stream(question('x', { signal: stop.signal }), MODEL))
    await until(() => t.lab.asked.length === 1)
    stop.abort()
    assert.is((await waiting).failed?.kind, 'aborted')

    t.lab.play({ claude: [{ silent: 'after', text: ['Well ', 'x'] }] })
    const left = t.lab.left()
    for await (const part of t.source.stream(question(), MODEL)) if (part.type === 'text') break
    await until(() => t.lab.left() > left)
    assert.ok(t.lab.left() > left, 'the connection is closed')
    assert.is(t.clock.waiting(), 0)
  },
)

claude('nobody there is said as such', async (t) => {
  await t.lab.close()
  const got = await heard(t.source.stream(question(), MODEL))
  assert.is(got.failed?.kind, 'unreachable')
  assert.match(got.failed?.message ?? '', /does not answer \(ECONNREFUSED\)\.$/)
})

claude('the words are cut for the model that is asked', async (t) => {
  const fit: LlmRequest['fit'] = ({ provider, model, window }) => ({
    ...question(`${provider} ${model} ${window}`),
  })
  await ask(t, { text: 'Yes.' }, question('long', { fit }))
  assert.match(JSON.stringify(t.lab.asked[0]!.body.messages), /claude claude-haiku-5-5 1000000/)
})

claude.run()
