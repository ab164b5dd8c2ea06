/** The HUD in a browser, over the lab: what changes in the cluster changes on the screen by itself. */
import type { Browser } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type House, openHouse } from '../whole.ts'
import { holds, isLive, openChromium, sitDown } from './browser.ts'

const hud = suite<{ browser: Browser; house: House }>('the HUD in a browser')

hud.before(async (t) => {
  t.browser = await openChromium()
  t.house = await openHouse()
})
hud.after(async (t) => {
  await t.browser.close()
  await t.house.close()
})

const row = (vmid: number, is: string) =>
  `document.querySelector('#guest-${vmid}[data-is="${is}"]') !== null`

hud('a guest that crashes is seen without a reload, and spoken', async ({ browser, house }) => {
  const { page, said } = await sitDown(browser, house)
  await isLive(page)
  await page.evaluate('window.stayed = true')
  house.lab.scenarios.on('guest-crashed', '303')
  await holds(page, row(303, 'stopped'))
  await holds(page, "document.getElementById('say').textContent.includes('303')")
  house.lab.scenarios.off('guest-crashed')
  await holds(page, row(303, 'running'))
  assert.is(await page.evaluate('window.stayed'), true)
  assert.equal(said, [])
  await page.context().close()
})

hud('without JavaScript the page says the same, when it is loaded again', async (t) => {
  const { browser, house } = t
  const { page } = await sitDown(browser, house, '/', { javaScriptEnabled: false })
  assert.is(await page.locator('#guest-303[data-is="running"]').count(), 1)
  house.lab.scenarios.on('guest-crashed', '303')
  const watcher = await sitDown(browser, house)
  await holds(watcher.page, row(303, 'stopped'))
  await page.reload()
  assert.is(await page.locator('#guest-303[data-is="stopped"]').count(), 1)
  house.lab.scenarios.off('guest-crashed')
  await page.context().close()
  await watcher.page.context().close()
})

hud.run()
