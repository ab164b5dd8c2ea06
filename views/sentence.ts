/**
 * The sentence at the top: what is so, and what is wanted, in words. Two tables of rules, each in the
 * order of urgency: the first fact that holds is told, then the first wish; what is left over fills
 * the second line. Pure: the same picture at the same moment says the same.
 */
import { isFresh } from '../lib/clock.ts'
import type { NodeState, Part, Picture } from '../lib/cluster/picture.ts'
import { age, count, percent, timeOfDay } from '../lib/format.ts'
import { shown } from './parts/shown.ts'
import { listed, moment, part } from './parts/words.ts'

/** How it looks from the door: `unseen` = nothing is known that would be of now. */
export type Tone = 'well' | 'attention' | 'lost' | 'unseen'

export type Sentence = { first: string; rest: string; tone: Tone }

/** What is known besides the picture. */
export type Besides = {
  now: number
  timeZone: string
  /** STOP is pressed. */
  stopped?: { by: string; at: number } | undefined
  /** What broke in our own house: the disk is full. */
  trouble?: string | undefined
  /** What waits for a person. */
  waiting?: readonly unknown[] | undefined
}

type Scene = Picture & { m: Besides; away: NodeState[] }
type Rule = (s: Scene) => { says: string; more?: string; tone: Tone } | undefined

export const sentenceOf = (picture: Picture, m: Besides): Sentence => {
  const scene: Scene = { ...picture, m, away: picture.nodes.filter((n) => n.reach !== 'online') }
  const fact = firstOf(facts, scene)!
  const all = fact.tone === 'unseen' ? ownWishes : wishes
  const wanted = all.flatMap((rule) => rule(scene) ?? [])
  const quiet = fact.tone === 'well' && wanted.length === 0
  // A lost node is headline enough; what else is wanted goes to the second line.
  const second = quiet ? 'Nothing waits for you.' : fact.tone === 'well' ? wanted[0]!.says : ''
  const left = second && !quiet ? wanted.slice(1) : wanted
  const told = [
    fact.more,
    second && !quiet ? wanted[0]!.more : undefined,
    ...left.map((w) => w.says),
    fact.tone === 'unseen' ? undefined : running(picture),
  ]
  return {
    first: [fact.says, second].filter(Boolean).join(' '),
    rest: told.filter(Boolean).slice(0, MOST).join(' '),
    tone: worst([fact.tone, ...wanted.map((w) => w.tone)]),
  }
}

const running = ({ guests }: Picture) => {
  const real = guests.filter((g) => !g.template)
  const up = real.filter((g) => g.condition === 'running').length
  if (real.length === 0) return undefined
  return up === real.length && up > 1
    ? `All ${up} guests run.`
    : `${up} of ${count(real.length, 'guest')} ${up === 1 ? 'runs' : 'run'}.`
}

/** Sentences of the second line. */
const MOST = 3

const order: Tone[] = ['well', 'attention', 'lost', 'unseen']
const worst = (tones: Tone[]): Tone => order[Math.max(...tones.map((t) => order.indexOf(t)))]!

const firstOf = (rules: Rule[], scene: Scene) => {
  for (const rule of rules) {
    const found = rule(scene)
    if (found) return found
  }
  return undefined
}

const neverSeen: Rule = ({ parts: { resources: r }, m }) => {
  if (r.at !== undefined) return undefined
  if (!r.trouble) return { says: 'I am taking my first look at the cluster.', tone: 'unseen' }
  const since = moment(r.trouble.since, m)
  return {
    says: 'I cannot see the cluster yet.',
    more: `${ended(shown(r.trouble.text))} Since ${since}.`,
    tone: 'unseen',
  }
}

const refused = (trouble: Part['trouble']) =>
  trouble?.kind === 'unauthorized' || trouble?.kind === 'forbidden'

