/** What a page does when its stream does not go on: a restart, an end of the session, too many windows. */
import type { Browser, Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type House, openHouse } from '../whole.ts'
import { holds, isLive, openChromium, openPage, pause, sitDown } from './browser.ts'

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

streams('a session that ends takes its open pages to the login, once', async (t) => {
  const { browser, house } = t
  const { page } = await sitDown(browser, house)
  await isLive(page)
  const asked: string[] = []
  page.on('request', (r) => {
    if (r.url().includes('/live?')) asked.push(r.url())
  })
  const other = await page.context().newPage()
  await other.goto(`${house.url}/settings`)
  await other.click('text=Log out')
  await page.waitForURL('**/login?next=%2F')
  await pause(2000)
  assert.equal(asked, [])
  house.cookie = await house.logIn()
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

streams('eight windows of one browser: each is served, and none starves another', async (t) => {
  const { browser, house } = t
  const { page: first } = await sitDown(browser, house)
  const context = first.context()
  const pages = [first]
  for (let i = 1; i < 8; i++) {
    const { page } = await openPage(await context.newPage(), house, '/')
    pages.push(page)
  }
  await until(async () => (await viewers(house)) === 4)
  for (const page of pages) {
    await page.reload()
    await isLive(page)
  }
  assert.ok((await viewers(house)) <= 4)
  await context.close()
})

streams('a browser whose clock is ten minutes off shows true ages', async ({ browser, house }) => {
  const { page: ahead } = await sitDown(browser, house, '/settings')
  await ahead.addInitScript('{ const now = Date.now; Date.now = () => now() + 600_000 }')
  await ahead.goto(house.url)
  await isLive(ahead)
  await holds(ahead, `/^\\d\\u2009s$/.test(document.querySelector('#live .age').textContent)`)
  await pause(7000)
  assert.match((await ahead.textContent('#live .age')) ?? '', /^\d\u2009s$/)
  assert.is(await ahead.getAttribute('#panel-guests', 'data-state'), 'fresh')
  await ahead.context().close()
})

streams.run()
