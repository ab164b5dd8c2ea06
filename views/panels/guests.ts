/** The guests: who runs where and how hard. A guest of a node that is off is unknown, never running. */
import { html } from 'hono/html'
import type { GuestState, Picture } from '../../lib/cluster/picture.ts'
import { count, DASH, duration, percent, rate } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { tag } from '../parts/badge.ts'
import { figure } from '../parts/figure.ts'
import { frameOf } from '../parts/frame.ts'
import { glyph, type Icon, icon, type State } from '../parts/glyph.ts'
import { meter } from '../parts/meter.ts'
import { isoOr, jsonOf, named, section, textOf } from '../parts/section.ts'
import { cut, domId, shown } from '../parts/shown.ts'
import { sparkline } from '../parts/sparkline.ts'
import { guestWords, kindWords, part, use, usedOf } from '../parts/words.ts'
import { chosen, guestTools, headsOf, MANY, ordered } from './guest-list.ts'
import type { Asked, Curve, Extra, GuestVerb, Model, Panel, UnderWay } from './panel.ts'

export type GuestRow = {
  id: string
  vmid: string
  name: string
  kind: string
  node: string
  is: GuestState['condition']
  state: string
  tags: string
  cpu: string
  memory: string
  net: string
  uptime: string
  source: GuestState
  /** `up 13 min`, `stopped 42 d`: the state in few words, for the page. */
  brief: string
  hour: Curve | undefined
  doing: UnderWay | undefined
  /** What the row offers, with the reason against it. */
  verbs: { verb: GuestVerb; whyNot: string | undefined }[]
  /** Why it is protected. */
  guarded: string | undefined
  /** Among so many that only figures fit. */
  small: boolean
}
export type GuestsModel = Model<GuestRow> & {
  asked: Asked
  total: number
  /** In this order, where there are many; their heads are part of what is shown. */
  groups: { node: string; count: number }[] | undefined
}

const model = (picture: Picture, extra: Extra): GuestsModel => {
  const asked = extra.asked ?? { q: '', sort: '' }
  const small = picture.guests.length > MANY
  const doing = new Map(extra.underWay?.map((u) => [u.target, u]))
  const all = picture.guests.map((g) => rowOf(g, extra, doing.get(`guest/${g.vmid}`), small))
  const found = ordered(chosen(all, asked.q), asked.sort)
  const groups =
    all.length > GROUPED && !asked.sort && !asked.q ? groupsOf(picture, all) : undefined
  const rows = groups
    ? groups.flatMap(({ node }) => found.filter((r) => r.source.node === node))
    : found
  return {
    rows,
    asked,
    groups,
    total: all.length,
    frame: frameOf({
      name: 'guests',
      title: 'Guests',
      part: picture.parts.guests,
      moment: extra,
      rows: all.length,
      count: countWords(all, rows, asked.q),
      empty: 'No guests. The house is tidy, and rather quiet.',
    }),
  }
}

/** More rows than this are grouped by node. */
const GROUPED = 12

const groupsOf = ({ nodes, guests }: Picture, rows: GuestRow[]) =>
  [...new Set([...nodes.map((n) => n.name), ...guests.map((g) => g.node)])]
    .map((node) => ({ node, count: rows.filter((r) => r.source.node === node).length }))
    .filter((group) => group.count > 0)

/** `4 running, 1 stopped`; of a search how many it found. */
const countWords = (all: GuestRow[], found: GuestRow[], q: string) => {
  if (q) return `${found.length} of ${count(all.length, 'guest')} found`
  const tally = (is: GuestState['condition'], word: string = is) => {
    const n = all.filter((r) => r.is === is).length
    return n > 0 ? [`${n} ${word}`] : []
  }
  const parts = [
    ...tally('running'),
    ...tally('paused'),
    ...tally('other', 'in between'),
    ...tally('stopped'),
    ...tally('unknown'),
  ]
  return parts.length > 0 ? parts.join(', ') : count(0, 'guest')
}

