/**
 * The status screen for old tablets, read from three metres: one sentence, the nodes, six names, two
 * lines of news. Markup of 2012: tables, classes for widths, letters in place of drawings.
 */
import { html } from 'hono/html'
import { DASH } from '../../lib/format.ts'
import type { Html } from '../layout.ts'
import type { State } from './glyph.ts'

export type WallSign = Extract<State, 'well' | 'attention' | 'failed' | 'off' | 'unknown'>

export type WallNode = {
  name: string
  sign: WallSign
  /** Whole percent; undefined = not known. */
  cpu: number | undefined
  /** Figure in GiB, and the share 0-1. */
  ram: string
  ramShare: number | undefined
  /** `58°`; undefined where there is no source. */
  temperature?: string | undefined
  hot?: boolean
  /** `5 min old`: what is shown is not of now. */
  old?: string | undefined
}

export type WallName = { text: string; sign: WallSign; figure?: string | undefined }

export type Wall = {
  /** How the band looks from the door. */
  band: 'well' | 'amber' | 'red' | 'grey'
  /** Short: 76 px type. */
  sentence: string
  rest: string
  clock: string
  /** The age of the page: `2 s old`. */
  age: string
  nodes: readonly WallNode[]
  names: readonly WallName[]
  news: readonly string[]
  night?: boolean
  /** The hour; the page moves by two pixels with it. */
  hour: number
}

export const wall = (w: Wall): Html => {
  const shown = w.nodes.length > 8 ? w.nodes.filter((n) => n.sign !== 'well').slice(0, 8) : w.nodes
  const classes = [w.band, shown.length > 4 && 'two', w.night && 'night', `shift${w.hour % 4}`]
  return html`<div id="wall" class="${classes.filter(Boolean).join(' ')}">
<table class="band" role="presentation"><tbody><tr><td><h1>${w.sentence}</h1><p>${w.rest}</p></td><td class="right"><p class="clock n" id="clock">${w.clock}</p><p class="old" id="age">${w.age}</p></td></tr></tbody></table>
${w.nodes.length > shown.length ? html`<p class="what">${w.nodes.length - shown.length} more, all well</p>` : ''}<table class="nodes" role="presentation"><tbody>
${rowsOf(shown, 4).map((row) => html`<tr>${row.map(node)}</tr>`)}
</tbody></table>
<table class="names" role="presentation"><tbody>
${rowsOf(w.names.slice(0, 6), 3).map((row) => html`<tr>${row.map(nameCell)}</tr>`)}
</tbody></table>
<div class="news">${w.news.slice(0, 2).map((line, i) => (i === 0 ? html`<p>${line}</p>` : html`<p class="then">${line}</p>`))}</div>
</div>
`
}

const rowsOf = <T>(all: readonly T[], perRow: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / perRow) }, (_, i) =>
    all.slice(i * perRow, (i + 1) * perRow),
  )

const node = (n: WallNode, i: number) => {
  const classes = [i === 0 && 'first', n.old !== undefined && 'lost', n.hot && 'hot']
  return html`<td class="${classes.filter(Boolean).join(' ')}"><h2>${sign(n.sign)} ${n.name}</h2><p class="what">CPU %</p><p class="cpu n">${n.cpu ?? DASH}</p><p class="line">RAM <span class="n">${n.ram}</span></p><div class="rail"><div class="${step(n.ramShare)}"></div></div>${last(n)}</td>`
}

const last = (n: WallNode) =>
  n.old !== undefined
    ? html`<p class="line since">${n.old}</p>`
    : n.temperature === undefined
      ? ''
      : html`<p class="line temp">Temp <span class="n">${n.temperature}</span></p>`

const nameCell = (n: WallName, i: number) =>
  html`<td class="${i === 0 ? 'sign first' : 'sign'}">${sign(n.sign)}</td><td class="${n.sign === 'unknown' ? 'unseen' : ''}">${n.text}${n.figure === undefined ? '' : html` <span class="n">${n.figure}</span>`}</td>`

// Letters of WGL4: every font of 2012 has them, Dillo and w3m too, and none of them is an emoji.
const letters: Record<WallSign, [letter: string, word: string]> = {
  well: ['●', 'up'],
  attention: ['▲', 'wants attention'],
  failed: ['■', 'failed'],
  off: ['○', 'off'],
  unknown: ['□', 'cannot be seen'],
}
const sign = (state: WallSign) => {
  const [letter, word] = letters[state]
  return html`<b class="g ${state}" title="${word}">${letter}</b>`
}

/** Widths stand in the style sheet in steps of five percent; what is not known is an empty rail. */
export const step = (share: number | undefined): string =>
  share === undefined ? 'w0' : `w${Math.round(Math.min(1, Math.max(0, share)) * 20) * 5}`

export type WallPage = {
  title: string
  css: string
  refreshS: number
  body: Html
  script?: string | undefined
}

/** The whole document. It renews itself without a script. */
export const wallPage = (p: WallPage): Html => html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=1024">
<meta http-equiv="refresh" content="${p.refreshS}">
<title>${p.title}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="${p.css}"></head>
<body>
${p.body}${p.script ? html`<script src="${p.script}"></script>` : ''}
</body></html>
`
