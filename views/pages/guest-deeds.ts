/** What may be done with a guest now: forms, and the reason where a thing cannot be done. */
import { html } from 'hono/html'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { button } from '../parts/button.ts'
import { glyph, type Icon, icon } from '../parts/glyph.ts'
import { panel } from '../parts/panel.ts'
import { shown } from '../parts/shown.ts'
import { PAGE_LIMIT_MS } from './got.ts'

export type Verb = 'start' | 'shutdown' | 'reboot'

/** As the tools offer it. */
export type Deeds = {
  vmid: number
  offers: { verb: Verb; whyNot?: string | undefined }[]
  /** `being restarted by alice since 3 s`. */
  busy?: string | undefined
}

const looks: Record<Verb, { text: string; icon: Icon; words: string }> = {
  reboot: { text: 'Restart', icon: 'restart', words: 'In order: it ends, then begins anew.' },
  shutdown: { text: 'Shut down', icon: 'stop', words: 'In order; it stays off until started.' },
  start: { text: 'Start', icon: 'play', words: 'On the node where it lies.' },
}
const order: Verb[] = ['reboot', 'shutdown', 'start']

export const deedsPanel = (d: Deeds, { now }: { now: number }): Html =>
  panel({
    id: 'actions',
    title: 'Actions',
    state: 'fresh',
    at: now,
    now,
    limit: PAGE_LIMIT_MS,
    body: html`${d.busy ? underWay(d.vmid, d.busy) : ''}<ul class="deeds untiered">${order.flatMap(
      (verb) => {
        const offer = d.offers.find((o) => o.verb === verb)
        return offer ? [deed(d, verb, offer.whyNot)] : []
      },
    )}</ul>`,
  })

/** While it lasts the page looks again by itself; with it goes the asking. */
const underWay = (vmid: number, busy: string) =>
  html`<p class="under-way" role="status" hx-get="${paths.guest(vmid)}" hx-trigger="every 3s" hx-target="#main" hx-select="#main" hx-swap="outerMorph">${glyph('working')} It is ${shown(busy)}.</p>`

const deed = ({ vmid }: Deeds, verb: Verb, whyNot: string | undefined) => {
  const { text, icon: name, words } = looks[verb]
  const id = `deed-${verb}`
  return whyNot === undefined
    ? html`<li><form method="post" action="${paths.guestDeed(vmid, verb)}"><input type="hidden" name="next" value="${paths.guest(vmid)}">${button({ text, icon: name })}</form><span>${words}</span></li>`
    : html`<li><button class="btn" id="${id}" disabled aria-describedby="${id}-why">${icon(name)}${text}</button><span id="${id}-why">${shown(whyNot)}</span></li>`
}

export const deedLines = (d: Deeds): string[] => [
  ...(d.busy ? [`  It is ${shown(d.busy)}.`] : []),
  ...order.flatMap((verb) => {
    const offer = d.offers.find((o) => o.verb === verb)
    if (!offer) return []
    const how = offer.whyNot
      ? `not now: ${shown(offer.whyNot)}`
      : `POST ${paths.guestDeed(d.vmid, verb)}`
    return [`  ${looks[verb].text.padEnd(9)}  ${how}`]
  }),
]
