/** The terminal in a browser, on a real sshd: it follows the person, not the tab. */
import type { Browser, Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { paths } from '../../lib/paths.ts'
import { noSshd, type Sshd } from '../sshd/servers.ts'
import { ask, connect, open, openTerminals } from '../terminals.ts'
import type { House } from '../whole.ts'
import { holds, openChromium, sitDown } from './browser.ts'

const why = noSshd()
if (why) console.log(`SKIPPED the terminal in a browser: ${why}`)

type World = { browser: Browser; house: House; sshd: Sshd }
const terminal = suite<World>('the terminal in a browser')
terminal.before(async (t) => {
  if (!why) Object.assign(t, await openTerminals(), { browser: await openChromium() })
})
terminal.after(async (t) => {
  await t.browser?.close()
  await t.house?.close()
  await t.sshd?.stop()
})
const real = (name: string, work: (t: World) => Promise<void>) =>
  terminal(name, async (t) => {
    if (!why) await work(t)
  })

const isOpen = (page: Page) =>
  holds(page, "document.querySelector('#terminal').dataset.state === 'open'")
const says = (page: Page, words: string, within?: number) =>
  holds(
    page,
    `(document.querySelector('.xterm-rows')?.textContent ?? '').includes(${JSON.stringify(words)})`,
    within,
  )
const phone = { viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true }

real('a closed browser and a restarted server lose nothing; a phone goes on', async (t) => {
  const { browser, house } = t
  const id = await open(house)
  const desk = await sitDown(browser, house, paths.terminal(id))
  await isOpen(desk.page)
  await desk.page.keyboard.type('MARK=kept-$((6*7)); echo $MARK\n')
  await says(desk.page, 'kept-42')
  await desk.page.context().close()
  await house.restart()
  const { page, said } = await sitDown(browser, house, paths.terminal(id), phone)
  await isOpen(page)
  await says(page, 'kept-42')
  await page.keyboard.type('echo again-$MARK\n')
  await says(page, 'again-kept-42')
  assert.is(await page.locator('#way').textContent(), 'stays alive when you leave')
  assert.equal(said, [])
  await page.context().close()
})
real(
  'a page that stays open comes back by itself when the server does',
  async ({ browser, house }) => {
    const { page } = await sitDown(browser, house, paths.terminal(await open(house)))
    await isOpen(page)
    await page.keyboard.type('echo be""fore\n')
    await says(page, 'before')
    await house.restart(1000)
    await isOpen(page)
    await says(page, 'before')
    await page.keyboard.type('echo af""ter\n')
    await says(page, 'after')
    await page.context().close()
  },
)
real('tabs for windows, the wheel for what has scrolled away, a key that leaves', async (t) => {
  const { browser, house } = t
  const { page, said } = await sitDown(browser, house, paths.terminal(await open(house)))
  await isOpen(page)
  await page.getByRole('button', { name: 'A new window' }).click()
  await holds(page, "document.querySelectorAll('.window:not(.small)').length === 2")
  await page.keyboard.type('seq 1 300; echo end""ed\n')
  await says(page, 'ended')
  await page.locator('.screen-host').hover()
  await page.mouse.wheel(0, -400)
  await says(page, '/')
  await page.keyboard.press('q')
  await page.keyboard.press('Control+Shift+Escape')
  await holds(page, "document.activeElement.dataset.do === 'copy'")
  assert.equal(said, [])
  await page.context().close()
})
real('colours beyond the palette, and those that were too dark, are drawn', async (t) => {
  const { browser, house } = t
  const { page, said } = await sitDown(browser, house, paths.terminal(await open(house)))
  await isOpen(page)
  const colourOf = (word: string) =>
    `getComputedStyle([...document.querySelectorAll('.xterm-rows span')].find((s) => s.textContent.includes('${word}')) ?? document.body).color`
  await page.keyboard.type(
    "printf '\\033[38;2;255;0;128mpi''nk\\033[0m \\033[38;5;16mbla''ck\\033[0m\\n'\n",
  )
  await says(page, 'pink')
  await holds(page, `${colourOf('pink')} === 'rgb(255, 0, 128)'`)
  await holds(page, `!['rgb(0, 0, 0)', 'rgb(230, 240, 246)'].includes(${colourOf('black')})`)
  assert.equal(said, [])
  await page.context().close()
})
real('the keys for fingers, and Ctrl for the next key', async ({ browser, house }) => {
  const { page } = await sitDown(browser, house, paths.terminal(await open(house)), phone)
  await isOpen(page)
  await page.keyboard.type('cat\n')
  await page.getByRole('button', { name: /^Control/ }).tap()
  await page.keyboard.type('c')
  await page.keyboard.type('echo li""ves\n')
  await says(page, 'lives')
  await page.getByRole('button', { name: 'Up', exact: true }).tap()
  await says(page, '# echo li""ves')
  await page.context().close()
})
real('on a small phone nothing hangs over the edge, and no bar covers the keys', async (t) => {
  const { browser, house } = t
  const small = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }
  const { page } = await sitDown(browser, house, paths.terminal(await open(house)), small)
  await isOpen(page)
  assert.equal(
    await page.evaluate('[document.documentElement.scrollWidth, innerWidth, scrollY]'),
    [360, 360, 0],
  )
  const keys = await page.locator('#terminal .keys').boundingBox()
  const foot = await page.locator('body > nav').last().boundingBox()
  assert.ok(keys!.y + keys!.height <= foot!.y + 1, JSON.stringify({ keys, foot }))
  await page.context().close()
})
real('a watcher sees and cannot type', async ({ browser, house }) => {
  const id = await open(house)
  const worker = await sitDown(browser, house, paths.terminal(id))
  await isOpen(worker.page)
  const watcher = await sitDown(browser, house, paths.terminal(id, 'watch'))
  await isOpen(watcher.page)
  await watcher.page.keyboard.type('echo nev""er\n')
  await worker.page.keyboard.type('echo se""en\n')
  await says(watcher.page, 'seen')
  assert.not.match((await worker.page.locator('.xterm-rows').textContent()) ?? '', /nev/)
  await worker.page.context().close()
  await watcher.page.context().close()
})
real(
  'a logged-out browser, an ended shell: each is told as what it is',
  async ({ browser, house }) => {
    const id = await open(house)
    const { page } = await sitDown(browser, house, paths.terminal(id))
    await isOpen(page)
    await page.keyboard.type('exit\n')
    await holds(page, "document.querySelector('.says').textContent.includes('has ended')")
    await page.goto(house.url + paths.terminal(id))
    assert.match((await page.locator('main').textContent()) ?? '', /has ended/)
    await page.context().close()
  },
)
real('cat of 100 MB in one tab leaves the other at hand', async ({ browser, house }) => {
  const flood = await sitDown(browser, house, paths.terminal(await open(house)))
  const calm = await sitDown(browser, house, paths.terminal(await open(house)))
  await isOpen(flood.page)
  await isOpen(calm.page)
  await flood.page.keyboard.type("seq 1 12500000 | cat; echo flo''oded\n")
  for (let n = 0; n < 5; n++) {
    await calm.page.keyboard.type(`echo cal""m-${n}\n`)
    await says(calm.page, `calm-${n}`)
  }
  await says(flood.page, 'flooded', 120_000)
  await flood.page.context().close()
  await calm.page.context().close()
})
real(
  'on the HUD a tab opens the same terminal, and loads nothing before',
  async ({ browser, house }) => {
    const id = await open(house)
    const { page, said } = await sitDown(browser, house, paths.hud(), {
      viewport: { width: 1920, height: 1080 },
    })
    const loaded = 'performance.getEntriesByType("resource").some((r) => r.name.includes("xterm"))'
    assert.is(await page.evaluate(loaded), false)
    await page.locator(`[data-open="${id}"]`).click()
    await isOpen(page)
    await page.keyboard.type('echo st""rip\n')
    await says(page, 'strip')
    assert.equal(said, [])
    await page.context().close()
  },
)
real('without JavaScript the screen is text that comes anew', async ({ browser, house }) => {
  const id = await open(house)
  const desk = await sitDown(browser, house, paths.terminal(id))
  await isOpen(desk.page)
  await desk.page.keyboard.type('echo "<b>te""xt</b>"\n')
  await says(desk.page, '<b>text</b>')
  const { page } = await sitDown(browser, house, paths.terminalScreen(id), {
    javaScriptEnabled: false,
  })
  assert.match((await page.locator('pre').textContent()) ?? '', /<b>text<\/b>/)
  assert.is(await page.locator('noscript meta[http-equiv=refresh]').count(), 1)
  await desk.page.context().close()
  await page.context().close()
})
for (const width of [1024, 360])
  real(`its text follows by the feed at ${width}, at its end, without loading anew`, async (t) => {
    const { browser, house } = t
    const id = await open(house)
    const line = await connect(house, id)
    await line.isOpen()
    line.type('seq 1 100\r')
    await line.says('100')
    const { page, said } = await sitDown(browser, house, paths.terminalScreen(id), {
      viewport: { width, height: 640 },
    })
    await page.evaluate('window.mark = 1')
    const low = 'innerHeight + scrollY >= document.documentElement.scrollHeight - 2'
    assert.is(await page.evaluate(low), true)
    line.type("echo fol''lows\r")
    await holds(page, "document.querySelector('pre').textContent.includes('follows')")
    assert.is(await page.evaluate('window.mark'), 1)
    assert.is(await page.evaluate(low), true)
    assert.is(await page.evaluate('document.documentElement.scrollWidth'), width)
    line.type('exit\r')
    await line.ends()
    await holds(page, "document.querySelector('#says').textContent.includes('has ended')")
    // The stream of what has ended is 404, which the browser itself writes down.
    assert.equal(
      said.filter((words) => !words.includes('404')),
      [],
    )
    await page.context().close()
  })
real('nothing runs on the host for a terminal that nobody looks at', async ({ house }) => {
  const answer = await ask(house, paths.terminals(), { target: 'node/agent1' })
  const { id } = (await answer.json()) as { id: string }
  const list = await fetch(house.url + paths.terminal(id), {
    headers: { cookie: `jv_session=${house.cookie.value}`, accept: 'application/json' },
  })
  assert.is(((await list.json()) as { kept_by: string | null }).kept_by, null)
})
terminal.run()
