/** Talks over HTTP: real forms, scripted models, the real door, the simulated cluster. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Reply } from '../../lab/llm.ts'
import { desk, openTalk, settled, talk } from '../chat.ts'

type House = Awaited<ReturnType<typeof openTalk>>
const chat = suite<{ house: House }>('chat over HTTP')
chat.after.each((t) => t.house.shut())

const call = (name: string, args: Record<string, unknown>): Reply => ({
  text: 'One moment.',
  calls: [{ name, args }],
})
const open = async (t: { house: House }, given: Parameters<typeof openTalk>[0] = {}) => {
  t.house = await openTalk(given)
  return t.house
}
const page = async (house: House, path: string) =>
  (await house.get(path, 'alice', 'text/html')).text()

chat('a form begins a talk and leads to it; there a form goes on', async (t) => {
  const house = await open(t, { script: { llama: [{ text: 'All is **well**.' }] } })
  const asked = await house.post('/chat', { as: 'alice', form: { text: 'please tell me a tale' } })
  assert.equal([asked.status, asked.headers.get('location')], [303, '/chat/1'])
  await settled(house, 1)
  const shown = await page(house, '/chat/1')
  assert.match(shown, 'please tell me a tale')
  assert.match(shown, 'All is <strong>well</strong>.')
  assert.match(shown, /class="mind">local /)
  assert.not.match(shown, 'http-equiv="refresh"')
  const again = await house.post('/chat/1', {
    as: 'alice',
    form: { text: 'and another one please' },
  })
  assert.is(again.headers.get('location'), '/chat/1')
  await settled(house, 2)
  const clean = await house.post('/chat/1', { as: 'alice', form: { text: ' /clear ' } })
  assert.is(clean.headers.get('location'), '/chat', 'a clean page for the next one')
  const list = await page(house, '/chat')
  assert.match(list, /href="\/chat\/1">please tell me a tale</)
  assert.is(
    (await house.get('/chat/last', 'alice', 'text/html')).headers.get('location'),
    '/chat/1',
  )
})

chat('of two questions in a row each bears its own tokens', async (t) => {
  const usage = { in: 1000, out: 50 }
  const house = await open(t, { script: { llama: [{ text: 'Indeed.', usage }] } })
  const ask = (talk?: number) =>
    house.chat.ask({ text: 'please tell a tale', caller: desk, conversation: talk, origin: 'web' })
  const first = ask()
  const second = ask(first.conversation)
  await settled(house, second.id)
  const shown = await (await house.get('/chat/1', 'alice', 'text/plain')).text()
  assert.equal(
    [...shown.matchAll(/(\d+) tokens, 0\.00/g)].map(([, n]) => n),
    ['1050', '1050'],
  )
})

chat('while it thinks the page comes again by itself; a form stops it', async (t) => {
  const house = await open(t, { script: { llama: [{ silent: 'after', text: 'Hm' }] } })
  await house.post('/chat', { as: 'alice', form: { text: 'please think about it' } })
  const thinking = await page(house, '/chat/1')
  assert.match(
    thinking,
    '<noscript><meta http-equiv="refresh" content="3; url=/chat/1"></noscript>',
  )
  assert.match(thinking, 'action="/chat/1/turns/1/stop"')
  await house.post('/chat/1/turns/1/stop', { as: 'alice' })
  const turn = await settled(house, 1)
  assert.is(turn.state, 'stopped')
  assert.match(await page(house, '/chat/1'), 'Stopped. alice has stopped me.')
})

chat('tools are lines with tier, target and result; a decision is a link', async (t) => {
  const house = await open(t, {
    script: { llama: [call('guest_shutdown', { vmid: 302 }), { text: 'Done.' }] },
    safety: { unmarked: [] },
  })
  await talk(house, 'please stop adguard')
  const shown = await page(house, '/chat/1')
  assert.match(shown, /<summary><span class="tier red">.*<code>guest_shutdown 302<\/code>/s)
  assert.match(shown, 'href="/approvals/1"')
  assert.match(shown, 'waits for your decision')
  const text = await (await house.get('/chat/1', 'alice', 'text/plain')).text()
  assert.match(text, /RED guest_shutdown 302 {2}waits for a person\n +Decide: \/approvals\/1/)
  const json = (await (await house.get('/chat/1', 'alice')).json()) as {
    turns: { steps: { approval?: { id: number } }[] }[]
  }
  assert.is(json.turns[0]!.steps[1]!.approval?.id, 1)
})

chat('a talk is its owner’s alone, and never a matter of looking', async (t) => {
  const house = await open(t, { script: { llama: [{ text: 'Well.' }] } })
  await talk(house, 'please tell me something')
  assert.is((await house.get('/chat/1', 'view')).status, 403)
  assert.is((await house.get('/chat', 'view')).status, 403)
  assert.is((await house.get('/chat/1', null)).status, 401)
  for (const path of ['/chat/1', '/chat/1/live', '/chat/1/talk.md'])
    assert.is((await house.get(path, 'operate')).status, 404, path)
  assert.is((await house.post('/chat/1', { json: { text: 'me too' } })).status, 404)
  assert.is((await house.post('/chat/1/delete')).status, 404)
  assert.equal(await (await house.get('/chat', 'operate')).json(), { talks: [] })
  const forged = { headers: { origin: 'http://evil.example' }, form: { text: 'hello there' } }
  assert.is((await house.post('/chat', { as: 'alice', ...forged })).status, 403)
})

chat('named, found, taken along as markdown, deleted', async (t) => {
  const house = await open(t, { script: { llama: [{ text: 'A plum tree.' }] } })
  await talk(house, 'please tell me what is in the yard')
  await house.post('/chat/1/name', { as: 'alice', form: { title: 'The <b>yard</b>' } })
  assert.match(await page(house, '/chat?q=plum'), 'The &lt;b&gt;yard&lt;/b&gt;')
  assert.match(await page(house, '/chat?q=pear'), 'Nothing was said of that.')
  const file = await house.get('/chat/1/talk.md', 'alice')
  assert.match(file.headers.get('content-disposition') ?? '', 'talk-1.md')
  assert.match(await file.text(), 'A plum tree.')
  const gone = await house.post('/chat/1/delete', { as: 'alice' })
  assert.is(gone.headers.get('location'), '/chat')
  assert.is((await house.get('/chat/1', 'alice')).status, 404)
  assert.equal(
    house
      .audit()
      .filter((row) => row.what === 'chat.delete')
      .map((row) => row.who),
    ['alice'],
  )
})

chat('what cannot be asked comes back with its words', async (t) => {
  const house = await open(t)
  const empty = await house.post('/chat', { as: 'alice', form: { text: ' ' } })
  assert.is(empty.status, 422)
  assert.match(await empty.text(), /id="ask-why" role="alert">.*Ask, or tell me what to mend/)
  house.chat.ask({ text: 'think', caller: desk, origin: 'web' })
  const missing = await house.post('/chat', { json: { text: 'x', talk: 77 }, as: 'alice' })
  assert.is(missing.status, 404)
})

chat('what others have written runs nothing and loads nothing', async (t) => {
  const evil =
    '<script>alert(1)</script> [a](javascript:alert(1)) ![p](https://evil.example/p.png) [b](https://evil.example/?q=1) [c](https://pve@evil.example/) \u001b[31mred'
  const house = await open(t, { script: { llama: [{ text: evil }] } })
  await talk(house, '<img src=x onerror=alert(1)>')
  const shown = await page(house, '/chat/1')
  const log = /<div id="talk-log".*?<form id="ask"/s.exec(shown)![0]
  assert.not.match(log, /<(script|img|iframe)/)
  assert.equal(
    [...log.matchAll(/href="([^"]*)"/g)].map((m) => m[1]),
    ['https://evil.example/?q=1'],
  )
  assert.match(log, 'rel="noopener noreferrer nofollow"')
  assert.match(log, '(evil.example)')
  assert.not.match(log, '\u001b')
})

chat.run()
