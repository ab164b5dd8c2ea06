/**
 * The status screen for old tablets, read from three metres: one sentence, the nodes, six names, two
 * lines of news; or one panel as a list. Markup of 2012: tables, classes for widths, letters in place
 * of drawings. What moves by itself (clock, ages) carries its moment, so that a script can count on.
 */
import { html } from 'hono/html'
import { age, DASH } from '../../lib/format.ts'
import type { Html } from '../layout.ts'
import type { State } from './glyph.ts'
import { cut } from './shown.ts'

export type WallSign = Extract<State, 'well' | 'attention' | 'failed' | 'off' | 'unknown'>

/** How the band looks from the door; grey = what is shown is not of now. */
export type Band = 'well' | 'amber' | 'red' | 'grey'

/** Since when, milliseconds: `5 min old`, `lost 5 min`. */
export type Since = { at: number; off?: boolean }

export type WallNode = {
  name: string
  sign: WallSign
  /** Whole percent; undefined = not known. */
  cpu: number | undefined
  /** Figure in GiB, and the share 0-1. */
  ram: string
  ramShare: number | undefined
  /** The last line: `Temp 58°`, or what there is instead; left out where there are two rows. */
  foot?: { word: string; figure: string; hot?: boolean } | undefined
  /** What is shown is not of now. */
  since?: Since | undefined
}

export type WallName = { text: string; sign: WallSign; figure?: string | undefined }

/** What stands in the band. */
export type WallHead = { band: Band; sentence: string; rest: string }

/** What the wall says; two that are equal need not be told twice. */
export type Wall = WallHead & {
  /** At most eight. */
  nodes: readonly WallNode[]
  /** At most six. */
  names: readonly WallName[]
  news: readonly string[]
}

export type WallRow = { sign: WallSign; name: string; words: string; figures: readonly string[] }

/** One panel as a list. */
export type WallList = WallHead & {
  title: string
  count: string
  /** What must be known besides the rows; amber. */
  note?: string | undefined
  rows: readonly WallRow[]
  /** Rows that had no room, and how the worst of them is. */
  more?: { count: number; sign: WallSign } | undefined
}

/** What changes with every look, so it is no news. */
export type WallMoment = {
  now: number
  /** The reading that is shown; undefined = none yet. */
  at: number | undefined
  /** `14:32` in the time zone of the house. */
  clock: string
  /** Of the program: a page of another one loads itself anew. */
  version: string
}

export const wall = (w: Wall, m: WallMoment): Html => html`${open(w, m, w.nodes.length > 4)}
${w.nodes.length === 0 ? '' : html`<table class="nodes" role="presentation"><tbody>\n${rowsOf(w.nodes, 4).map((row) => html`<tr>${row.map((n, i) => nodeCell(n, i, m.now))}${blank(row, w.nodes, 4)}</tr>\n`)}</tbody></table>\n`}${w.names.length === 0 ? '' : html`<table class="names" role="presentation"><tbody>\n${rowsOf(w.names, 3).map((row) => html`<tr>${row.map(nameCell)}</tr>\n`)}</tbody></table>\n`}<div class="news">${w.news.map((line, i) => (i === 0 ? html`<p>${plain(line)}</p>` : html`<p class="then">${plain(line)}</p>`))}</div>
</div>
`

export const wallList = (w: WallList, m: WallMoment): Html => html`${open(w, m, false)}
<h2 class="title">${w.title} <span class="count">${w.count}</span></h2>
${w.note ? html`<p class="note">${plain(w.note)}</p>\n` : ''}${w.rows.length === 0 ? '' : html`<table class="${isWide(w.rows) ? 'list wide' : 'list'}" role="presentation"><tbody>\n${w.rows.map(listRow)}${w.more ? moreRow(w.more) : ''}</tbody></table>\n`}</div>
`

const open = (w: WallHead, m: WallMoment, two: boolean) => {
  const length = w.sentence.length
  // Saira at 76 px takes 27 px a letter, and 740 px are free.
  const size = length <= 25 ? 'short' : length <= 36 ? 'middle' : 'long'
  const at = m.at === undefined ? html`` : html` data-at="${m.at}"`
  return html`<div id="wall" class="${two ? `${w.band} two` : w.band}" data-now="${m.now}" data-clock="${m.clock}" data-version="${m.version}"${at}>
<table class="band" role="presentation"><tbody><tr><td><h1 id="says" class="${size}">${plain(w.sentence)}</h1><p id="rest">${plain(w.rest)}</p></td><td class="right"><p class="clock n" id="clock">${m.clock}</p><p id="age">${m.at === undefined ? 'not heard yet' : `${old(m.at, m.now)} old`}</p></td></tr></tbody></table>`
}

/** A thin space is a box in the fonts of old devices (seen in Dillo with Liberation Sans). */
const plain = (text: string) => text.replace(/\u2009/g, '\u00a0')
const old = (at: number, now: number) => plain(age(at, now))

const rowsOf = <T>(all: readonly T[], perRow: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / perRow) }, (_, i) =>
    all.slice(i * perRow, (i + 1) * perRow),
  )

/** The end of a last row that is shorter than those above. */
const blank = (row: unknown[], all: readonly unknown[], perRow: number) =>
  row.length < Math.min(all.length, perRow)
    ? html`<td colspan="${perRow - row.length}">&nbsp;</td>`
    : ''

