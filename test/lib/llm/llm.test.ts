/** The whole room: real clients, real wires, a real database; who answers, what is booked, what it costs. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type LlmLab, startLlmLab } from '../../../lab/llm.ts'
import { createBus } from '../../../lib/bus.ts'
import { type Db, openDb } from '../../../lib/db/db.ts'
import { migrate, readMigrations } from '../../../lib/db/migrate.ts'
import { Problem } from '../../../lib/errors.ts'
import type { Events } from '../../../lib/events/kinds.ts'
import { createLlm, type Llm, type LlmConfig } from '../../../lib/llm/llm.ts'
import { createLog } from '../../../lib/log.ts'
import { type FakeClock, fakeClock } from '../../clock.ts'
import { guestStart, heard, question, until } from '../../llm.ts'

const root = join(import.meta.dirname ?? '.', '../../..')

type House = {
  lab: LlmLab
  clock: FakeClock
  db: Db
  llm: Llm
  told: string[]
  lines: string[]
}
const room = suite<House>('llm')

/** With both models, until a test says otherwise. */
const open = (t: House, change: Partial<LlmConfig> = {}) => {
  const bus = createBus<Events>((_, error) => {
    throw error
  })
  t.told = []
  t.lines = []
  bus.onAny(({ kind, payload }) => t.told.push(`${kind} ${JSON.stringify(payload)}`))
  t.llm = createLlm({
    config: {
      claude: {
        apiKey: 'k',
        baseUrl: t.lab.claudeUrl,
        models: { routine: 'claude-haiku-5-5', complex: 'claude-sonnet-5-5' },
      },
      local: { url: t.lab.llamaUrl, loadMinutes: 5, firstMinutes: 20, pauseSeconds: 120 },
      budget: { dayUsd: 1, monthUsd: 20 },
      private: 'any',
      ...change,
    },
    db: t.db,
    clock: t.clock,
    log: createLog(t.clock, { write: (line) => void t.lines.push(line) }),
    timeZone: 'UTC',
    bus,
  })
}
room.before.each(async (t) => {
  t.lab = await startLlmLab()
  t.clock = fakeClock()
  t.db = await openDb(':memory:')
  migrate(t.db, readMigrations(join(root, 'migrations')))
  open(t)
})
room.after.each(async (t) => {
  t.llm.close()
  await t.lab.close()
  t.db.close()
})

const complex = (text = 'Why is it slow?') => question(text, { weight: 'complex' })

room('routine is answered at home, for nothing, and booked', async (t) => {
  t.lab.play({ llama: [{ text: ['Good ', 'evening.'], usage: { in: 100, out: 20 } }] })
  const got = await heard(t.llm.stream(question('How are you?', { conversation: 'c1' })))
  assert.equal(got.order, ['chosen', 'text', 'usage', 'done'])
  assert.equal(got.parts[0], {
    type: 'chosen',
    mind: { provider: 'local', model: 'local', window: undefined },
    reason: 'Routine: the local model will do.',
  })
  const { usd, mind } = got.usages[0] as { usd: number; mind: unknown }
  assert.is(usd, 0)
  assert.equal(mind, {
    provider: 'local',
    model: 'qwen2.5-7b-instruct-q4_k_m.gguf',
    window: 8192,
  })
  const [call] = t.llm.bill().calls
  assert.equal(
    [call!.provider, call!.in, call!.out, call!.usd, call!.outcome, call!.purpose],
    ['local', 100, 20, 0, 'done', 'chat'],
  )
  assert.is(t.llm.costOf('c1').calls, 1)
  assert.equal(t.told, ['llm.booked {"id":1}'])
})

room('several steps go to Claude, by the price list', async (t) => {
  const usage = { in: 1000, out: 500, cacheRead: 20_000, cacheWrite: 4000 }
  t.lab.play({ claude: [{ text: 'Because.', usage }] })
  const got = await heard(t.llm.stream(complex()))
  // (1000 + 20000 × 0.05 + 4000 × 1.25) × 2 $ + 500 × 10 $, by the million.
  assert.is((got.usages[0] as { usd: number }).usd, 0.019)
  assert.is(t.llm.bill().month.usd, 0.019)
  assert.equal(t.lab.asked[0]!.body.thinking, { type: 'between_tools' })
})

