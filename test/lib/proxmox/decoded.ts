/**
 * For each recorded read with a method of its own: calls that method and compares with the raw data.
 * Figures are compared by value whatever their type on the wire; lists by length and order.
 */
import * as assert from 'uvu/assert'
import type { Proxmox } from '../../../lib/proxmox/client.ts'
import type { Timeframe, Upid } from '../../../lib/proxmox/types.ts'
import type { Recording } from './recordings.ts'

type Row = Record<string, unknown>
type Check = (px: Proxmox, raw: unknown, r: Recording) => Promise<void>

/** Every figure and word of `decoded` that has a key of the same name in `raw` says the same. */
const agrees = (decoded: object, raw: Row, name: string) => {
  for (const [key, value] of Object.entries(decoded)) {
    const sent = raw[key]
    if (typeof value === 'number') assert.is(value, Number(sent), `${name}.${key}`)
    else if (typeof value === 'boolean')
      assert.is(value, Boolean(Number(sent ?? 0)), `${name}.${key}`)
    else if (typeof value === 'string' && typeof sent === 'string')
      assert.is(value, sent.trim(), `${name}.${key}`)
    else if (value === undefined)
      assert.ok(sent === undefined || sent === '' || sent === 'RUNNING', `${name}.${key}`)
  }
}

/** The same rows, found again by a key. */
const sameRows = <T extends object>(
  list: T[],
  raw: unknown,
  key: keyof T & string,
  r: Recording,
) => {
  const rows = raw as Row[]
  assert.is(list.length, rows.length, r.name)
  for (const one of list) {
    const sent = rows.find((row) => row[key] === one[key])
    assert.ok(sent, `${r.name}: ${String(one[key])}`)
    agrees(one, sent as Row, r.name)
  }
}

const inOrder = (keys: (string | number)[]) =>
  assert.equal(
    keys,
    [...keys].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  )

const param = (r: Recording, name: string) =>
  new URL(r.request.path, 'https://x').searchParams.get(name) ?? undefined

const ofType = (raw: unknown, ...types: string[]) =>
  (raw as Row[]).filter((row) => types.includes(String(row.type)))

