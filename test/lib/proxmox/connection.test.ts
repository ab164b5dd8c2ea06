/** How the client talks: connections, bodies, limits, and what it tries again. */
import { gzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Proxmox } from '../../../lib/proxmox/client.ts'
import { IDLE_MS, MAX_BODY } from '../../../lib/proxmox/transport.ts'
import { fakeClock } from '../../clock.ts'
import { by, clientOf, problemOf, serverFor, until } from './client.ts'
import { data, refuse, type Said, type Server, say } from './server.ts'

const version = data({ version: '9.2.11', release: '9.2' })
const connection = suite<{ server: Server; px: Proxmox }>('proxmox: connection')
connection.before.each(async (t) => {
  t.server = await serverFor('pve1', () => version)
  t.px = clientOf({ pve1: t.server })
})
connection.after.each(async (t) => {
  t.px.close()
  await t.server.close()
})

connection(
  'reads share a kept connection, which is left before the server leaves it',
  async ({ server, px }) => {
    for (let i = 0; i < 5; i++) await px.version()
    assert.is(server.connections(), 1)
    assert.ok(IDLE_MS < 5000, 'pveproxy closes idle connections after 5 s')
  },
)

connection('a read whose kept connection was reset is asked once more', async ({ server, px }) => {
  await px.version()
  let cuts = 1
  server.answer(() => (cuts-- > 0 ? 'cut' : version))
  assert.is((await px.version()).version, '9.2.11')
  assert.is(server.asked.length, 3)
})

connection('a read that is reset twice is trouble', async ({ server, px }) => {
  server.answer(() => 'cut')
  const problem = await problemOf(px.version())
  assert.is(problem.kind, 'unreachable')
  assert.match(problem.message, /pve1 \(127\.0\.0\.1:\d+\)/)
  assert.is(server.asked.length, 2)
})

connection(
  'a read that meets a passing 500 is asked once more, any other 500 is not',
  async ({ server, px }) => {
    let passing = 1
    server.answer(
      by({
        '/nodes/pve1/lxc': () =>
          passing-- > 0
            ? refuse(500, 'failed to read from command socket: Connection reset by peer')
            : data([{ vmid: 101, status: 'running' }]),
        '/nodes/pve1/qemu': refuse(500, 'something else'),
      }),
    )
    assert.is((await px.guests.list('pve1', 'lxc'))[0]!.vmid, 101)
    assert.is((await problemOf(px.guests.list('pve1', 'qemu'))).kind, 'failed')
    assert.is(server.asked.filter((a) => a.path.endsWith('/qemu')).length, 1)
  },
)

connection(
  'a write is never repeated: its lost answer may mean that it happened',
  async ({ server, px }) => {
    server.answer(by({ '/nodes/pve1/lxc/101/status/stop': 'cut' }))
    const problem = await problemOf(px.guests.stop({ node: 'pve1', kind: 'lxc', vmid: 101 }))
    assert.is(problem.kind, 'timeout')
    assert.match(problem.message, /it may have happened/)
    assert.is(server.asked.filter((a) => a.method === 'POST').length, 1)
  },
)

connection('a write that meets a passing 500 is not repeated either', async ({ server, px }) => {
  server.answer(
    by({ '/nodes/pve1/lxc/101/status/stop': refuse(500, 'x: Connection reset by peer') }),
  )
  await problemOf(px.guests.stop({ node: 'pve1', kind: 'lxc', vmid: 101 }))
  assert.is(server.asked.filter((a) => a.method === 'POST').length, 1)
})

connection('a write never rides on a kept connection', async ({ server, px }) => {
  server.answer(by({ '/version': version, '/nodes/pve1/lxc/101/config': data(null) }))
  const ref = { node: 'pve1', kind: 'lxc' as const, vmid: 101 }
  await px.version()
  await px.guests.configure(ref, { onboot: true })
  await px.guests.configure(ref, { onboot: false })
  const writes = server.asked.filter((a) => a.method === 'PUT').map((a) => a.connection)
  assert.is(new Set([1, ...writes]).size, 3)
})

