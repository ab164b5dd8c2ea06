/** How warm the machines are, sensor by sensor, and which of them cannot be asked, with the reason. */
import { html } from 'hono/html'
import type { NodeState, Picture, Sensor } from '../../lib/cluster/picture.ts'
import { count, DASH } from '../../lib/format.ts'
import type { Html } from '../layout.ts'
import { frameOf, type Moment } from '../parts/frame.ts'
import { isoOr, jsonOf, named, section, table, textOf } from '../parts/section.ts'
import { domId, shown } from '../parts/shown.ts'
import { reachWords } from '../parts/words.ts'
import type { Extra, Model, Panel } from './panel.ts'

export type Heat = 'well' | 'warm' | 'critical' | 'unknown'

export type TemperatureRow = {
  id: string
  node: string
  sensor: string
  /** `58 °C` */
  now: string
  limits: string
  is: Heat
  state: string
  source: { node: NodeState; sensor?: Sensor | undefined; why?: string | undefined }
}

/** A sensor by its own levels; °C. */
export const heatOf = ({ celsius, warn, crit }: Sensor): Heat =>
  celsius >= crit ? 'critical' : celsius >= warn ? 'warm' : 'well'

const degrees = (celsius: number) => `${Math.round(celsius)}\u2009°C`

const model = (picture: Picture, extra: Extra): Model<TemperatureRow> => {
  const rows = picture.nodes.flatMap((node) => rowsOf(node, extra))
  const hot = rows.filter((r) => r.is === 'warm' || r.is === 'critical').length
  const sensors = rows.filter((r) => r.source.sensor).length
  return {
    rows,
    frame: frameOf({
      name: 'temperatures',
      title: 'Temperatures',
      part: picture.parts.temperatures,
      moment: extra,
      rows: rows.length,
      count: `${count(sensors, 'sensor')}${hot > 0 ? `, ${hot} too warm` : ''}`,
      empty: 'No nodes, so nothing gets warm.',
      notes: notesOf(picture.nodes),
    }),
  }
}

const rowsOf = (node: NodeState, m: Moment): TemperatureRow[] => {
  const sensors = node.temperatures?.sensors ?? []
  if (sensors.length === 0) return [blank(node, m)]
  return sensors.map((sensor) => {
    const is = heatOf(sensor)
    return {
      id: domId('temperature', `${node.name}/${sensor.name}`),
      node: shown(node.name),
      sensor: shown(sensor.name),
      now: degrees(sensor.celsius),
      limits: `${Math.round(sensor.warn)} / ${degrees(sensor.crit)}`,
      is,
      state: is,
      source: { node, sensor },
    }
  })
}

/** A node that tells nothing has a row too: silence is not coolness. */
const blank = (node: NodeState, m: Moment): TemperatureRow => {
  const why = whyNot(node, m)
  return {
    id: domId('temperature', node.name),
    node: shown(node.name),
    sensor: DASH,
    now: DASH,
    limits: DASH,
    is: 'unknown',
    state: why,
    source: { node, why },
  }
}

const whyNot = ({ reach, since, temperatures }: NodeState, m: Moment): string => {
  if (reach === 'offline') return reachWords(reach, since, m)
  if (!temperatures) return 'no reading'
  return temperatures.trouble ? 'no sensor access' : 'no sensors'
}

const notesOf = (nodes: NodeState[]) =>
  nodes.flatMap(({ name, temperatures }) => {
    const trouble = temperatures?.trouble
    if (!trouble) return []
    const words = [trouble.text, trouble.next]
      .filter(Boolean)
      .map((w) => shown(w))
      .join(' ')
    return [`No sensor access on ${shown(name)}: ${words}`]
  })

export const temperatureRow = (r: TemperatureRow): Html =>
  html`<tr id="${r.id}" data-is="${r.is}"><th scope="row">${named(r.node)}</th><td>${named(r.sensor)}</td><td class="n">${r.now}</td><td class="n">${r.limits}</td><td class="is">${r.state}</td></tr>
`
const heads = ['Node', 'Sensor', 'Now#', 'Warm / critical#', 'State']

export const temperatures: Panel<Model<TemperatureRow>> = {
  name: 'temperatures',
  title: 'Temperatures',
  model,
  html: (m) => section(m.frame, table(heads, m.rows.map(temperatureRow))),
  text: (m) =>
    textOf(
      m.frame,
      [
        { head: 'NODE', cell: (r) => r.node },
        { head: 'SENSOR', cell: (r) => r.sensor },
        { head: 'NOW', cell: (r) => r.now, right: true },
        { head: 'WARM / CRITICAL', cell: (r) => r.limits, right: true },
        { head: 'STATE', cell: (r) => r.state },
      ],
      m.rows,
    ),
  json: (m) =>
    jsonOf(
      m.frame,
      m.rows.map(({ is, source: { node, sensor, why } }) => ({
        node: node.name,
        sensor: sensor?.name ?? null,
        celsius: sensor?.celsius ?? null,
        warnCelsius: sensor?.warn ?? null,
        criticalCelsius: sensor?.crit ?? null,
        state: is,
        at: isoOr(sensor && node.temperatures?.at),
        why: why ?? null,
      })),
    ),
}
