/** State and events as JSON: every mistake of a question is told at once. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { eventsPage, failure, state } from '../../routes/shapes.ts'
import { NOON } from '../clock.ts'
import { hostileNames, noPermission, oneNodeOff, staleEvening } from '../pictures.ts'
import { openSite, type Site } from '../site.ts'

const api = suite<{ site: Site }>('api')
api.before.each(async (t) => {
  t.site = await openSite()
})
api.after.each((t) => t.site.close())

const stateOf = async (site: Site) => state.parse(await (await site.ask('/api/state')).json())
const eventsOf = async (site: Site, query = '') => {
  const r = await site.ask(`/api/events${query}`)
  assert.is(r.status, 200, await r.clone().text())
  return eventsPage.parse(await r.json())
}
const mistakes = async (site: Site, query: string) => {
  const r = await site.ask(`/api/events${query}`)
  assert.is(r.status, 422)
  return failure.parse(await r.json()).error.details
}

api('the state is the whole picture, in bytes, fractions and moments', async ({ site }) => {
  const s = await stateOf(site)
  assert.is(s.nodes.length, 4)
  assert.is(s.guests.length, 5)
  assert.is(s.nodes[1]?.cpu, 0.67)
  assert.is(s.parts.resources.at, new Date(NOON - 3000).toISOString())
  assert.is(s.parts.resources.ageS, 3)
  assert.is(s.parts.resources.stale, false)
})
api('what is not known is null, and a stale state says so', async ({ site }) => {
  site.world.picture = oneNodeOff()
  const off = (await stateOf(site)).nodes.find((n) => n.name === 'agent1')
  assert.is(off?.reach, 'offline')
  assert.is(off?.cpu, null)
  site.world.picture = staleEvening()
  const stale = await stateOf(site)
  assert.is(stale.parts.resources.stale, true)
  assert.is(stale.parts.resources.trouble?.kind, 'unreachable')
  site.world.picture = noPermission()
  assert.match((await stateOf(site)).parts.resources.trouble?.text ?? '', 'VM.Audit')
})
api('hostile names keep the shape', async ({ site }) => {
  site.world.picture = hostileNames()
  assert.match((await stateOf(site)).guests[0]?.name ?? '', '<script>')
})

api('events come newest first, page by page, without a gap or a repeat', async ({ site }) => {
  for (let i = 0; i < 25; i++) site.bus.emit('guest.appeared', { vmid: i, node: 'pve', name: 'g' })
  const seen: number[] = []
  let query = '?limit=10'
  for (let page = await eventsOf(site, query); ; page = await eventsOf(site, query)) {
    seen.push(...page.events.map((e) => e.id))
    if (page.next === null) break
    query = `?limit=10&before=${page.next}`
  }
  assert.is(seen.length, 25)
  assert.is(new Set(seen).size, 25)
  assert.equal(
    seen,
    [...seen].sort((a, b) => b - a),
  )
})
api('events are asked by kind, first word, weight, subject and time', async ({ site }) => {
  site.bus.emit('node.lost', { node: 'agent1' })
  site.bus.emit('guest.appeared', { vmid: 303, node: 'pve', name: 'ha' })
  await site.clock.advance(60_000)
  site.bus.emit('node.back', { node: 'agent1' })
  const kinds = async (query: string) => (await eventsOf(site, query)).events.map((e) => e.kind)
  assert.equal(await kinds('?kind=node.lost'), ['node.lost'])
  assert.equal(await kinds('?kind=node'), ['node.back', 'node.lost'])
  assert.equal(await kinds('?kind=node.lost,guest'), ['guest.appeared', 'node.lost'])
  assert.equal(await kinds('?kind=node.lost&kind=node.back'), ['node.back', 'node.lost'])
  assert.equal(await kinds('?severity=crit'), ['node.lost'])
  assert.equal(await kinds('?subject=guest/303'), ['guest.appeared'])
  assert.equal(await kinds(`?since=${new Date(NOON + 1000).toISOString()}`), ['node.back'])
  assert.equal(await kinds('?limit=1'), ['node.back'])
})
api('a question with mistakes is told all of them', async ({ site }) => {
  const all = await mistakes(
    site,
    '?since=yesterday&before=-1&kind=nod.lost&limit=0&colour=red&severity=loud&subject=',
  )
  assert.equal(Object.keys(all).sort(), [
    'before',
    'colour',
    'kind',
    'limit',
    'severity',
    'since',
    'subject',
  ])
  assert.match(all.kind ?? '', 'the nearest is node.lost')
  assert.match(all.since ?? '', '2026-')
})
for (const [query, name] of [
  ['?limit=1001', 'limit'],
  ['?limit=1e2', 'limit'],
  ['?limit=', 'limit'],
  ['?limit=5&limit=6', 'limit'],
  ['?since=2026-13-45', 'since'],
  ['?since=5', 'since'],
  ['?before=1.5', 'before'],
  ['?before=99999999999999999999', 'before'],
  ['?kind=', 'kind'],
  ['?kind=__proto__', 'kind'],
  ['?kind=constructor', 'kind'],
] as const)
  api(`${query} is refused by name`, async ({ site }) => {
    assert.equal(Object.keys(await mistakes(site, query)), [name])
  })
api('a mistake that attacks is text', async ({ site }) => {
  const all = await mistakes(site, `?limit=${encodeURIComponent('\u009b31m\u202e')}`)
  assert.not.match(JSON.stringify(all), /[\u009b\u202e]/)
})
api('nobody reads without a right to', async ({ site }) => {
  for (const path of ['/api/state', '/api/events', '/api/openapi.json', '/readyz', '/metrics'])
    assert.is((await site.ask(path, { as: null })).status, 401, path)
})

api.run()
