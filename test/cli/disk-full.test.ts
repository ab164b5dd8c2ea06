import { spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { launch, run, withFolder } from './driver.ts'

const full = suite('disk full')

const mounted = (folder: string) =>
  process.getuid?.() === 0 &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'jarvis-test', folder]).status === 0

/** Takes every byte that is left, the last ones singly. */
const fill = (file: string) => {
  const fd = openSync(file, 'w')
  for (const size of [65_536, 4096, 64, 1]) {
    const block = Buffer.alloc(size, 1)
    try {
      for (;;) writeSync(fd, block)
    } catch {}
  }
  closeSync(fd)
}

/** The feed tells of it as well; the banner is the alert on top of every page. */
const hasBanner = (page: string) => /role="alert"[^>]*>[^<]*disk is full/i.test(page)

const eventually = async (what: string, look: () => Promise<boolean>) => {
  for (let i = 0; i < 400; i++) if (await look()) return
  assert.unreachable(`never: ${what}`)
}

full('a banner says so, reads go on, writes are refused in words, and it mends itself', () =>
  withFolder(async (folder) => {
    if (!mounted(folder)) return console.log('\nSKIPPED disk full: needs root and mount(8)')
    const env = {
      JARVIS_DATA: folder,
      JARVIS_LAB: '1',
      JARVIS_HOST: '127.0.0.1',
      JARVIS_PORT: '0',
    }
    const child = launch(['serve', '--json'], env)
    try {
      const { url, token } = JSON.parse(await child.said(/^\{.*\}$/m))
      // Its first use is to be noted, which a full disk refuses; the reader must not suffer for it.
      const fresh = (await run(['token', 'create', '--name', 'new', '--scope', 'view'], { env }))
        .out
      const get = (path: string, accept: string) =>
        fetch(url + path, { headers: { authorization: `Bearer ${token}`, accept } })
      const wait = () => new Promise((done) => setImmediate(done))
      await eventually('a picture', async () =>
        /Home/.test(await (await get('/f/nodes.txt', 'text/plain')).text()),
      )

      fill(join(folder, 'ballast'))
      const refused = await run(['token', 'create', '--name', 'late', '--scope', 'view'], { env })
      assert.is(refused.code, 1)
      assert.match(refused.err, 'The disk is full')

      await eventually('the banner', async () => {
        await wait()
        const page = await get('/f/guests', 'text/html')
        assert.is(page.status, 200)
        return hasBanner(await (await get('/', 'text/html')).text())
      })
      assert.is((await get('/f/guests.json', '*/*')).status, 200)
      assert.is((await get('/api/state', '*/*')).status, 200)
      const bearer = { authorization: `Bearer ${fresh}` }
      assert.is((await fetch(`${url}/api/state`, { headers: bearer })).status, 200)
      const ready = await get('/readyz', 'application/json')
      assert.is(ready.status, 503)
      assert.match(await ready.text(), 'disk is full')
      const told = JSON.parse((await run(['status', '--json'], { env })).out)
      assert.match(told.trouble.join(' '), 'disk is full')

      rmSync(join(folder, 'ballast'))
      const again = await run(['token', 'create', '--name', 'late', '--scope', 'view'], { env })
      assert.is(again.code, 0, again.err)
      await eventually('no banner', async () => {
        await new Promise((done) => setTimeout(done, 50))
        return !hasBanner(await (await get('/', 'text/html')).text())
      })
      child.process.kill('SIGTERM')
      assert.is((await child.ended).code, 0)
    } finally {
      child.process.kill('SIGKILL')
      await child.ended
      spawnSync('umount', [folder])
    }
  }),
)

full.run()
