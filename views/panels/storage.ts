/** Where things are kept, how full it is, and when it will be full. */
import { html } from 'hono/html'
import type { Picture, StorageState } from '../../lib/cluster/picture.ts'
import { count, DASH, percent } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { figure } from '../parts/figure.ts'
import { frameOf } from '../parts/frame.ts'
import { meter } from '../parts/meter.ts'
import { further, jsonOf, named, section, textOf } from '../parts/section.ts'
import { domId, shown } from '../parts/shown.ts'
import { listed, part, use, usedOf } from '../parts/words.ts'
import type { Extra, Model, Panel } from './panel.ts'

export type StorageRow = {
  id: string
  name: string
  where: string
  plugin: string
  content: string
  is: StorageState['condition']
  state: string
  use: string
  part: string
  forecast: string
  source: StorageState
}

const model = (picture: Picture, extra: Extra): Model<StorageRow> => {
  const rows = picture.storages
    .map(rowOf)
    .sort((a, b) => Number(wantsAttention(b)) - Number(wantsAttention(a)))
  const gone = rows.filter((r) => r.is !== 'available').length
  return {
    rows,
    frame: frameOf({
      name: 'storage',
      title: 'Storage',
      part: picture.parts.storages,
      moment: extra,
      rows: rows.length,
      count: `${count(rows.length, 'store')}${gone ? `, ${gone} not available` : ''}`,
      empty: 'No storage. Nothing can be kept, so nothing can be lost.',
    }),
  }
}

const rowOf = (s: StorageState): StorageRow => {
  const here = s.condition === 'available'
  return {
    id: domId('storage', s.id),
    name: shown(s.storage),
    where: s.shared
      ? `shared, ${count(s.nodes.length, 'node')}`
      : listed(s.nodes.map((n) => shown(n))),
    plugin: shown(s.plugin),
    content: s.content.map((c) => shown(c)).join(' '),
    is: s.condition,
    state: s.why && !here ? `${s.condition} (${shown(s.why)})` : s.condition,
    use: here ? use(s.use) : DASH,
    part: here ? percent(part(s.use)) : DASH,
    forecast:
      here && s.fullInDays !== undefined
        ? `full in ${Math.max(0, Math.floor(s.fullInDays))} d`
        : DASH,
    source: s,
  }
}

/** From here on it is amber, whatever the trend. */
const LIMIT = 0.85
const SOON_DAYS = 14

const wantsAttention = ({ is, source: s }: StorageRow): boolean =>
  is !== 'available' ||
  (part(s.use) ?? 0) >= LIMIT ||
  (s.fullInDays !== undefined && s.fullInDays <= SOON_DAYS)

export const storageRow = (r: StorageRow): Html => {
  const { source: s } = r
  const { used, rest } = usedOf(s.use)
  const here = r.is === 'available'
  const warn = here && wantsAttention(r)
  return html`<tr id="${r.id}" data-is="${r.is}"><th scope="row"><a href="${paths.storages()}">${named(r.name)}</a> <span class="where">${named(r.where)}</span></th>${here ? html`<td>${meter({ value: part(s.use), limit: LIMIT, size: 'middle' })}</td><td class="right">${s.use ? figure(used, rest) : DASH}</td>` : html`<td colspan="2" class="right is">${named(r.state)}</td>`}<td class="right forecast${warn ? ' warn' : ''}">${r.forecast === DASH ? r.part : r.forecast}</td></tr>
`
}

const tableOf = (rows: StorageRow[]): Html =>
  html`<table class="plain storage"><thead class="unseen"><tr><th scope="col">Name</th><th scope="col">Full</th><th scope="col">Used</th><th scope="col">Forecast</th></tr></thead><tbody>
${rows.map(storageRow)}</tbody></table>
`

/** Stable keys; what is not known is null. */
export const storageJson = (s: StorageState) => {
  const here = s.condition === 'available'
  return {
    id: s.id,
    storage: s.storage,
    nodes: s.nodes,
    shared: s.shared,
    plugin: s.plugin,
    content: s.content,
    condition: s.condition,
    why: s.why ?? null,
    use: here ? (s.use ?? null) : null,
    fullInDays: here ? (s.fullInDays ?? null) : null,
  }
}

export const storage: Panel<Model<StorageRow>> = {
  name: 'storage',
  title: 'Storage',
  model,
  html: (m) =>
    section(m.frame, tableOf(m.rows), {
      tools: further(m.rows.length, paths.storages(), 'stores'),
    }),
  text: (m) =>
    textOf(
      m.frame,
      [
        { head: 'STORAGE', cell: (r) => r.name },
        { head: 'WHERE', cell: (r) => r.where },
        { head: 'TYPE', cell: (r) => r.plugin },
        { head: 'STATE', cell: (r) => r.state },
        { head: 'USED', cell: (r) => r.use, right: true },
        { head: '%', cell: (r) => r.part, right: true },
        { head: 'FORECAST', cell: (r) => r.forecast, right: true },
        { head: 'CONTENT', cell: (r) => r.content },
      ],
      m.rows,
    ),
  json: (m) =>
    jsonOf(
      m.frame,
      m.rows.map((r) => storageJson(r.source)),
    ),
}
