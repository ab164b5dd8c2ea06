/** One guest: how it is and was, what may be done with it, how it is built, what could be brought back. */
import { html } from 'hono/html'
import type { BackupState, GuestState, NodeState } from '../../lib/cluster/picture.ts'
import { age, bytes, count, duration } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { GuestConfig } from '../../lib/proxmox/guest-reads.ts'
import type { NetworkAddress, Snapshot, StorageContent } from '../../lib/proxmox/types.ts'
import type { Html } from '../layout.ts'
import type { EventLine } from '../panels/panel.ts'
import { tag } from '../parts/badge.ts'
import type { State } from '../parts/glyph.ts'
import { panel } from '../parts/panel.ts'
import { iso } from '../parts/section.ts'
import { shown } from '../parts/shown.ts'
import { guestWords, reachWords } from '../parts/words.ts'
import { configPairs } from './config-words.ts'
import { type Curve, curvePanel, type Past } from './curves.ts'
import { feedOf, marksOf } from './feed.ts'
import { type Got, gotPanel, nothing, PAGE_LIMIT_MS } from './got.ts'
import { type Deeds, deedsPanel } from './guest-deeds.ts'
import { head, type PageBody, type Pair, pairs } from './place.ts'
import { rangeSwitch, whenOf } from './range.ts'
import { type Guarded, guardedFact } from './shield.ts'

export type BackupFile = StorageContent & { storage: string }

export type GuestPage = {
  now: number
  timeZone: string
  guest: GuestState
  node: NodeState | undefined
  /** When the picture was last known to be true; undefined = never. */
  at: number | undefined
  past: Past
  deeds: Deeds
  config: Got<GuestConfig>
  addresses: Got<NetworkAddress[]>
  snapshots: Got<Snapshot[]>
  backups: Got<BackupFile[]>
  backup: BackupState | undefined
  shield: Guarded
  events: EventLine[]
}

export const guestCurves = ({ guest: g }: GuestPage): Curve[] => [
  {
    id: 'cpu',
    title: 'CPU',
    kind: 'percent',
    series: [{ key: 'cpu', words: g.cores ? `of ${count(g.cores, 'core')}` : 'used' }],
  },
  {
    id: 'memory',
    title: 'Memory',
    kind: 'bytes',
    series: [{ key: 'memory', words: g.memory ? `of ${bytes(g.memory.total)}` : 'used' }],
    top: g.memory?.total,
    limit: g.memory && g.memory.total * 0.9,
  },
  {
    id: 'disk',
    title: 'Disk',
    kind: 'rate',
    series: [
      { key: 'diskread', words: 'read' },
      { key: 'diskwrite', words: 'written' },
    ],
  },
  {
    id: 'network',
    title: 'Network',
    kind: 'rate',
    series: [
      { key: 'netin', words: 'in' },
      { key: 'netout', words: 'out' },
    ],
  },
]

export const guestPage = (m: GuestPage): PageBody => {
  const { guest: g, past } = m
  const name = shown(g.name, String(g.vmid))
  const marks = marksOf(m.events, m.timeZone)
  const [cpu, memory, disk, network] = guestCurves(m).map((c) => curvePanel(past, c, marks, m))
  return {
    title: `${g.vmid} ${name}`,
    body: html`${head(
      [
        { text: 'Guests', href: paths.guests() },
        { text: shown(g.node), href: paths.node(g.node) },
        { text: String(g.vmid) },
      ],
      {
        sign: signOf(g),
        number: String(g.vmid),
        title: name,
        facts: factsOf(m),
        right: rangeSwitch(past.range, (range) => paths.guest(g.vmid, range)),
      },
    )}
<div class="columns three">
<div>${cpu}${disk}${eventsPanel(m)}</div>
<div>${memory}${network}${snapshotsPanel(m)}</div>
<div>${deedsPanel(m.deeds, m)}${settingsPanel(m)}${backupsPanel(m)}</div>
</div>`,
  }
}

const signOf = (g: GuestState): { state: State; label: string } => {
  if (g.condition === 'running') return { state: 'well', label: 'running' }
  if (g.condition === 'unknown') return { state: 'unknown', label: 'unknown' }
  return { state: g.condition === 'stopped' ? 'off' : 'attention', label: guestWords(g) }
}