const nodeCell = (n: WallNode, i: number, now: number) => {
  const classes = [i === 0 && 'first', n.since && 'lost', n.foot?.hot && 'hot'].filter(Boolean)
  return html`<td${classes.length > 0 ? html` class="${classes.join(' ')}"` : ''}><h2>${sign(n.sign)} ${n.name}</h2><p class="what">CPU %</p><p class="cpu n">${n.cpu ?? DASH}</p><p class="line">RAM <span class="n">${n.ram}</span></p><div class="rail"><div class="${step(n.ramShare)}"></div></div>${foot(n, now)}</td>`
}

const foot = ({ since, foot: f }: WallNode, now: number) => {
  if (since)
    return html`<p class="line since" data-since="${since.at}"${since.off ? html` data-off="1"` : ''}>${since.off ? `lost ${old(since.at, now)}` : `${old(since.at, now)} old`}</p>`
  return f ? html`<p class="line foot">${f.word} <span class="n">${f.figure}</span></p>` : ''
}

const nameCell = (n: WallName, i: number) =>
  html`<td class="${i === 0 ? 'sign first' : 'sign'}">${sign(n.sign)}</td><td${n.sign === 'unknown' ? html` class="unseen"` : ''}><div>${n.text}${n.figure === undefined ? '' : html` <span class="n">${n.figure}</span>`}</div></td>`

const listRow = (r: WallRow) =>
  html`<tr${r.sign === 'unknown' ? html` class="unseen"` : ''}><td class="sign">${sign(r.sign)}</td><td class="name">${cut(r.name, 24)}</td>${r.figures.length === 0 ? html`<td class="words" colspan="2">${plain(cut(r.words, 56))}</td>` : html`<td class="words">${plain(cut(r.words, 30))}</td><td class="n">${r.figures.map((f, i) => html`${i > 0 ? html`&nbsp; ` : ''}${plain(f)}`)}</td>`}</tr>\n`

/** Two figures in a row take more of it. */
const isWide = (rows: readonly WallRow[]) => rows.some((r) => r.figures.length > 1)

const moreRow = ({ count, sign: worst }: { count: number; sign: WallSign }) =>
  html`<tr><td class="sign">${sign(worst)}</td><td class="name" colspan="3">${count} more</td></tr>\n`

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
export const letterOf = (state: WallSign): string => letters[state][0]

/** Widths stand in the style sheet in steps of five percent; what is not known is an empty rail. */
export const step = (share: number | undefined): string =>
  share === undefined ? 'w0' : `w${Math.round(Math.min(1, Math.max(0, share)) * 20) * 5}`

export type WallPage = {
  title: string
  css: string
  body: Html
  /** Hour and night of the device: luminance, and the place of the page. */
  device: WallDevice
  /** It is read from near by, in any window, from its last line up. */
  reads?: boolean | undefined
  /** Seconds after which a page without a script loads itself anew. */
  refreshS: number
  /** What the script needs; a page without one (a refusal) has none. */
  live?: { script: string; stream: string; part: string } | undefined
}

/** What belongs to one screen, not to the frame that all of them share. */
export type WallDevice = {
  /** Minute of the day in the time zone of the house. */
  minute: number
  /** Minutes of the day between which it is dark; the end may be the smaller one. */
  night?: { from: number; to: number } | undefined
}

export const isNight = ({ minute, night }: WallDevice): boolean => {
  if (!night) return false
  const { from, to } = night
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to
}

/** Every hour the page stands two pixels elsewhere, for OLED screens. */
const pageClass = (d: WallDevice) =>
  `shift${Math.floor(d.minute / 60) % 4}${isNight(d) ? ' night' : ''}`

/** The whole document. Without a script it renews itself; with one, the frame is changed in place. */
export const wallPage = (p: WallPage): Html => {
  const refresh = html`<meta http-equiv="refresh" content="${p.refreshS}">`
  const { night } = p.device
  const data = html`${p.live ? html` data-stream="${p.live.stream}" data-part="${p.live.part}"` : ''}${p.reads ? html` data-end="1"` : ''}${night ? html` data-night="${night.from}-${night.to}"` : ''}`
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="${p.reads ? 'width=device-width, initial-scale=1' : 'width=1024'}">
<meta name="apple-mobile-web-app-capable" content="yes">
${p.live ? html`<noscript>${refresh}</noscript>` : p.refreshS > 0 ? refresh : ''}
<title>${p.title}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="${p.css}"></head>
<body>
<div id="page" class="${pageClass(p.device)}"${data}>
${p.body}</div>
${p.live ? html`<script src="${p.live.script}"></script>\n` : ''}</body></html>
`
}

/** The frame of a refusal or a fault: the band, and in place of the nodes what to do. */
export const wallSays = (h: WallHead, lines: readonly (string | Html)[]): Html =>
  html`<div id="wall" class="${h.band}">
<table class="band" role="presentation"><tbody><tr><td><h1 id="says" class="${h.sentence.length <= 37 ? 'middle' : 'long'}">${h.sentence}</h1><p id="rest">${h.rest}</p></td></tr></tbody></table>
<div class="says">${lines.map((line) => html`<p>${line}</p>\n`)}</div>
</div>
`
