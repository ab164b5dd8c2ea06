/** One storage: how full, when it will be full, how it grew, what lies on it. */
import { html } from 'hono/html'
import type { StorageState } from '../../lib/cluster/picture.ts'
import { age, bytes, count, percent } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { StorageContent } from '../../lib/proxmox/types.ts'
import type { Html } from '../layout.ts'
import { eventJson } from '../panels/events.ts'
import type { EventLine } from '../panels/panel.ts'
import { storageJson } from '../panels/storage.ts'
import { figure } from '../parts/figure.ts'
import type { State } from '../parts/glyph.ts'
import { meter } from '../parts/meter.ts'
import { panel, says } from '../parts/panel.ts'
import { iso } from '../parts/section.ts'
import { shown } from '../parts/shown.ts'
import { part, use } from '../parts/words.ts'
import { type Curve, curveLines, curvePanel, type Past, pastJson } from './curves.ts'
import { feedLines, marksOf } from './feed.ts'
import { block, type Got, gotJson, gotPanel, nothing, PAGE_LIMIT_MS } from './got.ts'
import { eventsPanel } from './guest.ts'
import { head, type PageBody, pairLines, pairs } from './place.ts'
import { type RangeName, rangeSwitch, ranges, whenOf } from './range.ts'

export type StoragePage = {
  now: number
  timeZone: string
  storage: StorageState
  /** When the picture was last known to be true; undefined = never. */
  at: number | undefined
  past: Past
  content: Got<StorageContent[]>
  /** Why the list may lack some: backups need a right of their own. */
  narrow?: string | undefined
  events: EventLine[]
}

/** An hour of growth says nothing. */
export const storageRanges: RangeName[] = ['day', 'week', 'month']
/** Rows of one kind that a page shows; the figures count all of them. */
const MOST_ROWS = 200

const curveOf = ({ storage: s }: StoragePage): Curve => ({
  id: 'growth',
  title: 'Growth',
  kind: 'bytes',
  series: [{ key: 'used', words: s.use ? `of ${bytes(s.use.total)}` : 'used' }],
  top: s.use?.total,
  limit: s.use && s.use.total * 0.85,
})

export const storagePage = (m: StoragePage): PageBody => {
  const { storage: s, past } = m
  return {
    title: `Storage ${shown(s.id)}`,
    body: html`${head(
      [
        { text: 'Storage', href: paths.storages() },
        ...(s.shared ? [] : s.nodes.map((n) => ({ text: shown(n), href: paths.node(n) }))),
        { text: shown(s.storage) },
      ],
      {
        sign: signOf(s),
        title: shown(s.storage),
        facts: factWords(m),
        right: rangeSwitch(past.range, (range) => paths.storage(s.id, range), storageRanges),
      },
    )}
<div class="columns">
<div>${usePanel(m)}${curvePanel(past, curveOf(m), marksOf(m.events, m.timeZone), m)}${eventsPanel(m)}</div>
<div>${contentPanel(m)}</div>
</div>`,
  }
}

const signOf = (s: StorageState): { state: State; label: string } => {
  if (s.condition === 'unknown') return { state: 'unknown', label: 'unknown' }
  if (s.condition === 'inactive') return { state: 'off', label: 'inactive' }
  const used = part(s.use)
  return used !== undefined && used >= 0.85
    ? { state: 'attention', label: 'nearly full' }
    : { state: 'well', label: 'available' }
}

const factWords = ({ storage: s, at, now }: StoragePage): string[] => [
  shown(s.plugin),
  s.shared ? `shared by ${s.nodes.map((n) => shown(n)).join(', ')}` : `on ${shown(s.nodes[0])}`,
  ...(s.condition === 'available' ? [] : [`${s.condition}${s.why ? ` (${shown(s.why)})` : ''}`]),
  ...(at === undefined
    ? ['not heard yet']
    : now - at > 30_000
      ? [`last heard ${age(at, now)} ago`]
      : []),
]

/** `full in 9 d`, `steady`, or nothing where it is not known. */
const forecast = (s: StorageState): string =>
  s.fullInDays === undefined
    ? 'steady, or too soon to say'
    : `full in ${Math.max(0, Math.floor(s.fullInDays))}\u2009d at this pace`

const usePairs = (s: StorageState): [string, string][] => [
  ['Used', s.use ? `${use(s.use)}, ${percent(part(s.use))}` : 'not known'],
  ['Free', s.use ? bytes(s.use.total - s.use.used) : 'not known'],
  ['Forecast', forecast(s)],
  ['Holds', s.content.map((c) => kinds[c] ?? shown(c)).join(', ')],
]

const usePanel = (m: StoragePage) => {
  const { storage: s } = m
  const shape = { id: 'use', title: 'Use', now: m.now, limit: PAGE_LIMIT_MS }
  if (s.condition !== 'available')
    return panel({
      ...shape,
      state: s.condition === 'inactive' ? 'off' : 'unknown',
      body: says({
        first: s.condition === 'inactive' ? 'It is not active.' : 'I cannot see it.',
        rest: s.why && shown(s.why),
      }),
    })
  const used = part(s.use)
  return panel({
    ...shape,
    at: m.at,
    state: m.at === undefined ? 'loading' : 'fresh',
    body: html`<p class="graph-head">${figure({ figure: used === undefined ? '–' : String(Math.round(used * 100)), unit: '%' }, s.use ? `of ${bytes(s.use.total)}` : '')}</p>${meter({ value: used, limit: 0.85, crit: 0.95 })}${pairs(usePairs(s))}`,
  })
}

