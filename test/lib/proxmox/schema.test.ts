/** Every request that the client can make is one that the published API of PVE 9.2.3 takes. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Proxmox } from '../../../lib/proxmox/client.ts'
import type { GuestRef } from '../../../lib/proxmox/guests.ts'
import { by, clientOf, members, serverFor } from './client.ts'
import { type Asked, data, type Server } from './server.ts'

type Property = {
  type?: string
  optional?: number
  enum?: string[]
  minimum?: number
  maximum?: number
}
type Method = { parameters?: { properties?: Record<string, Property> } }

const file = process.env.PVE_SCHEMA
const methods = file
  ? (JSON.parse(readFileSync(file, 'utf8')) as { methods: Record<string, Method> }).methods
  : {}
if (!file) console.log('SKIPPED requests against the schema: PVE_SCHEMA is not set')

const upid = 'UPID:pve1:0000014D:0003E20B:6B0008B2:vzstart:110:ops@pve!jarvis:'
const ct: GuestRef = { node: 'pve1', kind: 'lxc', vmid: 101 }
const vm: GuestRef = { node: 'pve1', kind: 'qemu', vmid: 201 }
const both = (act: (ref: GuestRef) => Promise<unknown>) => async () => {
  await act(ct)
  await act(vm)
}

const reads: Record<string, (px: Proxmox) => Promise<unknown>> = {
  version: (px) => px.version(),
  permissions: (px) => px.permissions(),
  storages: (px) => px.storages(),
  'cluster.status': (px) => px.cluster.status(),
  'cluster.resources': (px) => px.cluster.resources(),
  'cluster.tasks': (px) => px.cluster.tasks(),
  'cluster.log': (px) => px.cluster.log(20),
  'cluster.nextid': (px) => px.cluster.nextid(),
  'cluster.options': (px) => px.cluster.options(),
  'cluster.backupJobs': (px) => px.cluster.backupJobs(),
  'cluster.notBackedUp': (px) => px.cluster.notBackedUp(),
  'cluster.haStatus': (px) => px.cluster.haStatus(),
  'nodes.list': (px) => px.nodes.list(),
  'nodes.status': (px) => px.nodes.status('pve1'),
  'nodes.config': (px) => px.nodes.config('pve1'),
  'nodes.rrd': (px) => px.nodes.rrd('pve1', 'day'),
  'nodes.services': (px) => px.nodes.services('pve1'),
  'nodes.serviceState': (px) => px.nodes.serviceState('pve1', 'pveproxy'),
  'nodes.network': (px) => px.nodes.network('pve1'),
  'nodes.tasks': (px) =>
    px.nodes.tasks('pve1', {
      vmid: 101,
      type: 'vzdump',
      since: 1,
      until: 2,
      errors: true,
      start: 0,
      limit: 5,
      source: 'all',
    }),
  'nodes.certificates': (px) => px.nodes.certificates('pve1'),
  'nodes.journal': async (px) => {
    await px.nodes.journal('pve1', { last: 10 })
    await px.nodes.journal('pve1', { since: 1, until: 2 })
  },
  'nodes.disks': (px) => px.nodes.disks('pve1'),
  'nodes.storages': (px) => px.nodes.storages('pve1'),
  'nodes.storageStatus': (px) => px.nodes.storageStatus('pve1', 'local'),
  'nodes.storageRrd': (px) => px.nodes.storageRrd('pve1', 'local', 'month'),
  'cluster.votes': (px) => px.cluster.votes(),
  'nodes.storageContent': (px) => px.nodes.storageContent('pve1', 'local', 'backup'),
  'nodes.templates': (px) => px.nodes.templates('pve1', 'local'),
  'nodes.aplinfo': (px) => px.nodes.aplinfo('pve1'),
  'guests.list': (px) => both(({ kind }) => px.guests.list('pve1', kind))(),
  'guests.config': (px) => both((ref) => px.guests.config(ref))(),
  'guests.status': (px) => both((ref) => px.guests.status(ref))(),
  'guests.rrd': (px) => both((ref) => px.guests.rrd(ref, 'hour'))(),
  'guests.snapshots': (px) => both((ref) => px.guests.snapshots(ref))(),
  'guests.interfaces': (px) => both((ref) => px.guests.interfaces(ref))(),
  'guests.execStatus': (px) => px.guests.execStatus(vm, 7),
  'tasks.status': (px) => px.tasks.status(upid),
  'tasks.log': (px) => px.tasks.log(upid, { start: 5, limit: 10 }),
}

const writes: Record<string, (px: Proxmox) => Promise<unknown>> = {
  'tasks.stop': (px) => px.tasks.stop(upid),
  'nodes.service': async (px) => {
    for (const action of ['start', 'stop', 'restart', 'reload'] as const)
      await px.nodes.service('pve1', 'pveproxy', action)
  },
  'nodes.power': (px) => px.nodes.power('pve1', 'reboot'),
  'nodes.wake': (px) => px.nodes.wake('pve2'),
  'nodes.downloadTemplate': (px) => px.nodes.downloadTemplate('pve1', 'local', 'x.tar.zst'),
  'nodes.deleteVolume': (px) => px.nodes.deleteVolume('pve1', 'local', 'local:backup/a.tar.zst'),
  'nodes.describeVolume': (px) =>
    px.nodes.describeVolume('pve1', 'local', 'local:backup/a.tar.zst', {
      notes: 'n',
      protected: true,
    }),
  'guests.exec': (px) =>
    px.guests.exec(vm, ['cat', '-'], { input: 'x' }).catch((problem) => {
      // The stub names no process.
      if (!/named no process/.test(String(problem))) throw problem
    }),
  'guests.start': (px) => both((ref) => px.guests.start(ref))(),
  'guests.stop': (px) => both((ref) => px.guests.stop(ref))(),
  'guests.shutdown': (px) =>
    both((ref) => px.guests.shutdown(ref, { seconds: 30, thenStop: true }))(),
  'guests.reboot': (px) => both((ref) => px.guests.reboot(ref, { seconds: 30 }))(),
  'guests.suspend': (px) => both((ref) => px.guests.suspend(ref))(),
  'guests.resume': (px) => both((ref) => px.guests.resume(ref))(),
  'guests.reset': (px) => px.guests.reset(vm),
  'guests.snapshot': (px) =>
    both((ref) => px.guests.snapshot(ref, { name: 'a', description: 'b', vmstate: true }))(),
  'guests.deleteSnapshot': (px) => both((ref) => px.guests.deleteSnapshot(ref, 'a'))(),
  'guests.rollback': (px) => both((ref) => px.guests.rollback(ref, 'a', { start: true }))(),
  'guests.clone': (px) =>
    both((ref) =>
      px.guests.clone(ref, {
        newid: 300,
        name: 'n',
        target: 'pve2',
        storage: 's',
        snapname: 'a',
        full: true,
        pool: 'p',
        description: 'd',
      }),
    )(),
  'guests.migrate': (px) =>
    both((ref) =>
      px.guests.migrate(ref, {
        target: 'pve2',
        running: true,
        withLocalDisks: true,
        targetStorage: 's',
      }),
    )(),
  'guests.backup': (px) =>
    both((ref) =>
      px.guests.backup(ref, { storage: 's', mode: 'stop', notes: 'n', protected: true }),
    )(),
  'guests.configure': (px) =>
    px.guests.configure(ct, { onboot: true, delete: 'net1', digest: 'x' }),
  'guests.resize': (px) =>
    both((ref) => px.guests.resize(ref, ref.kind === 'lxc' ? 'rootfs' : 'scsi0', '+1G'))(),
  'guests.destroy': (px) =>
    both((ref) => px.guests.destroy(ref, { purge: true, unreferencedDisks: true }))(),
  'guests.createContainer': (px) =>
    px.guests.createContainer('pve1', {
      vmid: 120,
      template: 'local:vztmpl/a.tar.zst',
      hostname: 'h',
      storage: 'local',
      diskGiB: 4,
      cores: 1,
      memoryMiB: 512,
      networks: ['name=eth0,bridge=vmbr0,ip=dhcp'],
      nameserver: '1.1.1.1',
      searchdomain: 'lan',
      sshKeys: ['ssh-ed25519 A'],
      password: 'secret',
      nesting: true,
      tags: ['a', 'b'],
      pool: 'p',
      description: 'd',
      onboot: true,
      start: true,
    }),
}

const schema = suite<{ server: Server; px: Proxmox }>('proxmox: requests against the schema')
schema.before.each(async (t) => {
  t.server = await serverFor('pve1', (asked) =>
    asked.path === '/cluster/nextid'
      ? data('100')
      : asked.path === '/nodes'
        ? by({ '/nodes': members() })(asked)
        : data(null),
  )
  t.px = clientOf({ pve1: t.server })
})
schema.after.each(async (t) => {
  t.px.close()
  await t.server.close()
})

/** The described method for a concrete path, with the parts of the path by name. */
const describedAs = ({ method, path }: Asked) => {
  const pieces = path.split('/').map(decodeURIComponent)
  for (const [name, described] of Object.entries(methods)) {
    const [verb, shape] = name.split(' ')
    const parts = shape!.split('/')
    if (verb !== method || parts.length !== pieces.length) continue
    if (!parts.every((part, i) => part.startsWith('{') || part === pieces[i])) continue
    const inPath = parts.flatMap((part, i) =>
      part.startsWith('{') ? [[part.slice(1, -1), pieces[i]!] as const] : [],
    )
    return { name, described, inPath }
  }
  return undefined
}