room(
  'one that breaks off after words is followed by the other, and all is started over',
  async (t) => {
    t.lab.play({
      llama: [{ cut: 'after', text: ['303 is ', 'x'] }],
      claude: [{ text: '303 runs.' }],
    })
    const got = await heard(t.llm.stream(question('What of 303?')))
    assert.equal(got.order, ['chosen', 'text', 'usage', 'again', 'chosen', 'text', 'usage', 'done'])
    const again = got.parts.findIndex(({ type }) => type === 'again')
    assert.is(heardAfter(got.parts.slice(again)), '303 runs.')
    assert.match(
      (got.parts[again] as { reason: string }).reason,
      /^The local model has just failed\. So Claude\.$/,
    )
    assert.is(got.ends, 1)
    assert.equal(
      t.llm.bill().calls.map(({ provider, outcome }) => [provider, outcome]),
      [
        ['claude', 'done'],
        ['local', 'cut'],
      ],
    )
  },
)
const heardAfter = (parts: { type: string; text?: string }[]) =>
  parts.flatMap((p) => (p.type === 'text' ? p.text : [])).join('')

room('calls of the one that broke off are dropped with its words', async (t) => {
  const calls = [
    { name: 'guest_start', args: { vmid: 303 } },
    { name: 'guest_start', args: { vmid: 100 } },
  ]
  t.lab.play({ claude: [{ cut: 'in-call', text: 'I start.', calls }], llama: [{ text: 'Wait.' }] })
  const got = await heard(t.llm.stream({ ...complex(), tools: [guestStart] }))
  const again = got.parts.findIndex(({ type }) => type === 'again')
  assert.ok(again > 0)
  assert.not.ok(got.parts.slice(again).some(({ type }) => type === 'tool'))
  assert.is(got.stop, 'end')
})

room('who has failed rests and is asked again later', async (t) => {
  t.lab.play({ claude: [{ status: 529 }, { text: 'Back.' }], llama: [{ text: 'Here.' }] })
  assert.is((await heard(t.llm.stream(complex()))).text, 'Here.')
  const claudes = () => t.lab.asked.filter(({ face }) => face === 'claude').length
  const second = await heard(t.llm.stream(complex()))
  assert.is(claudes(), 1, 'he rests')
  assert.match(
    (second.parts[0] as { reason: string }).reason,
    /trouble of its own.*the local model/,
  )
  await t.clock.advance(5000)
  assert.is((await heard(t.llm.stream(complex()))).text, 'Back.')
  assert.is(t.llm.status().providers[1]!.resting, undefined)
})

room('a rest that was asked for is kept', async (t) => {
  t.lab.play({ claude: [{ status: 429, headers: { 'retry-after': '90' } }, { text: 'Back.' }] })
  open(t, { local: undefined })
  const first = await heard(t.llm.stream(complex()))
  assert.is(first.failed?.kind, 'limited')
  assert.is(first.failed?.retryAfterMs, 90_000)
  await t.clock.advance(60_000)
  const second = await heard(t.llm.stream(complex()))
  assert.is(second.failed?.kind, 'none')
  assert.is(second.failed?.retryAfterMs, 30_000)
  assert.match(second.failed?.message ?? '', /asked too often.*rests for another 30/)
  await t.clock.advance(30_000)
  assert.is((await heard(t.llm.stream(complex()))).text, 'Back.')
})

room('both down: one plain end with both reasons', async (t) => {
  t.lab.play({ claude: [{ status: 401 }], llama: [{ status: 500 }] })
  const got = await heard(t.llm.stream(question()))
  assert.is(got.ends, 1)
  assert.match(
    got.failed?.message ?? '',
    /local model has trouble.*Claude .* does not accept the key/,
  )
  assert.equal(got.order, ['chosen', 'again', 'chosen', 'failed'])
})

room('no model at all is a reason, not an error', async (t) => {
  open(t, { claude: undefined, local: undefined })
  const got = await heard(t.llm.stream(question()))
  assert.equal(got.parts, [
    {
      type: 'failed',
      kind: 'none',
      message: 'There is no model: none is configured.',
      said: false,
    },
  ])
  assert.equal(t.llm.status().providers, [])
  assert.is(t.llm.bill().calls.length, 0)
})

