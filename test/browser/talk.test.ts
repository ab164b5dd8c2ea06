/** A talk in a real browser: asked, said word by word, done by a person's hand, reported; and what must not happen. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type LlmLab, type Reply, startLlmLab } from '../../lab/llm.ts'
import { paths } from '../../lib/paths.ts'
import { modes } from '../../views/parts/shell.ts'
import { modelsAt } from '../chat.ts'
import { type House, openHouse } from '../whole.ts'
import { holds, isLive, openChromium, openPage, pause, sitDown } from './browser.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const talk = suite<{ browser: Browser; house: House; llm: LlmLab }>('a talk in a browser')
talk.before(async (t) => {
  t.browser = await openChromium()
  t.llm = await startLlmLab()
  t.house = await openHouse({ llm: modelsAt(t.llm) })
})
talk.after(async (t) => {
  await t.browser.close()
  await t.house.close()
  await t.llm.close()
})

const shutdown: Reply = {
  text: 'At once, **sir**.',
  calls: [{ name: 'guest_shutdown', args: { vmid: 303 } }],
}
const thinks: Reply = { silent: 'after', text: 'Let me see. I think that' }

const ask = async (page: Page, text: string) => {
  await page.fill('#ask-text', text)
  await page.keyboard.press('Enter')
}
const lastTurn = (is: string) => `document.querySelector('.turn:last-child[data-is="${is}"]')`
const textOf = (page: Page, what: string) =>
  page.evaluate<string>(`document.querySelector('${what}')?.textContent ?? ''`)

talk('asked, allowed by hand, done, seen in the guests, reported: all on one page', async (t) => {
  const { browser, house, llm } = t
  const { page, said } = await sitDown(browser, house)
  await isLive(page)
  await page.evaluate('window.stayed = true')
  llm.play({ llama: [shutdown, { text: '303 is stopped. It was running well before.' }] })
  await page.keyboard.press('/')
  assert.is(await page.evaluate('document.activeElement.id'), 'ask-text')
  await page.keyboard.type('Jarvis, shut home assistant down')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('please')
  await page.keyboard.press('Enter')
  await holds(page, lastTurn('waiting'))
  assert.match(await textOf(page, '.turn:last-child .plain'), 'shut home assistant down\nplease')
  assert.is(await page.inputValue('#ask-text'), '')
  assert.match(await textOf(page, '.turn:last-child summary'), /YELLOW\s*guest_shutdown 303/)
  assert.match(await textOf(page, '.turn:last-child .approval'), 'Shut down 303 homeassistant')

  // Another window opens the card and presses it.
  const other = await openPage(await page.context().newPage(), house, paths.lastTalk())
  await other.page.click('.turn:last-child .approval button:has-text("Open the card")')
  await other.page.waitForSelector('#approval[data-until]')
  await other.page.click('#approval-verb')
  await page.bringToFront()
  await holds(page, lastTurn('done'), 40_000)
  await holds(page, `document.querySelector('#guest-303[data-is="stopped"]')`)
  assert.match(await textOf(page, '.turn:last-child'), '303 is stopped. It was running well')
  assert.match(await textOf(page, '.turn:last-child .mind'), /^local .* tokens, 0\.00/)
  await holds(page, "document.querySelector('#talk-say').textContent.includes('303 is stopped.')")
  assert.is(await page.evaluate('window.stayed'), true)
  assert.equal(said, [])
  await page.context().close()
})

talk('it is said while it is thought, in both windows, and stopped in one', async (t) => {
  const { browser, house, llm } = t
  const one = await sitDown(browser, house)
  await isLive(one.page)
  const two = await sitDown(browser, house)
  await isLive(two.page)
  llm.play({ llama: [thinks] })
  await ask(one.page, 'please think about the weather')
  for (const { page } of [one, two])
    await holds(page, "document.querySelector('.saying')?.textContent.includes('I think that')")
  // Only what is a whole sentence is spoken.
  await holds(two.page, "document.querySelector('#talk-say').textContent === 'Let me see.'")
  // What somebody types is his, whatever comes.
  await two.page.fill('#ask-text', 'a draft')
  await one.page.click('.turn:last-child .stop-turn button')
  for (const { page } of [one, two]) await holds(page, lastTurn('stopped'))
  assert.match(await textOf(two.page, '.turn:last-child .ending'), 'alice has stopped me.')
  assert.is(await two.page.inputValue('#ask-text'), 'a draft')
  await two.page.reload()
  assert.is(await two.page.inputValue('#ask-text'), 'a draft')
  assert.equal([...one.said, ...two.said], [])
  await one.page.context().close()
  await two.page.context().close()
})

talk('without JavaScript: asked, it comes again by itself, stopped, named, deleted', async (t) => {
  const { browser, house, llm } = t
  const { page } = await sitDown(browser, house, paths.chat(), { javaScriptEnabled: false })
  llm.play({ llama: [{ text: 'A plum tree.' }] })
  await page.fill('#ask-text', 'please say what is in the yard')
  await page.click('#ask button')
  await page.locator('text="A plum tree."').waitFor({ timeout: 20_000 })
  llm.play({ llama: [thinks] })
  await page.fill('#ask-text', 'please think about it')
  await page.click('#ask button')
  await page.locator('.stop-turn button').click()
  await page.locator('.ending').waitFor()
  await page.click('.subject summary')
  await page.fill('#talk-title', 'The yard')
  await page.click('text="Keep it so"')
  assert.match(await page.locator('h1').innerText(), 'The yard')
  await page.click('.subject summary')
  await page.click('text="Delete this talk for good"')
  assert.is(await page.locator('.talks a', { hasText: 'The yard' }).count(), 0)
  await page.context().close()
})

talk('a hostile answer runs nothing, loads nothing, and leads nowhere odd', async (t) => {
  const { browser, house, llm } = t
  const { page, said } = await sitDown(browser, house)
  await isLive(page)
  const asked: string[] = []
  page.on('request', (r) => asked.push(r.url()))
  await page.evaluate('window.hurt = false')
  llm.play({
    llama: [
      {
        text: [
          '<script>window.hurt = true</script><img src=x onerror="window.hurt = true">\n\n',
          '![p](http://evil.example/pixel.png) [click](javascript:window.hurt=true) ',
          '[d](data:text/html,x) [f](//evil.example/) <http://evil.example/auto>\n\n',
          '[ref]: http://evil.example/ref.png\n\n![ref] </div></section><form action="http://evil.example/">\n\n',
          '\u001b]0;title\u0007 \u202Eevil `</code><script>window.hurt = true</script>`\n\nThat is all.',
        ],
      },
    ],
  })
  await ask(page, 'please say something <b>odd</b> to me')
  await holds(page, lastTurn('done'))
  await holds(
    page,
    "document.querySelector('.turn:last-child').textContent.includes('That is all.')",
  )
  await pause(300)
  assert.is(await page.evaluate('window.hurt'), false)
  assert.equal(
    asked.filter((url) => !url.startsWith(house.url)),
    [],
  )
  const inside =
    'document.querySelectorAll(".turn:last-child :is(script, img, iframe, style, link, object)").length'
  assert.is(await page.evaluate(inside), 0)
  assert.is(await page.evaluate("document.querySelectorAll('.turn:last-child form').length"), 0)
  const links = await page.evaluate<string[]>(
    "[...document.querySelectorAll('.turn:last-child .prose a')].map((a) => a.protocol + a.rel)",
  )
  for (const link of links) assert.match(link, /^https?:noopener noreferrer nofollow$/)
  assert.equal(said, [])
  await page.context().close()
})

type Finding = { id: string; nodes: { target: unknown[] }[] }
const findings = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe)
  const { violations } = await page.evaluate<{ violations: Finding[] }>(
    "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })",
  )
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.target).join(' ')}`)
}

talk('no violation in any mode, no sideways scrolling, a silent console', async (t) => {
  const { browser, house, llm } = t
  const { page, said } = await sitDown(browser, house, paths.lastTalk())
  await isLive(page)
  llm.play({
    llama: [
      {
        text: 'I look.',
        calls: [
          { name: 'guest_status', args: { vmid: 100 } },
          { name: 'guest_stop', args: { vmid: 302 } },
        ],
      },
      {
        text: `| a | b |\n|-|-|\n| ${'plum'.repeat(80)} | c |\n\n\`\`\`\n${'wide '.repeat(80)}\n\`\`\`\n\n[far](https://example.com/) ${'plum'.repeat(90)}`,
      },
    ],
  })
  await ask(page, `please look ${'plum'.repeat(90)}`)
  await holds(page, lastTurn('waiting'))
  for (const path of [paths.hud(), paths.lastTalk(), paths.chat()])
    for (const mode of modes) {
      await page.context().addCookies([{ name: 'mode', value: mode, url: house.url }])
      await page.setViewportSize({ width: 1920, height: 1080 })
      await page.goto(house.url + path)
      await page.evaluate(
        "for (const d of document.querySelectorAll('details.call')) d.open = true",
      )
      assert.equal(await findings(page), [], `${path} ${mode}`)
      for (const width of [1024, 768, 360, 320]) {
        await page.setViewportSize({ width, height: 800 })
        const needed = await page.evaluate<number>('document.documentElement.scrollWidth')
        assert.ok(needed <= width, `${path} at ${width} needs ${needed}`)
      }
      if (path !== paths.hud()) assert.equal(await findings(page), [], `${path} ${mode} 320`)
    }
  assert.equal(said, [])
  await page.context().close()
})

talk.run()
