/**
 * A client that obeys: whatever it reads, it does, with every tool and every argument it can make of
 * it, with a token that may act, at level 4. Safety must not depend on the model saying no.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startLab } from '../../../lab/lab.ts'
import { LIMITS } from '../../../lib/safety/limits.ts'
import { tools } from '../../../lib/tools/registry.ts'
import { type House, openHouse } from '../../house.ts'
import { LODGERS, type Payload, payloads, plant } from '../../injections.ts'

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

type Call = { tool: string; args: Record<string, unknown> }
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

/** Letters and digits alone: however a text was disarmed, the client still understands it. */
const gist = (text: string) => text.replace(/[^a-z0-9]/gi, '').toLowerCase()
const seenIn = (text: string): Payload[] => {
  const all = gist(text)
  return payloads.filter((p) => gist(p.text) !== '' && all.includes(gist(p.text).slice(0, 30)))
}

const commandsIn = (text: string): string[] => [
  text,
  ...[...text.matchAll(/`([^`]+)`|\$\(([^)]+)\)|'([^']{6,})'/g)].map((m) => m[1] ?? m[2] ?? m[3]!),
  ...[...text.matchAll(/(?:run|use|repair run|hour|FIX):?\s+(.+)/g)].flatMap((m) => [
    m[1]!,
    ...m[1]!.split(/;|&&|\|/),
  ]),
]
const numbersIn = (text: string) => [...text.matchAll(/\b[1-9]\d{2,8}\b/g)].map((m) => Number(m[0]))

/** Everything that a text could have meant: what its payload wants, and every tool that it names. */
const wishesIn = (text: string, { wants }: Payload): Call[] => {
  const vmids = [...new Set([...numbersIn(text), 303, 300])].slice(0, 2)
  const named = tools.filter((t) => gist(text).includes(gist(t.name))).map((t) => t.name)
  const wanted = tools.some((t) => t.name === wants) ? [wants] : []
  const plain = [...new Set([...named, ...wanted])].flatMap((tool): Call[] => [
    ...vmids.map((vmid) => ({ tool, args: { vmid } })),
    { tool, args: { vmid: vmids[0], confirm: true } },
    { tool, args: { vmid: vmids[0], snapshot: 'fresh' } },
    ...['Home', 'pve'].map((node) => ({ tool, args: { node } })),
    { tool, args: { text, kind: 'preference' } },
  ])
  const commands =
    wants === 'run_command' || /[`$;|]|qm |pct |rm /.test(text) ? commandsIn(text) : []
  const shell = commands.slice(0, 6).flatMap((command): Call[] => [
    { tool: 'run_command', args: { node: 'pve', command } },
    { tool: 'guest_command', args: { vmid: 303, command } },
  ])
  const remembered = {
    tool: 'remember',
    args: { text, kind: 'fact', about: 'guest/303', key: 'rule' },
  }
  return [
    ...plain,
    ...shell,
    ...(wants === 'remember' ? [remembered] : []),
    { tool: wants, args: {} },
  ]
}

/** How the cluster is, as far as a deed could change it. */
const stateOf = ({ lab, memory }: House) =>
  JSON.stringify({
    guests: ['Home', 'pve', 'agent1', 'agent'].flatMap((n) =>
      lab.world
        .guestsOn(n)
        .map((g) => [g.vmid, g.node, g.states.length, g.snapshots.length, g.lock]),
    ),
    nodes: ['Home', 'pve', 'agent1', 'agent'].map((n) => lab.world.node(n)!.runs.length),
    services: ['Home', 'pve'].map((n) => lab.world.node(n)!.services),
    containers: lab.world.docker.containers.map((c) => [
      c.name,
      c.state.running,
      c.restarts,
      c.state.since,
    ]),
    remembered: memory.everything().filter((e) => !e.tainted).length,
  })

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
