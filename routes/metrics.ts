/** Prometheus, in its text format: what the house does, and the picture of the cluster. */
import type { MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { isFresh } from '../lib/clock.ts'
import type { NodeState, Picture } from '../lib/cluster/picture.ts'
import type { Ctx } from './answer.ts'
import type { Env, Needs } from './needs.ts'
import { type Labels, type Metric, metric, type Sample, tally, written } from './prometheus.ts'

export type Metrics = {
  /** Counts every request by its route, not by its path: paths come from outside. */
  count: MiddlewareHandler<Env>
  /** `GET /metrics` */
  show(c: Ctx): Response
}

export const createMetrics = (needs: Needs): Metrics => {
  const startedAt = needs.clock.now()
  const requests = tally()
  const events = tally()
  const polls = tally()
  needs.bus?.onAny(({ kind }) => {
    events.add({ kind })
    if (kind !== 'cluster.polled') return
    const { trouble } = needs.cluster.picture().parts.resources
    polls.add({ result: trouble ? 'failed' : 'good' })
  })
  return {
    async count(c, next) {
      await next()
      const route = matchedRoutes(c).findLast((r) => r.method !== 'ALL')?.path ?? 'none'
      requests.add({ route, method: methodOf(c.req.method), status: c.res.status })
    },
    show(c) {
      const picture = needs.cluster.picture()
      const all = [
        ...house(needs, startedAt),
        metric('jarvis_http_requests_total', 'counter', 'Requests answered.', requests.all()),
        metric('jarvis_events_total', 'counter', 'Events told since the start.', events.all()),
        metric('jarvis_polls_total', 'counter', 'Polls of the cluster.', polls.all()),
        ...streams(needs),
        ...clusterMetrics(picture, needs.clock.now()),
      ]
      return c.body(all.map(written).join(''), 200, {
        'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
      })
    },
  }
}

/** Methods are words from outside too. */
const methodOf = (method: string) =>
  ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].includes(method) ? method : 'other'

const house = (needs: Needs, startedAt: number): Metric[] => {
  const { rss, heapUsed } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  const info = { version: needs.version, mode: needs.config.mode }
  return [
    metric('jarvis_info', 'gauge', 'The program.', [[info, 1]]),
    metric('jarvis_start_time_seconds', 'gauge', 'When it started.', startedAt / 1000),
    metric('process_resident_memory_bytes', 'gauge', 'Memory in use.', rss),
    metric('process_heap_bytes', 'gauge', 'JavaScript heap in use.', heapUsed),
    metric('process_cpu_seconds_total', 'counter', 'CPU time used.', (user + system) / 1e6),
    metric(
      'jarvis_storing',
      'gauge',
      '1 while the database takes writes.',
      needs.trouble() ? 0 : 1,
    ),
  ]
}

const streams = ({ live }: Needs): Metric[] => {
  if (!live) return []
  const { byForm, stalled, updates, dropped } = live.counts()
  const forms = Object.entries(byForm).map(([form, n]): Sample => [{ form }, n])
  return [
    metric('jarvis_live_viewers', 'gauge', 'Open streams.', forms),
    metric('jarvis_live_stalled', 'gauge', 'Streams whose reader does not read.', stalled),
    metric('jarvis_live_updates_total', 'counter', 'Updates told.', updates),
    metric('jarvis_live_dropped_total', 'counter', 'Readers let go for not reading.', dropped),
  ]
}

const clusterMetrics = (picture: Picture, now: number): Metric[] => {
  const { nodes, guests, storages, cluster } = picture
  const parts = Object.entries(picture.parts)
  const gauge = (name: string, help: string, samples: Sample[] | number | undefined) =>
    metric(`jarvis_${name}`, 'gauge', help, samples)
  const node = (n: NodeState): Labels => ({ node: n.name })
  const guest = (g: Picture['guests'][number]): Labels => ({
    vmid: g.vmid,
    name: g.name,
    node: g.node,
  })
  const store = (s: Picture['storages'][number]): Labels => ({ storage: s.id })
  const { resources, status } = picture.parts
  const fresh = isFresh(resources, now)
  // An old figure scraped now would be drawn as a new one: without a fresh reading there is a gap.
  const ofEach = <T>(
    rows: T[],
    labels: (row: T) => Labels,
    value: (row: T) => number | undefined,
  ) => (fresh ? rows.map((row): Sample => [labels(row), value(row)]) : [])
  const quorate =
    cluster.quorate === undefined || !isFresh(status, now) ? undefined : Number(cluster.quorate)
  return [
    gauge(
      'part_age_seconds',
      'Age of the last good reading of a part of the picture.',
      parts.map(([part, { at }]) => [{ part }, at === undefined ? undefined : (now - at) / 1000]),
    ),
    gauge(
      'part_ok',
      '1 when the last try to read the part was good.',
      parts.map(([part, p]) => [{ part }, p.at !== undefined && !p.trouble ? 1 : 0]),
    ),
    gauge('quorate', '1 with quorum; absent when not known.', quorate),
    gauge('nodes', 'Nodes by reach.', counted(['online', 'offline', 'unknown'], 'reach', nodes)),
    gauge(
      'guests',
      'Guests by condition.',
      counted(['running', 'stopped', 'paused', 'unknown', 'other'], 'condition', guests),
    ),
    gauge('node_up', '1 when online; absent when not known.', ofEach(nodes, node, upOf)),
    gauge(
      'node_cpu_ratio',
      'CPU in use, 0-1.',
      ofEach(nodes, node, (n) => n.cpu),
    ),
    gauge(
      'node_memory_used_bytes',
      'Memory in use.',
      ofEach(nodes, node, (n) => n.memory?.used),
    ),
    gauge(
      'node_memory_total_bytes',
      'Memory.',
      ofEach(nodes, node, (n) => n.memory?.total),
    ),
    gauge(
      'guest_cpu_ratio',
      'CPU in use, 0-1.',
      ofEach(guests, guest, (g) => g.cpu),
    ),
    gauge(
      'guest_memory_used_bytes',
      'Memory in use.',
      ofEach(guests, guest, (g) => g.memory?.used),
    ),
    gauge(
      'guest_memory_total_bytes',
      'Memory.',
      ofEach(guests, guest, (g) => g.memory?.total),
    ),
    gauge(
      'storage_used_bytes',
      'Storage in use.',
      ofEach(storages, store, (s) => s.use?.used),
    ),
    gauge(
      'storage_total_bytes',
      'Storage.',
      ofEach(storages, store, (s) => s.use?.total),
    ),
  ]
}

const upOf = ({ reach }: NodeState) =>
  reach === 'unknown' ? undefined : Number(reach === 'online')

const counted = <K extends string>(values: string[], key: K, rows: Record<K, string>[]): Sample[] =>
  values.map((value) => [{ [key]: value }, rows.filter((r) => r[key] === value).length])
