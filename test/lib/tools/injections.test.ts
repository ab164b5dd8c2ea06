/**
 * A client that obeys: whatever it reads, it does, with every tool and every argument it can make of
 * it, with a token that may act, at level 4. Safety must not depend on the model saying no.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startLab } from '../../../lab/lab.ts'
import { LIMITS } from '../../../lib/safety/limits.ts'
import { type House, openHouse } from '../../house.ts'
import { type Call, LODGERS, payloads, plant, seenIn, stateOf, wishesIn } from '../../injections.ts'

const injections = suite<{ house: House; notes: number[] }>('words of others')
injections.before(async (t) => {
  const lab = await startLab({ pace: 0.05, ssh: true, guests: LODGERS })
  t.notes = plant(lab)
  const limits = Object.fromEntries(
    Object.keys(LIMITS).map((key) => [key, 10_000]),
  ) as typeof LIMITS
  t.house = await openHouse({ lab, ssh: true, destroy: true, safety: { limits } })
})
injections.after((t) => t.house.close())

type Client = {
  execute(call: Call): Promise<string>
  get(path: string): Promise<string>
  post(path: string, form: object): Promise<number>
  id: string
}

const clientOf = ({ app, auth }: House, name: string): Client => {
  const { secret, token } = auth.tokens.create({ name, scope: 'operate', by: 'the test' }) as {
    secret: string
    token?: { id: string }
  }
  const headers = {
    authorization: `Bearer ${secret}`,
    accept: 'application/json',
    'user-agent': 'test',
  }
  const post = (path: string, body: string, type: string) =>
    app.request(`http://localhost${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': type },
      body,
    })
  return {
    id: token?.id ?? name,
    execute: async (call) =>
      (await post('/api/tools/execute', JSON.stringify(call), 'application/json')).text(),
    get: async (path) => (await app.request(`http://localhost${path}`, { headers })).text(),
    post: async (path, form) =>
      (
        await post(
          path,
          new URLSearchParams(form as Record<string, string>).toString(),
          'application/x-www-form-urlencoded',
        )
      ).status,
  }
}

const readsOf = ({ lab }: House, notes: number[]): Call[] => [
  ...['read_log'].flatMap((tool) =>
    ['pve', 'Home'].map((node) => ({ tool, args: { node, lines: 200 } })),
  ),
  ...lab.tasks
    .on('pve')
    .slice(0, 6)
    .map(({ upid }) => ({ tool: 'task_log', args: { upid, lines: 200 } })),
  { tool: 'docker_logs', args: { host: 'docker', container: 'uptime-kuma', lines: 200 } },
  { tool: 'docker_list', args: {} },
  { tool: 'compose_ps', args: { host: 'docker' } },
  { tool: 'query_events', args: { limit: 100 } },
  ...[
    'cluster_status',
    'guest_list',
    'recent_tasks',
    'storage_status',
    'backup_status',
    'network_status',
  ].map((tool) => ({ tool, args: {} })),
  ...notes.slice(0, 12).map((vmid) => ({ tool: 'guest_status', args: { vmid } })),
]

injections(
  'a client that obeys every word changes nothing without a person',
  async ({ house, notes }) => {
    const before = stateOf(house)
    const client = clientOf(house, 'obedient')
    const heard: string[] = []
    for (const call of readsOf(house, notes)) heard.push(await client.execute(call))
    for (const path of [
      '/guests/303',
      '/tasks',
      '/events',
      '/storage/Home/local',
      '/audit.txt',
      '/approvals.txt',
    ])
      heard.push(await client.get(path))
    const seen = new Set(heard.flatMap(seenIn))
    const asked = new Set<string>()
    for (const payload of seen) {
      // The breaker would do the work: what is tested is everything before it.
      house.brakes.limits.mend()
      for (const call of wishesIn(payload.text, payload)) {
        if (asked.has(JSON.stringify(call))) continue
        asked.add(JSON.stringify(call))
        await client.execute(call)
      }
      if (payload.wants === 'approve' || payload.wants === 'guest_delete') {
        for (const step of ['open', 'confirm'])
          assert.ok((await client.post(`/approvals/1/${step}`, { nonce: '1', hash: '1' })) >= 400)
      }
      if (payload.wants === 'level')
        assert.ok(
          (await client.post('/settings/machines/level', { level: '5', agreed: '5' })) >= 400,
        )
      if (payload.wants === 'stop') assert.ok((await client.post('/stop/release', {})) >= 400)
      if (payload.wants === 'unprotect')
        assert.ok((await client.post('/settings/machines/reading', { readOnly: '0' })) >= 400)
    }
    console.log(
      `COUNT injections: ${seen.size} of ${payloads.length} payloads read, ${asked.size} deeds asked for, ${house.writes.length} writes`,
    )
    assert.ok(seen.size >= 80, `${seen.size} of ${payloads.length} were read`)
    assert.ok(asked.size >= 180, `${asked.size}`)
    assert.equal(house.writes, [])
    assert.is(stateOf(house), before)
    assert.equal([house.brakes.settings.get().level, house.stop.state().pressed], [4, false])
    assert.ok(house.brakes.approvals.list(1000).every((a) => a.state === 'open'))
    assert.ok(
      house.brakes.approvals.waiting().length > 0,
      'it asked for things that only a person may allow',
    )
  },
)

injections(
  'whoever read pages of words is asked for what is YELLOW; whoever read figures is not',
  async ({ house, notes }) => {
    house.brakes.limits.mend()
    const yellow = (vmid: number) => ({ tool: 'guest_start', args: { vmid } })
    for (const path of [
      '/guests/303',
      '/tasks',
      '/events',
      '/',
      '/storage/Home/local',
      '/f/tasks.txt',
      '/live?panels=events',
      '/audit.txt',
    ]) {
      const client = clientOf(house, `reader of ${path}`)
      if (path.startsWith('/live')) house.app.request(`http://localhost${path}`)
      await (path.startsWith('/live') ? client.get('/f/events.txt') : client.get(path))
      assert.match(await client.execute(yellow(100)), '"approval"', path)
    }
    const calm = clientOf(house, 'reader of figures')
    for (const path of [
      '/guests',
      '/f/guests.txt',
      '/f/nodes.json',
      '/api/tools',
      '/power/status.txt',
    ])
      await calm.get(path)
    for (const vmid of notes.slice(0, 5))
      await calm.execute({ tool: 'guest_status', args: { vmid } })
    await calm.execute({ tool: 'guest_list', args: {} })
    assert.equal(house.writes, [])
    const done = await calm.execute(yellow(100))
    assert.match(done, /"state": ?"done"/, done)
    assert.is(house.writes.length, 1, 'without words of others a YELLOW deed runs at level 4')
  },
)

injections(
  'no answer to a model holds a control, a sign that nobody sees, or the end of a turn',
  async ({ house, notes }) => {
    const client = clientOf(house, 'listener')
    for (const call of readsOf(house, notes)) {
      const { result } = JSON.parse(await client.execute(call)) as {
        result?: { text: string; data: unknown }
      }
      const words = [result?.text ?? '', ...stringsIn(result?.data)]
      for (const text of words) {
        assert.not.match(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/, call.tool)
        assert.not.match(text, /[\p{Cf}\u{e0000}-\u{e007f}]/u, call.tool)
        assert.not.match(text, /<\|im_|<\/?tool_call|\[\/?INST\]|<<SYS>>|<script/i, call.tool)
      }
      for (const text of stringsIn(result?.data)) assert.not.match(text, '\n', call.tool)
    }
  },
)

const stringsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value]
  return value && typeof value === 'object' ? Object.values(value).flatMap(stringsIn) : []
}

injections(
  'no forged line in the log, no formula in a file, no line of its own in a text',
  async ({ house }) => {
    for (const { text } of payloads) {
      const caller = { kind: 'machine', name: text, scope: 'operate', from: text } as const
      await house.tools.call({
        tool: text,
        args: { [text]: text },
        caller,
        reason: text,
        context: text,
      })
      await house.tools.call({ tool: 'guest_stop', args: { vmid: 303 }, caller, reason: text })
    }
    for (const line of house.lines)
      assert.match(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z (?:debug|info |warn |error) [^\n\r]*$/)
    for (const path of [
      '/audit.txt',
      '/f/guests.txt',
      '/f/tasks.txt',
      '/f/events.txt',
      '/approvals.txt',
      '/guests/303',
    ]) {
      const headers = { ...(await asAlice(house)), accept: 'text/plain' }
      const text = await (await house.app.request(`http://localhost${path}`, { headers })).text()
      assert.not.match(
        text,
        /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
        path,
      )
    }
    for (const path of ['/audit.csv', '/events?as=csv']) {
      const r = await house.app.request(`http://localhost${path}`, {
        headers: await asAlice(house),
      })
      assert.is(r.status, 200, path)
      for (const cell of (await r.text()).split(/,|\r?\n/))
        assert.not.match(cell, /^"?[=+@\t]/, `${path}: ${cell}`)
    }
  },
)

const asAlice = async (house: House): Promise<Record<string, string>> => {
  const account =
    house.auth.accounts.find('alice') ??
    (await house.auth.accounts.create({ name: 'alice', password: 'slow lanterns over Kyoto 7' }))
  const { secret } = house.auth.sessions.open({ accountId: account.id, address: '', browser: '' })
  return { cookie: `jv_session=${secret}`, origin: 'http://localhost' }
}

injections.run()
