/** Deeds through the front door, down to the simulated cluster and back. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Problem } from '../../lib/errors.ts'
import { deedDone, deedRunning, deed as deedShape, failure, tools } from '../../routes/shapes.ts'
import { deedRow, type House, makeDeaf, openHouse, stateIn, until } from '../house.ts'

const deeds = suite<{ house: House }>('deeds')
deeds.before.each(async (t) => {
  t.house = await openHouse()
})
deeds.after.each((t) => t.house.close())

const failureOf = async (r: Response) => failure.parse(await r.json()).error

for (const { vmid, verb, tool, before, after } of [
  { vmid: 100, verb: 'start', tool: 'guest_start', before: 'stopped', after: 'running' },
  { vmid: 303, verb: 'shutdown', tool: 'guest_shutdown', before: 'running', after: 'stopped' },
  { vmid: 302, verb: 'reboot', tool: 'guest_reboot', before: 'running', after: 'running' },
] as const)
  deeds(`${verb}: done, read back, believed, told, written down before and after`, async (t) => {
    const { house } = t
    assert.is(stateIn(house.lab, vmid), before)
    const r = await house.post(`/guests/${vmid}/${verb}`)
    assert.is(r.status, 200, await r.clone().text())
    const { state, result } = deedDone.parse(await r.json())
    assert.is(state, 'done')
    assert.match(result.text, `${vmid} `)
    assert.match(result.text, after)
    assert.is(stateIn(house.lab, vmid), after)
    // The picture has it before the answer, ahead of the list that lags.
    assert.is(house.cluster.guest(vmid)?.condition, after)
    assert.is(house.writes.length, 1)
    assert.match(house.writes[0]!, `/${vmid}/status/${verb}`)
    assert.equal(house.kinds(), ['deed.started', 'deed.finished'])

    const [first, last] = house.audit()
    assert.equal(
      [first?.what, first?.who, first?.verdict, first?.target, first?.outcome],
      [tool, 'test operate', 'run', `guest/${vmid}`, undefined],
    )
    assert.equal([last?.of, last?.outcome], [first?.id, 'done'])
    assert.ok(house.trail.verify().ok)

    const row = deedShape.parse(await (await house.get(`/api/deeds/${result.id}`)).json())
    assert.is(row.state, 'done')
    assert.match(row.upid ?? '', 'UPID:')
  })

deeds(
  'a form in a browser comes back to its page; htmx gets the changed row',
  async ({ house }) => {
    const referer = { referer: 'http://localhost/?sort=name' }
    const back = await house.post('/guests/303/shutdown', {
      as: 'alice',
      form: {},
      headers: referer,
    })
    assert.is(back.status, 303)
    assert.is(back.headers.get('location'), '/?sort=name')
    const elsewhere = { referer: 'http://evil.example/x' }
    const home = await house.post('/guests/303/start', {
      as: 'alice',
      form: { next: '//evil.example' },
      headers: { ...elsewhere, origin: 'http://localhost', 'sec-fetch-site': 'same-origin' },
    })
    assert.is(home.headers.get('location'), '/')
    const row = await house.post('/guests/302/reboot', {
      as: 'alice',
      form: {},
      headers: { 'hx-request': 'true' },
    })
    assert.is(row.status, 200)
    assert.match(await row.text(), /^<tr id="guest-302"/)
    assert.equal(house.audit()[0]?.who, 'alice')
  },
)

deeds('a page does not hang on a slow shutdown, and the deed goes on', async ({ house }) => {
  makeDeaf(house.lab, 303)
  const r = await house.post('/guests/303/shutdown', { as: 'alice', form: {} })
  assert.is(r.status, 303)
  assert.is(house.tools.running().length, 1)
  await until(() => house.tools.running().length === 0)
  assert.is(deedRow(house.db, 1)?.state, 'failed')
  assert.match(deedRow(house.db, 1)?.text ?? '', /got timeout.*303 homeassistant is running/)
})

deeds('what takes longer than the caller waits is 202 and can be looked up', async ({ house }) => {
  makeDeaf(house.lab, 303)
  const { call } = house.tools
  house.tools.call = (wish) => call({ ...wish, patienceMs: 100 })
  const r = await house.post('/guests/303/shutdown')
  assert.is(r.status, 202)
  const { running } = deedRunning.parse(await r.json())
  const deed = deedShape.parse(await (await house.get(running.url)).json())
  assert.equal([deed.state, deed.ended], ['running', null])
})

deeds('tools are listed, and used by name', async ({ house }) => {
  const seen = tools.parse(await (await house.get('/api/tools')).json()).tools
  assert.ok(
    seen.every((t) => !t.acts),
    'who may only look is shown nothing that acts',
  )
  const listed = tools.parse(await (await house.get('/api/tools', 'operate')).json()).tools
  assert.ok(listed.some((t) => t.name === 'guest_start'))

  for (const { input } of listed) {
    assert.is(input.additionalProperties, false)
    for (const word of ['confirm', 'force', 'tier', 'approved'])
      assert.not.ok(word in (input.properties as object))
  }
  const json = { tool: 'guest_start', args: { vmid: 100 } }
  const r = await house.post('/api/tools/execute', { json })
  assert.is(r.status, 200, await r.clone().text())
  const unknown = await house.post('/api/tools/execute', { json: { tool: 'start_vm' } })
  assert.is(unknown.status, 404)
  assert.match((await failureOf(unknown)).next ?? '', 'guest_start')
})

deeds('no field confirms, forces or approves anything', async ({ house }) => {
  const args = { vmid: 303 }
  const plain = { tool: 'guest_shutdown', args }
  for (const word of ['confirm', 'confirmed', 'force', 'tier', 'approved']) {
    const form = await house.post('/guests/303/shutdown', { form: { [word]: '1' } })
    const inside = { ...plain, args: { ...args, [word]: true } }
    const executed = await house.post('/api/tools/execute', { json: inside })
    for (const r of [form, executed]) {
      assert.is(r.status, 422)
      const { message, details } = await failureOf(r)
      assert.match(message, 'guest_shutdown')
      assert.match(details[word] ?? '', 'only a person can')
    }
    const beside = await house.post('/api/tools/execute', { json: { ...plain, [word]: true } })
    assert.is(beside.status, 422)
    assert.match((await failureOf(beside)).next ?? '', 'No field can confirm')
  }
  assert.equal(house.writes, [])
})

deeds('wrong numbers are refused by name and reach nobody', async ({ house }) => {
  for (const vmid of [99, 1e12, 303.5, '303', null, [303], { $gt: 0 }]) {
    const json = { tool: 'guest_start', args: { vmid } }
    const r = await house.post('/api/tools/execute', { json })
    assert.is(r.status, 422, String(vmid))
    assert.ok((await failureOf(r)).details.vmid)
  }
  for (const path of ['/guests/0303/start', '/guests/303%20/start', '/guests/x/start'])
    assert.is((await house.post(path)).status, 404)
  const near = await house.post('/guests/333/start')
  assert.is(near.status, 404)
  assert.match((await failureOf(near)).next ?? '', 'Did you mean 303 homeassistant?')
  for (const json of [
    [],
    null,
    'x',
    7,
    { args: {} },
    { tool: 5 },
    { tool: 'guest_start', args: [] },
  ])
    assert.is((await house.post('/api/tools/execute', { json })).status, 422, JSON.stringify(json))
  assert.equal(house.writes, [])
})

deeds('who may only look, or is nobody, does nothing', async ({ house }) => {
  for (const path of ['/guests/303/shutdown', '/api/tools/execute', '/stop', '/stop/release']) {
    const json = path.startsWith('/api') ? { tool: 'guest_start', args: { vmid: 100 } } : {}
    const seen = await house.post(path, { as: 'view', json })
    assert.is(seen.status, 403, path)
    assert.match((await failureOf(seen)).next ?? '', '--scope operate')
    assert.is((await house.post(path, { as: null })).status, 401, path)
  }
  // The door asks again, whoever forgot to.
  const caller = { kind: 'wall', name: 'hall', scope: 'operate', from: '' } as const
  const result = await house.tools.call({ tool: 'guest_start', args: { vmid: 100 }, caller })
  assert.equal([result.state, result.problem?.details?.rule], ['refused', 'scope'])
  assert.equal(house.writes, [])
})

deeds('without quorum nothing reaches the cluster', async ({ house }) => {
  house.lab.scenarios.on('no-quorum', undefined, { settled: true })
  for (const verb of ['shutdown', 'reboot']) {
    const r = await house.post(`/guests/302/${verb}`)
    assert.is(r.status, 409, await r.clone().text())
    const { message, details } = await failureOf(r)
    assert.is(details.rule, 'quorum')
    assert.match(message, 'no quorum: 2 of 4 nodes')
  }
  assert.equal(house.writes, [])
  assert.equal(
    house.audit().map((a) => [a.verdict, a.rule]),
    [
      ['refuse', 'quorum'],
      ['refuse', 'quorum'],
    ],
  )
})

deeds('a guest of a node that is off, in the wrong state, or locked is left alone', async (t) => {
  const { house } = t
  house.lab.scenarios.on('node-down', 'agent1', { settled: true })
  const expectRefusal = async (path: string, words: RegExp) => {
    const r = await house.post(path)
    assert.is(r.status, 409, await r.clone().text())
    assert.match((await failureOf(r)).message, words)
  }
  await expectRefusal('/guests/303/shutdown', /node of 303 homeassistant is lost/)
  await expectRefusal('/guests/302/start', /302 adguard is running/)
  house.lab.world.guest(302)!.lock = 'backup'
  await expectRefusal('/guests/302/reboot', /302 adguard is locked \(backup\)/)
  assert.equal(house.writes, [])
  const page = await house.post('/guests/302/reboot', { as: 'alice', form: {} })
  assert.is(page.status, 409)
  assert.match(await page.text(), 'locked')
  const toast = await house.post('/guests/302/reboot', {
    as: 'alice',
    form: {},
    headers: { 'hx-request': 'true' },
  })
  assert.is(toast.status, 409)
  assert.is(toast.headers.get('hx-retarget'), '#toasts')
  assert.match(await toast.text(), 'class="toast failed"')
})

deeds('of two at once one runs, and the other is told who and since when', async ({ house }) => {
  makeDeaf(house.lab, 303)
  const first = house.post('/guests/303/reboot', { as: 'alice', headers: { accept: '*/*' } })
  await until(() => house.tools.running().length === 1)
  const second = await house.post('/guests/303/shutdown')
  assert.is(second.status, 409)
  assert.match(
    (await failureOf(second)).message,
    /^303 homeassistant is being restarted by alice since \d+.s\.$/,
  )
  assert.is((await house.post('/guests/302/reboot')).status, 200)
  await first
})
deeds('ten at the same moment are one deed', async ({ house }) => {
  const all = await Promise.all(Array.from({ length: 10 }, () => house.post('/guests/302/reboot')))
  const count = (status: number) => all.filter((r) => r.status === status).length
  assert.equal([count(200), count(409)], [1, 9])
  assert.is(house.writes.length, 1)
})