const rowOf = (
  g: GuestState,
  extra: Extra,
  doing: UnderWay | undefined,
  small: boolean,
): GuestRow => {
  const live = g.condition !== 'stopped'
  const state = guestWords(g)
  return {
    id: domId('guest', g.vmid),
    vmid: String(g.vmid),
    name: shown(g.name, String(g.vmid)),
    kind: kindWords[g.kind],
    node: shown(g.node),
    is: g.condition,
    state,
    tags: g.tags.map((t) => shown(t)).join(' '),
    cpu: live ? percent(g.cpu) : DASH,
    memory: live ? use(g.memory) : DASH,
    net: live && g.net ? `↓ ${rate(g.net.in)} ↑ ${rate(g.net.out)}` : DASH,
    uptime: live ? duration(g.uptime) : DASH,
    source: g,
    brief: briefOf(g, state, extra.now),
    hour: small ? undefined : extra.past?.guests.get(g.vmid),
    doing,
    verbs: verbsOf(g, extra, small),
    guarded: extra.whyProtected?.(`guest/${g.vmid}`),
    small,
  }
}

const DAY_S = 86_400

/** How long it has been stopped was only seen since we look: told from a day on, where it matters. */
const briefOf = (g: GuestState, state: string, now: number) => {
  if (g.lock || g.template) return state
  if (g.condition === 'running' && g.uptime !== undefined) return `up ${duration(g.uptime)}`
  const forS = (now - g.since) / 1000
  return g.condition === 'stopped' && forS >= DAY_S ? `${state} ${duration(forS)}` : state
}

const verbsOf = (g: GuestState, { whyNot }: Extra, small: boolean) => {
  if (g.template) return []
  const verbs: GuestVerb[] =
    g.condition === 'stopped' ? ['start', 'backup'] : ['reboot', 'shutdown', 'backup', 'stop']
  // Among many only the first is shown.
  const kept = small ? verbs.slice(0, 1) : verbs
  return kept.map((verb) => ({ verb, whyNot: whyNot?.(g, verb) }))
}

const signs: Record<GuestState['condition'], [State, string]> = {
  running: ['well', 'up'],
  stopped: ['off', 'off'],
  paused: ['attention', 'paused'],
  unknown: ['unknown', 'cannot be seen'],
  other: ['attention', 'neither on nor off'],
}

const glyphs = Object.fromEntries(
  Object.entries(signs).map(([is, [sign, label]]) => [is, glyph(sign, label)]),
) as Record<GuestState['condition'], Html>
const NEXT = icon('next')
const GUARD = html` <span class="guard">${icon('lock')}<span class="unseen">protected</span></span>`
const guard = (why: string): Html =>
  html` <span class="guard" title="protected: ${shown(why)}">${icon('lock')}<span class="unseen">protected</span></span>`

/** The row of the table; what changes in it is told by its id. */
export const guestRow = (r: GuestRow): Html => (r.small ? smallRow(r) : wholeRow(r))

const wholeRow = (r: GuestRow): Html =>
  html`<tr id="${r.id}" data-is="${r.is}"><td class="sign">${glyphs[r.is]}</td><td class="id">${r.vmid}</td><th scope="row"><a href="${paths.guest(r.vmid)}">${named(r.name)}</a>${r.guarded ? guard(r.guarded) : ''}${tagOf(r)}<span class="brief">${r.kind} on ${named(r.node)}</span></th><td class="node"><span class="kind">${r.kind}</span> ${named(r.node)}</td>${shares(r)}<td class="is">${named(r.brief)}</td><td class="acts">${actions(r)}</td><td class="go" aria-hidden="true">${NEXT}</td></tr>
`

