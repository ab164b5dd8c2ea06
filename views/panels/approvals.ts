/** What waits for a person: who asks, for what, since when. The card itself is opened by a POST. */
import { html } from 'hono/html'
import type { Picture } from '../../lib/cluster/picture.ts'
import { dateTime } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { type TierName, tierBadge } from '../parts/badge.ts'
import { deedWords } from '../parts/deed-words.ts'
import { frameOf } from '../parts/frame.ts'
import { iso, jsonOf, named, section, textOf } from '../parts/section.ts'
import { cut, domId, shown } from '../parts/shown.ts'
import { moment } from '../parts/words.ts'
import type { Extra, Model, Panel, Waiting } from './panel.ts'

export type WaitingRow = {
  id: string
  deed: string
  by: string
  since: string
  until: string
  source: Waiting
}

const model = (_: Picture, extra: Extra): Model<WaitingRow> => {
  const rows = (extra.waiting ?? []).map((w) => rowOf(w, extra))
  return {
    rows: grouped(rows),
    frame: frameOf({
      name: 'approvals',
      title: 'Approvals',
      // Our own book, not a reading of the cluster.
      part: { at: extra.now, limit: Number.POSITIVE_INFINITY },
      moment: extra,
      rows: rows.length,
      count: rows.length === 0 ? '' : `${rows.length} ${rows.length === 1 ? 'waits' : 'wait'}`,
      empty: 'Nothing awaits you. Do enjoy it.',
    }),
  }
}

const rowOf = (w: Waiting, extra: Extra): WaitingRow => ({
  id: domId('approval', w.id),
  deed: deedWords(w),
  by: shown(w.by),
  since: moment(w.since, extra),
  until: dateTime(w.expires, extra.timeZone),
  source: w,
})

/** Oldest first; what shares a card stays together. */
const grouped = (rows: WaitingRow[]): WaitingRow[] => {
  const cards = [...new Set(rows.map((r) => r.source.card))]
  return cards.flatMap((card) => rows.filter((r) => r.source.card === card))
}

export const waitingRow = (r: WaitingRow): Html => {
  const { id, tier, since } = r.source
  return html`<div id="${r.id}" class="waiting" data-tier="${tier}">${tierBadge(tier as TierName)}<strong class="name"><a href="${paths.approval(id)}">${cut(r.deed, 90)}</a></strong><span class="asks">${named(r.by)} asks, since <time datetime="${iso(since)}">${r.since}</time></span><form method="post" action="${paths.approvalOpen(id)}"><button class="btn">Decide<span class="unseen">: ${r.deed}</span></button></form></div>
`
}

const listOf = (rows: WaitingRow[]): Html => {
  const cards = [...new Set(rows.map((r) => r.source.card))]
  return html`<div class="waitings">${cards.map((card) => cardOf(rows.filter((r) => r.source.card === card)))}</div>`
}

/** Each is decided by itself: there is no "approve all". */
const cardOf = (rows: WaitingRow[]): Html =>
  rows.length === 1
    ? waitingRow(rows[0]!)
    : html`<fieldset class="together"><legend>Asked for together: ${rows.length} deeds, each decided by itself</legend>
${rows.map(waitingRow)}</fieldset>
`

export const waitingJson = (w: Waiting) => ({
  id: w.id,
  card: w.card,
  deed: deedWords(w),
  tool: w.tool,
  args: w.args,
  target: w.target,
  label: w.label,
  tier: w.tier,
  by: w.by,
  kind: w.kind,
  since: iso(w.since),
  expires: iso(w.expires),
  url: paths.approval(w.id),
})

export const approvals: Panel<Model<WaitingRow>> = {
  name: 'approvals',
  title: 'Approvals',
  model,
  html: (m) => section(m.frame, listOf(m.rows)),
  text: (m) =>
    textOf(
      m.frame,
      [
        { head: 'ID', cell: (r) => String(r.source.id), right: true },
        { head: 'TIER', cell: (r) => r.source.tier },
        { head: 'DEED', cell: (r) => r.deed, most: 60 },
        { head: 'ASKED BY', cell: (r) => r.by, most: 30 },
        { head: 'SINCE', cell: (r) => r.since },
        { head: 'UNTIL', cell: (r) => r.until },
      ],
      m.rows,
    ),
  json: (m) =>
    jsonOf(
      m.frame,
      m.rows.map((r) => waitingJson(r.source)),
    ),
}
