/**
 * The official conformance suite of MCP against our site: guard, route and sessions are ours, only the
 * tools are the suite's. It wants Node 22 or later, so it comes with one of its own, installed when it
 * is first needed.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { parse } from 'yaml'
import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import { createSessions } from '../../lib/mcp/sessions.ts'
import { openSite } from '../site.ts'
import { createSuiteServer } from './server.ts'

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname
const program = join(here, 'node_modules/@modelcontextprotocol/conformance/dist/index.js')
const INSTALL_MS = 120_000
const RUN_MS = 90_000

export type Check = { scenario: string; id: string; status: string; why: string }
export type Report = {
  checks: Check[]
  /** Failures that nobody has explained, and explained ones that do not fail. */
  unexpected: Check[]
  stale: string[]
  expected: Record<string, string>
}

/** Runs it; a string is the reason why it cannot be run here. */
export const runSuite = async (): Promise<Report | string> => {
  const node = await installed()
  if (!node.startsWith('/')) return node
  const site = await serve()
  const out = mkdtempSync(join(tmpdir(), 'jarvis-conformance-'))
  try {
    const args = [program, 'server', '--url', site.url, '--suite', 'all', '-o', out]
    const { text, code } = await ended(
      spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'] }),
      RUN_MS,
    )
    const checks = checksIn(out)
    if (checks.length === 0) throw new Error(`the suite said nothing (exit ${code}):\n${text}`)
    return weighed(checks)
  } finally {
    await site.close()
    rmSync(out, { recursive: true, force: true })
  }
}

const weighed = (checks: Check[]): Report => {
  const file = readFileSync(join(here, 'expected-failures.yaml'), 'utf8')
  const expected = (parse(file) ?? {}) as Record<string, string>
  const failed = checks.filter((c) => c.status === 'FAILURE' || c.status === 'WARNING')
  return {
    checks: checks.filter((c) => c.status !== 'INFO' && c.status !== 'SKIPPED'),
    unexpected: failed.filter((c) => !(c.id in expected)),
    stale: Object.keys(expected).filter((id) => !failed.some((c) => c.id === id)),
    expected,
  }
}

/** Each scenario leaves a folder with its checks. */
const checksIn = (folder: string): Check[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('checks.json'))
    .sort()
    .flatMap((name) => {
      const scenario = name.split('/')[0]!.replace(/^server-(.*)-\d{4}-.*$/, '$1')
      const all = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
        id: string
        status: string
        errorMessage?: string
      }[]
      return all.map((c) => ({ scenario, id: c.id, status: c.status, why: c.errorMessage ?? '' }))
    })

/** The Node that runs it, or why there is none. */
const installed = async (): Promise<string> => {
  const own = join(here, `node_modules/node-linux-${process.arch}/bin/node`)
  const fits = Number(process.versions.node.split('.')[0]) >= 22 && !process.versions.bun
  if (!fits && (process.platform !== 'linux' || !/^(x64|arm64)$/.test(process.arch)))
    return `it takes Node 22 or later, and there is none here for ${process.platform} ${process.arch}`
  if (!isFresh()) {
    const npm = process.env.npm_execpath?.endsWith('.js') ? process.env.npm_execpath : undefined
    const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
    const child = spawn(npm ? process.execPath : 'npm', npm ? [npm, ...args] : args, {
      cwd: here,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { code, text } = await ended(child, INSTALL_MS)
    if (code !== 0) return `npm ci in test/conformance failed: ${text.trim().split('\n')[0]}`
  }
  if (fits) return process.execPath
  return existsSync(own) ? own : 'the package with Node 26 was not installed'
}

/** What npm writes last is younger than the list that it worked by. */
const isFresh = () => {
  const done = statSync(join(here, 'node_modules/.package-lock.json'), { throwIfNoEntry: false })
  return done !== undefined && done.mtimeMs >= statSync(join(here, 'package-lock.json')).mtimeMs
}

const ended = (child: ChildProcess, limitMs: number) =>
  new Promise<{ code: number | null; text: string }>((done) => {
    let text = ''
    const cancel = systemClock.after(limitMs, () => child.kill('SIGKILL'))
    child.stdout?.on('data', (chunk) => (text += chunk))
    child.stderr?.on('data', (chunk) => (text += chunk))
    child.on('error', (error) => (text += error.message))
    child.on('close', (code) => {
      cancel()
      done({ code, text })
    })
  })

/** The whole site on a port of loopback. The suite knows no tokens, so one is added on the way in. */
const serve = async () => {
  const site = await openSite()
  const sessions = createSessions({
    clock: systemClock,
    log: silentLog,
    serve: async () => createSuiteServer(),
    isGood: () => true,
    most: { sessions: 200, perToken: 200 },
  })
  const own = site.needs.mcp!
  // The route asks for it with each request.
  own.open = (c) => sessions.handle(c.req.raw, { token: 'suite', guest: undefined })
  const { secret } = site.needs.auth.tokens.create({ name: 'suite', scope: 'view', by: 'the test' })
  const listener = getRequestListener((request, env) => {
    const headers = new Headers(request.headers)
    headers.set('authorization', `Bearer ${secret}`)
    return site.app.fetch(new Request(request, { headers }), env as never)
  })
  const server: Server = createServer((q, r) => void listener(q, r))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/mcp`,
    async close() {
      await sessions.close()
      await new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      })
      site.close()
    },
  }
}
