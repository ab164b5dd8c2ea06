/**
 * Every recorded exchange of a real PVE 9.2.11 goes through the client: the request it sends is the
 * recorded one, the answer it gives is the right value or the right trouble. Requests that this
 * client cannot send (chunks, HEAD, JSON bodies …) are replayed as answers only.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../../lib/clock.ts'
import { Problem } from '../../../lib/errors.ts'
import { silentLog } from '../../../lib/log.ts'
import { createProxmox } from '../../../lib/proxmox/client.ts'
import type { Method } from '../../../lib/proxmox/errors.ts'
import type { Params } from '../../../lib/proxmox/path.ts'
import { placeOf } from '../../../lib/proxmox/tls.ts'
import { isUpid } from '../../../lib/proxmox/upid.ts'
import { loginByPassword } from '../../../lib/setup/session.ts'
import { decodedAs } from './decoded.ts'
import { bytesOf, canSend, header, type Recording, readRecordings } from './recordings.ts'
import {
  type Answerer,
  type Asked,
  certificatesFor,
  data,
  type Server,
  startServer,
} from './server.ts'
import { troubleOf } from './troubles.ts'

const folder = process.env.PVE_RECORDINGS
const recordings = folder ? readRecordings(folder) : []
const named = new Map(recordings.map((r) => [r.name, r]))

const certificates = certificatesFor(['pve1'])
const node = { name: 'pve1' }
const replay = suite<{ server: Server }>('recorded exchanges')
replay.before(async (t) => {
  t.server = await startServer(certificates.nodes.get('pve1')!, () => data(null))
})
replay.after((t) => t.server.close())

const pathOf = (r: Recording) => decodeURIComponent(new URL(r.request.path, 'https://x').pathname)
const sortedForm = (form: string | URLSearchParams) =>
  [...new URLSearchParams(form)].map(([k, v]) => `${k}=${v}`).sort()

/** The recorded answers of one story; the list of nodes is always known. */
const answersFrom =
  (story: Recording[]): Answerer =>
  (asked) => {
    const path = `/api2/json${decodeURIComponent(asked.path)}`
    const fits = (r: Recording) => r.request.method === asked.method && pathOf(r) === path
    const found = story.find(fits) ?? (asked.path === '/nodes' ? named.get('nodes') : undefined)
    return found ? bytesOf(found) : 'cut'
  }

const clientFor = (server: Server, r: Recording, clock = systemClock) => {
  const id =
    /^PVEAPIToken=([^=]+)=/.exec(header(r, 'authorization') ?? '')?.[1] ?? 'root@pam!jarvis'
  return createProxmox({
    nodes: [{ ...node, address: server.address }],
    ca: certificates.ca,
    token: () => ({ id, secret: '00000000-0000-4000-8000-000000000000' }),
    clock,
    log: silentLog,
  })
}

/** The parameters as the recorded request gave them, and its path without them. */
const asParams = (r: Recording): Params =>
  Object.fromEntries(
    r.request.body
      ? new URLSearchParams(r.request.body)
      : new URL(r.request.path, 'https://x').searchParams,
  )

const theSame = (r: Recording, asked: Asked | undefined) => {
  const url = new URL(r.request.path, 'https://x')
  assert.is(asked?.method, r.request.method, r.name)
  assert.is(asked?.path, url.pathname.replace('/api2/json', ''), r.name)
  assert.equal(sortedForm(asked!.query), sortedForm(url.searchParams), r.name)
  assert.equal(sortedForm(asked!.body), sortedForm(r.request.body ?? ''), r.name)
}

/** Sends the recorded request; what came back, or what was thrown. */
const send = async (server: Server, r: Recording, answers: Answerer): Promise<unknown> => {
  server.answer(answers)
  if (r.request.path.endsWith('/access/ticket')) {
    const { username, password } = Object.fromEntries(new URLSearchParams(r.request.body!))
    const place = placeOf(server.address)
    return loginByPassword(
      { place, trust: { ca: certificates.ca }, name: node.name, clock: systemClock },
      { user: username!, password: password! },
    ).then(
      (session) => {
        session.close()
        return session.who
      },
      (thrown) => thrown,
    )
  }
  const px = clientFor(server, r)
  const path = decodeURI(pathOf(r).replace('/api2/json', ''))
  const verbs: Record<string, typeof px.get> = {
    GET: px.get,
    POST: px.post,
    PUT: px.put,
    DELETE: px.delete,
  }
  try {
    return await verbs[r.request.method as Method]!(path, asParams(r))
  } catch (thrown) {
    return thrown
  } finally {
    px.close()
  }
}

