/** The cluster in a few figures and sentences: what `jarvis status` prints and scripts read. */
import type { GuestCondition, NodeState, Part, Picture } from '../lib/cluster/picture.ts'
import { age, bytes, count, duration, percent } from '../lib/format.ts'
import { clean } from '../lib/log.ts'

export type Brief = {
  version: string
  mode: string
  pid: number
  upSeconds: number
  cluster: {
    name: string | null
    standalone: boolean
    quorate: boolean | null
    votes: { online: number; total: number; needed: number } | null
  }
  /** Seconds since the picture was last known to be true; null = never yet. */
  ageSeconds: number | null
  nodes: {
    name: string
    reach: NodeState['reach']
    /** Fraction 0-1; null = not known. */
    cpu: number | null
    memory: { used: number; total: number } | null
  }[]
  guests: { total: number } & Record<GuestCondition, number>
  /** What machines may do, and what is known of what must not fall over. */
  safety: BriefSafety
  /** What is not well, one sentence each; empty = all is well. */
  trouble: string[]
}

export type BriefSafety = {
  stopped: boolean
  /** 1 while the breaker is down. */
  level: number
  name: string
  set: number
  breaker: string | null
  readOnly: boolean
  /** Requests that wait for a person. */
  waiting: number
  /** False: every change needs a person. */
  protectionKnown: boolean
  /** Where Jarvis runs: as the configuration tells it, and as it was found. */
  self: { told: string | null; found: string | null }
}

export type BriefInput = {
  picture: Picture
  mode: string
  version: string
  pid: number
  upSeconds: number
  trouble?: string | undefined
  safety: BriefSafety
}

export const brief = ({ picture, trouble, safety, ...rest }: BriefInput): Brief => {
  const { cluster, nodes, guests, parts, now } = picture
  const conditions: GuestCondition[] = ['running', 'stopped', 'paused', 'unknown', 'other']
  const tally = conditions.map((c) => [c, guests.filter((g) => g.condition === c).length] as const)
  const at = parts.resources.at
  return {
    ...rest,
    cluster: {
      name: cluster.name ?? null,
      standalone: cluster.standalone,
      quorate: cluster.quorate ?? null,
      votes: cluster.votes ?? null,
    },
    ageSeconds: at === undefined ? null : Math.round((now - at) / 1000),
    nodes: nodes.map(({ name, reach, cpu, memory }) => ({
      name,
      reach,
      cpu: cpu ?? null,
      memory: memory ?? null,
    })),
    guests: {
      total: guests.length,
      ...(Object.fromEntries(tally) as Record<GuestCondition, number>),
    },
    safety,
    trouble: [...(trouble ? [trouble] : []), ...heldUp(safety), ...troublesOf(picture)],
  }
}

const heldUp = ({ stopped, breaker }: BriefSafety): string[] => [
  ...(stopped ? ['STOP is pressed: nothing acts.'] : []),
  ...(breaker === null ? [] : [`The breaker is down: ${breaker}. Machines only look.`]),
]

/** `machines at level 4 operate, 2 decisions wait` */
const safetyLine = ({ level, name, readOnly, waiting }: BriefSafety) =>
  `  machines at level ${level} ${name}${readOnly ? ', reading only' : ''}${waiting > 0 ? `, ${count(waiting, 'decision')} waiting` : ''}`

/** Halves of `resources`, which has told already how it is; what they add is what may not be seen. */
const halves = new Set(['guests', 'storages'])

const troublesOf = ({ parts, cluster, nodes, storages, now }: Picture): string[] => [
  ...Object.entries(parts)
    .filter(([name, { trouble }]) => !halves.has(name) || trouble?.kind === 'forbidden')
    .flatMap(([name, part]) => partTrouble(name, part, now)),
  ...(cluster.quorate === false ? ['The cluster has lost its quorum.'] : []),
  ...nodes
    .filter((n) => n.reach !== 'online')
    .map((n) => `Node ${n.name} is ${n.reach === 'offline' ? 'lost' : 'not known'}.`),
  ...storages
    .filter((s) => s.use && s.use.total > 0 && s.use.used / s.use.total >= 0.95)
    .map((s) => `Storage ${s.id} is ${percent(s.use!.used / s.use!.total)} full.`),
]

/** One source that is silent or refused; the same words for three parts would be noise. */
const partTrouble = (name: string, part: Part, now: number): string[] => {
  if (part.trouble) return [`${name}: ${part.trouble.text} ${part.trouble.next ?? ''}`.trim()]
  if (part.at !== undefined && now - part.at > part.limit)
    return [`${name}: last heard ${age(part.at, now)} ago.`]
  return []
}

/** For a terminal: aligned, one node a line, the sentences at the end. */
export const briefText = (b: Brief): string => {
  const wide = Math.max(4, ...b.nodes.map((n) => n.name.length))
  const { quorate, standalone, votes, name } = b.cluster
  const quorum = standalone
    ? 'a single node'
    : quorate === null
      ? 'quorum not known'
      : `${quorate ? 'quorate' : 'NO QUORUM'}${votes ? ` (${votes.online} of ${votes.total})` : ''}`
  const heard = b.ageSeconds === null ? 'nothing heard yet' : `${duration(b.ageSeconds)} old`
  const { total, ...by } = b.guests
  const parts = Object.entries(by).filter(([, n]) => n > 0)
  return [
    `${name ?? 'The cluster'}: ${quorum}, ${heard}${b.mode === 'lab' ? ', LAB' : ''}`,
    ...b.nodes.map(
      (n) =>
        `  ${n.name.padEnd(wide)}  ${n.reach.padEnd(7)}  cpu ${percent(n.cpu).padStart(5)}  memory ${bytes(n.memory?.used)} of ${bytes(n.memory?.total)}`,
    ),
    `  ${count(total, 'guest')}${parts.length ? `: ${parts.map(([c, n]) => `${n} ${c}`).join(', ')}` : ''}`,
    safetyLine(b.safety),
    ...(b.trouble.length ? ['', ...b.trouble] : ['All is well.']),
  ]
    .map(clean)
    .join('\n')
}
