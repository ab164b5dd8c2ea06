/** MCP as a real client meets it: tools by right, truthful answers, approvals, sessions of one's own. */
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { panels } from '../../lib/paths.ts'
import { toolsFor } from '../../lib/tools/registry.ts'
import { alice } from '../cast.ts'
import { type Given, type House, makeDeaf, openHouse, stateIn, until } from '../house.ts'
import { clientOf, use } from '../mcp.ts'

/** What changes nothing shares a house. */
const mcp = suite<{ house: House }>('mcp')
mcp.before(async (t) => {
  t.house = await openHouse()
})
mcp.after((t) => t.house?.close())
const deeds = suite<{ house: House }>('deeds by mcp')
deeds.after.each((t) => t.house?.close())
const open = async (t: { house: House }, given: Given = {}) => {
  t.house = await openHouse(given)
  return t.house
}
const person = { kind: 'person', name: alice.name, scope: 'admin', from: '192.168.1.20' } as const
const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'raw', version: '1' },
  },
}
const accept = 'application/json, text/event-stream'
const raw = (house: House, json: unknown, headers: Record<string, string> = {}) =>
  house.post('/mcp', { json, headers: { accept, ...headers } })
const sessionOf = async (house: House) => {
  const r = await raw(house, initialize)
  assert.is(r.status, 200, await r.clone().text())
  await r.text()
  return r.headers.get('mcp-session-id')!
}

mcp('a token sees what it may use, with hints that are true', async (t) => {
  const { house } = t
  const { client } = await clientOf(house)
  const { tools } = await client.listTools()
  assert.equal(
    tools.map((x) => x.name),
    toolsFor({ kind: 'machine', scope: 'operate' }).map((x) => x.name),
  )
  const hints = Object.fromEntries(tools.map((x) => [x.name, x.annotations]))
  assert.equal(hints.guest_start, {
    title: 'Start a guest',
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  })
  assert.is(hints.cancel_task?.destructiveHint, true, 'it depends on whose task it is')
  for (const { name, inputSchema, outputSchema } of tools) {
    assert.is(inputSchema.additionalProperties, false, name)
    assert.ok(outputSchema, name)
    for (const word of ['confirm', 'force', 'tier', 'approved'])
      assert.not.ok(word in (inputSchema.properties ?? {}), `${name}: ${word}`)
  }
  // What clients hand on to their model: at most 40 tools and 8,000 tokens, of 4 characters each.
  const told = tools.map(({ name, description, inputSchema }) => ({
    name,
    description,
    inputSchema,
  }))
  const tokens = JSON.stringify(told).length / 4
  console.log(`COUNT tools over mcp: ${tools.length}, ${Math.round(tokens)} tokens`)
  assert.ok(tools.length <= 40 && tokens <= 8000)

  const view = await clientOf(house, 'view')
  const seen = (await view.client.listTools()).tools
  assert.ok(
    seen.every((x) => x.annotations?.readOnlyHint === true),
    JSON.stringify(seen),
  )
  assert.is(
    (await use(view.client, 'guest_shutdown', { vmid: 303 })).structuredContent.rule,
    'scope',
  )
  assert.equal(house.writes, [])
})

deeds('a deed is done, read back, and told as words and as data', async (t) => {
  const house = await open(t)
  const { client } = await clientOf(house)
  await client.listTools() // From now on the client checks answers by the schema.
  const done = await use(client, 'guest_shutdown', { vmid: 303 })
  assert.not.ok(done.isError, done.content[0]?.text)
  const { state, text, data, deed } = done.structuredContent
  assert.equal([state, deed?.uri], ['done', 'jarvis://deed/1'])
  assert.match(text, /303 homeassistant/)
  assert.ok(data)
  assert.is(stateIn(house.lab, 303), 'stopped')
  assert.equal([house.audit()[0]?.who, house.audit()[0]?.kind], ['test operate', 'machine'])
  const { contents } = await client.readResource({ uri: 'jarvis://deed/1' })
  assert.match(JSON.stringify(contents), /guest_shutdown.*done/)
})

