/** The lab's transport: it must be as inconvenient as pveproxy. */

import { request } from 'node:http'
import { Agent } from 'node:https'
import { connect } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, startLab } from '../../lab/lab.ts'
import { seeded } from '../../lab/random.ts'
import { NOON } from '../clock.ts'
import { type Answer, ask, fields, leapingClock, rows } from './ask.ts'

const manners = suite<{ lab: Lab; now: () => number }>('lab manners')
manners.before(async (t) => {
  const clock = leapingClock()
  t.now = clock.now
  t.lab = await startLab({ clock, random: seeded(1) })
})
manners.after((t) => t.lab.stop())

manners('a wrong secret is answered after three seconds, with nothing in it', async (t) => {
  const began = t.now()
  const wrong = await ask(t.lab, 'GET', '/version', {
    token: { ...t.lab.tokens.root, secret: 'x' },
  })
  assert.is(`${wrong.status} ${wrong.reason}`, '401 Authentication failed!')
  assert.is(wrong.text, '')
  assert.equal(wrong.header('content-type'), [])
  assert.equal(wrong.header('connection'), ['close'])
  assert.ok(t.now() - began >= 3000)
  const none = await ask(t.lab, 'GET', '/version', { token: null })
  assert.is(`${none.status} ${none.reason}`, '401 No ticket')
  const bearer = { headers: { Authorization: 'Bearer x' }, token: null }
  assert.is((await ask(t.lab, 'GET', '/version', bearer)).reason, 'No ticket')
  assert.is((await ask(t.lab, 'GET', '/version', { token: t.lab.tokens.expired })).status, 401)
})

manners('a token may be percent-encoded or follow a space', async ({ lab }) => {
  const { id, secret } = lab.tokens.root
  for (const value of [
    `PVEAPIToken ${id}=${secret}`,
    `PVEAPIToken=${encodeURIComponent(`${id}=${secret}`)}`,
  ])
    assert.is(
      (await ask(lab, 'GET', '/version', { token: null, headers: { Authorization: value } }))
        .status,
      200,
    )
})

manners('bodies it does not want are refused as bare text', async ({ lab }) => {
  const path = '/nodes/pve/lxc/302/config'
  const cases: [Answer, string][] = [
    [
      await ask(lab, 'DELETE', '/nodes/pve/lxc/302', { form: { purge: 1 } }),
      "501 Unexpected content for method 'DELETE'",
    ],
    [
      await ask(lab, 'GET', '/version', { form: { a: 1 } }),
      "501 Unexpected content for method 'GET'",
    ],
    [
      await ask(lab, 'PUT', path, { body: 'x', headers: { 'Content-Type': 'text/plain' } }),
      "506 upload 'Content-Type 'text/plain' not implemented",
    ],
    [
      await ask(lab, 'PUT', path, {
        body: 'description=x',
        headers: { 'Transfer-Encoding': 'chunked' },
      }),
      '501 chunked transfer encoding not supported',
    ],
    [
      await ask(lab, 'PUT', path, {
        body: '["a"]',
        headers: { 'Content-Type': 'application/json' },
      }),
      '500 Not a HASH reference at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 978.',
    ],
    [
      await ask(lab, 'GET', '/api2/xml/version', { raw: true }),
      '501 no formatter for uri /version, xml',
    ],
    [await ask(lab, 'GET', '/api2', { raw: true }), '501 no such uri'],
  ]
  for (const [answer, expected] of cases) {
    assert.is(`${answer.status} ${answer.reason}`, expected)
    assert.is(answer.text.trim(), expected.slice(4))
    assert.equal(answer.header('connection'), ['close'])
  }
  for (const verb of ['PATCH', 'OPTIONS', 'HEAD']) {
    const answer = await ask(lab, verb, '/version')
    assert.is(
      `${answer.status} ${answer.reason} ${answer.text}`,
      `501 method '${verb}' not available `,
    )
  }
})

manners('half a megabyte is too much, and said from the header alone', async ({ lab }) => {
  const headers = {
    'Content-Length': '614412',
    'Content-Type': 'application/x-www-form-urlencoded',
  }
  const answer = await ask(lab, 'PUT', '/nodes/pve/lxc/302/config', { headers, token: null })
  assert.is(`${answer.status} ${answer.reason}`, '501 for data too large')
})

manners('all wrong parameters are named at once', async ({ lab }) => {
  const answer = await ask(lab, 'PUT', '/nodes/pve/lxc/302/config', {
    form: { onboot: 'true', cores: 0, bogus: 1 },
  })
  assert.is(`${answer.status} ${answer.reason}`, '400 Parameter verification failed.')
  assert.equal(answer.errors, {
    onboot: "type check ('boolean') failed - got 'true'",
    cores: 'value must have a minimum value of 1',
    bogus: 'property is not defined in schema and the schema does not allow additional properties',
  })
  const twice = await ask(lab, 'PUT', '/nodes/pve/lxc/302/config', {
    body: 'description=a&description=b',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  })
  assert.equal(twice.errors, { description: "type check ('string') failed - got ARRAY" })
})

manners('JSON bodies may carry real booleans and numbers', async ({ lab }) => {
  const body = JSON.stringify({ onboot: true, memory: 1024 })
  const headers = { 'Content-Type': 'application/json' }
  assert.is((await ask(lab, 'PUT', '/nodes/pve/lxc/302/config', { body, headers })).status, 200)
})