const complaints = (asked: Asked): string[] => {
  const found = describedAs(asked)
  if (!found) return [`${asked.method} ${asked.path} is not described`]
  const given = new Map([...found.inPath, ...asked.query, ...new URLSearchParams(asked.body)])
  const known = found.described.parameters?.properties ?? {}
  const propertyOf = (key: string) => known[key] ?? known[key.replace(/\d+$/, '[n]')]
  const wrong = [...given].flatMap(([key, value]) => {
    const property = propertyOf(key)
    if (!property) return [`${found.name}: ${key} is unknown`]
    if (property.type === 'boolean' && !/^[01]$/.test(value))
      return [`${found.name}: ${key}=${value} is no flag`]
    if (property.type === 'integer' && !/^-?\d+$/.test(value))
      return [`${found.name}: ${key}=${value} is no integer`]
    if (property.enum && !property.enum.includes(value))
      return [`${found.name}: ${key}=${value} is not one of ${property.enum}`]
    if (property.minimum !== undefined && Number(value) < property.minimum)
      return [`${found.name}: ${key}=${value} is too small`]
    return []
  })
  const missing = Object.entries(known)
    .filter(([key, property]) => !property.optional && !given.has(key))
    .map(([key]) => `${found.name}: ${key} is missing`)
  return [...wrong, ...missing]
}

/** Not in the subset of the schema that is kept, but recorded on PVE 9.2.11. */
const recorded = new Set(['GET /nodes/pve1/config'])
let checked = 0

for (const [name, call] of Object.entries({ ...reads, ...writes })) {
  schema(`${name} asks what the API takes`, async ({ server, px }) => {
    await call(px)
    assert.ok(server.asked.length > 0, name)
    if (!file) return
    const wrong = server.asked
      .filter((a) => !recorded.has(`${a.method} ${a.path}`))
      .flatMap(complaints)
    assert.equal(wrong, [])
    checked += server.asked.length
  })
}

schema('every method of the client is in the list', async ({ px }) => {
  const called = new Set(Object.keys({ ...reads, ...writes }))
  const there = (['cluster', 'nodes', 'guests', 'tasks'] as const).flatMap((area) =>
    Object.keys(px[area]).map((name) => `${area}.${name}`),
  )
  // Following is `tasks.status` and `tasks.log`.
  assert.equal(
    there.filter((name) => !called.has(name) && name !== 'tasks.follow'),
    [],
  )
  if (file) console.log(`\nCOUNT requests of the client: ${checked} checked against the schema`)
})

schema.run()
