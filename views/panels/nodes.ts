/** The machines: what each one carries, and which of them cannot be seen, with the reason. */
import { html } from 'hono/html'
import type { NodeState, Picture } from '../../lib/cluster/picture.ts'
import { bytesParts, count, DASH, duration, type Figure, percent, rate } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { linkButton } from '../parts/button.ts'
import type { PanelState } from '../parts/edge.ts'
import { type Frame, frameOf, type Moment } from '../parts/frame.ts'
import type { State } from '../parts/glyph.ts'
import { type NodeMeter, nodeInstrument } from '../parts/node-instrument.ts'
import type { Says } from '../parts/panel.ts'
import { isoOr, jsonOf, named, section, textOf } from '../parts/section.ts'
import { domId, shown } from '../parts/shown.ts'
import { moment, part, reachWords, upFor, use, usedOf } from '../parts/words.ts'
import type { Curve, Extra, Model, Panel } from './panel.ts'

export type NodeRow = {
  id: string
  name: string
  aliases: string
  is: 'online' | 'lost' | 'unknown'
  state: string
  cpu: string
  cores: string
  memory: string
  memoryPart: string
  root: string
  uptime: string
  net: string
  source: NodeState
  /** How its instrument is lit. */
  look: PanelState
  says: Says | undefined
  hour: Curve | undefined
}

const model = (picture: Picture, extra: Extra): Model<NodeRow> => {
  const frame = frameOf({
    name: 'nodes',
    title: 'Nodes',
    part: picture.parts.resources,
    moment: extra,
    rows: picture.nodes.length,
    count: `${count(picture.nodes.length, 'node')}, ${picture.nodes.filter((n) => n.reach === 'online').length} online`,
    empty: 'No nodes. I look after very little, and I do it well.',
    notes: notesOf(picture.nodes),
  })
  return { rows: picture.nodes.map((n) => rowOf(n, extra, frame)), frame }
}

const rowOf = (n: NodeState, m: Extra, frame: Frame): NodeRow => {
  const on = n.reach === 'online'
  // Figures of a node that does not answer now are those of the last reading, which the panel dates.
  const seen = n.reach !== 'offline'
  return {
    id: domId('node', n.name),
    name: shown(n.name),
    aliases: n.aliases.map((a) => shown(a)).join(', '),
    is: on ? 'online' : n.reach === 'offline' ? 'lost' : 'unknown',
    state: on && !n.permitted ? 'online, figures not permitted' : reachWords(n.reach, n.since, m),
    cpu: seen ? percent(n.cpu) : DASH,
    cores: n.cores === undefined ? DASH : String(n.cores),
    memory: seen ? use(n.memory) : DASH,
    memoryPart: seen ? percent(part(n.memory)) : DASH,
    root: seen ? use(n.root) : DASH,
    uptime: seen ? duration(n.uptime) : DASH,
    net: seen && n.net ? `↓ ${rate(n.net.in)} ↑ ${rate(n.net.out)}` : DASH,
    source: { ...n, mac: n.mac ?? m.wakes?.get(n.name)?.mac },
    look: lookOf(n, frame),
    says: saysOf(n, m),
    hour: m.past?.nodes.get(n.name),
  }
}

/** A node that is gone is "unknown", never "off": why it does not answer nobody has told. */
const lookOf = (n: NodeState, { state }: Frame): PanelState => {
  if (state === 'stale') return 'stale'
  if (n.reach !== 'online') return 'unknown'
  return n.permitted ? 'fresh' : 'forbidden'
}

const saysOf = (n: NodeState, m: Moment): Says | undefined => {
  const closer = linkButton({ text: 'Look closer', href: paths.node(n.name) })
  if (n.reach === 'offline')
    return {
      first: `Lost since ${moment(n.since, m)}.`,
      rest: 'It does not answer and has no part in the quorum; why, I cannot tell.',
      step: closer,
    }
  if (n.reach === 'unknown')
    return {
      first: 'I cannot see it.',
      rest: `No answer since ${moment(n.since, m)}.`,
      step: closer,
    }
  if (n.permitted) return undefined
  return {
    first: 'Not mine to see.',
    rest: lackOf(n),
    step: html`<details class="shows"><summary class="btn">Show the command</summary><code>${shown(n.grant ?? '')}</code></details>`,
  }
}

const lackOf = (n: NodeState) => `The token lacks Sys.Audit on /nodes/${shown(n.name)}.`

const notesOf = (nodes: NodeState[]) =>
  nodes
    .filter((n) => n.reach === 'online' && !n.permitted)
    .map((n) => `Not mine to see: ${lackOf(n)} ${shown(n.grant ?? '')}`.trimEnd())