const checks: [RegExp, (m: string[]) => Check][] = [
  [
    /^\/version$/,
    () => async (px, raw) => {
      const version = await px.version()
      assert.equal([version.version, version.release], [(raw as Row).version, (raw as Row).release])
      assert.equal([version.major, version.minor], [9, 2])
    },
  ],
  [
    /^\/nodes$/,
    () => async (px, raw, r) => {
      const nodes = await px.nodes.list()
      sameRows(nodes, raw, 'node', r)
      inOrder(nodes.map((n) => n.node))
      const offline = nodes.find((n) => n.status === 'offline')
      // Absent is not zero.
      if (offline)
        assert.equal([offline.cpu, offline.mem, offline.uptime], [undefined, undefined, undefined])
    },
  ],
  [
    /^\/cluster\/resources$/,
    () => async (px, raw, r) => {
      const all = await px.cluster.resources()
      sameRows(all.nodes, ofType(raw, 'node'), 'node', r)
      assert.is(all.guests.length, ofType(raw, 'lxc', 'qemu').length)
      for (const guest of all.guests) {
        const sent = ofType(raw, 'lxc', 'qemu').find((row) => row.vmid === guest.vmid)!
        agrees({ ...guest, tags: undefined }, { ...sent, tags: undefined }, r.name)
        assert.is(guest.tags.join(';'), String(sent.tags ?? ''))
      }
      assert.is(all.storages.length, ofType(raw, 'storage').length)
      inOrder(all.guests.map((g) => g.vmid))
      inOrder(all.storages.map((s) => `${s.storage} ${s.node}`))
    },
  ],
  [
    /^\/cluster\/status$/,
    () => async (px, raw, r) => {
      const status = await px.cluster.status()
      sameRows(status.nodes, ofType(raw, 'node'), 'name', r)
      agrees(status.cluster!, ofType(raw, 'cluster')[0]!, r.name)
      assert.is(status.cluster!.quorate, !r.name.startsWith('noquorum'))
      assert.is(
        status.nodes.find((n) => n.name === 'pve4')!.online,
        !/^(offline|noquorum)/.test(r.name),
      )
    },
  ],
  [
    /^\/cluster\/tasks$/,
    () => async (px, raw, r) => {
      const tasks = await px.cluster.tasks()
      sameRows(tasks, raw, 'upid', r)
      inOrder(tasks.map((t) => -t.starttime))
      for (const task of tasks)
        assert.is(task.token, (raw as Row[]).find((x) => x.upid === task.upid)!.tokenid)
    },
  ],
  [
    /^\/cluster\/log$/,
    () => async (px, raw, r) => {
      const log = await px.cluster.log(Number(param(r, 'max')))
      assert.is(log.length, (raw as Row[]).length)
      inOrder(log.map((line) => -line.at))
      assert.equal(log.map((l) => l.text).sort(), (raw as Row[]).map((l) => String(l.msg)).sort())
    },
  ],
  [
    /^\/cluster\/nextid$/,
    () => async (px, raw) => assert.is(await px.cluster.nextid(), Number(raw)),
  ],
  [
    /^\/cluster\/options$/,
    () => async (px) => {
      const options = await px.cluster.options()
      assert.equal(options.allowedTags, ['db', 'lab', 'prod', 'test'])
      assert.is(options.macPrefix, 'BC:24:11')
    },
  ],
  [/^\/cluster\/backup$/, () => async (px) => assert.equal(await px.cluster.backupJobs(), [])],
  [
    /^\/cluster\/ha\/status\/current$/,
    () => async (px) => assert.equal(await px.cluster.haStatus(), { quorate: true, services: [] }),
  ],
  [
    /^\/access\/permissions$/,
    () => async (px) => {
      const all = await px.permissions()
      assert.equal(Object.keys(all), ['/vms/101'])
      assert.is(all['/vms/101']!['VM.PowerMgmt'], true)
    },
  ],
  [
    /^\/storage$/,
    () => async (px, raw) => {
      const list = await px.storages()
      assert.equal(
        list.map((s) => s.storage),
        ['local', 'tank'],
      )
      assert.equal(
        list.map((s) => s.shared),
        [false, true],
      )
      assert.is(list.length, (raw as Row[]).length)
    },
  ],
  [
    /^\/nodes\/([^/]+)\/status$/,
    ([, node]) =>
      async (px, raw) => {
        const status = await px.nodes.status(node!)
        const sent = raw as Record<string, Row>
        assert.equal(status.loadavg, (sent.loadavg as unknown as string[]).map(Number))
        assert.is(status.cpuinfo.mhz, Number(sent.cpuinfo!.mhz))
        assert.is(status.memory.used, sent.memory!.used)
        assert.is(status.rootfs.total, sent.rootfs!.total)
        assert.is(status.swap, undefined)
        assert.is(status.kernel, '6.18.44-lab')
      },
  ],
  [
    /^\/nodes\/([^/]+)\/config$/,
    ([, node]) =>
      async (px, raw) => {
        const config = await px.nodes.config(node!)
        assert.is(config.wakeonlan, (raw as Row).wakeonlan)
        assert.is(config.description, (raw as { description?: string }).description?.trim())
      },
  ],
  [
    /^\/nodes\/([^/]+)\/rrddata$/,
    ([, node]) =>
      async (px, raw, r) =>
        sameRows(await px.nodes.rrd(node!, param(r, 'timeframe') as Timeframe), raw, 'time', r),
  ],
  [
    /^\/cluster\/config\/nodes$/,
    () => async (px, raw) => {
      const votes = await px.cluster.votes()
      for (const { node, quorum_votes } of raw as { node: string; quorum_votes: string }[])
        assert.is(votes.get(node), Number(quorum_votes))
    },
  ],
  [
    /^\/nodes\/([^/]+)\/services$/,
    ([, node]) =>
      async (px, raw, r) => {
        const services = await px.nodes.services(node!)
        sameRows(services, raw, 'service', r)
        assert.is(services.find((s) => s.service === 'corosync')!.active, 'active')
        inOrder(services.map((s) => s.service))
      },
  ],
  [
    /^\/nodes\/([^/]+)\/network$/,
    ([, node]) =>
      async (px) => {
        const [eno1, bridge] = await px.nodes.network(node!)
        assert.is(eno1!.type, 'eth')
        assert.equal(
          [bridge!.name, bridge!.cidr, bridge!.ports],
          ['vmbr0', '10.77.0.11/24', ['eno1']],
        )
      },
  ],
  [
    /^\/nodes\/([^/]+)\/tasks$/,
    ([, node]) =>
      async (px, raw, r) => {
        const tasks = await px.nodes.tasks(node!, { limit: 50 })
        sameRows(tasks, raw, 'upid', r)
        inOrder(tasks.map((t) => -t.starttime))
      },
  ],
  [
    /^\/nodes\/([^/]+)\/certificates\/info$/,
    ([, node]) =>
      async (px, raw, r) => {
        const list = await px.nodes.certificates(node!)
        sameRows(list, raw, 'filename', r)
        assert.ok(list[1]!.san.includes('pve1'))
        assert.match(list[0]!.pem ?? '', /BEGIN CERTIFICATE/)
      },
  ],
  [
    /^\/nodes\/([^/]+)\/aplinfo$/,
    ([, node]) =>
      async (px) =>
        assert.equal(await px.nodes.aplinfo(node!), []),
  ],
  [
    /^\/nodes\/([^/]+)\/storage$/,
    ([, node]) =>
      async (px, raw, r) => {
        const list = await px.nodes.storages(node!)
        sameRows(list, raw, 'storage', r)
        inOrder(list.map((s) => s.storage))
        for (const s of list) inOrder(s.content)
      },
  ],
  [
    /^\/nodes\/([^/]+)\/storage\/([^/]+)\/status$/,
    ([, node, storage]) =>
      async (px, raw, r) => {
        const one = await px.nodes.storageStatus(node!, storage!)
        agrees(one, { ...(raw as Row), storage }, r.name)
      },
  ],
  [
    /^\/nodes\/([^/]+)\/storage\/([^/]+)\/content$/,
    ([, node, storage]) =>
      async (px, raw, r) => {
        const list = param(r, 'content')
          ? await px.nodes.templates(node!, storage!)
          : await px.nodes.storageContent(node!, storage!)
        sameRows(list, raw, 'volid', r)
        inOrder(list.map((c) => c.volid))
      },
  ],
  [
    /^\/nodes\/([^/]+)\/(lxc|qemu)$/,
    ([, node, kind]) =>
      async (px, raw) => {
        const list = await px.guests.list(node!, kind as 'lxc')
        assert.equal(
          list.map((g) => g.vmid),
          (raw as { vmid: number }[]).map((g) => g.vmid).sort(),
        )
        for (const guest of list) assert.equal([guest.node, guest.type], [node, kind])
      },
  ],
  [
    /^\/nodes\/([^/]+)\/(lxc|qemu)\/(\d+)\/status\/current$/,
    (m) => async (px, raw, r) => {
      const status = await px.guests.status(refOf(m))
      agrees(
        { ...status, tags: undefined, ha: undefined, qmp: undefined },
        { ...(raw as Row), tags: undefined, ha: undefined, qmp: undefined },
        r.name,
      )
      assert.is(status.qmp, (raw as Row).qmpstatus)
      assert.is(status.ha?.managed, false)
    },
  ],
  [
    /^\/nodes\/([^/]+)\/(lxc|qemu)\/(\d+)\/config$/,
    (m) => async (px, raw) => {
      const config = await px.guests.config(refOf(m))
      const sent = raw as Record<string, string | number>
      assert.equal(Object.keys(config.all), Object.keys(sent).sort())
      for (const [key, value] of Object.entries(config.all)) assert.is(value, String(sent[key]))
      assert.is(config.digest, sent.digest)
      assert.is(config.tags.join(';'), sent.tags ?? '')
      assert.is(config.description, String(sent.description ?? '').replace(/\n$/, ''))
    },
  ],
  [
    /^\/nodes\/([^/]+)\/(lxc|qemu)\/(\d+)\/rrddata$/,
    (m) => async (px, raw, r) =>
      sameRows(await px.guests.rrd(refOf(m), param(r, 'timeframe') as Timeframe), raw, 'time', r),
  ],
  [
    /^\/nodes\/([^/]+)\/(lxc|qemu)\/(\d+)\/snapshot$/,
    (m) => async (px) => assert.equal(await px.guests.snapshots(refOf(m)), []),
  ],
  [
    /^\/nodes\/([^/]+)\/(lxc|qemu)\/(\d+)\/interfaces$/,
    (m) => async (px) => {
      const [eth0] = await px.guests.interfaces(refOf(m))
      assert.equal(eth0!.addresses, ['10.77.0.101/24', 'fe80::be24:11ff:fef2:eea9/64'])
      assert.is(eth0!.mac, 'bc:24:11:f2:ee:a9')
    },
  ],
  [
    /^\/nodes\/([^/]+)\/tasks\/(UPID:[^/]+)\/status$/,
    ([, node, upid]) =>
      async (px, raw, r) => {
        const task = await px.tasks.status(upid as Upid)
        agrees({ ...task, running: undefined }, raw as Row, r.name)
        assert.is(task.running, (raw as Row).status === 'running')
        assert.is(task.node, node)
      },
  ],
  [
    /^\/nodes\/([^/]+)\/tasks\/(UPID:[^/]+)\/log$/,
    ([, , upid]) =>
      async (px, raw) => {
        const { lines } = await px.tasks.log(upid as Upid, { start: 0 })
        const rows = raw as { n: number; t: string }[]
        const empty = /^(no content|unable to open file)/.test(rows[0]?.t ?? '')
        assert.equal(lines, empty ? [] : [...rows].sort((a, b) => a.n - b.n))
      },
  ],
]

const refOf = ([, node, kind, vmid]: string[]) => ({
  node: node!,
  kind: kind as 'lxc' | 'qemu',
  vmid: Number(vmid),
})

/** The check for a recorded read, if a method of the client covers its path. */
export const decodedAs = (r: Recording): Check | undefined => {
  const path = decodeURIComponent(new URL(r.request.path, 'https://x').pathname).replace(
    '/api2/json',
    '',
  )
  for (const [pattern, make] of checks) {
    const found = pattern.exec(path)
    if (found) return make([...found])
  }
  return undefined
}
