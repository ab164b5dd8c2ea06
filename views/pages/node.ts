/** One machine: what it is and carries, how it was, and what of it cannot be seen. */
import { html } from 'hono/html'
import type { GuestState, NodeState, StorageState } from '../../lib/cluster/picture.ts'
import { age, bytes, count, duration, percent } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { Disk } from '../../lib/proxmox/nodes.ts'
import type { NodeStatus, Service } from '../../lib/proxmox/types.ts'
import type { Html } from '../layout.ts'
import type { EventLine } from '../panels/panel.ts'
import { tierBadge } from '../parts/badge.ts'
import { button, linkButton } from '../parts/button.ts'
import { glyph, type State } from '../parts/glyph.ts'
import { panel } from '../parts/panel.ts'
import { shown } from '../parts/shown.ts'
import { guestWords, part, reachWords, use } from '../parts/words.ts'
import { type Curve, curvePanel, type Past } from './curves.ts'
import { marksOf } from './feed.ts'
import { type Got, gotPanel, nothing, PAGE_LIMIT_MS } from './got.ts'
import { eventsPanel } from './guest.ts'
import { head, type PageBody, type Pair, pairs } from './place.ts'
import { rangeSwitch } from './range.ts'
import { type Guarded, guardedFact } from './shield.ts'

export type NodePage = {
  now: number
  timeZone: string
  node: NodeState
  /** When the picture was last known to be true; undefined = never. */
  at: number | undefined
  guests: GuestState[]
  storages: StorageState[]
  past: Past
  status: Got<NodeStatus>
  services: Got<Service[]>
  disks: Got<Disk[]>
  shield: Guarded
  events: EventLine[]
  /** Why nothing may be done with it now; undefined = it may. */
  deeds?: { whyNot: string | undefined } | undefined
}

