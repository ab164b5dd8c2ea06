/**
 * Questions that were put to a real PVE 9.2.11, put to the lab: the same status, reason phrase
 * and form of body must come back. PVE_RECORDINGS names the folder of the recordings.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, startLab } from '../../lab/lab.ts'
import { seeded } from '../../lab/random.ts'
import { isRunning } from '../../lab/things.ts'
import { type Answer, ask, leapingClock, outcome, rows } from './ask.ts'

type Recording = {
  note?: string
  request: { method: string; path: string; headers: [string, string][]; body: string | null }
  status: number
  statusText: string
  headers: [string, string][]
  elapsedMs: number
  bodyKind: 'json' | 'text'
  body: Record<string, unknown> | string
}

const folder = process.env.PVE_RECORDINGS
const replay = suite<{ lab: Lab; now: () => number }>('lab recordings')

// The recorded cluster's cast, played by ours: who is running there is running here.
const cast: [RegExp, string][] = [
  [/pve2([/:])lxc\/101\b/g, 'pve$1lxc/300'],
  [/pve2([/:])lxc\/103\b/g, 'pve$1lxc/302'],
  [/\/pve1\/lxc\/101\b/g, '/Home/lxc/300'],
  [/\/pve2\/qemu\/101\b/g, '/pve/qemu/300'],
  [/\/pve9\/lxc\/101\b/g, '/pve9/lxc/300'],
  [/\/pve1\/lxc\/103\b/g, '/Home/lxc/302'],
  [/\/pve1\/qemu\/201\b/g, '/pve/qemu/103'],
  [/\/pve1\/qemu\/210\b/g, '/pve/qemu/103'],
  [/\bpve1\b/g, 'Home'],
  [/\bpve2\b/g, 'pve'],
  [/\bpve4\b/g, 'agent'],
  [/(\b(?:CT|VM) |\/vms\/|lxc\/|pve-config-)101\b/g, '$1300'],
  [/(\b(?:CT|VM) |\/vms\/|lxc\/|pve-config-)103\b/g, '$1302'],
  [/(\b(?:CT|VM) |\/vms\/|qemu-server\/)201\b/g, '$1103'],
  [/qemu-server\/101\b/g, 'qemu-server/300'],
  [/"?nodes\/Home\/qemu-server\/103/g, 'nodes/pve/qemu-server/103'],
  [/vmid=101(?=$|&)/g, 'vmid=300'],
]
const played = (text: string) => cast.reduce((t, [from, to]) => t.replace(from, to), text)

/** Not asked, and why. */
const left: Record<string, string> = {
  'err-qemu-agent-ping-not-configured': 'the running VM of the lab has an agent',
  'err-wakeonlan': 'every node of the lab has its MAC set',
  'err-body-too-large': 'by hand: manners.test.ts',
  'err-plain-http': 'another protocol: manners.test.ts',
  'err-plain-http-post': 'another protocol: manners.test.ts',
  'auth-cookie-get': 'a ticket of its own: manners.test.ts',
  'auth-cookie-write-with-csrf': 'a ticket of its own: manners.test.ts',
  'err-auth-cookie-write-without-csrf': 'a ticket of its own: manners.test.ts',
  'err-auth-cookie-write-wrong-csrf': 'a ticket of its own: manners.test.ts',
}

const read = (name: string): Recording =>
  JSON.parse(readFileSync(join(folder!, `${name}.json`), 'utf8'))
const names = folder
  ? readdirSync(folder)
      .filter((f) => f.endsWith('.json'))
      .map((f) => f.slice(0, -5))
  : []

const put = (lab: Lab, { request }: Recording): Promise<Answer> => {
  const given = new Map(request.headers.map(([k, v]) => [k.toLowerCase(), v]))
  const headers: Record<string, string> = {}
  const authorization = given.get('authorization')
  const { root, audit, narrow, expired } = lab.tokens
  const known: [RegExp, { id: string; secret: string }][] = [
    [/root(@|%40)pam(!|%21)jarvis/, root],
    [/watcher@pve!ro/, audit],
    [/ops@pve!part/, narrow],
    [/ops@pve!expired/, expired],
  ]
  if (authorization) {
    const who = known.find(([form]) => form.test(authorization))?.[1]
    headers.Authorization = who
      ? authorization
          .replace('watcher@pve!ro', who.id)
          .replace('ops@pve!part', who.id)
          .replace('<token-secret>', who.secret)
      : authorization
  }
  if (given.has('cookie')) headers.Cookie = 'PVEAuthCookie=PVE:root@pam:6B000000::nonsense'
  if (given.has('content-type')) headers['Content-Type'] = given.get('content-type')!
  if (given.has('transfer-encoding')) headers['Transfer-Encoding'] = 'chunked'
  const body =
    request.body === null ? undefined : played(request.body).replace('<password>', 'jarvis-lab')
  return ask(lab, request.method, played(request.path), {
    token: null,
    raw: true,
    headers,
    ...(body === undefined ? {} : { body }),
  })
}

