/** What goes wrong leaves by one door: a status, a sentence, the next step; never a stack. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Problem, type ProblemKind } from '../../lib/errors.ts'
import { statusOf } from '../../routes/failures.ts'
import { edits } from '../../routes/near.ts'
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
  assert.is(edits('x'.repeat(100_000), 'y'), 40)
})
failing(
  'a file with its hash is kept for ever, one without is asked for again',
  async ({ site }) => {
    const page = await (await site.ask('/', { headers: html })).text()
    const url = /href="(\/static\/plain\.[0-9a-f]{12}\.css)"/.exec(page)?.[1]
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
