/**
 * The HUD itself in a browser, drawn from the cast of pictures: accessible in each mode, nothing that
 * the policy forbids, nothing to be scrolled sideways, in every state that a cluster can be in.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { type Browser, chromium, type Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Picture } from '../../lib/cluster/picture.ts'
import { type Mode, modes } from '../../views/parts/shell.ts'
import * as cast from '../pictures.ts'
import { openSite, type Site } from '../site.ts'

const CHROMIUM = '/usr/bin/chromium'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const longName = (): Picture => {
  const calm = cast.calmEvening()
  const name = `${'node-with-a-name-of-'.repeat(4)}`.slice(0, 63)
  return {
    ...calm,
    nodes: calm.nodes.map((n, i) => (i === 0 ? { ...n, name, aliases: ['a'.repeat(63)] } : n)),
    guests: calm.guests.map((g) => ({ ...g, node: name, tags: ['t'.repeat(80), 'u'] })),
  }
}
const standalone = (): Picture => {
  const calm = cast.calmEvening()
  return { ...calm, nodes: calm.nodes.slice(1, 2), cluster: { standalone: true, quorate: true } }
}

/** Sixteen nodes and enough guests for figures alone. */
const large = (): Picture => {
  const all = cast.eightHundred()
  return { ...all, guests: all.guests.slice(0, 60) }
}

const scenes: Record<string, () => Picture> = {
  calm: cast.calmEvening,
  'node off': cast.oneNodeOff,
  'no quorum': cast.noQuorum,
  stale: cast.staleEvening,
  'first reading': cast.nothingYet,
  unreachable: cast.unreachable,
  'no permission': cast.noPermission,
  'narrow token': cast.narrowToken,
  empty: cast.emptyCluster,
  hostile: cast.hostileNames,
  large,
  standalone,
  'long name': longName,
}

type Stage = { browser: Browser; site: Site; url: string; close(): Promise<void> }
const hud = suite<Stage>('HUD in a browser')

hud.before(async (t) => {
  t.site = await openSite()
  const fetch = (request: Request) => {
    const { pathname, search } = new URL(request.url)
    const accept = {
      accept: request.headers.get('accept') ?? '',
      cookie: request.headers.get('cookie') ?? '',
    }
    return t.site.ask(pathname + search, { as: 'operate', headers: accept })
  }
  const server = serve({ fetch, hostname: '127.0.0.1', port: 0 })
  await new Promise<void>((done) => server.once('listening', done))
  t.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  t.browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  })
  t.close = () => new Promise<void>((done) => server.close(() => done()))
})
hud.after(async (t) => {
  await t.browser.close()
  await t.close()
  t.site.close()
})

type Options = NonNullable<Parameters<Browser['newPage']>[0]>
const opened = async (
  { browser, site, url }: Stage,
  picture: Picture,
  mode: Mode,
  options: Options,
  look: (page: Page) => Promise<void>,
  path = '/',
) => {
  site.world.picture = picture
  const context = await browser.newContext(options)
  await context.addCookies([{ name: 'mode', value: mode, url }])
  // The feed has tests of its own; here a page stands still.
  await context.route('**/htmx.*.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: '' }),
  )
  const page = await context.newPage()
  const said: string[] = []
  page.on('console', (m) => {
    if (m.type() === 'error' || m.type() === 'warning') said.push(m.text())
  })
  page.on('pageerror', (e) => said.push(e.message))
  await page.clock.setFixedTime(site.clock.now())
  await page.goto(url + path)
  await page.evaluate('document.fonts.ready')
  await look(page)
  await context.close()
  assert.equal(said, [], 'said something in the console')
}

type Finding = { id: string; nodes: { target: unknown[]; failureSummary?: string }[] }
const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']
const findings = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe)
  const { violations } = await page.evaluate<{ violations: Finding[] }>(
    `axe.run({ runOnly: ${JSON.stringify(STANDARD)} })`,
  )
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((n) => `${id}: ${n.target.join(' ')} ${n.failureSummary?.split('\n')[1] ?? ''}`),
  )
}

