import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { diff } from '../../../lib/cluster/diff.ts'
import { emptyMemory } from '../../../lib/cluster/memory.ts'
import type { Picture } from '../../../lib/cluster/picture.ts'
import { emptyReadings, good, type Readings } from '../../../lib/cluster/readings.ts'
import { shownBytes, shownUptime } from '../../../lib/cluster/shown.ts'
import { emptyPicture, readPicture } from '../../../lib/cluster/state.ts'
import { bytes, duration } from '../../../lib/format.ts'
import { held, holds } from '../../../lib/proxmox/rights.ts'
import { NOON } from '../../clock.ts'
import { GiB, guestRow, nodeGoes, type World, world } from './fake.ts'

const state = suite('cluster state')

const readingsOf = (w: World, at = NOON): Readings => {
  const empty = emptyReadings(
    [],
    { fast: 15_000, storage: 90_000, backups: 1_800_000 },
    emptyMemory(),
  )
  return {
    ...empty,
    resources: good(empty.resources, w.resources, at),
    status: good(empty.status, w.status, at),
    tasks: good(empty.tasks, w.tasks, at),
  }
}
const pictureOf = (w: World, change: Partial<Readings> = {}): Picture => {
  const readings = { ...readingsOf(w), ...change }
  return readPicture(emptyPicture(readings, NOON), readings, NOON)
}

state('each word of Proxmox becomes a condition, words to come are other', () => {
  const words = {
    running: 'running',
    stopped: 'stopped',
    paused: 'paused',
    prelaunch: 'paused',
    suspended: 'paused',
    unknown: 'unknown',
    'io-error': 'other',
    constructor: 'other',
  }
  const w = world()
  w.resources.guests = Object.keys(words).map((status, i) => guestRow(100 + i, { status }))
  const { guests } = pictureOf(w)
  assert.equal(Object.fromEntries(guests.map((g) => [g.word, g.condition])), words)
  assert.is(guests.find((g) => g.word === 'unknown')?.why, 'no report yet')
})

state('the status of the cluster outranks the row of a node', () => {
  const w = world()
  nodeGoes(w, 'pve', false)
  const pve = pictureOf(w).nodes.find((n) => n.name === 'pve')
  assert.is(pve?.reach, 'offline')
  assert.is(pve?.cpu, undefined)
  assert.is(pve?.memory, undefined)
})

state('a standalone node is quorate and has no votes', () => {
  const w = world()
  w.status = { nodes: [{ name: 'Home', nodeid: 0, online: true, local: true }] }
  w.resources.nodes = w.resources.nodes.slice(0, 1)
  const { cluster, nodes } = pictureOf(w)
  assert.equal(cluster, { standalone: true, quorate: true, entry: undefined })
  assert.is(nodes[0]?.votes, undefined)
  assert.is(nodes[0]?.reach, 'online')
})

state('votes are those of corosync.conf, or one each and said so', () => {
  const w = world()
  nodeGoes(w, 'pve', false)
  assert.equal(pictureOf(w).cluster.votes, { online: 3, total: 4, needed: 3, assumed: true })
  assert.is(pictureOf(w).nodes[0]?.votes, undefined)
  const votes = new Map([
    ['Home', 3],
    ['pve', 2],
    ['agent1', 1],
  ])
  const { cluster, nodes } = pictureOf(w, { votes })
  assert.equal(cluster.votes, { online: 5, total: 7, needed: 4 })
  assert.is(nodes.find((n) => n.name === 'Home')?.votes, 3)
})

state('a shared storage stands once, with the word of the node that has it working', () => {
  const w = world()
  nodeGoes(w, 'Home', false)
  const backup = pictureOf(w).storages.find((s) => s.id === 'cluster-backup')
  assert.equal(backup?.nodes, ['Home', 'agent', 'agent1', 'pve'])
  assert.is(backup?.condition, 'available')
  const local = pictureOf(w).storages.find((s) => s.id === 'Home/local')
  assert.is(local?.condition, 'unknown')
  assert.is(local?.why, 'node lost')
  assert.is(local?.use, undefined)
})

