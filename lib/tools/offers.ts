/**
 * What a page may offer on a guest: every deed with a form, and the reason where it cannot be done now.
 * Made from the picture, so it may be seconds old; the door asks again, freshly.
 */
import type { GuestState, Picture } from '../cluster/picture.ts'
import { duration } from '../format.ts'
import { clean } from '../log.ts'
import { type GuestDeed, guestDeeds } from '../paths.ts'
import { whyNot } from '../proxmox/guest.ts'
import type { StopState } from '../safety/kill-switch.ts'
import { higher, type Tier, tiers } from '../safety/tiers.ts'
import type { Asking, Deed } from './deeds.ts'
import { doingOf } from './registry.ts'

export type Offer = {
  verb: GuestDeed
  /** As the table has it; a protected guest is RED whatever it says. */
  tier: Tier
  /** A sentence; undefined = it can be done. */
  whyNot?: string | undefined
}

export type GuestOffers = {
  offers: Offer[]
  /** A deed is under way: `being restarted by alice since 3 s`. */
  busy?: string | undefined
}

export type Circumstances = {
  picture: Pick<Picture, 'cluster' | 'nodes' | 'now'>
  stop: StopState
  /** Deeds under way. */
  running: readonly Deed[]
  caller: Pick<Asking, 'kind' | 'scope'> | undefined
  isProtected?: ((vmid: number) => boolean) | undefined
}

export const offersFor = (guest: GuestState, around: Circumstances): GuestOffers => {
  const busy = busyWith(guest, around)
  const general = generally(around) ?? (busy && `It is ${busy}.`)
  const { node } = guest
  const reach = around.picture.nodes.find((n) => n.name === node)?.reach
  const nodeOnline = reach === 'unknown' || reach === undefined ? undefined : reach === 'online'
  const seen = {
    vmid: guest.vmid,
    kind: guest.kind,
    name: guest.name,
    status: guest.word,
    lock: guest.lock,
    template: guest.template,
    nodeOnline,
  }
  return {
    offers: guestDeeds.map((verb) => ({
      verb,
      tier: tierOf(verb, guest, around),
      whyNot: general ?? whyNot(verb === 'delete' ? 'destroy' : verb, seen),
    })),
    ...(busy && { busy }),
  }
}

const tierOf = (verb: GuestDeed, { vmid }: GuestState, { isProtected }: Circumstances): Tier => {
  const tier = tiers[`guest_${verb}`]?.tier ?? 'RED'
  return isProtected?.(vmid) ? higher(tier, 'RED') : tier
}

/** What speaks against every deed, the weightiest first. */
const generally = ({ caller, stop, picture }: Circumstances): string | undefined => {
  if (!caller || caller.kind === 'wall' || caller.scope === 'view') return 'You may only look.'
  if (stop.pressed) return `STOP was pressed by ${clean(stop.by)}.`
  return picture.cluster.quorate === false ? 'The cluster has no quorum.' : undefined
}

const busyWith = ({ vmid }: GuestState, { running, picture }: Circumstances) => {
  const deed = running.find((d) => d.target === `guest/${vmid}`)
  if (!deed) return undefined
  const doing = doingOf(deed.tool) ?? 'being worked on'
  return `${doing} by ${clean(deed.who)} since ${duration((picture.now - deed.startedAt) / 1000)}`
}