mcp('what is wrong comes back as an answer with the next step, never as a fault', async (t) => {
  const { house } = t
  const { client } = await clientOf(house)
  const wordsOf = async (name: string, args: Record<string, unknown>) => {
    const answer = await use(client, name, args)
    assert.is(answer.isError, true, name)
    assert.is(answer.structuredContent.state, 'refused')
    return answer.content[0]!.text
  }
  assert.match(
    await wordsOf('start_vm', { vmid: 303 }),
    /no tool "start_vm".*\nDid you mean guest_start/,
  )
  assert.match(await wordsOf('guest_start', { vmid: 'x' }), /\nvmid: .*\ntools\/list describes/s)
  assert.match(await wordsOf('guest_start', { vmid: 302, confirm: true }), /only a person can/)
  assert.match(await wordsOf('guest_start', { vmid: 302 }), /adguard is running/)
  assert.match(await wordsOf('guest_start', { vmid: 999 }), /999/)
  house.stop.press({ by: 'alice', from: '' })
  assert.match(await wordsOf('guest_shutdown', { vmid: 303 }), /STOP/)
  house.stop.release({ by: 'alice', from: '', kind: 'person' })
  assert.equal(house.writes, [])
})

deeds('a fault of ours is a number, and its words stay in the log', async (t) => {
  const house = await open(t)
  const { client } = await clientOf(house)
  house.brakes.settings.get = () => {
    throw new Error('the secret of the house is plum')
  }
  const answer = await use(client, 'guest_shutdown', { vmid: 303 })
  assert.is(answer.isError, true)
  assert.match(answer.content[0]!.text, /made a mess of this\. Error [0-9A-F]{4}/)
  assert.not.match(JSON.stringify(answer), /plum/)
  assert.match(house.lines.join('\n'), /plum/)
})

deeds(
  'what a person must allow: a link, his answer, and the end of it on the second call',
  async (t) => {
    const house = await open(t, { safety: { unmarked: [] } })
    const { client } = await clientOf(house)
    const heard: string[] = []
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
      heard.push(JSON.stringify(params.data))
    })
    const asked = await use(client, 'guest_shutdown', { vmid: 302 })
    assert.not.ok(asked.isError)
    const { state, approval } = asked.structuredContent
    assert.is(state, 'needs-approval')
    assert.is(approval?.url, `http://localhost/approvals/${approval?.id}`)
    assert.match(asked.content[0]!.text, /call this tool again with the same arguments/)
    assert.is(
      (await use(client, 'guest_shutdown', { vmid: 302 })).structuredContent.approval?.id,
      approval?.id,
    )

    const atDesk = { account: alice.name, session: 'desk' }
    const card = await house.tools.open(approval!.id, atDesk)
    const answer = { nonce: card.nonce, hash: card.approval.hash }
    await house.tools.confirm(approval!.id, { caller: person, session: 'desk' }, answer)
    const told = await use(client, 'guest_shutdown', { vmid: 302 })
    assert.is(told.structuredContent.state, 'done', told.content[0]?.text)
    assert.is(house.writes.length, 1)
    await until(() => heard.length > 0)
    assert.match(heard.join(), `"approval":${approval!.id}`)
  },
)

deeds('who asked for progress hears of it and waits for the end', async (t) => {
  const house = await open(t)
  makeDeaf(house.lab, 303)
  const { client } = await clientOf(house)
  const steps: string[] = []
  const answer = await use(
    client,
    'guest_shutdown',
    { vmid: 303 },
    {
      onprogress: ({ message }) => void steps.push(message ?? ''),
    },
  )
  assert.is(answer.structuredContent.state, 'failed')
  assert.ok(steps.length >= 1, steps.join())
  assert.match(steps[0]!, /Under way for \d+ s/)
})

