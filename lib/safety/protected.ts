/**
 * What must not fall over by itself: a graph of what hangs on what, drawn from the living cluster and
 * the configuration. It can explain itself. What the cluster says may add protection, never take it.
 */
import { clean } from '../log.ts'
import type { Target } from './tiers.ts'

/** A `Picture` of lib/cluster is one, as far as this is concerned. */
export type World = {
  guests: readonly {
    vmid: number
    name: string
    node: string
    tags: readonly string[]
    ha?: string | undefined
    /** Of its disks, where they are known. */
    storages?: readonly string[] | undefined
  }[]
  nodes: readonly {
    name: string
    reach: 'online' | 'offline' | 'unknown'
    votes?: number | undefined
  }[]
  storages: readonly { id: string; storage: string; content?: readonly string[] | undefined }[]
  cluster: {
    standalone: boolean
    votes?: { online: number; total: number; needed: number } | undefined
  }
}

/** Keys are `guest/103`, `node/pve`, `storage/cluster-backup`. */
export type Marks = {
  /** The guest or node that Jarvis runs in, as the configuration tells it. */
  self?: string | undefined
  /** The same, found by address and MAC; where it is another one both count. */
  found?: string | undefined
  /** Who does what: by this Jarvis thinks, is reached, resolves names, keeps backups. */
  roles?: Partial<Record<Role, readonly string[]>> | undefined
  /** What the operator has marked, with his reason. */
  marked?: Readonly<Record<string, string>> | undefined
  /** What he has taken out again, in the settings, in person. It does not touch `self`. */
  unmarked?: readonly string[] | undefined
}

export type Role = 'model' | 'dns' | 'gateway' | 'vpn' | 'proxy' | 'mail' | 'backup' | 'quorum'

const WORDS: Record<Role, string> = {
  model: 'the model server of Jarvis',
  dns: 'the name server of the house',
  gateway: 'the way to the internet',
  vpn: 'the way in from outside',
  proxy: 'the door of every web page',
  mail: 'the way that alarms go out',
  backup: 'where the backups lie',
  quorum: 'a vote of the cluster',
}

/** Names that speak for themselves. Names are text of others, but they can only add here. */
const NAMED: [Role, RegExp][] = [
  ['dns', /adguard|pi-?hole|unbound|bind9?|dnsmasq|technitium|\bdns\b/i],
  ['vpn', /wireguard|tailscale|twingate|headscale|netbird|zerotier|openvpn|\bvpn\b|\bwg\d*\b/i],
  ['gateway', /opnsense|pfsense|openwrt|vyos|\brouter\b|gateway|firewall/i],
  ['model', /ollama|llama|vllm|lm-?studio|localai/i],
  ['backup', /\bpbs\b|proxmox-?backup|backup-?server/i],
  ['proxy', /traefik|nginx-?proxy|\bnpm\b|caddy|haproxy/i],
]

const PROTECTING_TAG =
  /^(?:protected?|critical|vital|infra(?:structure)?|do-?not-?touch|jarvis-protected)$/i

/** Where a reason comes from. Only `name`, `tag` and `mark` are an operator's to take back. */
export type Source = 'self' | 'role' | 'ha' | 'name' | 'tag' | 'votes' | 'mark'
const TAKEN_BACK: readonly Source[] = ['name', 'tag', 'mark']

export type Shield = {
  key: string
  /** `103 jarvis`; safe to show. */
  label: string
  /** The chain of reasons, the most important first. */
  why: string[]
  /** Of each reason where it comes from. */
  sources: Source[]
  /** Jarvis's stop, approvals and alarms hang on it. */
  vital: boolean
}

export type Edge = { from: string; to: string; what: string }

export type Protection = {
  of(target: Pick<Target, 'kind' | 'id'>): Shield | undefined
  /** All, by key. */
  shields: Shield[]
  /** The graph, for drawing. */
  edges: Edge[]
}

