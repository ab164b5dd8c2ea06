/** The server ends while a deed is under way; the next one finds out what became of it. */
import { writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Upid } from '../../../lib/proxmox/types.ts'
import { deedRow, type House, makeDeaf, openHouse, until } from '../../house.ts'

const recovery = suite<{ house: House }>('deeds after a restart')
recovery.before.each(async (t) => {
  t.house = await openHouse()
})
recovery.after.each((t) => t.house.close())

/** The next server on the same folder, and its word on the first deed. */
const restart = async (t: { house: House }, between: () => unknown = () => {}) => {
  const { lab, folder } = t.house
  await t.house.drop()
  await between()
  t.house = await openHouse({ lab, folder })
  await t.house.tools.recover()
  return deedRow(t.house.db, 1)
}
const startDeaf = async ({ house }: { house: House }) => {
  makeDeaf(house.lab, 303)
  const asked = house.post('/guests/303/shutdown')
  await until(() => deedRow(house.db, 1)?.upid != null)
  return asked
}
const isOver = async (house: House, upid: Upid) =>
  !(await house.proxmox.tasks.status(upid, { role: 'operate' })).running

recovery('who waits is told that it goes on; the row stays open', async (t) => {
  const asked = startDeaf(t)
  await until(() => deedRow(t.house.db, 1)?.upid != null)
  t.house.tools.close()
  assert.is((await asked).status, 202)
  assert.is(deedRow(t.house.db, 1)?.ended_at, null)
})

recovery('a task that still runs is followed to its end', async (t) => {
  const asked = startDeaf(t)
  await until(() => deedRow(t.house.db, 1)?.upid != null)
  const row = await restart(t)
  await asked
  assert.is(row?.state, 'failed')
  assert.match(row?.text ?? '', 'got timeout')
  assert.is(t.house.audit().at(-1)?.outcome, 'failed')
  assert.ok(t.house.kinds().includes('deed.finished'))
  assert.is((await t.house.post('/guests/303/reboot')).status, 502)
})

recovery('a task that ended meanwhile is closed with its true end', async (t) => {
  const { house } = t
  house.db.exec(`create trigger no_end before update of ended_at on deeds
    begin select raise(abort, 'the power went'); end`)
  const r = await house.post('/guests/302/reboot')
  assert.is(r.status, 200)
  assert.is(deedRow(house.db, 1)?.ended_at, null)
  assert.is(await isOver(house, deedRow(house.db, 1)!.upid!), true)
  house.db.exec('drop trigger no_end')
  const row = await restart(t)
  assert.is(row?.state, 'done')
  const [before, after] = t.house.audit()
  assert.equal([after?.of, after?.outcome], [before?.id, 'done'])
})

recovery(
  'ended between the call and its answer: the task is found under our own token',
  async (t) => {
    const { house } = t
    house.db.exec(`create trigger no_upid before update of upid on deeds
    begin select raise(abort, 'the power went'); end`)
    makeDeaf(house.lab, 303)
    const asked = house.post('/guests/303/shutdown')
    await until(() => house.writes.length > 0)
    // Until the simulated node has made the task.
    await house.proxmox.cluster.tasks()
    const { lab, folder } = house
    await house.drop()
    await asked
    t.house = await openHouse({ lab, folder })
    t.house.db.exec('drop trigger no_upid')
    await t.house.tools.recover()
    const row = deedRow(t.house.db, 1)
    assert.match(row?.upid ?? '', 'vzshutdown:303')
    assert.is(row?.state, 'failed')
    assert.match(row?.text ?? '', 'got timeout')
  },
)

recovery(
  'a deed of which the cluster knows nothing has an unknown outcome, and frees its guest',
  async (t) => {
    t.house.db.run(
      `insert into deeds (tool, args, target, label, who, who_kind, who_from, state, started_at, audit_id)
     values ('guest_start', '{"vmid":100}', 'guest/100', '100 Ubuntu-Desktop', 'alice', 'person', '', 'running', ?, 1)`,
      [Date.now() - 3_600_000],
    )
    const row = await restart(t)
    assert.is(row?.state, 'unknown')
    assert.match(row?.text ?? '', /outcome unknown.*100 Ubuntu-Desktop is stopped\./)
    assert.is((await t.house.post('/guests/100/start')).status, 200)
  },
)

recovery('a task that nobody remembers has an unknown outcome', async (t) => {
  t.house.db.run(
    `insert into deeds (tool, args, target, label, who, who_kind, who_from, state, started_at, audit_id, upid)
     values ('guest_start', '{"vmid":100}', 'guest/100', '100 x', 'alice', 'person', '', 'running', ?, 1,
       'UPID:agent1:00001234:00005678:60000000:qmstart:100:ops@pve!operate:')`,
    [Date.now() - 3_600_000],
  )
  assert.is((await restart(t))?.state, 'unknown')
})

recovery('STOP that was pressed meanwhile cancels what is found running', async (t) => {
  const asked = startDeaf(t)
  await until(() => deedRow(t.house.db, 1)?.upid != null)
  const row = await restart(t, () => writeFileSync(`${t.house.folder}/STOP`, ''))
  await asked
  assert.is(row?.state, 'stopped')
})

recovery.run()