deeds('panels, templates and prompts; what others wrote taints the token', async (t) => {
  const house = await open(t)
  const { client } = await clientOf(house)
  const { resources } = await client.listResources()
  assert.ok(resources.some((r) => r.uri === 'jarvis://panel/guests'))
  assert.is((await client.listResourceTemplates()).resourceTemplates.length, 2)
  const guests = await client.readResource({ uri: 'jarvis://panel/guests' })
  assert.match(JSON.stringify(guests.contents), /homeassistant/)
  const token = house.auth.tokens.list().find((k) => k.name === 'test operate')!
  const context = `token/${token.id}`
  assert.is(house.brakes.provenance.taintedBy(context), undefined)
  for (const uri of ['jarvis://panel/nothing', 'jarvis://deed/9', 'file:///etc/passwd'])
    await client.readResource({ uri }).then(
      () => assert.unreachable(uri),
      (error) => assert.is(error.code, -32_002),
    )

  const { prompts } = await client.listPrompts()
  assert.equal(
    prompts.map((p) => p.name),
    ['daily_review', 'why_slow', 'plan_reboot'],
  )
  const slow = await client.getPrompt({ name: 'why_slow', arguments: { what: 'homeassistant' } })
  assert.match(JSON.stringify(slow.messages[0]), /homeassistant.* is slow/)
  assert.ok(slow.messages.some((m) => m.content.type === 'resource'))
  await client.getPrompt({ name: 'plan_reboot', arguments: { node: 'pvf' } }).then(
    () => assert.unreachable(),
    (error) => assert.match(error.message, /Did you mean pve/),
  )
  const { completion } = await client.complete({
    ref: { type: 'ref/prompt', name: 'why_slow' },
    argument: { name: 'what', value: '30' },
  })
  assert.ok(completion.values.includes('303'))
  assert.ok(completion.values.every((v) => v.startsWith('30')))

  await client.getPrompt({ name: 'daily_review' })
  assert.ok(house.brakes.provenance.taintedBy(context))
  const after = await use(client, 'guest_shutdown', { vmid: 303 })
  assert.is(after.structuredContent.state, 'needs-approval', 'YELLOW asks from then on')
})

deeds('panels and deeds with words of others taint over MCP as they do over HTTP', async (t) => {
  const house = await open(t, { ssh: true })
  const { client } = await clientOf(house)
  const { id } = house.auth.tokens.list().find((k) => k.name === 'test operate')!
  const taintOf = async (look: () => Promise<unknown>) => {
    house.db.run('delete from taints')
    await look()
    return house.brakes.provenance.taintedBy(`token/${id}`) !== undefined
  }
  for (const name of panels)
    assert.is(
      await taintOf(() => client.readResource({ uri: `jarvis://panel/${name}` })),
      await taintOf(() => house.get(`/f/${name}.txt`, 'operate')),
      name,
    )
  const args = { node: 'agent1', command: 'systemctl restart nginx' }
  const deed = await house.tools.call({ tool: 'run_command', args, caller: person })
  assert.ok(await taintOf(() => client.readResource({ uri: `jarvis://deed/${deed.id}` })))
})

