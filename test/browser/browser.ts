/** A real Chromium before the whole product. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import * as assert from 'uvu/assert'
import { paths } from '../../lib/paths.ts'
import type { House } from '../whole.ts'

/** Real time: only where a person or a heartbeat would really wait. */
export const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))

export const openChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  })

export type Desk = { page: Page; said: string[] }

/** Alice before a page. What its console says is kept: nothing is what it should say. */
export const sitDown = async (
  browser: Browser,
  house: House,
  path: string = paths.hud(),
  options: BrowserContextOptions = {},
): Promise<Desk> => {
  const context = await browser.newContext({
    viewport: { width: 1366, height: 900 },
    ...options,
  })
  context.setDefaultTimeout(20_000)
  await context.addCookies([house.cookie])
  return openPage(await context.newPage(), house, path)
}

export const openPage = async (page: Page, house: House, path: string): Promise<Desk> => {
  const said: string[] = []
  page.on('console', (m) => {
    if (m.type() === 'error' || m.type() === 'warning') said.push(m.text())
  })
  page.on('pageerror', (e) => said.push(String(e)))
  await page.goto(house.url + path)
  return { page, said }
}

/** The stream is open: the first heartbeat has come. */
export const isLive = (page: Page) => page.waitForSelector('html[data-live="open"]')

/**
 * Waits until an expression of the page is true. Asked from here again and again: playwright's own
 * waiting evaluates inside the page, which the policy of the product forbids.
 */
export const holds = async (page: Page, what: string, within = 20_000): Promise<void> => {
  const limit = Date.now() + within
  while (!(await page.evaluate<boolean>(`Boolean(${what})`))) {
    assert.ok(Date.now() < limit, `it never came to hold: ${what}`)
    await pause(50)
  }
}
