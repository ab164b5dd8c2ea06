/**
 * Which node is asked: the one that served last, until it fails; then the next one known. A node
 * that failed is left alone for a while (5 s, doubled up to a minute), so that a dead entry node
 * costs one timeout and not one per call.
 */
import { type Clock, isWithin, seconds } from '../clock.ts'
import { sorted } from './decode.ts'
import { type Place, placeInWords, placeOf, type Trust } from './tls.ts'
import { createLine, type Line } from './transport.ts'
import type { NodeAddress } from './types.ts'

export type Entry = { name: string; place: Place; host: string; line: Line }

/** What the cluster itself told about one node. */
export type Member = {
  name: string
  ip?: string | undefined
  online?: boolean | undefined
  fingerprint?: string | undefined
}

export type Broken = { node: string; until: number; reason: string }

export type Failover = {
  /** The entry that serves now. */
  current(): Entry
  /** Entries to try, best first: never one that is broken while another is not. */
  order(): Entry[]
  named(name: string): Entry | undefined
  served(entry: Entry): void
  failed(entry: Entry, reason: string): void
  broken(): Broken[]
  /** The whole list of members, as `/nodes` or `/cluster/status` gives it. */
  learn(nodes: Member[]): void
  /** The exact name of a node that the cluster knows, whatever the case; undefined = not known (yet). */
  known(name: string): string | undefined
  /** True when the cluster said so less than 15 s ago. */
  isOffline(name: string): boolean
  close(): void
}

type Needs = { nodes: NodeAddress[]; ca?: string | undefined; clock: Clock }
/** `at` = when it failed last; it rests for `rest` milliseconds. */
type State = { failures: number; at: number; rest: number; reason: string }

const OFFLINE_COUNTS_MS = seconds(15)

export const createFailover = ({ nodes, ca, clock }: Needs): Failover => {
  const entries = new Map<string, Entry>()
  const states = new Map<string, State>()
  const members = new Map<string, Member & { at: number }>()

  const open = (node: NodeAddress, trust: Trust) => {
    const place = placeOf(node.address)
    const line = createLine(node, place, trust, clock)
    entries.set(node.name.toLowerCase(), {
      name: node.name,
      place,
      host: `${node.name} (${placeInWords(place)})`,
      line,
    })
  }
  for (const node of nodes)
    open(node, node.fingerprint === undefined ? { ca } : { fingerprint: node.fingerprint })
  const first = entries.values().next().value
  if (!first) throw new Error('a cluster needs at least one node address')
  let serving = first

  /** A node that nobody configured can still serve, if there is a way to know that it is the one. */
  const admit = ({ name, ip, fingerprint }: Member) => {
    if (!ip || entries.has(name.toLowerCase()) || !(ca || fingerprint)) return
    const address = placeInWords({ host: ip, port: first.place.port })
    if ([...entries.values()].some((e) => placeInWords(e.place) === address)) return
    open({ name, address }, ca ? { ca } : { fingerprint })
  }

  const isOffline = (name: string) => {
    const member = members.get(name.toLowerCase())
    return member?.online === false && isWithin(member.at, OFFLINE_COUNTS_MS, clock.now())
  }
  const restsUntil = (entry: Entry) => {
    const state = states.get(entry.name)
    return state && isWithin(state.at, state.rest, clock.now()) ? state.at + state.rest : 0
  }

  return {
    current: () => serving,
    order() {
      const others = [...entries.values()].filter((e) => e !== serving)
      const all = sorted([serving, ...others], (e) => (isOffline(e.name) ? 1 : 0))
      const rested = all.filter((e) => restsUntil(e) === 0)
      if (rested.length > 0) return rested
      // Everybody failed: one try, at the node whose rest ends first.
      return [...all].sort((a, b) => restsUntil(a) - restsUntil(b)).slice(0, 1)
    },
    named: (name) => entries.get(name.toLowerCase()),
    served(entry) {
      serving = entry
      states.delete(entry.name)
    },
    failed(entry, reason) {
      const failures = (states.get(entry.name)?.failures ?? 0) + 1
      const rest = Math.min(seconds(60), seconds(5) * 2 ** (failures - 1))
      states.set(entry.name, { failures, at: clock.now(), rest, reason })
    },
    broken: () =>
      [...states].map(([node, { at, rest, reason }]) => ({ node, until: at + rest, reason })),
    learn(list) {
      const at = clock.now()
      // Both sources list every node, whatever the token may see: one that is absent has left.
      const names = new Set(list.map((one) => one.name.toLowerCase()))
      for (const name of members.keys()) if (!names.has(name)) members.delete(name)
      for (const one of list) {
        const before = members.get(one.name.toLowerCase())
        const merged = { ...before, ...defined(one), name: one.name, at: before?.at ?? 0 }
        if (one.online !== undefined) merged.at = at
        members.set(one.name.toLowerCase(), merged)
        admit(merged)
      }
    },
    known: (name) => members.get(name.toLowerCase())?.name,
    isOffline,
    close() {
      for (const { line } of entries.values()) line.close()
    },
  }
}

const defined = <T extends object>(object: T): Partial<T> =>
  Object.fromEntries(Object.entries(object).filter(([, v]) => v !== undefined)) as Partial<T>
