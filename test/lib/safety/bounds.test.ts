/** What bounds machines (limits, breaker, provenance), and what must not fall over (protection). */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hours, minutes } from '../../../lib/clock.ts'
import type { Db } from '../../../lib/db/db.ts'
import { type Act, createLimits } from '../../../lib/safety/limits.ts'
import { protectionOf, type World } from '../../../lib/safety/protected.ts'
import { createProvenance, isPlainValue } from '../../../lib/safety/provenance.ts'
import { type FakeClock, fakeClock } from '../../clock.ts'
import { freshDb } from './fresh-db.ts'

const bounds = suite<{ db: Db; drop(): void; clock: FakeClock }>('bounds')
bounds.before.each(async (t) => {
  Object.assign(t, await freshDb(), { clock: fakeClock() })
})
bounds.after.each((t) => t.drop())

const act = (vmid: number, over: Partial<Act> = {}): Act => ({
  caller: 'helper',
  tool: 'guest_start',
  tier: 'YELLOW',
  targets: [{ kind: 'guest', id: `${vmid}`, node: 'pve' }],
  ...over,
})

bounds('a machine has so many changes an hour on a node, then none', async (t) => {
  const limits = createLimits(t)
  for (let vmid = 100; vmid < 106; vmid++) {
    assert.is(limits.hindrance(act(vmid)), undefined)
    limits.began(act(vmid))
  }
  assert.is(limits.hindrance(act(106))?.rule, 'rate')
  assert.is(
    limits.hindrance(act(106, { targets: [{ kind: 'guest', id: '106', node: 'agent1' }] })),
    undefined,
  )
  assert.is(limits.hindrance(act(106, { tier: 'GREEN' })), undefined)
  await t.clock.advance(hours(1) + 1)
  assert.is(limits.hindrance(act(106)), undefined)
})

bounds('the same thing to the same guest ends after two, anything to it after three', (t) => {
  const limits = createLimits(t)
  limits.began(act(303))
  limits.began(act(303))
  assert.match(limits.hindrance(act(303))?.reason ?? '', 'guest_start on guest/303')
  const stop = act(303, { tool: 'guest_shutdown' })
  assert.is(limits.hindrance(stop), undefined)
  limits.began(stop)
  assert.match(
    limits.hindrance(act(303, { tool: 'guest_reboot' }))?.reason ?? '',
    'Changes to guest/303',
  )
})

bounds('one node an hour, one object a call', (t) => {
  const limits = createLimits(t)
  const reboot = (id: string): Act =>
    act(0, { tool: 'node_reboot', tier: 'RED', targets: [{ kind: 'node', id }] })
  limits.began(reboot('pve'))
  assert.match(limits.hindrance(reboot('agent'))?.reason ?? '', 'nodes')
  const two = act(1, { targets: [...act(100).targets, ...act(101).targets] })
  assert.is(limits.hindrance(two)?.rule, 'blast-radius')
})

bounds('limits survive a restart', (t) => {
  const before = createLimits(t)
  before.began(act(303))
  before.began(act(303))
  assert.is(createLimits(t).hindrance(act(303))?.rule, 'rate')
})

bounds('three failures within ten minutes end autonomy until a person mends it', async (t) => {
  const told: string[] = []
  const limits = createLimits({ ...t, onTrip: (reason) => void told.push(reason) })
  limits.failed(limits.began(act(1)))
  await t.clock.advance(minutes(11))
  limits.failed(limits.began(act(2)))
  limits.failed(limits.began(act(3)))
  assert.is(limits.breaker(), undefined)
  limits.failed(limits.began(act(4)))
  limits.failed(limits.began(act(5)))
  assert.match(limits.breaker()?.reason ?? '', '3 deeds')
  assert.is(told.length, 1)
  await t.clock.advance(hours(5))
  assert.ok(createLimits(t).breaker())
  limits.mend()
  assert.is(limits.breaker(), undefined)
})

bounds('asking twice for what is never done ends autonomy', (t) => {
  const limits = createLimits(t)
  limits.triedBlack('helper', 'run_command')
  limits.triedBlack('other', 'run_command')
  assert.is(limits.breaker(), undefined)
  limits.triedBlack('helper', 'run_command')
  assert.match(limits.breaker()?.reason ?? '', 'helper')
})

bounds('a token that read free text is tainted for an hour, a conversation for good', async (t) => {
  const provenance = createProvenance(t)
  provenance.taint('token/7', 'read_log of pve')
  provenance.taint('conversation/1', 'task_log')
  assert.is(provenance.taintedBy('token/7'), 'read_log of pve')
  assert.is(provenance.taintedBy('token/8'), undefined)
  await t.clock.advance(hours(1) - 1)
  assert.ok(createProvenance(t).taintedBy('token/7'))
  await t.clock.advance(2)
  assert.is(provenance.taintedBy('token/7'), undefined)
  assert.is(provenance.taintedBy('conversation/1'), 'task_log')
  assert.is(provenance.sweep(), 1)
})

