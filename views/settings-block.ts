/** What the tabs of the settings are built of: a block, a button that ends something, a moment. */
import { html } from 'hono/html'
import { age, dateTime } from '../lib/format.ts'
import type { Html } from './layout.ts'
import { faultLine } from './login.ts'
import { button } from './parts/button.ts'
import { shown } from './parts/shown.ts'

/** A block of the settings: nothing in it ages, so it has no lit edge. */
export const block = (id: string, title: string, body: Html): Html =>
  html`<section class="panel ${id}" aria-labelledby="${id}-title"><header><h2 id="${id}-title">${title}</h2></header><div class="body">
${body}
</div></section>`

export const ending = (action: string, word: string, what: string): Html =>
  html`<form method="post" action="${action}">${button({ text: word, label: `${word} ${shown(what)}` })}</form>`

/** `3 min ago`, or the date where it is still to come. */
export const moment = (at: number, { now, timeZone }: { now: number; timeZone: string }): Html =>
  html`<time datetime="${new Date(at).toISOString()}" title="${dateTime(at, timeZone)}">${at > now ? dateTime(at, timeZone) : `${age(at, now)} ago`}</time>`

/** What was wrong with a form, over it. */
export const faultOf = (
  { fault }: { fault?: { form: string; text: string } | undefined },
  form: string,
): Html | '' => (fault?.form === form ? faultLine(fault.text) : '')
