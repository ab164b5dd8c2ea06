/** What somebody named, found in the picture: nodes by name or alias, storages, and what was probably meant. */
import * as z from 'zod'
import { days, hours, minutes, seconds } from '../clock.ts'
import type { NodeState, Picture, StorageState } from '../cluster/picture.ts'
import { age } from '../format.ts'
import { nearest } from '../nearest.ts'
import { nameOf } from '../untrusted.ts'
import { refusal } from './tool.ts'

export const linesInput = z
  .int()
  .min(1)
  .max(200)
  .meta({ description: 'Newest lines; 50 unless said.' })
export const LINES = 50

/** `30m`, `2h`, `1d` */
export const sinceInput = z
  .string()
  .regex(/^[1-9]\d{0,3}[smhd]$/, 'expected a length of time such as 30m, 2h or 1d')
  .meta({ description: 'How far back: 30m, 2h, 1d.' })

const UNITS = { s: seconds, m: minutes, h: hours, d: days }

/** Milliseconds of what `sinceInput` has let through. */
export const spanOf = (since: string): number =>
  UNITS[since.at(-1) as keyof typeof UNITS](Number(since.slice(0, -1)))

/** Throws `not-found` with the name that was probably meant. */
export const nodeNamed = ({ nodes }: Picture, wanted: string): NodeState => {
  const word = wanted.toLowerCase()
  const found =
    nodes.find((n) => n.name.toLowerCase() === word) ??
    nodes.find((n) => n.aliases.some((alias) => alias.toLowerCase() === word))
  if (found) return found
  const names = nodes.flatMap((n) => [n.name, ...n.aliases])
  throw stranger('node', wanted, names, `Nodes: ${listed(nodes.map((n) => n.name))}.`)
}

/** The node, if it can be asked now. Throws `conflict` when it is off. */
export const nodeThatAnswers = (picture: Picture, wanted: string, now: number): NodeState => {
  const node = nodeNamed(picture, wanted)
  if (node.reach === 'online') return node
  const since = age(node.since, now)
  throw refusal(
    'state',
    'conflict',
    node.reach === 'offline'
      ? `${node.name} is lost for ${since} now, so nobody can ask it.`
      : `Whether ${node.name} is on cannot be known now.`,
    'See node_status; wake_node wakes a node that is off.',
  )
}

/** `Home/local`, or `local` for all that are called so. Throws `not-found`. */
export const storagesNamed = ({ storages }: Picture, wanted: string): StorageState[] => {
  const word = wanted.toLowerCase()
  const found = storages.filter((s) => [s.id, s.storage].some((n) => n.toLowerCase() === word))
  if (found.length > 0) return found
  const ids = storages.map((s) => s.id)
  throw stranger(
    'storage',
    wanted,
    [...ids, ...storages.map((s) => s.storage)],
    `Storages: ${listed(ids)}.`,
  )
}

export const stranger = (kind: string, wanted: string, names: readonly string[], known: string) => {
  const near = nearest(wanted, names)
  return refusal(
    'target',
    'not-found',
    `There is no ${kind} ${nameOf(wanted)}.`,
    near === undefined ? known : `Did you mean ${nameOf(near)}?`,
  )
}

const MOST_NAMES = 12

/** `a, b and 3 more` */
export const listed = (names: readonly (string | number)[]): string => {
  const safe = names.slice(0, MOST_NAMES).map((n) => nameOf(String(n)))
  const left = names.length - safe.length
  if (safe.length === 0) return 'none'
  return left > 0 ? `${safe.join(', ')} and ${left} more` : safe.join(', ')
}
