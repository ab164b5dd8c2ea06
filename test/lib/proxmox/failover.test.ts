/** Any node serves: a dead one costs one try, and nobody asks about nodes that are not there. */
import { once } from 'node:events'
import { type AddressInfo, createServer as createNetServer, type Socket } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fakeClock } from '../../clock.ts'
import {
  by,
  certificates,
  clientOf,
  members,
  names,
  nowhere,
  problemOf,
  serverFor,
  token,
  until,
} from './client.ts'
import { data, type Server, say } from './server.ts'

const version = data({ version: '9.2.11', release: '9.2' })
const failover = suite<{ a: Server; b: Server }>('proxmox: failover')
failover.before.each(async (t) => {
  t.a = await serverFor('pve1', () => version)
  t.b = await serverFor('pve2', () => version)
})
failover.after.each(async (t) => {
  await Promise.all([t.a.close(), t.b.close()])
})

failover(
  'the first configured node serves until it fails, then the next, and it stays',
  async ({ a, b }) => {
    const px = clientOf({ pve1: a, pve2: b })
    await px.version()
    assert.is(px.reach.entry(), 'pve1')
    await a.close()
    await px.version()
    assert.is(px.reach.entry(), 'pve2')
    assert.equal(
      px.reach.broken().map((x) => x.node),
      ['pve1'],
    )
    await px.version()
    assert.equal([a.asked.length, b.asked.length], [1, 2])
    px.close()
  },
)

failover('an entry that does not answer costs one timeout, not one per call', async ({ a, b }) => {
  const clock = fakeClock()
  const px = clientOf({ pve1: a, pve2: b }, { clock })
  a.answer(() => 'hang')
  const first = px.version()
  await until(() => a.asked.length === 1)
  await clock.advance(5000)
  assert.is((await first).major, 9)
  for (let i = 0; i < 3; i++) await px.version()
  assert.equal([a.asked.length, b.asked.length], [1, 4])
  px.close()
})

failover('a node that failed rests for a while, then it may serve again', async ({ a, b }) => {
  const clock = fakeClock()
  const px = clientOf({ pve1: a, pve2: b }, { clock })
  a.answer(() => 'cut')
  await px.version()
  await clock.advance(1000)
  b.answer(() => 'cut')
  assert.is((await problemOf(px.version())).kind, 'unreachable')
  const asked = a.asked.length
  const askedB = b.asked.length
  // Both rest: one try, at the one whose rest ends first.
  await problemOf(px.version())
  assert.equal([a.asked.length, b.asked.length], [asked + 2, askedB])
  a.answer(() => version)
  await clock.advance(11_000)
  await px.version()
  assert.is(px.reach.entry(), 'pve1')
  assert.equal(
    px.reach.broken().map((x) => x.node),
    ['pve2'],
  )
  px.close()
})

failover(
  'a node that nobody configured serves too, once the cluster has told of it',
  async ({ a }) => {
    // The same port on another address of the loopback net, as every node has port 8006.
    const { startServer } = await import('./server.ts')
    const other = await startServer(
      certificates.nodes.get('pve2')!,
      () => version,
      '127.0.0.12',
      a.port,
    )
    const px = clientOf({ pve1: a })
    a.answer(() =>
      data([
        { type: 'cluster', name: 'lab', quorate: 1, nodes: 2, version: 2 },
        { type: 'node', name: 'pve1', ip: '127.0.0.11', online: 1, local: 1, nodeid: 1 },
        { type: 'node', name: 'pve2', ip: '127.0.0.12', online: 1, local: 0, nodeid: 2 },
      ]),
    )
    await px.cluster.status()
    await a.close()
    await px.version()
    assert.is(px.reach.entry(), 'pve2')
    px.close()
    await other.close()
  },
)

failover(
  'with pins, a learned node serves only when its own pin came over a trusted connection',
  async ({ a }) => {
    const { startServer } = await import('./server.ts')
    const impostor = await startServer(
      certificates.nodes.get('pve3')!,
      () => version,
      '127.0.0.12',
      a.port,
    )
    const { createProxmox } = await import('../../../lib/proxmox/client.ts')
    const { systemClock } = await import('../../../lib/clock.ts')
    const { silentLog } = await import('../../../lib/log.ts')
    const px = createProxmox({
      nodes: [
        {
          name: 'pve1',
          address: a.address,
          fingerprint: certificates.nodes.get('pve1')!.fingerprint,
        },
      ],
      token: () => token,
      clock: systemClock,
      log: silentLog,
    })
    a.answer(
      by({
        '/nodes': data(
          names.map((node) => ({
            node,
            status: 'online',
            ssl_fingerprint: certificates.nodes.get(node)!.fingerprint,
          })),
        ),
        '/cluster/status': data([{ type: 'node', name: 'pve2', ip: '127.0.0.12', online: 1 }]),
      }),
    )
    await px.nodes.list()
    await px.cluster.status()
    await a.close()
    const problem = await problemOf(px.version())
    assert.is(problem.kind, 'untrusted')
    assert.is(impostor.bytesIn(), 0)
    px.close()
    await impostor.close()
  },
)