/** The whole instrument. It has no age of its own: the panel around it is dated. */
export const nodeRow = (r: NodeRow): Html => {
  const { source: n, look } = r
  const figures = look === 'fresh' || look === 'stale'
  const meters = figures ? metersOf(n) : undefined
  return nodeInstrument({
    id: r.id,
    name: html`<a href="${paths.node(n.name)}">${named(r.name)}</a>`,
    role: roleOf(r),
    uptime: figures && n.uptime !== undefined ? `up ${upFor(n.uptime)}` : undefined,
    state: look,
    ...signOf(look, meters),
    says: figures ? undefined : r.says,
    cpu: { value: n.cpu, peak: peakOf(r.hour) },
    meters,
    hour: r.hour,
    net: n.net && { down: rateParts(n.net.in), up: rateParts(n.net.out) },
    at: undefined,
    now: 0,
    limit: 0,
  })
}

/** `master · .50` */
const roleOf = ({ aliases, source: { address } }: NodeRow) => {
  const octet = /^\d+\.\d+\.\d+(\.\d+)(?::\d+)?$/.exec(address ?? '')?.[1]
  return [aliases, octet].filter(Boolean).join(' · ')
}

const signOf = (look: PanelState, meters: NodeMeter[] = []): { sign: State; signLabel: string } => {
  if (look === 'stale') return { sign: 'old', signLabel: 'an old reading' }
  if (look !== 'fresh') return { sign: 'unknown', signLabel: 'cannot be seen' }
  return meters.some((m) => m.over)
    ? { sign: 'attention', signLabel: 'wants attention' }
    : { sign: 'well', signLabel: 'up' }
}

const peakOf = (hour: Curve | undefined) => {
  const seen = hour?.filter((v): v is number => v !== null) ?? []
  return seen.length > 0 ? Math.max(...seen) : undefined
}

const rateParts = (n: number): Figure => {
  const { figure, unit } = bytesParts(n)
  return { figure, unit: `${unit}/s` }
}

// Memory is there to be used, a root disk is not: different limits.
const metersOf = (n: NodeState): NodeMeter[] => [
  space('RAM', n.memory, 0.9),
  space('Root', n.root, 0.85),
  warmth(n),
]

const space = (label: string, of: NodeState['memory'], limit: number): NodeMeter => {
  const { used, rest } = usedOf(of)
  const value = part(of)
  return {
    label,
    figure: used,
    rest,
    value,
    limit,
    brief: wholePercent(value),
    over: value !== undefined && value >= limit,
  }
}

const wholePercent = (value: number | undefined): Figure =>
  value === undefined
    ? { figure: DASH, unit: '' }
    : { figure: String(Math.round(value * 100)), unit: '%' }

/** The end of the scale, °C: chips of servers switch themselves off about here. */
const HOTTEST = 100

const warmth = ({ temperatures }: NodeState): NodeMeter => {
  const top = temperatures?.hottest
  if (!top) {
    const none = { figure: DASH, unit: '' }
    return { label: 'Temp', figure: none, rest: 'no sensor', value: undefined, brief: none }
  }
  const figure = { figure: String(Math.round(top.celsius)), unit: '°C' }
  const over = top.celsius >= top.warn
  return {
    label: 'Temp',
    figure,
    rest: over ? `of ${Math.round(top.warn)}` : '',
    value: top.celsius / HOTTEST,
    limit: Math.min(1, top.warn / HOTTEST),
    brief: figure,
    over,
  }
}

/** Stable keys; what is not known, or was known of a node that is off, is null. */
export const nodeJson = (n: NodeState) => {
  const seen = n.reach !== 'offline'
  return {
    name: n.name,
    aliases: n.aliases,
    address: n.address ?? null,
    reach: n.reach,
    since: isoOr(n.since),
    permitted: n.permitted,
    cpu: seen ? (n.cpu ?? null) : null,
    cores: n.cores ?? null,
    memory: seen ? (n.memory ?? null) : null,
    root: seen ? (n.root ?? null) : null,
    uptimeS: seen ? (n.uptime ?? null) : null,
    net: seen ? (n.net ?? null) : null,
    mac: n.mac ?? null,
    votes: n.votes ?? null,
  }
}

export const nodes: Panel<Model<NodeRow>> = {
  name: 'nodes',
  title: 'Nodes',
  model,
  // What a node may not tell stands in its instrument.
  html: (m) => {
    const known = new Set(notesOf(m.rows.map((r) => r.source)))
    const notes = m.frame.notes.filter((n) => !known.has(n))
    return section({ ...m.frame, notes }, html`${m.rows.map(nodeRow)}`, { bare: true })
  },
  text: (m) =>
    textOf(
      m.frame,
      [
        { head: 'NODE', cell: (r) => r.name },
        { head: 'STATE', cell: (r) => r.state },
        { head: 'CPU', cell: (r) => r.cpu, right: true },
        { head: 'CORES', cell: (r) => r.cores, right: true },
        { head: 'MEMORY', cell: (r) => r.memory, right: true },
        { head: 'ROOT', cell: (r) => r.root, right: true },
        { head: 'NETWORK', cell: (r) => r.net, right: true },
        { head: 'UP', cell: (r) => r.uptime, right: true },
      ],
      m.rows,
    ),
  json: (m) =>
    jsonOf(
      m.frame,
      m.rows.map((r) => nodeJson(r.source)),
    ),
}
