/** The wall through the front door: page, piece, panel, stream, text, and what it says when it breaks. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { oldTablet } from '../cast.ts'
import { calmEvening, hostileNames, oneNodeOff, staleEvening } from '../pictures.ts'
import { openSite, type Site } from '../site.ts'
import { mistakesOf, textOf } from '../views/wall-valid.ts'

const walls = suite<{ site: Site; look: (path: string) => Promise<Response> }>('the wall by HTTP')
walls.before.each(async (t) => {
  const site = await openSite()
  const { secret } = site.needs.auth.wallKeys.create({ name: 'hall', scope: 'view', by: 'alice' })
  const headers = { 'user-agent': oldTablet, accept: 'text/html,*/*', cookie: `jv_wall=${secret}` }
  t.site = site
  t.look = async (path) => site.app.request(`http://localhost${path}`, { headers })
})
walls.after.each((t) => t.site.close())

walls('a wall key opens a page that renews itself without a script', async ({ look }) => {
  const answer = await look('/wall')
  assert.is(answer.status, 200)
  assert.is(answer.headers.get('cache-control'), 'no-store')
  const page = await answer.text()
  assert.equal(mistakesOf(page), [])
  assert.match(page, '<noscript><meta http-equiv="refresh" content="15"></noscript>')
  assert.not.match(page, 'nonce')
  const files = page.match(/\/static\/[\w.]+/g) ?? []
  assert.is(files.length, 2)
  for (const file of files) assert.is((await look(file)).status, 200, file)
})

walls('its script asks for the frame alone, which is the one in the page', async ({ look }) => {
  const piece = await (await look('/wall?part=wall')).text()
  assert.match(piece, /^<div id="wall"/)
  assert.ok((await (await look('/wall')).text()).includes(piece))
})

walls('each panel has its own screen; an unknown one lists them all', async ({ look }) => {
  const page = await (await look('/wall/guests')).text()
  assert.match(textOf(page, 'title'), /^Guests/)
  assert.match(textOf(page, 'list'), 'management')
  assert.match(page, 'data-stream="/live?panels=wall-guests&amp;as=wall"')
  const missing = await look('/wall/pantry')
  assert.is(missing.status, 404)
  const list = await missing.text()
  assert.match(list, '<a href="/wall/guests">guests</a>')
  assert.equal(mistakesOf(list), [])
})

walls('a fault of ours is told in the wall’s look, and asked again', async (t) => {
  Object.defineProperty(t.site.world, 'picture', {
    get() {
      throw new Error('the inner works')
    },
  })
  const answer = await t.look('/wall')
  assert.is(answer.status, 500)
  const page = await answer.text()
  assert.match(page, '<meta http-equiv="refresh" content="15">')
  assert.match(textOf(page, 'says'), /^I have made a mess of this\. Error [0-9A-F]{4}/)
  assert.not.match(page, 'inner works')
  assert.equal(mistakesOf(page), [])
})

walls('a silent cluster is 200 and says since when', async ({ site, look }) => {
  site.world.picture = staleEvening()
  const answer = await look('/wall')
  assert.is(answer.status, 200)
  assert.match(textOf(await answer.text(), 'rest'), 'Not since 11:59.')
})

walls('curl reads it as text', async ({ site }) => {
  const headers = { 'user-agent': 'curl/8.5.0', accept: '*/*' }
  const answer = await site.ask('/wall', { headers })
  assert.match(answer.headers.get('content-type')!, 'text/plain')
  assert.match(await answer.text(), /^vzdump of 303 failed/)
  assert.match(await (await site.ask('/wall/nodes', { headers })).text(), '●  agent1')
})

