/** The stream through the front door: real sockets, the real guard, a picture that a test changes. */
import { createServer, type Server } from 'node:http'
import { createServer as createHttpsServer, get } from 'node:https'
import { createAdaptorServer } from '@hono/node-server'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCertificates } from '../../lab/certificates.ts'
import type { GuestState } from '../../lib/cluster/picture.ts'
import { type Reader, reader, until } from '../lib/live/stage.ts'
import { hostileNames, staleEvening } from '../pictures.ts'
import { openSite, type Site } from '../site.ts'
import { openHouse } from '../whole.ts'

type Scene = { site: Site; port: number; server: Server; token: string }
const live = suite<Scene>('GET /live')

live.before.each(async (t) => {
  t.site = await openSite()
  t.server = createAdaptorServer({ fetch: t.site.app.fetch as never, createServer }) as Server
  await new Promise<void>((done) => t.server.listen(0, '127.0.0.1', done))
  t.port = (t.server.address() as { port: number }).port
  t.token = tokenOf(t.site)
})
live.after.each(async (t) => {
  await t.site.live.close()
  t.site.close()
  await new Promise((done) => {
    t.server.close(done)
    t.server.closeAllConnections()
  })
})

const tokenOf = ({ needs }: Site, name = 'a reader') =>
  needs.auth.tokens.create({ name, scope: 'view', by: 'the test' }).secret

const read = (t: Scene, query: string, headers: Record<string, string> = {}): Promise<Reader> =>
  reader(t.port, `/live${query}`, {
    authorization: `Bearer ${t.token}`,
    accept: 'text/event-stream',
    ...headers,
  })

const change = async ({ site }: Scene, vmid: number, what: Partial<GuestState>) => {
  const { picture } = site.world
  const guests = picture.guests.map((g) => (g.vmid === vmid ? { ...g, ...what } : g))
  site.world.picture = { ...picture, guests }
  await polled(site)
}
const polled = async (site: Site) => {
  site.bus.emit('cluster.polled', { version: 1 })
  await site.clock.advance(100)
}
const events = (text: string) => text.split('\n\n').filter((e) => /^(data|id|event):/m.test(e))

live('the whole of each panel comes first, then the rows that changed', async (t) => {
  const stream = await read(t, '?panels=guests,nodes')
  await stream.sees('event: beat')
  assert.match(stream.text(), '<hx-partial hx-target="#panel-guests" hx-swap="outerMorph">')
  assert.match(stream.text(), 'id="panel-nodes"')
  const before = stream.text().length
  await change(t, 302, { cpu: 0.77 })
  await stream.sees('hx-target="#guest-302"')
  const news = stream.text().slice(before)
  assert.is(events(news).length, 1)
  assert.not.match(news, 'guest-303')
  stream.leave()
})

live('a guest that appears or goes brings the whole panel', async (t) => {
  const stream = await read(t, '?panels=guests')
  await stream.sees('event: beat')
  const before = stream.text().length
  const { picture } = t.site.world
  t.site.world.picture = { ...picture, guests: picture.guests.slice(1) }
  await polled(t.site)
  await until(() => stream.text().length > before)
  assert.match(stream.text().slice(before), 'hx-target="#panel-guests"')
  stream.leave()
})

/** A poll that found the same, and no task under way, whose seconds would be shown. */
const readAgain = ({ world, clock }: Site) => {
  const { picture } = world
  const parts = Object.entries(picture.parts).map(([name, p]) => [name, { ...p, at: clock.now() }])
  const tasks = picture.tasks.filter((task) => task.outcome !== 'running')
  world.picture = { ...picture, tasks, parts: Object.fromEntries(parts) as typeof picture.parts }
}

