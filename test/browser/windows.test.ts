/** One stream among others: an end of the session, eight windows of a browser, a clock that is off. */
import type { Browser } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type House, openHouse } from '../whole.ts'
import { holds, isLive, openChromium, openPage, pause, sitDown } from './browser.ts'

const windows = suite<{ browser: Browser; house: House }>('windows of one browser')

windows.before(async (t) => {
  t.browser = await openChromium()
  t.house = await openHouse()
})
windows.after(async (t) => {
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

windows('a session that ends takes its open pages to the login, once', async (t) => {
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

windows('eight windows of one browser: each is served, and none starves another', async (t) => {
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

windows('a browser whose clock is ten minutes off shows true ages', async ({ browser, house }) => {
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

windows.run()
