/** Starts a server, waits for its first answer, looks at its memory, ends it. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { alternate, bareEnv, here, moment, pause, root } from '../frame.ts'

export type Started = { ms: number; mb: number }
export type Sides = Record<'product' | 'http' | 'express', Started[]>

const LIMIT_MS = 20_000

const freePort = () =>
  new Promise<number>((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => done(port))
    })
  })

const answers = (port: number) =>
  new Promise<boolean>((done) => {
    const request = get({ host: '127.0.0.1', port, path: '/healthz', agent: false }, (res) => {
      res.resume()
      res.once('end', () => done(true))
    })
    request.once('error', () => done(false))
  })

/** Resident memory of a process, MB; Linux tells it in /proc. */
const residentMb = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

const start = async (
  args: (port: number) => string[],
  env: NodeJS.ProcessEnv,
): Promise<Started> => {
  const port = await freePort()
  const started = moment()
  const child = spawn(process.execPath, args(port), {
    cwd: root,
    env: { ...bareEnv(), ...env, JARVIS_PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let words = ''
  child.stderr.on('data', (chunk) => {
    words += chunk
  })
  const gone = new Promise((done) => child.once('exit', done))
  try {
    while (!(await answers(port))) {
      if (child.exitCode !== null || moment() - started > LIMIT_MS)
        throw new Error(`${args(port).join(' ')} did not answer: ${words}`)
      await pause(2)
    }
    const ms = moment() - started
    await pause(300)
    return { ms, mb: residentMb(child.pid!) }
  } finally {
    child.kill('SIGKILL')
    await gone
  }
}

/** A cluster that does not answer: its polls fail, the server is up all the same. */
const CONFIG = `cluster:
  nodes:
    - name: pve
      address: 127.0.0.1:9
      fingerprint: "${Array(32).fill('00').join(':')}"
  tokens:
    - id: "jarvis@pve!audit"
      secret: 00000000-0000-0000-0000-000000000000
      roles: [audit]
`

/** All three sides, alternately; the product is the bundle of the sources as they are. */
export const starts = async (rounds: number): Promise<Sides> => {
  // A folder of its own, as deep as dist/: the program looks for its files one above.
  const bundle = join(root, 'dist-bench', 'jarvis.js')
  const built = spawnSync(
    process.execPath,
    ['--import', 'tsx', join(root, 'cli', 'build.ts'), '--outfile', bundle],
    { cwd: root, env: bareEnv(), encoding: 'utf8' },
  )
  if (built.status !== 0) throw new Error(`The bundle could not be built: ${built.stderr}`)
  const folder = mkdtempSync(join(tmpdir(), 'jarvis-bench-'))
  try {
    const config = join(folder, 'jarvis.yaml')
    writeFileSync(config, CONFIG, { mode: 0o600 })
    const env = {
      JARVIS_CONFIG: config,
      JARVIS_DATA: join(folder, 'data'),
      JARVIS_HOST: '127.0.0.1',
    }
    const peerAt = (file: string) => () =>
      start((port) => [join(here, 'start', file), String(port)], {})
    const sides = {
      product: () => start(() => [bundle, 'serve'], env),
      http: peerAt('http.mjs'),
      express: peerAt('express.mjs'),
    }
    // The first start makes the database and fills the disk's cache.
    await alternate(sides, 1)
    return await alternate(sides, rounds)
  } finally {
    rmSync(folder, { recursive: true, force: true })
    rmSync(dirname(bundle), { recursive: true, force: true })
  }
}
