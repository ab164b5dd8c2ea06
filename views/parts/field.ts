/** A field with its label over it and its mistake under it. */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import { glyph } from './glyph.ts'

export type Field = {
  id: string
  name: string
  label: string
  type?: 'text' | 'password' | 'number' | 'email' | 'url' | 'search'
  value?: string | undefined
  /** For what machines read: ids, addresses. */
  mono?: boolean
  hint?: string | undefined
  /** What is wrong, and a good value. */
  error?: string | undefined
  required?: boolean
  disabled?: boolean
  autocomplete?: string
}

export const field = (f: Field): Html => {
  const described = [f.hint && `${f.id}-hint`, f.error && `${f.id}-error`].filter(Boolean).join(' ')
  return html`<div class="field${f.mono ? ' mono' : ''}"><label for="${f.id}">${f.label}</label>
<input id="${f.id}" name="${f.name}" type="${f.type ?? 'text'}"${f.value === undefined ? '' : html` value="${f.value}"`}${f.autocomplete ? html` autocomplete="${f.autocomplete}"` : ''}${f.required ? html` required` : ''}${f.disabled ? html` disabled` : ''}${f.error ? html` aria-invalid="true"` : ''}${described ? html` aria-describedby="${described}"` : ''}>
${f.hint ? html`<p class="hint" id="${f.id}-hint">${f.hint}</p>` : ''}${f.error ? html`<p class="mistake" id="${f.id}-error">${glyph('attention')}${f.error}</p>` : ''}</div>`
}

export type Check = { id: string; name: string; label: string; checked?: boolean; value?: string }

export const check = (c: Check): Html =>
  html`<label class="check" for="${c.id}"><input id="${c.id}" name="${c.name}" type="checkbox"${c.value === undefined ? '' : html` value="${c.value}"`}${c.checked ? html` checked` : ''}>${c.label}</label>`

export type Choice = { value: string; text: string }

/** A list of which one is chosen, as segments; works as plain submit buttons of a form. */
export const segments = (
  name: string,
  label: string,
  choices: readonly Choice[],
  chosen: string,
): Html =>
  html`<div class="segments" role="group" aria-label="${label}">${choices.map(
    ({ value, text }) =>
      html`<button name="${name}" value="${value}" aria-pressed="${value === chosen ? 'true' : 'false'}">${text}</button>`,
  )}</div>`
