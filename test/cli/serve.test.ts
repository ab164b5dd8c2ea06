import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { close, untilStopped } from '../../cli/serve.ts'
import { silentLog } from '../../lib/log.ts'
import { fakeClock } from '../clock.ts'
import { follow, launch, root, run, withFolder } from './driver.ts'

const serve = suite('serve')

const envOf = (folder: string) => ({
  JARVIS_DATA: folder,
  JARVIS_LAB: '1',
  JARVIS_HOST: '127.0.0.1',
  JARVIS_PORT: '0',
})

serve('one ready line with the address, the one-time link, and a curl that works', () =>
  withFolder(async (folder) => {
    const child = launch(['serve'], envOf(folder))
    const line = await child.said(/^Jarvis is ready.*$/m)
    assert.is(child.out().trim().split('\n').length, 1)
    assert.match(line, 'LAB')
    const url = /(http:\/\/\S+)/.exec(line)![1]!
    const welcome = /first visit: (\S+)/.exec(line)![1]!
    assert.match(welcome, `${url}/welcome?code=`)
    assert.is((await fetch(welcome)).status, 200)
    const [, header, address] = /curl -H '([^']+)' (\S+)/.exec(line)!
    const [name, value] = header!.split(': ') as [string, string]
    const panel = await fetch(address!, { headers: { [name]: value, 'user-agent': 'curl/8' } })
    assert.is(panel.status, 200)
    assert.match(await panel.text(), /guest|GUEST/)
    child.process.kill('SIGTERM')
    assert.equal(await child.ended, { code: 0, signal: null })
  }),
)

serve('SIGTERM flushes, ends with 0 within 3 s, and leaves the folder free', () =>
  withFolder(async (folder) => {
    const child = launch(['serve'], envOf(folder))
    const url = await child.said(/: (http:\/\/\S+)/)
    // Somebody holds a connection open.
    const held = await fetch(`${url}/healthz`)
    const asked = performance.now()
    child.process.kill('SIGTERM')
    const { code } = await child.ended
    await held.text()
    const took = performance.now() - asked
    console.log(`\nCOUNT stop: ${Math.round(took)} ms after SIGTERM`)
    assert.is(code, 0)
    assert.ok(took < 3000, `${took} ms`)
    assert.is((await run(['token', 'list'], { env: envOf(folder) })).code, 0)
    assert.is((await run(['status'], { env: envOf(folder) })).code, 3)
  }),
)

serve('a second server on the folder is refused with the pid of the first', () =>
  withFolder(async (folder) => {
    const first = launch(['serve'], envOf(folder))
    await first.said(/ready/)
    const second = launch([], envOf(folder))
    assert.is((await second.ended).code, 1)
    assert.match(second.err(), `process ${first.process.pid} `)
    assert.is(second.out(), '')
    first.process.kill('SIGTERM')
    await first.ended
  }),
)

serve('after kill -9 the next start needs no help', () =>
  withFolder(async (folder) => {
    const first = launch(['serve'], envOf(folder))
    await first.said(/ready/)
    first.process.kill('SIGKILL')
    await first.ended
    assert.is((await run(['status'], { env: envOf(folder) })).code, 3)
    const second = launch(['serve'], envOf(folder))
    await second.said(/ready/)
    second.process.kill('SIGTERM')
    assert.is((await second.ended).code, 0)
  }),
)

serve('a port that is taken is told, and nothing is left behind', () =>
  withFolder(async (folder) => {
    const other = createServer()
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
    const port = String((other.address() as { port: number }).port)
    const child = launch(['serve'], { ...envOf(folder), JARVIS_PORT: port })
    assert.is((await child.ended).code, 1)
    assert.match(child.err(), `Port ${port} is taken`)
    other.close()
    assert.is((await run(['token', 'list'], { env: envOf(folder) })).code, 0)
  }),
)

const twenty = `
server:
  host: 7
  port: 99999
  url: ftp://jarvis
  hosts: home
  colour: blue
cluster:
  nodes:
    - { name: "a b", address: "http://x/y" }
    - { name: pve, address: 10.0.0.2, mac: nonsense, fingerprint: "12:34" }
    - { address: 10.0.0.3, alias: x }
  tokens:
    - { id: root, roles: [king] }
    - { id: "a@pve!b", secret: 5, roles: [] }
poll:
  seconds: 0
  fastSeconds: a
  storageSeconds: 1.5
timeZone: Mars/Olympus
sessions:
  idleHours: -1
keep:
  eventsDays: never
surprise: true
`

