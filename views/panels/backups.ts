/** What could be brought back. Never backed up is said aloud, but only where it is known. */
import { html } from 'hono/html'
import type { BackupState, Picture } from '../../lib/cluster/picture.ts'
import { age, bytes, count, DASH } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { frameOf } from '../parts/frame.ts'
import { glyph, type State } from '../parts/glyph.ts'
import { further, iso, jsonOf, named, section, textOf } from '../parts/section.ts'
import { domId, shown } from '../parts/shown.ts'
import { listed } from '../parts/words.ts'
import type { Extra, Model, Panel } from './panel.ts'

export type BackupRow = {
  id: string
  vmid: string
  name: string
  node: string
  is: 'kept' | 'old' | 'never' | 'unknown'
  last: string
  iso: string
  storage: string
  size: string
  count: string
  job: string
  source: BackupState
}

/** `mention`: what a text says of those that were never backed up. */
export type BackupsModel = Model<BackupRow> & { mention: string | undefined }

const model = (picture: Picture, extra: Extra): BackupsModel => {
  const { backups: part } = picture.parts
  // "Never" needs a reading of all stores: without one, no backup found means nothing.
  const sure = part.at !== undefined && part.trouble === undefined
  const rows = picture.backups
    .map((b) => rowOf(b, extra.now, sure))
    .sort((a, b) => urgency.indexOf(a.is) - urgency.indexOf(b.is))
  const bare = rows.filter((r) => r.is === 'never' || r.is === 'old').length
  const never = rows.filter((r) => r.is === 'never').map((r) => r.vmid)
  const mention =
    never.length > 0
      ? `${listed(never)} ${never.length === 1 ? 'has' : 'have'} never been backed up. I mention it now, rather than later.`
      : undefined
  return {
    rows,
    mention,
    frame: frameOf({
      name: 'backups',
      title: 'Backups',
      part,
      moment: extra,
      rows: rows.length,
      count:
        bare > 0
          ? `${bare} of ${count(rows.length, 'guest')} without a recent one`
          : `${count(rows.length, 'guest')}${sure ? ', each has a recent one' : ''}`,
      empty: 'No guests, so there is nothing to back up.',
      notes: [
        mention,
        !sure &&
          part.at !== undefined &&
          'Not every backup storage can be read: there may be more.',
      ],
    }),
  }
}

/** A weekly job and a day of grace. */
const RECENT_MS = 8 * 86_400_000

const urgency: BackupRow['is'][] = ['never', 'old', 'unknown', 'kept']

const rowOf = (b: BackupState, now: number, sure: boolean): BackupRow => ({
  id: domId('backup', b.vmid),
  vmid: String(b.vmid),
  name: shown(b.name, String(b.vmid)),
  node: shown(b.node),
  is: b.last ? (now - b.last.at > RECENT_MS ? 'old' : 'kept') : sure ? 'never' : 'unknown',
  last: b.last ? `${age(b.last.at, now)} ago` : sure ? 'never' : 'none found',
  iso: b.last ? iso(b.last.at) : '',
  storage: b.last ? shown(b.last.storage) : DASH,
  size: bytes(b.last?.size),
  count: sure || b.count > 0 ? String(b.count) : DASH,
  job: b.uncovered ? 'in no job' : 'in a job',
  source: b,
})

const signs: Record<BackupRow['is'], [State, string]> = {
  kept: ['well', 'recent'],
  old: ['attention', 'old'],
  never: ['attention', 'none'],
  unknown: ['unknown', 'not known'],
}

export const backupRow = (r: BackupRow): Html => {
  const [sign, label] = signs[r.is]
  return html`<tr id="${r.id}" data-is="${r.is}"><td class="sign">${glyph(sign, label)}</td><td class="id">${r.vmid}</td><th scope="row"><a href="${paths.guest(r.vmid)}">${named(r.name)}</a></th><td class="is">${r.iso ? html`<time datetime="${r.iso}">${r.last}</time>` : r.last}</td><td class="where">${named(r.storage)}</td><td class="right"><span class="fig">${r.size}</span></td><td class="job${r.source.uncovered ? ' warn' : ''}">${r.job}</td></tr>
`
}
const tableOf = (rows: BackupRow[]): Html =>
  html`<table class="plain backups"><thead class="unseen"><tr><th scope="col">State</th><th scope="col">ID</th><th scope="col">Name</th><th scope="col">Last</th><th scope="col">Storage</th><th scope="col">Size</th><th scope="col">Schedule</th></tr></thead><tbody>
${rows.map(backupRow)}</tbody></table>
`

export const backupJson = (b: BackupState) => ({
  vmid: b.vmid,
  name: b.name,
  node: b.node,
  last: b.last ? { at: iso(b.last.at), storage: b.last.storage, size: b.last.size ?? null } : null,
  count: b.count,
  uncovered: b.uncovered,
})

export const backups: Panel<BackupsModel> = {
  name: 'backups',
  title: 'Backups',
  model,
  // The row says it too, and the page has a sentence for it.
  html: (m) =>
    section({ ...m.frame, notes: m.frame.notes.filter((n) => n !== m.mention) }, tableOf(m.rows), {
      tools: further(m.rows.length, paths.guests(), 'guests'),
    }),
  text: (m) =>
    textOf(
      m.frame,
      [
        { head: 'ID', cell: (r) => r.vmid, right: true },
        { head: 'NAME', cell: (r) => r.name },
        { head: 'NODE', cell: (r) => r.node },
        { head: 'LAST', cell: (r) => r.last },
        { head: 'STORAGE', cell: (r) => r.storage },
        { head: 'SIZE', cell: (r) => r.size, right: true },
        { head: 'KEPT', cell: (r) => r.count, right: true },
        { head: 'SCHEDULE', cell: (r) => r.job },
      ],
      m.rows,
    ),
  json: (m) =>
    jsonOf(
      m.frame,
      m.rows.map((r) => backupJson(r.source)),
    ),
}
