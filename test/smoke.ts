/**
 * Does the server come up, and one panel with it, under every runtime that the README names?
 * Each one starts the launcher (Deno and Bun the sources) in lab mode with a folder of its own.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname
const root = join(here, '..')
const fetched = join(here, 'smoke/node_modules')
const arm = process.arch === 'arm64'
const LIMIT_MS = 60_000

const bin = {
  node26: join(fetched, `node-linux-${arm ? 'arm64' : 'x64'}/bin/node`),
  deno: join(fetched, `@deno/linux-${arm ? 'arm64' : 'x64'}-glibc/deno`),
  bun: join(fetched, `@oven/bun-linux-${arm ? 'aarch64' : 'x64'}/bin/bun`),
}
const launcher = join(root, 'jarvis')
const main = join(root, 'cli/main.ts')
const runtimes: [name: string, command: string, args: string[]][] = [
  [`Node ${process.versions.node}, this one`, process.execPath, [launcher, 'serve']],
  ['Node 26, type stripping', bin.node26, [launcher, 'serve']],
  ['Deno 2', bin.deno, ['run', '-A', '--node-modules-dir=manual', main, 'serve']],
  ['Bun 1', bin.bun, ['run', main, 'serve']],
]

const started = (child: ChildProcess): Promise<string> =>
  new Promise((done, fail) => {
    let text = ''
    const read = (chunk: Buffer) => {
      text += chunk
      const ready = /curl .*/.exec(text)
      if (ready && text.includes('\n', ready.index)) done(text)
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.on('exit', (code) => fail(new Error(`it ended with ${code}:\n${text.slice(-2000)}`)))
    setTimeout(() => fail(new Error(`not ready in time:\n${text.slice(-2000)}`)), LIMIT_MS).unref()
  })

const stopped = (child: ChildProcess): Promise<number | null> =>
  new Promise((done) => {
    if (child.exitCode !== null) return done(child.exitCode)
    child.on('exit', (code) => done(code))
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), 10_000).unref()
  })

/** The panel as the ready-made curl of the ready line asks for it. */
const onePanel = async (ready: string): Promise<string> => {
  const token = /jv_[\w-]+/.exec(ready)?.[0]
  const port = /http:\/\/[^\s/:]+:(\d+)/.exec(ready)?.[1]
  const answer = await fetch(`http://127.0.0.1:${port}/f/guests.txt`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`the panel answered ${answer.status}: ${text}`)
  return text
}

const seesGuests = async (ready: string) => {
  const until = Date.now() + LIMIT_MS
  for (;;) {
    const text = await onePanel(ready)
    if (text.includes('homeassistant')) return
    if (Date.now() > until) throw new Error(`no guest came up:\n${text}`)
    await new Promise((done) => setTimeout(done, 250))
  }
}

const tryOne = async (name: string, command: string, args: string[]): Promise<boolean> => {
  const data = mkdtempSync(join(tmpdir(), 'jarvis-smoke-'))
  const child = spawn(command, args, {
    cwd: tmpdir(),
    env: {
      PATH: process.env.PATH,
      HOME: data,
      JARVIS_DATA: data,
      JARVIS_LAB: '1',
      JARVIS_HOST: '127.0.0.1',
      JARVIS_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  try {
    await seesGuests(await started(child))
    const code = await stopped(child)
    if (code !== 0) throw new Error(`it stopped with ${code}`)
    console.log(`ok    ${name}`)
    return true
  } catch (error) {
    console.log(`FAIL  ${name}: ${(error as Error).message}`)
    return false
  } finally {
    await stopped(child)
    rmSync(data, { recursive: true, force: true })
  }
}

if (!existsSync(fetched)) {
  console.log('Fetching the other runtimes …')
  spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: join(here, 'smoke'), stdio: 'inherit' })
}
const results: boolean[] = []
for (const [name, command, args] of runtimes) results.push(await tryOne(name, command, args))
const failed = results.filter((fine) => !fine).length
console.log(`${results.length - failed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
