/** Buttons. What cannot be done is shown with its reason; what is under way says since when. */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import { glyph, type Icon, icon } from './glyph.ts'

export type ButtonKind = 'plain' | 'primary' | 'danger' | 'armed'

export type Button = {
  text: string
  kind?: ButtonKind | undefined
  icon?: Icon | undefined
  /** What stands behind the words, a tier for instance. */
  after?: Html | undefined
  /** What the form sends. */
  name?: string | undefined
  value?: string | undefined
  id?: string | undefined
  /** For readers, where the words alone are not enough: `Restart 303 homeassistant`. */
  label?: string | undefined
}

const classes = (kind: ButtonKind = 'plain') => (kind === 'plain' ? 'btn' : `btn ${kind}`)

const attributes = (b: Button) =>
  html`${b.id ? html` id="${b.id}"` : ''}${b.name ? html` name="${b.name}"` : ''}${b.value === undefined ? '' : html` value="${b.value}"`}${b.label ? html` aria-label="${b.label}"` : ''}`

const words = (b: Button) => html`${b.icon ? icon(b.icon) : ''}${b.text}${b.after ?? ''}`

export const button = (b: Button): Html =>
  html`<button class="${classes(b.kind)}"${attributes(b)}>${words(b)}</button>`

/** The same look for a place to go to. */
export const linkButton = (b: Button & { href: string }): Html =>
  html`<a class="${classes(b.kind)}" href="${b.href}">${words(b)}</a>`

/** A deed under way: `Restarting, 3 s`. */
export const busy = (text: string): Html =>
  html`<button class="btn busy" disabled aria-busy="true">${glyph('working')}${text}</button>`

/** Shown, disabled, and why; `id` ties the reason to the button. */
export const reasoned = (b: Button & { id: string; reason: string }): Html =>
  html`<button class="${classes(b.kind)}"${attributes(b)} disabled aria-describedby="${b.id}-why">${words(b)}</button> <span class="reason" id="${b.id}-why">${b.reason}</span>`

/** An icon alone, in a row; `label` is its name and its tooltip. With a reason it is disabled. */
export const iconButton = (
  name: Icon,
  label: string,
  more: { name?: string; value?: string; reason?: string | undefined } = {},
): Html => {
  const title = more.reason ? `${label}: ${more.reason}` : label
  return html`<button class="tool"${more.name ? html` name="${more.name}"` : ''}${more.value === undefined ? '' : html` value="${more.value}"`} title="${title}" aria-label="${title}"${more.reason ? html` disabled` : ''}>${icon(name)}</button>`
}

export type Stop = {
  /** Where the form goes: to stop, or to let work again. */
  action: string
  /** Whoever looks may do it. */
  may?: boolean
  /** By whom and since when all is stopped, milliseconds since 1970; undefined = not stopped. */
  pressed?: { by: string; at: number; now: number } | undefined
}

/** The kill switch: same spot, same word, on every page, with no question asked. */
export const stopSwitch = ({ action, may = true, pressed }: Stop): Html => {
  const word = html`${glyph('failed')}STOP`
  if (!pressed && !may)
    return html`<p class="stop"><button class="btn danger" disabled title="You may only look.">${word}</button></p>`
  if (!pressed)
    return html`<form class="stop" method="post" action="${action}"><button class="btn danger">${word}</button></form>`
  const { by, at, now } = pressed
  return html`<form class="stop pressed" method="post" action="${action}"><p class="halted" role="status" title="by ${by}">${icon('pause')}STOPPED <span class="fig" data-since="${at}">${counted((now - at) / 1000)}</span></p>${may ? html`<button class="btn">Let me work again</button>` : ''}</form>`
}

/** `0:42`, `13:05`, `2:05:09`. */
const counted = (seconds: number): string => {
  const s = Math.max(0, Math.floor(seconds))
  const two = (n: number) => String(n).padStart(2, '0')
  const [h, m] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60)]
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`
}
