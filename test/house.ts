/**
 * The whole house over the lab: real HTTPS to the simulated cluster, a database in a file, the site
 * in front. What is sent to the cluster besides reads is listed, as seen at the wire.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { ClientRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Lab, startLab } from '../lab/lab.ts'
import { createTrail } from '../lib/audit/trail.ts'
import { createAuth, type Scope } from '../lib/auth/auth.ts'
import { createBus, type News } from '../lib/bus.ts'
import { createChat } from '../lib/chat/chat.ts'
import { systemClock as clock, sleep } from '../lib/clock.ts'
import { createCluster } from '../lib/cluster/cluster.ts'
import { createMacs } from '../lib/cluster/macs.ts'
import { loadConfig } from '../lib/config.ts'
import { type Db, openDb } from '../lib/db/db.ts'
import { migrate, readMigrations } from '../lib/db/migrate.ts'
import { createWriteBuffer } from '../lib/db/write-buffer.ts'
import { createEvents } from '../lib/events/events.ts'
import type { Events } from '../lib/events/kinds.ts'
import { createLlm, type LlmConfig } from '../lib/llm/llm.ts'
import { createLog } from '../lib/log.ts'
import { createMemory } from '../lib/memory/memory.ts'
import { createProxmox } from '../lib/proxmox/client.ts'
import type { Token } from '../lib/proxmox/types.ts'
import { createKillSwitch } from '../lib/safety/kill-switch.ts'
import type { Marks } from '../lib/safety/protected.ts'
import type { SafetySettings } from '../lib/safety/settings.ts'
import { createSchedule } from '../lib/schedule/schedule.ts'
import { createIdentity } from '../lib/ssh/identity.ts'
import { createSsh } from '../lib/ssh/ssh.ts'
import { createDoor } from '../lib/tools/call.ts'
import { createWaker } from '../lib/tools/waker.ts'
import { createSite } from '../routes/index.ts'
import { createLive } from '../routes/live.ts'
import { createMcpFace } from '../routes/mcp.ts'
import type { Needs } from '../routes/needs.ts'
import { createRules } from '../routes/rules.ts'
import { wordsOf } from '../views/panels/event-words.ts'
import { testBrakes } from './brakes.ts'
import { alice, firefox } from './cast.ts'
import { CHEAP } from './doors.ts'

const root = join(import.meta.dirname ?? '.', '..')

export type Given = {
  lab?: Lab
  /** The token that writes; the lab's operate token unless said. */
  operate?: (lab: Lab) => Token
  folder?: string
  /** Who does what in the house; by itself only names protect. */
  marks?: Marks
  /** Level 4 unless said, and 302 not protected by its name. */
  safety?: Partial<SafetySettings>
  /** Models that are asked, as lab/llm.ts plays them; without them there is no talk. */
  models?: LlmConfig
  /** The configuration names no MAC address. */
  withoutMacs?: boolean
  /** There is a token that may delete guests; by itself there is none. */
  destroy?: boolean
  /** The nodes and the Docker host of the lab answer SSH, and are known. */
  ssh?: boolean
}
type Ask = {
  as?: Scope | 'alice' | null
  form?: Record<string, string>
  json?: unknown
  headers?: Record<string, string>
}