const DESK: Options = { viewport: { width: 1920, height: 1080 } }
const PHONE: Options = { viewport: { width: 360, height: 800 }, hasTouch: true, isMobile: true }

for (const mode of modes)
  hud(`in ${mode} it passes the accessibility check, at a desk and on a phone`, async (t) => {
    for (const options of [DESK, PHONE])
      for (const scene of ['calm', 'node off'])
        await opened(t, scenes[scene]!(), mode, options, async (page) =>
          assert.equal(await findings(page), [], `${scene} ${options.viewport?.width}`),
        )
  })

hud('every other state passes it too', async (t) => {
  for (const [name, picture] of Object.entries(scenes))
    await opened(t, picture(), 'hud', DESK, async (page) =>
      assert.equal((await findings(page)).slice(0, 5), [], name),
    )
})

hud('no state is wider than its window, at any width', async (t) => {
  const wide: string[] = []
  for (const [name, picture] of Object.entries(scenes))
    await opened(t, picture(), 'hud', {}, async (page) => {
      for (const width of [320, 360, 768, 1100, 1366, 1920]) {
        await page.setViewportSize({ width, height: 900 })
        const needed = await page.evaluate<number>('document.documentElement.scrollWidth')
        if (needed > width) wide.push(`${name} at ${width} needs ${needed}`)
      }
    })
  assert.equal(wide, [])
})

hud('a calm evening is one screen at 1920 × 1080', async (t) => {
  for (const mode of modes)
    await opened(t, cast.calmEvening(), mode, DESK, async (page) =>
      assert.is(await page.evaluate('document.documentElement.scrollHeight'), 1080, mode),
    )
})

hud('guests are searched and sorted in place, and stay so when rows are told anew', async (t) => {
  await opened(t, cast.eightHundred(), 'hud', DESK, async (page) => {
    const seen = () =>
      page.evaluate<string[]>(
        `[...document.querySelectorAll('.guests tbody tr[id]')].filter((r) => !r.hidden).map((r) => r.id)`,
      )
    const drawn = () =>
      page.evaluate(
        'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
      )
    await page.fill('.find input[type=search]', 'node3 guest-1')
    await drawn()
    assert.is((await seen()).length, 7)
    await page.click('.guests thead a[data-sort=cpu]')
    assert.is((await seen())[0], 'guest-1195')
    await page.evaluate(`{
      const row = document.getElementById('guest-1019')
      const copy = row.cloneNode(true)
      copy.hidden = false
      copy.querySelector('td.cpu .fig').textContent = '99 %'
      row.replaceWith(copy)
    }`)
    await drawn()
    assert.is((await seen())[0], 'guest-1019')
    assert.is((await seen()).length, 7)
    assert.is(
      await page.getAttribute('.guests thead th:has([data-sort=cpu])', 'aria-sort'),
      'descending',
    )
  })
})

hud('a menu opens by key, holds what can be done, and closes on Escape', async (t) => {
  await opened(t, cast.calmEvening(), 'hud', DESK, async (page) => {
    const summary = page.locator('#guest-302 .menu summary')
    await summary.focus()
    await page.keyboard.press('Enter')
    assert.match((await page.locator('#guest-302 .menu ul').textContent()) ?? '', 'Shut down')
    assert.equal(await findings(page), [])
    await page.keyboard.press('Escape')
    assert.is(await page.locator('#guest-302 .menu ul').isVisible(), false)
    assert.is(await page.evaluate('document.activeElement.closest("tr").id'), 'guest-302')
  })
})

hud('what cannot be done is shown with its reason', async (t) => {
  await opened(t, cast.noQuorum(), 'hud', DESK, async (page) => {
    const button = page.locator('#guest-302 td.acts button').first()
    assert.ok(await button.isDisabled())
    assert.match((await button.getAttribute('title')) ?? '', 'The cluster has no quorum.')
  })
})

if (existsSync(CHROMIUM)) hud.run()
else {
  const absent = suite('HUD in a browser')
  absent('the browser is there', () => console.log(`SKIPPED HUD: no ${CHROMIUM}`))
  absent.run()
}