room('what is private never leaves the house, also when the house fails', async (t) => {
  open(t, {
    private: 'local',
    claude: {
      apiKey: 'k',
      baseUrl: t.lab.claudeUrl,
      models: { routine: 'claude-haiku-5-5', complex: 'claude-sonnet-5-5' },
    },
  })
  t.lab.play({ llama: [{ cut: 'before' }] })
  const got = await heard(t.llm.stream({ ...complex(), isPrivate: true, localFailed: true }))
  assert.is(got.failed?.kind, 'cut')
  assert.not.ok(t.lab.asked.some(({ face }) => face === 'claude'))
})

room('at 80 % it is said once, at 100 % Claude is no longer asked, until midnight', async (t) => {
  const costs = (usd: number) => [{ text: 'So.', usage: { in: 0, out: usd * 100_000 } }]
  t.lab.play({ claude: costs(0.5) })
  const budget = () => t.told.filter((line) => line.startsWith('llm.budget'))
  await heard(t.llm.stream(complex()))
  assert.equal(budget(), [])
  t.lab.play({ claude: costs(0.35) })
  await heard(t.llm.stream(complex()))
  assert.is(budget().length, 1)
  assert.match(budget()[0]!, /"span":"day","percent":80/)
  t.lab.play({ claude: costs(0.2) })
  await heard(t.llm.stream(complex()))
  assert.is(budget().length, 2)
  assert.match(budget()[1]!, /"span":"day","percent":100/)
  const asked = t.lab.asked.length
  const down = await heard(t.llm.stream(complex()))
  assert.is(t.lab.asked.length, asked + 1)
  assert.is(t.lab.asked.at(-1)!.face, 'llama')
  assert.match((down.parts[0] as { reason: string }).reason, /The day's 1\.00\u2009USD .*is spent/)
  assert.is(t.llm.status().exhausted?.span, 'day')
  await t.clock.advance(12 * 3_600_000 + 1000)
  t.lab.play({ claude: costs(0.01) })
  assert.match(
    ((await heard(t.llm.stream(complex()))).parts[0] as { reason: string }).reason,
    /several steps/,
  )
})

room('ten at once do not break through the budget together', async (t) => {
  open(t, { local: undefined, budget: { dayUsd: 0.05 } })
  t.lab.play({ claude: () => ({ text: 'So.', usage: { in: 0, out: 2000 } }) })
  // Each may come to 0.02 USD, so two or three fit and the others are told no.
  const all = await Promise.all(
    Array.from({ length: 10 }, () => heard(t.llm.stream({ ...complex(), maxTokens: 2000 }))),
  )
  const done = all.filter(({ stop }) => stop === 'end').length
  assert.ok(done >= 1 && done <= 3, `${done} were let through`)
  assert.ok(t.llm.bill().today.usd < 0.07)
})

room('an unknown model has an unknown price, which is not zero', async (t) => {
  const claude = {
    apiKey: 'k',
    baseUrl: t.lab.claudeUrl,
    models: { routine: 'claude-next-9', complex: 'claude-next-9' },
  }
  open(t, { claude, budget: {} })
  const got = await heard(t.llm.stream(complex()))
  assert.is((got.usages[0] as { usd: unknown }).usd, null)
  const bill = t.llm.bill()
  assert.is(bill.month.unpriced, 1)
  assert.is(bill.month.usd, 0)
  assert.is(bill.calls[0]!.usd, null)
  assert.not.ok('thinking' in t.lab.asked[0]!.body, 'and nothing is assumed of it')
  open(t, { claude, budget: { dayUsd: 1 }, local: undefined })
  assert.match(
    (await heard(t.llm.stream(complex()))).failed?.message ?? '',
    /price of claude-next-9/,
  )
})

room('refusals cost nothing; a silence costs nobody knows what', async (t) => {
  open(t, { local: undefined })
  t.lab.play({ claude: [{ status: 500 }] })
  await heard(t.llm.stream(complex()))
  await t.clock.advance(60_000)
  t.lab.play({ claude: [{ cut: 'before' }] })
  await heard(t.llm.stream(complex()))
  const [cut, refused] = t.llm.bill().calls
  assert.is(refused!.usd, 0)
  assert.is(refused!.outcome, 'overloaded')
  assert.is(cut!.exact, false)
})

room('who leaves in the middle is booked with an estimate', async (t) => {
  t.lab.play({ claude: [{ silent: 'after', text: ['Well ', 'x'] }] })
  for await (const part of t.llm.stream(complex())) if (part.type === 'text') break
  const [call] = t.llm.bill().calls
  assert.is(call!.outcome, 'aborted')
  assert.is(call!.exact, false)
  assert.ok(call!.usd! > 0)
  assert.is(t.clock.waiting(), 0)
})

room('STOP ends what is under way, and the next question is answered', async (t) => {
  t.lab.play({ claude: [{ silent: 'after', text: ['Well ', 'x'] }, { text: 'Here.' }] })
  const asking = heard(t.llm.stream(complex()))
  await until(() => t.lab.asked.length === 1)
  t.llm.halt()
  const got = await asking
  assert.is(got.failed?.kind, 'aborted')
  assert.is((await heard(t.llm.stream(complex()))).text, 'Here.')
})

room('who is called off before is not asked and not booked', async (t) => {
  const got = await heard(t.llm.stream(question('x', { signal: AbortSignal.abort() })))
  assert.is(got.failed?.kind, 'aborted')
  assert.is(t.lab.asked.length, 0)
  assert.is(t.llm.bill().calls.length, 0)
})

room('too many words for the one are cut anew for the other', async (t) => {
  t.lab.play({
    llama: [{ status: 400, error: { type: 'exceed_context_size_error', message: 'too long' } }],
    claude: [{ text: 'Read.' }],
  })
  const got = await heard(
    t.llm.stream(question('x', { fit: ({ window }) => question(`fits ${window}`) })),
  )
  assert.is(got.text, 'Read.')
  assert.match(JSON.stringify(t.lab.asked[0]!.body), /fits 8192/)
  assert.match(JSON.stringify(t.lab.asked[1]!.body), /fits 1000000/)
  assert.is(t.llm.status().providers[0]!.resting, undefined, 'that is no fault of his')
})

room('a full disk costs the book and not the answer; what it cost still counts', async (t) => {
  t.lab.play({ claude: [{ text: 'So.', usage: { in: 0, out: 100_000 } }] })
  const { run } = t.db
  t.db.run = () => {
    throw new Problem('broken', 'The disk is full; nothing can be stored.')
  }
  assert.is((await heard(t.llm.stream(complex()))).stop, 'end')
  t.db.run = run
  assert.ok(t.lines.some((line) => /could not be booked/.test(line)))
  assert.is(t.llm.status().exhausted?.span, 'day')
})

room('a fault of our own is an end too', async (t) => {
  const got = await heard(
    t.llm.stream(
      question('x', {
        fit: () => {
          throw new Error('boom')
        },
      }),
    ),
  )
  assert.is(got.ends, 1)
})

room('status tells what is there without asking, look asks', async (t) => {
  const [local, claude] = t.llm.status().providers
  assert.is(local!.condition, undefined)
  assert.equal([claude!.model, claude!.complex], ['claude-haiku-5-5', 'claude-sonnet-5-5'])
  assert.is(t.lab.visits.length, 0)
  const looked = await t.llm.look()
  assert.is(looked.providers[0]!.condition, 'ready')
  assert.is(looked.providers[0]!.window, 8192)
  assert.is(t.lab.asked.length, 0)
  t.lab.play({ loading: 9 })
  assert.is((await t.llm.look()).providers[0]!.condition, 'loading')
})

room('neither client is loaded before there is a question', () => {
  const files = readdirSync(join(root, 'lib/llm')).filter((name) => name.endsWith('.ts'))
  const early = files.filter((name) =>
    /^import (?!type)(?:[\w*, ]*\{[^}]*\}|[^\n{]*) from '(openai|@anthropic-ai\/sdk)'/m.test(
      readFileSync(join(root, 'lib/llm', name), 'utf8'),
    ),
  )
  assert.equal(early, [])
})

room.run()