const kinds: Record<string, string> = {
  images: 'disks of virtual machines',
  rootdir: 'disks of containers',
  backup: 'backups',
  iso: 'ISO images',
  vztmpl: 'templates of containers',
  snippets: 'snippets',
  import: 'images to import',
}

type Group = { kind: string; rows: StorageContent[]; size: number }

/** The largest group first; within it the newest first. */
const groupsOf = (list: readonly StorageContent[]): Group[] => {
  const groups = new Map<string, StorageContent[]>()
  for (const row of list) {
    const group = groups.get(row.content)
    if (group) group.push(row)
    else groups.set(row.content, [row])
  }
  return [...groups]
    .map(([kind, rows]) => ({
      kind,
      rows: rows.sort((a, b) => (b.ctime ?? 0) - (a.ctime ?? 0)),
      size: rows.reduce((sum, r) => sum + (r.size ?? 0), 0),
    }))
    .sort((a, b) => b.size - a.size)
}

const contentPanel = (m: StoragePage) =>
  gotPanel(m.content, {
    id: 'content',
    title: 'Content',
    now: m.now,
    count: (list) => (list.length ? count(list.length, 'volume') : undefined),
    body: (list) =>
      html`${m.narrow ? html`<p class="note">${shown(m.narrow)}</p>` : ''}${list.length === 0 ? nothing('Nothing lies here, as far as I may see.') : groupsOf(list).map((g) => groupOf(g, m))}`,
  })

const groupOf = ({ kind, rows, size }: Group, m: StoragePage): Html =>
  html`<details class="group"${rows.length <= 20 ? html` open` : ''}><summary>${capital(kinds[kind] ?? shown(kind))}: ${rows.length}, ${bytes(size)}</summary>
<table class="plain"><thead class="unseen"><tr><th scope="col">Volume</th><th scope="col">Guest</th><th scope="col">Made</th><th scope="col">Size</th></tr></thead><tbody>
${rows.slice(0, MOST_ROWS).map(
  (r) =>
    html`<tr><th scope="row" title="${shown(r.volid)}">${shown(nameOf(r))}</th><td>${r.vmid ? html`<a href="${paths.guest(r.vmid)}">${r.vmid}</a>` : ''}</td><td>${r.ctime === undefined ? '' : html`<time datetime="${iso(r.ctime * 1000)}">${whenOf(r.ctime * 1000, m)}</time>`}</td><td class="n">${bytes(r.size)}</td></tr>
`,
)}</tbody></table>${rows.length > MOST_ROWS ? html`<p class="note">and ${rows.length - MOST_ROWS} more</p>` : ''}</details>`

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** `local:backup/vzdump-lxc-303.tar.zst` without the storage, which the page has as its title. */
const nameOf = ({ volid }: StorageContent) => volid.replace(/^[^:]+:([a-z]+\/)?/, '')

export const storageText = (m: StoragePage): string =>
  [
    `${shown(m.storage.id)}  ${factWords(m).join('  ')}`,
    block('Use', { value: m.storage }, (s) =>
      pairLines(
        s.condition === 'available'
          ? usePairs(s)
          : [['State', `${s.condition}${s.why ? `, ${shown(s.why)}` : ''}`]],
      ),
    ),
    block(ranges[m.past.range].words, { value: m.past }, (past) =>
      curveLines(past, [curveOf(m)], m),
    ),
    block('Content', m.content, (list) => [
      ...(m.narrow ? [`  ${shown(m.narrow)}`] : []),
      ...(list.length === 0 ? ['  Nothing, as far as I may see.'] : []),
      ...groupsOf(list).flatMap(({ kind, rows, size }) => [
        `  ${kinds[kind] ?? shown(kind)}: ${rows.length}, ${bytes(size).replace(/\u2009/g, ' ')}`,
        ...pairLines(rows.map((r) => [`  ${shown(nameOf(r))}`, bytes(r.size)])),
      ]),
    ]),
    block('Events', { value: m.events }, (events) => feedLines(events, m)),
  ].join('\n\n')

/** Bytes, ISO 8601; what could not be read is `{error}`. */
export const storagePageJson = (m: StoragePage) => ({
  storage: storageJson(m.storage),
  at: m.at === undefined ? null : iso(m.at),
  history: pastJson(m.past),
  narrow: m.narrow ?? null,
  content: gotJson(m.content, (list) =>
    list.map((r) => ({
      volid: r.volid,
      content: r.content,
      format: r.format ?? null,
      size: r.size ?? null,
      at: r.ctime === undefined ? null : iso(r.ctime * 1000),
      vmid: r.vmid ?? null,
      protected: r.protected,
    })),
  ),
  events: m.events.map(eventJson),
})