/** Safe to show; the same in the head of the page and on a terminal. */
export const factWords = ({ guest: g, node, addresses, ...m }: GuestPage): string[] => {
  const kind = `${g.kind === 'lxc' ? 'container' : 'virtual machine'} on ${shown(g.node)}`
  const off = node && node.reach !== 'online' ? ` (${reachWords(node.reach, node.since, m)})` : ''
  const state =
    g.condition === 'running'
      ? `up ${duration(g.uptime)}${g.lock ? `, locked (${shown(g.lock)})` : ''}`
      : `${guestWords(g)} since ${whenOf(g.since, m)}`
  const heard =
    m.at === undefined
      ? ['not heard yet']
      : m.now - m.at > 30_000
        ? [`last heard ${age(m.at, m.now)} ago`]
        : []
  return [kind + off, state, ...heard, ...addressWords(addresses)]
}

const factsOf = (m: GuestPage): (Html | string)[] => [
  ...factWords(m),
  ...guardedFact(m.shield),
  ...m.guest.tags.slice(0, 6).map((t) => tag({ text: shown(t) })),
]

/** What others reach it by: neither loopback nor link-local. */
const addressWords = (got: Got<NetworkAddress[]>): string[] =>
  (got.value ?? [])
    .flatMap((n) => n.addresses)
    .map((a) => shown(a.replace(/\/\d+$/, '')))
    .filter((a) => !/^(127\.|::1$|fe80:|–$)/i.test(a))
    .slice(0, 3)

export const eventsPanel = (m: { now: number; timeZone: string; events: EventLine[] }): Html =>
  panel({
    id: 'guest-events',
    title: 'Events',
    state: m.events.length === 0 ? 'empty' : 'fresh',
    at: m.now,
    now: m.now,
    limit: PAGE_LIMIT_MS,
    count: m.events.length === 0 ? undefined : `the last ${m.events.length}`,
    body: m.events.length === 0 ? nothing('Nothing to report of it.') : feedOf(m.events, m),
  })

const snapshotsPanel = (m: GuestPage) =>
  gotPanel(m.snapshots, {
    id: 'snapshots',
    title: 'Snapshots',
    now: m.now,
    count: (list) => (list.length ? String(list.length) : undefined),
    body: (list) =>
      list.length === 0
        ? nothing('No snapshot. There is no way back to a moment before now.')
        : html`<table class="plain"><thead class="unseen"><tr><th scope="col">Name</th><th scope="col">Taken</th><th scope="col">With memory</th></tr></thead><tbody>
${list.toReversed().map((s) => html`<tr><th scope="row" title="${shown(s.description, s.name)}">${shown(s.name)}</th><td>${s.at === undefined ? '–' : html`<time datetime="${iso(s.at * 1000)}">${whenOf(s.at * 1000, m)}</time>`}</td><td class="right">${s.vmstate ? 'with memory' : ''}</td></tr>\n`)}</tbody></table>`,
  })

/** Where it lies, what it is made of, its addresses; the addresses' trouble in their own line. */
const settingsPanel = (m: GuestPage) =>
  gotPanel(m.config, {
    id: 'settings',
    title: 'Settings',
    now: m.now,
    body: (config) => {
      const rows: Pair[] = configPairs(m.guest.kind, config)
      return pairs([...rows, ...addressPair(m)])
    },
  })

const addressPair = ({ addresses, guest }: GuestPage): Pair[] => {
  if (addresses.problem)
    return guest.condition === 'running' ? [['Addresses', shown(addresses.problem.message)]] : []
  const all = addresses.value.flatMap((n) =>
    n.name === 'lo' ? [] : n.addresses.map((a) => `${shown(n.name)} ${shown(a)}`),
  )
  return all.length ? [['Addresses', all.join(', ')]] : []
}

const backupsPanel = (m: GuestPage) =>
  gotPanel(m.backups, {
    id: 'backups',
    title: 'Backups',
    now: m.now,
    count: (files) => (files.length ? String(files.length) : undefined),
    body: (files) =>
      files.length === 0
        ? nothing(neverWords(m))
        : html`<table class="plain"><thead class="unseen"><tr><th scope="col">Taken</th><th scope="col">Storage</th><th scope="col">Size</th></tr></thead><tbody>
${files.slice(0, 12).map((f) => html`<tr><th scope="row" title="${shown(f.volid)}">${f.ctime === undefined ? '–' : html`<time datetime="${iso(f.ctime * 1000)}">${whenOf(f.ctime * 1000, m)}</time>`}</th><td>${shown(f.storage)}${f.protected ? ', protected' : ''}</td><td class="n">${bytes(f.size)}</td></tr>\n`)}</tbody></table>${files.length > 12 ? html`<p class="note">and ${files.length - 12} older</p>` : ''}`,
  })

export const neverWords = ({ guest, backup }: Pick<GuestPage, 'guest' | 'backup'>): string =>
  `${guest.vmid} has never been backed up, as far as I can see${backup?.uncovered ? ', and is in no backup job' : ''}. I mention it now, rather than later.`
