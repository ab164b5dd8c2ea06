/** How long a call waits, and how its end is told. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { minutes, seconds } from '../../../lib/clock.ts'
import { createLog } from '../../../lib/log.ts'
import { createCalls } from '../../../lib/mcp/calls.ts'
import { told } from '../../../lib/mcp/outcome.ts'
import type { Asking, Deed } from '../../../lib/tools/deeds.ts'
import type { Result } from '../../../lib/tools/door.ts'
import { fakeClock, NOON } from '../../clock.ts'

const calls = suite('calls of MCP')

const butler: Asking = { kind: 'machine', name: 'butler', scope: 'operate', from: '' }
const running: Result = { state: 'running', id: 7, text: '303 is being moved.', took: 25 }
const migration: Deed = {
  id: 7,
  tool: 'guest_migrate',
  args: { vmid: 303 },
  target: 'guest/303',
  label: '303 homeassistant',
  who: 'butler',
  whoKind: 'machine',
  state: 'running',
  startedAt: NOON,
}

const stage = (answer: () => Promise<Result> = async () => running) => {
  const clock = fakeClock()
  const lines: string[] = []
  const log = createLog(clock, { write: (line) => void lines.push(line) })
  const deed = { ...migration }
  const call = createCalls({ tools: { call: answer, deed: () => deed }, clock, log })
  const base = { tool: 'guest_migrate', args: {}, caller: butler }
  return { clock, lines, deed, call, base }
}

calls(
  'who asked for no progress hears that it is under way, and where its end will be',
  async () => {
    const { call, base } = stage()
    const result = await call({ ...base, signal: new AbortController().signal })
    assert.is(result.state, 'running')
    const { content, structuredContent, isError } = told(result, 'https://jarvis.home:4000')
    assert.equal(structuredContent.deed, {
      id: 7,
      uri: 'jarvis://deed/7',
      url: 'https://jarvis.home:4000/api/deeds/7',
    })
    assert.match(
      content[0]!.text,
      /Read jarvis:\/\/deed\/7 for its end; do not call the tool again/,
    )
    assert.is(isError, undefined)
  },
)

calls('who asked for it waits for the end, and hears how long it takes', async () => {
  const { call, base, clock, deed } = stage()
  const heard: number[] = []
  const end = call({
    ...base,
    signal: new AbortController().signal,
    progress: (s) => void heard.push(s),
  })
  await clock.advance(seconds(7))
  assert.equal(heard, [2, 4, 6])
  Object.assign(deed, { state: 'done', text: '303 is on agent2.', endedAt: clock.now() })
  await clock.advance(seconds(1))
  const { state, text, took } = await end
  assert.equal([state, text, took], ['done', '303 is on agent2.', 7])
  assert.is(clock.waiting(), 0)
})

calls('nobody waits for ever: not after ten minutes, not for one who has hung up', async () => {
  for (const hangsUp of [false, true]) {
    const { call, base, clock } = stage()
    const line = new AbortController()
    const end = call({ ...base, signal: line.signal, progress: () => {} })
    await clock.advance(seconds(5))
    if (hangsUp) line.abort()
    else await clock.advance(minutes(10))
    assert.is((await end).state, 'running')
    assert.is(clock.waiting(), 0)
  }
})

calls('a house that is broken says a number and no more', async () => {
  const { call, base, lines } = stage(async () => {
    throw new Error('SQLITE: plum')
  })
  const result = await call({ ...base, signal: new AbortController().signal, progress: () => {} })
  const answer = JSON.stringify(told(result, ''))
  assert.match(answer, /Error [0-9A-F]{4}, written down/)
  assert.match(answer, /"isError":true/)
  assert.not.match(answer, /plum/)
  assert.match(lines.join(), /plum/)
})

calls.run()