/** Draws the graph. Undefined when the world is not known: then every change is RED. */
export const protectionOf = (
  world: World | undefined,
  marks: Marks = {},
): Protection | undefined => {
  if (!world || world.nodes.length === 0) return undefined
  const edges = edgesOf(world, marks)
  const shields = new Map<string, Shield>()
  const labels = labelsOf(world)
  const protect: Protect = (key, why, source, vital = false) => {
    const old = shields.get(key)
    const isNew = !old?.why.includes(why)
    shields.set(key, {
      key,
      label: labels.get(key) ?? clean(key),
      why: [...(old?.why ?? []), ...(isNew ? [why] : [])],
      sources: [...(old?.sources ?? []), ...(isNew ? [source] : [])],
      vital: vital || (old?.vital ?? false),
    })
  }
  for (const self of selvesOf(marks)) followSelf(self, edges, labels, protect)
  byRole(marks, edges, labels, protect)
  byGuest(world, marks, protect)
  byVotes(world, protect)
  for (const [key, why] of Object.entries(marks.marked ?? {}))
    protect(key, `marked by the operator: ${clean(why)}`, 'mark')
  const sorted = [...shields.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
  return { of: (target) => shields.get(`${target.kind}/${target.id}`), shields: sorted, edges }
}

/** May the operator take the protection away? Not from what Jarvis or the house hangs on. */
export const isTakenBack = ({ sources }: Shield): boolean =>
  sources.every((source) => TAKEN_BACK.includes(source))

type Protect = (key: string, why: string, source: Source, vital?: boolean) => void
type Labels = Map<string, string>

const labelsOf = (world: World): Labels =>
  new Map([
    ...world.guests.map((g) => [`guest/${g.vmid}`, clean(`${g.vmid} ${g.name}`)] as const),
    ...world.nodes.map((n) => [`node/${n.name}`, n.name] as const),
    ...world.storages.map((s) => [`storage/${s.storage}`, s.storage] as const),
  ])

const selvesOf = ({ self, found }: Marks) => [
  ...new Set([self, found].filter((key): key is string => key !== undefined)),
]

const edgesOf = (world: World, marks: Marks): Edge[] => [
  ...selvesOf(marks).map((to) => ({ from: 'jarvis', to, what: 'runs in' })),
  ...Object.entries(marks.roles ?? {}).flatMap(([role, keys]) =>
    keys.map((to) => ({ from: 'jarvis', to, what: WORDS[role as Role] })),
  ),
  ...world.guests.flatMap((g) => [
    { from: `guest/${g.vmid}`, to: `node/${g.node}`, what: 'runs on' },
    ...(g.storages ?? []).map((s) => ({
      from: `guest/${g.vmid}`,
      to: `storage/${s}`,
      what: 'has disks on',
    })),
  ]),
]

/** Everything that Jarvis himself hangs on, to the end of the chain. */
const followSelf = (self: string, edges: Edge[], labels: Labels, protect: Protect) => {
  const walk = (key: string, chain: string, seen: ReadonlySet<string>) => {
    protect(key, chain, 'self', true)
    for (const { to, what } of edges.filter((e) => e.from === key && !seen.has(e.to)))
      walk(to, `${chain}, which ${what} ${labels.get(to) ?? to}`, new Set([...seen, to]))
  }
  walk(self, `Jarvis runs in ${labels.get(self) ?? self}`, new Set([self]))
}

const byRole = ({ roles = {} }: Marks, edges: Edge[], labels: Labels, protect: Protect) => {
  for (const [role, keys] of Object.entries(roles))
    for (const key of keys) {
      protect(key, `it is ${WORDS[role as Role]}`, 'role')
      for (const { to, what } of edges.filter((e) => e.from === key))
        protect(to, `${labels.get(key) ?? key}, ${WORDS[role as Role]}, ${what} it`, 'role')
    }
}

const byGuest = (world: World, { unmarked = [] }: Marks, protect: Protect) => {
  for (const guest of world.guests) {
    const key = `guest/${guest.vmid}`
    if (guest.ha) protect(key, `high availability watches over it (${clean(guest.ha)})`, 'ha')
    if (unmarked.includes(key)) continue
    const role = NAMED.find(([, pattern]) => pattern.test(guest.name))?.[0]
    if (role) protect(key, `by its name it is ${WORDS[role]}`, 'name')
    const tag = guest.tags.find((t) => PROTECTING_TAG.test(t))
    if (tag) protect(key, `it wears the tag ${clean(tag)}`, 'tag')
  }
}

/** A node without which the rest has no majority; with unknown votes that is every node. */
const byVotes = ({ nodes, cluster }: World, protect: Protect) => {
  if (cluster.standalone) {
    for (const node of nodes) protect(`node/${node.name}`, 'it is the only node', 'votes')
    return
  }
  for (const node of nodes) {
    const left =
      cluster.votes && cluster.votes.online - (node.reach === 'online' ? (node.votes ?? 1) : 0)
    if (left === undefined || left < cluster.votes!.needed)
      protect(
        `node/${node.name}`,
        left === undefined
          ? 'the votes of the cluster are not known'
          : `without it ${left} of ${cluster.votes!.total} votes are left and ${cluster.votes!.needed} are needed`,
        'votes',
      )
  }
}
