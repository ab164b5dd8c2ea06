/** Several guests at once: chosen by their boxes, each judged by itself, and one list of what came of it. */
import { html } from 'hono/html'
import type { GuestState } from '../../lib/cluster/picture.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { check } from '../parts/field.ts'
import { glyph, type State } from '../parts/glyph.ts'
import { panel } from '../parts/panel.ts'
import { shown } from '../parts/shown.ts'
import { guestWords } from '../parts/words.ts'
import { head, type PageBody } from './place.ts'

export const together = ['start', 'shutdown', 'reboot', 'backup', 'stop'] as const
export type Together = (typeof together)[number]

const verbs: Record<Together, string> = {
  start: 'Start',
  shutdown: 'Shut down',
  reboot: 'Restart',
  backup: 'Back up',
  stop: 'Stop hard',
}

export const togetherForm = (guests: readonly GuestState[], now: number): Html | '' =>
  guests.length < 2
    ? ''
    : panel({
        id: 'together',
        title: 'Several at once',
        state: 'fresh',
        now,
        limit: Number.POSITIVE_INFINITY,
        body: html`<form class="fields together-form" method="post" action="${paths.guestsTogether()}"><details><summary>Choose guests</summary><fieldset class="choices"><legend class="unseen">Guests</legend>${guests
          .filter((g) => !g.template)
          .map((g) =>
            check({
              id: `choose-${g.vmid}`,
              name: 'vmid',
              value: String(g.vmid),
              label: `${g.vmid} ${shown(g.name, '')}, ${guestWords(g)}`,
            }),
          )}</fieldset><div class="steps">${together.map((verb) => html`<button class="btn${verb === 'stop' ? ' danger' : ''}" name="verb" value="${verb}">${verbs[verb]}</button>`)}</div><p class="note">Each is judged by itself; what needs your decision waits on one card.</p></details></form>`,
      })

export type TogetherResult = {
  vmid: number
  label: string
  state: string
  text: string
  next?: string | undefined
  approval?: number | undefined
  deed?: number | undefined
}

const signs: Record<string, State> = {
  done: 'proven',
  warnings: 'attention',
  running: 'working',
  'needs-approval': 'attention',
}

export const togetherPage = (
  verb: Together,
  results: readonly TogetherResult[],
  now: number,
): PageBody => ({
  title: verbs[verb],
  live: ['approvals'],
  body: html`${head([{ text: 'Guests', href: paths.guests() }, { text: verbs[verb] }], { title: `${verbs[verb]}: ${results.length} guests` })}
${panel({
  id: 'results',
  title: 'What came of it',
  state: 'fresh',
  now,
  limit: Number.POSITIVE_INFINITY,
  body: html`<table class="plain"><thead class="unseen"><tr><th scope="col">How</th><th scope="col">Guest</th><th scope="col">What</th><th scope="col">Next</th></tr></thead><tbody>
${results.map(resultRow)}</tbody></table>`,
})}
<p><a href="${paths.guests()}">Back to the guests</a></p>`,
})

const resultRow = (r: TogetherResult): Html =>
  html`<tr><td class="sign">${glyph(signs[r.state] ?? 'failed')}</td><th scope="row"><a href="${paths.guest(r.vmid)}">${r.label}</a></th><td>${r.text}${r.next ? html` <span class="note">${r.next}</span>` : ''}</td><td class="right">${r.approval === undefined ? '' : html`<form method="post" action="${paths.approvalOpen(r.approval)}"><button class="btn">Decide<span class="unseen">: ${r.label}</span></button></form>`}</td></tr>
`