failover('a write moves on only when nothing was sent', async ({ b }) => {
  const px = clientOf({ pve1: await nowhere(), pve2: b })
  b.answer(by({ '/nodes/pve1/status': data(null) }))
  await px.nodes.list()
  await px.nodes.power('pve1', 'reboot')
  assert.is(b.asked.filter((x) => x.method === 'POST').length, 1)
  px.close()
})

failover('a write that was sent is not sent again to another node', async ({ a, b }) => {
  const px = clientOf({ pve1: a, pve2: b })
  a.answer(by({ '/nodes/pve2/status': 'cut' }))
  assert.is((await problemOf(px.nodes.power('pve2', 'reboot'))).kind, 'timeout')
  assert.equal(
    b.asked.filter((x) => x.method === 'POST'),
    [],
  )
  px.close()
})

failover('a late answer about another node does not speak against the entry', async ({ a, b }) => {
  const clock = fakeClock()
  const px = clientOf({ pve1: a, pve2: b }, { clock })
  a.answer(by({ '/nodes/pve3/status': 'hang', '/version': version }))
  const status = problemOf(px.nodes.status('pve3'))
  await until(() => a.asked.length === 2)
  await clock.advance(5000)
  const problem = await status
  assert.is(problem.kind, 'timeout')
  assert.match(problem.message, /Node pve3 is too slow/)
  assert.equal([px.reach.entry(), px.reach.broken()], ['pve1', []])
  px.close()
})

failover('595 to 599 name the node that does not answer, and the entry stays', async ({ a, b }) => {
  const px = clientOf({ pve1: a, pve2: b })
  for (const status of [595, 596, 597, 599]) {
    a.answer(by({ '/nodes/pve3/status': say(status, 'Connection timed out', '', []) }))
    const problem = await problemOf(px.nodes.status('pve3'))
    assert.is(problem.kind, 'unreachable')
    assert.match(
      problem.message,
      new RegExp(`Node pve3 does not answer.*${status} Connection timed out`),
    )
  }
  assert.is(px.reach.entry(), 'pve1')
  px.close()
})

failover(
  'an unknown node is refused at home, a known one is found whatever its case',
  async ({ a }) => {
    const px = clientOf({ pve1: a })
    a.answer(by({ '/nodes/pve2/services': data([]) }))
    assert.is((await problemOf(px.nodes.status('pve9'))).kind, 'not-found')
    assert.equal(
      a.asked.map((x) => x.path),
      ['/nodes'],
    )
    await px.nodes.services('PVE2')
    assert.equal(
      a.asked.map((x) => x.path),
      ['/nodes', '/nodes/pve2/services'],
    )
    px.close()
  },
)

failover(
  'a node that the cluster calls offline is not asked for 15 s, but its history is read',
  async ({ a }) => {
    const clock = fakeClock()
    const px = clientOf({ pve1: a }, { clock })
    a.answer(
      by({
        '/cluster/status': data(
          names.map((name) => ({ type: 'node', name, online: name === 'pve3' ? 0 : 1 })),
        ),
        '/nodes/pve3/rrddata': data([{ time: 60, cpu: 0.5 }]),
        '/nodes/pve3/services': data([]),
        '/nodes/pve3/lxc/104/rrddata': data([{ time: 60 }]),
      }),
    )
    await px.cluster.status()
    const problem = await problemOf(px.nodes.services('pve3'))
    assert.is(problem.kind, 'unreachable')
    assert.match(problem.message, /pve3 is lost/)
    assert.equal(await px.nodes.rrd('pve3', 'hour'), [{ time: 60, cpu: 0.5 }])
    await px.guests.rrd({ node: 'pve3', kind: 'lxc', vmid: 104 }, 'hour')
    await clock.advance(16_000)
    assert.equal(await px.nodes.services('pve3'), [])
    px.close()
  },
)

failover('two nodes can be asked for their own view of the quorum', async ({ a, b }) => {
  const px = clientOf({ pve1: a, pve2: b })
  const view = (quorate: number) =>
    data([{ type: 'cluster', name: 'x', quorate, nodes: 2, version: 1 }])
  a.answer(() => view(1))
  b.answer(() => view(0))
  const seen = await Promise.all(['pve1', 'pve2'].map((node) => px.cluster.status({ node })))
  assert.equal(
    seen.map((s) => s.cluster!.quorate),
    [true, false],
  )
  assert.is((await problemOf(px.cluster.status({ node: 'pve7' }))).kind, 'not-found')
  assert.is(px.reach.entry(), 'pve1')
  px.close()
})

