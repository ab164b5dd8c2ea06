/** The audit trail for scripts: aligned text, JSON, CSV, JSON lines. */
import type { Act, Acts, Check, TrailRow, WholeRow } from '../../lib/audit/trail.ts'
import { count, dateTime } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { csv } from '../parts/csv.ts'
import { iso, isoOr } from '../parts/section.ts'
import { safeJson, shown } from '../parts/shown.ts'
import { columns } from '../parts/table.ts'
import type { AuditPage } from './audit.ts'
import { chainWords, forgottenWords } from './audit-words.ts'

/** How it ended, as far as that is known: the newest end, else what the row itself says. */
export const endOf = ({ head, ends }: Act): TrailRow => ends.at(-1) ?? head

/** `12 acts, and there are older ones`; an act is what was begun and how it ended. */
export const actsWords = ({ acts, next, tired }: Acts): string =>
  `${count(acts.length, 'act')}${tired ? ' so far' : next === undefined ? '' : ', and there are older ones'}`

export const auditText = (m: AuditPage): string =>
  [
    `AUDIT  ${actsWords(m)}`,
    chainWords(m.check, m).text.replace(/\u2009/g, ' '),
    forgottenWords(m.forgotten, m.keepDays, m),
    ...columns(
      [
        { head: 'ROW', cell: (a: Act) => String(a.head.id), right: true },
        { head: 'TIME', cell: (a) => dateTime(a.head.at, m.timeZone) },
        { head: 'WHO', cell: (a) => shown(a.head.who) },
        { head: 'FROM', cell: (a) => shown(a.head.from) },
        { head: 'WHAT', cell: (a) => shown(a.head.what) },
        { head: 'TARGET', cell: (a) => shown(a.head.target, '') },
        { head: 'TIER', cell: (a) => shown(a.head.tier, '') },
        { head: 'VERDICT', cell: (a) => shown(a.head.verdict) },
        { head: 'OUTCOME', cell: (a) => shown(endOf(a).outcome, '') },
        { head: 'REASON', cell: (a) => shown(endOf(a).reason, ''), most: 200 },
      ],
      m.acts,
    ),
    ...(m.next === undefined
      ? []
      : ['', `older: ${paths.auditAs('txt', { ...m.query, before: m.next })}`]),
  ].join('\n')

/** One row; what is not known is null. */
const rowJson = (row: TrailRow) => ({
  id: row.id,
  at: iso(row.at),
  who: row.who,
  kind: row.kind ?? null,
  from: row.from,
  what: row.what,
  target: row.target ?? null,
  args: row.args ?? null,
  verdict: row.verdict,
  tier: row.tier ?? null,
  rule: row.rule ?? null,
  reason: row.reason ?? null,
  outcome: row.outcome ?? null,
  of: row.of ?? null,
  approval: row.approval ?? null,
  deed: row.deed ?? null,
  task: row.task ?? null,
  tookS: row.tookS ?? null,
  before: row.before ?? null,
  after: row.after ?? null,
  previous: row.previous,
  hash: row.hash,
  sound: row.sound,
})

export const auditJson = (m: AuditPage) => ({
  acts: m.acts.map(({ head, ends }) => [head, ...ends].map(rowJson)),
  next: m.next ?? null,
  tired: m.tired,
  chain: m.check ? chainJson(m.check) : null,
  forgotten: m.forgotten
    ? {
        through: m.forgotten.through,
        hash: m.forgotten.throughHash,
        rows: m.forgotten.rows,
        at: iso(m.forgotten.at),
      }
    : null,
})

export const chainJson = ({ verdict, at, took, by }: Check) => ({
  ok: verdict.ok,
  rows: verdict.rows,
  brokenAt: verdict.brokenAt ?? null,
  why: verdict.why ?? null,
  brokenRowAt: isoOr(verdict.at),
  newest: verdict.head ? { id: verdict.head.id, hash: verdict.head.hash } : null,
  at: iso(at),
  tookMs: took,
  by,
})

const heads = [
  'id',
  'time',
  'who',
  'kind',
  'from',
  'what',
  'target',
  'arguments',
  'verdict',
  'tier',
  'rule',
  'approval',
  'outcome',
  'seconds',
  'reason',
  'before',
  'after',
  'concludes',
  'deed',
  'task',
  'previous',
  'hash',
]

export const csvHead = (): string => csv([heads])

export const csvOf = (rows: readonly TrailRow[]): string =>
  csv(
    rows.map((r) => [
      r.id,
      iso(r.at),
      shown(r.who, ''),
      r.kind ?? '',
      shown(r.from, ''),
      shown(r.what, ''),
      shown(r.target, ''),
      r.args ? shown(JSON.stringify(r.args)) : '',
      shown(r.verdict, ''),
      shown(r.tier, ''),
      shown(r.rule, ''),
      r.approval ?? '',
      shown(r.outcome, ''),
      r.tookS ?? '',
      shown(r.reason, ''),
      shown(r.before, ''),
      shown(r.after, ''),
      r.of ?? '',
      r.deed ?? '',
      shown(r.task, ''),
      r.previous,
      r.hash,
    ]),
  )

/**
 * A line that anybody can check: `hash` is the SHA-256 of `previous`, `id`, `at` and the entry with
 * its keys sorted, with a line break between them. What a terminal would obey is escaped, which is
 * the same JSON.
 */
export const jsonLine = ({ id, at, previous, hash, text }: WholeRow): string => {
  const head = JSON.stringify({ id, at, time: iso(at), previous, hash })
  return `${head.slice(0, -1)},"entry":${escaped(text)}}\n`
}

/** Of JSON that was written already; a text that somebody has broken becomes a string. */
const escaped = (text: string): string => {
  try {
    JSON.parse(text)
  } catch {
    return safeJson(text).trim()
  }
  return text.replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
