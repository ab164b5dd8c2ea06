/**
 * The drawn pages in a real browser: no part without enough contrast or without a name, nothing the
 * strict policy forbids, nothing that must be scrolled sideways, at every width and in each mode.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Html } from '../../views/layout.ts'
import { type Mode, modes } from '../../views/parts/shell.ts'
import { NOW } from './figures.ts'
import { doorPage, guestPage } from './guest-page.ts'
import { hudPage } from './hud-page.ts'
import { specimen } from './specimen.ts'
import { document, openStage } from './stage.ts'

const CHROMIUM = '/usr/bin/chromium'
const drawn: Record<string, (mode: Mode) => Html> = {
  hud: hudPage,
  guest: guestPage,
  door: doorPage,
  specimen,
}
const WIDTHS = [320, 360, 768, 1100, 1366, 1680, 1920]

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

type Stage = Awaited<ReturnType<typeof openStage>>
const looks = suite<{ browser: Browser; stage: Stage }>('looks in a browser')

/** `/hud/calm` draws the page hud in the mode calm; the mode `none` leaves the choice to the system. */
const draw = async (path: string) => {
  const [, name = '', word = ''] = path.split('/')
  const mode = modes.find((m) => m === word)
  const body = drawn[name]?.(mode ?? 'hud')
  return body && String(await document({ title: name, body, mode, now: NOW }))
}

const pages = new Map<string, string>()

looks.before(async (t) => {
  for (const name of Object.keys(drawn))
    for (const mode of [...modes, 'none']) {
      const path = `/${name}/${mode}`
      pages.set(path, (await draw(path)) ?? '')
    }
  t.stage = await openStage((path) => pages.get(path))
  t.browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  })
})
looks.after(async (t) => {
  await t.browser.close()
  await t.stage.close()
})

type Options = NonNullable<Parameters<Browser['newPage']>[0]>
const opened = async (
  { browser, stage }: { browser: Browser; stage: Stage },
  path: string,
  options: Options,
  look: (page: Page) => Promise<void>,
) => {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const said: string[] = []
  page.on('console', (m) => {
    if (m.type() === 'error' || m.type() === 'warning') said.push(m.text())
  })
  page.on('pageerror', (e) => said.push(e.message))
  await page.clock.setFixedTime(NOW)
  await page.goto(stage.url + path)
  await page.evaluate('document.fonts.ready')
  await look(page)
  await context.close()
  assert.equal(said, [], `${path} said something in the console`)
}

type Finding = { id: string; nodes: { target: unknown[]; failureSummary?: string }[] }
const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']
const findings = async (page: Page, rule?: string): Promise<string[]> => {
  // Evaluated from here, not as an element of the page, so that the policy stays as it is.
  await page.evaluate(axe)
  const { violations } = await page.evaluate<{ violations: Finding[] }>(
    `axe.run(${JSON.stringify(rule ? { runOnly: { type: 'rule', values: [rule] } } : { runOnly: STANDARD })})`,
  )
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((n) => `${id}: ${n.target.join(' ')} ${n.failureSummary?.split('\n')[1] ?? ''}`),
  )
}

for (const name of Object.keys(drawn))
  for (const mode of modes)
    looks(`${name} in ${mode} passes the accessibility check`, async (t) => {
      // Narrow pages differ by their layout, not by their colours: one mode tells it all.
      for (const width of mode === 'hud' ? [1920, 360] : [1920])
        await opened(
          t,
          `/${name}/${mode}`,
          { viewport: { width, height: 1080 }, hasTouch: width === 360 },
          async (page) => assert.equal(await findings(page), [], `${name} ${mode} ${width}`),
        )
    })

looks('no page is wider than its window', async (t) => {
  const wide: string[] = []
  for (const name of Object.keys(drawn))
    await opened(t, `/${name}/hud`, {}, async (page) => {
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 })
        const needed = await page.evaluate<number>('document.documentElement.scrollWidth')
        if (needed > width) wide.push(`${name} at ${width} needs ${needed}`)
      }
    })
  assert.equal(wide, [])
})

looks('the HUD is one screen at 1920 × 1080, in each mode', async (t) => {
  for (const mode of modes)
    await opened(t, `/hud/${mode}`, { viewport: { width: 1920, height: 1080 } }, async (page) =>
      assert.is(await page.evaluate('document.documentElement.scrollHeight'), 1080, mode),
    )
})

looks('a device that asks for contrast gets it, unless a look was chosen', async (t) => {
  const ground = (page: Page) =>
    page.evaluate<string>("getComputedStyle(document.documentElement).getPropertyValue('--bg')")
  const asked: Options = { contrast: 'more' }
  await opened(t, '/hud/none', asked, async (page) => assert.is(await ground(page), '#000000'))
  await opened(t, '/hud/calm', asked, async (page) => assert.is(await ground(page), '#e9edef'))
  await opened(t, '/hud/none', {}, async (page) => assert.is(await ground(page), '#05090d'))
})

