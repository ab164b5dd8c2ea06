/** What may be done with a guest, and what a refusal for lack of a right must say. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { backupJobs } from '../../../lib/proxmox/cluster.ts'
import { commas, flag, number, tags } from '../../../lib/proxmox/decode.ts'
import { grantLines, missingRight } from '../../../lib/proxmox/grants.ts'
import { can, type Guest, guestVerbs, stateOf, whyNot } from '../../../lib/proxmox/guest.ts'
import { networkAddresses, snapshots } from '../../../lib/proxmox/guest-reads.ts'
import { disks } from '../../../lib/proxmox/nodes.ts'
import { clusterStatus, resources } from '../../../lib/proxmox/resources.ts'

const vm: Guest = { vmid: 201, kind: 'qemu', name: 'media', status: 'running', nodeOnline: true }
const ct: Guest = { vmid: 101, kind: 'lxc', name: 'web', status: 'running', nodeOnline: true }
const allowed = (guest: Guest) => guestVerbs.filter((verb) => can(verb, guest))

const guest = suite('proxmox: guests')

guest('a running machine and a running container', () => {
  assert.equal(allowed(vm), [
    'shutdown',
    'reboot',
    'stop',
    'reset',
    'suspend',
    'snapshot',
    'deleteSnapshot',
    'rollback',
    'clone',
    'migrate',
    'backup',
  ])
  assert.equal(allowed(ct), [
    'shutdown',
    'reboot',
    'stop',
    'suspend',
    'snapshot',
    'deleteSnapshot',
    'rollback',
    'migrate',
    'backup',
  ])
  assert.is(whyNot('start', ct), 'web is running.')
  assert.match(whyNot('reset', ct)!, /is a container/)
  assert.match(whyNot('clone', ct)!, /copied while it is stopped/)
})

guest('a stopped one', () => {
  assert.equal(allowed({ ...ct, status: 'stopped' }), [
    'start',
    'snapshot',
    'deleteSnapshot',
    'rollback',
    'clone',
    'migrate',
    'backup',
    'destroy',
  ])
})

guest('a paused machine is running in one list and paused in the other: both are paused', () => {
  for (const paused of [
    { ...vm, status: 'paused' },
    { ...vm, qmp: 'paused' },
  ]) {
    assert.is(stateOf(paused), 'paused')
    assert.ok(can('resume', paused))
    assert.not.ok(can('shutdown', paused))
  }
  assert.is(stateOf({ ...vm, status: 'prelaunch' }), 'other')
  assert.is(whyNot('start', { ...vm, status: 'prelaunch' }), 'media is prelaunch.')
})

guest('a guest of a node that is off is unknown at once, whatever its row says', () => {
  const gone = { ...ct, nodeOnline: false }
  assert.is(stateOf(gone), 'unknown')
  assert.equal(allowed(gone), [])
  assert.is(whyNot('stop', gone), 'The node of web is lost.')
  assert.equal(allowed({ ...ct, nodeOnline: undefined }), [])
  assert.equal(allowed({ ...ct, status: 'unknown' }), [])
})

guest('a lock and a template stand in the way, with a reason', () => {
  assert.is(whyNot('stop', { ...vm, lock: 'backup' }), 'media is locked (backup).')
  assert.ok(can('start', { ...vm, status: 'stopped', lock: 'suspended' }))
  assert.equal(allowed({ ...vm, status: 'stopped', template: true }), [
    'clone',
    'migrate',
    'backup',
    'destroy',
  ])
})

guest('a name cannot forge a line in the reason', () => {
  assert.is(whyNot('start', { ...vm, name: 'a\n\u202eb' }), 'a b is running.')
})

guest('the missing privilege is read from the refusal, with the lines that grant it', () => {
  const missing = missingRight('Permission check failed (/vms/103, VM.PowerMgmt)')!
  assert.equal(missing, { path: '/vms/103', privileges: ['VM.PowerMgmt'] })
  const operate = { role: 'operate' as const, token: { id: 'ops@pve!jarvis', secret: 'x' } }
  assert.equal(grantLines(missing, operate), [
    'pveum role add Jarvis.VM.PowerMgmt --privs VM.PowerMgmt || pveum role modify Jarvis.VM.PowerMgmt --append 1 --privs VM.PowerMgmt',
    "pveum acl modify / --users ops@pve --tokens 'ops@pve!jarvis' --roles Jarvis.VM.PowerMgmt",
  ])
  assert.match(grantLines(missing, { ...operate, role: 'environments' })[1]!, /modify \/vms\/103 /)
  const audit = missingRight('Permission check failed (/nodes/pve1, Sys.Audit)')!
  assert.equal(grantLines(audit, { role: 'audit', token: { id: 'root@pam!j' } }), [
    "pveum acl modify / --tokens 'root@pam!j' --roles PVEAuditor",
  ])
  assert.equal(missingRight('(/vms/201, Sys.Audit|Sys.Modify)')!.privileges, [
    'Sys.Audit',
    'Sys.Modify',
  ])
})

guest('a text from the cluster cannot become a shell line', () => {
  assert.is(missingRight('(/vms/1; rm -rf /, VM.Audit)'), undefined)
  assert.is(missingRight('(/vms/1, VM.Audit; reboot)'), undefined)
  const odd = { role: 'audit' as const, token: { id: "a@pve!x'; reboot", secret: 'x' } }
  assert.match(grantLines({ path: '/', privileges: ['VM.Audit'] }, odd)[0]!, /'USER@REALM!NAME'/)
})

guest('values are read leniently', () => {
  assert.equal(
    [number('2.37'), number(5), number('N/A'), number(''), number(null)],
    [2.37, 5, undefined, undefined, undefined],
  )
  assert.equal(
    [flag('1'), flag(1), flag(true), flag('0'), flag(undefined), flag('')],
    [true, true, true, false, false, false],
  )
  assert.equal(tags('prod;db'), ['db', 'prod'])
  assert.equal(commas('vztmpl,backup, iso'), ['backup', 'iso', 'vztmpl'])
})

guest('odd rows never throw; unknown kinds are dropped', () => {
  const odd = [
    null,
    5,
    'x',
    {},
    { type: 'qemu' },
    { type: 'qemu', vmid: '100', node: 'a', template: '' },
    { type: 'sdn', sdn: 'z' },
    { type: 'network' },
  ]
  const all = resources(odd)
  assert.equal(
    all.guests.map((g) => [g.vmid, g.template, g.status]),
    [[100, false, 'unknown']],
  )
  assert.equal([all.nodes, all.storages], [[], []])
  for (const none of [null, undefined, 'x', 5, {}]) assert.equal(resources(none).guests, [])
})

guest('equal data in another order is equal', () => {
  const list = [
    { type: 'lxc', vmid: 9, node: 'b' },
    { type: 'lxc', vmid: 10, node: 'a' },
    { type: 'storage', storage: 'x', node: 'b', content: 'b,a' },
    { type: 'storage', storage: 'x', node: 'a', content: 'a,b' },
    { type: 'node', node: 'b' },
    { type: 'node', node: 'B' },
  ]
  assert.equal(JSON.stringify(resources([...list].reverse())), JSON.stringify(resources(list)))
  assert.equal(
    resources(list).guests.map((g) => g.vmid),
    [9, 10],
  )
})

guest('a standalone node has no cluster row', () => {
  const alone = clusterStatus([
    { type: 'node', name: 'pve', nodeid: 0, online: 1, local: 1, ip: '10.0.0.1' },
  ])
  assert.is(alone.cluster, undefined)
  assert.is(alone.nodes[0]!.online, true)
})

guest('snapshots come without "current", addresses from both kinds, wear as life left', () => {
  assert.equal(
    snapshots([
      { name: 'current', parent: 'a' },
      { name: 'a', snaptime: 5, vmstate: 0, description: 'x\n' },
    ]),
    [{ name: 'a', description: 'x', at: 5, parent: undefined, vmstate: false }],
  )
  assert.equal(networkAddresses(null), [])
  assert.equal(
    networkAddresses({
      result: [
        {
          name: 'ens18',
          'hardware-address': 'BC:24',
          'ip-addresses': [{ 'ip-address': '10.0.0.5', prefix: 24 }],
        },
      ],
    }),
    [{ name: 'ens18', mac: 'bc:24', addresses: ['10.0.0.5/24'] }],
  )
  assert.equal(
    networkAddresses([{ name: 'eth0', hwaddr: 'x', inet: '10.0.0.6/24' }])[0]!.addresses,
    ['10.0.0.6/24'],
  )
  assert.equal(
    disks([
      { devpath: '/dev/a', wearout: 97 },
      { devpath: '/dev/b', wearout: 'N/A' },
    ]).map((d) => d.lifeLeft),
    [0.97, undefined],
  )
  assert.equal(
    backupJobs([{ id: 'b', vmid: '102,9', 'next-run': 5 }]).map((j) => [
      j.enabled,
      j.vmids,
      j.nextRun,
    ]),
    [[true, [9, 102], 5]],
  )
})

guest.run()
