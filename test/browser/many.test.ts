/** The HUD where it is hard: 800 guests, hostile names, no fonts, a window of 320 points, no mouse. */
import type { Browser, Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HOSTILE } from '../pictures.ts'
import { type House, openHouse } from '../whole.ts'
import { holds, isLive, openChromium, sitDown } from './browser.ts'

const many = suite<{ browser: Browser; house: House }>('a large and hostile house')

many.before(async (t) => {
  t.browser = await openChromium()
  t.house = await openHouse({ nodes: 16, guests: 800 })
  // A name that Proxmox would not take may still come from a broken or false server.
  HOSTILE.forEach((name, i) => {
    const guest = t.house.lab.world.guests[i]
    if (guest) guest.name = name
  })
})
many.after(async (t) => {
  await t.browser.close()
  await t.house.close()
})

const firstOf = ({ lab }: House) => lab.world.guests[0]!

many('800 guests follow the cluster, and no name becomes markup', async ({ browser, house }) => {
  const { page, said } = await sitDown(browser, house)
  await isLive(page)
  assert.is(await page.locator('[id^="guest-"]').count(), 800)
  const { vmid } = firstOf(house)
  const was = await page.getAttribute(`#guest-${vmid}`, 'data-is')
  house.lab.world.become(firstOf(house), was === 'running' ? 'stopped' : 'running')
  await holds(page, `document.getElementById('guest-${vmid}').dataset.is !== '${was}'`)
  assert.is(await page.locator('#main script, #main img, #main iframe').count(), 0)
  assert.equal(said, [])
  await page.context().close()
})

many('a page without its fonts works', async ({ browser, house }) => {
  const { page } = await sitDown(browser, house, '/settings')
  await page.route('**/*.woff2', (route) => route.abort())
  await page.goto(house.url)
  await isLive(page)
  assert.ok(await page.isVisible('#panel-guests'))
  await page.context().close()
})

/** 1280 points at 400 %, as the standard wants it (WCAG 1.4.10). */
many('at 400 % nothing must be scrolled sideways', async ({ browser, house }) => {
  const { page } = await sitDown(browser, house, '/', { viewport: { width: 320, height: 256 } })
  await isLive(page)
  const width = await page.evaluate<number>('document.documentElement.scrollWidth')
  assert.ok(width <= 320, `${width} points`)
  await page.context().close()
})

const here = (page: Page) =>
  page.evaluate<string>(
    `(document.activeElement.textContent || document.activeElement.getAttribute('aria-label') || '').trim()`,
  )

many('with keys alone: to the content, into a row, its menu, and out again', async (t) => {
  const { page } = await sitDown(t.browser, t.house)
  await isLive(page)
  await page.keyboard.press('Tab')
  assert.match(await here(page), /To the content/)
  await page.keyboard.press('Enter')
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(`document.activeElement.closest('#panel-guests tr[id]')`)) break
  }
  assert.ok(await page.evaluate(`document.activeElement.closest('#panel-guests tr[id]') !== null`))
  assert.is.not(
    await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle'),
    'none',
  )
  await page.context().close()
})

many.run()