connection(
  'bodies are forms with a length; flags are 0 and 1, absent ones are left out',
  async ({ server, px }) => {
    server.answer(by({ '/nodes/pve1/lxc/101/config': data(null) }))
    const ref = { node: 'pve1', kind: 'lxc' as const, vmid: 101 }
    await px.guests.configure(ref, {
      onboot: true,
      protection: false,
      cores: 2,
      tags: undefined,
      description: 'ä&b=c',
    })
    const asked = server.asked.at(-1)!
    assert.is(asked.body, 'onboot=1&protection=0&cores=2&description=%C3%A4%26b%3Dc')
    assert.is(asked.headers.get('content-type'), 'application/x-www-form-urlencoded')
    assert.is(asked.headers.get('content-length'), String(asked.body.length))
    assert.not.ok(asked.headers.has('transfer-encoding'))
  },
)

connection('a write without parameters has an empty body of length 0', async ({ server, px }) => {
  server.answer(by({ '/nodes/pve1/status': data(null) }))
  await px.nodes.power('pve1', 'reboot')
  await px.write('POST', '/nodes/pve1/status')
  assert.is(server.asked.at(-1)!.headers.get('content-length'), '0')
})

connection(
  'parameters of GET and DELETE go into the query, and no body is sent',
  async ({ server, px }) => {
    server.answer(by({ '/nodes/pve1/lxc/101': data(null) }))
    await px.guests.destroy({ node: 'pve1', kind: 'lxc', vmid: 101 }, { purge: true })
    const asked = server.asked.at(-1)!
    assert.is(asked.method, 'DELETE')
    assert.is(asked.target, '/api2/json/nodes/pve1/lxc/101?purge=1&destroy-unreferenced-disks=0')
    assert.is(asked.body, '')
    assert.not.ok(asked.headers.has('content-length'))
    assert.not.ok(asked.headers.has('transfer-encoding'))
  },
)

connection(
  'what is put into a path is escaped, and a path that climbs is refused at home',
  async ({ server, px }) => {
    server.answer(by({ '/nodes/pve1/storage/a%2Fb%3Fc/content': data([]) }))
    await px.nodes.storageContent('pve1', 'a/b?c')
    const before = server.asked.length
    for (const path of [
      'nodes',
      '/nodes/../access',
      '/nodes/%2e%2e/access',
      '/a?b=c',
      '/a\r\nb',
      '/ä',
    ])
      assert.is((await problemOf(px.get(path))).kind, 'invalid', path)
    assert.is((await problemOf(px.nodes.storageContent('pve1', '..'))).kind, 'invalid')
    assert.is(server.asked.length, before)
  },
)

connection('the token goes into the header and nowhere else', async ({ server, px }) => {
  server.answer(() => refuse(500, 'no'))
  const problem = await problemOf(px.version())
  const asked = server.asked[0]!
  assert.is(
    asked.headers.get('authorization'),
    'PVEAPIToken=ops@pve!jarvis=00000000-0000-4000-8000-00000000feed',
  )
  assert.not.match(asked.target + JSON.stringify(problem) + problem.message, /feed/)
})

connection(
  'reads use the token for audit, writes the one of their role, and a missing one is told',
  async ({ server }) => {
    const px = clientOf(
      { pve1: server },
      {
        token: (role) => (role === 'destroy' ? undefined : { id: `u@pve!${role}`, secret: 's' }),
      },
    )
    server.answer(
      by({ '/version': version, '/nodes/pve1/status': data(null), '/nodes/pve1/lxc': data(null) }),
    )
    await px.version()
    await px.nodes.power('pve1', 'shutdown')
    await px.guests.createContainer('pve1', {
      vmid: 120,
      template: 'local:vztmpl/x',
      hostname: 'x',
      storage: 'local',
      diskGiB: 1,
      cores: 1,
      memoryMiB: 64,
      networks: [],
    })
    const used = (method: string) =>
      server.asked
        .filter((a) => a.method === method)
        .map((a) => /!(\w+)=/.exec(a.headers.get('authorization')!)![1])
    assert.equal([...new Set(used('GET'))], ['audit'])
    assert.equal(used('POST'), ['operate', 'environments'])
    const problem = await problemOf(px.guests.destroy({ node: 'pve1', kind: 'lxc', vmid: 120 }))
    assert.is(problem.kind, 'forbidden')
    assert.match(problem.message, /No token is configured for the role destroy/)
    px.close()
  },
)

