/** The wall in a browser, over a real server: its script follows, counts, says who is silent, comes back. */
import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { NOON } from '../clock.ts'
import { oneNodeOff } from '../pictures.ts'
import { openSite, type Site } from '../site.ts'

const CHROMIUM = '/usr/bin/chromium'

type Screen = {
  browser: Browser
  site: Site
  server: Door
  context: BrowserContext
  page: Page
  said: string[]
}
type Door = Awaited<ReturnType<typeof openDoor>>

/** A server that can go away and come back on the same port. */
const openDoor = async (site: Site) => {
  const open = (port: number) =>
    new Promise<ReturnType<typeof createAdaptorServer>>((done) => {
      const server = createAdaptorServer({ fetch: site.app.fetch })
      server.listen(port, '127.0.0.1', () => done(server))
    })
  let server = await open(0)
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done())
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
  return {
    url: `http://127.0.0.1:${port}`,
    close,
    async back() {
      server = await open(port)
    },
  }
}

const walls = suite<Screen>('the wall in a browser')
walls.before(async (t) => {
  t.browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  })
})
walls.after(async (t) => await t.browser.close())
walls.before.each(async (t) => {
  t.site = await openSite()
  t.server = await openDoor(t.site)
  t.said = []
  await hang(t)
})
walls.after.each(async (t) => {
  await t.context.close()
  await t.server.close()
  t.site.close()
})

/** A screen in the hall, with its key. */
const hang = async (t: Screen, options: Parameters<Browser['newContext']>[0] = {}) => {
  await t.context?.close()
  t.context = await t.browser.newContext({ viewport: { width: 1024, height: 768 }, ...options })
  t.page = await t.context.newPage()
  t.page.on('console', (m) => {
    if (m.type() === 'error') t.said.push(m.text())
  })
  t.page.on('pageerror', (e) => t.said.push(e.message))
}

const look = async (t: Screen, path = '/wall') => {
  const { secret } = t.site.needs.auth.wallKeys.create({
    name: `hall ${Math.random()}`,
    scope: 'view',
    by: 'alice',
  })
  await t.page.goto(`${t.server.url}${path}${path.includes('?') ? '&' : '?'}key=${secret}`)
}
const text = (page: Page, id: string) => page.textContent(`#${id}`)
/** Asked from here: the page's policy forbids what would wait inside it. */
const becomes = async (page: Page, id: string, words: string) => {
  for (let tries = 0; tries < 5000; tries++) if ((await text(page, id)) === words) return
  assert.is(await text(page, id), words)
}
/** A poll that found something else. */
const polled = async (t: Screen, picture: Site['world']['picture']) => {
  t.site.world.picture = picture
  t.site.bus.emit('cluster.polled', { version: 1 })
  await t.site.clock.advance(1000)
}
const streaming = (t: Screen) => ({
  async until(viewers: number) {
    while (t.site.live.counts().viewers !== viewers) await new Promise((done) => setImmediate(done))
  },
})

walls('follows the stream without loading again, and nothing offends the policy', async (t) => {
  await look(t)
  await t.page.evaluate('window.mark = 1')
  await streaming(t).until(1)
  await polled(t, oneNodeOff())
  await becomes(t.page, 'says', 'agent1 is lost.')
  assert.is(await t.page.evaluate('window.mark'), 1)
  assert.not.match(t.page.url(), 'key')
  assert.equal(t.said, [])
  assert.is(await t.page.evaluate('document.documentElement.scrollHeight'), 768)
})

walls('asks every 5 s where there are no streams', async (t) => {
  await t.page.addInitScript('delete window.EventSource')
  await t.page.clock.install({ time: NOON })
  await look(t, '/wall/nodes')
  t.site.world.picture = oneNodeOff()
  await t.page.clock.runFor(6000)
  await becomes(t.page, 'says', 'agent1 is lost.')
  assert.is(t.site.live.counts().viewers, 0)
  assert.equal(t.said, [])
})

walls('without a script it is the same page, which renews itself', async (t) => {
  await hang(t, { javaScriptEnabled: false })
  await look(t)
  assert.is(await text(t.page, 'says'), 'vzdump of 303 failed at 11:51.')
  assert.is(await t.page.getAttribute('meta[http-equiv=refresh]', 'content'), '15')
})

walls(
  'a device whose clock is off by ten minutes shows the house’s time and true ages',
  async (t) => {
    await t.page.clock.install({ time: NOON + 600_000 })
    await look(t)
    await streaming(t).until(1)
    await t.page.clock.runFor(2000)
    assert.is(await text(t.page, 'clock'), '12:00')
    assert.match((await text(t.page, 'age'))!, /^[3-6]\u00a0s old$/)
  },
)

walls('counts on by itself: the clock, the hour’s place, the night', async (t) => {
  await t.page.addInitScript('delete window.EventSource')
  await t.page.clock.install({ time: NOON })
  await look(t, '/wall?night=12:30-13:30')
  const shows = async (minutes: number) => {
    // Both clocks go on, and nothing is asked in between but what the screen asks by itself.
    await t.site.clock.advance(minutes * 60_000)
    await t.page.clock.fastForward(minutes * 60_000)
    return [await t.page.getAttribute('#page', 'class'), await text(t.page, 'clock')]
  }
  assert.equal(await shows(0), ['shift0', '12:00'])
  assert.equal(await shows(31), ['shift0 night', '12:31'])
  assert.equal(await shows(60), ['shift1', '13:31'])
})

walls('says that Jarvis is silent while he is away, and comes back by itself', async (t) => {
  await t.page.clock.install({ time: NOON })
  await look(t)
  await streaming(t).until(1)
  await t.server.close()
  await t.page.clock.runFor(31_000)
  await becomes(t.page, 'says', 'I have not heard from Jarvis for 31\u00a0s.')
  assert.match((await t.page.getAttribute('#wall', 'class'))!, /^grey/)
  await t.page.clock.runFor(90_000)
  await becomes(t.page, 'says', 'I have not heard from Jarvis for 2\u00a0min.')
  t.site.world.picture = oneNodeOff()
  await t.server.back()
  // Each step lets a try come due; the answer takes its own time.
  for (let i = 0; i < 400 && (await text(t.page, 'says')) !== 'agent1 is lost.'; i++)
    await t.page.clock.runFor(1000)
  assert.is(await text(t.page, 'says'), 'agent1 is lost.')
  assert.match((await t.page.getAttribute('#wall', 'class'))!, /^red/)
})

walls('a key that is revoked under it turns the screen into the way to a new one', async (t) => {
  await look(t)
  await streaming(t).until(1)
  for (const { id } of t.site.needs.auth.wallKeys.list())
    t.site.needs.auth.wallKeys.revoke(id, 'alice')
  await becomes(t.page, 'says', 'Who is asking?')
  assert.match((await t.page.textContent('.says'))!, 'Settings, Wall keys')
})

if (existsSync(CHROMIUM)) walls.run()
else {
  const absent = suite('the wall in a browser')
  absent('the browser is there', () => console.log(`SKIPPED the wall: no ${CHROMIUM}`))
  absent.run()
}
