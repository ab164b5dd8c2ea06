/** Panels through the front door: the form that somebody asks for is the form that he gets. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { panels } from '../../lib/paths.ts'
import { hudPanels } from '../../views/hud.ts'
import { eightHundred, hostileNames, staleEvening, unreachable } from '../pictures.ts'
import { openSite, type Site } from '../site.ts'

const routes = suite<{ site: Site }>('panel routes')
routes.before.each(async (t) => {
  t.site = await openSite()
})
routes.after.each((t) => t.site.close())

const type = (r: Response) => r.headers.get('content-type')?.split(';')[0]
const browser = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
}

routes('every panel answers in three forms, and says what it varies by', async ({ site }) => {
  for (const name of panels) {
    const html = await site.ask(`/f/${name}`, { headers: browser })
    assert.is(html.status, 200)
    assert.is(type(html), 'text/html')
    assert.match(await html.text(), `<section id="panel-${name}"`)
    assert.match(html.headers.get('vary') ?? '', 'Accept, User-Agent')
    const text = await site.ask(`/f/${name}.txt`)
    assert.is(type(text), 'text/plain')
    assert.ok((await text.text()).endsWith('\n'))
    const json = await site.ask(`/f/${name}.json`)
    assert.is(type(json), 'application/json')
    assert.is(((await json.json()) as { panel: string }).panel, name)
  }
})
for (const agent of ['curl/8.5.0', 'Wget/1.21.4', 'HTTPie/3.2.2'])
  routes(`${agent} gets text, unless it asks for something by name`, async ({ site }) => {
    const form = async (accept: string) =>
      type(await site.ask('/f/guests', { headers: { 'user-agent': agent, accept } }))
    assert.is(await form('*/*'), 'text/plain')
    assert.is(await form('text/html'), 'text/html')
    assert.is(await form('application/json'), 'application/json')
  })
