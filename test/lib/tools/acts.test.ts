/**
 * What holds for every tool that acts: without quorum nothing reaches the cluster, STOP ends a whole
 * queue, each has its line in the README, and what it was doing when the server ended is found out.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { lineOf } from '../../../lib/safety/tiers.ts'
import { doingOf, rightFor, tools } from '../../../lib/tools/registry.ts'
import { table } from '../../../lib/tools/table.ts'
import { call, person } from '../../deeds.ts'
import { deedRow, type Given, type House, openHouse, until } from '../../house.ts'

const acts = suite<{ house: House }>('tools that act')
acts.after.each(async (t) => {
  await t.house?.close()
  t.house = undefined as never
})
const open = async (t: { house: House }, given: Given = {}) => {
  t.house = await openHouse(given)
  return t.house
}

/** Arguments with which each would act, were the cluster well. */
const ARGS: Record<string, Record<string, unknown>> = {
  guest_start: { vmid: 100 },
  guest_shutdown: { vmid: 303 },
  guest_reboot: { vmid: 303 },
  guest_stop: { vmid: 303 },
  guest_snapshot: { vmid: 303, name: 'good' },
  guest_rollback: { vmid: 100, snapshot: 'before-24-04' },
  guest_backup: { vmid: 303 },
  guest_migrate: { vmid: 303, target: 'pve' },
  guest_delete: { vmid: 100 },
  guest_command: { vmid: 303, command: 'systemctl restart cron' },
  cancel_task: { upid: '' },
  service_restart: { node: 'agent1', service: 'pveproxy' },
  node_reboot: { node: 'agent1' },
  node_shutdown: { node: 'agent1' },
  run_command: { node: 'agent1', command: 'systemctl restart cron' },
  docker_start: { host: 'docker', container: 'monitoring-grafana-1' },
  docker_stop: { host: 'docker', container: 'uptime-kuma' },
  docker_restart: { host: 'docker', container: 'uptime-kuma' },
  compose_up: { host: 'docker', project: 'monitoring' },
  storage_scan: { storage: 'cluster-backup' },
  tmux_install: { node: 'agent1' },
}
const acting = tools.filter((t) => t.kind === 'act' && !t.withoutQuorum).map((t) => t.name)

acts('no quorum: every one is refused, and nothing reaches the cluster', async (t) => {
  const house = await open(t, { ssh: true, destroy: true })
  const { guests } = house.proxmox
  house.lab.world.guest(303)!.deaf = true
  const { upid } = await guests.shutdown(
    { node: 'agent1', kind: 'lxc', vmid: 303 },
    { seconds: 900 },
  )
  const args = { ...ARGS, cancel_task: { upid } }
  assert.equal(Object.keys(args).sort(), [...acting].sort(), 'each tool that acts has arguments')
  house.lab.scenarios.on('no-quorum', 'Home,agent', { settled: true })
  await house.cluster.refresh()
  const before = house.writes.length
  for (const [tool, wish] of Object.entries(args))
    for (const as of [person, undefined]) {
      const { state, problem } = await call(house, tool, wish, { ...(as && { as }) })
      assert.is(state, 'refused', tool)
      assert.is(problem?.details?.rule, 'quorum', `${tool}: ${problem?.message}`)
    }
  assert.equal(house.writes.slice(before), [])
  assert.equal(house.brakes.approvals.waiting(), [])
  assert.is(house.db.first<{ n: number }>('select count(*) n from deeds')?.n, 0)
})