const silent: Rule = ({ parts: { resources: r }, m }) =>
  r.at === undefined || isFresh(r, m.now)
    ? undefined
    : {
        says: refused(r.trouble) ? 'Proxmox refuses my token.' : 'The cluster does not answer.',
        more: `${refused(r.trouble) ? `${ended(shown(r.trouble?.text ?? ''))} ` : ''}Last heard ${age(r.at, m.now)} ago. What you see is what I last knew.`,
        tone: 'unseen',
      }

const quorumLost: Rule = ({ cluster: { quorate, votes }, away }) =>
  quorate !== false
    ? undefined
    : {
        says: `Quorum is lost${votes ? `: ${votes.online} of ${votes.total} votes hold` : ''}.`,
        more: `${away.length > 0 ? `${namesOf(away)} ${away.length === 1 ? 'is' : 'are'} gone. ` : ''}Nothing can be changed until more of them are back.`,
        tone: 'lost',
      }

const nodesLost: Rule = (s) => {
  const { away, m } = s
  if (away.length === 0) return undefined
  const off = away.filter((n) => n.reach === 'offline')
  const says =
    off.length === away.length
      ? away.length === 1
        ? `${namesOf(away)} is lost since ${moment(away[0]!.since, m)}.`
        : `${namesOf(away)} are lost.`
      : `I cannot see ${namesOf(away)}.`
  return { says: `${says}${votesHold(s)}`, more: guestsGone(s), tone: 'lost' }
}

const namesOf = (nodes: NodeState[]) => listed(nodes.map((n) => shown(n.name)))

const votesHold = ({ cluster: { votes } }: Scene) =>
  votes ? ` ${votes.online} of ${votes.total} votes hold.` : ''

const guestsGone = ({ guests, away }: Scene) => {
  const nodes = new Set(away.map((n) => n.name))
  const gone = guests.filter((g) => nodes.has(g.node) && !g.template)
  if (gone.length === 0) return ''
  return `${listed(gone.map((g) => shown(g.name, String(g.vmid))))} cannot be seen.`
}

const nothing: Rule = ({ nodes, parts }) => {
  if (nodes.length > 0) return undefined
  const { trouble } = parts.guests
  if (trouble?.kind === 'forbidden')
    return {
      says: 'I may not see the cluster.',
      more: ended(capital(shown(trouble.text))),
      tone: 'unseen',
    }
  return { says: 'I see no nodes.', tone: 'unseen' }
}

const quorumUnknown: Rule = ({ cluster }) =>
  cluster.quorate === undefined
    ? { says: 'The nodes answer; whether they have quorum is not known.', tone: 'attention' }
    : undefined

const well: Rule = ({ nodes }) => ({
  says:
    nodes.length === 1 ? `${shown(nodes[0]!.name)} is up.` : `${inWords(nodes.length)} nodes up.`,
  tone: 'well',
})

/** What is so. The last one always holds. */
const facts: Rule[] = [neverSeen, silent, quorumLost, nodesLost, nothing, quorumUnknown, well]

const stopped: Rule = ({ m: { stopped: s, ...m } }) =>
  s && {
    says: 'STOP is pressed; nothing acts.',
    more: `By ${shown(s.by)} at ${timeOfDay(s.at, m.timeZone)}.`,
    tone: 'attention',
  }

const ownTrouble: Rule = ({ m }) =>
  m.trouble === undefined
    ? undefined
    : { says: 'I cannot write anything down.', more: shown(m.trouble), tone: 'attention' }

/** What it is about stands in the line below. */
const decision: Rule = ({ m: { waiting = [] } }) =>
  waiting.length === 0
    ? undefined
    : {
        says: `${inWords(waiting.length)} ${waiting.length === 1 ? 'decision waits' : 'decisions wait'} for you.`,
        tone: 'attention',
      }

const FULL = 0.95

const full: Rule = ({ storages }) => {
  const over = storages.filter((s) => s.condition === 'available' && (part(s.use) ?? 0) >= FULL)
  if (over.length === 0) return undefined
  return {
    says: `${listed(over.map((s) => `${shown(s.storage)} is ${percent(part(s.use))} full`))}.`,
    tone: 'attention',
  }
}

