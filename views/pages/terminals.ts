/** Terminals: those that are open, and where one can be opened. */
import { html } from 'hono/html'
import { age } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { Target } from '../../lib/terminals/targets.ts'
import type { Seen } from '../../lib/terminals/terminals.ts'
import type { Html } from '../layout.ts'
import { button, linkButton, reasoned } from '../parts/button.ts'
import { panel, says } from '../parts/panel.ts'
import { domId, shown } from '../parts/shown.ts'
import { columns } from '../parts/table.ts'
import { head, type PageBody } from './place.ts'

export type TerminalsPage = {
  now: number
  terminals: readonly Seen[]
  targets: readonly Target[]
  /** Whoever looks may open one: a person does, a token does not. */
  may: boolean
  /** The target that a link named. */
  at?: string | undefined
}

/** What keeps it alive, in words. */
export const wayWords = ({ way }: Pick<Seen, 'way'>): string =>
  way === 'tmux'
    ? 'stays alive when you leave'
    : way === 'kept'
      ? 'ends with the server'
      : 'not started yet'

export const terminalsPage = (m: TerminalsPage): PageBody => ({
  title: 'Terminals',
  body: html`${head([{ text: 'Terminals' }], { title: 'Terminals' })}
<div class="columns aside">
<div>${panel({ id: 'terminals', title: 'Open', state: 'fresh', now: m.now, limit: Number.POSITIVE_INFINITY, count: `${m.terminals.length}`, body: openOnes(m) })}</div>
<div>${panel({ id: 'targets', title: 'Open another', state: 'fresh', now: m.now, limit: Number.POSITIVE_INFINITY, body: places(m) })}</div>
</div>`,
})

const openOnes = (m: TerminalsPage): Html =>
  m.terminals.length === 0
    ? says({
        first: 'No terminal is open.',
        rest: 'One that you open stays, until its shell ends.',
      })
    : html`<ul class="terminals">${m.terminals.map((t) => openOne(t, m))}</ul>`

const openOne = (t: Seen, { now, may }: TerminalsPage): Html =>
  html`<li id="${domId('terminal', t.id)}"><div><a href="${paths.terminal(t.id)}"><strong>${shown(t.name)}</strong></a> <span class="note">${shown(t.label)} · ${wayWords(t)} · opened ${age(t.openedAt, now)} ago by ${shown(t.openedBy)}${t.viewers > 0 ? ` · ${t.viewers} look` : ''}</span></div>
<div class="steps">${linkButton({ text: 'Watch', icon: 'eye', href: paths.terminal(t.id, 'watch') })}${linkButton({ text: 'As text', href: paths.terminalScreen(t.id) })}${may ? html`<form method="post" action="${paths.terminalEnd(t.id)}">${button({ text: 'End', kind: 'danger', label: `End ${shown(t.name)} and what runs in it` })}</form>` : ''}</div></li>`

const places = ({ targets, may, at }: TerminalsPage): Html => {
  if (!may) return says({ first: 'A token reads terminals; only a person opens one.' })
  if (targets.length === 0)
    return says({
      first: 'There is nowhere to go.',
      rest: 'A terminal needs an SSH key and an accepted host key: ./jarvis doctor says what is missing.',
    })
  const first = targets.filter((t) => t.key === at)
  const rest = targets.filter((t) => t.key !== at)
  return html`<ul class="terminals">${[...first, ...rest].map((t) => place(t))}</ul>`
}

const place = (t: Target): Html => {
  const what = { text: shown(t.label), icon: 'terminal' as const, id: domId('open', t.key) }
  const words =
    t.kind === 'node' ? 'node' : t.command ? `container, through ${shown(t.host)}` : 'its own SSH'
  if (t.whyNot) return html`<li>${reasoned({ ...what, reason: t.whyNot })}</li>`
  return html`<li><form method="post" action="${paths.terminals()}"><input type="hidden" name="target" value="${t.key}">${button(what)}</form> <span class="note">${words}</span></li>`
}

export const terminalsText = ({ terminals, targets, now }: TerminalsPage): string =>
  [
    ...columns<Seen>(
      [
        { head: 'ID', cell: (t) => t.id },
        { head: 'NAME', cell: (t) => shown(t.name) },
        { head: 'WHERE', cell: (t) => shown(t.label) },
        { head: 'KEPT', cell: wayWords },
        { head: 'LOOK', cell: (t) => String(t.viewers), right: true },
        { head: 'OPEN', cell: (t) => age(t.openedAt, now), right: true },
      ],
      terminals,
    ),
    '',
    `Places: ${targets.map((t) => shown(t.key)).join(' ') || 'none'}`,
  ].join('\n')

export const terminalJson = (t: Seen) => ({
  id: t.id,
  name: shown(t.name),
  target: t.target,
  label: shown(t.label),
  host: t.host,
  kept_by: t.way === undefined ? null : t.way === 'tmux' ? 'tmux' : 'server',
  viewers: t.viewers,
  opened: new Date(t.openedAt).toISOString(),
  opened_by: shown(t.openedBy),
})

export const terminalsJson = ({ terminals, targets }: TerminalsPage) => ({
  terminals: terminals.map(terminalJson),
  targets: targets.map((t) => ({
    key: t.key,
    kind: t.kind,
    label: shown(t.label),
    why_not: t.whyNot ?? null,
  })),
})
