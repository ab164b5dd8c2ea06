/** A deed from the click to the screen, and one that needs a second look, from another device. */
import type { Browser, Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type House, openHouse } from '../whole.ts'
import { holds, isLive, openChromium, openPage, sitDown } from './browser.ts'

const hands = suite<{ browser: Browser; house: House }>('decisions in a browser')

hands.before(async (t) => {
  t.browser = await openChromium()
  t.house = await openHouse({ mayDestroy: true })
})
hands.after(async (t) => {
  await t.browser.close()
  await t.house.close()
})

/** Another session of Alice's, on her phone. */
const takePhone = async (browser: Browser, house: House) => {
  const context = await browser.newContext({
    viewport: { width: 360, height: 800 },
    hasTouch: true,
    isMobile: true,
  })
  context.setDefaultTimeout(20_000)
  await context.addCookies([await house.logIn()])
  return openPage(await context.newPage(), house, '/')
}

const textOf = (page: Page, what: string) =>
  page.evaluate<string>(`document.querySelector('${what}')?.textContent ?? ''`)

hands('shutdown of 303: task, then stopped, on a page that stays', async ({ browser, house }) => {
  const { page, said } = await sitDown(browser, house)
  await isLive(page)
  await page.evaluate('window.stayed = true')
  await page.click('#guest-303 details.menu summary')
  await page.click('#guest-303 details.menu button:has-text("Shut down")')
  await holds(page, `document.querySelector('#panel-tasks').textContent.includes('vzshutdown')`)
  await holds(page, `document.querySelector('#guest-303[data-is="stopped"]')`)
  assert.is(await page.evaluate('window.stayed'), true)
  assert.equal(said, [])
  await page.context().close()
})

hands('a delete is asked at the desk, allowed on the phone, and seen at both', async (t) => {
  const { browser, house } = t
  const screen = await sitDown(browser, house)
  await isLive(screen.page)
  const desk = await sitDown(browser, house, '/guests/100')
  await desk.page.click('#deed-delete button')
  await desk.page.waitForSelector('#approval[data-until]')
  assert.match(await textOf(desk.page, '#approval'), 'Delete 100 Ubuntu-Desktop')
  await holds(screen.page, `document.querySelector('#alarm').textContent.includes('decision')`)
  await holds(screen.page, `document.querySelector('.bar .waits b').textContent === '1'`)

  const phone = await takePhone(browser, house)
  await phone.page.click('.waiting button')
  await phone.page.waitForSelector('#approval[data-until]')
  const verb = phone.page.locator('#approval-verb')
  assert.ok(await verb.isDisabled(), 'not armed before it matches')
  await phone.page.fill('#approval-typed', '10')
  assert.ok(await verb.isDisabled())
  await phone.page.fill('#approval-typed', '100')
  assert.ok(await verb.isEnabled())
  const wide = await phone.page.evaluate('document.documentElement.scrollWidth')
  assert.is(wide, 360, 'no sideways scrolling')
  await verb.click()
  await phone.page.waitForSelector('.approval.over')
  await holds(phone.page, `document.querySelector('.outcome').textContent.includes('is gone')`)
  await holds(screen.page, `!document.getElementById('guest-100')`)
  await holds(screen.page, `document.querySelector('.bar .waits').hidden`)

  await phone.page.goto(`${house.url}/approvals`)
  await phone.page.waitForSelector('.ended')
  assert.is(await phone.page.evaluate('document.documentElement.scrollWidth'), 360, 'the ended fit')

  // The card that was opened first is worth nothing, whoever holds it.
  await desk.page.fill('#approval-typed', '100')
  await desk.page.click('#approval-verb')
  await desk.page.waitForSelector('.approval.over .fault')
  assert.match(await textOf(desk.page, '.fault'), 'carried out already')
  assert.equal([screen.said, phone.said], [[], []])
  for (const { page } of [screen, desk, phone]) await page.context().close()
})

hands('two minutes later the card is grey, keeps what was typed, and opens again', async (t) => {
  const { browser, house } = t
  const { page } = await sitDown(browser, house, '/guests/302')
  await page.clock.install()
  await page.click('form[action="/guests/302/shutdown"] button')
  await page.waitForSelector('#approval[data-until]')
  await page.clock.runFor(95_000)
  assert.match(await textOf(page, '#alarm'), '30 seconds are left')
  await page.clock.runFor(30_000)
  await page.waitForSelector('.approval.over .again:not([hidden])')
  assert.match(await textOf(page, '.again'), 'The two minutes are over. 302 adguard is left')
  assert.is(await page.evaluate(`document.querySelectorAll('[name="nonce"]').length`), 0)
  await page.click('.again button')
  await page.waitForSelector('#approval[data-until]:not(.over)')
  await page.click('.refuse')
  await page.waitForSelector('#panel-approvals')
  assert.match(await textOf(page, '#ended'), 'alice said no.')
  await page.context().close()
})

hands('without a script a card works as well', async ({ browser, house }) => {
  const { page } = await sitDown(browser, house, '/guests/302', { javaScriptEnabled: false })
  await page.click('form[action="/guests/302/shutdown"] button')
  await page.click('#approval-verb')
  await page.waitForURL(/\/approvals\/\d+$/)
  await page.waitForSelector('.approval.over .outcome:has-text("302 adguard is stopped.")')
  await page.context().close()
})

hands.run()
