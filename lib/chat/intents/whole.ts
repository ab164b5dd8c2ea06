/** What can be said of the whole: how the cluster is, its votes, its tasks, and what happened. */

import { isFresh } from '../../clock.ts'
import type { Picture, TaskState } from '../../cluster/picture.ts'
import { age, count, duration, timeOfDay } from '../../format.ts'
import { aged, type Happened, listed, plain, type World } from './saying.ts'
import { isSure, nearlyFull, nearlyFullWords } from './stores.ts'

/** How all is. What wants attention is told with it, so that nobody takes "online" for "well". */
export const overall = ({ picture }: World): string => {
  const { nodes, guests, parts, now } = picture
  if (nodes.length === 0) return aged(parts.resources, now, 'I see no nodes.')
  const gone = nodes.filter((n) => n.reach !== 'online')
  const real = guests.filter((g) => !g.template)
  const up = real.filter((g) => g.condition === 'running').length
  const lost = gone.map(
    (n) =>
      `${plain(n.name)} is ${n.reach === 'offline' ? 'lost' : 'unknown'} since ${age(n.since, now)}`,
  )
  const says = [
    gone.length > 0
      ? `${listed(lost)}; ${nodes.length - gone.length} of ${count(nodes.length, 'node')} online.`
      : `${nodes.length > 1 ? `All ${nodes.length} nodes are` : `${count(nodes.length, 'node')} is`} online.`,
    votes(picture),
    `${up} of ${count(real.length, 'guest')} run${up === 1 ? 's' : ''}.`,
    wanting(picture),
  ]
  return aged(parts.resources, now, says.join(' '))
}

const votes = ({ cluster: { quorate, votes: v, standalone }, parts, now }: Picture): string => {
  if (standalone) return 'It stands alone, so there is no quorum to lose.'
  if (quorate === undefined || !isFresh(parts.status, now))
    return 'Whether quorum holds is not known.'
  const of = v ? ` with ${v.online} of ${v.total} votes` : ''
  return quorate ? `Quorum holds${of}.` : `Quorum is lost${of}: nothing can be changed.`
}

const DAY_MS = 86_400_000

/** Undecided is not well: what could not be read is named, too. */
const wanting = (picture: Picture): string => {
  const { nodes, tasks, backups, parts, now } = picture
  const hot = nodes.flatMap((n) => {
    const t = n.reach === 'online' ? n.temperatures?.hottest : undefined
    return t && t.celsius >= t.warn ? `${plain(n.name)} at ${Math.round(t.celsius)}\u2009°C` : []
  })
  const failed = tasks.filter((t) => t.outcome === 'failed' && now - (t.end ?? t.start) < DAY_MS)
  const never =
    isSure(picture) && parts.backups.at !== undefined ? backups.filter((b) => !b.last) : []
  const wants = [
    ...hot,
    ...nearlyFull(picture).map(nearlyFullWords),
    ...(failed.length > 0 ? [`${count(failed.length, 'failed task')} in 24 h`] : []),
    ...(never.length > 0
      ? [
          `no backup of ${listed(
            never.map((b) => String(b.vmid)),
            6,
          )}`,
        ]
      : []),
  ]
  const blind = (['storages', 'tasks', 'backups'] as const).filter((p) => !isFresh(parts[p], now))
  const but = blind.length > 0 ? ` Not known: ${listed([...blind])}.` : ''
  return `${wants.length > 0 ? `Wants attention: ${listed(wants, 8)}.` : 'I see nothing else that wants attention.'}${but}`
}

export const quorum = ({ picture }: World): string => {
  const { parts, now, cluster } = picture
  const { at } = parts.status
  if (at !== undefined && !isFresh(parts.status, now))
    return `Stale, last heard ${age(at, now)} ago. Whether quorum holds now is not known.`
  const need = cluster.votes && !cluster.standalone ? ` ${cluster.votes.needed} are needed.` : ''
  return aged(parts.status, now, `${votes(picture)}${need}`)
}

const task = (t: TaskState) =>
  `${plain(t.type)}${t.object ? ` ${plain(t.object)}` : ''} on ${plain(t.node)}`
const said = ({ parts, now }: Picture, says: string) => aged(parts.tasks, now, says)

export const tasksRunning = ({ picture }: World): string => {
  const { now } = picture
  const some = picture.tasks.filter((t) => t.outcome === 'running')
  const words = some.map((t) => `${task(t)} since ${duration((now - t.start) / 1000)}`)
  return said(
    picture,
    some.length > 0
      ? `${count(some.length, 'task')} running: ${listed(words)}.`
      : 'No task is running.',
  )
}

export const tasksFailed = ({ picture }: World): string => {
  const { now } = picture
  const some = picture.tasks.filter((t) => t.outcome === 'failed')
  const words = some.map(
    (t) =>
      `${task(t)}, ${age(t.end ?? t.start, now)} ago: ${plain(t.text ?? 'no reason given').replace(/\.$/, '')}`,
  )
  return said(
    picture,
    some.length > 0
      ? `Failed: ${words.slice(0, 8).join('. ')}.`
      : 'Of the tasks that I know, none has failed.',
  )
}

const HOUR_MS = 3_600_000
const minuteOfDay = (at: number, timeZone: string) => {
  const [hour = 0, minute = 0] = timeOfDay(at, timeZone).split(':').map(Number)
  return hour * 60 + minute
}
const EVENING = 20 * 60
const MORNING = 8 * 60

/** The night that has passed or is passing. Late in the day "tonight" may be the one to come: undefined. */
export const nightEvents = (world: World, word: 'tonight' | 'night'): string | undefined => {
  const {
    picture: { now },
    timeZone,
  } = world
  const minute = minuteOfDay(now, timeZone)
  if (word === 'tonight' ? minute >= 14 * 60 && minute < EVENING : minute >= EVENING)
    return undefined
  // An hour more than from eight in the evening, for the night in which the clocks are changed.
  const since =
    minute >= EVENING ? now - (minute - EVENING) * 60_000 : now - (minute + 5 * 60) * 60_000
  return told(world, 'In the night', (e) => {
    const at = minuteOfDay(e.at, timeZone)
    return e.at >= since && (at >= EVENING || at < MORNING)
  })
}

export const todayEvents = (world: World): string | undefined => {
  const since = world.picture.now - minuteOfDay(world.picture.now, world.timeZone) * 60_000
  return told(world, 'Today', (e) => e.at >= since)
}
export const hourEvents = (world: World): string | undefined =>
  told(world, 'In the last hour', (e) => e.at >= world.picture.now - HOUR_MS)

const MOST_TOLD = 12

const told = (
  { events, timeZone, picture: { parts, now } }: World,
  when: string,
  isIn: (e: Happened) => boolean,
) => {
  if (!events) return undefined
  const some = events.filter((e) => e.at <= now && isIn(e)).sort((a, b) => a.at - b.at)
  const blind = isFresh(parts.resources, now)
    ? ''
    : ' The cluster does not answer now, so there may be more.'
  if (some.length === 0) return `${when}: nothing that I wrote down.${blind}`
  const last = some.slice(-MOST_TOLD)
  const more = some.length - last.length
  const lines = last.map((e) => `${timeOfDay(e.at, timeZone)} ${plain(e.text)}`)
  return `${when}${more > 0 ? `, the last ${MOST_TOLD} of ${some.length}` : ''}:\n${lines.map((l) => `- ${l}`).join('\n')}${blind}`
}
