/** One terminal: the live screen, and the same as text for what cannot run it. */
import { html } from 'hono/html'
import { paths } from '../../lib/paths.ts'
import type { Seen } from '../../lib/terminals/terminals.ts'
import type { Html } from '../layout.ts'
import { button, linkButton } from '../parts/button.ts'
import { says } from '../parts/panel.ts'
import { shown } from '../parts/shown.ts'
import { type TerminalFiles, terminalStrip } from '../parts/terminal-strip.ts'
import { head, type PageBody } from './place.ts'
import { wayWords } from './terminals.ts'

export type TerminalPage = {
  terminal: Seen
  all: readonly Seen[]
  files: TerminalFiles
  mode: 'work' | 'watch'
  /** The node that tmux can be put on, where it has none. */
  offer?: string | undefined
}

const crumbs = ({ name }: Seen) => [
  { text: 'Terminals', href: paths.terminals() },
  { text: shown(name) },
]

export const terminalPage = (m: TerminalPage): PageBody => {
  const { terminal: t } = m
  const right = html`${m.offer ? offer(m.offer, t) : ''}${m.mode === 'watch' ? linkButton({ text: 'Work in it', href: paths.terminal(t.id) }) : linkButton({ text: 'Only watch', icon: 'eye', href: paths.terminal(t.id, 'watch') })}${linkButton({ text: 'As text', href: paths.terminalScreen(t.id) })}
<details class="more"><summary>Rename, end</summary><form method="post" action="${paths.terminalName(t.id)}"><label class="unseen" for="name">Name</label><input class="input" id="name" name="name" value="${shown(t.name)}" maxlength="60">${button({ text: 'Rename' })}</form><form method="post" action="${paths.terminalEnd(t.id)}">${button({ text: 'End it', kind: 'danger', label: 'End this terminal and what runs in it' })}</form></details>`
  return {
    title: shown(t.name),
    body: html`${head(crumbs(t), { title: shown(t.name), facts: [shown(t.label), html`<span id="way">${wayWords(t)}</span>`, 'Ctrl+Shift+Esc leaves the terminal'], right })}
<div class="terminal-page">${terminalStrip({
      files: m.files,
      tabs: m.all.map((one) => ({ ...one, here: one.id === t.id })),
      open: { id: t.id, mode: m.mode },
      empty: html`<noscript>${says({
        first: 'The live screen needs JavaScript.',
        step: linkButton({ text: 'The same as text', href: paths.terminalScreen(t.id) }),
      })}</noscript>`,
    })}</div>`,
  }
}

/**
 * The product's only install on a node, and only by this click. Hidden until it is known who keeps the
 * screen: the script shows it with the badge.
 */
const offer = (node: string, { id, way }: Seen): Html =>
  html`<form id="offer"${way === 'kept' ? '' : html` hidden`} method="post" action="${paths.tmuxInstall()}"><input type="hidden" name="node" value="${node}"><input type="hidden" name="next" value="${paths.terminal(id)}">${button({ text: `Install tmux on ${shown(node)}`, label: `Install tmux on ${shown(node)}, so that terminals there stay alive` })}</form>`

/** Lines stay lines; nothing else that could move a cursor. */
export const plainScreen = (text: string): string =>
  text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, ' ')
