/** What can be said of guests: which run, where, with how much. Unknown is a state of its own. */

import type { GuestState, NodeState, Picture } from '../../cluster/picture.ts'
import { age, count, duration, percent } from '../../format.ts'
import { aged, listed, plain, useInWords, type World } from './saying.ts'

type Of = (world: World, guest: GuestState) => string

/** `303 homeassistant`. */
const called = (g: GuestState) => `${g.vmid} ${plain(g.name)}`

const said = ({ parts, now }: Picture, says: string) => aged(parts.guests, now, says)

const notSeen = (g: GuestState) =>
  `${called(g)} cannot be seen${g.why ? ` (${plain(g.why)})` : ''}, so its state is unknown`

const stateOf = (g: GuestState, now: number): string => {
  const lock = g.lock ? `, locked (${plain(g.lock)})` : ''
  if (g.condition === 'unknown') return `${notSeen(g)}.`
  if (g.template) return `${called(g)} is a template on ${plain(g.node)}.`
  const word = g.condition === 'other' ? plain(g.word) : g.condition
  const since =
    g.condition === 'running' && g.uptime
      ? `for ${duration(g.uptime)}`
      : `for at least ${age(g.since, now)}`
  return `${called(g)} is ${word} on ${plain(g.node)}, ${since}${lock}.`
}

export const guestState: Of = ({ picture }, g) => said(picture, stateOf(g, picture.now))

/** Figures of a guest that does not run would be those of nothing. */
const whileRunning =
  (says: (g: GuestState) => string): Of =>
  ({ picture }, g) =>
    said(picture, g.condition === 'running' ? `${says(g)}.` : stateOf(g, picture.now))

export const guestCpu = whileRunning((g) =>
  g.cpu === undefined
    ? `The CPU of ${called(g)} is not known`
    : `${called(g)}: CPU ${percent(g.cpu)}${g.cores ? ` of ${count(g.cores, 'core')}` : ''}`,
)
export const guestMemory = whileRunning((g) => `${called(g)}: memory ${useInWords(g.memory)}`)
export const guestUptime = whileRunning((g) =>
  g.uptime === undefined
    ? `The uptime of ${called(g)} is not known`
    : `${called(g)} has been running for ${duration(g.uptime)}`,
)
export const guestPlace: Of = ({ picture }, g) => {
  const at = `${called(g)} is on ${plain(g.node)}`
  return said(
    picture,
    g.condition === 'unknown'
      ? `${at}, but cannot be seen there.`
      : `${at}, ${g.condition === 'other' ? plain(g.word) : g.condition}.`,
  )
}
export const guestId: Of = ({ picture }, g) => said(picture, `${plain(g.name)} is ${g.vmid}.`)

/** `qemu` = VMs, `lxc` = containers, undefined = both. */
export type Which = { kind?: GuestState['kind'] | undefined; node?: NodeState | undefined }

const nouns = { qemu: 'VM', lxc: 'container' } as const
const chosen = ({ guests }: Picture, { kind, node }: Which) =>
  guests.filter((g) => !g.template && (!kind || g.kind === kind) && (!node || g.node === node.name))

const numbered = (n: number, { kind, node }: Which) =>
  `${count(n, kind ? nouns[kind] : 'guest')}${node ? ` on ${plain(node.name)}` : ''}`

/** Those in a state, and apart from them those that nobody can see. */
const inState = (
  { picture }: World,
  which: Which,
  is: GuestState['condition'],
  word: string,
): string => {
  const all = chosen(picture, which)
  const some = all.filter((g) => g.condition === is)
  const unseen = all.filter((g) => g.condition === 'unknown')
  const names = some.length > 0 ? `: ${listed(some.map(called))}` : ''
  const says = `${some.length} of ${numbered(all.length, which)} ${some.length === 1 ? 'is' : 'are'} ${word}${names}.`
  const but = unseen.length > 0 ? ` The state of ${listed(unseen.map(called))} is unknown.` : ''
  return said(picture, `${says}${but}`)
}

export const guestsRunning = (world: World, which: Which): string =>
  inState(world, which, 'running', 'running')
export const guestsOff = (world: World, which: Which): string =>
  inState(world, which, 'stopped', 'stopped')

/** Do all of them run? Then the others are what matters. */
export const guestsAllRunning = (world: World, which: Which): string => {
  const { picture } = world
  const all = chosen(picture, which)
  const rest = all.filter((g) => g.condition !== 'running')
  const first = `${all.length - rest.length} of ${numbered(all.length, which)} run.`
  const words = rest.map(
    (g) => `${called(g)} (${g.condition === 'other' ? plain(g.word) : g.condition})`,
  )
  return said(picture, rest.length > 0 ? `${first} The others: ${listed(words)}.` : first)
}

export const guestsListed = ({ picture }: World, which: Which): string => {
  const all = chosen(picture, which)
  const words = all.map(
    (g) => `${called(g)} (${g.condition === 'other' ? plain(g.word) : g.condition})`,
  )
  return said(
    picture,
    `${numbered(all.length, which)}${words.length > 0 ? `: ${listed(words)}` : ''}.`,
  )
}

const top = (
  { picture }: World,
  which: Which,
  of: (g: GuestState) => number | undefined,
  says: (g: GuestState) => string,
) => {
  const all = chosen(picture, which)
  const known = all.filter((g) => g.condition === 'running' && of(g) !== undefined)
  const [first] = known.sort((a, b) => of(b)! - of(a)!)
  if (!first) return said(picture, 'That is not known of any guest.')
  const unseen = all.filter((g) => g.condition === 'unknown').length
  const but = unseen > 0 ? ` Of ${numbered(unseen, {})} it is not known.` : ''
  return said(picture, `${says(first)}.${but}`)
}

export const fullestGuest = (world: World, which: Which): string =>
  top(
    world,
    which,
    (g) => g.memory?.used,
    (g) => `${called(g)} uses the most memory: ${useInWords(g.memory)}`,
  )
export const busiestGuest = (world: World, which: Which): string =>
  top(
    world,
    which,
    (g) => g.cpu,
    (g) =>
      `${called(g)} has the most to do: CPU ${percent(g.cpu)}${g.cores ? ` of ${count(g.cores, 'core')}` : ''}`,
  )
