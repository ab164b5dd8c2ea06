/**
 * The lab against the official API schema: what it takes must be known there, what it answers
 * must have the types and the required keys. PVE_SCHEMA names the file. The server itself does
 * not check its answers; where reality is looser than its schema stands in `looser`.
 */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { allRoutes } from '../../lab/handlers/all.ts'
import { type Lab, startLab } from '../../lab/lab.ts'
import { seeded } from '../../lab/random.ts'
import type { Kit } from '../../lab/routing.ts'
import { ask, leapingClock } from './ask.ts'

type Shape = {
  type?: string
  optional?: number | boolean
  properties?: Record<string, Shape>
  items?: Shape
  enum?: unknown[]
}
type Method = { parameters?: { properties?: Record<string, Shape> }; returns?: Shape }

const file = process.env.PVE_SCHEMA
const schema = suite<{ lab: Lab }>('lab schema')
const methods: Record<string, Method> = file ? JSON.parse(readFileSync(file, 'utf8')).methods : {}

/** Seen on real clusters: strings for numbers, keys that are missing, and the like. */
const looser = [
  /^GET \/cluster\/backup.* prune-backups keep-/,
  /^GET \/cluster\/nextid : /,
  /^GET \/nodes\/\{node\}\/lxc\S* .*pressure/,
  /^GET \/nodes\/\{node\}\/lxc\/\{vmid\}\/interfaces .*prefix/,
  /^GET \/nodes\/\{node\}\/\w+\/\{vmid\}\/pending .*value/,
  /^GET \/nodes\/\{node\}\/disks\/list .*osdid-list/,
  /^GET \/nodes\/\{node\}\/storage\/\{storage\}\/content .*parent/,
  /^GET \/nodes\/\{node\}\/status .*(loadavg|mhz|hvm)/,
]

/** In the recordings, but left out of this cut of the schema. */
const beyond = [
  'GET /nodes/{node}/subscription',
  'GET /nodes/{node}/config',
  'PUT /nodes/{node}/config',
  'GET /access/domains',
]

schema.before.each(async (t) => {
  t.lab = await startLab({ clock: leapingClock(), random: seeded(12) })
})
schema.after.each((t) => t.lab.stop())

const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value
}
const fits = (type: string, value: unknown): boolean => {
  if (type === 'any') return true
  if (type === 'boolean') return value === 0 || value === 1 || value === true || value === false
  if (type === 'integer') return Number.isInteger(value)
  return kindOf(value) === type
}

const faultsIn = (shape: Shape, value: unknown, at: string): string[] => {
  if (!shape.type) return []
  if (!fits(shape.type, value)) return [`${at}: ${kindOf(value)} instead of ${shape.type}`]
  if (shape.enum && !shape.enum.includes(value) && !shape.enum.includes(String(value)))
    return [`${at}: '${String(value)}' is none of ${shape.enum.join()}`]
  if (Array.isArray(value))
    return value.flatMap((row) => (shape.items ? faultsIn(shape.items, row, at) : []))
  if (shape.type !== 'object') return []
  const object = value as Record<string, unknown>
  return Object.entries(shape.properties ?? {}).flatMap(([key, inner]) => {
    if (object[key] === undefined) return inner.optional ? [] : [`${at} ${key}: missing`]
    return faultsIn(inner, object[key], `${at} ${key}`)
  })
}

const examples: Record<string, string> = {
  node: 'pve',
  storage: 'local',
  id: 'backup-nightly',
  service: 'pveproxy',
  poolid: 'environments',
  userid: 'watcher@pve',
  tokenid: 'audit',
  roleid: 'PVEAuditor',
  snapname: 'before',
}
const queries: Record<string, string> = {
  rrddata: '?timeframe=hour',
  smart: '?disk=/dev/nvme0n1',
  feature: '?feature=snapshot',
}

const addressOf = (path: string, upid: string): string => {
  const kind = path.includes('/qemu') ? 'qemu' : 'lxc'
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (name === 'vmid') return kind === 'qemu' ? '103' : '302'
    if (name === 'upid') return upid
    if (name === 'volume') return 'local:iso%2Fubuntu-24.04.3-live-server-amd64.iso'
    return examples[name] ?? name
  })
  return filled + (queries[path.split('/').at(-1)!] ?? '')
}

if (!file) {
  console.log('SKIPPED lab schema: PVE_SCHEMA is not set')
  schema('without PVE_SCHEMA nothing is compared', () => assert.is(file, undefined))
} else {
  schema('every call and every parameter the lab takes is one of the real API', () => {
    const routes = allRoutes({ world: {}, access: {}, tasks: {} } as Kit)
    let [calls, parameters] = [0, 0]
    for (const { verb, path, rules } of routes) {
      const name = `${verb} ${path}`
      const method = methods[name]
      if (!method && beyond.includes(name)) continue
      assert.ok(method, `${name} is not in the schema`)
      calls += 1
      const known = Object.keys(method.parameters?.properties ?? {})
      for (const [parameter, rule] of Object.entries(rules ?? {})) {
        // `net[n]` stands for net0, net1 …
        const listed = known.find((k) => k === parameter || k === parameter.replace(/\d+$/, '[n]'))
        assert.ok(listed, `${name}: ${parameter}`)
        assert.is(
          rule.required === true,
          !method.parameters!.properties![listed]!.optional,
          `${name}: ${parameter}`,
        )
        parameters += 1
      }
    }
    console.log(
      `\nCOUNT calls of the lab in the schema: ${calls} of ${routes.length}, with ${parameters} parameters`,
    )
  })

  schema('every read answers in the shape that the schema promises', async ({ lab }) => {
    for (const at of ['/nodes/pve/lxc/302', '/nodes/pve/qemu/103'])
      await ask(lab, 'POST', `${at}/snapshot`, { form: { snapname: 'before' } })
    const upid = String((await ask(lab, 'POST', '/nodes/pve/qemu/103/status/reset')).data)
    while ((lab.world.guest(103)!.snapshots.length && lab.world.guest(302)!.snapshots.length) === 0)
      await ask(lab, 'GET', '/version')
    const ran = await ask(lab, 'POST', '/nodes/pve/qemu/103/agent/exec', {
      form: { command: 'hostname' },
    })
    queries['exec-status'] = `?pid=${(ran.data as { pid: number }).pid}`
    const reads = allRoutes({ world: {}, access: {}, tasks: {} } as Kit).filter(
      (r) => r.verb === 'GET',
    )
    const faults: string[] = []
    let excused = 0
    for (const { path } of reads) {
      const answer = await ask(lab, 'GET', addressOf(path, upid))
      assert.is(
        answer.status,
        200,
        `${path}: ${answer.reason} ${JSON.stringify(answer.errors ?? '')}`,
      )
      const returns = methods[`GET ${path}`]?.returns
      for (const fault of returns ? faultsIn(returns, answer.data, `GET ${path} `) : [])
        if (looser.some((form) => form.test(fault))) excused += 1
        else faults.push(fault)
    }
    assert.equal([...new Set(faults)], [])
    console.log(
      `\nCOUNT reads of the lab checked by the schema: ${reads.length}, ${excused} known exceptions`,
    )
  })
}

schema.run()