const shape = (body: Recording['body']) =>
  typeof body === 'string' ? 'text' : Object.keys(body).sort().join()

const compare = (name: string, recorded: Recording, answer: Answer) => {
  const expected = `${recorded.status} ${played(recorded.statusText)}`
  assert.is(`${answer.status} ${answer.reason}`, expected, `${name}: ${recorded.note ?? ''}`)
  const json = answer.header('content-type')[0]?.startsWith('application/json')
  assert.is(json ? shape(JSON.parse(answer.text)) : 'text', shape(recorded.body), `${name}: body`)
  if (recorded.status < 400) return
  assert.equal(answer.header('connection'), ['close'], `${name}: connection`)
  if (typeof recorded.body === 'string') return assert.is(answer.text, played(recorded.body), name)
  const { errors, message } = recorded.body as { errors?: Record<string, string>; message: string }
  assert.is(answer.message, played(message), name)
  assert.equal(answer.errors, errors && JSON.parse(played(JSON.stringify(errors))), name)
}

const start = async (t: { lab: Lab; now: () => number }) => {
  const clock = leapingClock()
  t.now = clock.now
  t.lab = await startLab({ clock, random: seeded(11) })
  const stopped = t.lab.world.guest(302)!
  t.lab.world.become(stopped, 'stopped')
}
replay.before.each(start)
replay.after.each((t) => t.lab.stop())

if (!folder) {
  console.log('SKIPPED lab recordings: PVE_RECORDINGS is not set')
  replay('without PVE_RECORDINGS nothing is compared', () => assert.is(folder, undefined))
} else {
  replay('refusals and logins are those of the real thing', async (t) => {
    let same = 0
    for (const name of names.filter((n) =>
      /^(err|auth)-|^flow-lxc-create-(bad-volid|storage-missing)$/.test(n),
    )) {
      if (left[name]) continue
      const recorded = read(name)
      const began = t.now()
      compare(name, recorded, await put(t.lab, recorded))
      if (recorded.elapsedMs > 2500)
        assert.ok(
          t.now() - began >= Math.floor(recorded.elapsedMs / 1000) * 1000 - 100,
          `${name}: too early`,
        )
      same += 1
    }
    console.log(
      `\nCOUNT recorded refusals and logins: ${same} equal, ${Object.keys(left).length} left out by name`,
    )
  })

  replay('without quorum the same is possible and impossible', async (t) => {
    t.lab.scenarios.on('no-quorum', undefined, { settled: true })
    const asked = names.filter((n) => n.startsWith('noquorum-') && !n.includes('.task'))
    let same = 0
    for (const name of asked) {
      // The disturbed guests begin each question as the recording had them.
      t.lab.world.become(t.lab.world.guest(300)!, 'running')
      t.lab.world.become(t.lab.world.guest(302)!, 'stopped')
      t.lab.world.become(
        t.lab.world.guest(103)!,
        name === 'noquorum-qemu-delete' || name === 'noquorum-qemu-start' ? 'stopped' : 'running',
      )
      for (const g of t.lab.world.guests) g.held = false
      const recorded = read(name)
      const answer = await put(t.lab, recorded)
      const numbers = /\.tmp\.\d+/g
      assert.is(
        `${answer.status} ${answer.reason.replace(numbers, '')}`,
        `${recorded.status} ${played(recorded.statusText).replace(numbers, '')}`,
        name,
      )
      same += 1
    }
    console.log(`\nCOUNT recorded answers without quorum: ${same} equal`)
  })

  replay('a node that is off answers through the others as the real one did', async (t) => {
    const { lab } = t
    const asked = names.filter((n) => n.startsWith('offline-'))
    for (const name of asked) {
      const gone = name.includes('powered-off')
      lab.scenarios.on('node-down', gone ? 'agent/gone' : 'agent', { settled: true })
      // The second call to a machine without power was recorded minutes after the first.
      if (name === 'offline-node-start-ct-powered-off')
        lab.world.node('agent')!.runs.at(-1)!.to! -= 60_000
      const recorded = read(name)
      const answer = await put(lab, recorded)
      const expected = `${recorded.status} ${recorded.statusText}`
      assert.is(`${answer.status} ${answer.reason}`, expected, name)
      lab.scenarios.off('node-down')
    }
    console.log(`\nCOUNT recorded answers about a node that is off: ${asked.length} equal`)
  })

  replay('a write is accepted and ends as it did there', async ({ lab }) => {
    const { world } = lab
    for (const vmid of [300, 302]) world.guest(vmid)!.disk.storage = 'local'
    for (const [name, [path, vmid, status]] of Object.entries(flows)) {
      const guest = world.guest(vmid)!
      const { body, method } = read(name).request
      if (isRunning(guest) !== (status !== 'stopped'))
        world.become(guest, status === 'stopped' ? 'stopped' : 'running')
      guest.deaf = name.includes('timeout')
      const accepted = await ask(lab, method, `/nodes/${path}`, bodyOf(played(body ?? '')))
      const typeOf = (data: unknown) => String(data).split(':')[5]
      const there = read(name).body as { data: string }
      assert.is(typeOf(accepted.data), typeOf(there.data), name)
      const ended = read(`${name}.task-status`).body as { data: { exitstatus: string } }
      assert.is(await outcome(lab, accepted), played(ended.data.exitstatus), name)
      if (/delete|create/.test(name))
        assert.equal(await logOf(lab, accepted), recordedLog(name, vmid), name)
    }
    console.log(`\nCOUNT recorded writes followed to their end: ${Object.keys(flows).length} equal`)
  })

  replay('good answers carry every key that the real ones carry', async (t) => {
    const pairs = plainReads
    let keys = 0
    for (const [name, path] of Object.entries(pairs)) {
      const recorded = (read(name).body as { data: unknown }).data
      const { data, status } = await ask(t.lab, 'GET', path)
      assert.is(status, 200, name)
      const [wanted, got] = [typesOf(recorded), typesOf(data)]
      for (const [key, type] of Object.entries(wanted)) {
        if (artefacts.has(`${name} ${key}`) || key.includes('pressure')) continue
        assert.ok(got[key], `${name}: ${key} is missing`)
        assert.ok(
          got[key]!.some((g) => type.includes(g)),
          `${name}: ${key} is ${got[key]}, not ${type}`,
        )
        keys += 1
      }
    }
    console.log(
      `\nCOUNT recorded reads: ${Object.keys(pairs).length} with ${keys} keys of the same types`,
    )
  })
}