live('nothing is sent when nothing shown changed, but the heartbeat', async (t) => {
  readAgain(t.site)
  const stream = await read(t, '')
  await stream.sees('event: beat')
  const before = stream.text().length
  for (let second = 1; second <= 14; second++) {
    readAgain(t.site)
    t.site.bus.emit('cluster.polled', { version: 1 })
    await t.site.clock.advance(second === 1 ? 100 : 1000)
  }
  assert.is(stream.text().slice(before), '')
  await t.site.clock.advance(2000)
  await until(() => stream.text().length > before)
  const [beat] = events(stream.text().slice(before))
  assert.match(beat ?? '', /^event: beat\ndata: \{"now":/)
  stream.leave()
})

live('a figure that moves less than is shown sends nothing', async (t) => {
  readAgain(t.site)
  const stream = await read(t, '')
  await stream.sees('event: beat')
  const before = stream.text().length
  const { picture } = t.site.world
  const nudged = <T extends { cpu?: number | undefined }>(row: T): T =>
    row.cpu === undefined ? row : { ...row, cpu: row.cpu + 0.0005 }
  const [guests, nodes] = [picture.guests.map(nudged), picture.nodes.map(nudged)]
  t.site.world.picture = { ...picture, guests, nodes }
  await polled(t.site)
  await t.site.clock.advance(1000)
  assert.is(stream.text().slice(before), '')
  stream.leave()
})

live('a panel that turns stale says so, though no row changed', async (t) => {
  const stream = await read(t, '?panels=guests')
  await stream.sees('event: beat')
  t.site.world.picture = staleEvening()
  await polled(t.site)
  await stream.sees('data-state="stale"')
  stream.leave()
})

live('hostile names stay one event, and no event of their own', async (t) => {
  t.site.world.picture = hostileNames()
  const stream = await read(t, '?panels=guests,nodes,storage,tasks')
  await stream.sees('event: beat')
  const names = stream.text().match(/^(event|id|retry): ?.*/gm) ?? []
  assert.equal(
    names.map((line) => line.replace(/ .*/, '')),
    ['retry:', 'id:', 'event:'],
  )
  assert.is(events(stream.text()).length, 2)
  assert.not.match(stream.text(), '<script')
  stream.leave()
})

live('as JSON each message is an object; as text each change is a line', async (t) => {
  const json = await read(t, '?panels=guests&as=json')
  await json.sees('event: beat')
  const text = await read(t, '?panels=guests', { 'user-agent': 'curl/8.5.0', accept: '*/*' })
  await text.sees('303')
  assert.match(String(text.response.headers['content-type']), /^text\/plain/)
  assert.not.match(text.text(), 'data:')
  await change(t, 303, { cpu: 0.77 })
  await text.sees('guests  303')
  await json.sees('"key":"guest-303"')
  const last = events(json.text())
    .at(-1)!
    .match(/^data: (.*)$/m)![1]!
  const { panel, rows } = JSON.parse(last) as { panel: string; rows: { vmid: number }[] }
  assert.is(panel, 'guests')
  assert.equal(
    rows.map((r) => r.vmid),
    [303],
  )
  json.leave()
  text.leave()
})

live(
  'an unknown panel is answered with the list, an unknown form with the forms',
  async ({ site }) => {
    const panel = await site.ask('/live?panels=guests,gusets')
    assert.is(panel.status, 404)
    assert.match(await panel.text(), /gusets.*[\s\S]*nodes/)
    const form = await site.ask('/live?as=xml')
    assert.is(form.status, 422)
    assert.match(await form.text(), /html, wall, json, text/)
  },
)

live('a stream carries the headers of the house', async (t) => {
  const stream = await read(t, '?panels=guests')
  const { headers } = stream.response
  assert.is(headers['x-content-type-options'], 'nosniff')
  assert.is(headers['cache-control'], 'no-store, no-transform')
  assert.ok(headers['x-request-id'])
  stream.leave()
})

live('a token that is revoked ends its stream with a word, and then is a 401', async (t) => {
  const stream = await read(t, '?panels=guests')
  const other = await read({ ...t, token: tokenOf(t.site, 'another') }, '?panels=guests')
  await stream.sees('event: beat')
  t.site.needs.auth.tokens.revoke('a reader', 'alice')
  await stream.sees('event: logout')
  await stream.ended
  assert.ok(stream.response.complete)
  const again = await read(t, '?panels=guests')
  assert.is(again.response.statusCode, 401)
  await change(t, 302, { cpu: 0.77 })
  await other.sees('guest-302')
  other.leave()
})

live('a session that expired is noticed within 30 s', async (t) => {
  const { auth } = t.site.needs
  await auth.accounts.create({ name: 'alice', password: 'slow lanterns over Kyoto 7' })
  const account = auth.accounts.find('alice')!
  const who = { accountId: account.id, address: '127.0.0.1', browser: 'Firefox' }
  const { id, secret } = auth.sessions.open(who)
  const headers = { accept: 'text/event-stream', cookie: `jv_session=${secret}` }
  const stream = await reader(t.port, '/live?panels=guests', headers)
  await stream.sees('event: beat')
  auth.sessions.end(id)
  await t.site.clock.advance(30_000)
  await stream.sees('event: logout')
  await stream.ended
  const again = await reader(t.port, '/live?panels=guests', headers)
  assert.is(again.response.statusCode, 401)
  assert.not.ok(again.response.headers.location)
})

live('a wall key may read the panels', async (t) => {
  const { secret } = t.site.needs.auth.wallKeys.create({ name: 'hall', scope: 'view', by: 'alice' })
  const headers = { accept: 'text/event-stream', cookie: `jv_wall=${secret}` }
  const stream = await reader(t.port, '/live?panels=guests', headers)
  await stream.sees('panel-guests')
  stream.leave()
})

live('a browser has four streams: a fifth takes the place of the oldest', async (t) => {
  const { secret } = t.site.needs.auth.wallKeys.create({ name: 'hall', scope: 'view', by: 'alice' })
  const headers = { accept: 'text/event-stream', cookie: `jv_wall=${secret}` }
  const all: Reader[] = []
  for (let i = 0; i < 5; i++) {
    const stream = await reader(t.port, '/live?panels=guests', headers)
    await stream.sees('event: beat')
    all.push(stream)
  }
  await all[0]!.ended
  assert.match(all[0]!.text(), 'event: crowded')
  assert.is(t.site.live.counts().viewers, 4)
  for (const stream of all) stream.leave()
})

live('who was away for a moment gets what changed, by the id he saw last', async (t) => {
  const stream = await read(t, '?panels=guests')
  await stream.sees('event: beat')
  const seen = /^id: (.*)$/m.exec(stream.text())![1]!
  const other = await read({ ...t, token: tokenOf(t.site, 'another') }, '?panels=guests')
  stream.leave()
  await change(t, 302, { cpu: 0.77 })
  const back = await read(t, '?panels=guests', { 'last-event-id': seen })
  await back.sees('event: beat')
  assert.match(back.text(), 'hx-target="#guest-302"')
  assert.not.match(back.text(), 'hx-target="#panel-guests"')
  back.leave()
  other.leave()
})

live('changes of state are told for readers aloud, once, and only to pages', async (t) => {
  const page = await read(t, '?panels=guests')
  const script = await read(t, '?panels=guests&as=json')
  await page.sees('event: beat')
  await script.sees('event: beat')
  t.site.bus.emit('node.lost', { node: 'agent1' })
  await page.sees('event: say\ndata: {"loud":true,"text":"agent1 is lost."}')
  t.site.bus.emit('guest.changed', { vmid: 303 })
  await t.site.clock.advance(100)
  assert.is(page.text().match(/event: say/g)?.length, 1)
  assert.not.match(script.text(), 'event: say')
  page.leave()
  script.leave()
})

live('the figures of Prometheus count who looks', async (t) => {
  const stream = await read(t, '?panels=guests')
  await stream.sees('event: beat')
  const text = await (await t.site.ask('/metrics')).text()
  assert.match(text, 'jarvis_live_viewers{form="html"} 1')
  stream.leave()
})

live('HEAD opens nothing', async (t) => {
  const answer = await fetch(`http://127.0.0.1:${t.port}/live`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${t.token}` },
  })
  assert.is(answer.status, 200)
  assert.is(t.site.live.counts().viewers, 0)
})

live('over TLS the stream is the same', async ({ site, token }) => {
  const { nodes, ca } = createCertificates([{ name: 'desk', ip: '127.0.0.1' }], Date.now())
  const { cert, key } = nodes.get('desk')!
  const server = createAdaptorServer({
    fetch: site.app.fetch as never,
    createServer: createHttpsServer,
    serverOptions: { cert, key },
  }) as Server
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' }
  const text = await new Promise<string>((done, fail) => {
    const request = get({ host: '127.0.0.1', port, path: '/live', ca, headers }, (response) => {
      let seen = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        seen += chunk
        if (seen.includes('event: beat')) done(seen)
      })
    })
    request.on('error', fail)
  })
  assert.match(text, 'hx-target="#panel-guests"')
  await site.live.close()
  await new Promise((done) => server.close(done))
})

live('without a raw socket the stream is a web response', async ({ site }) => {
  const answer = await site.ask('/live?panels=guests', {
    headers: { accept: 'text/event-stream' },
  })
  const { value } = await answer.body!.getReader().read()
  assert.match(new TextDecoder().decode(value), 'retry: 1000')
})

live.run()

const whole = suite('GET /live of the whole product')

whole('200 open streams are ended within three seconds when the server stops', async () => {
  const house = await openHouse()
  const port = Number(new URL(house.url).port)
  const headers = { authorization: `Bearer ${house.token}`, accept: 'text/event-stream' }
  const all = await Promise.all(
    Array.from({ length: 200 }, () => reader(port, '/live?panels=guests', headers)),
  )
  await Promise.all(all.map((one) => one.sees('event: beat')))
  const stopped = house.stop().then(() => true)
  const late = new Promise<boolean>((done) => setTimeout(() => done(false), 3000).unref())
  assert.ok(await Promise.race([stopped, late]))
  await Promise.all(all.map((one) => one.ended))
  assert.is(all.filter((one) => one.response.complete).length, 200)
  await house.close()
})

whole('the row that a deed changed is on its way before the deed is answered', async () => {
  const house = await openHouse()
  const port = Number(new URL(house.url).port)
  const stream = await reader(port, '/live?panels=guests&as=json', {
    authorization: `Bearer ${house.token}`,
  })
  await stream.sees('event: beat')
  const answer = await fetch(`${house.url}/guests/100/start`, {
    method: 'POST',
    headers: {
      cookie: `jv_session=${house.cookie.value}`,
      origin: house.url,
      accept: 'application/json',
    },
  })
  assert.is(answer.status, 200, await answer.text())
  assert.match(stream.text(), /"vmid":100,[^{]*"condition":"running"/)
  stream.leave()
  await house.close()
})

whole.run()
