/** Stricter lines: what is taken more seriously than the table of tiers says, where and when. */
import { html } from 'hono/html'
import { paths } from '../lib/paths.ts'
import type { Raise } from '../lib/safety/tiers.ts'
import type { Html } from './layout.ts'
import { tierBadge } from './parts/badge.ts'
import { button } from './parts/button.ts'
import { field } from './parts/field.ts'
import { shown } from './parts/shown.ts'
import { block, ending, faultOf } from './settings-block.ts'
import { hourField, nightWords } from './settings-hours.ts'
import type { MachinesPage } from './settings-machines.ts'

/** `words`: `guest_shutdown on guest/303, 22:00 to 06:00`. */
export type RaiseRow = Raise & { id: string; words: string }

export const raiseWords = ({ tool, target, hours }: Raise): string =>
  `${tool === undefined ? 'every change' : shown(tool)}${target ? ` on ${shown(target)}` : ''}${hours ? `, ${nightWords(hours)}` : ''}`

const tiers = { YELLOW: 'can be undone', RED: 'needs your approval', BLACK: 'never' } as const

export const raisesBlock = (m: MachinesPage): Html =>
  block(
    'raises',
    'Stricter lines',
    html`${faultOf(m, 'raises')}<p class="note">They bind you as well: what is RED asks for your confirmation, what is BLACK is only for hands in a terminal.</p>
${m.raises.length === 0 ? html`<p class="empty">None. The table of tiers holds as it is.</p>` : table(m)}
${m.may ? form(m) : ''}`,
  )

const table = (m: MachinesPage) => html`<table class="plain long">
<thead><tr><th scope="col">What</th><th scope="col">Is</th><th scope="col">Why</th><th scope="col" class="right">Take it out</th></tr></thead>
<tbody>
${m.raises.map(
  (r) =>
    html`<tr id="raise-${r.id}"><th scope="row">${r.words}</th><td>${tierBadge(r.tier)}</td><td class="what">${shown(r.why)}</td><td class="right">${m.may ? ending(paths.raise(r.id), 'Remove', `the line for ${r.words}`) : ''}</td></tr>
`,
)}</tbody>
</table>`

const form = (m: MachinesPage) => {
  const isMine = m.fault?.form === 'raises'
  const typed = (isMine && m.typed) || {}
  const wrong = (name: string) => (isMine ? m.fault?.details[name] : undefined)
  return html`<details class="add"${isMine ? html` open` : ''}><summary>Add a line</summary><form class="fields" method="post" action="${paths.machinesDeed('raises')}">
<div class="field"><label for="raise-tool">Tool</label><select id="raise-tool" name="tool"><option value="">every change</option>${m.tools.map((name) => html`<option${name === typed.tool ? html` selected` : ''}>${name}</option>`)}</select></div>
${field({ id: 'raise-target', name: 'target', label: 'Thing', mono: true, value: typed.target, hint: 'guest/303, node/pve, storage/tank; empty = all', error: wrong('target') })}
<div class="hours">${hourField('raise-from', 'from', 'From', undefined)}${hourField('raise-until', 'until', 'Until', undefined)}</div>
<div class="field"><label for="raise-tier">Is</label><select id="raise-tier" name="tier">${Object.entries(tiers).map(([tier, words]) => html`<option value="${tier}"${tier === (typed.tier ?? 'RED') ? html` selected` : ''}>${tier}: ${words}</option>`)}</select></div>
${field({ id: 'raise-why', name: 'why', label: 'Why', value: typed.why, required: true, error: wrong('why') })}
<div class="steps">${button({ text: 'Add it' })}</div>
</form></details>`
}
