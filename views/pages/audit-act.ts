/** One act of the audit trail in full: where from, by which rule, with what, before and after, and its hashes. */
import { html } from 'hono/html'
import type { Act, TrailRow } from '../../lib/audit/trail.ts'
import { dateTime, duration } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { glyph } from '../parts/glyph.ts'
import { safeJson, shown } from '../parts/shown.ts'
import { type Pair, pairs } from './place.ts'

/** From the beginning to the end; where nobody has measured it, between the two rows. */
export const lasted = ({ head, ends }: Act): string => {
  const end = ends.at(-1)
  const took = end?.tookS ?? head.tookS ?? (end && (end.at - head.at) / 1000)
  if (took === undefined) return ''
  return took < 1 ? `${Math.round(took * 1000)}\u2009ms` : duration(took)
}

export const detailsOf = (act: Act, m: { timeZone: string }): Html => {
  const { head, ends } = act
  const rows = [head, ...ends]
  const first = <K extends keyof TrailRow>(name: K): TrailRow[K] | undefined =>
    rows.find((row) => row[name] !== undefined)?.[name]
  const facts: [string, Html | string | undefined | false][] = [
    [
      'From',
      `${shown(head.from)}${head.kind && head.kind !== 'jarvis' ? `, a ${shown(head.kind)}` : ''}`,
    ],
    ['Rule', first('rule') && shown(first('rule'))],
    // The summary tells how it ended; why it was begun is something else.
    ['Why', ends.length > 0 && head.reason && shown(head.reason)],
    ['Approval', approvalOf(first('approval'))],
    ['Deed', deedOf(first('deed'))],
    ['Task', taskOf(first('task'))],
    ['Before', first('before') && shown(first('before'))],
    ['After', first('after') && shown(first('after'))],
  ]
  const known = facts.filter((fact): fact is Pair => Boolean(fact[1]))
  return html`<div class="act">${pairs(known)}${argumentsOf(head)}
<ol class="rows">${rows.map((row) => hashOf(row, m))}</ol></div>`
}

const approvalOf = (approval: number | undefined) =>
  approval === undefined
    ? undefined
    : html`<a href="${paths.approval(approval)}">number ${approval}</a>`

const deedOf = (deed: number | undefined) =>
  deed === undefined ? undefined : html`<a href="${paths.deed(deed)}">number ${deed}</a>`

const taskOf = (upid: string | undefined) =>
  upid === undefined ? undefined : html`<a href="${paths.task(upid)}">${shown(upid)}</a>`

const argumentsOf = ({ args }: TrailRow): Html | '' =>
  args && Object.keys(args).length > 0
    ? html`<pre class="log" tabindex="0" aria-label="Arguments">${safeJson(args).trim()}</pre>`
    : ''

/** Which row of the trail it is, when, and what it is chained with. */
const hashOf = (row: TrailRow, { timeZone }: { timeZone: string }): Html =>
  html`<li>${row.sound ? '' : html`${glyph('failed')} <strong>Its hash is not that of its content.</strong> `}row ${row.id}, ${dateTime(row.at, timeZone)}: <code>${row.hash}</code></li>`