looks('colours forced by the system reach the drawings too, in every mode', async (t) => {
  const same = `getComputedStyle(document.querySelector('.ring .figure')).fill ===
    getComputedStyle(document.querySelector('h1')).color`
  for (const mode of [...modes, 'none'])
    await opened(t, `/hud/${mode}`, { forcedColors: 'active' }, async (page) =>
      assert.ok(await page.evaluate(same), mode),
    )
})

looks('the look is changed in place and kept for the next page', async (t) => {
  await opened(t, '/hud/none', { viewport: { width: 1920, height: 1080 } }, async (page) => {
    await page.click('.modes button[value=calm]')
    const shown = () => page.getAttribute('html', 'data-mode')
    assert.is(await shown(), 'calm')
    assert.match(await page.evaluate<string>('document.cookie'), /mode=calm/)
    await page.reload()
    assert.is(await shown(), 'calm')
    assert.is(await page.getAttribute('.modes button[value=calm]', 'aria-pressed'), 'true')
  })
})

looks('edges shrink and a panel that hears nothing says so by itself', async (t) => {
  await opened(t, '/hud/hud', { viewport: { width: 1920, height: 1080 } }, async (page) => {
    const edge = () => page.getAttribute('#panel-guests > .edge > .lit', 'x2')
    const after = async (ms: number) => {
      await page.clock.setFixedTime(NOW + ms)
      await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
      await page.evaluate('new Promise((done) => requestAnimationFrame(done))')
    }
    await after(1000)
    assert.is(await edge(), '75%')
    await after(30_000)
    assert.is(await page.getAttribute('#panel-guests', 'data-state'), 'stale')
    assert.is(await page.textContent('#panel-guests > header > .age'), 'stale, 32\u2009s')
  })
})

looks('the sign of a running deed turns, but not for who wants no motion', async (t) => {
  const turned = async (reducedMotion: 'reduce' | 'no-preference') => {
    let quarter: string | null = null
    await opened(t, '/specimen/hud', { reducedMotion }, async (page) => {
      if (reducedMotion === 'reduce')
        assert.is(await page.evaluate('document.getAnimations().length'), 0)
      await page.clock.runFor(2600)
      quarter = await page.getAttribute('html', 'data-turn')
    })
    return quarter
  }
  assert.is(await turned('reduce'), null)
  assert.ok(await turned('no-preference'))
})

/** What a pointer misses that is `reach` away from the middle of a control, up or down. */
const missed = (reach: number) => `[...document.querySelectorAll('a, button, input, summary')]
  .filter((e) => e.checkVisibility() && !e.disabled && !e.closest('p, .unseen, .skip, dl, .check'))
  .filter((e) => {
    e.scrollIntoView({ block: 'center' })
    const block = ${reach} > 20 && e.matches('th a') ? e.closest('tr') : e
    const { x, y, width, height } = block.getBoundingClientRect()
    return height > 1 && [-1, 1].some((way) => {
      const hit = document.elementFromPoint(x + width / 2, y + height / 2 + way * ${reach})
      return !hit || !(e === hit || e.contains(hit) || hit.contains(e) && hit.closest('tr'))
    })
  })
  .map((e) => e.className + ' ' + e.textContent.trim())`

looks('a mouse hits what is 24 high, a finger what is 44', async (t) => {
  const desk: Options = { viewport: { width: 1920, height: 1080 } }
  const phone: Options = { viewport: { width: 360, height: 800 }, hasTouch: true, isMobile: true }
  for (const path of ['/hud/hud', '/guest/hud', '/door/calm']) {
    await opened(t, path, desk, async (page) =>
      assert.equal(await page.evaluate(missed(11.5)), [], path),
    )
    await opened(t, path, phone, async (page) =>
      assert.equal(await page.evaluate(missed(21)), [], `${path} by finger`),
    )
  }
})

looks(
  'text can be read on the brightest ground that the glass makes, and sevenfold in contrast',
  async (t) => {
    const solid = `for (const name of ['--glass', '--page', '--bar', '--panel', '--bg'])
    document.documentElement.style.setProperty(name, '#132a36')`
    for (const name of Object.keys(drawn)) {
      await opened(t, `/${name}/hud`, { viewport: { width: 1920, height: 1080 } }, async (page) => {
        await page.evaluate(solid)
        assert.equal(await findings(page, 'color-contrast'), [], name)
      })
      await opened(
        t,
        `/${name}/contrast`,
        { viewport: { width: 1920, height: 1080 } },
        async (page) => assert.equal(await findings(page, 'color-contrast-enhanced'), [], name),
      )
    }
  },
)

if (existsSync(CHROMIUM)) looks.run()
else {
  const absent = suite('looks in a browser')
  absent('the browser is there', () => console.log(`SKIPPED looks: no ${CHROMIUM}`))
  absent.run()
}
