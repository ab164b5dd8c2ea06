/**
 * The whole product over a lab in this very process. The lab's clock runs ten times as fast, so that
 * its reports come each second; Jarvis keeps true time.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { startJarvis } from '../jarvis.ts'
import { type Lab, type LabOptions, startLab } from '../lab/lab.ts'
import { createTrail, type TrailRow } from '../lib/audit/trail.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { type Config, loadConfig } from '../lib/config.ts'
import type { SshConfig } from '../lib/config-ssh.ts'
import { openDb } from '../lib/db/db.ts'
import { migrate, readMigrations } from '../lib/db/migrate.ts'
import type { LlmConfig } from '../lib/llm/llm.ts'
import { silentLog } from '../lib/log.ts'
import { paths } from '../lib/paths.ts'
import { alice } from './cast.ts'

const root = join(import.meta.dirname ?? '.', '..')
const PACE = 10

const quick = (begin: number): Clock => {
  const started = Date.now()
  return {
    now: () => begin + (Date.now() - started) * PACE,
    after: (ms, work) => systemClock.after(ms / PACE, work),
  }
}

/** The same figures in each run. */
const seeded = (seed: number) => () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return seed / 2_147_483_648
}

export type House = {
  url: string
  lab: Lab
  /** The cookie of Alice, who has an account and is logged in. */
  cookie: Cookie
  /** A further session of hers. */
  logIn(): Promise<Cookie>
  /** A view token. */
  token: string
  /** What was written down, newest first. */
  trail(): Promise<TrailRow[]>
  /** Ends the server and starts it again on the same port and data, `away` milliseconds later. */
  restart(away?: number): Promise<void>
  stop(): Promise<void>
  close(): Promise<void>
}

type Cookie = { name: string; value: string; url: string }

type HouseOptions = LabOptions & {
  clock?: Clock
  tls?: Config['server']['tls']
  mode?: Config['mode']
  pollSeconds?: number
  /** There is a token that may delete guests. */
  mayDestroy?: boolean
  /** Models, as lab/llm.ts plays them; by itself there is none. */
  llm?: LlmConfig
  /** Hosts for commands and terminals, with the keys that were agreed to. */
  ssh?: SshConfig & { fingerprints: Record<string, string> }
}

export const openHouse = async (options: HouseOptions = {}): Promise<House> => {
  const {
    clock = systemClock,
    tls,
    mode = 'real',
    pollSeconds = 1,
    ssh,
    mayDestroy,
    llm,
    ...size
  } = options
  const data = mkdtempSync(join(tmpdir(), 'jarvis-browser-'))
  const lab = await startLab({ random: seeded(7), clock: quick(clock.now()), ...size })
  const base = loadConfig({ root, env: { JARVIS_LAB: '1' } })
  const { audit, operate, destroy } = lab.tokens
  const config: Config = {
    ...base,
    mode,
    data,
    timeZone: 'Europe/London',
    cluster: {
      nodes: lab.nodes,
      ca: lab.ca,
      tokens: [
        { ...audit, roles: ['audit'] },
        { ...operate, roles: ['operate'] },
        ...(mayDestroy ? [{ ...destroy, roles: ['destroy' as const] }] : []),
      ],
    },
    ...(ssh && { ssh }),
    ...(llm && { llm }),
    poll: { ...base.poll, seconds: pollSeconds, fastSeconds: 1, storageSeconds: 5 },
    server: { ...base.server, host: '127.0.0.1', port: 0, tls },
  }
  if (ssh) await trust(data, ssh.fingerprints)
  const start = (port: number) =>
    startJarvis({
      config: { ...config, server: { ...config.server, port } },
      log: silentLog,
      version: '0.1.0',
      clock,
    })
  let jarvis = await start(0)
  const { url } = jarvis
  const port = Number(new URL(url).port)
  const secret = await becomeAlice(url, jarvis.welcomeCode!)
  return {
    url,
    lab,
    cookie: { name: 'jv_session', value: secret, url },
    logIn: async () => ({ name: 'jv_session', value: await loggedIn(url), url }),
    token: await tokenFor(url, secret),
    async trail() {
      const db = await openDb(join(data, 'jarvis.db'))
      const rows = createTrail({ db, clock }).list({ limit: 200 })
      db.close()
      return rows
    },
    async restart(away = 0) {
      await jarvis.stop()
      await new Promise<void>((done) => setTimeout(done, away))
      jarvis = await start(port)
    },
    stop: () => jarvis.stop(),
    async close() {
      await jarvis.stop()
      await lab.stop()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** As if the operator had agreed to the keys. */
export const trust = async (data: string, fingerprints: Record<string, string>) => {
  const db = await openDb(join(data, 'jarvis.db'))
  migrate(db, readMigrations(join(root, 'migrations')))
  for (const [host, fingerprint] of Object.entries(fingerprints))
    db.run('insert into ssh_host_keys values (?, ?, ?, 0, ?)', [
      host,
      'ssh-ed25519',
      fingerprint,
      'a test',
    ])
  db.close()
}

const form = (fields: Record<string, string>, url: string, cookie = ''): RequestInit => ({
  method: 'POST',
  redirect: 'manual',
  headers: { origin: url, accept: 'text/html', cookie },
  body: new URLSearchParams(fields),
})

export const becomeAlice = async (url: string, code: string): Promise<string> => {
  const answer = await fetch(url + paths.welcome(), form({ code, ...alice }, url))
  return sessionIn(answer)
}

export const loggedIn = async (url: string): Promise<string> =>
  sessionIn(await fetch(url + paths.login(), form({ ...alice }, url)))

const sessionIn = (answer: Response): string => {
  const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('jv_session='))
  assert.ok(cookie, `not let in: ${answer.status}`)
  return cookie.slice('jv_session='.length, cookie.indexOf(';'))
}

const tokenFor = async (url: string, secret: string): Promise<string> => {
  const fields = { name: 'a script', scope: 'view', expires: '' }
  const answer = await fetch(url + paths.tokens(), form(fields, url, `jv_session=${secret}`))
  return /jv_[\w-]{20,}/.exec(await answer.text())?.[0] ?? ''
}
