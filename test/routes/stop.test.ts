/** STOP: pressed by anybody who may act, in any way; released by a person alone. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { failure, readiness, state, stop as stopShape } from '../../routes/shapes.ts'
import { deedRow, type House, makeDeaf, openHouse, stateIn, until } from '../house.ts'

const stop = suite<{ house: House }>('stop')
stop.before.each(async (t) => {
  t.house = await openHouse()
})
stop.after.each((t) => t.house.close())

const failureOf = async (r: Response) => failure.parse(await r.json()).error

stop('pressed, every deed is refused with who and why, until a person lets go', async (t) => {
  const { house } = t
  const pressed = await house.post('/stop', { json: { reason: 'smoke' } })
  assert.is(pressed.status, 200)
  assert.is(stopShape.parse(await pressed.json()).reason, 'smoke')
  const r = await house.post('/guests/303/shutdown')
  assert.is(r.status, 503)
  const { kind, message, next, details } = await failureOf(r)
  assert.equal([kind, details.rule], ['halted', 'stop'])
  assert.match(message, 'STOP was pressed by test operate: smoke.')
  assert.match(next ?? '', 'resume')
  assert.is((await house.post('/stop/release')).status, 403)
  assert.is((await house.post('/stop/release', { as: 'admin' })).status, 403)
  const back = await house.post('/stop/release', { as: 'alice', form: {} })
  assert.is(back.status, 303)
  assert.is((await house.post('/guests/302/reboot')).status, 200)
  assert.is(house.writes.length, 1)
  assert.equal(
    house.audit().map((a) => [a.who, a.what, a.verdict]),
    [
      ['test operate', 'guest_shutdown', 'refuse'],
      ['test operate', 'guest_reboot', 'run'],
      ['test operate', 'guest_reboot', 'run'],
    ],
  )
  assert.equal(house.kinds(), ['stop.pressed', 'stop.released', 'deed.started', 'deed.finished'])
})

stop(
  'in the middle of a shutdown: the task is cancelled within a second, and says so',
  async (t) => {
    const { house } = t
    makeDeaf(house.lab, 303)
    const deed = house.post('/guests/303/shutdown')
    await until(() => deedRow(house.db, 1)?.upid != null)
    const asked = performance.now()
    await house.post('/stop')
    await until(() => house.writes.some((w) => w.startsWith('DELETE')))
    const took = performance.now() - asked
    const r = await deed
    assert.is(r.status, 503)
    const { kind, message } = await failureOf(r)
    assert.is(kind, 'halted')
    assert.match(message, 'cancelled by STOP. 303 homeassistant is running.')
    assert.is(deedRow(house.db, 1)?.state, 'stopped')
    assert.is(stateIn(house.lab, 303), 'running')
    await house.cluster.refresh()
    const task = house.cluster.picture().tasks.find((it) => it.type === 'vzshutdown')
    assert.equal([task?.outcome, task?.text], ['stopped', 'received interrupt'])
    console.log(`\nCOUNT STOP to the cancelled task: ${Math.round(took)} ms`)
  },
)

stop('what had happened before STOP came is told as it is', async ({ house }) => {
  const { tasks } = house.proxmox
  const deed = house.post('/guests/303/shutdown')
  await until(() => house.kinds().includes('deed.started'))
  // The cancelling comes too late for a task of 125 ms, or just in time: both answers are true.
  tasks.stop = async () => {}
  await house.post('/stop')
  assert.is((await deed).status, 200)
  assert.is(stateIn(house.lab, 303), 'stopped')
  assert.is(deedRow(house.db, 1)?.state, 'done')
})

stop('the file works by itself within a second; its removal alone releases nothing', async (t) => {
  const { house } = t
  makeDeaf(house.lab, 303)
  const deed = house.post('/guests/303/shutdown')
  await until(() => deedRow(house.db, 1)?.upid != null)
  const file = join(house.folder, 'STOP')
  writeFileSync(file, '')
  await until(() => house.writes.some((w) => w.startsWith('DELETE')))
  assert.is((await deed).status, 503)
  rmSync(file)
  const still = stopShape.parse(await (await house.get('/api/stop')).json())
  assert.equal([still.pressed, still.by], [true, 'the file STOP'])
  await house.post('/stop/release', { as: 'alice', form: {} })
  assert.is((await house.post('/guests/302/reboot')).status, 200)
})

stop('pressing leaves the file, releasing takes it away', async ({ house }) => {
  const file = join(house.folder, 'STOP')
  await house.post('/stop')
  assert.ok(existsSync(file))
  await house.post('/stop/release', { as: 'alice', form: {} })
  assert.not.ok(existsSync(file))
})

stop('is seen in the state, in readiness, and is still there after a restart', async (t) => {
  await t.house.post('/stop', { json: { reason: 'a\u001b[2Jb' } })
  const { lab, folder } = t.house
  await t.house.drop()
  t.house = await openHouse({ lab, folder })
  const all = state.parse(await (await t.house.get('/api/state')).json())
  assert.is(all.stop.by, 'test operate')
  assert.not.match(all.stop.reason ?? '', /\u001b/)
  const ready = readiness.parse(await (await t.house.get('/readyz')).json())
  assert.match(ready.reasons.find((r) => r.name === 'stop')?.text ?? '', 'pressed by test operate')
  assert.is((await t.house.post('/guests/303/shutdown')).status, 503)
  assert.equal(t.house.writes, [])
})

stop('every page has the switch for whoever may, and says when it is pressed', async (t) => {
  const { house } = t
  const page = async (as: 'alice' | 'view') => (await house.get('/', as, 'text/html')).text()
  assert.match(await page('alice'), 'action="/stop"')
  assert.not.match(await page('view'), 'action="/stop"')
  house.stop.press({ by: '<b>bob</b>', from: '' })
  assert.match(await page('alice'), 'action="/stop/release"')
  assert.match(await page('alice'), '&lt;b&gt;bob&lt;/b&gt;')
  assert.match(await page('view'), 'STOPPED')
  assert.not.match(await page('view'), '<button>Let me work again')
})

stop('works with a body that cannot be read', async ({ house }) => {
  const headers = { 'content-type': 'application/json' }
  assert.is((await house.post('/stop', { headers })).status, 200)
  assert.is(house.stop.state().pressed, true)
})

stop.run()
