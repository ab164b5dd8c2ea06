/** The door itself: who does not come to the end of his request is sent away. */
import { connect } from 'node:net'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadConfig } from '../../lib/config.ts'
import { listen, usualPatience } from '../../routes/listen.ts'

const door = suite('the door')
const root = join(import.meta.dirname ?? '.', '../..')
const base = loadConfig({ root, env: { JARVIS_LAB: '1' } })
const config = { ...base, server: { ...base.server, host: '127.0.0.1', port: 0 } }

const open = (patience: Parameters<typeof listen>[2]) =>
  listen(
    config,
    async (request) => new Response(`${(await request.text()).length} bytes`),
    patience,
  )

/** Everything that is said to these words, until the connection ends. */
const told = (port: number, words: string) => {
  const socket = connect(port, '127.0.0.1')
  socket.write(words)
  let said = ''
  socket.on('data', (chunk) => (said += chunk))
  return new Promise<string>((done, fail) => {
    socket.once('close', () => done(said))
    socket.once('error', fail)
    socket.setTimeout(5000, () => socket.destroy(new Error(`silence after: ${said}`)))
  })
}

const body = 'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nonly this'

door('a body that never comes to its end is 408, and the connection ends', async () => {
  const server = await open({ headers: 100, request: 100, lookEvery: 20 })
  assert.match(await told(server.port, body), /^HTTP\/1.1 408 /)
  await server.close()
})

door('a head that never comes to its end is 408, and the connection ends', async () => {
  const server = await open({ headers: 100, request: 60_000, lookEvery: 20 })
  assert.match(await told(server.port, 'GET / HTTP/1.1\r\nHost: 127'), /^HTTP\/1.1 408 /)
  await server.close()
})

/** What `curl --http2` and Java's client add to their first request over plain HTTP. */
const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n'

door('an upgrade that we do not speak is answered as if it had not been offered', async () => {
  const server = await open({ headers: 500, request: 500, lookEvery: 20 })
  const host = 'Host: 127.0.0.1\r\n'
  const first = `POST / HTTP/1.1\r\n${host}${offer}Content-Length: 4\r\n\r\nfour`
  const second = `GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`
  const said = await told(server.port, first + second)
  assert.match(said, /^HTTP\/1.1 200 [\s\S]*\r\n\r\n4 bytes/)
  assert.match(said, /0 bytes/, 'the connection goes on as any other')
  // And its body has to arrive as any other's.
  const cut = `POST / HTTP/1.1\r\n${host}${offer}Content-Length: 9\r\n\r\nfour`
  assert.match(await told(server.port, cut), /^HTTP\/1.1 408 /)
  await server.close()
})

door(
  'the patience of the house: a request arrives within half a minute, and it looks often',
  () => {
    const { headers, request, lookEvery } = usualPatience
    assert.ok(headers <= 10_000 && request <= 30_000)
    // What is looked for seldom is found late.
    assert.ok(lookEvery <= headers / 10)
  },
)

door.run()
