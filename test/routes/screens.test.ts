/** The screen of a terminal as text that follows: through the front door, with a host that counts. */
import { createServer, type Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Problem } from '../../lib/errors.ts'
import { paths } from '../../lib/paths.ts'
import type { Seen, Terminals } from '../../lib/terminals/terminals.ts'
import { noteVisit } from '../../lib/terminals/visits.ts'
import { NOON } from '../clock.ts'
import { reader, until } from '../lib/live/stage.ts'
import { openSite, type Site } from '../site.ts'

type Host = { text: string; asked: number; trouble?: Problem | undefined; row: Seen }
type Scene = { site: Site; host: Host; server: Server; port: number }
const screens = suite<Scene>('screens as text')

screens.before.each(async (t) => {
  t.site = await openSite()
  t.host = { text: '$ uptime', asked: 0, row: terminal() }
  t.site.needs.terminals = onHost(t)
  t.server = createAdaptorServer({ fetch: t.site.app.fetch as never, createServer }) as Server
  await new Promise<void>((done) => t.server.listen(0, '127.0.0.1', done))
  t.port = (t.server.address() as { port: number }).port
})
screens.after.each(async (t) => {
  await t.site.live.close()
  t.site.close()
  await new Promise((done) => {
    t.server.close(done)
    t.server.closeAllConnections()
  })
})

const terminal = (): Seen => ({
  id: 'c0ffee',
  target: 'node/pve',
  label: 'pve',
  host: 'pve',
  name: 'build <b>',
  openedAt: NOON,
  openedBy: 'alice',
  viewers: 0,
})

/** Terminals of which only the screen is real: what the host is asked is counted. */
const onHost = ({ host, site }: Scene) =>
  ({
    find(id: string) {
      if (id === host.row.id) return host.row
      throw new Problem('not-found', 'There is no such terminal.')
    },
    list: () => [host.row],
    async text() {
      host.asked += 1
      if (host.trouble) throw host.trouble
      return host.text
    },
    visit: (_: string, { name: who, from }: { name: string; from: string }) =>
      noteVisit({ ...site.needs }, host.row, { who, from, mode: 'text' }),
  }) as unknown as Terminals

const bearer = ({ needs }: Site, scope: 'admin' | 'operate' = 'admin') => {
  const { tokens } = needs.auth
  const { secret } = tokens.create({ name: `a ${scope} ${Math.random()}`, scope, by: 'alice' })
  return { authorization: `Bearer ${secret}` }
}
const follow = ({ port, site }: Scene, as: string) =>
  reader(port, `${paths.terminalLive('c0ffee')}?as=${as}`, bearer(site))
const visits = ({ site }: Scene) =>
  site.needs.trail.list({ limit: 9 }).map((r) => [r.what, r.args?.mode, r.from, r.reason])

