/** The lab's switches: named disasters, each a plain form. */
import { html } from 'hono/html'
import { paths } from '../lib/paths.ts'
import type { Html } from './layout.ts'
import { domId } from './parts/shown.ts'

export type Switch = {
  name: string
  title: string
  on: boolean
  target?: string | undefined
  targets: string[]
}

export const labPage = (switches: Switch[]): Html => html`<h1>The lab</h1>
<p>Faults of the simulated cluster. Switch one on and watch what becomes of it.</p>
<ul class="scenarios">
${switches.map(one)}</ul>`

const one = (s: Switch) => {
  const id = domId('target', s.name)
  return html`<li data-is="${s.on ? 'on' : 'off'}"><form method="post" action="${paths.labScenario(s.name)}">
<h2>${s.title}</h2>
<p><code>${s.name}</code> is ${s.on ? 'on' : 'off'}${s.on && s.target ? ` for ${s.target}` : ''}.</p>
${
  s.on || s.targets.length === 0
    ? ''
    : html`<label for="${id}">Where</label> <select id="${id}" name="target">${s.targets.map((t) => html`<option value="${t}">${t}</option>`)}</select>`
}
<button name="on" value="${s.on ? '0' : '1'}">Switch ${s.on ? 'off' : 'on'}</button>
</form></li>
`
}
