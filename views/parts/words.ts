/** Figures and moments of the picture in the words that every panel uses. */

import type { GuestState, Reach, Use } from '../../lib/cluster/picture.ts'
import {
  bytes,
  bytesIn,
  bytesParts,
  DASH,
  dateTime,
  type Figure,
  timeOfDay,
} from '../../lib/format.ts'
import type { GuestKind } from '../../lib/proxmox/types.ts'
import type { Moment } from './frame.ts'
import { shown } from './shown.ts'

/** `14.9 GiB / 24 GiB`, or a dash. */
export const use = (u: Use | undefined): string =>
  u ? `${bytes(u.used)} / ${bytes(u.total)}` : DASH

/** Used and total in the unit of the total: `14.9` and `/ 24 GiB`; `0.2` and `/ 1 GiB`. */
export const usedOf = (u: Use | undefined): { used: Figure; rest: string } => {
  if (!u) return { used: { figure: DASH, unit: '' }, rest: '' }
  const total = bytesParts(u.total)
  return { used: bytesIn(u.used, total.unit), rest: `/\u2009${total.figure}\u2009${total.unit}` }
}

/** `41 d 06:12`, `06:12`; seconds in. */
export const upFor = (seconds: number | undefined): string => {
  if (seconds === undefined || !Number.isFinite(seconds)) return DASH
  const minutes = Math.floor(Math.max(0, seconds) / 60)
  const two = (n: number) => String(n).padStart(2, '0')
  const clock = `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`
  return minutes < 1440 ? clock : `${Math.floor(minutes / 1440)}\u2009d ${clock}`
}

/** The used part as a fraction; undefined without a total, or an empty disk would look full. */
export const part = (u: Use | undefined): number | undefined =>
  u && u.total > 0 ? u.used / u.total : undefined

/** `14:27` today, `2026-11-18 14:27:03` before. */
export const moment = (at: number, { now, timeZone }: Moment): string =>
  now - at < 86_400_000 ? timeOfDay(at, timeZone) : dateTime(at, timeZone)

export const kindWords: Record<GuestKind, string> = { qemu: 'vm', lxc: 'ct' }

export const reachWords = (reach: Reach, since: number, m: Moment): string =>
  reach === 'online'
    ? 'online'
    : `${reach === 'offline' ? 'lost' : 'unknown'} since ${moment(since, m)}`

/** `running`, `unknown (node lost)`, `stopped, locked (backup)`. */
export const guestWords = (g: GuestState): string => {
  const state =
    g.condition === 'unknown'
      ? `unknown${g.why ? ` (${shown(g.why)})` : ''}`
      : g.template
        ? 'template'
        : g.condition === 'other'
          ? shown(g.word)
          : g.condition
  return g.lock ? `${state}, locked (${shown(g.lock)})` : state
}

/** `303`, `302 and 303`, `300, 302 and 303`, `300, 302, 303 and 12 more`. */
export const listed = (names: (string | number)[], most = 4): string => {
  if (names.length <= 1) return names.join('')
  const head = names.length > most ? names.slice(0, most - 1) : names.slice(0, -1)
  const rest = names.length - head.length
  return `${head.join(', ')} and ${rest === 1 ? names.at(-1) : `${rest} more`}`
}
