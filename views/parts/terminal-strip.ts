/**
 * The terminal as a block: tabs, the screen, a row of keys for fingers, and a line that says how it is.
 * The script fills it; xterm is loaded when the first terminal is opened in it, and not before.
 */
import { html } from 'hono/html'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { icon } from './glyph.ts'
import { shown } from './shown.ts'

/** Addresses with their hash. */
export type TerminalFiles = {
  script: string
  xterm: string
  css: string
  fit: string
  search: string
  links: string
}

export type TerminalTab = {
  id: string
  name: string
  label: string
  viewers: number
  here?: boolean | undefined
}

export type Strip = {
  files: TerminalFiles
  tabs: readonly TerminalTab[]
  /** Which one is opened at once; undefined = none, until a tab is chosen. */
  open?: { id: string; mode: 'work' | 'watch' } | undefined
  /** What stands in place of a screen. */
  empty?: Html | undefined
}

const tab = ({ id, name, label, viewers, here }: TerminalTab): Html => {
  const looks = viewers > 0 ? `${viewers} ${viewers === 1 ? 'viewer' : 'viewers'}` : 'nobody looks'
  return html`<a href="${paths.terminal(id)}" data-open="${id}" title="${`${shown(label)}, ${looks}`}"${here ? html` aria-current="page"` : ''}>${here ? icon('terminal') : ''}<span>${shown(name)}</span></a>`
}

const idle = (tabs: readonly TerminalTab[]): Html =>
  tabs.length > 0
    ? html`<p class="idle">Choose one of the tabs. It is where you left it.</p>`
    : html`<p class="idle">No terminal is open. <a href="${paths.terminals()}">Open one</a>; it stays alive when you leave.</p>`

/** `name` is what the button says, `key` what it sends; the script knows what that is in bytes. */
const KEYS: [key: string, name: string, label: string][] = [
  ['esc', 'Esc', 'Escape'],
  ['tab', 'Tab', 'Tab'],
  ['ctrl', 'Ctrl', 'Control, for the next key'],
  ['alt', 'Alt', 'Alt, for the next key'],
  ['left', '◂', 'Left'],
  ['down', '▾', 'Down'],
  ['up', '▴', 'Up'],
  ['right', '▸', 'Right'],
  ['back', 'PgUp', 'Back in what scrolled away'],
  ['forth', 'PgDn', 'Forth in what scrolled away'],
]

const tools = (): Html => html`<div class="tools">
<button type="button" class="btn" data-do="copy" title="Copy what is selected" aria-label="Copy what is selected">Copy</button>
<button type="button" class="btn" data-do="paste">Paste</button>
<button type="button" class="btn" data-do="find">Find</button>
<button type="button" class="btn" data-do="smaller" aria-label="Smaller type">A−</button>
<button type="button" class="btn" data-do="larger" aria-label="Larger type">A+</button>
<button type="button" class="btn" data-do="reader" aria-pressed="false">Reader</button>
</div>`

export const terminalStrip = ({ files, tabs, open, empty }: Strip): Html =>
  html`<section id="terminal" class="panel terminal" aria-label="Terminal" data-xterm="${files.xterm}" data-css="${files.css}" data-fit="${files.fit}" data-search="${files.search}" data-links="${files.links}"${open ? html` data-id="${open.id}" data-mode="${open.mode}"` : ''}>
<div class="body">
<nav class="tabs" aria-label="Terminals">${tabs.map(tab)}<a class="new" href="${paths.terminals()}" title="Open another one" aria-label="Open another one">${icon('plus')}</a><p><span class="way"></span><span class="size"></span><span class="lookers"></span></p></nav>
<div class="windows" hidden></div>
<div class="screen-host">${empty ?? idle(tabs)}</div>
<form class="finder" hidden><input class="input mono" type="search" aria-label="Find in the terminal"><button class="btn">Find</button><button type="button" class="btn" data-do="unfind">Done</button></form>
<form class="paster" hidden><textarea class="input mono" rows="4" aria-label="Paste here; it goes to the terminal when you press Send"></textarea><button class="btn primary">Send</button><button type="button" class="btn" data-do="unpaste">Done</button></form>
<div class="foot-line"><p class="says" role="status"></p><button type="button" class="btn" data-do="again" hidden>Connect again</button>${tools()}</div>
<div class="keys" role="group" aria-label="Keys">${KEYS.map(([key, name, label]) => html`<button type="button" class="btn" data-key="${key}" aria-label="${label}"${key === 'ctrl' || key === 'alt' ? html` aria-pressed="false"` : ''}>${name}</button>`)}</div>
</div>
</section>
<script type="module" src="${files.script}"></script>
`
