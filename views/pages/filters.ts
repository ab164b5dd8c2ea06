/** A row of choices above a list: a plain form that asks the same page again. */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import { shown } from '../parts/shown.ts'

export type Filter =
  | { name: string; label: string; choices: readonly string[]; chosen: string | undefined }
  | { name: string; label: string; text: string | undefined; example: string }

/** `keep` = what is asked besides, as hidden fields. */
export const filterForm = (action: string, filters: readonly Filter[], clear: boolean): Html =>
  html`<form class="filters" method="get" action="${action}">${filters.map(one)}<div class="steps"><button class="btn">Show</button>${clear ? html`<a href="${action}">show all</a>` : ''}</div></form>`

const one = (f: Filter) => {
  const id = `filter-${f.name}`
  const control =
    'choices' in f
      ? html`<select id="${id}" name="${f.name}"><option value="">all</option>${f.choices.map((c) => html`<option value="${c}"${c === f.chosen ? html` selected` : ''}>${c}</option>`)}</select>`
      : html`<input id="${id}" name="${f.name}" value="${shown(f.text, '')}" placeholder="${f.example}" autocomplete="off" spellcheck="false">`
  return html`<div class="field"><label for="${id}">${f.label}</label>${control}</div>`
}

/** Links that hold the other forms of what is shown. */
export const formLinks = (links: readonly { text: string; href: string }[]): Html =>
  html`<p class="forms">The same as ${links.map(({ text, href }, i) => html`${i === 0 ? '' : ', '}<a href="${href}">${text}</a>`)}</p>`