export const openHouse = async (given: Given = {}) => {
  const lab = given.lab ?? (await startLab({ pace: 0.05, ssh: given.ssh }))
  const folder = given.folder ?? mkdtempSync(join(tmpdir(), 'jarvis-house-'))
  const db = await openDb(join(folder, 'jarvis.db'))
  migrate(db, readMigrations(join(root, 'migrations')))
  const lines: string[] = []
  const news: News<Events>[] = []
  const log = createLog(clock, { write: (line) => void lines.push(line) })
  const bus = createBus<Events>((kind, error) => lines.push(`${kind}: ${error}`))
  bus.onAny((n) => void news.push(n))
  const buffer = createWriteBuffer(db, { clock })
  const events = createEvents({ db, bus, clock, buffer })
  const sessions = { idleHours: 12, absoluteDays: 30 }
  const auth = createAuth({ db, clock, bus, sessions, cost: CHEAP })
  const operate = given.operate?.(lab) ?? lab.tokens.operate
  const proxmox = createProxmox({
    nodes: lab.nodes,
    ca: lab.ca,
    token: (role) => (role === 'audit' || role === 'destroy' ? lab.tokens[role] : operate),
    clock,
    log,
  })
  const nodes = lab.nodes.map(({ mac, ...n }) => (given.withoutMacs ? n : { ...n, mac }))
  const cluster = createCluster({
    proxmox,
    bus,
    clock,
    log,
    db,
    nodes,
    poll: { seconds: 5, fastSeconds: 1, storageSeconds: 60, backupMinutes: 60 },
  })
  const trail = createTrail({ db, clock })
  const stop = createKillSwitch({ db, clock, log, bus, file: join(folder, 'STOP') })
  stop.start()
  const ownToken = () => operate.id
  const macs = createMacs({
    db,
    clock,
    log,
    bus,
    nodes,
    source: proxmox.nodes,
    seen: () => cluster.picture().nodes,
  })
  const packets: string[] = []
  const wol = {
    wake: async ({ mac }: { mac: string }) => {
      packets.push(mac.toLowerCase())
      lab.wake(mac)
      return { to: 'the lab', port: 9 }
    },
  }
  const brakes = testBrakes({
    db,
    clock,
    picture: () => cluster.picture(),
    marks: given.marks,
    // Most tests are about other things than what a name protects.
    defaults: { unmarked: ['guest/302'], ...given.safety },
  })
  const ssh = given.ssh ? sshOf({ lab, folder, db, log }) : undefined
  const memory = createMemory({ db, clock, log })
  const tools = createDoor({
    brakes,
    proxmox,
    cluster,
    stop,
    db,
    clock,
    log,
    trail,
    bus,
    ownToken,
    hasRole: (role) => role !== 'destroy' || given.destroy === true,
    ssh,
    containerHosts: ssh ? ['docker'] : [],
    events,
    tell: ({ kind, payload }) => wordsOf(kind, payload),
    memory,
    wake: createWaker({ macs, wol, nodes, settings: {} }),
  })
  const llm =
    given.models && createLlm({ config: given.models, db, clock, log, bus, timeZone: 'UTC' })
  const chat =
    llm &&
    createChat({
      db,
      clock,
      log,
      bus,
      llm,
      door: tools,
      memory,
      stop,
      brakes,
      picture: () => cluster.picture(),
      intents: (question, scope) => rules(question, scope),
    })
  const base = loadConfig({ root, env: { JARVIS_LAB: '1' } })
  const needs: Needs = {
    config: { ...base, timeZone: 'UTC', mode: 'real' },
    version: '0.1.0',
    clock,
    log,
    auth,
    cluster,
    proxmox,
    events,
    bus,
    trail,
    schedule: createSchedule({ clock, log, db }),
    tools,
    brakes,
    memory,
    llm,
    chat,
    stop,
    macOf: (node) => macs.of(node)?.mac,
    trouble: () => undefined,
  }
  const mcp = createMcpFace(needs)
  const rules = createRules(needs)
  const live = createLive(needs)
  const app = createSite({ ...needs, mcp, live })
  const writes: string[] = []
  const seen = (message: unknown) => {
    const { method, path } = (message as { request: ClientRequest }).request
    if (method !== 'GET' && path.startsWith('/api2/'))
      writes.push(`${method} ${path.replace('/api2/json', '')}`)
  }
  subscribe('http.client.request.start', seen)
  cluster.start()
  await cluster.refresh()

  const cookie = async () => {
    const account = auth.accounts.find(alice.name) ?? (await auth.accounts.create(alice))
    const { secret } = auth.sessions.open({ accountId: account.id, address: '', browser: '' })
    return `jv_session=${secret}`
  }
  const secrets = new Map<Scope, string>()
  const tokenOf = (scope: Scope) => {
    const name = `test ${scope}`
    for (const old of auth.tokens.list())
      if (old.name === name && !old.revokedAt && !secrets.has(scope))
        auth.tokens.revoke(old.id, 'the test')
    const secret = secrets.get(scope) ?? auth.tokens.create({ name, scope, by: 'the test' }).secret
    secrets.set(scope, secret)
    return secret
  }
  const headersFor = async (as: Ask['as']): Promise<Record<string, string>> => {
    if (as === null) return {}
    if (as === 'alice') return { cookie: await cookie(), origin: 'http://localhost' }
    const scope = as ?? 'operate'
    return { authorization: `Bearer ${tokenOf(scope)}` }
  }

  return {
    lab,
    db,
    folder,
    app,
    auth,
    cluster,
    proxmox,
    stop,
    brakes,
    bus,
    memory,
    chat,
    tools,
    mcp,
    trail,
    lines,
    news,
    /** MAC addresses that a magic packet was sent for. */
    packets,
    macs,
    /** Everything but reads that went to the cluster since the start. */
    writes,
    kinds: () => news.map((n) => n.kind).filter((k) => /^(deed|stop|approval)\./.test(k)),
    /** Audit entries, oldest first. */
    audit: () => trail.list({ limit: 100 }).reverse(),
    tokenOf,
    /** POSTs with a token for acting, or as alice at her browser. */
    async post(path: string, { as, form, json, headers }: Ask = {}) {
      const body = form
        ? new URLSearchParams(form)
        : json === undefined
          ? undefined
          : JSON.stringify(json)
      return app.request(`http://localhost${path}`, {
        method: 'POST',
        headers: {
          accept: as === 'alice' ? 'text/html' : 'application/json',
          'user-agent': as === 'alice' ? firefox : 'test',
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...(await headersFor(as)),
          ...headers,
        },
        ...(body && { body }),
      })
    },
    async get(
      path: string,
      as: Ask['as'] = 'view',
      accept = 'application/json',
      more: Record<string, string> = {},
    ) {
      const headers = { accept, ...(await headersFor(as)), ...more }
      return app.request(`http://localhost${path}`, { headers })
    },
    /** The end as `kill -9` makes it, as far as the database can tell; the lab goes on. */
    async drop() {
      chat?.close()
      llm?.close()
      unsubscribe('http.client.request.start', seen)
      await live.close()
      await mcp.close()
      tools.close()
      memory.close()
      macs.close()
      stop.close()
      await cluster.stop()
      ssh?.closeAll()
      proxmox.close()
      events.close()
      buffer.close()
      db.close()
    },
    async close() {
      await this.drop()
      await lab.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The key that opens every machine of the lab, and theirs agreed to. */
const sshOf = (needs: { lab: Lab; folder: string; db: Db; log: ReturnType<typeof createLog> }) => {
  const { lab, folder, db, log } = needs
  const hosts = lab.ssh?.hosts ?? []
  const keyFile = join(folder, 'ssh_key')
  writeFileSync(keyFile, lab.ssh?.key ?? '', { mode: 0o600 })
  const identity = createIdentity({ keyFile })
  const ssh = createSsh({ hosts: () => hosts, identity, db, clock, log })
  for (const { name, fingerprint } of hosts)
    ssh.accept(name, { fingerprint, algorithm: 'ssh-ed25519' }, 'the lab')
  return ssh
}

export type House = Awaited<ReturnType<typeof openHouse>>

/** Waits until it is so, at most 10 s; what never comes ends in the assertion that follows. */
export const until = async (so: () => boolean) => {
  for (let i = 0; i < 500 && !so(); i++) await sleep(clock, 20)
}

/** A guest that ignores its power button: its shutdown takes 3 s at the tests' pace, then fails. */
export const makeDeaf = ({ world }: Lab, vmid: number) => {
  world.guest(vmid)!.deaf = true
}

export const stateIn = ({ world }: Lab, vmid: number) => world.guest(vmid)!.states.at(-1)!.status

export const deedRow = (db: Db, id: number) =>
  db.first<{ state: string; upid: string | null; ended_at: number | null; text: string | null }>(
    'select state, upid, ended_at, text from deeds where id = ?',
    [id],
  )