manners('the same question twice gives the same data in another order', async ({ lab }) => {
  const bodies: Answer[] = []
  for (let i = 0; i < 8; i++) bodies.push(await ask(lab, 'GET', '/cluster/status'))
  assert.ok(new Set(bodies.map((b) => b.text)).size > 4)
  const sorted = bodies.map((b) =>
    rows(b)
      .map((r) => String(r.id))
      .sort()
      .join(),
  )
  assert.is(new Set(sorted).size, 1)
})

manners('a connection serves a hundred requests and says so with the last one', async ({ lab }) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: lab.ca })
  const seen: string[] = []
  for (let i = 0; i < 101; i++)
    seen.push((await ask(lab, 'GET', '/version', { agent })).header('connection').join())
  agent.destroy()
  assert.equal(
    seen.flatMap((value, i) => (value === 'close' ? [i + 1] : [])),
    [100],
  )
})

manners('the doubled Connection header of the privileged daemon is there', async ({ lab }) => {
  assert.equal((await ask(lab, 'GET', '/cluster/status')).header('connection'), [
    'close',
    'Keep-Alive',
  ])
  assert.equal((await ask(lab, 'GET', '/nodes/pve/lxc')).header('connection'), [
    'close,Keep-Alive',
    'Keep-Alive',
  ])
  assert.equal((await ask(lab, 'GET', '/nodes/pve/status')).header('connection'), [
    'Keep-Alive',
    'Keep-Alive',
  ])
})

manners('gzip comes only when asked for and only over a kilobyte', async ({ lab }) => {
  const headers = { 'Accept-Encoding': 'gzip' }
  const small = await ask(lab, 'GET', '/version', { headers })
  assert.equal(small.header('content-encoding'), [])
  const { id, secret } = lab.tokens.root
  const address = lab.nodes[0]!.address.split(':')
  const big = await new Promise<string | undefined>((resolve, reject) => {
    const agent = new Agent({ ca: lab.ca })
    import('node:https').then(({ request: https }) =>
      https(
        {
          host: address[0]!,
          port: Number(address[1]),
          path: '/api2/json/cluster/resources',
          agent,
          headers: { ...headers, Authorization: `PVEAPIToken=${id}=${secret}` },
        },
        (s) => {
          s.resume()
          s.on('end', () => resolve(s.headers['content-encoding']))
        },
      )
        .on('error', reject)
        .end(),
    )
  })
  assert.is(big, 'gzip')
})

manners('plain HTTP on the port is sent to HTTPS', async ({ lab }) => {
  const [host, port] = lab.nodes[0]!.address.split(':')
  const go = (method: string) =>
    new Promise<string>((resolve, reject) => {
      request(
        { host: host!, port: Number(port), method, path: '/api2/json/version', agent: false },
        (s) => {
          s.resume()
          resolve(`${s.statusCode} ${s.statusMessage} ${s.headers.location}`)
        },
      )
        .on('error', reject)
        .end()
    })
  const there = `https://${host}:${port}/api2/json/version`
  assert.is(await go('GET'), `301 Moved Permanently ${there}`)
  assert.is(await go('POST'), `308 Permanent Redirect ${there}`)
})

manners('more than 64 header lines end the connection without a word', async ({ lab }) => {
  const headers = Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`X-Line-${i}`, 'x']))
  const error = await ask(lab, 'GET', '/version', { headers }).catch(
    (e: NodeJS.ErrnoException) => e.code,
  )
  assert.is(error, 'ECONNRESET')
})

manners('the extjs format says 200 to everything', async ({ lab }) => {
  const bad = await ask(lab, 'GET', '/api2/extjs/nodes/pve/lxc/999/config', { raw: true })
  assert.is(bad.status, 200)
  const { success, status } = JSON.parse(bad.text)
  assert.equal([success, status], [0, 500])
})

manners('tickets work with a cookie, and writes want the CSRF token', async ({ lab }) => {
  const form = { username: 'root@pam', password: 'jarvis-lab' }
  const login = fields(await ask(lab, 'POST', '/access/ticket', { form, token: null }))
  const Cookie = `PVEAuthCookie=${encodeURIComponent(String(login.ticket))}`
  assert.is((await ask(lab, 'GET', '/version', { token: null, headers: { Cookie } })).status, 200)
  const write = (headers: Record<string, string>) =>
    ask(lab, 'PUT', '/nodes/pve/lxc/302/config', {
      form: { description: 'x' },
      token: null,
      headers: { Cookie, ...headers },
    })
  assert.is((await write({})).reason, 'Permission denied - invalid csrf token')
  assert.is((await write({ CSRFPreventionToken: String(login.CSRFPreventionToken) })).status, 200)
  const refused = await ask(lab, 'POST', '/access/ticket', {
    form: { ...form, password: 'no' },
    token: null,
  })
  assert.is(`${refused.status} ${refused.message}`, '401 authentication failure\n')
})

manners('an address that is not loopback is refused', async () => {
  const error = await startLab({ host: '192.0.2.1' }).catch((e: Error) => e.message)
  assert.match(String(error), 'loopback only')
})

manners('nothing is left listening after stop', async () => {
  const lab = await startLab({ clock: leapingClock(NOON) })
  const [host, port] = lab.nodes[1]!.address.split(':')
  await lab.stop()
  const code = await new Promise<string | undefined>((resolve) =>
    connect(Number(port), host!)
      .on('error', (e: NodeJS.ErrnoException) => resolve(e.code))
      .on('connect', () => resolve('connected')),
  )
  assert.is(code, 'ECONNREFUSED')
})

manners.run()
