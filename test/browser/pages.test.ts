/**
 * The other pages in a real browser: accessible, one window wide, silent in the console, with and
 * without JavaScript; and what a person does on them with keys alone.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Mode, modes } from '../../views/parts/shell.ts'
import { type House, openHouse } from '../whole.ts'
import { holds, openChromium, sitDown } from './browser.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const pages = suite<{ browser: Browser; house: House }>('pages in a browser')

pages.before(async (t) => {
  t.browser = await openChromium()
  t.house = await openHouse({ mode: 'lab' })
})
pages.after(async (t) => {
  await t.browser.close()
  await t.house.close()
})

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

const everyMode = ['/guests/303', '/settings', '/settings/machines', '/settings/protection']
const once = [
  '/settings/appearance',
  '/guests',
  '/guests/100?span=month',
  '/nodes',
  '/nodes/pve',
  '/storage',
  '/storage/cluster-backup',
  '/storage/Home/local?span=week',
  '/tasks',
  '/events',
  '/audit',
  '/power',
  '/memory',
  '/settings/tokens',
  '/settings/wall-keys',
  '/lab',
]

const check = async (t: { browser: Browser; house: House }, path: string, mode: Mode) => {
  const { page, said } = await sitDown(t.browser, t.house, path, {
    viewport: { width: 1920, height: 1080 },
  })
  await page.context().addCookies([{ name: 'mode', value: mode, url: t.house.url }])
  if (mode !== 'hud') await page.reload()
  assert.equal(await findings(page), [], `${path} ${mode} 1920`)
  for (const width of mode === 'hud' ? [768, 360, 320] : []) {
    await page.setViewportSize({ width, height: 800 })
    const needed = await page.evaluate<number>('document.documentElement.scrollWidth')
    assert.ok(needed <= width, `${path} at ${width} needs ${needed}`)
    if (width === 360) assert.equal(await findings(page), [], `${path} ${mode} ${width}`)
  }
  assert.equal(said, [], path)
  await page.context().close()
}

for (const path of everyMode)
  pages(`${path}: no violation in any mode, no sideways scrolling, a silent console`, async (t) => {
    for (const mode of modes) await check(t, path, mode)
  })
for (const path of once)
  pages(`${path}: no violation, no sideways scrolling, a silent console`, (t) =>
    check(t, path, 'hud'),
  )

pages('the door and what is not there pass too', async ({ browser, house }) => {
  const context = await browser.newContext({ viewport: { width: 1366, height: 900 } })
  const page = await context.newPage()
  for (const mode of modes) {
    await context.addCookies([{ name: 'mode', value: mode, url: house.url }])
    await page.goto(`${house.url}/login`)
    assert.equal(await findings(page), [], `door ${mode}`)
  }
  await context.addCookies([house.cookie])
  for (const path of ['/guests/999', '/nothing/here']) {
    await page.goto(house.url + path)
    assert.equal(await findings(page), [], path)
  }
  await context.close()
})

pages('without JavaScript: spans, filters and tabs are links and forms', async (t) => {
  const { page } = await sitDown(t.browser, t.house, '/guests/303', { javaScriptEnabled: false })
  await page.click('text="7 d"')
  assert.match(page.url(), 'span=week')
  await page.click('.places >> text="Tasks"')
  await page.selectOption('#filter-type', 'vzdump')
  await page.click('text="Show"')
  assert.match(page.url(), 'type=vzdump')
  await page.locator('table.tasks tbody th a').first().click()
  assert.match(await page.locator('pre.log').innerText(), 'INFO')
  await page.goto(`${t.house.url}/settings`)
  await page.click('text="Appearance"')
  await page.check('#mode-calm')
  await page.locator('form', { hasText: 'Density' }).locator('button').click()
  assert.is(await page.locator('html').getAttribute('data-mode'), 'calm')
  await page.context().close()
})

pages('a deed is done from the page of its guest, with keys alone', async ({ browser, house }) => {
  const { page, said } = await sitDown(browser, house, '/guests/100')
  const start = page.locator('form[action="/guests/100/start"] button')
  await start.focus()
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
  await holds(page, "document.querySelector('.subject .g-well')")
  assert.is(await page.locator('.subject .g-well').count(), 1)
  assert.is(await page.locator('#deed-start[disabled]').count(), 1)
  assert.equal(said, [])
  await page.context().close()
})

pages('a deed that takes long is followed by the page itself', async ({ browser, house }) => {
  house.lab.world.guest(303)!.deaf = true
  const { page } = await sitDown(browser, house, '/guests/303')
  await Promise.all([
    page.waitForEvent('load'),
    page.locator('form[action="/guests/303/shutdown"] button').click(),
  ])
  assert.match(await page.locator('.under-way').innerText(), 'being shut down by')
  assert.match(await page.locator('#deed-reboot-why').innerText(), 'being shut down by')
  await page.evaluate('window.stayed = true')
  await holds(page, "!document.querySelector('.under-way')", 60_000)
  assert.is(await page.evaluate('window.stayed'), true)
  assert.ok((await page.locator('.deeds form button').count()) > 0, 'something may be done again')
  house.lab.world.guest(303)!.deaf = false
  await page.context().close()
})

pages('single keys lead to places, not while somebody types, not when switched off', async (t) => {
  const { page } = await sitDown(t.browser, t.house, '/events')
  await page.keyboard.press('?')
  await holds(page, "document.querySelector('.toast.keys')?.textContent.includes('g t Tasks')")
  await page.keyboard.press('Escape')
  await holds(page, "document.querySelector('.toast.keys') === null")
  await page.focus('#filter-subject')
  await page.keyboard.type('gt')
  assert.match(page.url(), '/events')
  await page.evaluate('document.activeElement.blur()')
  await page.keyboard.press('g')
  await page.keyboard.press('t')
  await page.waitForURL('**/tasks')
  await page.context().addCookies([{ name: 'keys', value: 'off', url: t.house.url }])
  await page.keyboard.press('?')
  assert.is(await page.locator('.toast.keys').count(), 0)
  await page.context().close()
})

pages.run()
