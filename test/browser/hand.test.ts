/** An update never takes away what somebody has in hand: focus, place, an open menu, an open detail. */
import type { Browser, Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type House, openHouse } from '../whole.ts'
import { holds, isLive, openChromium, sitDown } from './browser.ts'

const hand = suite<{ browser: Browser; house: House }>('under a hand')

hand.before(async (t) => {
  t.browser = await openChromium()
  t.house = await openHouse()
})
hand.after(async (t) => {
  await t.browser.close()
  await t.house.close()
})

const guestIn = ({ lab }: House, vmid: number) => lab.world.guests.find((g) => g.vmid === vmid)!

/** The row has been told anew at least once since. */
const updated = async (page: Page, vmid: number) => {
  await page.evaluate(`{
    const row = document.getElementById('guest-${vmid}')
    window.changes = 0
    new MutationObserver(() => window.changes++).observe(row, { subtree: true, childList: true, characterData: true, attributes: true })
  }`)
  await holds(page, 'window.changes > 0')
}

const focused = (page: Page) =>
  page.evaluate<string>(
    `(document.activeElement.closest('tr')?.id ?? document.activeElement.closest('section')?.id ?? '') + ' ' + document.activeElement.tagName`,
  )

const menuOf = (vmid: number) => `#guest-${vmid} details.menu`

hand('focus, place and an open detail survive updates', async ({ browser, house }) => {
  const { page, said } = await sitDown(browser, house, '/', {
    viewport: { width: 900, height: 500 },
  })
  await isLive(page)
  await page.click('#panel-quorum summary')
  await page.focus('#guest-303 summary')
  await page.evaluate('window.scrollTo(0, 240)')
  const before = await page.evaluate('scrollY')
  await updated(page, 303)
  assert.is(await focused(page), 'guest-303 SUMMARY')
  assert.is(await page.evaluate('scrollY'), before)
  assert.ok(await page.evaluate(`document.querySelector('#panel-quorum details').open`))
  assert.equal(said, [])
  await page.context().close()
})

hand('an open menu keeps its row waiting, with a sign, until it is closed', async (t) => {
  const { browser, house } = t
  const { page } = await sitDown(browser, house)
  await isLive(page)
  await page.click(`${menuOf(303)} summary`)
  await holds(page, `document.getElementById('guest-303').dataset.waiting === ''`)
  assert.ok(await page.evaluate(`document.querySelector('${menuOf(303)}').open`))
  await page.click(`${menuOf(303)} summary`)
  await holds(page, `document.getElementById('guest-303').dataset.waiting === undefined`)
  await updated(page, 303)
  await page.context().close()
})

hand('a change of state comes though the menu is open, and leaves it open', async (t) => {
  const { browser, house } = t
  const { page } = await sitDown(browser, house)
  await isLive(page)
  await page.click(`${menuOf(303)} summary`)
  house.lab.scenarios.on('guest-crashed', '303')
  await holds(page, `document.querySelector('#guest-303[data-is="stopped"]')`)
  assert.ok(await page.evaluate(`document.querySelector('${menuOf(303)}').open`))
  house.lab.scenarios.off('guest-crashed')
  await holds(page, `document.querySelector('#guest-303[data-is="running"]')`)
  await page.context().close()
})

hand('a guest appears, is renamed, moves and vanishes while its row has the focus', async (t) => {
  const { browser, house } = t
  const { page, said } = await sitDown(browser, house)
  const { world } = house.lab
  await isLive(page)
  const base = guestIn(house, 303)
  world.guests.push({ ...structuredClone(base), vmid: 304, name: 'newcomer' })
  await holds(page, `document.getElementById('guest-304')`)
  await page.focus('#guest-304 th a')
  guestIn(house, 304).name = 'renamed'
  await holds(page, `document.querySelector('#guest-304 th a').textContent === 'renamed'`)
  assert.is(await focused(page), 'guest-304 A')
  guestIn(house, 304).node = 'pve'
  await holds(page, `document.querySelector('#guest-304 .node').textContent.includes('pve')`)
  assert.is(await focused(page), 'guest-304 A')
  world.guests.splice(world.guests.indexOf(guestIn(house, 304)), 1)
  await holds(page, `!document.getElementById('guest-304')`)
  assert.is(await focused(page), 'guest-303 A')
  assert.equal(said, [])
  await page.context().close()
})

hand('a guest vanishes while its menu is open', async ({ browser, house }) => {
  const { page, said } = await sitDown(browser, house)
  const { world } = house.lab
  const base = guestIn(house, 303)
  world.guests.push({ ...structuredClone(base), vmid: 304, name: 'short-lived' })
  await isLive(page)
  await holds(page, `document.getElementById('guest-304')`)
  await page.click(`${menuOf(304)} summary`)
  world.guests.splice(world.guests.indexOf(guestIn(house, 304)), 1)
  await holds(page, `!document.getElementById('guest-304')`)
  assert.not.match(await focused(page), / BODY$/)
  assert.equal(said, [])
  await page.context().close()
})

hand('a deed is asked for without leaving the page; its row tells the end', async (t) => {
  const { browser, house } = t
  const { page, said } = await sitDown(browser, house)
  await isLive(page)
  await page.evaluate('window.stayed = true')
  await page.click('#guest-100 form[action$="/start"] button')
  await holds(page, `document.querySelector('#guest-100[data-is="running"]')`)
  assert.is(await page.evaluate('window.stayed'), true)
  await page.click(`${menuOf(100)} summary`)
  await page.click(`${menuOf(100)} button:has-text("Shut down")`)
  await holds(page, `document.querySelector('#guest-100[data-is="stopped"]')`)
  assert.is(await page.evaluate('window.stayed'), true)
  assert.equal(said, [])
  await page.context().close()
})

hand('lines of the feed do not move under the pointer', async ({ browser, house }) => {
  const { page } = await sitDown(browser, house, '/', { viewport: { width: 1920, height: 1080 } })
  await isLive(page)
  const first = () =>
    page.evaluate<string>(`document.querySelector('#panel-events [id^="event-"]').id`)
  await page.hover('#panel-events header')
  const before = await first()
  house.lab.scenarios.on('guest-crashed', '302')
  await holds(page, `document.getElementById('panel-events').dataset.waiting === ''`)
  assert.is(await first(), before)
  await page.hover('#panel-guests header')
  await holds(page, `document.querySelector('#panel-events [id^="event-"]').id !== '${before}'`)
  house.lab.scenarios.off('guest-crashed')
  await page.context().close()
})

hand('STOP that somebody else pressed shows on every page at once', async ({ browser, house }) => {
  const { page, said } = await sitDown(browser, house)
  const other = await sitDown(browser, house, '/settings')
  await isLive(page)
  await isLive(other.page)
  await other.page.click('.bar form.stop button')
  await holds(page, `document.querySelector('.bar .stop').textContent.includes('STOPPED')`)
  await holds(page, `document.getElementById('alarm').textContent.includes('STOP')`)
  await page.click('.bar form.stop button')
  await isLive(other.page)
  await holds(other.page, `!document.querySelector('.bar .stop').textContent.includes('STOPPED')`)
  assert.equal(said, [])
  await page.context().close()
  await other.page.context().close()
})

hand.run()