deeds('a task that fails is 502 with its words, and what is so now', async ({ house }) => {
  house.lab.scenarios.on('task-fails', '303')
  const r = await house.post('/guests/303/shutdown')
  assert.is(r.status, 502)
  const { message, details } = await failureOf(r)
  assert.match(message, /failed: .*failed.* 303 homeassistant is running\./)
  assert.is(deedRow(house.db, Number(details.deed))?.state, 'failed')
  assert.is(house.audit().at(-1)?.outcome, 'failed')
})

deeds('an answer that was lost is not tried again, and the outcome is unknown', async (t) => {
  const { house } = t
  const { guests } = house.proxmox
  const { shutdown } = guests
  guests.shutdown = async (ref, options) => {
    await shutdown(ref, options)
    throw new Problem('timeout', 'The answer was lost: it may have happened.', {
      details: { sent: 'yes' },
    })
  }
  const r = await house.post('/guests/303/shutdown')
  assert.is(r.status, 502)
  const { message, details } = await failureOf(r)
  assert.match(message, 'outcome unknown')
  assert.is(deedRow(house.db, Number(details.deed))?.state, 'unknown')
  assert.is(house.writes.length, 1)
})

deeds('what cannot be written down is not done', async ({ house }) => {
  for (const table of ['deeds', 'audit']) {
    house.db.exec(`create trigger refuse before insert on ${table}
      begin select raise(abort, 'the disk is full'); end`)
    const r = await house.post('/guests/303/shutdown')
    assert.is(r.status, 503, table)
    const { details, message } = await failureOf(r)
    assert.is(details.rule, 'record')
    assert.match(message, 'What cannot be written down is not done.')
    house.db.exec('drop trigger refuse')
  }
  assert.equal(house.writes, [])
  assert.is((await house.post('/guests/303/shutdown')).status, 200)
})

deeds('a name that attacks is text in every answer', async ({ house }) => {
  const name = '<img src=x onerror=alert(1)>\u001b[2J\u202e'
  house.lab.world.guest(303)!.name = name
  await house.cluster.refresh()
  const r = await house.post('/guests/303/start')
  assert.not.match(await r.text(), /[\u001b\u202e]/)
  const page = await house.post('/guests/303/start', { as: 'alice', form: {} })
  assert.is(page.status, 409)
  assert.not.match(await page.text(), /<img|[\u001b\u202e]/)
  const text = await house.post('/guests/303/shutdown', { headers: { accept: 'text/plain' } })
  assert.is(text.status, 200)
  assert.not.match(await text.text(), /[\u001b\u202e]/)
  const row = await house.get('/api/deeds/1')
  assert.not.match(await row.text(), /[\u001b\u202e]/)
  assert.not.ok(house.lines.some((line) => /[\u001b\u202e]/.test(line)))
})

deeds('a deed that is not there is 404', async ({ house }) => {
  for (const id of ['1', '0', '-1', 'x', '99999999999999999999'])
    assert.is((await house.get(`/api/deeds/${id}`)).status, 404, id)
})

deeds.run()