routes('Accept: text/plain gives text to everybody; everything else is HTML', async ({ site }) => {
  const form = async (headers: Record<string, string>) =>
    type(await site.ask('/f/guests', { headers }))
  assert.is(await form({ accept: 'text/plain' }), 'text/plain')
  assert.is(await form({ accept: 'image/webp' }), 'text/html')
  assert.is(await form({ 'user-agent': 'python-requests/2.32' }), 'text/html')
  assert.is(await form({}), 'text/html')
})
routes('a suffix outranks every header', async ({ site }) => {
  assert.is(type(await site.ask('/f/guests.txt', { headers: browser })), 'text/plain')
  assert.is(
    type(await site.ask('/f/guests.json', { headers: { accept: 'text/plain' } })),
    'application/json',
  )
})
routes(
  'an unknown panel is a 404 that lists the panels, in the form asked for',
  async ({ site }) => {
    const html = await site.ask('/f/guest', { headers: browser })
    assert.is(html.status, 404)
    const page = await html.text()
    for (const name of panels) assert.match(page, `href="/f/${name}"`)
    assert.ok(page.indexOf('/f/guests') < page.indexOf('/f/nodes'), 'the nearest first')
    const text = await site.ask('/f/nothing.txt')
    assert.is(text.status, 404)
    assert.is(type(text), 'text/plain')
    assert.match(await text.text(), 'nodes, guests, storage')
    const json = await site.ask('/f/nothing.json')
    assert.is(json.status, 404)
    const { error } = (await json.json()) as { error: { kind: string; near: string[] } }
    assert.is(error.kind, 'not-found')
    assert.is(error.near.length, panels.length)
  },
)
routes('a panel name that attacks is text in the answer', async ({ site }) => {
  const r = await site.ask(`/f/${encodeURIComponent('<script>alert(1)</script>\u202e')}`, {
    headers: browser,
  })
  assert.is(r.status, 404)
  assert.not.match(await r.text(), /<script>|\u202e/)
  assert.is((await site.ask('/f/constructor')).status, 404)
  assert.is((await site.ask('/f/__proto__.json')).status, 404)
  assert.is((await site.ask('/f/%E0%A4%A')).status, 404)
})
routes('a stale and an unknown cluster are still 200 and say so', async ({ site }) => {
  site.world.picture = staleEvening()
  const stale = await site.ask('/f/nodes.txt')
  assert.is(stale.status, 200)
  assert.match(await stale.text(), 'STALE')
  site.world.picture = unreachable()
  const unknown = await site.ask('/f/nodes.json')
  assert.is(unknown.status, 200)
  assert.is(((await unknown.json()) as { state: string }).state, 'unknown')
})
routes('a panel ages with the clock though nothing is read', async ({ site }) => {
  assert.match(await (await site.ask('/f/nodes.txt')).text(), 'Last heard 3 s ago.')
  await site.clock.advance(20_000)
  const later = await (await site.ask('/f/nodes.txt')).text()
  assert.match(later, 'STALE')
  assert.match(later, 'Last heard 23 s ago.')
})
routes('events come from the diary, newest first', async ({ site }) => {
  site.bus.emit('node.lost', { node: 'agent1' })
  site.bus.emit('node.back', { node: 'agent1' })
  const text = await (await site.ask('/f/events.txt')).text()
  assert.ok(text.indexOf('agent1 is back.') < text.indexOf('agent1 is lost.'))
  assert.ok(text.includes('agent1 is back.'))
})
routes('nobody sees a panel without a right to', async ({ site }) => {
  for (const path of ['/f/guests', '/f/guests.txt', '/f/guests.json', '/f/none']) {
    const r = await site.ask(path, { as: null })
    assert.is(r.status, 401, path)
    assert.not.match(await r.text(), 'homeassistant')
  }
})
routes(
  'the HUD holds its panels at their places; a terminal gets all, one below the other',
  async ({ site }) => {
    const page = await site.ask('/', { headers: browser })
    const html = await page.text()
    assert.is(page.status, 200)
    for (const name of hudPanels) assert.match(html, `id="panel-${name}"`)
    assert.match(html, /<h1><span>Four nodes up\.<\/span>/)
    assert.match(html, '/live?panels=sentence')
    assert.match(html, '<span class="tag lab">LAB</span>')
    const text = await (await site.ask('/', { headers: { 'user-agent': 'curl/8' } })).text()
    for (const name of panels) assert.match(text, new RegExp(`^${name.toUpperCase()}`, 'm'))
  },
)
routes('a panel that breaks has a number; the rest of the page is well', async ({ site }) => {
  const calm = site.world.picture
  site.world.picture = { ...calm, tasks: [{ ...calm.tasks[0]!, start: Number.NaN }] }
  const html = await (await site.ask('/', { headers: browser })).text()
  const [, number] = /Error ([0-9A-F]{4}), written down/.exec(html) ?? []
  assert.ok(number)
  assert.match(html, 'id="guest-303"')
  assert.ok(site.lines.some((l) => l.includes(number!) && l.includes('tasks')))
})
routes('guests are found and sorted by query string, without a script', async ({ site }) => {
  site.world.picture = eightHundred()
  const rows = async (path: string) =>
    (await (await site.ask(path, { headers: browser })).text()).match(/id="guest-\d+"/g) ?? []
  assert.is((await rows('/?q=guest-79')).length, 11)
  assert.is((await rows('/f/guests?q=node3%20guest-1')).length, 7)
  assert.equal((await rows('/f/guests?sort=cpu')).slice(0, 2), [
    'id="guest-1099"',
    'id="guest-1199"',
  ])
  const none = await (await site.ask('/?q=%3Cb%3E', { headers: browser })).text()
  assert.match(none, 'Nobody of that name.')
  assert.match(none, 'value="&lt;b&gt;"')
  assert.is((await rows('/f/guests?sort=constructor')).length, 800)
})
routes('a full disk is told on every page', async ({ site }) => {
  site.world.trouble = 'The disk is full. <b>'
  const html = await (await site.ask('/', { headers: browser })).text()
  assert.match(html, '<p class="trouble" role="alert">The disk is full. &lt;b&gt;</p>')
})
routes('the overview says that it knows nothing rather than that all is well', async ({ site }) => {
  site.world.picture = unreachable()
  assert.match(await (await site.ask('/')).text(), '<h1><span>I cannot see the cluster yet.</span>')
  site.world.picture = staleEvening()
  assert.match(await (await site.ask('/')).text(), '<h1><span>The cluster does not answer.')
  site.world.picture = hostileNames()
  assert.not.match(await (await site.ask('/')).text(), '<script>')
})

routes.run()
