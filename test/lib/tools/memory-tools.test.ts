/** What machines may do to the memory through the door, and what taint makes of their words. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { alice } from '../../cast.ts'
import { type House, openHouse } from '../../house.ts'

const memory = suite<{ house: House }>('the memory by tools')
memory.before.each(async (t) => {
  t.house = await openHouse()
})
memory.after.each((t) => t.house.close())

const butler = {
  kind: 'machine',
  name: 'butler',
  scope: 'operate',
  from: '192.168.1.9',
  token: { id: '7' },
} as const
const person = { kind: 'person', name: alice.name, scope: 'admin', from: '192.168.1.20' } as const

const wish = {
  tool: 'remember',
  args: {
    text: '303 likes its backup at noon.',
    kind: 'preference',
    about: 'guest/303',
    key: 'backup',
  },
}
const allow = async ({ tools }: House, id: number) => {
  const { approval, nonce } = await tools.open(id, { account: alice.name, session: 'desk' })
  const answer = { nonce, hash: approval.hash }
  return tools.confirm(id, { caller: person, session: 'desk' }, answer)
}

memory('a machine remembers, finds it, and hears what it knew already', async ({ house }) => {
  const done = await house.tools.call({ ...wish, caller: butler })
  assert.is(done.state, 'done', done.text)
  assert.match(done.text, 'Remembering done: It is number 1 in the memory, as preference.')
  const entry = house.memory.find(1)
  assert.equal([entry.source, entry.madeBy, entry.tainted], ['butler', 'butler', false])
  const again = await house.tools.call({ ...wish, caller: butler })
  assert.match(again.text, 'It was known already.')
  const found = await house.tools.call({
    tool: 'memory_search',
    args: { question: 'when does 303 back up?' },
    caller: butler,
  })
  assert.match(found.text, '| #1 preference, guest/303 (butler, ')
  assert.match(found.text, '303 likes its backup at noon.')
  assert.is(house.brakes.provenance.taintedBy('token/7'), 'memory_search')
  assert.equal(house.writes, [])
})

memory(
  'from a tainted context a person is asked, and even then it stays untrusted',
  async ({ house }) => {
    house.brakes.provenance.taint('token/7', 'read_log')
    const asked = await house.tools.call({ ...wish, caller: butler })
    assert.is(asked.state, 'needs-approval')
    const row = house.brakes.approvals.find(asked.approval!.id)!
    assert.equal([row.rule, row.plan.tainted], ['provenance', true])
    assert.match(String(row.plan.calls), 'as untrusted, for a day')
    const done = await allow(house, row.id)
    assert.is(done.state, 'done', done.text)
    const { tier, tainted, source, key } = house.memory.find(1)
    assert.equal([tier, tainted, source, key], ['untrusted', true, 'butler', undefined])
    const found = await house.tools.call({
      tool: 'memory_search',
      args: { question: 'backup noon' },
      caller: butler,
    })
    assert.match(found.text, '#1 untrusted, guest/303, UNTRUSTED (butler')
  },
)

memory('a person’s own words are a person’s, whatever his session has read', async ({ house }) => {
  const done = await house.tools.call({ ...wish, caller: person })
  assert.is(done.state, 'done', done.text)
  assert.equal([house.memory.find(1).tier, house.memory.find(1).confidence], ['preference', 1])
})

memory('forgetting takes a person, who sees what goes; it works once', async ({ house }) => {
  await house.tools.call({ ...wish, caller: butler })
  house.memory.pin(1, { name: 'alice', kind: 'person' })
  const asked = await house.tools.call({ tool: 'forget', args: { id: 1 }, caller: butler })
  assert.is(asked.state, 'needs-approval')
  const row = house.brakes.approvals.find(asked.approval!.id)!
  assert.equal([row.tier, row.plan.goes], ['RED', '303 likes its backup at noon.'])
  assert.is(house.memory.find(1).id, 1)
  const done = await allow(house, row.id)
  assert.is(done.state, 'done', done.text)
  assert.throws(() => house.memory.find(1), /no such thing/)
  const gone = await house.tools.call({ tool: 'forget', args: { id: 1 }, caller: butler })
  assert.is(gone.state, 'done', 'it hears how its request ended')
  const anew = await house.tools.call({ tool: 'forget', args: { id: 1 }, caller: butler })
  assert.is(anew.problem?.kind, 'not-found')
})

memory('who may only look reads nothing of it and changes nothing', async ({ house }) => {
  const view = { ...butler, scope: 'view' } as const
  for (const [tool, args] of [
    ['memory_search', { question: 'x' }],
    ['remember', wish.args],
    ['forget', { id: 1 }],
  ] as const) {
    const { problem } = await house.tools.call({ tool, args, caller: view })
    assert.equal([problem?.kind, problem?.details?.rule], ['forbidden', 'scope'])
  }
})

memory('wrong arguments are named, and nothing of them is kept', async ({ house }) => {
  for (const [args, field] of [
    [{ text: '', kind: 'fact' }, 'text'],
    [{ text: 'x', kind: 'untrusted' }, 'kind'],
    [{ text: 'x', kind: 'fact', about: 'two words' }, 'about'],
    [{ text: 'x', kind: 'fact', tier: 'preference' }, 'tier'],
  ] as const) {
    const { problem } = await house.tools.call({ tool: 'remember', args, caller: butler })
    assert.is(problem?.kind, 'invalid')
    assert.ok(problem?.details?.[field], field)
  }
  const nothing = await house.tools.call({
    tool: 'remember',
    args: { text: '\u200b', kind: 'fact' },
    caller: butler,
  })
  assert.is(nothing.state, 'failed')
  assert.is(house.memory.everything().length, 0)
})

memory('it works without a quorum, as nothing of it is in the cluster', async ({ house }) => {
  house.lab.scenarios.on('no-quorum', undefined, { settled: true })
  assert.is((await house.tools.call({ ...wish, caller: butler })).state, 'done')
})

memory.run()
