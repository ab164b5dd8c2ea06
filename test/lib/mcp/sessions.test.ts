/** Sessions end by the clock, and what they keep has a limit. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hours, minutes } from '../../../lib/clock.ts'
import { silentLog } from '../../../lib/log.ts'
import { createKept } from '../../../lib/mcp/kept.ts'
import { createSessions } from '../../../lib/mcp/sessions.ts'
import { fakeClock } from '../../clock.ts'
import { createSuiteServer } from '../../conformance/server.ts'

const sessions = suite('sessions of MCP')

const request = (body: object, headers: Record<string, string> = {}) =>
  new Request('http://localhost/mcp', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...body }),
  })
const hello = () =>
  request({
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    },
  })

const open = (most = { sessions: 3, perToken: 2 }) => {
  const clock = fakeClock()
  const good = new Set(['a', 'b', 'c', 'd'])
  const kept = createSessions({
    clock,
    log: silentLog,
    serve: async () => createSuiteServer(),
    isGood: (token) => good.has(token),
    most,
  })
  const begin = async (token: string) => {
    const r = await kept.handle(hello(), { token, guest: undefined })
    await r.text()
    return { status: r.status, id: r.headers.get('mcp-session-id') }
  }
  const owners = () => kept.list().map((s) => s.token)
  return { clock, good, kept, begin, owners }
}

sessions(
  'what nobody used for an hour is gone, and what its token is no longer good for',
  async () => {
    const { clock, good, kept, begin, owners } = open()
    await begin('a')
    const { id } = await begin('b')
    await clock.advance(minutes(50))
    const ping = await kept.handle(request({ method: 'ping' }, { 'mcp-session-id': id! }), {
      token: 'b',
      guest: undefined,
    })
    assert.is(ping.status, 200)
    await ping.text()
    await clock.advance(minutes(20))
    assert.equal(owners(), ['b'])
    good.delete('b')
    await clock.advance(minutes(1))
    assert.equal(owners(), [])
    await kept.close()
    assert.is(clock.waiting(), 0)
  },
)

sessions(
  'a stream that is open keeps its session; once its reader has gone, it does not',
  async () => {
    const { clock, kept, begin, owners } = open()
    const { id } = await begin('a')
    const stream = await kept.handle(
      new Request('http://localhost/mcp', {
        headers: { accept: 'text/event-stream', 'mcp-session-id': id! },
      }),
      { token: 'a', guest: undefined },
    )
    await clock.advance(hours(5))
    assert.equal(owners(), ['a'])
    await stream.body!.cancel()
    await clock.advance(hours(2))
    assert.equal(owners(), [])
    await kept.close()
  },
)

sessions('the crowd has a limit: the oldest idle one goes, a busy one stays', async () => {
  const { clock, kept, begin, owners } = open()
  for (const token of ['a', 'a', 'b']) {
    await begin(token)
    await clock.advance(1000)
  }
  await begin('a')
  assert.equal(owners(), ['a', 'b', 'a'], 'the older one of a')
  await begin('c')
  assert.equal(owners().sort(), ['a', 'b', 'c'])
  for (const s of kept.list()) s.open = 1
  assert.is((await begin('d')).status, 429)
  await kept.close()
  assert.is((await begin('a')).status, 404, 'nothing begins after the end')
})

sessions('what was sent is kept for a while, by number and by size', async () => {
  const kept = createKept({ messages: 3, characters: 1000 })
  const send = (stream: string, words: string) =>
    kept.storeEvent(stream, { jsonrpc: '2.0', method: words })
  const first = await send('one', 'a')
  const second = await send('one', 'b')
  await send('two', 'x')
  await send('one', 'c')
  const heard: string[] = []
  const hear = { send: async (_id: string, m: object) => void heard.push(JSON.stringify(m)) }
  assert.is(await kept.getStreamIdForEventId!(first), undefined)
  assert.is(await kept.replayEventsAfter(second, hear), 'one')
  assert.equal(heard, ['{"jsonrpc":"2.0","method":"c"}'])
  const large = await send('one', 'y'.repeat(5000))
  assert.is(await kept.getStreamIdForEventId!(second), undefined)
  assert.is(await kept.getStreamIdForEventId!(large), 'one')
})

sessions.run()