acts('STOP in a queue of twenty: what had not begun never begins', async (t) => {
  const house = await open(t)
  const vmids = [303, 302, 300, 103]
  for (const vmid of vmids) house.lab.world.guest(vmid)!.disk.used = 10 * 1024 ** 3
  const queue = (async () => {
    const results = []
    for (let n = 0; n < 20; n++)
      results.push(
        await call(
          house,
          'guest_backup',
          { vmid: vmids[n % 4] },
          { as: person, patienceMs: 60_000 },
        ),
      )
    return results
  })()
  await until(() => deedRow(house.db, 1)?.upid != null)
  house.stop.press({ by: 'alice', from: '' })
  const results = await queue
  assert.equal(
    results.map((r) => r.problem?.kind),
    Array.from({ length: 20 }, () => 'halted'),
  )
  assert.is(deedRow(house.db, 1)?.state, 'stopped')
  assert.equal(
    house.writes.map((w) => w.split(' ')[0]),
    ['POST', 'DELETE'],
    'one backup, and its cancelling',
  )
})

acts('a task whose name was lost is found again under our own token', async (t) => {
  const house = await open(t)
  house.db.exec(`create trigger no_upid before update of upid on deeds
    begin select raise(abort, 'the power went'); end`)
  const asked = call(house, 'service_restart', { node: 'agent1', service: 'cron' })
  await until(() => house.writes.length > 0)
  await house.proxmox.cluster.tasks()
  const { lab, folder } = house
  await house.drop()
  await asked.catch(() => undefined)
  t.house = await openHouse({ lab, folder })
  t.house.db.exec('drop trigger no_upid')
  await t.house.tools.recover()
  const row = deedRow(t.house.db, 1)
  assert.match(row?.upid ?? '', /^UPID:agent1:.*:srvrestart:cron:/)
  assert.is(row?.state, 'done', row?.text ?? '')
})

acts('a task that went on while nobody watched is followed to its end', async (t) => {
  const house = await open(t)
  const asked = call(house, 'guest_snapshot', { vmid: 303, name: 'good' })
  await until(() => deedRow(house.db, 1)?.upid != null)
  const { lab, folder } = house
  await house.drop()
  await asked.catch(() => undefined)
  t.house = await openHouse({ lab, folder })
  await t.house.tools.recover()
  assert.is(deedRow(t.house.db, 1)?.state, 'done')
  assert.match(deedRow(t.house.db, 1)?.text ?? '', /has the snapshot good/)
})

acts('a scan tells what is new and what belongs to nobody', async (t) => {
  const house = await open(t)
  const stray = {
    volid: 'nvme1:vm-999-disk-0',
    content: 'images',
    format: 'raw',
    size: 4 * 1024 ** 3,
    at: Date.now(),
    vmid: 999,
  }
  house.lab.world.storage('nvme1')!.volumes.push(stray as never)
  const done = await call(house, 'storage_scan', { storage: 'nvme1' })
  assert.is(done.state, 'done', done.text)
  assert.equal([done.data?.orphans, done.data?.loose], [['nvme1:vm-999-disk-0'], []])
  assert.match(done.text, /nvme1 on agent1: \d disks?, 1 root of a container; .* used\./)
  assert.match(done.text, /New since a day: nvme1:vm-999-disk-0/)
  const local = await call(house, 'storage_scan', { storage: 'local', node: 'Home' })
  assert.match(local.text, /local on Home: 1 ISO image, 1 template/)
  const far = await call(house, 'storage_scan', { storage: 'nvme1', node: 'pve' }, { as: person })
  assert.match(far.problem?.next ?? '', /agent1/)
  assert.equal(house.writes, [])
})

acts('each tool has its line in the table of the README, and its tier in the one of safety', () => {
  const readme = readFileSync(join(import.meta.dirname ?? '.', '../../../README.md'), 'utf8')
  for (const line of table()) assert.ok(readme.includes(line), `README.md lacks:\n${line}`)
  for (const tool of tools) {
    const known = ['run_command', 'guest_command'].includes(tool.name)
    const line = lineOf({ tool: tool.name, args: {}, targets: [] })
    assert.ok(known || line, `${tool.name} has no tier`)
    assert.ok(['view', 'operate', 'admin'].includes(rightFor(tool)))
    if (tool.kind === 'act') assert.ok(tool.proof && doingOf(tool.name), tool.name)
  }
})

acts.run()
