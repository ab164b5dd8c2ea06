/** A house of doors alone: the real guard and login over a database in memory, and toys behind them. */
import { join } from 'node:path'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { createTrail } from '../lib/audit/trail.ts'
import { type Auth, createAuth } from '../lib/auth/auth.ts'
import { createBus, type News } from '../lib/bus.ts'
import { openDb } from '../lib/db/db.ts'
import { migrate, readMigrations } from '../lib/db/migrate.ts'
import type { Events } from '../lib/events/kinds.ts'
import { silentLog } from '../lib/log.ts'
import { createFailures } from '../routes/failures.ts'
import { type GuardOptions, guard } from '../routes/guard.ts'
import { loginRoutes } from '../routes/login.ts'
import type { App, Env, Needs } from '../routes/needs.ts'
import { settingsRoutes } from '../routes/settings.ts'
import { welcomeRoutes } from '../routes/welcome.ts'
import { alice, desk, firefox } from './cast.ts'
import { fakeClock } from './clock.ts'

const root = join(import.meta.dirname ?? '.', '..')

/** Small enough that a suite of logins takes no minute; one test uses the real one. */
export const CHEAP = { N: 2 ** 10, r: 8, p: 1 }

export const openAuth = async ({ file = ':memory:', clock = fakeClock() } = {}) => {
  const db = await openDb(file)
  migrate(db, readMigrations(join(root, 'migrations')))
  const news: News<Events>[] = []
  const bus = createBus<Events>((_, error) => {
    throw error
  })
  bus.onAny((event) => void news.push(event))
  const sessions = { idleHours: 12, absoluteDays: 30 }
  const auth: Auth = createAuth({ db, clock, bus, sessions, cost: CHEAP })
  return { auth, db, clock, news, kinds: () => news.map((n) => n.kind) }
}

type Server = Partial<Needs['config']['server']>

export const openDoors = async (server: Server = {}, options: GuardOptions = {}) => {
  const house = await openAuth()
  const trail = createTrail(house)
  const lines: string[] = []
  const note =
    (level: string) =>
    (message: string, fields: object = {}) =>
      void lines.push(`${level} ${message} ${JSON.stringify(fields)}`)
  const log = { ...silentLog, warn: note('warn'), error: note('error'), info: note('info') }
  const config = {
    mode: 'real',
    root,
    data: root,
    server: { host: '0.0.0.0', port: 4000, hosts: [], proxies: [], ...server },
    timeZone: 'UTC',
    wall: { night: 'off' },
    sessions: { idleHours: 12, absoluteDays: 30 },
  }
  const stop = { state: () => ({ pressed: false }) }
  const needs = {
    ...house,
    config,
    trail,
    log,
    stop,
    trouble: () => undefined,
  } as unknown as Needs
  const app = toys(needs, { machine: 'butler', ...options })
  return { ...house, app, trail, lines, ...visitors(app, house.auth) }
}

export type Doors = Awaited<ReturnType<typeof openDoors>>

const toys = (needs: Needs, options: GuardOptions): App => {
  const app: App = new Hono<Env>()
  const failures = createFailures(needs)
  app.use(guard(needs, options))
  app.route('/', loginRoutes(needs))
  app.route('/', welcomeRoutes(needs))
  app.route('/', settingsRoutes(needs))
  app.get('/', (c) => c.html('<h1>the overview</h1>'))
  app.get('/f/:panel', (c) => c.text(`panel for ${c.get('caller')?.name}`))
  app.get('/wall', (c) => c.html('<h1>the wall</h1>'))
  app.get('/healthz', (c) => c.text('ok'))
  app.get('/static/:file', (c) => c.text('body {}', 200, { 'Cache-Control': 'public' }))
  app.post('/deed', async (c) => c.json({ got: (await c.req.text()).length }))
  app.get('/slow', () => new Promise<Response>(() => {}))
  app.get('/broken', () => {
    throw new Error('the inner works')
  })
  app.get('/live', (c) =>
    streamSSE(c, async (stream) => {
      await stream.writeSSE({ data: 'first' })
      await needs.clock.now()
      await new Promise<void>((end) => needs.clock.after(60_000, end))
      await stream.writeSSE({ data: 'after a minute' })
    }),
  )
  app.notFound(failures.missing)
  app.onError(failures.caught)
  return app
}

export type Ask = {
  method?: string
  form?: Record<string, string>
  json?: unknown
  body?: RequestInit['body']
  headers?: Record<string, string>
  from?: string
  local?: boolean
  /** `http://jarvis.home:4000` and the like; decides scheme and, without a Host, the name. */
  at?: string
}

/** Asks as a browser of today would: HTML wanted, own Origin with a form. */
const visitors = (app: App, auth: Auth) => {
  const ask = async (path: string, how: Ask = {}): Promise<Response> => {
    const { form, json, from = desk, local, at = 'http://127.0.0.1:4000' } = how
    const headers: Record<string, string> = {
      'user-agent': firefox,
      accept: 'text/html',
      ...how.headers,
    }
    let body = how.body
    if (form) body = new URLSearchParams(form)
    if (json !== undefined) {
      body = JSON.stringify(json)
      headers['content-type'] = 'application/json'
    }
    const method = how.method ?? (body === undefined ? 'GET' : 'POST')
    if (method !== 'GET' && headers.origin === undefined) headers.origin = at
    for (const [name, value] of Object.entries(headers)) if (value === '') delete headers[name]
    const incoming = { socket: { remoteAddress: from, encrypted: at.startsWith('https:') } }
    const env = { incoming, ...(local && { local }) } as unknown as Env['Bindings']
    return app.request(at + path, { method, headers, ...(body !== undefined && { body }) }, env)
  }
  const logIn = (password = alice.password, how: Ask = {}) =>
    ask('/login', { ...how, form: { password, ...how.form } })

  return {
    ask,
    logIn,
    /** Alice has an account and has logged in; the answer is her cookie. */
    async aliceIsIn(how: Ask = {}) {
      if (!auth.accounts.find(alice.name)) await auth.accounts.create(alice)
      return cookieOf(await logIn(alice.password, how), 'jv_session')!
    },
  }
}

/** `name=value` of a cookie that was set, ready to be sent back. */
export const cookieOf = (response: Response, name: string): string | undefined =>
  response.headers
    .getSetCookie()
    .find((line) => line.startsWith(`${name}=`) && !line.startsWith(`${name}=;`))
    ?.split(';')[0]