bounds('a taint is carried on, and reading again lengthens it', async (t) => {
  const provenance = createProvenance(t)
  provenance.taint('token/7', 'mail')
  provenance.carry('token/7', 'conversation/2')
  provenance.carry('token/9', 'conversation/3')
  await t.clock.advance(minutes(50))
  provenance.taint('token/7', 'mail')
  await t.clock.advance(minutes(50))
  assert.is(provenance.taintedBy('token/7'), 'mail')
  assert.is(provenance.taintedBy('conversation/2'), 'mail')
  assert.is(provenance.taintedBy('conversation/3'), undefined)
})

bounds('names, states and figures speak to nobody; sentences might', () => {
  for (const plain of [303, true, null, 'running', 'pve-1', 'local:iso/debian.iso'])
    assert.ok(isPlainValue(plain))
  for (const free of ['delete it', 'a\nb', 'x'.repeat(65), '<b>', { a: 1 }, undefined])
    assert.not(isPlainValue(free))
})

const world = (over: Partial<World> = {}): World => ({
  guests: [
    { vmid: 100, name: 'docker', node: 'pve', tags: [] },
    { vmid: 103, name: 'jarvis', node: 'Home', tags: [], storages: ['local-lvm'] },
    { vmid: 300, name: 'twingate', node: 'agent1', tags: [] },
    { vmid: 302, name: 'adguard', node: 'pve', tags: [] },
    { vmid: 303, name: 'homeassistant', node: 'pve', tags: [] },
  ],
  nodes: ['Home', 'pve', 'agent1', 'agent'].map((name) => ({ name, reach: 'online', votes: 1 })),
  storages: [{ id: 'Home/local-lvm', storage: 'local-lvm' }],
  cluster: { standalone: false, votes: { online: 4, total: 4, needed: 3 } },
  ...over,
})
const keys = (w: World, marks = {}) => protectionOf(w, marks)!.shields.map((s) => s.key)

bounds('where Jarvis runs is protected along the whole chain, and says why', () => {
  const protection = protectionOf(world(), { self: 'guest/103' })!
  const home = protection.of({ kind: 'node', id: 'Home' })!
  assert.is(home.why[0], 'Jarvis runs in 103 jarvis, which runs on Home')
  assert.ok(home.vital)
  assert.is(
    protection.of({ kind: 'storage', id: 'local-lvm' })?.why[0],
    'Jarvis runs in 103 jarvis, which has disks on local-lvm',
  )
  assert.equal(protection.edges[0], { from: 'jarvis', to: 'guest/103', what: 'runs in' })
  const guests = protection.shields.filter((s) => s.key.startsWith('guest/')).map((s) => s.key)
  assert.equal(guests, ['guest/103', 'guest/300', 'guest/302'])
})

bounds('roles, marks, HA and tags protect; what they stand on is protected with them', () => {
  const guests = world().guests.map((g) =>
    g.vmid === 100 ? { ...g, ha: 'started' } : g.vmid === 303 ? { ...g, tags: ['critical'] } : g,
  )
  const protection = protectionOf(world({ guests }), {
    roles: { backup: ['storage/cluster-backup'], dns: ['guest/302'] },
    marked: { 'node/agent': 'the old one' },
  })!
  const why = (kind: 'guest' | 'node' | 'storage', id: string) =>
    protection.of({ kind, id })?.why.join('; ') ?? ''
  assert.match(why('guest', '100'), 'high availability')
  assert.match(why('guest', '303'), 'tag critical')
  assert.match(why('storage', 'cluster-backup'), 'where the backups lie')
  assert.match(why('node', 'pve'), 'the name server of the house, runs on it')
  assert.match(why('node', 'agent'), 'marked by the operator: the old one')
})

bounds(
  'what the operator took out stays out, but never where Jarvis runs, and no tag takes anything out',
  () => {
    const marks = { self: 'guest/103', unmarked: ['guest/302', 'guest/103'] }
    const guests = world().guests.map((g) => ({ ...g, tags: ['unprotected', 'not-critical'] }))
    const found = keys(world({ guests }), marks)
    assert.not(found.includes('guest/302'))
    assert.ok(found.includes('guest/103'))
    assert.ok(found.includes('guest/300'))
  },
)

bounds('a node without which there is no majority is protected', () => {
  assert.equal(keys(world({ guests: [] })), [])
  const nodes = world().nodes.map((n) =>
    n.name === 'agent' ? { ...n, reach: 'offline' as const } : n,
  )
  const votes = { online: 3, total: 4, needed: 3 }
  const found = keys(world({ guests: [], nodes, cluster: { standalone: false, votes } }))
  assert.equal(found, ['node/Home', 'node/agent1', 'node/pve'])
  assert.is(keys(world({ guests: [], cluster: { standalone: false } })).length, 4)
  assert.is(
    keys(
      world({
        guests: [],
        nodes: [{ name: 'pve', reach: 'online' }],
        cluster: { standalone: true },
      }),
    ).length,
    1,
  )
})

bounds('without a world there is no graph', () => {
  assert.is(protectionOf(undefined), undefined)
  assert.is(protectionOf(world({ nodes: [] })), undefined)
})

bounds('hostile names are shown without their controls and protect by what they say', () => {
  const guests = [{ vmid: 900, name: 'dns\u001b[2J\n', node: 'pve', tags: [] }]
  const [shield] = protectionOf(world({ guests }))!.shields
  assert.is(shield?.label, '900 dns [2J ')
})

bounds.run()