/** Recording → what is asked of whom here, and how that guest is before. */
const flows: Record<string, [path: string, vmid: number, status: 'running' | 'stopped']> = {
  'flow-lxc-start': ['agent1/lxc/303/status/start', 303, 'stopped'],
  'flow-lxc-shutdown': ['agent1/lxc/303/status/shutdown', 303, 'running'],
  'flow-lxc-reboot': ['agent1/lxc/303/status/reboot', 303, 'running'],
  'flow-lxc-snapshot-unsupported': ['pve/lxc/300/snapshot', 300, 'running'],
  'flow-lxc-start-unknown-vmid': ['Home/lxc/999/status/start', 303, 'running'],
  'flow-lxc-start-wrong-node': ['Home/lxc/302/status/start', 302, 'stopped'],
  'flow-qemu-start': ['pve/qemu/103/status/start', 103, 'stopped'],
  'flow-qemu-start-already-running': ['pve/qemu/103/status/start', 103, 'running'],
  'flow-qemu-start-unknown-vmid': ['Home/qemu/999/status/start', 103, 'running'],
  'flow-qemu-suspend': ['pve/qemu/103/status/suspend', 103, 'running'],
  'flow-qemu-resume': ['pve/qemu/103/status/resume', 103, 'running'],
  'flow-qemu-reset': ['pve/qemu/103/status/reset', 103, 'running'],
  'flow-qemu-shutdown-timeout': ['pve/qemu/103/status/shutdown', 103, 'running'],
  'flow-qemu-stop': ['pve/qemu/103/status/stop', 103, 'running'],
  'flow-qemu-stop-already-stopped': ['agent1/qemu/100/status/stop', 100, 'stopped'],
  'flow-node-startall': ['Home/startall', 303, 'running'],
  'flow-lxc-create': ['agent1/lxc', 303, 'running'],
  'flow-lxc-create-template-missing': ['Home/lxc', 303, 'running'],
  'flow-qemu-create-json': ['agent/qemu', 303, 'running'],
  'flow-lxc-clone': ['agent1/lxc/303/clone', 303, 'stopped'],
  'flow-lxc-migrate': ['pve/lxc/302/migrate', 302, 'stopped'],
  'flow-lxc-delete': ['agent1/lxc/303?purge=1&destroy-unreferenced-disks=1', 303, 'stopped'],
  'flow-lxc-delete-plain': ['pve/lxc/300', 300, 'stopped'],
  'flow-qemu-delete': ['agent1/qemu/100', 100, 'stopped'],
}