screens('curl reads it as it is, then each time that it has changed', async (t) => {
  const stream = await follow(t, 'text')
  await stream.sees('--- 12:00 build <b>\n$ uptime\n')
  t.host.text = '$ uptime\nup 41 days\u001b[2J'
  await t.site.clock.advance(1000)
  await t.site.clock.advance(200)
  await stream.sees('\n$ uptime\nup 41 days [2J\n')
  const before = stream.text().length
  await t.site.clock.advance(10_000)
  assert.is(stream.text().length, before, 'the same again is no news')
  stream.leave()
})
screens('scripts get JSON, walls the frame; nothing of it is markup', async (t) => {
  t.host.text = '</pre><script>alert(1)</script>'
  const [json, wall] = [await follow(t, 'json'), await follow(t, 'wall')]
  await json.sees('"text":"</pre>')
  const told = JSON.parse(/^data: (\{"id".*)$/m.exec(json.text())![1]!)
  assert.equal([told.name, told.ended, told.trouble], ['build <b>', false, null])
  await wall.sees('&lt;/pre&gt;')
  assert.not.match(wall.text(), '<script')
  json.leave()
  wall.leave()
})
screens('two who look cost as much as one, and nobody costs nothing', async (t) => {
  const [one, two] = [await follow(t, 'text'), await follow(t, 'json')]
  await one.sees('uptime')
  await two.sees('uptime')
  assert.is(t.host.asked, 1)
  await t.site.clock.advance(5000)
  assert.is(t.host.asked, 6)
  await t.site.clock.advance(20_000)
  const quiet = t.host.asked
  await t.site.clock.advance(9000)
  assert.is(t.host.asked - quiet, 3, 'what rests is asked every 3 s')
  one.leave()
  two.leave()
  await until(() => visits(t).filter(([what]) => what === 'terminal.leave').length === 2)
  await t.site.clock.advance(3000)
  const left = t.host.asked
  await t.site.clock.advance(60_000)
  assert.is(t.host.asked, left)
})
screens('who follows it, from where and how long is written down', async (t) => {
  const stream = await follow(t, 'text')
  await stream.sees('uptime')
  assert.equal(visits(t)[0], ['terminal.attach', 'text', '127.0.0.1', undefined])
  await t.site.clock.advance(65_000)
  stream.leave()
  await until(() => visits(t)[0]![0] === 'terminal.leave')
  assert.match(String(visits(t)[0]![3]), /^after 1.min/)
})
screens('a host that is silent is told of, and what was read comes back with it', async (t) => {
  const stream = await follow(t, 'json')
  await stream.sees('uptime')
  t.host.trouble = new Problem('unreachable', 'pve does not answer.')
  await t.site.clock.advance(1200)
  await stream.sees('"trouble":"pve does not answer."')
  t.host.trouble = undefined
  t.host.text = '$ back'
  await t.site.clock.advance(1200)
  await stream.sees('"text":"$ back"')
  stream.leave()
})
screens('its end is told, and ends the stream; the frame says it still', async (t) => {
  const stream = await follow(t, 'text')
  await stream.sees('uptime')
  t.host.row = { ...t.host.row, endedAt: NOON, endedWhy: 'Ended by alice.' }
  await t.site.clock.advance(1200)
  await stream.sees('Ended by alice.')
  await stream.ended
  const init = { as: 'admin' as const }
  const frame = await t.site.ask(`${paths.terminalScreen('c0ffee')}?part=screen`, init)
  assert.is(frame.status, 200)
  assert.match(await frame.text(), 'Ended by alice.')
  assert.is((await t.site.ask(paths.terminalScreen('c0ffee'), init)).status, 404)
  assert.is((await t.site.ask(paths.terminalLive('c0ffee'), init)).status, 404)
})
screens('only who may open it reads it, also not by the name of its topic', async (t) => {
  const { site } = t
  const stream = await follow(t, 'text')
  await stream.sees('uptime')
  for (const as of ['view', 'operate'] as const) {
    assert.is((await site.ask(paths.terminalLive('c0ffee'), { as })).status, 403)
    assert.is((await site.ask(paths.terminalScreen('c0ffee'), { as })).status, 403)
  }
  assert.is((await site.ask(paths.terminalLive('c0ffee'), { as: null })).status, 401)
  const topic = await site.ask('/live?panels=screen-c0ffee&as=text', { as: 'admin' })
  assert.is(topic.status, 404)
  const strange = await site.ask(`${paths.terminalLive('c0ffee')}?as=html`, { as: 'admin' })
  assert.is(strange.status, 404)
  stream.leave()
})
screens('a token that is revoked reads no further', async (t) => {
  const { tokens } = t.site.needs.auth
  const { key, secret } = tokens.create({ name: 'tablet', scope: 'admin', by: 'alice' })
  const stream = await reader(t.port, `${paths.terminalLive('c0ffee')}?as=text`, {
    authorization: `Bearer ${secret}`,
  })
  await stream.sees('uptime')
  tokens.revoke(key.id, 'alice')
  await stream.sees('# logout')
  await stream.ended
})
screens.run()