export const nodeCurves = ({ node: n }: NodePage): Curve[] => [
  {
    id: 'cpu',
    title: 'CPU',
    kind: 'percent',
    series: [{ key: 'cpu', words: n.cores ? `of ${count(n.cores, 'core')}` : 'used' }],
    limit: 0.8,
  },
  {
    id: 'memory',
    title: 'Memory',
    kind: 'bytes',
    series: [{ key: 'memory', words: n.memory ? `of ${bytes(n.memory.total)}` : 'used' }],
    top: n.memory?.total,
    limit: n.memory && n.memory.total * 0.9,
  },
  { id: 'load', title: 'Load', kind: 'number', series: [{ key: 'load', words: 'processes' }] },
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

export const nodePage = (m: NodePage): PageBody => {
  const { node: n, past } = m
  const marks = marksOf(m.events, m.timeZone)
  const [cpu, memory, load, network] = nodeCurves(m).map((c) => curvePanel(past, c, marks, m))
  return {
    title: shown(n.name),
    body: html`${head([{ text: 'Nodes', href: paths.nodes() }, { text: shown(n.name) }], {
      sign: signOf(n),
      title: shown(n.name),
      facts: [...factWords(m), ...guardedFact(m.shield)],
      right: html`${linkButton({ text: 'Terminal', icon: 'terminal', href: paths.terminals(`node/${n.name}`) })}${rangeSwitch(past.range, (range) => paths.node(n.name, range))}`,
    })}
<div class="columns three">
<div>${cpu}${load}${eventsPanel(m)}</div>
<div>${memory}${network}${guestsPanel(m)}</div>
<div>${m.deeds ? nodeDeedsPanel(m, m.deeds) : ''}${machinePanel(m)}${storagesPanel(m)}${servicesPanel(m)}${disksPanel(m)}</div>
</div>`,
  }
}

const signOf = (n: NodeState): { state: State; label: string } =>
  n.reach === 'online'
    ? { state: 'well', label: 'online' }
    : n.reach === 'offline'
      ? { state: 'unknown', label: 'lost' }
      : { state: 'unknown', label: 'unknown' }

/** Safe to show; the same in the head of the page and on a terminal. */
export const factWords = ({ node: n, ...m }: NodePage): string[] => [
  n.reach === 'online' ? `up ${duration(n.uptime)}` : reachWords(n.reach, n.since, m),
  ...(n.aliases.length ? [`also called ${n.aliases.map((a) => shown(a)).join(', ')}`] : []),
  ...(n.address ? [shown(n.address)] : []),
  ...(n.votes === undefined ? [] : [count(n.votes, 'vote')]),
  ...(m.at === undefined
    ? ['not heard yet']
    : m.now - m.at > 30_000
      ? [`last heard ${age(m.at, m.now)} ago`]
      : []),
]

/** What the machine says of itself; where it cannot be asked, what the cluster knows of it. */
export const machinePairs = (s: NodeStatus): [string, string][] => [
  ['Proxmox VE', shown(s.pveversion.replace(/^pve-manager\//, '').split('/')[0] ?? '')],
  ['Kernel', shown(s.kernel)],
  ['Processor', `${shown(s.cpuinfo.model)}`],
  [
    'Cores',
    `${s.cpuinfo.cores} in ${count(s.cpuinfo.sockets, 'socket')}, ${s.cpuinfo.cpus} threads`,
  ],
  ['Load', s.loadavg.map((l) => l.toFixed(2)).join('  ')],
  ['Memory', use(s.memory)],
  ['Swap', s.swap ? use(s.swap) : 'none'],
  ['Root', `${use(s.rootfs)}, ${percent(part(s.rootfs))}`],
]

/** Each sensor, the hottest first; or why there is none. */
export const warmthPairs = ({ temperatures: t }: NodeState): [string, string][] => {
  if (!t) return []
  if (t.sensors.length === 0) return [['Temperature', shown(t.trouble?.text, 'not known')]]
  return t.sensors
    .slice(0, 6)
    .map((s) => [`Temperature of ${shown(s.name)}`, `${Math.round(s.celsius)}\u2009°C`])
}

const machinePanel = (m: NodePage) =>
  gotPanel(m.status, {
    id: 'machine',
    title: 'Machine',
    now: m.now,
    body: (s) => {
      const rows: Pair[] = [...machinePairs(s), ...warmthPairs(m.node)]
      return pairs(m.node.mac ? [...rows, ['Wakes by', shown(m.node.mac)]] : rows)
    },
  })

const nodeDeeds = [
  [
    'reboot',
    'Restart',
    'restart',
    'Its guests are shut down first; they come back if they start by themselves.',
  ],
  [
    'shutdown',
    'Shut down',
    'power',
    'Its guests are shut down first; it comes back when it is woken.',
  ],
] as const

const nodeDeedsPanel = (m: NodePage, { whyNot }: { whyNot: string | undefined }): Html =>
  panel({
    id: 'actions',
    title: 'Actions',
    state: 'fresh',
    at: m.now,
    now: m.now,
    limit: PAGE_LIMIT_MS,
    body: html`<ul class="deeds">${nodeDeeds.map(([verb, text, icon, words]) =>
      whyNot === undefined
        ? html`<li><form method="post" action="${paths.nodeDeed(m.node.name, verb)}"><input type="hidden" name="next" value="${paths.node(m.node.name)}">${button({ text, icon, kind: 'danger' })}</form>${tierBadge('RED')}<span>${words}</span></li>`
        : html`<li><button class="btn" disabled aria-describedby="deed-${verb}-why">${text}</button>${tierBadge('RED')}<span id="deed-${verb}-why">${shown(whyNot)}</span></li>`,
    )}</ul>`,
  })

const listPanel = (
  m: NodePage,
  p: { id: string; title: string; count: number; empty: string; body: () => Html },
): Html =>
  panel({
    id: p.id,
    title: p.title,
    state: m.at === undefined ? 'loading' : p.count === 0 ? 'empty' : 'fresh',
    at: m.at,
    now: m.now,
    limit: PAGE_LIMIT_MS,
    count: p.count === 0 ? undefined : String(p.count),
    body: p.count === 0 ? nothing(p.empty) : p.body(),
  })

const guestsPanel = (m: NodePage) =>
  listPanel(m, {
    id: 'node-guests',
    title: 'Guests',
    count: m.guests.length,
    empty: 'No guest lies here.',
    body: () =>
      html`<table class="plain"><thead><tr><th scope="col">Name</th><th scope="col" class="n">CPU</th><th scope="col" class="n">Memory</th><th scope="col" class="right">State</th></tr></thead><tbody>
${m.guests.map((g) => {
  const on = g.condition === 'running' || g.condition === 'paused'
  return html`<tr data-is="${g.condition}"><th scope="row">${glyph(guestSign(g))} <a href="${paths.guest(g.vmid)}"><span class="fig">${g.vmid}</span> ${shown(g.name, '')}</a></th><td class="n">${on ? percent(g.cpu) : '–'}</td><td class="n">${on ? bytes(g.memory?.used) : '–'}</td><td class="right">${guestWords(g)}</td></tr>
`
})}</tbody></table>`,
  })

const guestSign = (g: GuestState): State =>
  g.condition === 'running' ? 'well' : g.condition === 'stopped' ? 'off' : 'unknown'

const storagesPanel = (m: NodePage) =>
  listPanel(m, {
    id: 'node-storages',
    title: 'Storage',
    count: m.storages.length,
    empty: 'No storage is known here.',
    body: () =>
      html`<table class="plain"><thead class="unseen"><tr><th scope="col">Storage</th><th scope="col">State</th><th scope="col">Used</th></tr></thead><tbody>
${m.storages.map(
  (s) =>
    html`<tr><th scope="row"><a href="${paths.storage(s.id)}">${shown(s.storage)}</a></th><td>${s.condition === 'available' ? (s.shared ? 'shared' : '') : s.condition}</td><td class="n">${s.condition === 'available' ? `${use(s.use)}, ${percent(part(s.use))}` : '–'}</td></tr>
`,
)}</tbody></table>`,
  })

/** What runs as it should needs no line each. */
export const troubled = (s: Service): boolean =>
  s.state !== 'running' && s.active !== 'active' && s.active !== 'inactive'

const servicesPanel = (m: NodePage) =>
  gotPanel(m.services, {
    id: 'services',
    title: 'Services',
    now: m.now,
    count: (list) => `${list.filter((s) => s.state === 'running').length} of ${list.length} run`,
    body: (list) =>
      list.length === 0
        ? nothing('It names no services.')
        : html`<details${list.some(troubled) ? html` open` : ''}><summary>${summaryOf(list)}</summary><table class="plain"><thead class="unseen"><tr><th scope="col">Service</th><th scope="col">State</th></tr></thead><tbody>
${[...list]
  .sort((a, b) => Number(troubled(b)) - Number(troubled(a)))
  .map(
    (s) =>
      html`<tr><th scope="row" title="${shown(s.desc, s.service)}">${shown(s.service)}</th><td class="right">${troubled(s) ? glyph('attention', 'wants attention') : ''} ${shown(s.state)}${s.active && s.active !== 'active' ? `, ${shown(s.active)}` : ''}</td></tr>
`,
  )}</tbody></table></details>`,
  })

const summaryOf = (list: Service[]): string => {
  const bad = list.filter(troubled)
  return bad.length === 0
    ? 'All that should run does.'
    : `${bad.map((s) => shown(s.service)).join(', ')} ${bad.length === 1 ? 'does' : 'do'} not run.`
}

const disksPanel = (m: NodePage) =>
  gotPanel(m.disks, {
    id: 'disks',
    title: 'Disks',
    now: m.now,
    count: (list) => (list.length ? String(list.length) : undefined),
    body: (list) =>
      list.length === 0
        ? nothing('It names no disks.')
        : html`<table class="plain"><thead class="unseen"><tr><th scope="col">Disk</th><th scope="col">Health</th><th scope="col">Size</th></tr></thead><tbody>
${list.map(
  (d) =>
    html`<tr><th scope="row" title="${shown(d.model, d.path)}">${shown(d.path)} <span class="where">${shown(d.model, '')}</span></th><td>${isHealthy(d) ? '' : glyph('attention', 'wants attention')} ${diskWords(d)}</td><td class="n">${bytes(d.size)}</td></tr>
`,
)}</tbody></table>`,
  })

const isHealthy = (d: Disk) => /^(PASSED|OK|UNKNOWN)$/i.test(d.health)

export const diskWords = (d: Disk): string =>
  [shown(d.health), d.lifeLeft === undefined ? '' : `${percent(d.lifeLeft)} of its life left`]
    .filter(Boolean)
    .join(', ')
