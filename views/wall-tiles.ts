/** The nodes as tiles of the wall: at most eight, of more only those not well and the rest as one. */
import { isFresh } from '../lib/clock.ts'
import type { NodeState, Picture } from '../lib/cluster/picture.ts'
import { DASH } from '../lib/format.ts'
import { cut, shown } from './parts/shown.ts'
import type { WallNode } from './parts/wall.ts'
import { part } from './parts/words.ts'

/** Used beyond this wants attention, as in the sentence. */
export const FULL = 0.95
const MOST_NODES = 8

/** The figures are those of a reading that is too old. */
export const isSilent = ({ parts: { resources: r } }: Picture, now: number): boolean =>
  r.at !== undefined && !isFresh(r, now)

export const tilesOf = (picture: Picture, now: number): WallNode[] => {
  const silentSince = isSilent(picture, now) ? picture.parts.resources.at : undefined
  const tile = (n: NodeState) => tileOf(n, silentSince)
  const { nodes } = picture
  if (nodes.length <= MOST_NODES) return nodes.map(tile)
  // Not a single one is well when all are silent: then any eight tell it as well as others.
  const unwell = nodes.filter((n) => tile(n).sign !== 'well')
  const told = unwell.slice(0, MOST_NODES - 1)
  return [
    ...told.map(tile),
    restOf(
      nodes.filter((n) => !told.includes(n)),
      silentSince,
    ),
  ]
}

const tileOf = (n: NodeState, silentSince: number | undefined): WallNode => {
  const ramShare = part(n.memory)
  const since =
    n.reach !== 'online'
      ? { at: n.since, off: n.reach === 'offline' }
      : silentSince !== undefined
        ? { at: silentSince }
        : undefined
  const foot = footOf(n)
  const scarce = foot?.hot || (ramShare ?? 0) >= FULL || (part(n.root) ?? 0) >= FULL
  const sign = since || !n.permitted ? 'unknown' : scarce ? 'attention' : 'well'
  return {
    name: cut(shown(n.name), 16),
    sign,
    cpu: n.cpu === undefined ? undefined : Math.round(n.cpu * 100),
    ram: gib(n.memory?.used),
    ramShare,
    foot,
    since,
  }
}

const footOf = (n: NodeState): WallNode['foot'] => {
  if (!n.permitted) return { word: 'no right', figure: '', hot: false }
  const hottest = n.temperatures?.hottest
  if (hottest)
    return {
      word: 'Temp',
      figure: `${Math.round(hottest.celsius)}°`,
      hot: hottest.celsius >= hottest.warn,
    }
  const root = part(n.root)
  return root === undefined
    ? undefined
    : { word: 'Disk', figure: `${Math.round(root * 100)}%`, hot: root >= FULL }
}

/** All that have no tile of their own as one: the mean of their load, the sum of their memory. */
const restOf = (nodes: NodeState[], silentSince: number | undefined): WallNode => {
  const cpus = nodes.flatMap((n) => n.cpu ?? [])
  const memory = nodes.flatMap((n) => n.memory ?? [])
  const used = memory.reduce((sum, m) => sum + m.used, 0)
  const total = memory.reduce((sum, m) => sum + m.total, 0)
  const unwell = nodes.filter((n) => tileOf(n, silentSince).sign !== 'well').length
  return {
    name: unwell > 0 ? `${nodes.length} more` : `${nodes.length} well`,
    sign: unwell > 0 ? 'unknown' : 'well',
    cpu:
      cpus.length > 0
        ? Math.round((100 * cpus.reduce((a, b) => a + b, 0)) / cpus.length)
        : undefined,
    ram: gib(memory.length > 0 ? used : undefined),
    ramShare: total > 0 ? used / total : undefined,
    since: silentSince === undefined ? undefined : { at: silentSince },
  }
}

/** The figure alone, in GiB; from a TiB on with its letter. */
const gib = (n: number | undefined): string => {
  if (n === undefined) return DASH
  const value = n / 2 ** 30
  if (value >= 1000) return `${(value / 1024).toFixed(1)}T`
  return value >= 100 ? String(Math.round(value)) : value.toFixed(1)
}
