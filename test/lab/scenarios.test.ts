/** Faults that are switched on and off while the lab runs, and the remote control. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, startLab } from '../../lab/lab.ts'
import { seeded } from '../../lab/random.ts'
import { ask, fields, leapingClock, outcome, rows } from './ask.ts'

const scenarios = suite<{ lab: Lab; now: () => number }>('lab scenarios')
scenarios.before.each(async (t) => {
  const clock = leapingClock()
  t.now = clock.now
  t.lab = await startLab({ clock, random: seeded(7) })
})
scenarios.after.each((t) => t.lab.stop())

scenarios('a crashed guest is stopped without a task and can be started', async ({ lab }) => {
  lab.scenarios.on('guest-crashed')
  assert.is(fields(await ask(lab, 'GET', '/nodes/agent1/lxc/303/status/current')).status, 'stopped')
  const lines = (await ask(lab, 'GET', '/nodes/agent1/journal')).data as string[]
  assert.ok(lines.some((l) => l.includes('cgroup out of memory')))
  assert.is(await outcome(lab, await ask(lab, 'POST', '/nodes/agent1/lxc/303/status/start')), 'OK')
})

scenarios('tasks fail as long as they are told to', async ({ lab }) => {
  lab.scenarios.on('task-fails', 'qmstart')
  const start = () => ask(lab, 'POST', '/nodes/agent1/qemu/100/status/start')
  assert.is(await outcome(lab, await start()), 'start failed: QEMU exited with code 1')
  assert.is(await outcome(lab, await ask(lab, 'POST', '/nodes/pve/lxc/302/status/stop')), 'OK')
  lab.scenarios.off('task-fails')
  assert.is(await outcome(lab, await start()), 'OK')
})

scenarios('one token is revoked, or all of them', async ({ lab }) => {
  const { audit, operate } = lab.tokens
  const status = async (token: typeof audit) =>
    (await ask(lab, 'GET', '/version', { token })).status
  lab.scenarios.on('token-revoked', audit.id)
  assert.equal([await status(audit), await status(operate)], [401, 200])
  lab.scenarios.on('token-revoked')
  assert.equal([await status(audit), await status(operate)], [401, 401])
  lab.scenarios.off('token-revoked')
  assert.is(await status(audit), 200)
})

scenarios('a full storage says so and takes no snapshot', async ({ lab }) => {
  lab.scenarios.on('storage-full', 'local-lvm')
  const { avail, total } = fields(await ask(lab, 'GET', '/nodes/pve/storage/local-lvm/status'))
  assert.ok(Number(avail) / Number(total) < 0.001)
  const form = { snapname: 'now' }
  const accepted = await ask(lab, 'POST', '/nodes/pve/lxc/302/snapshot', { form })
  assert.match(await outcome(lab, accepted), 'out of space')
})

scenarios('a slow node takes four seconds more, whoever is asked', async ({ lab, now }) => {
  lab.scenarios.on('slow-node', 'agent')
  const took = async (path: string, node: number) => {
    const began = now()
    await ask(lab, 'GET', path, { node })
    return now() - began
  }
  assert.is(await took('/version', 0), 0)
  assert.is(await took('/version', 3), 4000)
  assert.is(await took('/nodes/agent/status', 0), 4000)
})

scenarios(
  'a flapping API cuts and stumbles, and a cut write may have been carried out',
  async ({ lab }) => {
    lab.scenarios.on('api-flaps')
    const seen: string[] = []
    for (let i = 0; i < 8; i++)
      seen.push(
        await ask(lab, 'GET', '/version').then(
          (a) => String(a.status),
          () => 'cut',
        ),
      )
    assert.equal(seen, ['200', '200', '200', '500', '200', '200', '200', 'cut'])
    for (let i = 0; i < 3; i++) await ask(lab, 'GET', '/version')
    const start = await ask(lab, 'POST', '/nodes/agent1/qemu/100/status/start').catch(() => 'cut')
    assert.is(start, 'cut')
    lab.scenarios.off('api-flaps')
    assert.ok(rows(await ask(lab, 'GET', '/cluster/tasks')).some((r) => r.type === 'qmstart'))
  },
)

scenarios('a machine that is gone costs thirty seconds, later two', async ({ lab, now }) => {
  lab.scenarios.on('node-down', 'agent1/gone')
  const call = async () => {
    const began = now()
    const answer = await ask(lab, 'GET', '/nodes/agent1/status')
    return `${answer.status} ${answer.reason} ${Math.round((now() - began) / 1000)} s`
  }
  assert.is(await call(), '595 Connection timed out 30 s')
  assert.is(await call(), '595 Connection timed out 30 s')
  assert.is(await call(), '595 No route to host 2 s')
})

scenarios('an unknown node costs the ten seconds of a resolver', async ({ lab, now }) => {
  const began = now()
  const answer = await ask(lab, 'GET', '/nodes/pve9/status')
  assert.match(answer.reason, "hostname lookup 'pve9' failed")
  assert.ok(now() - began >= 10_000)
})

scenarios('the remote control switches them for scripts, not for browsers', async ({ lab }) => {
  const at = `${lab.controlUrl}/lab/scenarios`
  const names = ((await (await fetch(at)).json()) as { name: string }[]).map((s) => s.name)
  assert.equal(names, [
    'node-down',
    'no-quorum',
    'guest-crashed',
    'storage-full',
    'token-revoked',
    'task-fails',
    'slow-node',
    'api-flaps',
  ])
  const post = (name: string, body: unknown, headers = {}) =>
    fetch(`${at}/${name}`, { method: 'POST', body: JSON.stringify(body), headers })
  assert.equal(
    await (await post('slow-node', { on: true, target: 'pve' }))
      .json()
      .then((view) => [(view as { on: boolean }).on, (view as { target: string }).target]),
    [true, 'pve'],
  )
  assert.is((await post('slow-node', { on: true, target: 'nobody' })).status, 400)
  assert.is((await post('nothing', { on: true })).status, 404)
  assert.is((await post('slow-node', { on: false }, { Origin: 'http://evil.example' })).status, 403)
  assert.is(lab.scenarios.list().find((s) => s.name === 'slow-node')!.on, true)
  await post('slow-node', { on: false })
  assert.is(lab.scenarios.list().find((s) => s.name === 'slow-node')!.on, false)
})

scenarios('certificates can be wrong in three ways', async () => {
  const expected = {
    expired: 'CERT_HAS_EXPIRED',
    'wrong-host': 'ERR_TLS_CERT_ALTNAME_INVALID',
    'other-ca': /UNABLE_TO|SELF_SIGNED/,
  }
  for (const [certificate, code] of Object.entries(expected)) {
    const lab = await startLab({ certificate: certificate as keyof typeof expected })
    const got = await ask(lab, 'GET', '/version').catch((e: NodeJS.ErrnoException) => e.code)
    assert.match(String(got), code)
    await lab.stop()
  }
})

scenarios.run()
