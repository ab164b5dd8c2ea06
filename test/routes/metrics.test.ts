/** Metrics in Prometheus' text format, readable line by line whatever the names are. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HOSTILE, hostileNames, nothingYet, oneNodeOff, staleEvening } from '../pictures.ts'
import { openSite, type Site } from '../site.ts'

const metrics = suite<{ site: Site }>('metrics')
metrics.before.each(async (t) => {
  t.site = await openSite()
})
metrics.after.each((t) => t.site.close())

const SAMPLE = /^([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (-?[\d.e+-]+)$/

/** The samples; a line that is not of the format fails the test. */
const read = async (site: Site) => {
  const r = await site.ask('/metrics')
  assert.is(r.status, 200)
  assert.match(r.headers.get('content-type') ?? '', 'text/plain; version=0.0.4')
  const text = await r.text()
  assert.ok(text.endsWith('\n'))
  const samples = new Map<string, number>()
  for (const line of text.trimEnd().split('\n')) {
    if (/^# (HELP|TYPE) [a-z_]+ .+$/.test(line)) continue
    const found = SAMPLE.exec(line)
    assert.ok(found, `not a sample: ${JSON.stringify(line)}`)
    const key = `${found![1]}{${found![2] ?? ''}}`
    assert.not.ok(samples.has(key), `twice: ${key}`)
    samples.set(key, Number(found![3]))
  }
  return samples
}

metrics('process, parts, nodes and guests are told', async ({ site }) => {
  const m = await read(site)
  assert.ok(m.get('process_resident_memory_bytes{}')! > 1e6)
  assert.is(m.get('jarvis_part_age_seconds{part="resources"}'), 3)
  assert.is(m.get('jarvis_nodes{reach="online"}'), 4)
  assert.is(m.get('jarvis_guests{condition="running"}'), 4)
  assert.is(m.get('jarvis_node_cpu_ratio{node="pve"}'), 0.67)
  assert.is(m.get('jarvis_guest_cpu_ratio{vmid="303",name="homeassistant",node="agent1"}'), 0.034)
  assert.is(m.get('jarvis_quorate{}'), 1)
})
metrics('what is not known has no line; what is off is down', async ({ site }) => {
  site.world.picture = oneNodeOff()
  const off = await read(site)
  assert.is(off.get('jarvis_node_up{node="agent1"}'), 0)
  assert.is(off.get('jarvis_node_cpu_ratio{node="agent1"}'), undefined)
  assert.is(off.get('jarvis_guests{condition="unknown"}'), 2)
  site.world.picture = nothingYet()
  const none = await read(site)
  assert.is(none.get('jarvis_quorate{}'), undefined)
  assert.is(none.get('jarvis_part_age_seconds{part="status"}'), undefined)
  assert.is(none.get('jarvis_part_ok{part="status"}'), 0)
})
metrics('a figure that is no longer fresh is a gap, not the present', async ({ site }) => {
  site.world.picture = staleEvening()
  const m = await read(site)
  const figures = [...m.keys()].filter((k) => /^jarvis_(node|guest|storage|quorate)(_|\{)/.test(k))
  assert.equal(figures, [])
  assert.is(m.get('jarvis_part_age_seconds{part="resources"}'), 60)
})
metrics('hostile names cannot leave their label', async ({ site }) => {
  site.world.picture = hostileNames()
  const m = await read(site)
  const up = [...m.keys()].filter((k) => k.startsWith('jarvis_node_up'))
  assert.is(up.length, HOSTILE.length)
  assert.ok(up.some((k) => k.includes(`\\" onmouseover='x'`)))
})
metrics('requests are counted by route, polls and events by kind', async ({ site }) => {
  await site.ask('/f/nodes.txt')
  await site.ask('/f/guests.txt')
  await site.ask('/f/none.txt')
  await site.ask('/nowhere/jv_secret')
  await site.ask('/api/state', { as: null })
  site.bus.emit('cluster.polled', { version: 1 })
  site.world.picture = nothingYet({ kind: 'unreachable', text: 'x', since: 0 })
  site.bus.emit('cluster.polled', { version: 2 })
  site.bus.emit('node.lost', { node: 'agent1' })
  const m = await read(site)
  const requests = (route: string, status: number) =>
    m.get(`jarvis_http_requests_total{route="${route}",method="GET",status="${status}"}`)
  assert.is(requests('/f/:panel', 200), 2)
  assert.is(requests('/f/:panel', 404), 1)
  assert.is(requests('none', 404), 1)
  assert.is(requests('/api/state', 401), 1)
  assert.is(m.get('jarvis_polls_total{result="good"}'), 1)
  assert.is(m.get('jarvis_polls_total{result="failed"}'), 1)
  assert.is(m.get('jarvis_events_total{kind="node.lost"}'), 1)
  assert.not.ok([...m.keys()].some((k) => k.includes('jv_')))
})

metrics.run()
