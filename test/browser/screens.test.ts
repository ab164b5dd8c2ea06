/**
 * The pictures of the README: the product over the lab at a fixed moment. They are taken in each run
 * and written to docs/screens when SCREENS=1, so that a run of the tests leaves no trace.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startLlmLab } from '../../lab/llm.ts'
import { systemClock } from '../../lib/clock.ts'
import { paths } from '../../lib/paths.ts'
import { modelsAt } from '../chat.ts'
import { playDay, player } from '../played.ts'
import { type House, openHouse } from '../whole.ts'
import { holds, isLive, openChromium, sitDown } from './browser.ts'

const folder = join(import.meta.dirname ?? '.', '..', '..', 'docs', 'screens')
const EVENING = Date.parse('2026-11-20T14:32:00Z')

const desk: BrowserContextOptions = { viewport: { width: 1920, height: 1080 } }
const phone: BrowserContextOptions = {
  viewport: { width: 360, height: 780 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
}
const tablet: BrowserContextOptions = { viewport: { width: 1024, height: 768 } }

type Shot = { path: string; options: BrowserContextOptions; mode?: string; live: boolean }
const shots: Record<string, Shot> = {
  'hud-1920': { path: paths.hud(), options: desk, mode: 'hud', live: true },
  'hud-calm-1920': { path: paths.hud(), options: desk, mode: 'calm', live: true },
  'hud-contrast-1920': { path: paths.hud(), options: desk, mode: 'contrast', live: true },
  'hud-360': { path: paths.hud(), options: phone, mode: 'hud', live: true },
  'guest-1920': { path: paths.guest(303), options: desk, mode: 'hud', live: true },
  'wall-1024': { path: paths.wall(), options: tablet, live: false },
}

const screens = suite<{ browser: Browser; house: House }>('screens')

/** True time, begun at another moment: pages age as they do for anybody. */
const evening = () => {
  const lead = EVENING - systemClock.now()
  return { ...systemClock, now: () => systemClock.now() + lead }
}

screens.before(async (t) => {
  t.browser = await openChromium()
  t.house = await openHouse({ clock: evening() })
  await hasPast(t.house)
})
screens.after(async (t) => {
  await t.browser.close()
  await t.house.close()
})

/** The past is read at two calls a second; a picture before that would show a house without one. */
const hasPast = async ({ url, token }: House) => {
  const headers = { authorization: `Bearer ${token}`, accept: 'text/html' }
  const lines = async (panel: 'guests' | 'nodes') => {
    const answer = await fetch(new URL(paths.panel(panel), url), { headers })
    return (await answer.text()).match(/class="line" d="[^"]{120}/g)?.length ?? 0
  }
  for (let i = 0; i < 150; i++) {
    if ((await lines('guests')) >= 4 && (await lines('nodes')) >= 4) return
    await new Promise((done) => setTimeout(done, 100))
  }
}

const inMode = async (page: Page, house: House, mode: string | undefined) => {
  if (!mode) return
  await page.context().addCookies([{ name: 'mode', value: mode, url: house.url }])
  await page.reload()
}

for (const [name, { path, options, mode, live }] of Object.entries(shots))
  screens(`${name} is taken, and nothing is said in the console`, async ({ browser, house }) => {
    const { page, said } = await sitDown(browser, house, path, options)
    await inMode(page, house, mode)
    if (live) await isLive(page)
    await taken(name, page)
    assert.equal(said, [])
    await page.context().close()
  })

const taken = async (name: string, page: Page) => {
  await holds(page, 'document.fonts.status === "loaded"')
  const picture = await page.screenshot()
  assert.ok(picture.length > 10_000)
  if (process.env.SCREENS !== '1') return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.png`), picture)
}

screens('costs-1920 is taken after a day of real turns with models that are played', async (t) => {
  const play = player()
  const llm = await startLlmLab({ claude: play, llama: play, window: 16_384 })
  let lead = 0
  const at = (time: string) => {
    lead = Date.parse(`2026-11-20T${time}:00Z`) - systemClock.now()
  }
  at('06:30')
  const house = await openHouse({
    clock: { ...systemClock, now: () => systemClock.now() + lead },
    llm: modelsAt(llm, { budget: { dayUsd: 1, monthUsd: 20 } }),
  })
  try {
    const { url, cookie } = house
    await playDay({ url, cookie: `${cookie.name}=${cookie.value}`, at })
    at('14:32')
    const { page, said } = await sitDown(t.browser, house, paths.costs(), desk)
    await inMode(page, house, 'hud')
    assert.match(await page.innerText('main'), /claude-sonnet-5-5/)
    await taken('costs-1920', page)
    assert.equal(said, [])
    await page.context().close()
  } finally {
    await house.close()
    await llm.close()
  }
})

screens.run()
