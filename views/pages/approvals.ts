/** All requests: what waits, oldest first, and how the others ended. */
import { html } from 'hono/html'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { waitingJson } from '../panels/approvals.ts'
import type { Waiting } from '../panels/panel.ts'
import { deedWords } from '../parts/deed-words.ts'
import { glyph, type State } from '../parts/glyph.ts'
import { panel } from '../parts/panel.ts'
import { iso, isoOr, named } from '../parts/section.ts'
import { cut, shown } from '../parts/shown.ts'
import { columns } from '../parts/table.ts'
import { formLinks } from './filters.ts'
import { nothing } from './got.ts'
import { head, type PageBody } from './place.ts'
import { whenOf } from './range.ts'

export type EndedApproval = Waiting & {
  state: string
  endedBy?: string | undefined
  endedAt?: number | undefined
  endedWhy?: string | undefined
  deed?: { id: number; state: string; text?: string | undefined } | undefined
}

export type ApprovalsPage = {
  now: number
  timeZone: string
  /** The panel, which follows by itself. */
  panel: { html(): Html; text(): string }
  waiting: readonly Waiting[]
  ended: readonly EndedApproval[]
}

export const approvalsPage = (m: ApprovalsPage): PageBody => ({
  title: 'Approvals',
  live: ['approvals'],
  body: html`${head([{ text: 'Approvals' }], { title: 'Approvals', facts: ['What only a person may allow.'] })}
${m.panel.html()}
${endedPanel(m)}
${formLinks([
  { text: 'text', href: paths.approvalsAs('txt') },
  { text: 'JSON', href: paths.approvalsAs('json') },
])}`,
})

const endedPanel = (m: ApprovalsPage): Html =>
  panel({
    id: 'ended',
    title: 'Decided',
    state: m.ended.length === 0 ? 'empty' : 'fresh',
    now: m.now,
    limit: Number.POSITIVE_INFINITY,
    count: m.ended.length === 0 ? undefined : `the last ${m.ended.length}`,
    body:
      m.ended.length === 0
        ? nothing('Nothing has been decided yet.')
        : html`<table class="plain ended"><thead class="unseen"><tr><th scope="col">How</th><th scope="col">Deed</th><th scope="col">Asked by</th><th scope="col">What became of it</th><th scope="col">When</th></tr></thead><tbody>
${m.ended.map((a) => endedRow(a, m))}</tbody></table>`,
  })

const endedRow = (a: EndedApproval, m: ApprovalsPage): Html => {
  const end = endOf(a)
  return html`<tr><td class="sign">${glyph(end.sign)}</td><th scope="row"><a href="${paths.approval(a.id)}">${cut(deedWords(a), 60)}</a></th><td class="by">${named(shown(a.by))}</td><td class="end">${cut(end.text, 110)}</td><td class="right"><time datetime="${iso(a.endedAt ?? a.since)}">${whenOf(a.endedAt ?? a.since, m)}</time></td></tr>
`
}

const dones: Record<string, State> = {
  running: 'working',
  done: 'proven',
  warnings: 'attention',
}

/** How it ended, in a sentence, and its sign. */
export const endOf = (a: EndedApproval): { sign: State; text: string } => {
  const by = shown(a.endedBy, 'somebody')
  if (a.deed) {
    const { state, text } = a.deed
    const said = state === 'running' ? 'Under way.' : shown(text, state)
    return { sign: dones[state] ?? 'failed', text: `${said} Allowed by ${by}.` }
  }
  if (a.state === 'denied') return { sign: 'off', text: `${by} said no.` }
  if (a.state === 'expired')
    return { sign: 'off', text: 'It waited for a day, and nobody opened it.' }
  if (a.state === 'approved') return { sign: 'working', text: `Allowed by ${by}.` }
  return { sign: 'off', text: `Not done: ${shown(a.endedWhy, 'it is over')}` }
}

export const approvalsText = (m: ApprovalsPage): string =>
  [
    m.panel.text().trimEnd(),
    ...(m.ended.length === 0
      ? ['DECIDED  Nothing yet.']
      : [
          'DECIDED',
          ...columns(
            [
              { head: 'ID', cell: (a: EndedApproval) => String(a.id), right: true },
              { head: 'DEED', cell: (a) => deedWords(a), most: 60 },
              { head: 'ASKED BY', cell: (a) => shown(a.by), most: 30 },
              { head: 'END', cell: (a) => endOf(a).text, most: 110 },
            ],
            m.ended,
          ),
        ]),
  ].join('\n\n')

export const approvalsJson = (m: ApprovalsPage) => ({
  waiting: m.waiting.map(waitingJson),
  ended: m.ended.map((a) => ({
    ...waitingJson(a),
    state: a.state,
    text: endOf(a).text,
    decidedBy: a.endedBy ?? null,
    endedAt: isoOr(a.endedAt),
    became: a.deed ? { id: a.deed.id, url: paths.deed(a.deed.id) } : null,
  })),
})