const rootFull: Rule = ({ nodes }) => {
  const over = nodes.filter((n) => n.reach === 'online' && (part(n.root) ?? 0) >= FULL)
  const [only] = over
  if (!only) return undefined
  const says =
    over.length === 1
      ? `The root disk of ${shown(only.name)} is ${percent(part(only.root))} full.`
      : `The root disks of ${namesOf(over)} are nearly full.`
  return { says, tone: 'attention' }
}

const short: Rule = ({ nodes }) => {
  const over = nodes.filter((n) => n.reach === 'online' && (part(n.memory) ?? 0) >= FULL)
  if (over.length === 0) return undefined
  return {
    says: `${namesOf(over)} ${over.length === 1 ? 'has' : 'have'} hardly any memory left.`,
    tone: 'attention',
  }
}

const storesAway: Rule = ({ storages, away }) => {
  const nodes = new Set(away.map((n) => n.name))
  const gone = storages.filter(
    (s) => s.condition !== 'available' && !s.nodes.every((n) => nodes.has(n)),
  )
  if (gone.length === 0) return undefined
  return {
    says: `${listed(gone.map((s) => shown(s.id)))} ${gone.length === 1 ? 'is' : 'are'} not available.`,
    tone: 'attention',
  }
}

/** A forecast farther away than this is for the panel. */
const SOON_DAYS = 14

const filling: Rule = ({ storages }) => {
  const next = storages
    .filter((s) => s.condition === 'available' && (part(s.use) ?? 0) < FULL)
    .filter((s) => s.fullInDays !== undefined && s.fullInDays <= SOON_DAYS)
    .sort((a, b) => a.fullInDays! - b.fullInDays!)[0]
  if (!next) return undefined
  const left = Math.max(0, Math.floor(next.fullInDays!))
  return {
    says:
      left === 0
        ? `${shown(next.storage)} is full within a day.`
        : `${shown(next.storage)} is full in ${left} ${left === 1 ? 'day' : 'days'}.`,
    tone: 'attention',
  }
}

/** Older failures are for the panel. */
const HOUR = 3_600_000

const tasksFailed: Rule = ({ tasks, m }) => {
  const failed = tasks.filter((t) => t.outcome === 'failed' && m.now - (t.end ?? t.start) < HOUR)
  const [first] = failed
  if (!first) return undefined
  if (failed.length > 1)
    return { says: `${inWords(failed.length)} tasks failed within the hour.`, tone: 'attention' }
  const object = first.object ? ` of ${shown(first.object)}` : ''
  return {
    says: `${shown(first.type)}${object} failed at ${timeOfDay(first.end ?? first.start, m.timeZone)}.`,
    tone: 'attention',
  }
}

const neverBackedUp: Rule = ({ backups, parts }) => {
  if (parts.backups.at === undefined || parts.backups.trouble) return undefined
  const never = backups.filter((b) => !b.last)
  if (never.length === 0) return undefined
  return {
    says: `${listed(never.map((b) => b.vmid))} ${never.length === 1 ? 'has' : 'have'} never been backed up.`,
    tone: 'well',
  }
}

const ownWishes: Rule[] = [stopped, ownTrouble, decision]

/** What is wanted. */
const wishes: Rule[] = [
  ...ownWishes,
  full,
  rootFull,
  short,
  storesAway,
  tasksFailed,
  filling,
  neverBackedUp,
]

const words = [
  'No',
  'One',
  'Two',
  'Three',
  'Four',
  'Five',
  'Six',
  'Seven',
  'Eight',
  'Nine',
  'Ten',
  'Eleven',
  'Twelve',
]
/** As words up to twelve: it begins a sentence. */
const inWords = (n: number): string => words[n] ?? String(n)

const ended = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`)

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
