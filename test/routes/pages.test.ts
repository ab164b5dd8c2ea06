/** The pages of single things through the front door, over the simulated cluster, in three forms. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { tasksPage as tasksShape } from '../../routes/shapes.ts'
import { type House, openHouse, until } from '../house.ts'

const pages = suite<{ house: House; asked: string[] }>('pages')

let seen: (message: unknown) => void
pages.before(async (t) => {
  t.house = await openHouse()
  t.asked = []
  seen = (message) => {
    const { path } = (message as { request: ClientRequest }).request
    t.asked.push(decodeURIComponent(path.replace('/api2/json', '')))
  }
  subscribe('http.client.request.start', seen)
})
pages.after(async (t) => {
  unsubscribe('http.client.request.start', seen)
  await t.house.close()
})

const type = (r: Response) => r.headers.get('content-type')?.split(';')[0]
const read = async (house: House, path: string, accept = 'text/html') => {
  const r = await house.get(path, 'view', accept)
  return { r, text: await r.text() }
}

for (const { path, html, text, json } of [
  {
    path: '/guests/303',
    html: /<h1 class="display"><span class="fig">303<\/span> homeassistant<\/h1>/,
    text: /^303 homeassistant {2}container on agent1 /,
    json: 'guest',
  },
  { path: '/nodes/pve', html: /<h1 class="display">pve<\/h1>/, text: /^pve {2}up /, json: 'node' },
  {
    path: '/storage/Home/local',
    html: /<h1 class="display">local<\/h1>/,
    text: /^Home\/local {2}dir/,
    json: 'storage',
  },
  {
    path: '/storage/cluster-backup',
    html: /shared by Home, agent, agent1, pve/,
    text: /backups: \d+, [\d.]+ GiB/,
    json: 'storage',
  },
  {
    path: '/tasks',
    html: /<table class="tasks long">/,
    text: /^TASKS {2}\d+ tasks/,
    json: 'tasks',
  },
  {
    path: '/events',
    html: /<h1 class="display">Events<\/h1>/,
    text: /^EVENTS {2}\d+/,
    json: 'events',
  },
  { path: '/guests', html: /id="panel-guests"/, text: /^GUESTS/, json: 'rows' },
  { path: '/nodes', html: /id="panel-nodes"/, text: /^NODES/, json: 'rows' },
  { path: '/storage', html: /id="panel-storage"/, text: /^STORAGE/, json: 'rows' },
  { path: '/power', html: /id="panel-power"/, text: /^POWER/, json: 'rows' },
] as const)
  pages(`${path} answers as a page, as text, as JSON, and by ?as=`, async ({ house }) => {
    const page = await read(house, path)
    assert.is(page.r.status, 200, page.text.slice(0, 500))
    assert.is(type(page.r), 'text/html')
    assert.match(page.text, html)
    assert.match(page.text, /<ol class="crumbs">/)
    assert.not.match(page.text, / style=/)
    assert.match(page.r.headers.get('vary') ?? '', 'Accept')
    const plain = await read(house, path, 'text/plain')
    assert.is(type(plain.r), 'text/plain')
    assert.match(plain.text, text)
    assert.not.match(plain.text, '\u2009')
    const data = await read(house, path, 'application/json')
    assert.is(type(data.r), 'application/json')
    assert.ok(json in JSON.parse(data.text))
    assert.is(type((await read(house, `${path}?as=json`)).r), 'application/json')
    assert.is(type((await read(house, `${path}?as=text`)).r), 'text/plain')
    assert.is((await read(house, `${path}?as=pdf`)).r.status, 422)
  })

pages('a guest: graphs of every span, settings, deeds for whoever may act', async ({ house }) => {
  for (const span of ['hour', 'day', 'week', 'month']) {
    const { text } = await read(house, `/guests/303?span=${span}`)
    for (const id of ['cpu', 'memory', 'disk', 'network'])
      assert.match(text, new RegExp(`<section id="${id}" class="panel" data-state="fresh"`), span)
    assert.match(text, `<a href="/guests/303?span=${span}" aria-current="true">`)
  }
  const onlooker = (await read(house, '/guests/303')).text
  assert.match(onlooker, 'You may only look.')
  assert.not.match(onlooker, 'action="/guests/303/reboot"')
  const alice = await (await house.get('/guests/303', 'alice', 'text/html')).text()
  assert.match(alice, 'method="post" action="/guests/303/reboot">')
  assert.match(alice, 'method="post" action="/guests/303/shutdown">')
  assert.match(alice, /<button class="btn" id="deed-start" disabled[^>]*>.*Start<\/button>/)
  assert.match(alice, 'homeassistant is running.')
  assert.match(alice, '32 GiB on nvme1')
  const { config, history, backups } = JSON.parse(
    (await read(house, '/guests/302', 'application/json')).text,
  )
  assert.is(config.hostname, 'adguard')
  assert.is(history.series.cpu.length, Math.ceil((Date.now() - Date.parse(history.from)) / 300_000))
  assert.ok(history.series.diskread.filter((v: number | null) => v !== null).length > 200)
  assert.ok(backups.length >= 3)
})

pages('while STOP is pressed no page offers a deed', async ({ house }) => {
  house.stop.press({ by: 'alice', from: 'test' })
  const page = await (await house.get('/guests/303', 'alice', 'text/html')).text()
  house.stop.release({ by: 'alice', kind: 'person', from: 'test' })
  assert.match(page, 'STOP was pressed by alice.')
  assert.not.match(page, 'action="/guests/303/reboot"')
})

pages('what is not there is a 404 that names the nearest, as a link', async ({ house }) => {
  for (const [path, near] of [
    ['/guests/304', '/guests/30'],
    ['/guests/homeassistant', '/guests/303'],
    ['/nodes/agnt1', '/nodes/agent1'],
    ['/storage/cluster-bakup', '/storage/cluster-backup'],
    ['/storage/Home/locale', '/storage/Home/local'],
    ['/tasks?node=pvee', '/nodes/pve'],
  ] as const) {
    const { r, text } = await read(house, path)
    assert.is(r.status, 404, path)
    assert.match(text, `<a href="${near}`, path)
    const json = await read(house, path, 'application/json')
    assert.match(JSON.parse(json.text).error.near[0], near)
  }
})

pages('what makes no sense is refused before anybody is asked', async ({ house, asked }) => {
  asked.length = 0
  const upid = 'UPID:pve:000004BE:1489B074:6AFE5B68:vzdump:302:root@pam:'
  for (const [path, status] of [
    ['/guests/303?span=decade', 422],
    ['/guests/99', 404],
    ['/guests/303%2F..%2F100', 404],
    ['/guests/%3Cscript%3E', 404],
    ['/nodes/..%2Fcluster', 404],
    ['/nodes/%00', 404],
    ['/storage/pve/..', 404],
    ['/storage/Home/local?span=hour', 422],
    ['/tasks/UPID:pve', 404],
    [`/tasks/${encodeURIComponent(`${upid}/../x`)}`, 404],
    [`/tasks/${encodeURIComponent(upid)}?from=-1`, 422],
    ['/tasks?outcome=splendid', 422],
    ['/events?kind=nonsense', 422],
    ['/events?before=0', 422],
    ['/events?since=yesterday', 422],
    ['/events?severity=loud', 422],
  ] as const) {
    const { r, text } = await read(house, path)
    assert.is(r.status, status, path)
    assert.not.match(text, /<script(?! src=)/, path)
  }
  const own = asked.filter((p) => !/^\/(cluster|access|nodes\/\w+\/(storage|rrddata))/.test(p))
  assert.equal(own, [])
})

pages('a task: its log, a page at a time, with the end first', async ({ house }) => {
  const { tasks } = tasksShape.parse(
    JSON.parse((await read(house, '/tasks?type=vzdump', 'application/json')).text),
  )
  const task = tasks[0]!
  const path = `/tasks/${encodeURIComponent(task.upid)}`
  const page = await read(house, path)
  assert.is(page.r.status, 200)
  assert.match(page.text, '<pre class="log" tabindex="0"')
  assert.match(page.text, /<pre[^>]*>[^<]*INFO/)
  assert.is(page.r.headers.get('refresh'), null)
  const { log } = JSON.parse((await read(house, path, 'application/json')).text)
  assert.is(log.from, 0)
  assert.is(log.lines.length, log.total)
  const rest = JSON.parse((await read(house, `${path}?from=1`, 'application/json')).text)
  assert.equal(rest.log.lines, log.lines.slice(1))
  const gone = encodeURIComponent(task.upid.replace(/:[0-9A-F]{8}:vzdump/, ':00000001:vzdump'))
  assert.is((await read(house, `/tasks/${gone}`)).r.status, 404)
})

pages('a running task is followed only where somebody wished it', async ({ house }) => {
  const started = await house.proxmox.guests.shutdown({ node: 'agent1', kind: 'lxc', vmid: 303 })
  const path = `/tasks/${encodeURIComponent(started.upid!)}`
  const running = await read(house, path)
  if (/running for/.test(running.text)) {
    assert.is(running.r.headers.get('refresh'), null)
    assert.match(running.text, 'Follow it')
  }
  await started.outcome
  const over = await read(house, `${path}?follow=1`)
  assert.is(over.r.headers.get('refresh'), null)
  assert.not.match(over.text, 'Follow it')
  const back = await house.proxmox.guests.start({ node: 'agent1', kind: 'lxc', vmid: 303 })
  await back.outcome
})

pages('tasks are chosen by node, kind, outcome and object', async ({ house }) => {
  const list = async (query: string) =>
    tasksShape.parse(JSON.parse((await read(house, `/tasks?${query}`, 'application/json')).text))
      .tasks
  const [some, none] = [await list('node=pve&type=vzdump&object=302'), await list('object=9999')]
  assert.ok(some.length > 0)
  for (const t of some) assert.equal([t.node, t.type, t.object], ['pve', 'vzdump', '302'])
  assert.equal(none, [])
  assert.match((await read(house, '/tasks?object=9999')).text, 'No such task.')
  assert.ok((await list('outcome=ok')).every((t) => t.outcome === 'ok'))
  assert.ok(
    (await list('node=pve')).length >= (await list('')).filter((t) => t.node === 'pve').length,
  )
})

pages('a node that is off: what is known is shown, and no path of it is called', async (t) => {
  const { house, asked } = t
  const { lab, cluster } = house
  lab.scenarios.on('node-down', 'agent1', { settled: true })
  await until(() => cluster.node('agent1')?.reach === 'offline')
  for (let i = 0; i < 50 && cluster.node('agent1')?.reach !== 'offline'; i++)
    await cluster.refresh()
  assert.is(cluster.node('agent1')?.reach, 'offline')
  asked.length = 0
  const node = await read(house, '/nodes/agent1')
  assert.is(node.r.status, 200)
  assert.match(node.text, /<section id="machine" class="panel" data-state="unknown"/)
  assert.match(node.text, /agent1 is lost since/)
  assert.match(node.text, 'homeassistant')
  const guest = await read(house, '/guests/303')
  assert.is(guest.r.status, 200)
  assert.match(guest.text, 'unknown (node lost) since')
  assert.match(guest.text, 'Its node agent1 is lost since')
  const alice = await (await house.get('/guests/303', 'alice', 'text/html')).text()
  assert.match(alice, 'The node of homeassistant is lost.')
  const plain = await read(house, '/guests/303', 'text/plain')
  assert.match(plain.text, 'unknown (node lost)')
  const tasks = await read(house, '/tasks?node=agent1')
  assert.match(tasks.text, 'agent1 is lost.')
  assert.equal(
    // Every node keeps the history of all (rrddata is answered by the node that is asked).
    asked.filter((path) => path.startsWith('/nodes/agent1') && !path.includes('/rrddata')),
    [],
  )
  lab.scenarios.off('node-down')
})

pages.run()
