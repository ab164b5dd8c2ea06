/** What may be done with a guest now: forms, and the reason where a thing cannot be done. */
import { html } from 'hono/html'
import { dateTime } from '../../lib/format.ts'
import { type GuestDeed, paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { type TierName, tierBadge } from '../parts/badge.ts'
import { button } from '../parts/button.ts'
import { glyph, type Icon, icon } from '../parts/glyph.ts'
import { panel } from '../parts/panel.ts'
import { shown } from '../parts/shown.ts'
import { PAGE_LIMIT_MS } from './got.ts'

/** As the tools offer it. */
export type Deeds = {
  vmid: number
  offers: { verb: GuestDeed; tier: TierName; whyNot?: string | undefined }[]
  /** `being restarted by alice since 3 s`. */
  busy?: string | undefined
  /** Where it could move to. */
  nodes?: readonly string[] | undefined
  /** What it could be taken back to, newest first; undefined = not known. */
  snapshots?: readonly string[] | undefined
}

type Look = {
  text: string
  icon: Icon
  words: string
  /** What has to be told besides, as a script sends it. */
  field?: string
  danger?: boolean
}

const looks: Record<GuestDeed, Look> = {
  reboot: { text: 'Restart', icon: 'restart', words: 'In order: it ends, then begins anew.' },
  shutdown: { text: 'Shut down', icon: 'power', words: 'In order; it stays off until started.' },
  start: { text: 'Start', icon: 'play', words: 'On the node where it lies.' },
  snapshot: {
    text: 'Snapshot',
    icon: 'camera',
    words: 'Keeps its disks as they are, under this name.',
    field: 'name=NAME',
  },
  backup: { text: 'Back up', icon: 'box', words: 'To the store for backups with most room.' },
  migrate: { text: 'Move', icon: 'arrows', words: 'To another node.', field: 'target=NODE' },
  rollback: {
    text: 'Roll back',
    icon: 'clock',
    words: 'What was written since is lost.',
    field: 'snapshot=NAME',
    danger: true,
  },
  stop: {
    text: 'Stop hard',
    icon: 'stop',
    words: 'As if its plug were pulled.',
    danger: true,
  },
  delete: { text: 'Delete', icon: 'bin', words: 'With its disks, for good.', danger: true },
}
const order: GuestDeed[] = [
  'reboot',
  'shutdown',
  'start',
  'snapshot',
  'backup',
  'migrate',
  'rollback',
  'stop',
  'delete',
]

type Moment = { now: number; timeZone: string }

export const deedsPanel = (d: Deeds, m: Moment): Html =>
  panel({
    id: 'actions',
    title: 'Actions',
    state: 'fresh',
    at: m.now,
    now: m.now,
    limit: PAGE_LIMIT_MS,
    body: html`${d.busy ? underWay(d.vmid, d.busy) : ''}<ul class="deeds">${order.flatMap(
      (verb) => {
        const offer = d.offers.find((o) => o.verb === verb)
        return offer ? [deed(d, offer, m)] : []
      },
    )}</ul>`,
  })

/** While it lasts the page looks again by itself; with it goes the asking. */
const underWay = (vmid: number, busy: string) =>
  html`<p class="under-way" role="status" hx-get="${paths.guest(vmid)}" hx-trigger="every 3s" hx-target="#main" hx-select="#main" hx-swap="outerMorph">${glyph('working')} It is ${shown(busy)}.</p>`

const deed = (d: Deeds, { verb, tier, whyNot }: Deeds['offers'][number], m: Moment) => {
  const { text, icon: name, words, danger } = looks[verb]
  const id = `deed-${verb}`
  const against = whyNot ?? nowhere(d, verb)
  const kind = danger ? 'danger' : 'plain'
  return against === undefined
    ? html`<li><form id="${id}" method="post" action="${paths.guestDeed(d.vmid, verb)}"><input type="hidden" name="next" value="${paths.guest(d.vmid)}">${button({ text, icon: name, kind })}</form>${tierBadge(tier)}<span>${fieldOf(d, verb, m)}${words}</span></li>`
    : html`<li><button class="btn" id="${id}" disabled aria-describedby="${id}-why">${icon(name)}${text}</button>${tierBadge(tier)}<span id="${id}-why">${shown(against)}</span></li>`
}

/** What cannot be chosen is not offered. */
const nowhere = ({ nodes = [], snapshots }: Deeds, verb: GuestDeed): string | undefined => {
  if (verb === 'migrate' && nodes.length === 0) return 'There is no other node that is on.'
  if (verb === 'rollback' && !snapshots) return 'Its snapshots cannot be read now.'
  if (verb === 'rollback' && snapshots?.length === 0) return 'It has no snapshot to go back to.'
  return undefined
}

/** Beside the button, of the same form. */
const fieldOf = (d: Deeds, verb: GuestDeed, m: Moment): Html | '' => {
  const form = `deed-${verb}`
  if (verb === 'snapshot')
    return html`<input class="input mono" form="${form}" name="name" value="${nameFor(m)}" aria-label="Name of the snapshot" maxlength="40" required autocomplete="off" spellcheck="false"> `
  if (verb === 'migrate') return choice(form, 'target', 'Node to move to', d.nodes ?? [])
  if (verb === 'rollback') return choice(form, 'snapshot', 'Snapshot', d.snapshots ?? [])
  return ''
}

const choice = (form: string, name: string, label: string, values: readonly string[]): Html =>
  html`<select class="input" form="${form}" name="${name}" aria-label="${label}">${values.map((v) => html`<option value="${v}">${shown(v)}</option>`)}</select> `

/** `at-20261126-1305`: a name that Proxmox takes. */
const nameFor = ({ now, timeZone }: Moment): string =>
  `at-${dateTime(now, timeZone).slice(0, 16).replace(/[-:]/g, '').replace(' ', '-')}`

export const deedLines = (d: Deeds): string[] => [
  ...(d.busy ? [`  It is ${shown(d.busy)}.`] : []),
  ...order.flatMap((verb) => {
    const offer = d.offers.find((o) => o.verb === verb)
    if (!offer) return []
    const { text, field } = looks[verb]
    const against = offer.whyNot ?? nowhere(d, verb)
    const how = against
      ? `not now: ${shown(against)}`
      : `POST ${paths.guestDeed(d.vmid, verb)}${field ? ` ${field}` : ''}`
    return [`  ${text.padEnd(9)}  ${offer.tier.padEnd(6)}  ${how}`]
  }),
]
