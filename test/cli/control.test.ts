import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listenControl } from '../../cli/control.ts'
import { socketOf } from '../../cli/control-path.ts'
import { callServer } from '../../cli/socket.ts'
import { Problem } from '../../lib/errors.ts'
import { withFolder } from './driver.ts'

const control = suite('control socket')

const fetch = async (request: Request, env: { local?: boolean }) =>
  Response.json({
    local: env.local,
    method: request.method,
    path: new URL(request.url).pathname,
    body: await request.text(),
  })

const kindOf = async (work: Promise<unknown>) => {
  try {
    await work
    return 'no problem'
  } catch (error) {
    return error instanceof Problem ? error.kind : String(error)
  }
}

control('hands requests over as local, and only its owner may open it', () =>
  withFolder(async (data) => {
    const open = await listenControl({ data, fetch })
    assert.is(statSync(open.path).mode & 0o777, 0o600)
    assert.equal(await callServer(data, 'POST', '/local/x', { a: 1 }), {
      local: true,
      method: 'POST',
      path: '/local/x',
      body: '{"a":1}',
    })
    await open.close()
    assert.not.ok(existsSync(open.path))
  }),
)

control('nobody there is unreachable, with the folder in the sentence', () =>
  withFolder(async (data) => {
    try {
      await callServer(data, 'GET', '/local/status')
      assert.unreachable()
    } catch (error) {
      assert.is((error as Problem).kind, 'unreachable')
      assert.match((error as Problem).message, data)
    }
  }),
)

control('a socket left by a killed server is replaced', () =>
  withFolder(async (data) => {
    const dead = createServer()
    await new Promise<void>((done) => dead.listen(join(data, 'other.sock'), done))
    // The file of a dead server: there, and refusing connections.
    writeFileSync(join(data, 'control.sock'), '')
    assert.is(await kindOf(callServer(data, 'GET', '/')), 'unreachable')
    const open = await listenControl({ data, fetch })
    assert.is((await callServer<{ local: boolean }>(data, 'GET', '/')).local, true)
    await open.close()
    await new Promise((done) => dead.close(done))
  }),
)

control('a folder with a path too long for a socket works all the same', () =>
  withFolder(async (folder) => {
    const data = join(folder, 'd'.repeat(120))
    mkdirSync(data)
    const open = await listenControl({ data, fetch })
    assert.ok(Buffer.byteLength(open.path) < 100)
    assert.is(statSync(dirname(open.path)).mode & 0o777, 0o700)
    assert.is(socketOf(data), open.path)
    assert.is((await callServer<{ local: boolean }>(data, 'GET', '/')).local, true)
    // Killed and started anew: the folder of the first is not left behind.
    const again = await listenControl({ data, fetch })
    assert.not.ok(existsSync(dirname(open.path)))
    await open.close()
    await again.close()
    assert.not.ok(existsSync(dirname(again.path)))
    assert.is(await kindOf(callServer(data, 'GET', '/')), 'unreachable')
  }),
)

control('the umask of the process is as before', () =>
  withFolder(async (data) => {
    const before = process.umask()
    const open = await listenControl({ data, fetch })
    assert.is(process.umask(), before)
    await open.close()
  }),
)

control('what the server refuses comes out as the same problem', () =>
  withFolder(async (data) => {
    const refuse = () =>
      Response.json({ error: { kind: 'conflict', message: 'No.', next: 'Wait.' } }, { status: 409 })
    const open = await listenControl({ data, fetch: refuse })
    assert.is(await kindOf(callServer(data, 'GET', '/')), 'conflict')
    await open.close()
  }),
)

control('a server that breaks off is not taken for none: the deed may have been done', () =>
  withFolder(async (data) => {
    const rude = createServer((_request, response) => response.socket?.destroy())
    await new Promise<void>((done) => rude.listen(join(data, 'control.sock'), done))
    assert.is(await kindOf(callServer(data, 'POST', '/', {})), 'failed')
    await new Promise((done) => rude.close(done))
  }),
)

control.run()
