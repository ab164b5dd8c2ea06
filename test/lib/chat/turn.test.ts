/** Turns: real clients, scripted models, the real door, the simulated cluster. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Asked, Reply } from '../../../lab/llm.ts'
import { calls, desk, openTalk, said, settled, talk } from '../../chat.ts'
import { stateIn, until } from '../../house.ts'

type House = Awaited<ReturnType<typeof openTalk>>
const turns = suite<{ house?: House }>('turns')
turns.after.each(async (t) => {
  await t.house?.shut()
  delete t.house
})
const open = async (t: { house?: House }, given: Parameters<typeof openTalk>[0] = {}) => {
  t.house = await openTalk(given)
  return t.house
}
const call = (name: string, args: Record<string, unknown> | string = {}): Reply => ({
  text: 'One moment.',
  calls: [{ name, args }],
})
const shutdown = call('guest_shutdown', { vmid: 303 })
const toldTo = ({ body }: Asked) => JSON.stringify(body)

turns('a question, a deed, the truth of it, and the answer', async (t) => {
  const house = await open(t, { script: { llama: [shutdown, { text: '303 is stopped, sir.' }] } })
  const turn = await talk(house, 'Jarvis, shut home assistant down')
  assert.is(turn.state, 'done', turn.why)
  assert.is(stateIn(house.lab, 303), 'stopped')
  assert.equal(
    turn.steps.map((s) => [s.kind, s.tool, s.state]),
    [
      ['say', undefined, 'done'],
      ['call', 'guest_shutdown', 'done'],
      ['say', undefined, 'done'],
    ],
  )
  assert.match(calls(turn)[0]!.text, /^\[done\] Shutdown done: 303 homeassistant is stopped/)
  assert.match(toldTo(house.llm.asked[1]!), /303 homeassistant is stopped/)
  assert.match(turn.mind ?? '', /^local /)
  assert.is(turn.usd, 0)
  const deed = house.tools.deed(calls(turn)[0]!.deed!)!
  assert.equal([deed.who, deed.whoKind], ['chat (alice)', 'machine'])
})

turns('what needs an approval rests, and goes on by itself after the decision', async (t) => {
  const script = { llama: [call('guest_shutdown', { vmid: 302 }), { text: 'Done.' }] }
  const house = await open(t, { script, safety: { unmarked: [] } })
  const turn = await talk(house, 'Stop adguard')
  assert.is(turn.state, 'waiting')
  const { approval } = calls(turn)[0]!
  assert.is(house.brakes.approvals.find(approval!)?.reason, 'One moment.')
  // Saying yes in the talk presses no card.
  house.llm.play({ llama: [call('guest_shutdown', { vmid: 302 })] })
  const again = await talk(house, 'yes, do it', { conversation: turn.conversation })
  assert.is(again.state, 'waiting')
  assert.is(calls(again)[0]!.approval, approval)
  assert.equal(house.writes, [])

  house.llm.play({ llama: [{ text: '302 is stopped.' }] })
  const person = { account: 'alice', session: 's' }
  const card = await house.tools.open(approval!, person)
  const answer = { nonce: card.nonce, hash: card.approval.hash }
  await house.tools.confirm(approval!, { caller: desk, session: 's' }, answer)
  const done = await settled(house, turn.id)
  await settled(house, again.id)
  assert.is(done.state, 'done', done.why)
  assert.match(calls(done)[0]!.text, /^\[done\].*302 adguard is stopped.*alice approved it/)
  assert.is(said(done).endsWith('302 is stopped.'), true)
  assert.is(house.writes.length, 1)
})

turns('said no to: the model hears it and nothing was done', async (t) => {
  const script = { llama: [call('guest_shutdown', { vmid: 302 }), { text: 'As you wish.' }] }
  const house = await open(t, { script, safety: { unmarked: [] } })
  const turn = await talk(house, 'Stop adguard')
  house.tools.deny(calls(turn)[0]!.approval!, desk)
  const done = await settled(house, turn.id)
  assert.equal([done.state, calls(done)[0]!.state], ['done', 'refused'])
  assert.match(toldTo(house.llm.asked.at(-1)!), /alice said no/)
  assert.equal(house.writes, [])
})

for (const [what, reply, words] of [
  ['a tool that is none', call('start_vm', { vmid: 100 }), /no tool.*Did you mean guest_start/],
  ['a name in another script', call('gueѕt_start', { vmid: 100 }), /no tool/],
  ['wrong arguments', call('guest_start', { vmid: 'all' }), /not the arguments of guest_start/],
  [
    'arguments that are no JSON',
    call('guest_start', '{"vmid":'),
    /no JSON object|not the arguments/,
  ],
  ['a plea for consent', call('guest_start', { vmid: 100, confirm: true }), /only a person can/],
] as const)
  turns(`${what}: the model is told, nothing is done`, async (t) => {
    const house = await open(t, { script: { llama: [reply, { text: 'I see.' }] } })
    const turn = await talk(house, 'please start something unusual over there')
    assert.equal([turn.state, calls(turn).length], ['done', 1])
    assert.match(calls(turn)[0]!.text, words)
    assert.equal(house.writes, [])
  })

turns('wrong arguments: the model is told which, and what was expected', async (t) => {
  const script = { llama: [call('guest_start', { guest: '100' }), { text: 'I see.' }] }
  const house = await open(t, { script })
  const [wrong] = calls(await talk(house, 'please start something unusual over there'))
  assert.match(wrong!.text, /vmid: .*\n.*guest: There is no such argument/)
  assert.not.match(wrong!.text, 'GET /api')
})

turns('a small window has tools for a guest that is only named', async (t) => {
  const house = await open(t, { script: { llama: [{ text: 'Very well.' }] } })
  for (const question of ['put homeassistant to sleep', 'make adguard well again', 'do it again']) {
    await talk(house, question)
    const { tools } = house.llm.asked.at(-1)!.body as { tools: { function: { name: string } }[] }
    assert.ok(
      tools.some((tool) => tool.function.name === 'guest_shutdown'),
      question,
    )
  }
})

turns('the same call again and again is answered twice at most', async (t) => {
  const same = () => call('guest_start', { vmid: 303 })
  const house = await open(t, { script: { llama: same, claude: same } })
  const turn = await talk(house, 'please keep starting it over and over')
  assert.match(turn.mind ?? '', /^claude /, 'a local model that goes in circles is relieved')
  assert.is(turn.state, 'failed')
  assert.match(turn.why ?? '', '12 times')
  assert.is(calls(turn).length, 12)
  assert.is(calls(turn).filter((c) => /asked exactly this twice/.test(c.text)).length, 10)
})

turns('fifty tools at once are eight', async (t) => {
  const many = Array.from({ length: 50 }, (_, i) => ({
    name: 'guest_start',
    args: { vmid: 1000 + i },
  }))
  const house = await open(t, {
    script: { claude: [{ calls: many }, { text: 'Too many.' }] },
    llmConfig: { local: undefined },
  })
  const turn = await talk(house, 'please start all of them at once')
  assert.is(calls(turn).filter((c) => /at most 8 tools/.test(c.text)).length, 42)
  assert.equal(house.writes, [])
})

turns('words that are none: HTML, ANSI, a megabyte, nothing', async (t) => {
  const html = '<script>alert(1)</script> \x1b[31mred\x1b[0m'
  const house = await open(t, { script: { llama: [{ text: html }] } })
  const one = await talk(house, 'say something odd to me please')
  assert.equal([one.state, said(one).includes('<script>')], ['done', true])
  house.llm.play({ llama: [{ text: 'x'.repeat(1_000_000) }] })
  const long = await talk(house, 'say something long to me please')
  assert.ok(said(long).length <= 64 * 1024, `${said(long).length}`)
  house.llm.play({ llama: [{ text: '' }], claude: [{ text: '' }] })
  const none = await talk(house, 'say nothing at all to me please')
  assert.is(none.state, 'failed')
})

turns('a stream that breaks is taken over, and nothing is said twice', async (t) => {
  const house = await open(t, {
    script: { llama: [{ text: 'Half a', cut: 'after' }], claude: [{ text: 'A whole answer.' }] },
  })
  const turn = await talk(house, 'tell me something about tonight please')
  assert.is(said(turn), 'A whole answer.')
  assert.match(turn.mind ?? '', /^claude /)
})

turns('both models down: it says so, and the talk goes on later', async (t) => {
  const house = await open(t, {
    script: { llama: [{ status: 500 }], claude: [{ status: 529 }] },
  })
  const turn = await talk(house, 'tell me something about tonight please')
  assert.is(turn.state, 'failed')
  assert.ok(turn.why)
})

turns('a context too long by a factor of ten is cut to the window', async (t) => {
  const house = await open(t, {
    script: { llama: [{ text: 'Noted.' }], window: 4096 },
    llmConfig: { claude: undefined },
  })
  const first = await talk(house, `look at this please ${'words '.repeat(9000)}`)
  assert.is(first.state, 'done', first.why)
  const asked = house.llm.asked.at(-1)!
  assert.ok(toldTo(asked).length < 4096 * 4, `${toldTo(asked).length}`)
  assert.match(toldTo(asked), /characters left out/)
})

turns('stopped by its owner or by STOP within a second, whatever it waits for', async (t) => {
  const house = await open(t, { script: { llama: [{ silent: 'after', text: 'Well' }] } })
  const one = house.chat.ask({ text: 'think long about it please', caller: desk, origin: 'web' })
  await until(() => house.chat.turn(one.id)!.saying === 'Well')
  const before = Date.now()
  house.chat.cancel(one.id, desk)
  const stopped = await settled(house, one.id)
  assert.equal([stopped.state, stopped.why], ['stopped', 'alice has stopped me.'])
  const two = house.chat.ask({ text: 'think longer about it please', caller: desk, origin: 'web' })
  await until(() => house.chat.turn(two.id)!.saying === 'Well')
  house.stop.press({ by: 'alice', from: '' })
  assert.is((await settled(house, two.id)).state, 'stopped')
  assert.ok(Date.now() - before < 5000)
  assert.throws(() => house.chat.ask({ text: 'more', caller: desk, origin: 'web' }), /STOP/)
})

turns('two tabs in one talk: one after the other', async (t) => {
  const house = await open(t, { script: { llama: (_, n) => ({ text: `answer ${n}` }) } })
  const first = house.chat.ask({ text: 'please tell me one thing', caller: desk, origin: 'web' })
  const { conversation } = first
  const second = house.chat.ask({
    text: 'please tell me another',
    caller: desk,
    origin: 'web',
    conversation,
  })
  await settled(house, second.id)
  assert.equal(
    [first, second].map((turn) => house.chat.turn(turn.id)!.state),
    ['done', 'done'],
  )
  assert.match(toldTo(house.llm.asked.at(-1)!), /answer 0|answer 1/)
})

turns('a talk belongs to whoever began it', async (t) => {
  const house = await open(t, { script: { llama: [{ text: 'Yes.' }] } })
  const { conversation } = await talk(house, 'please keep this to yourself')
  const mallory = { kind: 'machine', name: 'mallory', scope: 'operate', from: '' } as const
  for (const work of [
    () => house.chat.read(conversation, mallory),
    () => house.chat.drop(conversation, mallory),
    () => house.chat.rename(conversation, 'x', mallory),
    () => house.chat.ask({ text: 'and?', caller: mallory, conversation, origin: 'cli' }),
  ])
    assert.throws(work, /no such talk/)
  assert.equal(house.chat.list(mallory), [])
  assert.equal(
    house.chat.list(desk, 'yourself').map((c) => c.id),
    [conversation],
  )
  assert.equal(house.chat.list(desk, '" OR * NEAR('), [])
  assert.match(house.chat.asMarkdown(conversation, desk), /please keep this to yourself/)
  house.chat.drop(conversation, desk)
  assert.equal(house.chat.list(desk), [])
})

turns('what a table understands needs no model; commands show the panels', async (t) => {
  const house = await open(t)
  for (const [question, words] of [
    ['how full is local-lvm?', /local-lvm.*%/],
    ['/nodes', /agent1/],
    ['/guest 303', /303 +homeassistant/],
    ['/status', /quorate/],
    ['/nonsense', /no \/nonsense/],
  ] as const) {
    const turn = await talk(house, question)
    assert.equal([turn.state, turn.mind, turn.usd], ['done', 'rules', 0], question)
    assert.match(said(turn), words)
  }
  assert.equal(house.llm.asked, [])
})

turns('with no model it says plainly what it cannot do', async (t) => {
  const house = await open(t, { llmConfig: { claude: undefined, local: undefined } })
  const turn = await talk(house, 'please write me a poem about quorum')
  assert.equal([turn.state, turn.mind], ['failed', 'rules'])
  assert.match(turn.why ?? '', /No model is connected.*\/help/)
})

turns.run()
