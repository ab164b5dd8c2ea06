/** A wall screen in a browser before a server that polls a living house of 800 guests. */
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { createHub } from '../lib/live/hub.ts'
import { streamTo, wantOf } from '../lib/live/stream.ts'
import { silentLog } from '../lib/log.ts'
import { wallSources } from '../routes/wall.ts'
import { wall, wallPage } from '../views/parts/wall.ts'
import { wallMoment, wallOf } from '../views/wall.ts'
import { createReader, momentOf } from './cluster.ts'
import { createWorld, resourcesBody } from './fixtures.ts'
import { root } from './frame.ts'

const CHROMIUM = '/usr/bin/chromium'
const VERSION = 'bench'

/** `poll` changes the house, moves the clock by 5 s and tells the screen what is different. */
export const openScene = async () => {
  const world = createWorld(16, 800)
  const read = createReader()
  let picture = read(resourcesBody(world.things))
  const clock = { now: () => picture.now, after: () => () => {} }
  const hub = createHub({ clock, log: silentLog })
  const source = wallSources(VERSION).wall!
  hub.panel('wall', source.face)
  source.look(picture, momentOf(picture))
  const body = () =>
    wall(wallOf(picture, momentOf(picture)), wallMoment(picture, momentOf(picture), VERSION))
  const page = () =>
    wallPage({
      title: 'Wall',
      css: '/static/wall.css',
      refreshS: 15,
      body: body(),
      device: { minute: 720 },
      live: { script: '/static/wall.js', stream: '/live', part: '/wall?part=wall' },
    })
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/'
    if (path === '/live') return streamTo(hub, outgoing, wantOf({ panels: 'wall', as: 'wall' }, {}))
    const file = /^\/static\/(wall\.(?:css|js))$/.exec(path)?.[1]
    const type = path.endsWith('.css')
      ? 'text/css'
      : file
        ? 'text/javascript'
        : 'text/html; charset=utf-8'
    outgoing.writeHead(200, { 'Content-Type': type })
    outgoing.end(file ? readFileSync(join(root, 'static', file)) : String(page()))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/wall`,
    now: () => picture.now,
    watched: () => hub.counts().viewers,
    /** Whether there was something to tell. */
    poll(): boolean {
      world.step('ordinary')
      picture = read(resourcesBody(world.things))
      const change = source.look(picture, momentOf(picture))
      if (change) hub.changed('wall', change)
      hub.flush()
      return change !== undefined
    },
    async close() {
      server.closeAllConnections()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
}

type Scene = Awaited<ReturnType<typeof openScene>>

/** A Chromium that shows the scene, with its clock in our hand. */
export const hangScreen = async (scene: Scene) => {
  if (!existsSync(CHROMIUM)) throw new Error(`No ${CHROMIUM}: apt-get install chromium`)
  const args = ['--no-sandbox', '--disable-gpu', '--no-first-run']
  const browser = await chromium.launch({ executablePath: CHROMIUM, args })
  const page = await browser.newPage({ viewport: { width: 1024, height: 768 } })
  await page.clock.install({ time: scene.now() })
  await page.goto(scene.url)
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable')
  return {
    /** Five seconds pass; `told` = a frame is on its way. */
    async live(told: boolean) {
      const seen = `document.getElementById('wall').getAttribute('data-now') === '${scene.now()}'`
      if (told) await page.waitForFunction(seen, undefined, { polling: 5, timeout: 10_000 })
      await page.clock.runFor(5000)
    },
    /** What the page holds once the garbage is gone: bytes, nodes of the document, listeners. */
    async weigh() {
      await cdp.send('HeapProfiler.collectGarbage')
      const { metrics } = await cdp.send('Performance.getMetrics')
      const of = (name: string) => metrics.find((m) => m.name === name)!.value
      return { heap: of('JSHeapUsedSize'), nodes: of('Nodes'), listeners: of('JSEventListeners') }
    },
    close: () => browser.close(),
  }
}