// One template a row and hardly anything but strings inside: hundreds stay within twice plain strings.
const smallRow = (r: GuestRow): Html =>
  html`<tr id="${r.id}" data-is="${r.is}"><td class="sign">${glyphs[r.is]}</td><td class="id">${r.vmid}</td><th scope="row"><a href="${paths.guest(r.vmid)}">${named(r.name)}</a>${r.guarded ? GUARD : ''}<span class="brief">${r.kind} on ${named(r.node)}</span></th><td class="node"><span class="kind">${r.kind}</span> ${named(r.node)}</td><td class="share cpu"><span class="fig">${r.cpu}</span></td><td class="memory share"><span class="fig">${r.memory}</span></td><td class="hour"></td><td class="is">${named(r.brief)}</td><td class="acts">${r.verbs[0] ? direct(r, r.verbs[0]) : ''}</td><td class="go" aria-hidden="true">${NEXT}</td></tr>
`

const shares = (r: GuestRow) => {
  const { source: g } = r
  const stopped = r.is === 'stopped'
  const load = g.cpu === undefined ? undefined : String(Math.round(g.cpu * 100))
  const { used, rest } = usedOf(g.memory)
  const total = g.memory ? rest.slice(1).trim() : ''
  return html`<td class="share cpu">${stopped || load === undefined ? DASH : html`${meter({ value: g.cpu, size: 'small' })}${figure({ figure: load, unit: '%' })}`}</td><td class="memory share">${stopped ? (total ? `${total} set` : DASH) : g.memory ? html`${meter({ value: part(g.memory), size: 'small' })}<span class="fig">${used.figure}<span class="unit of">\u2009${rest}</span><span class="unit brief">${rest.split('\u2009').at(-1)}</span></span>` : DASH}</td><td class="hour">${r.hour && !stopped ? sparkline({ points: r.hour, top: 0.45, size: 'row' }) : ''}</td>`
}

const doings: Record<string, string> = {
  guest_start: 'starting',
  guest_shutdown: 'shutting down',
  guest_reboot: 'restarting',
  guest_stop: 'stopping',
  guest_snapshot: 'snapshot',
  guest_rollback: 'rolling back',
  guest_backup: 'backing up',
  guest_migrate: 'moving',
  guest_delete: 'being deleted',
}

/** At most one: a deed that is under way outranks a lock, a lock the operator's own tags. */
const tagOf = ({ doing, source: g, tags }: GuestRow) => {
  if (doing)
    return tag({ text: doings[doing.tool] ?? shown(doing.tool), icon: 'clock', waits: true })
  if (g.lock) return tag({ text: cut(shown(g.lock), 24), icon: 'lock' })
  return g.tags.length > 0 ? html`<span class="tag" title="${tags}">${tagWords(g.tags)}</span>` : ''
}

const pictures = { play: icon('play'), restart: icon('restart'), power: icon('power') }

const tagWords = ([first = '', ...others]: string[]) => {
  const tags = others.length === 1 ? [first, others[0]!] : [first]
  const rest = others.length > 1 ? ` +${others.length}` : ''
  return `${tags.map((t) => cut(shown(t), 16)).join(', ')}${rest}`
}

const words: Record<GuestVerb, { text: string; icon: Icon }> = {
  start: { text: 'Start', icon: 'play' },
  reboot: { text: 'Restart', icon: 'restart' },
  shutdown: { text: 'Shut down', icon: 'power' },
  backup: { text: 'Back up', icon: 'box' },
  stop: { text: 'Stop hard', icon: 'stop' },
}

/** The first deed is a button, the others one gesture away; many guests have them on their pages. */
const actions = (r: GuestRow) => {
  const [first, ...others] = r.verbs
  return first && html`<div class="row-acts">${direct(r, first)}${menu(r, others)}</div>`
}

const direct = (r: GuestRow, { verb, whyNot }: GuestRow['verbs'][number]): Html => {
  const { text, icon: name } = words[verb]
  const title = whyNot ? `${text} ${r.name}: ${whyNot}` : `${text} ${r.name}`
  return html`<form method="post" action="${paths.guestDeed(r.vmid, verb)}"><button class="tool" title="${title}" aria-label="${title}"${whyNot ? ' disabled' : ''}>${pictures[name as keyof typeof pictures] ?? icon(name)}</button></form>`
}

