/** What can be said of nodes: who is there, how busy, how hot. A node that is lost has no figures. */

import { isFresh } from '../../clock.ts'
import type { NodeState, Picture } from '../../cluster/picture.ts'
import { age, duration, percent } from '../../format.ts'
import { aged, listed, plain, share, useInWords, type World } from './saying.ts'

type Of = (world: World, node: NodeState) => string

const away = (n: NodeState, now: number): string => {
  const is = n.reach === 'offline' ? 'is lost' : 'cannot be seen'
  return `${plain(n.name)} ${is} since ${age(n.since, now)}`
}

/** Asked of one node: where it is away, that is the answer. */
const ofOne =
  (says: (n: NodeState, world: World) => string): Of =>
  (world, n) => {
    const { picture } = world
    if (n.reach !== 'online')
      return aged(
        picture.parts.resources,
        picture.now,
        `${away(n, picture.now)}; its figures are not known.`,
      )
    if (!n.permitted)
      return aged(
        picture.parts.resources,
        picture.now,
        `${plain(n.name)} is online, but its figures are not known: the token may not read them.`,
      )
    return aged(picture.parts.resources, picture.now, `${says(n, world)}.`)
  }

const cpu = (n: NodeState): string =>
  n.cpu === undefined
    ? 'CPU not known'
    : `CPU ${percent(n.cpu)}${n.cores ? ` of ${n.cores} cores` : ''}`

export const nodeCpu: Of = ofOne((n) => `${plain(n.name)}: ${cpu(n)}`)
export const nodeMemory: Of = ofOne((n) => `${plain(n.name)}: memory ${useInWords(n.memory)}`)
export const nodeDisk: Of = ofOne((n) => `${plain(n.name)}: root disk ${useInWords(n.root)}`)
export const nodeUptime: Of = ofOne((n) =>
  n.uptime === undefined
    ? `The uptime of ${plain(n.name)} is not known`
    : `${plain(n.name)} has been up for ${duration(n.uptime)}`,
)
export const nodeState: Of = (world, n) => {
  const { parts, now } = world.picture
  if (n.reach !== 'online') return aged(parts.resources, now, `${away(n, now)}.`)
  const up = n.uptime === undefined ? '' : `, up for ${duration(n.uptime)}`
  const figures = n.permitted
    ? `${cpu(n)}, memory ${share(n.memory)}, root disk ${share(n.root)}.`
    : 'Its figures are not known: the token may not read them.'
  return aged(parts.resources, now, `${plain(n.name)} is online${up}. ${figures}`)
}

/** All of them, the absent first. */
export const nodesUp = ({ picture: { nodes, parts, now } }: World): string => {
  if (nodes.length === 0) return aged(parts.resources, now, 'I see no nodes.')
  const here = nodes.filter((n) => n.reach === 'online').map((n) => plain(n.name))
  const absent = nodes.filter((n) => n.reach !== 'online').map((n) => away(n, now))
  const of = nodes.length === 1 ? '1 node' : `${nodes.length} nodes`
  const says =
    absent.length === 0
      ? `${nodes.length > 1 ? `All ${of} are` : `${of} is`} online: ${listed(here)}.`
      : `${listed(absent)}. ${here.length} of ${of} ${here.length === 1 ? 'is' : 'are'} online${here.length > 0 ? `: ${listed(here)}` : ''}.`
  return aged(parts.resources, now, says)
}

const gone = ({ reach }: NodeState) => (reach === 'offline' ? 'lost' : 'not seen')

const ofEach = (nodes: NodeState[], figure: (n: NodeState) => string): string =>
  listed(
    nodes.map(
      (n) => `${plain(n.name)} ${n.reach === 'online' ? figure(n) : `${gone(n)}, not known`}`,
    ),
  )

export const nodesCpu = ({ picture: { nodes, parts, now } }: World): string =>
  aged(
    parts.resources,
    now,
    `CPU: ${ofEach(nodes, (n) => (n.cpu === undefined ? 'not known' : percent(n.cpu)))}.`,
  )
export const nodesMemory = ({ picture: { nodes, parts, now } }: World): string =>
  aged(parts.resources, now, `Memory: ${ofEach(nodes, (n) => share(n.memory))}.`)

/** Among those whose figure is known; says how many are not. */
const top = (
  { nodes, parts, now }: Picture,
  of: (n: NodeState) => number | undefined,
  says: (n: NodeState) => string,
) => {
  const known = nodes.filter((n) => n.reach === 'online' && of(n) !== undefined)
  const [first] = known.sort((a, b) => of(b)! - of(a)!)
  if (!first) return aged(parts.resources, now, 'That is not known of any node.')
  const missing = nodes.length - known.length
  const but = missing === 0 ? '' : ` Of ${missing} of ${nodes.length} nodes it is not known.`
  return aged(parts.resources, now, `${says(first)}.${but}`)
}

export const busiestNode = ({ picture }: World): string =>
  top(
    picture,
    (n) => n.cpu,
    (n) => `${plain(n.name)} has the most to do: ${cpu(n)}`,
  )
export const fullestNode = ({ picture }: World): string =>
  top(
    picture,
    (n) => n.memory?.used,
    (n) => `${plain(n.name)} uses the most memory: ${useInWords(n.memory)}`,
  )

/** Asked over SSH, so each has an age of its own. */
const heat = (n: NodeState, { parts, now }: Picture): string => {
  const name = plain(n.name)
  if (n.reach !== 'online') return `${name} is ${gone(n)}, so its temperature is not known`
  const { temperatures: t } = n
  if (!t) return `the temperature of ${name} is not known: its sensors were never read`
  if (t.trouble)
    return `the temperature of ${name} is not known: ${plain(t.trouble.text).replace(/\.$/, '')}`
  if (!t.hottest) return `${name} shows no temperature`
  const ago = `${age(t.at, now)} ago`
  const limit = parts.temperatures.limit
  const when = isFresh({ at: t.at, limit }, now) ? `as of ${ago}` : `stale, read ${ago}`
  const { celsius, warn, crit } = t.hottest
  const bad =
    celsius >= crit ? `, over its limit of ${crit}` : celsius >= warn ? `, over ${warn}` : ''
  return `${name} ${Math.round(celsius)}\u2009°C at ${plain(t.hottest.name)}${bad} (${when})`
}

const begun = (says: string, like: string) =>
  says.startsWith(like) ? says : `${says[0]!.toUpperCase()}${says.slice(1)}`

/** Sensors are old when the nodes' own rows are. */
const withStale = ({ parts, now }: Picture, says: string) =>
  isFresh(parts.resources, now) ? says : aged(parts.resources, now, says)

export const nodeHeat: Of = ({ picture }, n) =>
  withStale(picture, `${begun(heat(n, picture), plain(n.name))}.`)
export const nodesHeat = ({ picture }: World): string =>
  withStale(
    picture,
    `${picture.nodes.map((n) => begun(heat(n, picture), plain(n.name))).join('. ')}.`,
  )
export const hottestNode = ({ picture }: World): string => {
  const known = picture.nodes.filter((n) => n.reach === 'online' && n.temperatures?.hottest)
  const [first] = known.sort(
    (a, b) => b.temperatures!.hottest!.celsius - a.temperatures!.hottest!.celsius,
  )
  if (!first) return withStale(picture, 'No temperature is known.')
  const missing = picture.nodes.length - known.length
  const but =
    missing === 0 ? '' : ` Of ${missing} of ${picture.nodes.length} nodes it is not known.`
  return withStale(picture, `The hottest: ${heat(first, picture)}.${but}`)
}
