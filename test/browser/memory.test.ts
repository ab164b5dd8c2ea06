/** The memory in a real browser: told and forgotten without JavaScript, readable in every mode, one window wide. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { paths } from '../../lib/paths.ts'
import { modes } from '../../views/parts/shell.ts'
import { type House, openHouse } from '../whole.ts'
import { openChromium, sitDown } from './browser.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const memory = suite<{ browser: Browser; house: House }>('memory in a browser')
memory.before(async (t) => {
  t.browser = await openChromium()
  t.house = await openHouse()
})
memory.after(async (t) => {
  await t.browser.close()
  await t.house.close()
})

type Finding = { id: string; nodes: { target: unknown[] }[] }
const findings = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe)
  const { violations } = await page.evaluate<{ violations: Finding[] }>(
    "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })",
  )
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.target).join(' ')}`)
}

const tell = async (
  page: Page,
  what: { tier?: string; text: string; about?: string; key?: string },
) => {
  await page.selectOption('#tell-tier', what.tier ?? 'fact')
  await page.fill('#tell-text', what.text)
  await page.fill('#tell-about', what.about ?? '')
  await page.fill('#tell-key', what.key ?? '')
  await page.click('text="Remember it"')
}

memory(
  'without JavaScript it is told, corrected, searched, forgotten and brought back',
  async (t) => {
    const { page } = await sitDown(t.browser, t.house, paths.memory(), { javaScriptEnabled: false })
    assert.match(await page.locator('#memory').innerText(), 'which keeps me tactful')
    await tell(page, { text: 'The <b>plum</b> tree is in the yard.', about: 'a garden' })
    assert.match(await page.locator('#tell').innerText(), 'expected a subject')
    assert.is(await page.inputValue('#tell-text'), 'The <b>plum</b> tree is in the yard.')
    await page.fill('#tell-about', 'garden')
    await page.fill('#tell-key', 'tree')
    await page.click('text="Remember it"')
    await tell(page, { text: 'The plum tree was felled.', about: 'garden', key: 'tree' })
    await tell(page, { tier: 'preference', text: 'Call me captain.' })
    await page.click('text="The plum tree was felled."')
    assert.match(await page.locator('#before').innerText(), 'The <b>plum</b> tree is in the yard.')
    await page.fill('#edit-text', 'The plum tree was felled in autumn.')
    await page.click('text="Keep it so"')
    await page.click('text="Pin"')
    await page.fill('#filter-q', 'plums')
    await page.click('text="Show"')
    assert.match(
      await page.locator('#found').innerText(),
      /pinned\s+The plum tree was felled in autumn/,
    )
    await page.click('text="Forget"')
    assert.is(await page.locator('#memory-fact').count(), 0)
    await page.click('text="Bring back"')
    assert.match(await page.locator('#memory-fact').innerText(), 'felled in autumn')
    await page.context().close()
  },
)
memory('no violation in any mode, no sideways scrolling, a silent console', async (t) => {
  const { page, said } = await sitDown(t.browser, t.house, paths.memory())
  await tell(page, { text: `A long word: ${'plum'.repeat(200)}`, about: 'guest/303' })
  await tell(page, { text: 'gone' })
  await page.locator('li', { hasText: 'gone' }).locator('text="Forget"').click()
  const entry = (await page.locator('.memories a').first().getAttribute('href'))!
  for (const path of [paths.memory(), entry, paths.memory({ q: 'plum' })])
    for (const mode of modes) {
      await page.context().addCookies([{ name: 'mode', value: mode, url: t.house.url }])
      await page.setViewportSize({ width: 1920, height: 1080 })
      await page.goto(t.house.url + path)
      assert.equal(await findings(page), [], `${path} ${mode}`)
      for (const width of [1280, 768, 360, 320]) {
        await page.setViewportSize({ width, height: 800 })
        const needed = await page.evaluate<number>('document.documentElement.scrollWidth')
        assert.ok(needed <= width, `${path} at ${width} needs ${needed}`)
      }
      assert.equal(await findings(page), [], `${path} ${mode} 320`)
    }
  assert.equal(said, [])
  await page.context().close()
})

memory.run()
