/** What a page does when its stream does not go on: a restart, silence, a hidden tab. */
import type { Browser, Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type House, openHouse } from '../whole.ts'
import { holds, isLive, openChromium, pause, sitDown } from './browser.ts'

const streams = suite<{ browser: Browser; house: House }>('the stream under a page')

streams.before(async (t) => {
  t.browser = await openChromium()
  t.house = await openHouse()
})
streams.after(async (t) => {
  await t.browser.close()
  await t.house.close()
})

const viewers = async ({ url, token }: House): Promise<number> => {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })
  return Number(/jarvis_live_viewers\{form="html"\} (\d+)/.exec(await answer.text())?.[1])
}
const until = async (is: () => Promise<boolean>) => {
  const limit = Date.now() + 20_000
  while (!(await is())) {
    assert.ok(Date.now() < limit, 'it never came to hold')
    await pause(50)
  }
}

/** As a browser does when another tab is chosen; headless, every page believes to be seen. */
const setHidden = (page: Page, hidden: boolean) =>
  page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'))`)

const life = (page: Page) => page.textContent('#live')

streams('a page whose server is started anew says so, and comes back by itself', async (t) => {
  const { browser, house } = t
  const { page } = await sitDown(browser, house)
  await isLive(page)
  const away = house.restart(5000)
  await holds(page, `document.getElementById('live').textContent.includes('I have not heard')`)
  assert.match((await life(page)) ?? '', /I have not heard from Jarvis for\s+\d+\u2009s/)
  await away
  await holds(page, `document.querySelector('#live .word').textContent === 'live'`)
  house.lab.scenarios.on('guest-crashed', '303')
  await holds(page, `document.querySelector('#guest-303[data-is="stopped"]')`)
  house.lab.scenarios.off('guest-crashed')
  await page.context().close()
})

streams('the first connection is tried again until it is there', async ({ browser, house }) => {
  const { page } = await sitDown(browser, house, '/settings')
  let refused = 0
  await page.route('**/live?*', (route) =>
    ++refused < 3 ? route.fulfill({ status: 503, body: 'busy' }) : route.continue(),
  )
  await page.goto(house.url)
  await isLive(page)
  assert.is(refused, 3)
  assert.is(await page.locator('#panel-guests').count(), 1)
  await page.context().close()
})

streams('a hidden tab lets go of its stream and takes it up again', async (t) => {
  const { browser, house } = t
  const { page, said } = await sitDown(browser, house)
  await isLive(page)
  await setHidden(page, true)
  await until(async () => (await viewers(house)) === 0)
  house.lab.scenarios.on('guest-crashed', '303')
  await setHidden(page, false)
  await holds(page, `document.querySelector('#guest-303[data-is="stopped"]')`)
  house.lab.scenarios.off('guest-crashed')
  assert.equal(said, [])
  await page.context().close()
})

streams('a stream that falls silent is told, given up and begun anew', async (t) => {
  const { page } = await sitDown(t.browser, t.house, '/settings')
  await page.clock.install()
  await page.goto(t.house.url)
  await isLive(page)
  let asked = 0
  page.on('request', (r) => {
    if (r.url().includes('/live?')) asked += 1
  })
  await page.clock.fastForward(24_000)
  await holds(page, `document.getElementById('live').textContent.includes('I have not heard')`)
  assert.is(asked, 0)
  await page.clock.fastForward(12_000)
  await until(async () => {
    await page.clock.runFor(1000)
    return asked > 0
  })
  await holds(page, `document.querySelector('#live .word').textContent === 'live'`)
  await page.context().close()
})

streams.run()