serve('a configuration with twenty mistakes tells them all, starts nothing and ends with 2', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'jarvis.yaml')
    writeFileSync(file, twenty)
    const child = launch(['serve'], { JARVIS_CONFIG: file, JARVIS_DATA: join(folder, 'data') })
    assert.is((await child.ended).code, 2)
    const lines = child.err().match(/^ {2}line \d+: .*$/gm) ?? []
    console.log(`\nCOUNT mistakes told: ${lines.length}`)
    assert.ok(lines.length >= 20, child.err())
    assert.is(child.out(), '')
    assert.match(child.err(), 'Nothing was started')
  }),
)

serve('a configuration that is named but absent is 2 and names the three ways on', () =>
  withFolder(async (folder) => {
    const child = launch([], { JARVIS_CONFIG: join(folder, 'no.yaml'), JARVIS_DATA: folder })
    assert.is((await child.ended).code, 2)
    for (const word of ['setup', 'JARVIS_LAB=1', 'JARVIS_SETUP=1']) assert.match(child.err(), word)
  }),
)

serve('works from another working directory, and a folder with spaces and a long path', () =>
  withFolder(async (folder) => {
    const data = join(folder, `a folder ${'long '.repeat(20)}`)
    mkdirSync(data)
    const env = envOf(data)
    const child = launch(['serve', '--json'], env)
    const ready = JSON.parse(await child.said(/^\{.*\}$/m))
    assert.is(ready.ready, true)
    assert.match(ready.welcome, `${ready.url}/welcome`)
    const alive = await run(['status', '--alive'], { env })
    assert.is(alive.code, 0, alive.err)
    child.process.kill('SIGINT')
    assert.is((await child.ended).code, 0)
  }),
)

serve('a second signal ends it at once, and what hangs is left after 2.5 s', async () => {
  const clock = fakeClock()
  const hears: ((signal: string) => void)[] = []
  const onSignal = (hear: (signal: string) => void) => {
    hears.push(hear)
    return () => {}
  }
  const hung = { stop: () => new Promise<void>(() => {}) }
  const { asked, again } = untilStopped({ onSignal })
  hears[0]!('SIGTERM')
  const slow = close(hung, await asked, again, { clock }, silentLog)
  hears[0]!('SIGINT')
  assert.is(await slow, 1)
  const never = new Promise<undefined>(() => {})
  const late = close(hung, { signal: 'SIGTERM' }, never, { clock }, silentLog)
  await clock.advance(2500)
  assert.is(await late, 0)
})

serve('a password that is typed on a terminal does not show', () =>
  withFolder(async (folder) => {
    const data = join(folder, 'data')
    const typed = 'slow lanterns over Kyoto 7'
    const command = `${process.execPath} ${join(root, 'jarvis')} user add alice`
    const terminal = spawn('script', ['-qec', command, join(folder, 'typescript')], {
      env: { PATH: process.env.PATH ?? '', TERM: 'xterm', ...envOf(data) },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    if (
      !(await new Promise((done) =>
        terminal.once('spawn', () => done(true)).once('error', () => done(false)),
      ))
    )
      return console.log('\nSKIPPED hidden password: needs script(1)')
    const child = follow(terminal)
    await child.said(/New password:/)
    terminal.stdin.write(`${typed}\r`)
    await child.said(/Once more:/)
    terminal.stdin.write(`${typed}\r`)
    await child.said(/Welcome, alice\./)
    await child.ended
    assert.not.match(child.out(), 'lanterns')
    assert.is((await run(['user', 'list'], { env: envOf(data) })).out, 'alice')
  }),
)

serve('--watch starts anew when a source changes, and ends with its child', () =>
  withFolder(async (folder) => {
    const child = launch(['serve', '--watch'], envOf(folder))
    await child.said(/ready/)
    const file = join(root, 'static/.watched')
    writeFileSync(file, '')
    try {
      await child.said(/ready[\s\S]*ready/)
    } finally {
      rmSync(file)
    }
    child.process.kill('SIGTERM')
    assert.is((await child.ended).code, 0)
    assert.is((await run(['status'], { env: envOf(folder) })).code, 3)
  }),
)

serve.run()
