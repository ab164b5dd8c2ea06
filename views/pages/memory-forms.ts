/** The forms that tell the memory something, or put it right. */
import { html } from 'hono/html'
import type { Entry } from '../../lib/memory/entry.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { button } from '../parts/button.ts'
import { field } from '../parts/field.ts'
import { glyph } from '../parts/glyph.ts'
import { panel } from '../parts/panel.ts'
import { shown } from '../parts/shown.ts'

/** What was typed and what is wrong with it, by field; `text` of the whole where no field is named. */
export type Fault = {
  message: string
  details: Record<string, string>
  typed: Record<string, string>
}

const MOST_TEXT = 2000

export const tellForm = (fault?: Fault): Html =>
  panel({
    id: 'tell',
    title: 'Tell me',
    state: 'fresh',
    now: 0,
    limit: Number.POSITIVE_INFINITY,
    body: html`<form class="fields" method="post" action="${paths.memory()}">${faultLine(fault)}
<div class="field"><label for="tell-tier">It is</label><select id="tell-tier" name="tier"><option value="preference">how I want it</option><option value="fact"${fault?.typed.tier === 'fact' ? html` selected` : ''}>a fact</option></select></div>
${textArea('tell', fault?.typed.text, fault)}
${subjectFields('tell', { about: fault?.typed.about, key: fault?.typed.key }, fault)}
<div class="steps">${button({ text: 'Remember it', kind: 'primary' })}</div>
</form>`,
  })

export const editForm = (e: Entry, hasSubject: boolean, fault?: Fault): Html =>
  html`<form class="fields" method="post" action="${paths.memoryEntry(e.id)}">${faultLine(fault)}
${textArea('edit', fault?.typed.text ?? e.text, fault)}
${hasSubject ? subjectFields('edit', { about: fault?.typed.about ?? e.about, key: fault?.typed.key ?? e.key }, fault) : ''}
<div class="steps">${button({ text: 'Keep it so', kind: 'primary' })}</div>
</form>`

const faultLine = (fault: Fault | undefined): Html | '' =>
  fault
    ? html`<p class="mistake" role="alert">${glyph('attention')}${shown(fault.message)}</p>`
    : ''

const textArea = (form: string, value: string | undefined, fault: Fault | undefined): Html =>
  html`<div class="field"><label for="${form}-text">In your words</label>
<textarea id="${form}-text" name="text" rows="4" maxlength="${MOST_TEXT}" required>${value ?? ''}</textarea>${fault?.details.text ? html`<p class="mistake">${glyph('attention')}${shown(fault.details.text)}</p>` : ''}</div>`

const subjectFields = (
  form: string,
  { about, key }: { about?: string | undefined; key?: string | undefined },
  fault: Fault | undefined,
): Html =>
  html`${field({ id: `${form}-about`, name: 'about', label: 'About (may be empty)', value: about, mono: true, hint: 'guest/303, node/pve', error: fault?.details.about, autocomplete: 'off' })}
${field({ id: `${form}-key`, name: 'key', label: 'What of it (may be empty)', value: key, mono: true, hint: 'ip, owner: a newer word on the same replaces the older', error: fault?.details.key, autocomplete: 'off' })}`
