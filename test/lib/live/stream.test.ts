import { createServer, get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../../lib/clock.ts'
import { createHub } from '../../../lib/live/hub.ts'
import { streamResponse, streamTo, wantOf } from '../../../lib/live/stream.ts'
import { silentLog } from '../../../lib/log.ts'
import { guestPanel, reader, type Stage, stage, stalledReader, until } from './stage.ts'

type Scene = { at: Stage; guests: ReturnType<typeof guestPanel> }
const streams = suite<Scene>('live streams over sockets')

streams.before.each(async (t) => {
  t.at = await stage()
  t.guests = guestPanel({ 'guest-100': 'web', 'guest-303': 'mail' })
  t.at.hub.panel('guests', t.guests)
})
streams.after.each(async (t) => t.at.close())

const rename = ({ at, guests }: Scene, name: string) => {
  guests.rows.set('guest-303', name)
  at.hub.changed('guests', { rows: ['guest-303'] })
  at.hub.flush()
}

streams('200 readers get the whole and each change', async (t) => {
  const readers = await Promise.all(Array.from({ length: 200 }, () => reader(t.at.port)))
  await Promise.all(readers.map((r) => r.sees('mail')))
  rename(t, 'post')
  await Promise.all(readers.map((r) => r.sees('post')))
  assert.is(t.guests.drawn.html, 1)
  assert.is(t.at.hub.counts().viewers, 200)
  assert.match(String(readers[0]!.response.headers['content-type']), /^text\/event-stream/)
})

streams('a stop with 200 open streams ends each of them cleanly', async (t) => {
  const readers = await Promise.all(Array.from({ length: 200 }, () => reader(t.at.port)))
  await Promise.all(readers.map((r) => r.sees('mail')))
  await t.at.hub.close()
  await Promise.all(readers.map((r) => r.ended))
  assert.ok(readers.every((r) => r.response.complete))
  assert.is(t.at.hub.counts().viewers, 0)
  await until(async () => (await t.at.connections()) === 0)
})

streams('a reader who stopped reading does not hold up the stop', async (t) => {
  const big = guestPanel({ 'guest-1': 'x'.repeat(8_000_000) })
  t.at.hub.panel('big', big)
  const socket = await stalledReader(t.at.port, '/live?panels=big')
  await until(() => t.at.hub.counts().viewers === 1)
  await t.at.hub.close()
  assert.is(t.at.hub.counts().viewers, 0)
  socket.destroy()
})

streams('a stalled reader costs no more than his cap, and catches up whole', async (t) => {
  const big = guestPanel({ 'guest-1': 'x'.repeat(200_000) })
  t.at.hub.panel('big', big)
  const socket = await stalledReader(t.at.port, '/live?panels=big')
  await until(() => t.at.hub.counts().viewers === 1)
  const quick = await reader(t.at.port)
  for (let i = 0; i < 200; i++) {
    big.rows.set('guest-1', `${i}${'x'.repeat(200_000)}`)
    t.at.hub.changed('big', { rows: ['guest-1'] })
    t.at.hub.flush()
    await new Promise<void>((done) => setImmediate(done))
  }
  assert.is(t.at.hub.counts().stalled, 1)
  rename(t, 'post')
  await quick.sees('post')
  // 40 MB were offered; what lies in the two kernels' buffers and under the cap is far less.
  let got = 0
  let tail = ''
  socket.on('data', (bytes) => {
    got += bytes.length
    tail = (tail + bytes.toString('latin1')).slice(-400_000)
  })
  socket.resume()
  await until(() => tail.includes('>199xxx') && tail.endsWith('\r\n'))
  assert.match(tail, 'panel-guests')
  assert.ok(got < 25_000_000, `${got} bytes`)
  assert.is(t.at.hub.counts().stalled, 0)
  socket.destroy()
})

streams('a reader who comes back 100 times leaves nothing behind', async (t) => {
  for (let i = 0; i < 100; i++) {
    const one = await reader(t.at.port)
    await one.sees('mail')
    one.leave()
  }
  await until(() => t.at.hub.counts().viewers === 0)
  await until(async () => (await t.at.connections()) === 0)
})

streams('who joins a compressed stream half-way decodes it', async (t) => {
  const first = await reader(t.at.port, '/live?panels=guests', { 'accept-encoding': 'gzip' })
  await first.sees('\u001f')
  for (const name of ['a', 'b', 'c']) rename(t, name)
  const headers = { 'accept-encoding': 'br, gzip;q=0.8' }
  const late = await new Promise<IncomingMessage>((done) => {
    get(
      { host: '127.0.0.1', port: t.at.port, path: '/live?panels=guests', headers, agent: false },
      done,
    )
  })
  assert.is(late.headers['content-encoding'], 'gzip')
  const gunzip = createGunzip()
  let text = ''
  late.pipe(gunzip).on('data', (chunk) => (text += chunk))
  gunzip.on('error', () => {})
  await until(() => text.includes('<td>c</td>'))
  rename(t, 'post')
  await until(() => text.includes('<td>post</td>'))
  assert.is(text.match(/^id: /gm)?.length, 2)
  first.leave()
  late.destroy()
})

streams('what a compressed stream held so far can be read at any moment', async (t) => {
  const chunks: Buffer[] = []
  const socket = connect(t.at.port, '127.0.0.1')
  socket.on('data', (bytes: Buffer) => chunks.push(bytes))
  socket.write('GET /live?panels=guests HTTP/1.1\r\nHost: live\r\nAccept-Encoding: gzip\r\n\r\n')
  await until(() => t.at.hub.counts().viewers === 1 && chunks.length > 0)
  rename(t, 'post')
  const text = () => {
    const all = Buffer.concat(chunks)
    const body = unchunked(all.subarray(all.indexOf('\r\n\r\n') + 4))
    return body.length < 10
      ? ''
      : gunzipSync(body, { finishFlush: constants.Z_SYNC_FLUSH }).toString()
  }
  await until(() => text().includes('post'))
  socket.destroy()
})

streams('a reader who hangs up his side while updates come harms nobody', async (t) => {
  const other = await reader(t.at.port)
  const socket = connect(t.at.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.resume()
  socket.write('GET /live?panels=guests HTTP/1.1\r\nHost: live\r\n\r\n')
  await until(() => t.at.hub.counts().viewers === 2)
  socket.end()
  await until(() => {
    rename(t, 'x')
    return t.at.hub.counts().viewers === 1
  })
  rename(t, 'post')
  await other.sees('post')
})

streams('gzip is sent only to whom it was offered by', () => {
  const gzip = (acceptEncoding: string) => wantOf({}, { acceptEncoding }).gzip
  assert.equal(['gzip', 'br,gzip', 'GZIP;q=0.5', 'x-gzip'].map(gzip), [true, true, true, true])
  assert.equal(['', 'br', 'gzip;q=0', 'gzip; q=0.0', 'gzipped'].map(gzip), [
    false,
    false,
    false,
    false,
    false,
  ])
})

streams('an old client without chunks is served too', async (t) => {
  let text = ''
  const socket = connect(t.at.port, '127.0.0.1')
  socket.on('data', (bytes) => (text += bytes))
  const ended = new Promise<void>((done) => socket.on('end', () => done()))
  socket.write('GET /live?panels=guests&as=text HTTP/1.0\r\n\r\n')
  await until(() => text.includes('303 mail'))
  rename(t, 'post')
  await until(() => text.includes('guests  303 post\n'))
  assert.match(text, /\r\n\r\nGUESTS\n/)
  await t.at.hub.close()
  await ended
  socket.destroy()
})

streams('a reader who left before he was served is not counted', async (t) => {
  let served = false
  const server = createServer((_, outgoing) => {
    outgoing.once('close', () => {
      streamTo(t.at.hub, outgoing, wantOf({ panels: 'guests' }, {}))
      served = true
    })
    outgoing.socket!.destroy()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: live\r\n\r\n')
  await until(() => served)
  await until(() => t.at.hub.counts().viewers === 0)
  server.close()
  socket.destroy()
})

streams('a host without a Node response gets a web stream with the same cap', async () => {
  const hub = createHub({ clock: systemClock, log: silentLog, beatMs: 1 })
  const big = guestPanel({ 'guest-1': 'x'.repeat(200_000) })
  hub.panel('guests', big)
  const response = streamResponse(hub, wantOf({ panels: 'guests', as: 'text' }, {}))
  assert.match(String(response.headers.get('content-type')), 'text/plain')
  for (let i = 0; i < 20; i++) {
    hub.changed('guests', { rows: ['guest-1'] })
    hub.flush()
  }
  assert.is(hub.counts().stalled, 1)
  const body = response.body!.getReader()
  let got = 0
  let text = ''
  while (hub.counts().stalled === 1 || !text.endsWith('\n')) {
    const { value } = await body.read()
    got += value!.length
    text = new TextDecoder().decode(value)
  }
  assert.ok(got < 2_000_000, `${got} bytes`)
  hub.changed('guests', { rows: ['guest-1'] })
  hub.flush()
  while (!text.startsWith('guests  1 ')) text = new TextDecoder().decode((await body.read()).value)
  await body.cancel()
  assert.is(hub.counts().viewers, 0)
  const second = streamResponse(hub, wantOf({ panels: 'guests' }, {}))
  await hub.close()
  assert.match(await second.text(), 'panel-guests')
})

/** The body behind chunked framing, as far as it is complete. */
const unchunked = (bytes: Buffer): Buffer => {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const line = bytes.indexOf('\r\n', at)
    if (line < 0) break
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16)
    if (!(size > 0) || line + 2 + size > bytes.length) break
    parts.push(bytes.subarray(line + 2, line + 2 + size))
    at = line + 2 + size + 2
  }
  return Buffer.concat(parts)
}

streams.run()