state('an inactive storage is told apart from one that is not known', () => {
  const w = world()
  const row = { storage: 'local', type: 'dir', content: [], shared: false, enabled: true }
  const empty = readingsOf(w).storage
  const detail = (active: boolean, enabled = true) =>
    pictureOf(w, {
      storage: good(
        empty,
        new Map([['Home', [{ ...row, active, enabled, used: 0, total: 0 }]]]),
        NOON,
      ),
    }).storages.find((s) => s.id === 'Home/local')
  assert.is(detail(false)?.condition, 'inactive')
  assert.is(detail(false, false)?.why, 'disabled')
  assert.equal(detail(false)?.use, { used: 20 * GiB, total: 100 * GiB }, 'zeros are not its use')
  assert.is(detail(true)?.condition, 'available')
})

state('rows without figures on an online node mean a narrow token', () => {
  const w = world()
  w.resources.nodes = w.resources.nodes.map(({ type, node, status }) => ({ type, node, status }))
  assert.is(pictureOf(w).nodes[0]?.permitted, false)
  const permissions = { '/nodes/Home': { 'Sys.Audit': true } }
  const told = pictureOf(w, { permissions }).nodes
  assert.equal(
    told.filter((n) => n.permitted).map((n) => n.name),
    ['Home'],
  )
})

state('backups that the token may not list are no missing backups', () => {
  const w = world()
  const empty = readingsOf(w).backups
  const backups = good(empty, { files: new Map(), uncovered: [] }, NOON)
  const { parts } = pictureOf(w, { backups, backupPermissions: { '/': { 'VM.Audit': true } } })
  assert.is(parts.backups.trouble?.kind, 'forbidden')
  assert.match(parts.backups.trouble?.text ?? '', /VM\.Backup/)
})

state('the newest backup of each guest is found, whichever storage has it', () => {
  const w = world()
  const file = (vmid: number, ctime: number) => ({
    volid: `x:backup/${vmid}-${ctime}`,
    content: 'backup',
    vmid,
    ctime,
    size: 5,
    protected: false,
  })
  const empty = readingsOf(w).backups
  const files = new Map([
    ['cluster-backup', [file(100, 1000), file(100, 3000), file(999, 1)]],
    ['Home/local', [file(100, 2000)]],
  ])
  const uncovered = [{ vmid: 303, type: 'lxc' as const }]
  const { backups } = pictureOf(w, { backups: good(empty, { files, uncovered }, NOON) })
  assert.equal(backups[0], {
    vmid: 100,
    name: 'guest-100',
    node: 'Home',
    last: { at: 3_000_000, storage: 'cluster-backup', size: 5 },
    count: 3,
    uncovered: false,
  })
  assert.is(backups.find((b) => b.vmid === 303)?.uncovered, true)
  assert.is(backups.find((b) => b.vmid === 303)?.last, undefined)
})

state(
  'a token that sees one guest of five says so on the guests, and is no trouble elsewhere',
  () => {
    const w = world()
    w.resources.guests = w.resources.guests.slice(0, 1)
    const tokens = { audit: 'ops@pve!narrow' }
    const permissions = {
      '/vms/100': { 'VM.Audit': true },
      '/storage': { 'Datastore.Audit': true },
    }
    const { parts } = pictureOf(w, { permissions, tokens })
    assert.is(parts.guests.trouble?.kind, 'forbidden')
    assert.match(parts.guests.trouble?.text ?? '', 'some of the guests only')
    assert.match(
      parts.guests.trouble?.next ?? '',
      "pveum acl modify / --users ops@pve --tokens 'ops@pve!narrow' --roles PVEAuditor",
    )
    assert.is(parts.storages.trouble, undefined)
    assert.is(parts.resources.trouble, undefined)
    const stores = { '/vms': { 'VM.Audit': true }, '/storage/local': { 'Datastore.Audit': true } }
    const other = pictureOf(w, { permissions: stores }).parts
    assert.is(other.guests.trouble, undefined)
    assert.match(other.storages.trouble?.text ?? '', 'some of the storages only')
  },
)

state('a right that a deeper rule takes away again is held in part', () => {
  const permissions = {
    '/': { 'VM.Audit': true, 'Sys.Audit': true },
    '/storage': { 'VM.Audit': true },
    '/vms': { 'VM.Audit': true, 'Sys.Audit': true },
    '/vms/300': { 'VM.Backup': true },
  }
  assert.is(held(permissions, '/vms', 'VM.Audit'), 'partly')
  assert.is(held(permissions, '/', 'Sys.Audit'), 'yes', 'a storage has no use for it')
  assert.is(held({ '/vms': { 'VM.Audit': false } }, '/vms', 'VM.Audit'), 'partly', 'no further')
})

