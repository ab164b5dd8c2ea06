/** What is said reaches whoever watches while it is said: on the page's own stream, and by `curl -N`. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Reply } from '../../lab/llm.ts'
import { openTalk, settled } from '../chat.ts'
import { until } from '../house.ts'

type House = Awaited<ReturnType<typeof openTalk>>
const live = suite<{ house: House }>('chat as it is said')
live.after.each((t) => t.house.shut())

const open = async (t: { house: House }, llama: Reply[], safety?: { unmarked: [] }) => {
  t.house = await openTalk({ script: { llama }, ...(safety && { safety }) })
  return t.house
}
const ask = (house: House, text: string, talk?: number) =>
  house.post(talk ? `/chat/${talk}` : '/chat', { as: 'alice', form: { text } })

/** What has come so far, and a way to leave. */
const follow = async (
  house: House,
  path: string,
  as: 'alice' | 'view' | 'operate' = 'alice',
  headers: Record<string, string> = {},
) => {
  const answer = await house.get(path, as, 'text/event-stream', headers)
  const all = { status: answer.status, text: '', over: false, leave: () => {} }
  const reader = answer.body?.getReader()
  const decoder = new TextDecoder()
  const read = async (): Promise<void> => {
    const part = await reader?.read()
    if (!part || part.done) {
      all.over = true
      return
    }
    all.text += decoder.decode(part.value, { stream: true })
    return read()
  }
  void read()
  all.leave = () => void reader?.cancel()
  return all
}

live('as text it grows word by word, and ends with the turn', async (t) => {
  const house = await open(t, [
    { text: 'One moment.', calls: [{ name: 'guest_status', args: { vmid: 303 } }] },
    { text: ['It is ', 'well, ', 'sir.'] },
  ])
  await ask(house, 'please say how home assistant is')
  const heard = await follow(house, '/chat/1/live?as=text')
  await until(() => heard.over)
  assert.match(
    heard.text,
    /^you {5}please say how home assistant is\njarvis {2}One moment\.\n {8}GREEN guest_status 303 {2}done, .* s\njarvis {2}It is well, sir\.\n {8}\(local .* tokens, 0\.00 USD\)\n$/,
  )
})

live('as JSON each message is the whole turn; an end is told', async (t) => {
  const house = await open(t, [{ text: 'Well.' }])
  await ask(house, 'please say how you are')
  await settled(house, 1)
  const heard = await follow(house, '/chat/1/live?as=json')
  await until(() => heard.over)
  const [, turn] = /event: turn\ndata: (.*)\n/.exec(heard.text) ?? []
  assert.is((JSON.parse(turn!) as { state: string }).state, 'done')
  assert.match(heard.text, /event: end\ndata: \n\n$/)
})

live('where a person has to decide, the listener is told where', async (t) => {
  const house = await open(
    t,
    [{ text: 'May I?', calls: [{ name: 'guest_shutdown', args: { vmid: 302 } }] }],
    { unmarked: [] },
  )
  await ask(house, 'please stop adguard')
  const heard = await follow(house, '/chat/1/live?as=text')
  await until(() => heard.over)
  assert.match(heard.text, /waits for a person\n +Decide: \/approvals\/1\n/)
  assert.match(heard.text, 'goes on by itself')
})

live('on the stream of a page: his newest talk, turn by turn, and the next one', async (t) => {
  const house = await open(t, [{ silent: 'after', text: 'Hm. **Let' }])
  const heard = await follow(house, '/live?panels=talk&as=html')
  await until(() => heard.text.includes('Ask, or tell me'))
  await ask(house, 'please think about it')
  await until(() => heard.text.includes('Hm. **Let'))
  assert.match(heard.text, 'hx-target="#talk-log" hx-swap="outerMorph"')
  assert.match(heard.text, 'data-talk="1"')
  await ask(house, 'and this one waits, please', 1)
  await until(() => heard.text.includes('after the question before'))
  await house.post('/chat/1/turns/2/stop', { as: 'alice' })
  await house.post('/chat/1/turns/1/stop', { as: 'alice' })
  await until(() => heard.text.includes('Stopped. alice has stopped me.'))
  house.llm.play({ llama: [{ text: 'Anew.' }] })
  await ask(house, 'please begin anew with something else')
  await until(() => heard.text.includes('data-talk="2"'))
  heard.leave()
})

live('who comes back gets what he has missed', async (t) => {
  const house = await open(t, [{ text: 'First.' }])
  await ask(house, 'please say the first thing')
  await settled(house, 1)
  const first = await follow(house, '/live?panels=talk-1&as=html')
  await until(() => first.text.includes('First.'))
  const id = /id: (\S+)/.exec(first.text)![1]!
  first.leave()
  house.llm.play({ llama: [{ text: 'Second.' }] })
  await ask(house, 'please say the second thing', 1)
  await settled(house, 2)
  const second = await follow(house, '/live?panels=talk-1&as=html', 'alice', {
    'last-event-id': id,
  })
  await until(() => second.text.includes('Second.'))
  assert.match(second.text, 'Second.')
  // Another's eyes see none of it.
  const other = await follow(house, '/live?panels=talk-1&as=html', 'operate')
  await until(() => other.text.includes('talk-log'))
  assert.match(other.text, 'There is no such talk any more.')
  assert.not.match(other.text, 'First.')
  other.leave()
  second.leave()
})

live('nobody who may only look follows a talk', async (t) => {
  const house = await open(t, [{ text: 'First.' }])
  await ask(house, 'please say the first thing')
  assert.is((await follow(house, '/live?panels=talk', 'view')).status, 403)
  assert.is((await follow(house, '/live?panels=nodes,talk-1', 'view')).status, 403)
  assert.is((await follow(house, '/chat/1/live', 'view')).status, 403)
  assert.is((await follow(house, '/chat/1/live', 'operate')).status, 404)
})

live.run()
