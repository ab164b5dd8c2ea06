/** The whole site over a real database, with a picture that the test chooses and a clock it moves. */
import { join } from 'node:path'
import { createTrail } from '../lib/audit/trail.ts'
import { createAuth, type Scope } from '../lib/auth/auth.ts'
import { createBus } from '../lib/bus.ts'
import type { Cluster } from '../lib/cluster/cluster.ts'
import type { Picture } from '../lib/cluster/picture.ts'
import { loadConfig } from '../lib/config.ts'
import { openDb } from '../lib/db/db.ts'
import { migrate, readMigrations } from '../lib/db/migrate.ts'
import { createWriteBuffer } from '../lib/db/write-buffer.ts'
import { Problem } from '../lib/errors.ts'
import { createEvents } from '../lib/events/events.ts'
import type { Events } from '../lib/events/kinds.ts'
import { createLlm, type LlmConfig } from '../lib/llm/llm.ts'
import { createLog } from '../lib/log.ts'
import { createMemory } from '../lib/memory/memory.ts'
import { createKillSwitch } from '../lib/safety/kill-switch.ts'
import { createSchedule } from '../lib/schedule/schedule.ts'
import { createDoor } from '../lib/tools/call.ts'
import type { DoorNeeds } from '../lib/tools/door.ts'
import { createSite } from '../routes/index.ts'
import { createLive } from '../routes/live.ts'
import { createMcpFace } from '../routes/mcp.ts'
import type { LabFace, Needs } from '../routes/needs.ts'
import { testBrakes } from './brakes.ts'
import { fakeClock } from './clock.ts'
import { calmEvening } from './pictures.ts'

const root = join(import.meta.dirname ?? '.', '..')

/** A lab of two switches. */
const smallLab = (): LabFace => {
  const scenarios: ReturnType<LabFace['list']> = [
    { name: 'node-down', title: 'A node dies', on: false, targets: ['pve', 'agent1'] },
    { name: 'no-quorum', title: 'Quorum is lost', on: false, targets: [] },
  ]
  const find = (name: string) => scenarios.find((s) => s.name === name)!
  return {
    list: () => scenarios.map((s) => ({ ...s })),
    on: (name, target) => void Object.assign(find(name), { on: true, target }),
    off: (name) => void Object.assign(find(name), { on: false, target: undefined }),
  }
}

/** Nothing was ever measured. */
const noPast = {
  filled: () => 0,
  series: () => ({ times: [], values: [] }),
} as unknown as Cluster['history']

/** A cluster that does not answer. */
const nobodyThere = new Proxy({} as DoorNeeds['proxmox'], {
  get: () => new Proxy({}, { get: () => () => Promise.reject(silence()) }),
})
const silence = () => new Problem('unreachable', 'No node of the cluster answers.')

type SiteOptions = { lab?: boolean; llm?: LlmConfig | undefined }

export const openSite = async ({ lab = true, llm }: SiteOptions = {}) => {
  const clock = fakeClock()
  const lines: string[] = []
  const log = createLog(clock, { write: (line) => void lines.push(line) })
  const db = await openDb(':memory:')
  migrate(db, readMigrations(join(root, 'migrations')))
  const bus = createBus<Events>((kind, error) => lines.push(`${kind}: ${error}`))
  const buffer = createWriteBuffer(db, { clock })
  const events = createEvents({ db, bus, clock, buffer })
  const auth = createAuth({ db, clock, bus, sessions: { idleHours: 12, absoluteDays: 30 } })
  // Keys for the tests' own questions, made without a word on the bus.
  const quiet = createAuth({ db, clock, sessions: { idleHours: 12, absoluteDays: 30 } })
  const world = { picture: calmEvening() as Picture, trouble: undefined as string | undefined }
  const base = loadConfig({ root, env: { JARVIS_LAB: '1' } })
  const stop = createKillSwitch({ db, clock, log, bus })
  const brakes = testBrakes({ db, clock, picture: () => world.picture })
  const needs: Needs = {
    config: { ...base, timeZone: 'UTC', mode: lab ? 'lab' : 'real' },
    version: '0.1.0',
    clock,
    log,
    auth,
    cluster: { picture: () => world.picture, history: noPast } as Cluster,
    proxmox: nobodyThere as unknown as Needs['proxmox'],
    events,
    bus,
    trail: createTrail({ db, clock }),
    schedule: createSchedule({ clock, log, db }),
    lab: lab ? smallLab() : undefined,
    stop,
    memory: createMemory({ db, clock, log }),
    brakes,
    llm: createLlm({ config: llm ?? base.llm, db, clock, log, timeZone: 'UTC', bus }),
    tools: createDoor({
      brakes,
      proxmox: nobodyThere,
      cluster: { believe() {}, hurry: () => () => {}, picture: () => world.picture },
      stop,
      db,
      clock,
      log,
      bus,
      trail: createTrail({ db, clock }),
      ownToken: () => undefined,
    }),
    trouble: () => world.trouble,
  }
  const live = createLive(needs)
  // The same object, so that a test may put something else into it.
  const mcp = createMcpFace(needs)
  const app = createSite(Object.assign(needs, { live, mcp }))
  const tokens = new Map<Scope, string>()
  const tokenOf = (scope: Scope) => {
    const known = tokens.get(scope)
    if (known) return known
    const { secret } = quiet.tokens.create({ name: `test ${scope}`, scope, by: 'the test' })
    tokens.set(scope, secret)
    return secret
  }

  return {
    app,
    needs,
    db,
    clock,
    bus,
    world,
    /** What was logged. */
    lines,
    /** Asks with a token of the scope, or as nobody with `null`. */
    ask(path: string, init: RequestInit & { as?: Scope | null } = {}) {
      const { as = 'view', ...rest } = init
      const headers = new Headers(rest.headers)
      if (as) headers.set('authorization', `Bearer ${tokenOf(as)}`)
      return app.request(`http://localhost${path}`, { ...rest, headers })
    },
    live,
    close() {
      void live.close()
      void mcp.close()
      events.close()
      buffer.close()
      db.close()
    },
  }
}

export type Site = Awaited<ReturnType<typeof openSite>>
