/** Each panel as rows for the wall: a sign, a name, few words, two figures at most. */
import type { Picture } from '../../lib/cluster/picture.ts'
import { DASH, duration, percent } from '../../lib/format.ts'
import type { WallPanel as WallPanelName } from '../../lib/paths.ts'
import type { Frame } from '../parts/frame.ts'
import { shown } from '../parts/shown.ts'
import type { WallRow, WallSign } from '../parts/wall.ts'
import { part } from '../parts/words.ts'
import { FULL } from '../wall-tiles.ts'
import { type BackupRow, backups } from './backups.ts'
import { type CostRow, costs } from './costs.ts'
import { type EventRow, events } from './events.ts'
import { type GuestRow, guests } from './guests.ts'
import { type JarvisRow, jarvis } from './jarvis.ts'
import { type NodeRow, nodes } from './nodes.ts'
import type { Extra, Model, Panel } from './panel.ts'
import { type PowerRow, power, powerWords } from './power.ts'
import { quorum, type VoteRow } from './quorum.ts'
import { type StorageRow, storage } from './storage.ts'
import { type TaskRow, tasks } from './tasks.ts'
import { type TemperatureRow, temperatures } from './temperatures.ts'

const full = (share: number | undefined): WallSign => ((share ?? 0) >= FULL ? 'attention' : 'well')

const nodeRow = ({ name, is, state, source: n }: NodeRow): WallRow => ({
  sign: is !== 'online' || !n.permitted ? 'unknown' : full(part(n.memory)),
  name,
  words: is === 'online' && n.permitted ? `up ${duration(n.uptime)}` : state,
  figures: [`CPU ${percent(n.cpu)}`, `RAM ${percent(part(n.memory))}`],
})

const guestSigns: Record<GuestRow['is'], WallSign> = {
  running: 'well',
  stopped: 'off',
  unknown: 'unknown',
  paused: 'attention',
  other: 'attention',
}
const guestRow = ({ name, is, node, state, source: g }: GuestRow): WallRow => ({
  sign: guestSigns[is],
  name,
  words: is === 'running' && !g.lock ? node : `${node}, ${state}`,
  figures: is === 'running' ? [`CPU ${percent(g.cpu)}`, `RAM ${percent(part(g.memory))}`] : [],
})

const storageRow = ({ name, is, state, where, forecast, source: s }: StorageRow): WallRow => ({
  sign: is === 'available' ? full(part(s.use)) : 'unknown',
  name,
  words: is !== 'available' ? state : forecast === DASH ? where : forecast,
  figures: [is === 'available' ? percent(part(s.use)) : DASH],
})

const voteRow = ({ name, is, state, votes }: VoteRow): WallRow => ({
  sign: is === 'online' ? 'well' : 'unknown',
  name,
  words: state,
  figures: [votes],
})

const taskSigns: Record<TaskRow['is'], WallSign> = {
  running: 'well',
  ok: 'well',
  warnings: 'attention',
  stopped: 'off',
  failed: 'failed',
}
const taskRow = ({ type, node, is, outcome, at, source: t }: TaskRow): WallRow => ({
  sign: taskSigns[is],
  name: t.object ? `${type} ${shown(t.object)}` : type,
  words: is === 'ok' || is === 'running' ? `${is} on ${node}` : outcome,
  figures: [at],
})

const heatSigns: Record<TemperatureRow['is'], WallSign> = {
  well: 'well',
  warm: 'attention',
  critical: 'failed',
  unknown: 'unknown',
}
const temperatureRow = ({ node, sensor, is, now, state }: TemperatureRow): WallRow => ({
  sign: heatSigns[is],
  name: node,
  words: is === 'unknown' ? state : sensor,
  figures: [now],
})

const backupRow = ({ name, is, last, storage }: BackupRow): WallRow => ({
  sign: is === 'kept' ? 'well' : is === 'never' ? 'attention' : 'unknown',
  name,
  words: is === 'kept' ? storage : last,
  figures: is === 'kept' ? [last] : [DASH],
})

const powerRow = ({ name, is, guests: carried, since, uptime }: PowerRow): WallRow => ({
  sign: is === 'on' ? 'well' : 'unknown',
  name,
  words: is === 'on' ? carried : `${powerWords[is]} since ${since}`,
  figures: [uptime],
})

const eventSigns: Record<EventRow['severity'], WallSign> = {
  info: 'off',
  good: 'well',
  warn: 'attention',
  crit: 'failed',
}
const eventRow = ({ at, severity, words }: EventRow): WallRow => ({
  sign: eventSigns[severity],
  name: at,
  words,
  figures: [],
})

const jarvisRow = ({ id, what, is }: JarvisRow): WallRow => ({
  sign: id === 'jarvis-stop' ? 'attention' : 'well',
  name: what,
  words: is,
  figures: [],
})

const costRow = ({ what, figure, words, isWarn }: CostRow): WallRow => ({
  sign: isWarn ? 'attention' : 'well',
  name: what,
  words,
  figures: [figure],
})

/** Who came in, and from where, is nobody's business in a hall. */
const isForHalls = ({ source }: EventRow) => !/^(session|token)\./.test(source.kind)

export type WallPanel = { frame: Frame; rows: WallRow[] }
type Draw = (picture: Picture, extra: Extra) => WallPanel

const bind =
  <R, M extends Model<R>>(
    panel: Panel<M>,
    row: (row: R) => WallRow,
    isShown: (row: R) => boolean = () => true,
  ): Draw =>
  (picture, extra) => {
    const { frame, rows } = panel.model(picture, extra)
    return { frame, rows: rows.filter(isShown).map(row) }
  }

export const wallPanels: Record<WallPanelName, Draw> = {
  nodes: bind(nodes, nodeRow),
  guests: bind(guests, guestRow),
  storage: bind(storage, storageRow),
  quorum: bind(quorum, voteRow),
  tasks: bind(tasks, taskRow),
  temperatures: bind(temperatures, temperatureRow),
  backups: bind(backups, backupRow),
  power: bind(power, powerRow),
  events: bind(events, eventRow, isForHalls),
  jarvis: bind(jarvis, jarvisRow),
  costs: bind(costs, costRow),
}
