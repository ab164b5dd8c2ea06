/**
 * The container without a container engine: exactly the files that the Containerfile copies, in an
 * empty root, with its environment, its user and its command.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const root = join(import.meta.dirname ?? '.', '..')
const text = readFileSync(join(root, 'Containerfile'), 'utf8').replace(/\\\n/g, ' ')
const last = text.slice(text.lastIndexOf('\nFROM'))
const isRoot = process.getuid?.() === 0

const copies = [...last.matchAll(/^COPY --from=build (.+) (\S+)$/gm)].map((m) => ({
  from: m[1]!.split(' ').map((path) => path.replace('/src/', '')),
  to: m[2]!.replace(/^\.\//, ''),
}))
const env = Object.fromEntries(
  [...last.matchAll(/^ENV (.+)$/gm)].flatMap((m) =>
    m[1]!.split(' ').map((pair) => pair.split('=')),
  ),
) as Record<string, string>
const command = JSON.parse(/^CMD (\[.*\])$/m.exec(last)![1]!) as string[]

const container = suite<{ dir: string }>('container')
container.before((t) => {
  t.dir = mkdtempSync(join(tmpdir(), 'jarvis-container-'))
  chmodSync(t.dir, 0o755)
  assemble(t.dir)
})
container.after((t) => rmSync(t.dir, { recursive: true, force: true }))

/** The file set of the last stage below `dir`, plus what a base image brings: node and its libraries. */
const assemble = (dir: string) => {
  const app = join(dir, 'app')
  mkdirSync(app)
  const bundle = join(app, 'dist/jarvis.js')
  const built = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'cli/build.ts', '--outfile', bundle],
    { cwd: root, encoding: 'utf8' },
  )
  assert.is(built.status, 0, built.stderr)
  for (const { from, to } of copies)
    for (const path of from) {
      if (path === 'dist') continue
      const many = from.length > 1 || to === '' || to.endsWith('/')
      cpSync(join(root, path), join(app, many ? join(to, basename(path)) : to), {
        recursive: true,
        dereference: true,
      })
    }
  mkdirSync(join(dir, 'data'), { mode: 0o700 })
  mkdirSync(join(dir, 'tmp'), { mode: 0o1777 })
  if (isRoot) {
    chownSync(join(dir, 'data'), 1000, 1000)
    chmodSync(join(dir, 'tmp'), 0o1777)
    const native = readdirSync(app, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.node'))
      .map((name) => join(app, name))
    for (const file of [process.execPath, ...[process.execPath, ...native].flatMap(libraries)])
      into(dir, file)
  }
}

const libraries = (file: string): string[] =>
  [...spawnSync('ldd', [file], { encoding: 'utf8' }).stdout.matchAll(/(\/\S+) \(0x/g)].map(
    (m) => m[1]!,
  )

const into = (dir: string, file: string) => {
  mkdirSync(join(dir, dirname(file)), { recursive: true })
  cpSync(file, join(dir, file), { dereference: true })
}

const freePort = () =>
  new Promise<number>((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => done(port))
    })
  })

/** Runs a command line of the Containerfile inside: in the empty root as uid 1000 where we may. */
const inside = (dir: string, line: string[], extra: Record<string, string>): ChildProcess => {
  const settings = { ...env, JARVIS_HOST: '127.0.0.1', ...extra }
  const args = line.slice(1)
  if (isRoot)
    return spawn('/usr/sbin/chroot', ['--userspec=1000:1000', dir, process.execPath, ...args], {
      env: settings,
    })
  const here = (path: string) => path.replace(/^\/(app|data)/, `${dir}/$1`)
  const moved = Object.fromEntries(Object.entries(settings).map(([k, v]) => [k, here(v)]))
  return spawn(process.execPath, args.map(here), { env: moved })
}

const ended = (child: ChildProcess) =>
  new Promise<{ code: number | null; text: string }>((done) => {
    let out = ''
    child.stdout?.on('data', (chunk) => (out += chunk))
    child.stderr?.on('data', (chunk) => (out += chunk))
    child.on('close', (code) => done({ code, text: out }))
  })

const alive = async (port: number, child: ChildProcess) => {
  while (child.exitCode === null && child.signalCode === null) {
    try {
      return await fetch(`http://127.0.0.1:${port}/healthz`)
    } catch {
      await new Promise((done) => setImmediate(done))
    }
  }
  return undefined
}

container('the Containerfile names files that exist', () => {
  assert.ok(copies.length > 3)
  for (const path of copies.flatMap((c) => c.from))
    if (path !== 'dist') assert.ok(existsSync(join(root, path)), path)
})

container(
  'without a configuration it refuses to start and names the three ways',
  async ({ dir }) => {
    const { code, text } = await ended(inside(dir, command, {}))
    assert.is(code, 2, text)
    for (const way of ['setup', 'JARVIS_LAB=1', 'JARVIS_SETUP=1'])
      assert.ok(text.includes(way), text)
  },
)

container('it serves, is found healthy, and stops on SIGTERM with exit 0', async ({ dir }) => {
  if (!isRoot) console.log('SKIPPED the empty root: only root may change it')
  const port = await freePort()
  const child = inside(dir, command, { JARVIS_LAB: '1', JARVIS_PORT: String(port) })
  const end = ended(child)
  try {
    const answer = (await alive(port, child)) ?? (await end)
    if (!(answer instanceof Response)) throw new Error(answer.text)
    assert.is(answer.status, 200)
    const check = JSON.parse(/HEALTHCHECK.* CMD (\[.*\])/.exec(last)![1]!) as string[]
    const verdict = await ended(inside(dir, check, { JARVIS_LAB: '1' }))
    assert.is(verdict.code, 0, verdict.text)
  } finally {
    child.kill('SIGTERM')
  }
  const { code, text } = await end
  assert.is(code, 0, text)
})

container.run()