walls('the screen is dark in the night of the house, or in its own', async ({ site, look }) => {
  const looksOf = async (path: string) =>
    /id="page" class="([^"]+)"/.exec(await (await look(path)).text())?.[1]
  assert.is(await looksOf('/wall'), 'shift0')
  assert.is(await looksOf('/wall?night=11:00-13:00'), 'shift0 night')
  site.needs.config = { ...site.needs.config, wall: { night: '11:30-12:30' } }
  assert.is(await looksOf('/wall'), 'shift0 night')
  assert.is(await looksOf('/wall?night=off'), 'shift0')
  assert.is(await looksOf('/wall?night=whenever'), 'shift0 night')
  await site.clock.advance(3_600_000)
  assert.is(await looksOf('/wall'), 'shift1')
})

/** The frames that a stream has told so far. */
const reader = (answer: Response) => {
  const body = answer.body!.getReader()
  const decoder = new TextDecoder()
  let text = ''
  return {
    async until(found: (frames: { id: string; html: string }[]) => boolean) {
      for (;;) {
        const frames = [...text.matchAll(/^(?:id: .*\n)?data: (\{"id".*)$/gm)].map(([, json]) =>
          JSON.parse(json!),
        )
        if (found(frames)) return frames
        const { value, done } = await body.read()
        if (done) throw new Error(`the stream ended after ${text}`)
        text += decoder.decode(value, { stream: true })
      }
    },
    close: () => body.cancel(),
  }
}

walls('the stream tells the whole frame, and again only when it says something else', async (t) => {
  const { site, look } = t
  const stream = reader(await look('/live?panels=wall&as=wall'))
  const [first] = await stream.until((f) => f.length === 1)
  assert.is(first!.id, 'wall')
  assert.is(first!.html, await (await look('/wall?part=wall')).text())

  const poll = async (picture: typeof site.world.picture) => {
    site.world.picture = picture
    site.bus.emit('cluster.polled', { version: 1 })
    await site.clock.advance(1000)
  }
  // A new reading with the same words: an age alone is no news.
  const again = calmEvening()
  await poll({
    ...again,
    parts: {
      ...again.parts,
      resources: { ...again.parts.resources, at: 1 + again.parts.resources.at! },
    },
  })
  await poll(oneNodeOff())
  await poll(oneNodeOff())
  await poll(hostileNames())
  const frames = await stream.until((f) => f.length === 3)
  assert.equal(
    frames.map((f) => textOf(f.html, 'says')),
    ['vzdump of 303 failed at 11:51.', 'agent1 is lost.', 'Nine tasks failed within the hour.'],
  )
  await stream.close()
})

walls(
  'a screen that comes back after the last one left gets what is so now',
  async ({ site, look }) => {
    const first = reader(await look('/live?panels=wall&as=wall'))
    await first.until((f) => f.length === 1)
    await first.close()
    site.world.picture = oneNodeOff()
    const second = reader(await look('/live?panels=wall&as=wall'))
    const [frame] = await second.until((f) => f.length === 1)
    assert.is(textOf(frame!.html, 'says'), 'agent1 is lost.')
    await second.close()
  },
)

walls('asked for JSON it says the same as on the screen', async ({ site, look }) => {
  site.world.picture = oneNodeOff()
  const json = { headers: { accept: 'application/json' } }
  const all = await (await look('/wall?as=json')).json()
  assert.equal([all.band, all.sentence], ['red', 'agent1 is lost.'])
  const one = await (await look('/wall/nodes?as=json')).json()
  assert.is(one.title, 'Nodes')
  assert.is(one.rows.length, 4)
  const wall = await site.ask('/wall', json)
  assert.equal(await wall.json(), all)
  const hud = await site.ask('/', json)
  const state = await site.ask('/api/state')
  assert.equal(await hud.json(), await state.json())
})

walls('STOP is told at once', async ({ site, look }) => {
  const stream = reader(await look('/live?panels=wall&as=wall'))
  await stream.until((f) => f.length === 1)
  site.needs.stop.press({ by: 'alice', from: 'here' })
  await site.clock.advance(1000)
  const frames = await stream.until((f) => f.length === 2)
  assert.is(textOf(frames[1]!.html, 'says'), 'STOP is pressed; nothing acts.')
  await stream.close()
})

walls.run()
