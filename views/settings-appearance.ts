/** How the pages look on this device, and how the house speaks to this person. */
import { html } from 'hono/html'
import { paths } from '../lib/paths.ts'
import type { Html } from './layout.ts'
import { button } from './parts/button.ts'
import type { Choice } from './parts/field.ts'
import { type Mode, modes } from './parts/shell.ts'
import { block } from './settings-block.ts'

export type Appearance = {
  mode: Mode
  dense: boolean
  /** Single keys as shortcuts. */
  keys: boolean
  /** Undefined for a machine: nobody speaks to it. */
  address?: string | undefined
}

const words: Record<Mode, string> = {
  hud: 'hud: dark glass, thin lines',
  calm: 'calm: dark ink on a light ground',
  contrast: 'contrast: black and white, heavier lines, AAA',
}

const addressChoices: Choice[] = [
  { value: 'sir', text: 'sir' },
  { value: "ma'am", text: 'ma’am' },
  { value: 'name', text: 'by my name' },
  { value: 'nothing', text: 'none of it' },
]

export const appearanceTab = (a: Appearance): Html => html`<div class="columns">
<div>${block(
  'device',
  'This device',
  html`<form class="fields" method="post" action="${paths.appearance()}">
${choices(
  'mode',
  'Look',
  modes.map((m) => ({ value: m, text: words[m] })),
  a.mode,
)}
${choices(
  'density',
  'Density',
  [
    { value: 'comfortable', text: 'comfortable' },
    { value: 'dense', text: 'dense: lower rows, smaller type' },
  ],
  a.dense ? 'dense' : 'comfortable',
)}
${choices(
  'keys',
  'Single keys as shortcuts',
  [
    { value: 'on', text: 'on: g, then a letter, goes to a place; ? lists them' },
    { value: 'off', text: 'off' },
  ],
  a.keys ? 'on' : 'off',
)}
<div class="steps">${button({ text: 'Keep it so' })}</div>
</form>`,
)}</div>
<div>${
  a.address === undefined
    ? ''
    : block(
        'address',
        'How I address you',
        html`<form class="fields" method="post" action="${paths.appearance()}">
${choices('address', 'With', addressChoices, a.address)}
<div class="steps">${button({ text: 'Keep it so' })}</div>
</form>`,
      )
}</div>
</div>`

const choices = (name: string, label: string, all: readonly Choice[], chosen: string) =>
  html`<fieldset><legend>${label}</legend>${all.map(
    ({ value, text }) =>
      html`<label class="check" for="${name}-${value.replace(/\W/g, '')}"><input type="radio" id="${name}-${value.replace(/\W/g, '')}" name="${name}" value="${value}"${value === chosen ? ' checked' : ''}>${text}</label>`,
  )}</fieldset>`
