/** The head of a page with one subject: where it is in the house, what it is, in one line. */
import { html } from 'hono/html'
import { type LiveName, paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { glyph, type State } from '../parts/glyph.ts'

export type Crumb = { text: string; href?: string | undefined }

export const crumbs = (steps: readonly Crumb[]): Html =>
  html`<nav aria-label="Path"><ol class="crumbs">${steps.map(({ text, href }, i) => {
    const last = i === steps.length - 1
    return html`<li${last ? html` aria-current="page"` : ''}>${href && !last ? html`<a href="${href}">${text}</a>` : text} </li>`
  })}</ol></nav>`

export type Subject = {
  sign?: { state: State; label: string } | undefined
  /** A number before the name, in the mono. */
  number?: string | undefined
  title: string
  facts?: readonly (Html | string)[]
  right?: Html | undefined
}

export const subject = ({ sign, number, title, facts = [], right }: Subject): Html =>
  html`<div class="subject">${sign ? glyph(sign.state, sign.label) : ''}<h1 class="display">${number ? html`<span class="fig">${number}</span> ` : ''}${title}</h1>${facts.map((f) => html`<span>${f}</span>`)}${right ? html`<div class="right">${right}</div>` : ''}</div>`

/** What a page begins with. */
export const head = (path: readonly Crumb[], what: Subject): Html =>
  html`<div class="head">${crumbs(path.length > 1 ? path : [{ text: 'HUD', href: paths.hud() }, ...path])}${subject(what)}</div>`

export type Pair = [what: string, is: Html | string]

export const pairs = (rows: readonly Pair[]): Html =>
  html`<dl class="pairs">${rows.map(([what, is]) => html`<div><dt>${what}</dt><dd>${is}</dd></div>`)}</dl>`

/** The same for a terminal. */
export const pairLines = (rows: readonly [string, string][]): string[] => {
  const widest = Math.max(0, ...rows.map(([what]) => what.length))
  return rows.map(([what, is]) => `  ${what.padEnd(widest)}  ${is.replace(/\u2009/g, ' ')}`)
}

/** What a page answers: its title and its body. */
export type PageBody = {
  title: string
  body: Html
  /** Panels on it that follow the cluster by themselves. */
  live?: readonly LiveName[] | undefined
  /** Without a script: where the page goes by itself, and when. */
  onward?: { seconds: number; href: string } | undefined
}