state('text from the cluster goes through untouched', () => {
  const w = world()
  const name = `<script>'"&\n\u202e${'x'.repeat(200)}`
  w.resources.guests = [guestRow(100, { name, tags: ['<b>'] })]
  const [guest] = pictureOf(w).guests
  assert.is(guest?.name, name)
  assert.equal(guest?.tags, ['<b>'])
})

state('privileges are inherited downwards, unless a nearer path says otherwise', () => {
  const permissions = {
    '/': { 'VM.Audit': true, 'Sys.Audit': false },
    '/vms/200': {},
    '/vms/300': { 'VM.Backup': true },
  }
  assert.ok(holds(permissions, '/vms/100', 'VM.Audit'))
  assert.not(holds(permissions, '/vms/200', 'VM.Audit'), 'NoAccess')
  assert.ok(holds(permissions, '/', 'Sys.Audit'))
  assert.not(holds(permissions, '/nodes/pve', 'Sys.Audit'), 'not propagated')
  assert.not(holds(permissions, '/vms', 'VM.Backup'))
  assert.is(held(permissions, '/vms', 'VM.Backup'), 'partly')
  assert.is(held({}, '/vms', 'VM.Audit'), 'no')
})

state('what is drawn the same compares the same, and only that', () => {
  for (let i = 0; i < 3000; i++) {
    const [a, b] = [1.013 ** i, 1.013 ** i * 1.004]
    if (a > 2 ** 58) break
    assert.is(shownBytes(a) === shownBytes(b), bytes(a) === bytes(b), `${a} and ${b}`)
    if (a < 1e9) assert.is(shownUptime(a) === shownUptime(b), duration(a) === duration(b), `${a} s`)
  }
})

state('the diff names what came, what went and what looks different', () => {
  const w = world()
  const before = pictureOf(w)
  w.resources.guests = [
    guestRow(99),
    ...w.resources.guests.filter((g) => g.vmid !== 300).map((g) => ({ ...g })),
  ]
  w.resources.guests.find((g) => g.vmid === 103)!.lock = 'backup'
  w.resources.nodes[1]!.mem = 9 * GiB
  w.resources.storages[0]!.disk = 30 * GiB
  const after = pictureOf(w)
  const words = diff(before, after).map((c) => `${c.of} ${'id' in c ? c.id : ''}`)
  assert.equal(words, ['node pve', 'guest 99', 'guest 103', 'guest 300', 'storage Home/local'])
  assert.equal(diff(after, pictureOf(w)), [])
})

const many = (n: number, churn: number) => {
  const w = world()
  w.resources.guests = Array.from({ length: n }, (_, i) =>
    guestRow(100 + i, {
      node: ['Home', 'pve', 'agent1', 'agent'][i % 4]!,
      cpu: ((i * 7 + churn * (i % 30 === 0 ? 3 : 0)) % 100) / 100,
      uptime: 400_000 + churn * 10,
      netin: churn * 1000,
    }),
  )
  return w
}

state('of eight hundred guests only the rows that look different are changes', () => {
  const rounds = Array.from({ length: 60 }, (_, i) => many(800, i))
  const bodies = rounds.map((w) => JSON.stringify(w.resources))
  let picture = pictureOf(rounds[0]!)
  const spent: { parse: number; rest: number }[] = []
  rounds.forEach((w, i) => {
    const start = performance.now()
    const resources = JSON.parse(bodies[i]!) as typeof w.resources
    const parsed = performance.now()
    const readings = { ...readingsOf(w), resources: good(readingsOf(w).resources, resources, NOON) }
    const next = readPicture(picture, readings, NOON)
    const changes = diff(picture, next)
    spent.push({ parse: parsed - start, rest: performance.now() - parsed })
    picture = next
    if (i > 0) assert.is(changes.length, 27, 'each thirtieth guest')
  })
  const median = (pick: (s: { parse: number; rest: number }) => number) =>
    spent.map(pick).sort((a, b) => a - b)[30]!
  console.log(
    `COUNT 800 guests: parse ${median((s) => s.parse).toFixed(2)} ms, picture and diff ${median((s) => s.rest).toFixed(2)} ms`,
  )
})

state.run()
