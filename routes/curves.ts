/** The last hour of every node and guest and the day of the cluster, read once a minute for everybody. */

import { hours, minutes } from '../lib/clock.ts'
import type { Cluster } from '../lib/cluster/cluster.ts'
import type { Picture } from '../lib/cluster/picture.ts'
import type { Curve, Past } from '../views/panels/panel.ts'
import { midnightOf } from './today.ts'

/** In a larger house rows show figures only: their curves are not read. */
const MOST_GUESTS = 40
const GUEST_POINTS = 48

type Kept = { minute: number; shape: string; past: Past }
const kept = new WeakMap<Cluster['history'], Kept>()

/** A new minute brings a new point; nothing else does. */
export const curvesOf = (
  { history }: Pick<Cluster, 'history'>,
  picture: Picture,
  now: number,
  timeZone: string,
): Past => {
  const minute = Math.floor(now / minutes(1))
  const few = picture.guests.length <= MOST_GUESTS ? picture.guests : []
  const shape = [
    history.filled(),
    ...picture.nodes.map((n) => n.name),
    ...few.map((g) => g.vmid),
  ].join()
  const before = kept.get(history)
  if (before?.minute === minute && before.shape === shape) return before.past
  const past = read(history, picture.nodes, few, { now, timeZone })
  kept.set(history, { minute, shape, past })
  return past
}

const read = (
  history: Cluster['history'],
  nodes: Picture['nodes'],
  few: Picture['guests'],
  { now, timeZone }: { now: number; timeZone: string },
): Past => {
  const hour = { from: now - hours(1), to: now, step: 60 }
  const cpu = (subject: string): Curve => whole(history.series(subject, 'cpu', hour).values)
  const midnight = midnightOf(now, timeZone)
  return {
    nodes: new Map(nodes.map(({ name }) => [name, cpu(`node/${name}`)])),
    guests: new Map(few.map(({ vmid }) => [vmid, cpu(`guest/${vmid}`).slice(-GUEST_POINTS)])),
    day: dayOf(history, nodes, midnight, now),
  }
}

/** The minute that has just begun has no reading yet; that is no gap. */
const whole = (values: Curve): Curve =>
  values.length > 1 && values.at(-1) === null ? values.slice(0, -1) : values

/** The mean over the nodes, each as heavy as its cores. */
const dayOf = (
  history: Cluster['history'],
  nodes: Picture['nodes'],
  from: number,
  to: number,
): Curve => {
  const span = { from, to, step: 900 }
  const rows = nodes.map((n) => ({
    weight: n.cores ?? 1,
    values: history.series(`node/${n.name}`, 'cpu', span).values,
  }))
  return Array.from({ length: Math.max(0, ...rows.map((r) => r.values.length)) }, (_, i) => {
    const seen = rows.filter((r) => typeof r.values[i] === 'number')
    const weight = seen.reduce((sum, r) => sum + r.weight, 0)
    if (weight === 0) return null
    return seen.reduce((sum, r) => sum + r.weight * r.values[i]!, 0) / weight
  })
}