failover(
  'at most three calls about one node, through whomever they go, reads and writes together',
  async ({ a, b }) => {
    const px = clientOf({ pve1: a, pve2: b })
    const mute = by({ '/nodes/pve3/services': 'hang', '/nodes/pve3/status': 'hang' })
    a.answer(mute)
    b.answer(mute)
    await px.nodes.list()
    const stop = new AbortController()
    const through = (node: string) => px.nodes.services('pve3', { node, signal: stop.signal })
    const write = () => px.nodes.power('pve3', 'reboot', { signal: stop.signal })
    const calls = [through('pve1'), through('pve2'), write(), through('pve2'), write()]
    const ends = calls.map((call) => call.catch(() => 'stopped'))
    const about = () =>
      [...a.asked, ...b.asked].filter((x) => x.path.startsWith('/nodes/pve3')).length
    await until(() => about() === 3)
    // Other nodes are not held up by it, and by then a fourth call would have been seen.
    a.answer(by({ '/version': version }))
    for (let i = 0; i < 5; i++) await px.version()
    assert.is(about(), 3)
    stop.abort()
    await Promise.all(ends)
    px.close()
  },
)

failover('a node is woken through another one, for it cannot wake itself', async ({ a, b }) => {
  const px = clientOf({ pve1: a, pve2: b })
  a.answer(by({ '/nodes': members() }))
  b.answer(by({ '/nodes/pve1/wakeonlan': data('BC:24:11:00:00:04') }))
  assert.is(await px.nodes.wake('pve1'), 'BC:24:11:00:00:04')
  assert.equal(
    a.asked.filter((x) => x.method === 'POST'),
    [],
  )
  px.close()
})

failover(
  'an entry that accepts and then says nothing costs a write 5 s, and nothing was sent',
  async ({ b }) => {
    const mute = createNetServer().listen(0, '127.0.0.1')
    await once(mute, 'listening')
    const sockets: Socket[] = []
    mute.on('connection', (socket) => sockets.push(socket))
    const { port } = mute.address() as AddressInfo
    const clock = fakeClock()
    const px = clientOf({ pve1: { address: `127.0.0.1:${port}` }, pve2: b }, { clock })
    b.answer(by({ '/pools': data(null) }))
    const write = px.post('/pools', { poolid: 'a' })
    await until(() => sockets.length === 1)
    await clock.advance(5000)
    assert.is(await write, null)
    assert.match(px.reach.broken()[0]!.reason, /no connection in 5 s/)
    px.close()
    for (const socket of sockets) socket.destroy()
    mute.close()
  },
)

failover(
  'who waits in line behind slow calls is told so in 5 s, and nothing was sent',
  async ({ a }) => {
    const clock = fakeClock()
    const px = clientOf({ pve1: a }, { clock })
    a.answer(() => 'hang')
    const slow = [1, 2, 3].map(() => problemOf(px.version()))
    await until(() => a.asked.length === 3)
    await clock.advance(2000)
    // The places are free again after 3 s more: the line is longer than that.
    const read = px.version()
    await clock.advance(2999)
    a.answer(() => 'hang')
    const refused = problemOf(read)
    await clock.advance(1)
    for (const problem of await Promise.all(slow)) assert.is(problem.kind, 'timeout')
    await until(() => a.asked.length >= 4)
    await clock.advance(2000)
    assert.is((await refused).kind, 'timeout', 'two seconds were left when its turn came')
    px.close()
  },
)

failover(
  'a place that never comes free is waited for as long as an answer, no longer',
  async ({ a }) => {
    const clock = fakeClock()
    const px = clientOf({ pve1: a }, { clock })
    a.answer(() => 'hang')
    const slow = [1, 2, 3].map(() => problemOf(px.get('/version', {}, { timeout: 60_000 })))
    await until(() => a.asked.length === 3)
    const read = problemOf(px.version())
    const write = problemOf(px.post('/pools', { poolid: 'a' }))
    await clock.advance(5000)
    const problem = await read
    assert.is(problem.kind, 'timeout')
    assert.match(problem.message, /was not sent: the calls before it to pve1 .* took 5 s and more/)
    await clock.advance(10_000)
    assert.is((await write).details?.sent, 'no')
    assert.is(a.asked.length, 3, 'nothing was sent later either')
    assert.equal(px.reach.broken(), [], 'waiting speaks against nobody')
    px.close()
    await clock.advance(60_000)
    await Promise.all(slow)
  },
)

failover('no session of TLS is resumed: each connection shows its certificate', async ({ a }) => {
  const px = clientOf({ pve1: a })
  a.answer(by({ '/pools': data(null) }))
  for (let i = 0; i < 4; i++) await px.post('/pools', { poolid: `a${i}` })
  assert.is(a.connections(), 4)
  assert.is(a.resumed(), 0)
  px.close()
})

failover('when nobody answers, everybody is named', async () => {
  const px = clientOf({ pve1: await nowhere(), pve2: await nowhere() })
  const problem = await problemOf(px.version())
  assert.is(problem.kind, 'unreachable')
  assert.match(problem.message, /pve1 \(.*ECONNREFUSED.*pve2 \(.*ECONNREFUSED/)
  px.close()
})

failover.run()
