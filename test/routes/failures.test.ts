/** What goes wrong leaves by one door: a status, a sentence, the next step; never a stack. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Problem, type ProblemKind } from '../../lib/errors.ts'
import { edits } from '../../lib/nearest.ts'
import { statusOf } from '../../routes/failures.ts'
import { failure } from '../../routes/shapes.ts'
import { openSite, type Site } from '../site.ts'

const failing = suite<{ site: Site }>('failures')
failing.before.each(async (t) => {
  t.site = await openSite()
})
failing.after.each((t) => t.site.close())

const html = { accept: 'text/html' }

failing('a page that is not there names what is near', async ({ site }) => {
  const r = await site.ask('/setings', { headers: html })
  assert.is(r.status, 404)
  const page = await r.text()
  assert.match(page, '<h1>Not here</h1>')
  assert.match(page, '<a href="/settings">the settings</a>')
  const text = await site.ask('/redyz', { headers: { 'user-agent': 'curl/8' } })
  assert.match(await text.text(), /There is nothing at \/redyz\.\n\nThere is:\n/)
})
failing('below /api every refusal is JSON', async ({ site }) => {
  const r = await site.ask('/api/stat', { headers: html })
  assert.is(r.status, 404)
  const { error } = failure.parse(await r.json())
  assert.is(error.near?.[0], '/api/state')
})
failing(
  'our own fault shows a number that stands in the log beside the stack',
  async ({ site }) => {
    site.needs.cluster.picture = () => {
      throw new Error('secret-inside')
    }
    for (const [path, headers] of [
      ['/f/guests', html],
      ['/f/guests.txt', {}],
      ['/api/state', {}],
    ] as [string, Record<string, string>][]) {
      const r = await site.ask(path, { headers })
      assert.is(r.status, 500)
      const body = await r.text()
      const number = /Error ([0-9A-F]{4})/.exec(body)?.[1]
      assert.ok(number, body)
      assert.not.match(body, /secret-inside|at .*\.ts/)
      const logged = site.lines.find((l) => l.includes(`error=${number}`)) ?? ''
      assert.match(logged, 'secret-inside')
      assert.match(logged, 'failures.test.ts')
      assert.match(logged, `path=${path}`)
    }
  },
)
failing(
  'the log of a fault has the path without its query, which may hold a key',
  async ({ site }) => {
    site.needs.cluster.picture = () => {
      throw new Error('broken')
    }
    await site.ask('/f/guests?key=jw_secret')
    assert.not.match(site.lines.join('\n'), 'jw_secret')
  },
)
failing('every kind of trouble has its status, in three forms', async ({ site }) => {
  for (const [kind, status] of Object.entries(statusOf) as [ProblemKind, number][]) {
    if (kind === 'broken') continue
    site.needs.cluster.picture = () => {
      throw new Problem(kind, `It is <${kind}>.`, {
        next: 'Try \u202ethis.',
        details: { a: '<b>' },
      })
    }
    const page = await site.ask('/f/guests', { headers: html })
    assert.is(page.status, status, kind)
    assert.match(await page.text(), `It is &lt;${kind}&gt;.`)
    const text = await site.ask('/f/guests.txt')
    assert.is(text.status, status)
    assert.match(await text.text(), `It is <${kind}>. Try  this.\n  a: <b>\n`)
    const json = await site.ask('/f/guests.json')
    assert.is(failure.parse(await json.json()).error.kind, kind)
  }
})
failing('a refusal without a login says how to log in', async ({ site }) => {
  const r = await site.ask('/api/state', { as: null })
  assert.is(r.status, 401)
  assert.match(r.headers.get('www-authenticate') ?? '', 'Bearer')
  const { error } = failure.parse(await r.json())
  assert.match(error.next ?? '', 'token create')
})
failing('a caller without the right is told which one he needs', async ({ site }) => {
  const r = await site.ask('/lab/scenarios/no-quorum', {
    method: 'POST',
    body: new URLSearchParams({ on: '1' }),
  })
  assert.is(r.status, 403)
  assert.match(await r.text(), 'operate')
})
failing('words are near by the letters that differ', () => {
  assert.is(edits('guest', 'guests'), 1)
  assert.is(edits('', 'abc'), 3)
  assert.is(edits('same', 'same'), 0)
  assert.is(edits('stauts', 'status'), 1, 'two letters in the wrong order are one mistake')
  assert.is(edits('x'.repeat(100_000), 'y'), 40)
})
failing(
  'a file with its hash is kept for ever, one without is asked for again',
  async ({ site }) => {
    const page = await (await site.ask('/', { headers: html })).text()
    const url = /href="(\/static\/hud\.[0-9a-f]{12}\.css)"/.exec(page)?.[1]
    assert.ok(url)
    const css = await site.ask(url, { as: null })
    assert.is(css.status, 200)
    assert.match(css.headers.get('content-type') ?? '', 'text/css')
    assert.match(css.headers.get('cache-control') ?? '', 'immutable')
    const etag = css.headers.get('etag') ?? ''
    const again = await site.ask(url, { as: null, headers: { 'if-none-match': etag } })
    assert.is(again.status, 304)
    const bare = await site.ask('/static/plain.css', { as: null })
    assert.is(bare.headers.get('cache-control'), 'no-cache')
  },
)
failing('the style sheet names every font by its hash, and each of them is there', async (t) => {
  const sheet = await (await t.site.ask('/static/hud.css', { as: null })).text()
  const named = sheet.match(/url\(\/static\/[^)]+\)/g) ?? []
  assert.ok(named.length >= 4)
  for (const url of new Set(named.map((u) => u.slice(4, -1)))) {
    assert.match(url, /\.[0-9a-f]{12}\.woff2$/)
    assert.is((await t.site.ask(url, { as: null })).status, 200, url)
  }
})
failing('what can be packed is packed as the browser asks, and is the same', async ({ site }) => {
  const plain = await (await site.ask('/static/hud.css', { as: null })).text()
  const asked = (coding: string) =>
    site.ask('/static/hud.css', { as: null, headers: { 'accept-encoding': coding } })
  for (const [coding, unpack] of [
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const) {
    const r = await asked(`deflate, ${coding}`)
    assert.is(r.headers.get('content-encoding'), coding)
    assert.match(r.headers.get('vary') ?? '', 'Accept-Encoding')
    assert.is(unpack(Buffer.from(await r.arrayBuffer())).toString(), plain)
  }
  for (const coding of ['identity', 'br;q=0', 'brotli'])
    assert.is((await asked(coding)).headers.get('content-encoding'), null, coding)
})
failing('a look is kept on the device and drawn at once, without a script', async ({ site }) => {
  const choose = (body: string) =>
    site.ask('/look', {
      method: 'POST',
      as: null,
      body,
      headers: {
        ...html,
        'content-type': 'application/x-www-form-urlencoded',
        origin: 'http://localhost',
      },
    })
  const chosen = await choose('mode=calm')
  assert.is(chosen.status, 303)
  const cookie = chosen.headers.get('set-cookie') ?? ''
  assert.match(cookie, /^mode=calm;.*Path=\//)
  const page = await site.ask('/', { headers: { ...html, cookie: 'mode=calm; density=dense' } })
  assert.match(await page.text(), '<html lang="en" data-mode="calm" data-density="dense"')
  assert.not.match(await (await site.ask('/', { headers: html })).text(), 'data-mode=')
  const wrong = await choose('mode=%3Cscript%3E')
  assert.is(wrong.status, 422)
  const forged = await site.ask('/', { headers: { ...html, cookie: 'mode="><b>' } })
  assert.not.match(await forged.text(), 'data-mode=')
})
for (const path of [
  '/static/none.css',
  '/static/plain.000000000000.css',
  '/static/..%2fpackage.json',
  '/static/%2e%2e%2fpackage.json',
  '/static/',
])
  failing(`${path} is not served`, async ({ site }) => {
    assert.is((await site.ask(path, { as: null })).status, 404)
  })

failing.run()
