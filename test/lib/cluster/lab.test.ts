/** The picture of the lab through the real client: HTTPS, tokens, failover and all. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, startLab } from '../../../lab/lab.ts'
import { createBus } from '../../../lib/bus.ts'
import { sleep, systemClock } from '../../../lib/clock.ts'
import { type Cluster, createCluster } from '../../../lib/cluster/cluster.ts'
import type { Db } from '../../../lib/db/db.ts'
import type { Events } from '../../../lib/events/kinds.ts'
import { silentLog } from '../../../lib/log.ts'
import { createProxmox } from '../../../lib/proxmox/client.ts'
import type { Token, TokenRole } from '../../../lib/proxmox/types.ts'
import { freshDb } from './fake.ts'

type Context = { lab: Lab; db: Db; undo: (() => unknown)[] }
const suiteOfLab = suite<Context>('cluster in the lab')

suiteOfLab.before.each(async (t) => {
  t.undo = []
  t.lab = await startLab({ pace: 0.05 })
  t.undo.push(() => t.lab.stop())
  const { db, drop } = await freshDb()
  t.db = db
  t.undo.push(drop)
})
suiteOfLab.after.each(async (t) => {
  for (let step = t.undo.pop(); step; step = t.undo.pop()) await step()
})

const look = (t: Context, tokens: Partial<Record<TokenRole, Token>>) => {
  const told: string[] = []
  const bus = createBus<Events>((_kind, error) => {
    throw error
  })
  bus.onAny(({ kind, payload }) => told.push(`${kind} ${JSON.stringify(payload)}`))
  const proxmox = createProxmox({
    nodes: t.lab.nodes,
    ca: t.lab.ca,
    token: (role) => tokens[role],
    clock: systemClock,
    log: silentLog,
    timeouts: { read: 4000 },
  })
  const cluster = createCluster({
    proxmox,
    bus,
    clock: systemClock,
    log: silentLog,
    db: t.db,
    nodes: t.lab.nodes,
    poll: { seconds: 1, fastSeconds: 0.5, storageSeconds: 1, backupMinutes: 10 },
  })
  t.undo.push(
    () => proxmox.close(),
    () => cluster.stop(),
  )
  cluster.start()
  return { cluster, told }
}

/** Polls until it is so; a condition that never comes ends in the assertion that follows. */
const until = async (cluster: Cluster, so: () => boolean) => {
  for (let i = 0; i < 100 && !so(); i++) {
    await cluster.refresh('test')
    await sleep(systemClock, 50)
  }
}

suiteOfLab('is whole: nodes, guests, storages, tasks, backups', async (t) => {
  const { audit, operate } = t.lab.tokens
  const { cluster } = look(t, { audit, operate })
  await until(cluster, () => cluster.picture().backups.some((b) => b.last))
  const { parts, nodes, guests, storages, tasks, backups, ...picture } = cluster.picture()
  assert.equal(
    nodes.map((n) => [n.name, n.reach, n.permitted]),
    ['Home', 'pve', 'agent1', 'agent'].map((name) => [name, 'online', true]),
  )
  assert.equal(
    guests.map((g) => g.vmid),
    [100, 103, 300, 302, 303],
  )
  assert.is(storages.filter((s) => s.id === 'cluster-backup').length, 1)
  assert.ok(tasks.length > 0)
  assert.is(backups.length, 5)
  assert.equal(picture.cluster.votes, { online: 4, total: 4, needed: 3 })
  assert.equal(
    Object.entries(parts).filter(([name, p]) => p.trouble && name !== 'temperatures'),
    [],
  )
})

suiteOfLab(
  'an auditor without VM.Backup does not take missing lists for missing backups',
  async (t) => {
    const { audit } = t.lab.tokens
    const { cluster } = look(t, { audit })
    await until(cluster, () => cluster.picture().parts.backups.trouble !== undefined)
    const { trouble } = cluster.picture().parts.backups
    assert.is(trouble?.kind, 'forbidden')
    assert.match(trouble?.text ?? '', /VM\.Backup/)
  },
)

suiteOfLab('a narrow token is told what it may not see', async (t) => {
  const { cluster } = look(t, { audit: t.lab.tokens.narrow })
  await until(cluster, () => cluster.picture().parts.tasks.trouble !== undefined)
  const { parts, nodes } = cluster.picture()
  assert.is(parts.status.trouble?.kind, 'forbidden')
  assert.is(parts.tasks.trouble?.kind, 'forbidden')
  // One guest of five is seen, and that there are more is told with the rows.
  assert.is(parts.guests.trouble?.kind, 'forbidden')
  assert.match(parts.guests.trouble?.next ?? '', `--tokens '${t.lab.tokens.narrow.id}'`)
  assert.match(nodes[0]?.grant ?? '', 'pveum acl modify / --users ops@pve')
  assert.ok(nodes.every((n) => !n.permitted))
  assert.ok(nodes.every((n) => n.reach === 'online'))
})

suiteOfLab(
  'the entry node dies: another serves, its guests are unknown, its return is told',
  async (t) => {
    const { audit, operate } = t.lab.tokens
    const { cluster, told } = look(t, { audit, operate })
    await until(cluster, () => cluster.picture().guests.length > 0)
    const { entry } = cluster.picture().cluster
    const host = entry ?? ''
    t.lab.scenarios.on('node-down', host, { settled: true })
    await until(cluster, () => cluster.node(host)?.reach === 'offline')
    const { nodes, guests, parts } = cluster.picture()
    assert.is(cluster.node(host)?.reach, 'offline')
    assert.is(parts.resources.trouble, undefined)
    assert.not.equal(cluster.picture().cluster.entry, entry)
    assert.is(nodes.filter((n) => n.reach === 'online').length, 3)
    assert.ok(guests.filter((g) => g.node === host).every((g) => g.why === 'node lost'))
    assert.is(told.filter((line) => line.startsWith('node.lost')).length, 1)
  },
)

suiteOfLab('a dead node takes its guests along', async (t) => {
  const { audit, operate } = t.lab.tokens
  const { cluster } = look(t, { audit, operate })
  await until(cluster, () => cluster.guest(300)?.condition === 'running')
  t.lab.scenarios.on('node-down', 'pve', { settled: true })
  await until(cluster, () => cluster.guest(300)?.condition === 'unknown')
  assert.is(cluster.guest(300)?.why, 'node lost')
  assert.is(cluster.guest(300)?.name, 'twingate')
  assert.is(cluster.guest(303)?.condition, 'running')
})

suiteOfLab('quorum lost is told', async (t) => {
  const { audit } = t.lab.tokens
  const { cluster, told } = look(t, { audit })
  await until(cluster, () => cluster.picture().cluster.quorate === true)
  t.lab.scenarios.on('no-quorum', undefined, { settled: true })
  await until(cluster, () => cluster.picture().cluster.quorate === false)
  assert.is(cluster.picture().cluster.quorate, false)
  assert.is(told.filter((line) => line.startsWith('quorum.lost')).length, 1)
})

suiteOfLab.run()
