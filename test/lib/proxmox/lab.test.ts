/** The rules for a client, each against the simulated cluster that misleads as the real one does. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, type LabOptions, startLab } from '../../../lab/lab.ts'
import { seeded } from '../../../lab/random.ts'
import { systemClock } from '../../../lib/clock.ts'
import { silentLog } from '../../../lib/log.ts'
import { createProxmox, type Proxmox, type ProxmoxNeeds } from '../../../lib/proxmox/client.ts'
import type { GuestRef } from '../../../lib/proxmox/guests.ts'
import { placeOf } from '../../../lib/proxmox/tls.ts'
import type { Token, TokenRole } from '../../../lib/proxmox/types.ts'
import { loginByPassword } from '../../../lib/setup/session.ts'
import { leapingClock } from '../../lab/ask.ts'
import { problemOf } from './client.ts'

const clientOf = (lab: Lab, needs: Partial<ProxmoxNeeds> = {}) =>
  createProxmox({
    nodes: lab.nodes,
    ca: lab.ca,
    token: (role) => lab.tokens[role],
    clock: systemClock,
    log: silentLog,
    ...needs,
  })

const start = (options: LabOptions = {}) =>
  startLab({ clock: leapingClock(), random: seeded(3), ...options })
const only = (token: Token) => ({ token: (_: TokenRole) => token })

const vm: GuestRef = { node: 'agent1', kind: 'qemu', vmid: 100 }
const ct: GuestRef = { node: 'agent1', kind: 'lxc', vmid: 303 }

const inLab = suite<{ lab: Lab; px: Proxmox }>('proxmox in the lab')
inLab.before.each(async (t) => {
  t.lab = await start()
  t.px = clientOf(t.lab)
})
inLab.after.each(async (t) => {
  t.px.close()
  await t.lab.stop()
})

inLab('more than a hundred reads outlive the connections they came on', async ({ px }) => {
  for (let i = 0; i < 120; i++) assert.is((await px.version()).major, 9)
})

inLab('lists are in our order, the same every time', async ({ px }) => {
  const read = async () => {
    const { nodes, guests, storages } = await px.cluster.resources()
    const names = [
      nodes.map((n) => n.node),
      guests.map((g) => g.vmid),
      storages.map((s) => `${s.storage}/${s.node}`),
    ]
    return JSON.stringify([names, Object.keys(guests[0]!)])
  }
  const first = await read()
  for (let i = 0; i < 5; i++) assert.is(await read(), first)
})

inLab('a wrong token is explained, and no secret is in the words', async ({ lab }) => {
  for (const token of [{ ...lab.tokens.audit, secret: 'wrong-secret' }, lab.tokens.expired]) {
    const px = clientOf(lab, only(token))
    const problem = await problemOf(px.version())
    assert.is(problem.kind, 'unauthorized')
    assert.match(problem.message, `does not accept the token ${token.id}`)
    assert.match(problem.next ?? '', /pveum user token list/)
    assert.not.ok(`${problem.message} ${problem.next}`.includes(token.secret))
    px.close()
  }
})

inLab('the 401 that comes 3 s late is still read as one', async () => {
  const lab = await start({ clock: systemClock })
  const px = clientOf(lab, only({ ...lab.tokens.audit, secret: 'x' }))
  assert.is((await problemOf(px.version())).kind, 'unauthorized')
  px.close()
  await lab.stop()
})

inLab('a narrow token sees fewer rows and is told which right is missing', async ({ lab, px }) => {
  const narrow = clientOf(lab, only(lab.tokens.narrow))
  assert.equal(
    (await narrow.cluster.resources()).guests.map((g) => g.vmid),
    [303],
  )
  assert.ok((await px.cluster.resources()).guests.length > 1)
  const seen = await narrow.nodes.list()
  assert.is(seen.length, 4)
  assert.is(seen[0]!.cpu, undefined)
  const problem = await problemOf(narrow.guests.stop(vm))
  assert.is(problem.kind, 'forbidden')
  assert.match(problem.message, /lacks VM\.PowerMgmt on \/vms\/100/)
  assert.match(
    problem.next ?? '',
    /pveum role add Jarvis\.VM\.PowerMgmt .*pveum acl modify \/ .*--tokens 'ops@pve!narrow'/,
  )
  assert.is((await problemOf(narrow.cluster.status())).kind, 'forbidden')
  assert.ok((await narrow.permissions())['/vms/303']!['VM.PowerMgmt'])
  narrow.close()
})

inLab(
  'an unknown guest, the wrong node and the wrong type are "not found", not a failure',
  async ({ px }) => {
    for (const ref of [
      { ...ct, vmid: 999 },
      { ...ct, node: 'pve' },
      { ...ct, kind: 'qemu' as const },
    ])
      assert.is((await problemOf(px.guests.status(ref))).kind, 'not-found')
    assert.is((await problemOf(px.nodes.storageContent('pve', 'nope'))).kind, 'not-found')
  },
)

inLab('every wrong parameter is named', async ({ px }) => {
  const problem = await problemOf(px.get('/cluster/resources', { type: 'bogus', extra: 1 }))
  assert.is(problem.kind, 'invalid')
  assert.equal(Object.keys(problem.details ?? {}).sort(), ['extra', 'type'])
})

inLab('stop and start of a container, each followed to its end', async ({ px }) => {
  const told: string[] = []
  const stop = await px.guests.stop(ct, { onLine: (line) => told.push(line.t) })
  assert.is((await stop.outcome).result, 'ok')
  assert.is(told.at(-1), 'TASK OK')
  assert.is((await px.guests.status(ct)).status, 'stopped')
  assert.is((await problemOf(px.guests.stop(ct))).kind, 'conflict')
  assert.is((await (await px.guests.start(ct)).outcome).result, 'ok')
  assert.match((await problemOf(px.guests.start(ct))).message, /already running/)
})

inLab('200 and a UPID for what cannot work: the outcome tells', async ({ px, lab }) => {
  const root = clientOf(lab, only(lab.tokens.root))
  for (const ref of [
    { ...ct, vmid: 999 },
    { ...ct, node: 'pve' },
  ]) {
    const write = await root.guests.start(ref)
    const outcome = await write.outcome
    assert.is(outcome.result, 'failed')
    assert.match(outcome.result === 'failed' ? outcome.text : '', /does not exist/)
  }
  await (await px.guests.start(vm)).outcome
  const again = await (await px.guests.start(vm)).outcome
  assert.match(again.result === 'failed' ? again.text : again.result, /already running/)
  root.close()
})

inLab('a task that fails ends with the words of its last line', async ({ px, lab }) => {
  await (await px.guests.stop(vm)).outcome
  lab.scenarios.on('task-fails', 'qmstart')
  assert.equal(
    await (await px.guests.start(vm)).outcome.then((o) => [o.result, 'text' in o && o.text]),
    ['failed', 'start failed: QEMU exited with code 1'],
  )
})

inLab('a snapshot is made, listed, rolled back to and deleted', async ({ px, lab }) => {
  const ref = { node: 'pve', kind: 'lxc' as const, vmid: 302 }
  const root = clientOf(lab, only(lab.tokens.root))
  const done = async (write: Promise<{ outcome: Promise<{ result: string }> }>) =>
    (await (await write).outcome).result
  assert.is(await done(root.guests.snapshot(ref, { name: 'before', description: 'a & b' })), 'ok')
  const [snapshot] = (await px.guests.snapshots(ref)).filter((s) => s.name === 'before')
  assert.is(snapshot!.description, 'a & b')
  assert.is(await done(root.guests.rollback(ref, 'before')), 'ok')
  assert.is(await done(root.guests.deleteSnapshot(ref, 'before')), 'ok')
  assert.not.ok((await px.guests.snapshots(ref)).some((s) => s.name === 'before'))
  root.close()
})

inLab('a container moves with its restart, is backed up, copied, and deleted', async ({ px }) => {
  const done = async (write: Promise<{ outcome: Promise<{ result: string }> }>) =>
    (await (await write).outcome).result
  const how = { target: 'Home', running: true, targetStorage: 'local' }
  assert.is(await done(px.guests.migrate(ct, how)), 'ok')
  const there = { ...ct, node: 'Home' }
  assert.is((await px.guests.status(there)).status, 'running')
  const backup = { storage: 'cluster-backup', notes: 'by hand', protected: true }
  assert.is(await done(px.guests.backup(there, backup)), 'ok')
  const made = (await px.nodes.storageContent('Home', 'cluster-backup', 'backup')).filter(
    (v) => v.vmid === ct.vmid,
  )
  assert.equal(
    made.map((v) => [v.notes, v.protected]),
    [['by hand', true]],
  )
  const { volid } = made[0]!
  assert.match(
    (await problemOf(px.nodes.deleteVolume('Home', 'cluster-backup', volid))).message,
    /protected/,
  )
  await px.nodes.describeVolume('Home', 'cluster-backup', volid, { protected: false })
  assert.is(await done(px.nodes.deleteVolume('Home', 'cluster-backup', volid)), 'ok')
  assert.is((await problemOf(px.guests.destroy(there))).kind, 'conflict')
  assert.is(await done(px.guests.stop(there)), 'ok')
  assert.is(await done(px.guests.destroy(there)), 'ok')
  assert.is((await problemOf(px.guests.status(there))).kind, 'not-found')
})

inLab('a backup asked of the wrong node has failed, although Proxmox says OK', async ({ px }) => {
  const wrong = await px.guests.backup({ ...ct, node: 'pve' }, { storage: 'cluster-backup' })
  assert.equal(await wrong.outcome, {
    result: 'failed',
    text: 'Nothing was backed up: guest 303 is not on node pve.',
  })
})

inLab('a container is created by the token of environments and no other', async ({ px, lab }) => {
  const wish = {
    vmid: 500,
    template: 'local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst',
    hostname: 'dev',
    storage: 'nvme1',
    diskGiB: 8,
    cores: 2,
    memoryMiB: 1024,
    networks: ['name=eth0,bridge=vmbr0,ip=dhcp'],
    pool: 'environments',
  }
  const refused = await problemOf(px.guests.createContainer('agent1', wish, { role: 'operate' }))
  assert.is(refused.kind, 'forbidden')
  const write = await px.guests.createContainer('agent1', wish)
  assert.is((await write.outcome).result, 'ok')
  assert.is(lab.world.guest(500)!.name, 'dev')
  const again = await problemOf(px.guests.createContainer('pve', { ...wish, storage: 'local' }))
  assert.is(again.message.includes('already exists'), true)
})

inLab('a command in a VM is started, waited for and told once', async ({ px, lab }) => {
  const ref = { node: 'pve', kind: 'qemu' as const, vmid: 103 }
  assert.is((await problemOf(px.guests.exec(ref, ['hostname']))).kind, 'forbidden')
  const root = clientOf(lab, only(lab.tokens.root))
  const pid = await root.guests.exec(ref, ['sh', '-c', 'hostname; false'])
  // The lab's clock leaps while a task runs, and only then.
  let run = await root.guests.execStatus(ref, pid)
  for (let i = 0; !run.exited && i < 50; i++) {
    await (await root.guests.suspend({ ...ref })).outcome
    await (await root.guests.resume({ ...ref })).outcome
    run = await root.guests.execStatus(ref, pid)
  }
  assert.equal(run, {
    exited: true,
    code: 1,
    signal: undefined,
    out: 'management\n',
    err: '',
    truncated: false,
  })
  assert.is((await problemOf(root.guests.exec(ct, ['true']))).kind, 'invalid')
  root.close()
})

inLab('a service is restarted, and read back', async ({ px }) => {
  const write = await px.nodes.service('pve', 'pvestatd', 'restart')
  assert.is((await write.outcome).result, 'ok')
  const { service, state, active } = await px.nodes.serviceState('pve', 'pvestatd')
  assert.equal([service, state, active], ['pvestatd', 'running', 'active'])
})

inLab('a pause is seen in the status at once', async ({ px }) => {
  await (await px.guests.start(vm)).outcome
  assert.is((await (await px.guests.suspend(vm)).outcome).result, 'ok')
  const status = await px.guests.status(vm)
  assert.equal([status.status, status.qmp], ['running', 'paused'])
  assert.is((await (await px.guests.resume(vm)).outcome).result, 'ok')
  assert.is((await problemOf(px.guests.reset(ct))).kind, 'invalid')
})

inLab('a flapping API is not felt by a reader', async ({ px, lab }) => {
  lab.scenarios.on('api-flaps')
  for (let i = 0; i < 40; i++) assert.is((await px.version()).major, 9)
})

inLab('a dead entry node is left for the next, and it is told why', async ({ px, lab }) => {
  await px.cluster.status()
  const entry = px.reach.entry()
  lab.scenarios.on('node-down', entry, { settled: true })
  const status = await px.cluster.status()
  assert.is(status.nodes.find((n) => n.name === entry)!.online, false)
  assert.is.not(px.reach.entry(), entry)
  assert.equal(
    px.reach.broken().map((b) => b.node),
    [entry],
  )
})

inLab(
  'a dead node: its guests still "run" in the list, its paths are not called, its history is read',
  async ({ px, lab }) => {
    await px.nodes.list()
    lab.scenarios.on('node-down', 'agent')
    const early = await problemOf(px.nodes.status('agent'))
    assert.is(early.kind, 'unreachable')
    assert.match(early.message, /Node agent does not answer.*595/)
    lab.scenarios.off('node-down')
    lab.scenarios.on('node-down', 'agent1', { settled: true })
    await px.cluster.status()
    assert.match(
      (await problemOf(px.guests.config(ct))).message,
      /agent1 is lost, says the cluster/,
    )
    assert.ok((await px.cluster.resources()).guests.some((g) => g.vmid === 303))
    assert.ok((await px.nodes.rrd('agent1', 'hour')).length > 0)
    assert.match(await px.nodes.wake('agent1'), /^([0-9A-F]{2}:){5}[0-9A-F]{2}$/)
  },
)

inLab('an unknown node is refused at home, not after a name lookup', async ({ px }) => {
  assert.is((await problemOf(px.nodes.status('pve9'))).kind, 'not-found')
  assert.is((await problemOf(px.guests.start({ ...ct, node: '-bad-' }))).kind, 'not-found')
})

inLab(
  'without quorum: reads work, start is a conflict, and the status says it',
  async ({ px, lab }) => {
    lab.scenarios.on('no-quorum', undefined, { settled: true })
    const status = await px.cluster.status()
    assert.is(status.cluster!.quorate, false)
    const here = (await px.cluster.resources()).guests.find((g) =>
      status.nodes.some((n) => n.online && n.name === g.node),
    )!
    const ref = { node: here.node, kind: here.type, vmid: here.vmid }
    await px.guests.stop(ref).then(
      (w) => w.outcome,
      () => undefined,
    )
    const problem = await problemOf(px.guests.start(ref))
    assert.is(problem.kind, 'conflict')
    assert.match(problem.message, /no quorum/)
  },
)

inLab('a standalone node is a cluster of one without a name', async () => {
  const lab = await start({ nodes: 1 })
  const px = clientOf(lab)
  const status = await px.cluster.status()
  assert.equal([status.cluster, status.nodes.length], [undefined, 1])
  assert.is((await px.nodes.list()).length, 1)
  px.close()
  await lab.stop()
})

inLab('pins instead of the CA', async ({ lab }) => {
  const nodes = lab.nodes.map((node) => ({ ...node, fingerprint: lab.fingerprints[node.name]! }))
  const px = clientOf(lab, { nodes, ca: undefined })
  assert.is((await px.version()).major, 9)
  px.close()
})

inLab('a password opens the door once, a wrong one is told', async ({ lab }) => {
  const { name, address } = lab.nodes[0]!
  const door = { place: placeOf(address), trust: { ca: lab.ca }, name, clock: systemClock }
  const logIn = (password: string) => loginByPassword(door, { user: 'root@pam', password })
  const session = await logIn('jarvis-lab')
  const config = '/nodes/pve/lxc/302/config'
  await session.call('PUT', config, { description: 'by a ticket' })
  const told = await session.call<{ description: string }>('GET', config)
  assert.is(told.description.trim(), 'by a ticket')
  session.close()
  assert.is((await problemOf(logIn('no'))).kind, 'unauthorized')
})

inLab('everything that has a method answers something sensible', async ({ px, lab }) => {
  const root = clientOf(lab, only(lab.tokens.root))
  const node = 'pve'
  assert.ok((await root.cluster.tasks()) && (await root.cluster.log(5)))
  assert.ok((await root.cluster.nextid()) >= 100)
  await root.cluster.options()
  await root.cluster.backupJobs()
  await root.cluster.notBackedUp()
  await root.cluster.haStatus()
  assert.ok((await root.nodes.status(node)).memory.total > 0)
  assert.ok((await root.nodes.services(node)).some((s) => s.service === 'pveproxy'))
  assert.ok((await root.nodes.storages(node)).length > 0)
  assert.ok((await root.storages()).length > 0)
  const month = await root.nodes.storageRrd(node, 'local', 'month')
  assert.ok(month.length === 1440 && month.at(-1)!.used! > 0 && month.at(-1)!.total! > 0)
  assert.is((await root.cluster.votes()).get(node), 1)
  assert.ok((await root.nodes.certificates(node)).some((c) => c.filename === 'pve-root-ca.pem'))
  await root.nodes.network(node)
  await root.nodes.config(node)
  await root.nodes.disks(node)
  await root.nodes.tasks(node, { limit: 5, source: 'all' })
  await root.nodes.journal(node, { last: 5 })
  await root.nodes.templates(node, 'local')
  await root.nodes.storageStatus(node, 'local')
  assert.ok((await root.guests.list(node, 'lxc')).length > 0)
  assert.ok((await root.guests.rrd(ct, 'hour')).length > 0)
  assert.ok((await px.guests.interfaces(ct)).length > 0)
  assert.is((await (await root.nodes.service(node, 'pvestatd', 'restart')).outcome).result, 'ok')
  root.close()
})

inLab.run()