connection(
  'doubled and contradicting Connection headers are no trouble',
  async ({ server, px }) => {
    const body = '{"data":{"version":"9.2.11"}}'
    const odd: Said = {
      bytes: Buffer.from(
        `HTTP/1.1 200 OK\r\nConnection: close,Keep-Alive\r\nConnection: Keep-Alive\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      ),
    }
    server.answer(() => odd)
    for (let i = 0; i < 3; i++) assert.is((await px.version()).major, 9)
  },
)

connection(
  'empty bodies, bodies without a type and bare text are understood',
  async ({ server, px }) => {
    server.answer(() => say(200, 'OK', '', []))
    assert.is(await px.get('/version'), null)
    server.answer(() => say(595, 'No route to host', '', []))
    assert.is((await problemOf(px.version())).kind, 'unreachable')
    server.answer(() => say(500, 'broken thing at line 934.', 'broken thing at line 934.\n', []))
    assert.match((await problemOf(px.version())).message, /500 broken thing at line 934\./)
    server.answer(() => say(200, 'OK', '<html>not Proxmox</html>', [['Content-Type', 'text/html']]))
    assert.match((await problemOf(px.version())).next ?? '', /address of a Proxmox VE node/)
  },
)

connection('gzip is understood, a bomb is not swallowed', async ({ server, px }) => {
  const packed = (plain: Buffer): Said => {
    const body = gzipSync(plain)
    const head = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`
    return { bytes: Buffer.concat([Buffer.from(head), body]) }
  }
  server.answer(() => packed(Buffer.from('{"data":{"version":"9.2.11"}}')))
  assert.is((await px.version()).version, '9.2.11')
  server.answer(() => packed(Buffer.alloc(MAX_BODY + 1, 32)))
  assert.match((await problemOf(px.version())).message, /larger than 32 MiB/)
})

connection(
  'an answer that breaks off in the middle is asked for once more',
  async ({ server, px }) => {
    let broken = 1
    const half: Said = {
      bytes: Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"data":'),
      close: true,
    }
    server.answer(() => (broken-- > 0 ? half : version))
    assert.is((await px.version()).major, 9)
  },
)

connection('at most three calls are in flight for a node', async ({ server, px }) => {
  const open = new Map<string, number>()
  let most = 0
  const release: (() => void)[] = []
  server.answer(async (asked) => {
    if (asked.path === '/nodes') return by({})(asked)
    open.set('all', (open.get('all') ?? 0) + 1)
    most = Math.max(most, open.get('all')!)
    await new Promise<void>((go) => release.push(go))
    open.set('all', open.get('all')! - 1)
    return data([])
  })
  await px.nodes.list()
  const calls = Array.from({ length: 12 }, () => px.nodes.services('pve1'))
  let ended = 0
  for (const call of calls) void call.then(() => ended++)
  while (ended < 12) {
    await until(() => release.length === Math.min(3, 12 - ended))
    release.shift()?.()
  }
  assert.is(most, 3)
})

connection('a queued call leaves the queue when it is stopped', async ({ server, px }) => {
  server.answer((asked) => (asked.path === '/nodes' ? by({})(asked) : 'hang'))
  await px.nodes.list()
  const stop = new AbortController()
  const busy = Array.from({ length: 4 }, () =>
    px.get('/version', {}, { signal: stop.signal }).catch((e: Error) => e.message),
  )
  await until(() => server.asked.length === 4)
  stop.abort(new Error('enough'))
  assert.equal(await Promise.all(busy), ['enough', 'enough', 'enough', 'enough'])
  server.answer(() => version)
  assert.is((await px.version()).major, 9)
})

connection(
  'reads wait 5 s, longer than a late 401; writes 15 s, longer than a lock',
  async ({ server }) => {
    const clock = fakeClock()
    const px = clientOf({ pve1: server }, { clock })
    server.answer((asked) => (asked.path === '/nodes' ? by({})(asked) : 'hang'))
    await px.nodes.list()
    const ended: string[] = []
    const read = problemOf(px.version()).then((p) => ended.push(`read ${p.kind}`))
    const write = problemOf(px.nodes.power('pve1', 'reboot')).then((p) =>
      ended.push(`write ${p.kind}`),
    )
    await until(() => server.asked.length === 3)
    await clock.advance(4900)
    assert.equal(ended, [])
    await clock.advance(200)
    await read
    await clock.advance(9800)
    assert.equal(ended, ['read timeout'])
    await clock.advance(200)
    await write
    assert.equal(ended, ['read timeout', 'write timeout'])
    px.close()
  },
)

connection('too large a form is refused at home', async ({ server, px }) => {
  const problem = await problemOf(px.post('/pools', { comment: 'x'.repeat(600_000) }))
  assert.is(problem.kind, 'invalid')
  assert.is(server.asked.length, 0)
})

connection.run()
