/** What becomes of a write: followed to the end of its task, whatever happens on the way. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Proxmox } from '../../../lib/proxmox/client.ts'
import { isUpid, parseUpid } from '../../../lib/proxmox/upid.ts'
import { type FakeClock, fakeClock } from '../../clock.ts'
import { by, clientOf, problemOf, serverFor, until } from './client.ts'
import { data, refuse, type Said, type Server, say } from './server.ts'

const upid = 'UPID:pve2:0000014D:0003E20B:6B0008B2:vzstart:110:ops@pve!jarvis:'
const ref = { node: 'pve2', kind: 'lxc' as const, vmid: 110 }
const at = `/nodes/pve2/tasks/${encodeURIComponent(upid)}`
const running = data({ status: 'running', upid })
const ended = (exitstatus: string) => data({ status: 'stopped', exitstatus, upid })

const tasks = suite<{ a: Server; b: Server; px: Proxmox; clock: FakeClock; script: Said[] }>(
  'proxmox: tasks',
)
tasks.before.each(async (t) => {
  t.a = await serverFor('pve1', () => 'cut')
  t.b = await serverFor('pve2', () => 'cut')
  t.clock = fakeClock()
  t.px = clientOf({ pve1: t.a, pve2: t.b }, { clock: t.clock })
  t.script = []
  const answer = by({
    '/nodes/pve2/lxc/110/status/start': data(upid),
    [`${at}/status`]: () => (t.script.length > 1 ? t.script.shift()! : t.script[0]!),
    [`${at}/log`]: (asked) =>
      data(lines.slice(Number(asked.query.get('start'))), { total: lines.length }),
  })
  t.a.answer(answer)
  t.b.answer(answer)
})
tasks.after.each(async (t) => {
  t.px.close()
  await Promise.all([t.a.close(), t.b.close()])
})

let lines: { n: number; t: string }[] = []
const withLines = (...texts: string[]) => {
  lines = texts.map((text, i) => ({ n: i + 1, t: text }))
}
/** Moves the clock in small steps until the promise has ended. */
const finish = async <T>(clock: FakeClock, promise: Promise<T>, step = 500): Promise<T> => {
  let over = false
  void promise.finally(() => (over = true))
  while (!over) {
    await clock.advance(step)
    await new Promise((again) => setTimeout(again, 1))
  }
  return promise
}

tasks(
  'a UPID is not the outcome; the exit status of the task is',
  async ({ px, clock, script }) => {
    withLines('TASK OK')
    script.push(running, running, ended('OK'))
    const write = await px.guests.start(ref)
    assert.is(write.upid, upid)
    assert.equal(await finish(clock, write.outcome), { result: 'ok', upid })
  },
)

tasks('warnings are a success that is told with its lines', async ({ px, clock, script }) => {
  withLines(
    'extracting',
    'WARN: Systemd 257 detected. You may need to enable nesting.',
    'TASK WARNINGS: 1',
  )
  script.push(ended('WARNINGS: 1'))
  const outcome = await finish(clock, (await px.guests.start(ref)).outcome)
  assert.is(outcome.result, 'warnings')
  assert.match(outcome.result === 'warnings' ? outcome.text : '', /WARNINGS: 1; WARN: Systemd 257/)
})

tasks('a failed task ends with its own words, cleaned', async ({ px, clock, script }) => {
  withLines('TASK ERROR: x')
  script.push(ended("Configuration file 'nodes/pve2/lxc/110.conf'\u001b[31m does not exist"))
  const outcome = await finish(clock, (await px.guests.start(ref)).outcome)
  assert.is(outcome.result, 'failed')
  assert.is(
    outcome.result === 'failed' && outcome.text,
    "Configuration file 'nodes/pve2/lxc/110.conf' [31m does not exist",
  )
})

tasks(
  'a log whose last line is not written yet is looked at again; a killed task has failed',
  async ({ px, clock, script }) => {
    withLines('TASK OK')
    script.push(ended('unexpected status'), ended('OK'))
    assert.is((await finish(clock, (await px.guests.start(ref)).outcome)).result, 'ok')
    script.push(ended('unexpected status'))
    script.shift()
    assert.is((await finish(clock, (await px.guests.start(ref)).outcome)).result, 'failed')
  },
)

