/** The structure of the pages: bar, places, the columns of the HUD, the foot bar of a phone, the door. */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import { segments } from './field.ts'
import { glyph, type Icon, icon } from './glyph.ts'
import { mark } from './mark.ts'
import { dayArc, dayPoint } from './ring.ts'

export type Mode = 'hud' | 'calm' | 'contrast'
export const modes: readonly Mode[] = ['hud', 'calm', 'contrast']

export type Place = {
  text: string
  href: string
  /** What lies below it, where that is not below its link. */
  at?: string
  here?: boolean
  /** How many wait there; the page's script counts on where there is a number. */
  waits?: number | undefined
  icon?: Icon | undefined
}

export type Bar = {
  home: string
  cluster?: string | undefined
  lab?: boolean
  places: readonly Place[]
  /** Further places, behind one word. */
  more?: readonly Place[] | undefined
  live?: Html | undefined
  /** What machines may do. */
  may?: Html | undefined
  modes?: Html | undefined
  stop?: Html | undefined
}

export const bar = (b: Bar): Html => html`<header class="bar">
<a class="home" href="${b.home}">${mark()}<strong>JARVIS</strong></a>${b.cluster ? html`<span class="cluster">${b.cluster}</span>` : ''}${b.lab ? html`<span class="tag lab">LAB</span>` : ''}
<nav class="places" aria-label="Places"><ul>${b.places.map((p) => html`<li>${place(p)}</li>`)}${b.more?.length ? html`<li>${furtherPlaces(b.more)}</li>` : ''}</ul></nav>
<div class="right">${b.live ?? ''}${b.may ?? ''}${b.modes ?? ''}${b.stop ?? ''}</div>
</header>
`

const place = (p: Place) =>
  html`<a href="${p.href}"${p.here ? html` aria-current="page"` : ''}>${p.icon ? icon(p.icon) : ''}<span>${p.text}${p.waits === undefined ? '' : html` <span class="waits"${p.waits === 0 ? ' hidden' : ''}><b>${p.waits}</b><span class="unseen"> waiting</span></span>`}</span></a>`

const furtherPlaces = (places: readonly Place[]) =>
  html`<details class="more"><summary>More ${icon('down')}</summary><ul>${places.map((p) => html`<li>${place(p)}</li>`)}</ul></details>`

/** `● live 2 s`. `at` and `limit` let the page's script count on; milliseconds. */
export const live = (l: {
  word: string
  age: string
  /** Undefined = never heard. */
  at: number | undefined
  limit: number
  well: boolean
}): Html =>
  html`<p class="live" id="live"${l.at === undefined ? '' : html` data-at="${l.at}" data-limit="${l.limit}"`}>${glyph(l.well ? 'well' : 'old')}<span class="word">${l.word}</span> <span class="age">${l.age}</span></p>`

/** Three buttons of one form: without a script the server keeps the choice. */
export const modeSwitch = (action: string, chosen: Mode): Html =>
  html`<form class="modes" method="post" action="${action}">${segments(
    'mode',
    'Look',
    modes.map((m) => ({ value: m, text: m })),
    chosen,
  )}</form>`

/** The five places of a thumb. */
/** `more` are the places that no thumb's width is left for. */
export const footBar = (places: readonly Place[], more: readonly Place[] = []): Html =>
  html`<nav class="foot" aria-label="Places, short">${places.map(place)}${
    more.length === 0
      ? ''
      : html`<details class="more"><summary>${icon('more')}More</summary><ul>${more.map((p) => html`<li>${place(p)}</li>`)}</ul></details>`
  }</nav>
`

export type Hud = {
  /** What is so, and what is wanted. */
  sentence: string
  rest?: string | undefined
  quorum?: Html | undefined
  /** The decision that waits. */
  decision?: Html | undefined
  nodes: Html
  /** Top down; an array of blocks stands side by side where there is room. */
  middle: (Html | Html[])[]
  /** Jarvis, activity, conversation: the right column, top down. */
  side: Html[]
  terminal?: Html | undefined
}

/** The order is that of the phone and of the readers; wider pages place the same blocks by area. */
export const hud = (h: Hud): Html => html`<main id="main" class="hud" tabindex="-1">
<div class="sentence">${headline(h)}${h.quorum ?? ''}</div>
${h.decision ? html`<div class="decision">${h.decision}</div>` : ''}
<div class="left">${h.nodes}</div>
<div class="middle">${h.middle.map((block) => (Array.isArray(block) ? html`<div class="pair">${block}</div>` : block))}</div>
<div class="side">${h.side}</div>
${h.terminal ? html`<div class="strip">${h.terminal}</div>` : ''}
</main>
`

/** A block of its own: it changes without the page. */
export const headline = (h: Pick<Hud, 'sentence' | 'rest'>): Html =>
  html`<div id="sentence"><h1>${sentences(h.sentence)}</h1>${h.rest ? html`<p>${h.rest}</p>` : ''}</div>`

/** Each sentence may start a line of its own where there is little room. */
const sentences = (text: string) =>
  text.split(/(?<=[.!?]) /).map((part) => html`<span>${part}</span> `)

/** Votes as blocks: lit where held. */
export const voteMarks = (held: number, all: number): Html =>
  html`<svg viewBox="0 0 ${all * 20 - 4} 8" width="${all * 20 - 4}" height="8" aria-hidden="true">${Array.from({ length: all }, (_, i) => html`<rect class="${i < held ? 'held' : 'lost'}" x="${i * 20}" width="16" height="8"/>`)}</svg>`

export const votes = (held: number, all: number, words: string): Html =>
  html`<div class="votes">${voteMarks(held, all)}<p>${words}</p></div>`

export type Door = {
  cluster: string
  /** `14:32`, and the minute of the day for the ring. */
  time: string
  minute: number
  greeting: string
  form: Html
  note: Html | string
}

const HOURS = Array.from({ length: 96 }, (_, i) => {
  const [x1, y1] = dayPoint(162, 154, i * 15)
  const [x2, y2] = dayPoint(162, i % 24 === 0 ? 140 : i % 4 === 0 ? 147 : 151, i * 15)
  return `M${x1} ${y1}L${x2} ${y2}`
}).join('')

/** The page before the house: a dial, a sentence, a field. */
export const door = (d: Door): Html => {
  const [x1, y1] = dayPoint(162, 140, d.minute)
  const [x2, y2] = dayPoint(162, 164, d.minute)
  return html`<main id="main" class="door" tabindex="-1">
<svg class="door-dial" viewBox="0 0 324 324" role="img" aria-label="${`${d.cluster}, ${d.time}`}"><circle class="rim" cx="162" cy="162" r="162"/><path class="past" d="${dayArc(162, 162, d.minute)}"/><path class="hours" d="${HOURS}"/><path class="hand" d="M${x1} ${y1}L${x2} ${y2}"/><text class="cluster" x="162" y="142">${d.cluster}</text><text class="time" x="162" y="181">${d.time}</text></svg>
<h1>${d.greeting}</h1>
${d.form}
<p class="door-note">${d.note}</p>
</main>
`
}