/** A form, or JSON as it was sent. */
const bodyOf = (body: string) => {
  if (body.startsWith('{')) return { body, headers: { 'Content-Type': 'application/json' } }
  return body ? { form: Object.fromEntries(new URLSearchParams(body)) } : {}
}

/** Without what is new every time. */
const steady = (line: unknown) =>
  String(line)
    .replace(/UUID: [\w-]+/, 'UUID')
    .replace(/SHA256:\S+/, 'SHA256')
const logOf = async (lab: Lab, { data }: Answer): Promise<unknown[]> => {
  const upid = String(data)
  return rows(await ask(lab, 'GET', `/nodes/${upid.split(':')[1]}/tasks/${upid}/log?limit=0`)).map(
    ({ t }) => steady(t),
  )
}
/** The lines of the recording, about the guest that plays its part here. */
const recordedLog = (name: string, vmid: number): string[] =>
  (read(`${name}.task-log`).body as { data: { n: number; t: string }[] }).data
    .sort((a, b) => a.n - b.n)
    .map(({ t }) => steady(name.includes('delete') ? t.replace(/\b11[01]\b/g, String(vmid)) : t))

const plainReads: Record<string, string> = {
  version: '/version',
  nodes: '/nodes',
  'cluster-status': '/cluster/status',
  'cluster-resources-node': '/cluster/resources?type=node',
  'cluster-resources-storage': '/cluster/resources?type=storage',
  'cluster-resources-vm': '/cluster/resources?type=vm',
  'cluster-tasks': '/cluster/tasks',
  'cluster-config-nodes': '/cluster/config/nodes',
  'cluster-ha-status-current': '/cluster/ha/status/current',
  'cluster-options': '/cluster/options',
  'cluster-nextid': '/cluster/nextid',
  'node-status-local': '/nodes/Home/status',
  'node-network': '/nodes/Home/network',
  'node-time': '/nodes/Home/time',
  'node-version': '/nodes/Home/version',
  'node-services': '/nodes/Home/services',
  'node-storage': '/nodes/Home/storage',
  'node-storage-status': '/nodes/Home/storage/local/status',
  'node-storage-content-all': '/nodes/pve/storage/local-lvm/content',
  'node-certificates': '/nodes/Home/certificates/info',
  'node-subscription': '/nodes/Home/subscription',
  'node-config-with-wakeonlan': '/nodes/Home/config',
  'node-rrddata-hour': '/nodes/Home/rrddata?timeframe=hour',
  'lxc-rrddata-hour': '/nodes/pve/lxc/300/rrddata?timeframe=hour',
  'qemu-rrddata-hour': '/nodes/pve/qemu/103/rrddata?timeframe=hour',
  'lxc-list': '/nodes/pve/lxc',
  'lxc-config': '/nodes/pve/lxc/300/config',
  'lxc-pending': '/nodes/pve/lxc/300/pending',
  'lxc-interfaces': '/nodes/pve/lxc/300/interfaces',
  'lxc-snapshot-list': '/nodes/pve/lxc/300/snapshot',
  'lxc-status-current-running': '/nodes/pve/lxc/300/status/current',
  'lxc-status-current-stopped': '/nodes/pve/lxc/302/status/current',
  'qemu-list': '/nodes/pve/qemu',
  'qemu-list-full': '/nodes/pve/qemu?full=1',
  'qemu-config': '/nodes/pve/qemu/103/config',
  'qemu-status-current-running': '/nodes/pve/qemu/103/status/current',
  'qemu-status-current-stopped': '/nodes/agent1/qemu/100/status/current',
  'access-acl': '/access/acl',
  'access-domains': '/access/domains',
  'access-roles': '/access/roles',
  'access-users': '/access/users?full=1',
  pools: '/pools',
  'pool-one': '/pools/environments',
  storage: '/storage',
  'storage-one': '/storage/local',
}
// What belongs to that one cluster and not to the form of the answer.
const artefacts = new Set([
  'lxc-config description',
  'node-config-with-wakeonlan description',
  'qemu-config kvm',
  'qemu-config smbios1',
  'qemu-config tags',
  'qemu-config vmgenid',
  'cluster-tasks tokenid',
  'node-storage-content-all ctime',
  'access-users email',
  'lxc-interfaces inet6',
  'qemu-status-current-stopped tags',
])

/** Key → the types it was seen with, over all rows. */
const typesOf = (data: unknown): Record<string, string[]> => {
  const out: Record<string, string[]> = {}
  for (const row of Array.isArray(data) ? data : [data]) {
    if (typeof row !== 'object' || row === null) {
      out.value = [typeof row]
      continue
    }
    for (const [key, value] of Object.entries(row)) {
      const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
      out[key] = [...new Set([...(out[key] ?? []), type])]
    }
  }
  return out
}

replay.run()