const expectTrouble = (r: Recording, result: unknown) => {
  assert.instance(result, Problem, `${r.name} should fail, got ${JSON.stringify(result)}`)
  const problem = result as Problem
  const { kind, says } = troubleOf(r)
  assert.is(problem.kind, kind, `${r.name}: ${problem.kind}, ${problem.message}`)
  assert.match(problem.message, says, r.name)
  assert.not.match(`${problem.message} ${problem.next ?? ''}`, /[\n\r\u0000]|0000-4000/, r.name)
}

const isGood = (r: Recording) => r.status === 200
const counts = { sent: 0, answersOnly: 0, decoded: 0, tasks: 0 }

if (!folder) console.log('SKIPPED recorded exchanges: PVE_RECORDINGS is not set')
replay('the folder has recordings', () => {
  if (folder) assert.ok(recordings.length > 0, `nothing in ${folder}`)
})

for (const r of recordings.filter(canSend)) {
  replay(`${r.name}: the same request, the right result`, async (t) => {
    const before = t.server.asked.length
    const result = await send(t.server, r, answersFrom([r]))
    const asked = t.server.asked.slice(before)
    theSame(r, asked.filter((a) => a.path !== '/nodes' || r.name.endsWith('nodes')).at(-1))
    if (!isGood(r)) expectTrouble(r, result)
    else if (r.request.path.endsWith('/access/ticket')) assert.is(result, 'root@pam')
    else assert.equal(result, (r.body as { data: unknown }).data, r.name)
    counts.sent += 1
  })
}

for (const r of recordings.filter((one) => !canSend(one))) {
  replay(`${r.name}: its answer alone`, async (t) => {
    const writes = /^(POST|PUT)$/.test(r.request.method)
    const stand = { ...named.get('version')!, name: r.name }
    const request = { ...stand.request, method: writes ? 'PUT' : 'GET', path: '/api2/json/version' }
    const alone = { ...r, request }
    const result = await send(t.server, alone, answersFrom([alone]))
    if (!isGood(r)) expectTrouble(r, result)
    else assert.equal(result, (r.body as { data: unknown }).data, r.name)
    counts.answersOnly += 1
  })
}

for (const r of recordings.filter(
  (one) => isGood(one) && one.request.method === 'GET' && decodedAs(one),
)) {
  replay(`${r.name}: decoded`, async (t) => {
    t.server.answer(answersFrom([r]))
    const px = clientFor(t.server, r)
    try {
      await decodedAs(r)!(px, (r.body as { data: unknown }).data, r)
      counts.decoded += 1
    } finally {
      px.close()
    }
  })
}

const upidOf = (r: Recording) => (r.body as { data?: unknown }).data
const started = recordings.filter(
  (r) =>
    r.request.method !== 'GET' &&
    isGood(r) &&
    isUpid(upidOf(r)) &&
    named.has(`${r.name}.task-status`),
)
for (const r of started) {
  replay(`${r.name}: followed to its outcome`, async (t) => {
    const [status, log] = [named.get(`${r.name}.task-status`)!, named.get(`${r.name}.task-log`)]
    t.server.answer(answersFrom([r, status, ...(log ? [log] : [])]))
    const px = clientFor(t.server, r)
    try {
      const lines: string[] = []
      const path = pathOf(r).replace('/api2/json', '')
      const method = r.request.method as Exclude<Method, 'GET'>
      const params = header(r, 'content-type') === 'application/json' ? {} : asParams(r)
      const write = await px.write(method, path, params, { onLine: (line) => lines.push(line.t) })
      assert.is(write.upid, upidOf(r))
      const outcome = await write.outcome
      const exit = (status.body as { data: { exitstatus: string } }).data.exitstatus
      const result = exit === 'OK' ? 'ok' : /^WARNINGS/.test(exit) ? 'warnings' : 'failed'
      assert.is(outcome.result, result, `${r.name}: ${exit}`)
      if (outcome.result === 'failed') {
        assert.is(outcome.text, exit)
        assert.not.ok(outcome.unknown)
      }
      if (log)
        assert.equal(
          lines,
          (log.body as { data: { t: string }[] }).data.map((l) => l.t),
        )
      counts.tasks += 1
    } finally {
      px.close()
    }
  })
}

replay('all of them were replayed', () => {
  if (!folder) return
  assert.is(counts.sent + counts.answersOnly, recordings.length)
  console.log(
    `\nCOUNT recordings: ${recordings.length} replayed (${counts.answersOnly} as answers only), ${counts.decoded} decoded, ${counts.tasks} tasks followed`,
  )
})

replay.run()