tasks('each line of the log is told once, placeholders never', async ({ px, clock, script }) => {
  withLines('no content')
  script.push(running, running, running, ended('OK'))
  const told: string[] = []
  const write = await px.guests.start(ref, { onLine: (line) => told.push(line.t) })
  await until(() => script.length === 3)
  withLines('one', 'two')
  const outcome = finish(clock, write.outcome)
  await until(() => told.length === 2)
  withLines('one', 'two', 'three', 'TASK OK')
  await outcome
  assert.equal(told, ['one', 'two', 'three', 'TASK OK'])
})

tasks(
  'the entry node dies meanwhile: the task is followed through another',
  async ({ a, b, px, clock, script }) => {
    withLines('TASK OK')
    script.push(running)
    const write = await px.guests.start(ref)
    await until(() => a.asked.some((x) => x.path === `${at}/status`))
    await a.close()
    script.push(ended('OK'))
    assert.is((await finish(clock, write.outcome)).result, 'ok')
    assert.ok(b.asked.length > 0)
  },
)

tasks("the task's node is away for a while: nothing is given up", async ({ px, clock, script }) => {
  withLines('TASK OK')
  const away = say(595, 'No route to host', '', [])
  script.push(running, away, away, away, running, ended('OK'))
  assert.is((await finish(clock, (await px.guests.start(ref)).outcome)).result, 'ok')
})

tasks('it stays away: the outcome is unknown, and says so', async ({ px, clock, script }) => {
  script.push(running, say(595, 'No route to host', '', []))
  const outcome = await finish(clock, (await px.guests.start(ref)).outcome, 5000)
  assert.is(outcome.result, 'failed')
  assert.ok(outcome.result === 'failed' && outcome.unknown)
  assert.match(
    outcome.result === 'failed' ? outcome.text : '',
    /its end is not known\. Node pve2 does not answer/,
  )
})

tasks('a refused look at the task does not reject either', async ({ px, clock, script }) => {
  script.push(refuse(403, 'Permission check failed (/nodes/pve2, Sys.Audit)'))
  const outcome = await finish(clock, (await px.guests.start(ref)).outcome)
  assert.ok(outcome.result === 'failed' && outcome.unknown)
})

tasks('whoever stops following learns that the task goes on', async ({ a, px, clock, script }) => {
  script.push(running)
  const stop = new AbortController()
  const write = await px.guests.start(ref, { signal: stop.signal })
  await until(() => a.asked.some((x) => x.path === `${at}/status`))
  stop.abort()
  const outcome = await finish(clock, write.outcome)
  assert.match(outcome.result === 'failed' ? outcome.text : '', /the task goes on/)
  assert.is(a.asked.filter((x) => x.method === 'DELETE').length, 0)
})

tasks('a write without a task is done when it is answered', async ({ a, px }) => {
  a.answer(by({ '/nodes/pve2/lxc/110/config': data(null) }))
  const write = await px.guests.configure(ref, { cores: 2 })
  assert.equal([write.upid, await write.outcome], [undefined, { result: 'ok' }])
})

tasks('a task is asked for under the node in its UPID', async ({ px, script }) => {
  script.push(running)
  const status = await px.tasks.status(upid)
  assert.equal(
    [status.node, status.type, status.id, status.running],
    ['pve2', 'vzstart', '110', true],
  )
})

tasks('UPIDs are taken apart, and what is none is refused', async ({ px }) => {
  assert.equal(parseUpid(upid), {
    node: 'pve2',
    pid: 0x14d,
    starttime: 0x6b0008b2,
    type: 'vzstart',
    id: '110',
    user: 'ops@pve',
    token: 'jarvis',
  })
  assert.is(parseUpid('UPID:a-1:00000001:000000001:6B0008E9:startall::root@pam:').id, '')
  for (const none of ['', 'UPID:x', `${upid}x`, 'UPID:../x:00000001:00000001:6B0008E9:a:b:c:'])
    assert.not.ok(isUpid(none), none)
  assert.is((await problemOf(px.tasks.status('nonsense'))).kind, 'invalid')
})

tasks.run()
