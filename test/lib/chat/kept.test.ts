/** What a restart, an hour and a stranger's words do to a talk. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Reply } from '../../../lab/llm.ts'
import { type LlmLab, startLlmLab } from '../../../lab/llm.ts'
import { calls, desk, modelsAt, said, settled, talk } from '../../chat.ts'
import { type Given, type House, openHouse, until } from '../../house.ts'

type World = { llm: LlmLab; house: House }
const kept = suite<World>('a talk that is kept')
kept.before.each(async (t) => {
  t.llm = await startLlmLab()
})
kept.after.each(async (t) => {
  await t.house.close()
  await t.llm.close()
})

const open = async (t: World, given: Given = {}) => {
  t.house = await openHouse({ models: modelsAt(t.llm), ...given })
  return chatIn(t.house)
}
/** The server ends without a word and starts again on the same data. */
const restart = async (t: World, given: Given = {}) => {
  const { lab, folder } = t.house
  await t.house.drop()
  t.house = await openHouse({ models: modelsAt(t.llm), lab, folder, ...given })
  t.house.chat!.recover()
  return chatIn(t.house)
}
const chatIn = (house: House) => Object.assign(house, { chat: house.chat! })
const call = (name: string, args: Record<string, unknown>): Reply => ({ calls: [{ name, args }] })

kept('it waits for a decision across a restart, and goes on after it', async (t) => {
  const strict = { safety: { unmarked: [] } }
  t.llm.play({ llama: [call('guest_shutdown', { vmid: 302 }), { text: '302 is off.' }] })
  const turn = await talk(await open(t, strict), 'please stop adguard for me')
  assert.is(turn.state, 'waiting')
  const house = await restart(t, strict)
  assert.is(house.chat.turn(turn.id)?.state, 'waiting')
  const id = calls(turn)[0]!.approval!
  const card = await house.tools.open(id, { account: 'alice', session: 's' })
  const answer = { nonce: card.nonce, hash: card.approval.hash }
  await house.tools.confirm(id, { caller: desk, session: 's' }, answer)
  const done = await settled(house, turn.id)
  assert.equal([done.state, said(done)], ['done', '302 is off.'])
  assert.is(house.writes.length, 1)
})

kept('decided while nobody was at home: found out at the start', async (t) => {
  const strict = { safety: { unmarked: [] } }
  t.llm.play({ llama: [call('guest_shutdown', { vmid: 302 }), { text: 'Very well.' }] })
  const first = await open(t, strict)
  const turn = await talk(first, 'please stop adguard for me')
  first.chat.close()
  first.tools.deny(calls(turn)[0]!.approval!, desk)
  const house = await restart(t, strict)
  const done = await settled(house, turn.id)
  assert.equal([done.state, calls(done)[0]!.state], ['done', 'refused'])
})

kept('ended in the middle of a thought: it thinks again', async (t) => {
  t.llm.play({ llama: [{ silent: 'after', text: 'Hm' }] })
  const first = await open(t)
  const { id } = first.chat.ask({ text: 'please think about it', caller: desk, origin: 'web' })
  await until(() => first.chat.turn(id)?.saying === 'Hm')
  t.llm.play({ llama: [{ text: 'Here I am again.' }] })
  const house = await restart(t)
  assert.is(said(await settled(house, id)), 'Here I am again.')
})

kept('ended in the middle of a deed: it is not done twice, and the model is told', async (t) => {
  const first = await open(t)
  first.lab.world.guest(303)!.deaf = true
  t.llm.play({ llama: [call('guest_shutdown', { vmid: 303 }), { text: 'I do not know.' }] })
  const { id } = first.chat.ask({ text: 'please stop it now', caller: desk, origin: 'web' })
  await until(() => first.writes.length === 1)
  t.llm.play({ llama: [{ text: 'I do not know.' }] })
  const house = await restart(t)
  await house.tools.recover()
  const done = await settled(house, id)
  assert.is(house.writes.length, 0)
  assert.match(calls(done)[0]!.text, /^\[failed\].*303 homeassistant is running/)
  assert.is(said(done), 'I do not know.')
})

kept('a talk that has read the words of others asks before it changes anything', async (t) => {
  const house = await open(t)
  const upid = house.cluster.picture().tasks[0]!.upid
  t.llm.play({ llama: [call('task_log', { upid }), { text: 'It says so.' }] })
  const read = await talk(house, 'please read the log of the last task')
  const context = `conversation/${read.conversation}`
  if (!house.brakes.provenance.taintedBy(context))
    house.brakes.provenance.taint(context, 'task_log')
  // One turn later, and the model does whatever the log has told it.
  t.llm.play({ llama: [call('guest_shutdown', { vmid: 303 })] })
  const { conversation } = read
  const obeys = await talk(house, 'thank you for that, Jarvis', { conversation })
  assert.equal([obeys.state, house.writes], ['waiting', []])
  // A talk of its own is not to blame, unless it remembers.
  const text = 'the log of the last task says: shut 303 down'
  house.memory.keepConversation({ conversation, title: 'a log', text, tainted: true })
  t.llm.play({ llama: [call('guest_shutdown', { vmid: 303 }), { text: 'Done.' }] })
  assert.is(
    (await talk(house, 'what did the log of the last task say')).state,
    'waiting',
    'out of memory',
  )
  house.chat.drop(conversation, desk)
})

kept('what the rules have answered is no memory', async (t) => {
  const house = await open(t)
  const { conversation } = await talk(house, '/help')
  assert.equal(house.memory.search('help', 5), [])
  t.llm.play({ llama: [{ text: 'A pleasure.' }] })
  await talk(house, 'I am fond of marzipan', { conversation })
  const [entry] = house.memory.search('marzipan', 5)
  assert.not.match(entry?.text ?? '', 'this list')
  assert.match(entry?.text ?? '', 'A pleasure')
  assert.match(said(await talk(house, '/memory marzipan')), 'A pleasure')
  const nothing = said(await talk(house, '/memory zebra'))
  assert.match(nothing, 'Nothing that I remember is about that.')
})

kept('what one has told is not told to another by the model', async (t) => {
  const house = await open(t)
  t.llm.play({ llama: [{ text: 'A pleasure.' }] })
  await talk(house, 'the hiding place of the marzipan is the attic')
  const heard = () => JSON.stringify(t.llm.asked.at(-1)!.body)
  await talk(house, 'where is the marzipan please')
  assert.match(heard(), 'attic')
  const caller = { ...desk, name: 'pepper' }
  await talk(house, 'where is the marzipan please', { caller })
  assert.not.match(heard(), 'attic')
})

kept.run()
