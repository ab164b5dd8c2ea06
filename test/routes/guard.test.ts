import type { Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { days, hours, minutes, seconds } from '../../lib/clock.ts'
import { alice, mallory, oldTablet } from '../cast.ts'
import { type Ask, cookieOf, type Doors, openDoors } from '../doors.ts'

const guarded = suite<Doors>('the guard')

guarded.before.each(async (t) => {
  Object.assign(t, await openDoors())
})
guarded.after.each((t) => t.db.close())

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
const token = (t: Doors, scope: 'view' | 'operate' | 'admin') =>
  t.auth.tokens.create({ name: scope, scope, by: 'alice' }).secret

guarded('a stranger with a browser is led to the login and back', async (t) => {
  const page = await t.ask('/f/nodes?a=1&b=2')
  assert.is(page.status, 303)
  assert.is(page.headers.get('location'), `/login?next=${encodeURIComponent('/f/nodes?a=1&b=2')}`)
  assert.is((await t.ask('/')).headers.get('location'), '/login')
  assert.is((await t.ask('/nowhere')).status, 303)
  assert.is((await t.ask('/deed', { form: { a: '1' } })).headers.get('location'), '/login')
})

guarded('curl, JSON, text and streams are told how to say who they are', async (t) => {
  const asks: Ask[] = [
    { headers: { 'user-agent': 'curl/8.5.0', accept: '*/*' } },
    { headers: { accept: 'application/json' } },
    { headers: { accept: 'text/plain' } },
    { headers: { accept: 'text/event-stream' } },
    { headers: { 'hx-request': 'true' } },
  ]
  for (const how of asks) {
    const answer = await t.ask('/f/nodes', how)
    assert.is(answer.status, 401)
    assert.match(answer.headers.get('www-authenticate')!, /^Bearer/)
    assert.match(await answer.text(), 'jarvis token create')
  }
  const json = await t.ask('/f/nodes', asks[1])
  assert.match(await json.text(), '"kind": "unauthorized"')
})

guarded('only the way in, the sign of life and the static files are open', async (t) => {
  for (const path of ['/login', '/welcome', '/healthz', '/static/plain.css'])
    assert.is((await t.ask(path)).status, 200, path)
  const closed = ['/', '/f/nodes', '/live', '/settings', '/slow', '/healthz/x', '/login/x']
  for (const path of closed) assert.is((await t.ask(path)).status, 303, path)
})

guarded('a screen without a key is told on the wall how to get one', async (t) => {
  for (const path of ['/wall', '/wall/nodes', '/wall?key=jw_wrong']) {
    const refused = await t.ask(path, { headers: { 'user-agent': oldTablet } })
    assert.is(refused.status, 401, path)
    const page = await refused.text()
    assert.match(page, 'Settings, Wall keys')
    assert.match(page, 'http://127.0.0.1:4000/wall?key=jw_…')
    assert.match(page, '<meta http-equiv="refresh" content="60">')
    assert.not.match(page, 'jw_wrong')
  }
  assert.is((await t.ask('/wallpaper')).status, 303)
})

guarded('a session opens the house, and its end closes it', async (t) => {
  const cookie = await t.aliceIsIn()
  const there = await t.ask('/f/nodes', { headers: { cookie } })
  assert.is(await there.text(), 'panel for alice')
  t.auth.sessions.end(t.auth.sessions.list()[0]!.id)
  assert.is((await t.ask('/f/nodes', { headers: { cookie } })).status, 303)
})

guarded('an expired session is a stranger', async (t) => {
  const cookie = await t.aliceIsIn()
  await t.clock.advance(hours(12))
  assert.is((await t.ask('/f/nodes', { headers: { cookie } })).status, 303)
})

guarded('a token may do what its scope says', async (t) => {
  const status = async (scope: 'view' | 'operate' | 'admin') => {
    const headers = { ...bearer(token(t, scope)), accept: '*/*', origin: '' }
    const [look, act, settings] = [
      await t.ask('/f/nodes', { headers }),
      await t.ask('/deed', { json: {}, headers }),
      await t.ask('/settings', { headers }),
    ]
    return [look.status, act.status, settings.status]
  }
  assert.equal(await status('view'), [200, 403, 403])
  assert.equal(await status('operate'), [200, 200, 403])
  assert.equal(await status('admin'), [200, 200, 200])
})

guarded('what is missing is said with the way to get it', async (t) => {
  const headers = { ...bearer(token(t, 'view')), accept: 'text/plain', origin: '' }
  const answer = await t.ask('/deed', { json: {}, headers })
  assert.match(await answer.text(), /may only look.*--scope operate/)
})

guarded(
  'a revoked, an expired and a wrong token are 401, with a good cookie beside them too',
  async (t) => {
    const cookie = await t.aliceIsIn()
    const revoked = token(t, 'view')
    t.auth.tokens.revoke('view', 'alice')
    const expiresAt = t.clock.now() + days(1)
    const { secret } = t.auth.tokens.create({
      name: 'short',
      scope: 'view',
      by: 'alice',
      expiresAt,
    })
    assert.is((await t.ask('/f/nodes', { headers: bearer(secret) })).status, 200)
    await t.clock.advance(days(1))
    for (const wrong of [revoked, secret, 'jv_x', 'x y'])
      assert.is((await t.ask('/f/nodes', { headers: bearer(wrong) })).status, 401, wrong)
    const basic = { authorization: 'Basic YTpi', cookie }
    assert.is((await t.ask('/f/nodes', { headers: basic })).status, 401)
  },
)

guarded(
  'the control socket is the command line: it may act, not change the settings',
  async (t) => {
    const local = { local: true, headers: { host: 'anything', accept: '*/*', origin: '' } }
    assert.is(await (await t.ask('/f/nodes', local)).text(), 'panel for command line')
    assert.is((await t.ask('/deed', { ...local, json: {} })).status, 200)
    assert.is((await t.ask('/settings', local)).status, 403)
  },
)

guarded('a foreign page can neither post a form nor JSON nor open a stream', async (t) => {
  const cookie = await t.aliceIsIn()
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:8080' },
    { origin: '', 'sec-fetch-site': 'cross-site' },
    { origin: '', 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site' },
    { origin: '', referer: 'https://evil.example/127.0.0.1:4000' },
    { origin: '' },
  ]
  for (const headers of foreign) {
    const said = JSON.stringify(headers)
    const all = { cookie, ...headers }
    assert.is((await t.ask('/deed', { form: { a: '1' }, headers: all })).status, 403, said)
    assert.is((await t.ask('/deed', { json: { a: 1 }, headers: all })).status, 403, said)
    assert.is((await t.ask('/deed', { method: 'DELETE', headers: all })).status, 403, said)
    const socket = { ...all, upgrade: 'websocket', connection: 'upgrade' }
    assert.is((await t.ask('/f/socket', { headers: socket })).status, 403, said)
  }
  for (const headers of foreign.slice(0, 6)) {
    const stream = { cookie, accept: 'text/event-stream', ...headers }
    assert.is((await t.ask('/live', { headers: stream })).status, 403, JSON.stringify(headers))
  }
})

guarded('a foreign page cannot log anybody in either', async (t) => {
  await t.auth.accounts.create(alice)
  const answer = await t.logIn(alice.password, { headers: { origin: 'https://evil.example' } })
  assert.is(answer.status, 403)
  assert.equal(answer.headers.getSetCookie(), [])
})

guarded('our own page may, as each kind of browser says it', async (t) => {
  const cookie = await t.aliceIsIn()
  const own: Record<string, string>[] = [
    { origin: 'http://127.0.0.1:4000' },
    { origin: '', 'sec-fetch-site': 'same-origin' },
    { origin: 'http://127.0.0.1:4000', 'sec-fetch-site': 'same-origin' },
    { origin: '', referer: 'http://127.0.0.1:4000/settings', 'user-agent': oldTablet },
  ]
  for (const headers of own) {
    const all = { cookie, ...headers }
    assert.is(
      (await t.ask('/deed', { json: {}, headers: all })).status,
      200,
      JSON.stringify(headers),
    )
    const socket = { ...all, upgrade: 'websocket' }
    assert.is((await t.ask('/f/socket', { headers: socket })).status, 200, JSON.stringify(headers))
  }
  const link = { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
  assert.is((await t.ask('/', { headers: link })).status, 200, 'a link from elsewhere is fine')
})

guarded('a bearer token needs no Origin and minds none', async (t) => {
  const headers = { ...bearer(token(t, 'operate')), origin: 'https://n8n.example' }
  assert.is((await t.ask('/deed', { json: {}, headers })).status, 200)
})

guarded('over https a page of the same name over http is a stranger', async () => {
  const t = await openDoors({ hosts: ['jarvis.home'] })
  const at = 'https://jarvis.home'
  const cookie = await t.aliceIsIn({ at })
  const post = (origin: string) => t.ask('/deed', { at, json: {}, headers: { cookie, origin } })
  assert.is((await post('http://jarvis.home')).status, 403)
  assert.is((await post('https://jarvis.home')).status, 200)
  t.db.close()
})

guarded('a name that was pointed at us is refused, and the setting is named', async (t) => {
  const cookie = await t.aliceIsIn()
  for (const path of ['/', '/login', '/healthz', '/static/plain.css', '/live']) {
    const answer = await t.ask(path, { at: 'http://evil.example:4000', headers: { cookie } })
    assert.is(answer.status, 421, path)
    assert.match(await answer.text(), 'server: { hosts: ["evil.example"] }')
  }
  const header = await t.ask('/healthz', { headers: { host: 'evil.example' } })
  assert.is(header.status, 421)
  const hostile = await t.ask('/healthz', { headers: { host: '<script>"x"' } })
  assert.is(hostile.status, 421)
  assert.match(hostile.headers.get('content-type')!, 'text/plain')
})

guarded('addresses and our own names are answered', async () => {
  const t = await openDoors({ hosts: ['jarvis.home', 'J2.home:4000'], url: 'https://door.home' })
  const ours = [
    '127.0.0.1:4000',
    '192.168.1.5',
    '[::1]:4000',
    '[fd00::5]',
    'localhost:4000',
    'LOCALHOST',
    'butler',
    'butler.local',
    'butler.local.',
    'jarvis.home:8443',
    'j2.home',
    'door.home',
  ]
  for (const host of ours)
    assert.is((await t.ask('/healthz', { headers: { host } })).status, 200, host)
  const others = [
    'butler.evil.example',
    'xjarvis.home',
    '127.0.0.1.nip.io',
    '127.0.0.1@evil.example',
  ]
  for (const host of others)
    assert.is((await t.ask('/healthz', { headers: { host } })).status, 421, host)
  t.db.close()
})

guarded('every answer carries the headers, refusals and mistakes too', async (t) => {
  const cookie = await t.aliceIsIn()
  const answers = [
    await t.ask('/', { headers: { cookie } }),
    await t.ask('/f/nodes'),
    await t.ask('/login'),
    await t.ask('/broken', { headers: { cookie } }),
    await t.ask('/nowhere', { headers: { cookie } }),
    await t.ask('/deed', { json: {}, headers: { cookie, origin: 'https://evil.example' } }),
    await t.ask('/', { headers: { host: 'evil.example' } }),
  ]
  assert.equal(
    answers.map((a) => a.status),
    [200, 303, 200, 500, 404, 403, 421],
  )
  for (const { headers } of answers) {
    const csp = headers.get('content-security-policy')!
    assert.match(csp, "default-src 'none'; script-src 'self'; style-src 'self'")
    assert.match(csp, "frame-ancestors 'none'")
    assert.not.match(csp, 'unsafe')
    assert.is(headers.get('x-content-type-options'), 'nosniff')
    assert.is(headers.get('referrer-policy'), 'same-origin')
    assert.is(headers.get('cross-origin-opener-policy'), 'same-origin')
    assert.is(headers.get('cross-origin-resource-policy'), 'same-origin')
    assert.is(headers.get('cache-control'), 'no-store')
    assert.is(headers.get('strict-transport-security'), null)
    assert.match(headers.get('x-request-id')!, /^[0-9a-f]{16}$/)
  }
  assert.is(new Set(answers.map((a) => a.headers.get('x-request-id'))).size, answers.length)
  assert.is((await t.ask('/static/plain.css')).headers.get('cache-control'), 'public')
  const secure = await t.ask('/login', { at: 'https://127.0.0.1' })
  assert.match(secure.headers.get('strict-transport-security')!, /^max-age=\d{8}/)
  assert.not.match(await answers[3]!.text(), 'inner works')
})

guarded('a proxy of the configuration is believed, nobody else', async () => {
  const t = await openDoors({ proxies: ['10.0.0.5', '10.9.0.0/16'], hosts: ['jarvis.home'] })
  await t.auth.accounts.create(alice)
  const told = {
    'x-forwarded-for': '1.1.1.1, 192.168.1.77, 10.9.3.2',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'jarvis.home',
  }
  const believed = await t.logIn(alice.password, {
    from: '::ffff:10.0.0.5',
    headers: { ...told, host: 'backend:4000', origin: 'https://jarvis.home' },
  })
  assert.is(believed.status, 303)
  assert.match(believed.headers.getSetCookie()[0]!, /; Secure/)
  assert.is(t.auth.sessions.list()[0]?.address, '192.168.1.77')
  const invented = await t.logIn(alice.password, { from: mallory, headers: told })
  assert.not.match(invented.headers.getSetCookie()[0]!, /Secure/)
  assert.is(t.trail.list({ limit: 1 })[0]?.from, mallory)
  t.db.close()
})

guarded('a body that is too large is 413, whether it says so or not', async (t) => {
  const headers = { ...bearer(token(t, 'operate')), 'content-type': 'application/json' }
  const MIB = 1024 * 1024
  const fits = await t.ask('/deed', { body: 'x'.repeat(MIB), headers })
  assert.equal(await fits.json(), { got: MIB })
  const length = { ...headers, 'content-length': String(MIB + 1) }
  assert.is((await t.ask('/deed', { body: 'x'.repeat(MIB + 1), headers: length })).status, 413)
  assert.is((await t.ask('/deed', { body: 'x'.repeat(MIB + 1), headers })).status, 413)
})

guarded('a form is 64 KiB at most, before the login too', async (t) => {
  const big = { password: 'x'.repeat(65_536) }
  const answer = await t.ask('/login', { form: big })
  assert.is(answer.status, 413)
  assert.match(await answer.text(), '64 KiB')
  assert.is((await t.ask('/login', { form: { password: 'x'.repeat(1000) } })).status, 401)
})

guarded('who waits too long for an answer is told so after 30 s', async (t) => {
  const headers = bearer(token(t, 'view'))
  const slow = t.ask('/slow', { headers })
  await t.clock.advance(seconds(30))
  const answer = await slow
  assert.is(answer.status, 504)
  assert.ok(answer.headers.get('x-request-id'))
  assert.is(t.clock.waiting(), 0)
})

guarded('a stream is not cut by the time that an answer may take', async (t) => {
  const headers = { ...bearer(token(t, 'view')), accept: 'text/event-stream' }
  const stream = await t.ask('/live', { headers })
  assert.is(stream.status, 200)
  const reading = stream.text()
  await t.clock.advance(minutes(2))
  assert.match(await reading, 'after a minute')
})

guarded('a wall key becomes a cookie and leaves the address bar', async (t) => {
  const { secret } = t.auth.wallKeys.create({ name: 'hall', scope: 'view', by: 'alice' })
  const door = await t.ask(`/wall?panel=a&key=${secret}`, { headers: { 'user-agent': oldTablet } })
  assert.is(door.status, 303)
  assert.is(door.headers.get('location'), '/wall?panel=a')
  const flags = door.headers.getSetCookie()[0]!
  assert.match(flags, /HttpOnly/)
  assert.match(flags, /SameSite=Lax/)
  const cookie = cookieOf(door, 'jv_wall')!
  assert.is((await t.ask('/wall', { headers: { cookie } })).status, 200)
  assert.is(await (await t.ask('/f/nodes', { headers: { cookie } })).text(), 'panel for hall')
  t.auth.wallKeys.revoke('hall', 'alice')
  assert.is((await t.ask('/wall', { headers: { cookie } })).status, 401)
  assert.is((await t.ask(`/wall?key=${secret}`)).status, 401)
})

guarded('a wall screen looks at the wall and the panels, and at nothing else', async (t) => {
  const { secret } = t.auth.wallKeys.create({ name: 'hall', scope: 'view', by: 'alice' })
  const cookie = `jv_wall=${secret}`
  assert.is(
    (await t.ask('/live', { headers: { cookie, accept: 'text/event-stream' } })).status,
    200,
  )
  for (const path of ['/', '/settings', '/slow'])
    assert.is((await t.ask(path, { headers: { cookie } })).status, 303, path)
  assert.is((await t.ask('/f/nodes', { json: {}, headers: { cookie } })).status, 403)
  assert.is((await t.ask('/deed', { json: {}, headers: { cookie } })).status, 303)
  assert.is((await t.ask('/f/nodes', { headers: bearer(secret) })).status, 401)
  await t.clock.advance(minutes(2))
})

guarded('an address without a socket is unknown, not a crash', async (t) => {
  const answer = await t.app.request('http://127.0.0.1/healthz')
  assert.is(await answer.text(), 'ok')
})

/** The doors behind a real socket on loopback. */
const overTheWire = async (t: Doors, work: (port: number) => Promise<void>) => {
  const server = createAdaptorServer({ fetch: t.app.fetch }) as Server
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  try {
    await work((server.address() as AddressInfo).port)
  } finally {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
}

const until = async (is: () => boolean) => {
  while (!is()) await new Promise<void>((turn) => setImmediate(turn))
}

/** What the server says to these lines, to the end of the connection or the first full head. */
const raw = (port: number, lines: string[], body = '') => {
  const socket = connect(port, '127.0.0.1')
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`)
  return new Promise<string>((done, fail) => {
    socket.once('data', (chunk) => {
      socket.destroy()
      done(String(chunk))
    })
    socket.once('error', fail)
  })
}

guarded('a request that never arrives whole is 408', async (t) => {
  const secret = token(t, 'operate')
  await overTheWire(t, async (port) => {
    const head = ['POST /deed HTTP/1.1', 'Host: 127.0.0.1', 'Content-Length: 100']
    const said = raw(port, [...head, `Authorization: Bearer ${secret}`], 'only this')
    await until(() => t.clock.waiting() > 0)
    await t.clock.advance(seconds(30))
    assert.match(await said, /^HTTP\/1.1 408 /)
  })
})

guarded('over a real socket the name, the sender and the size are asked as well', async (t) => {
  const secret = token(t, 'operate')
  await overTheWire(t, async (port) => {
    const evil = await raw(port, ['GET /healthz HTTP/1.1', 'Host: evil.example'])
    assert.match(evil, /^HTTP\/1.1 421 /)
    // The address of the request line is not the name that counts.
    const absolute = await raw(port, [
      'GET http://127.0.0.1/healthz HTTP/1.1',
      'Host: evil.example',
    ])
    assert.not.match(absolute, /^HTTP\/1.1 200 /)
    const upgrade = ['GET /f/nodes HTTP/1.1', 'Host: 127.0.0.1', 'Upgrade: websocket']
    const socket = [...upgrade, 'Connection: Upgrade', 'Origin: https://evil.example']
    assert.match(await raw(port, socket), /^HTTP\/1.1 (403|426) /)
    const post = ['POST /deed HTTP/1.1', 'Host: 127.0.0.1', `Authorization: Bearer ${secret}`]
    const chunked = [...post, 'Transfer-Encoding: chunked']
    const chunk = `${(1_200_000).toString(16)}\r\n${'x'.repeat(1_200_000)}\r\n0\r\n\r\n`
    assert.match(await raw(port, chunked, chunk), /^HTTP\/1.1 413 /)
  })
})

guarded.run()