const menu = (r: GuestRow, verbs: GuestRow['verbs']) =>
  html`<details class="menu"><summary class="tool" aria-label="More for ${r.name}" title="More for ${r.name}">${icon('more')}</summary><ul>${verbs.map(
    ({ verb, whyNot }) =>
      html`<li><form method="post" action="${paths.guestDeed(r.vmid, verb)}"><button class="item"${whyNot ? html` disabled` : ''}>${icon(words[verb].icon)}${words[verb].text}</button>${whyNot ? html`<span class="reason">${whyNot}</span>` : ''}</form></li>`,
  )}${r.kind === 'ct' ? html`<li><a class="item" href="${paths.terminals(`guest/${r.vmid}`)}">${icon('terminal')}Terminal</a></li>` : ''}<li><a class="item" href="${paths.guest(r.vmid)}">${icon('eye')}Look closer</a></li><li><a class="item" href="${`${paths.guest(r.vmid)}#actions`}">${icon('more')}Snapshot, move, delete</a></li></ul></details>`

/** Stable keys; what is not known is null. */
export const guestJson = (g: GuestState) => ({
  vmid: g.vmid,
  kind: g.kind,
  name: g.name,
  node: g.node,
  condition: g.condition,
  word: g.word,
  why: g.why ?? null,
  since: isoOr(g.since),
  template: g.template,
  tags: g.tags,
  lock: g.lock ?? null,
  ha: g.ha ?? null,
  cpu: g.cpu ?? null,
  cores: g.cores ?? null,
  memory: g.memory ?? null,
  disk: g.disk ?? null,
  uptimeS: g.uptime ?? null,
  net: g.net ?? null,
})

const tableOf = (m: GuestsModel): Html => {
  const body = m.groups
    ? m.groups.map((group) => groupBody(group, m.rows))
    : html`<tbody>
${m.rows.map(guestRow)}</tbody>`
  return html`<table class="guests${m.total > MANY ? ' many' : ''}"><thead><tr>${headsOf(m.asked)}</tr></thead>${body}</table>
${m.rows.length === 0 ? html`<p class="empty">Nobody of that name.</p>` : ''}`
}

const groupBody = ({ node, count: n }: { node: string; count: number }, rows: GuestRow[]) =>
  html`<tbody><tr class="group"><th colspan="10" scope="rowgroup"><a href="${paths.node(node)}">${named(shown(node))}</a> <span class="count">${count(n, 'guest')}</span></th></tr>
${rows.filter((r) => r.source.node === node).map(guestRow)}</tbody>`

export const guests: Panel<GuestsModel> = {
  name: 'guests',
  title: 'Guests',
  model,
  html: (m) => section(m.frame, tableOf(m), { tools: guestTools(m.asked, m.total) }),
  text: (m) =>
    textOf(
      m.frame,
      [
        { head: 'ID', cell: (r) => r.vmid, right: true },
        { head: 'NAME', cell: (r) => r.name },
        { head: 'KIND', cell: (r) => r.kind },
        { head: 'NODE', cell: (r) => r.node },
        { head: 'STATE', cell: (r) => r.state },
        { head: 'CPU', cell: (r) => r.cpu, right: true },
        { head: 'MEMORY', cell: (r) => r.memory, right: true },
        { head: 'NETWORK', cell: (r) => r.net, right: true },
        { head: 'UP', cell: (r) => r.uptime, right: true },
        { head: 'TAGS', cell: (r) => r.tags, most: 24 },
      ],
      m.rows,
    ),
  json: (m) =>
    jsonOf(
      m.frame,
      m.rows.map((r) => guestJson(r.source)),
    ),
}