deeds('a session is its token’s alone, and ends with it', async (t) => {
  const house = await open(t)
  const { client, transport } = await clientOf(house)
  const id = transport.sessionId!
  const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' }
  const headers = { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' }
  assert.is((await raw(house, list, headers)).status, 200)
  const other = { ...headers, authorization: `Bearer ${house.tokenOf('admin')}` }
  assert.is((await raw(house, list, other)).status, 404)
  const ended = await house.app.request('http://localhost/mcp', {
    method: 'DELETE',
    headers: other,
  })
  assert.is(ended.status, 404, 'nor can it be ended by others')
  assert.is((await raw(house, list, { ...headers, 'mcp-session-id': 'f'.repeat(32) })).status, 404)

  assert.is(house.mcp.sessions.list().length, 1)
  await until(() => house.mcp.sessions.list()[0]?.open === 1) // the stream of news
  house.auth.tokens.revoke('test operate', 'alice')
  assert.is(house.mcp.sessions.list().length, 0)
  assert.is((await raw(house, list, headers)).status, 401)
  await client.listTools().then(
    () => assert.unreachable(),
    (error) => assert.match(String(error), /401|token/),
  )
})

mcp('who may not: nobody, a browser’s session, a foreign Host, a foreign Origin', async (t) => {
  const { house } = t
  assert.is(
    (await house.post('/mcp', { as: null, json: initialize, headers: { accept } })).status,
    401,
  )
  const browser = await house.post('/mcp', { as: 'alice', json: initialize, headers: { accept } })
  assert.is(browser.status, 401)
  assert.match(await browser.text(), /MCP takes a token/)
  assert.is((await raw(house, initialize, { host: 'evil.example' })).status, 421)
  for (const origin of ['http://evil.example', 'null', 'http://localhost:9999'])
    assert.is((await raw(house, initialize, { origin })).status, 403, origin)
  assert.is((await raw(house, initialize, { origin: 'http://localhost' })).status, 200)
})

mcp('what is no JSON-RPC is refused, and leaves nothing behind', async (t) => {
  const { house } = t
  const count = house.mcp.sessions.list().length
  const before = await sessionOf(house)
  const bad: [unknown, number][] = [
    [{}, 400],
    [[], 400],
    [{ jsonrpc: '1.0', id: 1, method: 'initialize' }, 400],
    [{ jsonrpc: '2.0', id: 1, method: 'tools/list' }, 400],
    [Array.from({ length: 101 }, () => initialize), 400],
  ]
  for (const [json, status] of bad)
    assert.is((await raw(house, json)).status, status, JSON.stringify(json).slice(0, 60))
  const text = await house.app.request('http://localhost/mcp', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${house.tokenOf('operate')}`,
      'content-type': 'application/json',
      accept,
    },
    body: '{"jsonrpc":',
  })
  assert.is(text.status, 400)
  assert.not.match(await text.text(), /\/lib\/|node_modules/)
  assert.is((await raw(house, { ...initialize, junk: 'x'.repeat(1_100_000) })).status, 413)
  assert.is((await house.get('/mcp', 'operate', 'text/event-stream')).status, 400)
  const unknown = { jsonrpc: '2.0', id: 7, method: 'tools/destroy' }
  const headers = { 'mcp-session-id': before, 'mcp-protocol-version': '2025-11-25' }
  assert.match(await (await raw(house, unknown, headers)).text(), /-32601/)
  assert.is(house.mcp.sessions.list().length, count + 1)
})

mcp('200 calls at once: each is answered', async (t) => {
  const { house } = t
  const { client } = await clientOf(house)
  const started = performance.now()
  const answers = await Promise.all(
    // Each use of a tool is a row in the trail, on the disk: some are enough.
    Array.from({ length: 200 }, (_, i) =>
      i % 10
        ? i % 2
          ? client.listPrompts()
          : client.readResource({ uri: 'jarvis://panel/guests' })
        : use(client, 'guest_start', { vmid: 302 }),
    ),
  )
  assert.is(answers.length, 200)
  console.log(`COUNT 200 calls of MCP at once: ${Math.round(performance.now() - started)} ms`)
  assert.equal(house.writes, [])
})

deeds('a line that is cut goes on where it broke off, for its own session alone', async (t) => {
  const house = await open(t)
  const id = await sessionOf(house)
  const headers = { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25', accept }
  const call = {
    jsonrpc: '2.0',
    id: 9,
    method: 'tools/call',
    params: { name: 'guest_shutdown', arguments: { vmid: 303 } },
  }
  const reader = (await raw(house, call, headers)).body!.getReader()
  const first = new TextDecoder().decode((await reader.read()).value)
  assert.match(first, /^id: \d+\nretry: 2000\ndata: \n\n$/)
  await reader.cancel()
  await until(() => house.kinds().includes('deed.finished'))
  const again = (token: string) =>
    house.app.request('http://localhost/mcp', {
      headers: {
        ...headers,
        accept: 'text/event-stream',
        authorization: `Bearer ${token}`,
        'last-event-id': /\d+/.exec(first)![0],
      },
    })
  assert.is((await again(house.tokenOf('admin'))).status, 404)
  const rest = (await again(house.tokenOf('operate'))).body!.getReader()
  const told = new TextDecoder().decode((await rest.read()).value)
  await rest.cancel()
  assert.match(told, /"id":9/)
  assert.match(told, /303 homeassistant/)
  assert.is(house.writes.length, 1)
})

mcp('sessions are few: the one that nobody uses makes room', async (t) => {
  const { house } = t
  const first = await sessionOf(house)
  const { token } = house.mcp.sessions.list().at(-1)!
  for (let i = 0; i < 20; i++) await sessionOf(house)
  const own = house.mcp.sessions.list().filter((s) => s.token === token)
  const ids = own.map((s) => s.id)
  assert.is(ids.length, 20)
  assert.not.ok(ids.includes(first))
})

mcp.run()
deeds.run()
