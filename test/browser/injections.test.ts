/**
 * All payloads in place, and a person looks around: nothing of it runs in the page, nothing is asked
 * of anybody else, and no line of a stream is somebody else's.
 */
import type { Browser, Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { panels, paths } from '../../lib/paths.ts'
import { LODGERS, payloads, plant } from '../injections.ts'
import { type House, openHouse } from '../whole.ts'
import { isLive, openChromium, pause, sitDown } from './browser.ts'

const injections = suite<{ browser: Browser; house: House }>('words of others in a browser')
injections.before(async (t) => {
  t.browser = await openChromium()
  t.house = await openHouse({ guests: LODGERS })
})
injections.after(async (t) => {
  await t.browser.close()
  await t.house.close()
})

const post = async ({ url, cookie }: House, path: string, fields: Record<string, string>) =>
  fetch(url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: url, accept: 'text/html', cookie: `jv_session=${cookie.value}` },
    body: new URLSearchParams(fields),
  })

/** A machine asks for something RED, so that a card carries a name of others. */
const wish = async (house: House, vmid: number) => {
  const made = await post(house, paths.tokens(), {
    name: 'a butler',
    scope: 'operate',
    expires: '',
  })
  const token = /jv_[\w-]{20,}/.exec(await made.text())?.[0]
  const r = await fetch(house.url + paths.execute(), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ tool: 'guest_stop', args: { vmid } }),
  })
  assert.is(r.status, 202, await r.clone().text())
}

/** What a page has in its window; a script of a stranger would leave something there. */
const globals = (page: Page) => page.evaluate<string[]>(`Object.getOwnPropertyNames(window).sort()`)
const FOREIGN = `document.querySelectorAll('iframe, object, embed, base, [onload], [onerror], [onfocus], [onmouseover], [x-data], [x-init], [data-hx-post], [hx-trigger="revealed"], a[href^="javascript:"], img[src="x"], img[src*="evil"], meta[http-equiv="refresh"][content*="evil"]').length + [...document.querySelectorAll('script')].filter((s) => !s.src).length + [...document.querySelectorAll('form, [hx-post], [hx-get]')].filter((e) => e.closest('pre, code, .notes, td, th') && /approvals\\/1\\/confirm|\\/stop$/.test((e.getAttribute('hx-post') ?? '') + (e.getAttribute('hx-get') ?? ''))).length`

/** One window for all pages; whatever it says, asks or sends besides reading is kept. */
const open = async ({ browser, house }: { browser: Browser; house: House }) => {
  const { page, said } = await sitDown(browser, house, paths.login())
  const wrong: string[] = []
  page.on('dialog', (d) => {
    wrong.push(`a dialog says ${d.message()}`)
    void d.dismiss()
  })
  page.on('request', (r) => {
    if (!r.url().startsWith(house.url)) wrong.push(`asks ${r.url()}`)
    else if (r.method() !== 'GET') wrong.push(`sends ${r.method()} ${r.url()}`)
  })
  return async (path: string) => {
    await page.goto(house.url + path)
    if (path === '/') await isLive(page)
    await pause(150)
    const at = new URL(page.url()).pathname
    const foreign = await page.evaluate<number>(FOREIGN)
    return {
      wrong: [
        ...wrong.splice(0),
        ...said.splice(0),
        ...(at === path ? [] : [`went to ${at}`]),
        ...(foreign > 0 ? [`${foreign} elements of others`] : []),
      ].map((w) => `${path}: ${w}`),
      globals: await globals(page),
      text: await page.content(),
    }
  }
}

injections('nothing of it runs in the page, and nobody else is asked', async (t) => {
  const visit = await open(t)
  const clean = new Map<string, string[]>()
  for (const path of ['/', '/guests/303', '/tasks', '/audit'])
    clean.set(path, (await visit(path)).globals)

  const [first = 0] = plant(t.house.lab)
  const upid = t.house.lab.tasks.on('pve')[0]!.upid
  await pause(2500)
  await wish(t.house, first)
  const pages = [
    '/',
    '/guests',
    '/guests/303',
    paths.guest(first),
    '/tasks',
    paths.task(upid),
    '/events',
    '/storage/Home/local',
    '/audit',
    '/approvals',
    '/approvals/1',
    '/wall',
  ]
  let marks = 0
  for (const path of pages) {
    const seen = await visit(path)
    assert.equal(seen.wrong, [])
    if (clean.has(path)) assert.equal(seen.globals, clean.get(path), path)
    if (/&lt;script|&lt;img|&lt;div hx-post|onerror=/.test(seen.text)) marks += 1
  }
  console.log(
    `COUNT injections in a browser: ${payloads.length} payloads, ${pages.length} pages, ${marks} of them show markup of others as text`,
  )
  assert.ok(marks >= 5, `only ${marks} pages showed any of it: were they there?`)
})

injections('no line of the stream and no header is somebody else’s', async ({ house }) => {
  const headers = { cookie: `jv_session=${house.cookie.value}` }
  for (const as of ['html', 'json']) {
    const ending = new AbortController()
    const r = await fetch(`${house.url}/live?as=${as}&panels=${panels.join(',')}`, {
      headers,
      signal: ending.signal,
    })
    assert.is(r.status, 200)
    let raw = ''
    const until = Date.now() + 1500
    const reader = r.body!.getReader()
    while (Date.now() < until) {
      const part = await Promise.race([reader.read(), pause(300).then(() => undefined)])
      if (part?.done) break
      if (part?.value) raw += new TextDecoder().decode(part.value)
      if (!part) break
    }
    ending.abort()
    assert.ok(raw.length > 1000, as)
    for (const line of raw.split(/\r\n|\r|\n/)) {
      assert.match(line, /^$|^(?:data|event|id|retry): ?|^:/, line.slice(0, 200))
      if (line.startsWith('event:')) assert.not.match(line, /approval$|stop\.released/)
      if (line.startsWith('id:')) assert.not.match(line, '999999')
    }
  }
  for (const path of ['/', '/guests/303', '/tasks', '/events?as=csv', '/audit.csv']) {
    const r = await fetch(house.url + path, { headers })
    assert.is(r.headers.get('bcc'), null)
    assert.not.match(String(r.headers.get('set-cookie')), 'jv_session=1')
    assert.match(r.headers.get('content-security-policy') ?? '', "script-src 'self'", path)
  }
})

injections.run()
