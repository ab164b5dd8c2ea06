/** The lab's switches: named disasters, each a plain form. */
import { html } from 'hono/html'
import { paths } from '../lib/paths.ts'
import type { Html } from './layout.ts'
import { head } from './pages/place.ts'
import { button } from './parts/button.ts'
import { glyph } from './parts/glyph.ts'
import { domId } from './parts/shown.ts'

export type Switch = {
  name: string
  title: string
  on: boolean
  target?: string | undefined
  targets: string[]
}

export const labPage = (switches: Switch[]): Html => html`${head([{ text: 'The lab' }], {
  title: 'The lab',
  facts: ['Faults of the simulated cluster. Switch one on and watch what becomes of it.'],
})}
<ul class="scenarios">
${switches.map(one)}</ul>`

const one = (s: Switch) => {
  const id = domId('target', s.name)
  return html`<li data-is="${s.on ? 'on' : 'off'}"><form method="post" action="${paths.labScenario(s.name)}">
<h2>${glyph(s.on ? 'attention' : 'off')} ${s.title}</h2>
<p><code>${s.name}</code> is ${s.on ? 'on' : 'off'}${s.on && s.target ? ` for ${s.target}` : ''}.</p>
<div class="steps">${
    s.on || s.targets.length === 0
      ? ''
      : html`<div class="field"><label for="${id}">Where</label><select id="${id}" name="target">${s.targets.map((t) => html`<option value="${t}">${t}</option>`)}</select></div>`
  }${button({ text: s.on ? 'Switch off' : 'Switch on', name: 'on', value: s.on ? '0' : '1', label: `Switch ${s.on ? 'off' : 'on'}: ${s.title}` })}</div>
</form></li>
`
}
