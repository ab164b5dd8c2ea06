/**
 * Where Jarvis himself runs: found by comparing the addresses of this machine's network cards with
 * those of guests and nodes, so that a renamed guest stays protected. What the configuration says is
 * not contradicted; where the two disagree both count, and it is said.
 */
import type { networkInterfaces } from 'node:os'
import type { Bus } from '../bus.ts'
import type { Events } from '../events/kinds.ts'
import type { Inventory } from './hardware.ts'
import type { NodeState } from './picture.ts'

/** `guest/103` or `node/pve`, and by what it was found. */
export type Found = { key: string; by: 'MAC' | 'address' }

export type Self = {
  /** Undefined = nothing in the cluster looks like this machine. */
  found(): Found | undefined
  /** Of the configuration. */
  told(): string | undefined
  /** The configuration names another one. */
  disagrees(): boolean
  /** Looks again: something new is known of a guest. */
  look(): void
}

type Needs = {
  /** Of this machine, as the operating system tells it; asked each time. */
  cards: typeof networkInterfaces
  inventory: Pick<Inventory, 'all'>
  nodes(): readonly Pick<NodeState, 'name' | 'address'>[]
  told?: string | undefined
  bus: Pick<Bus<Events>, 'emit'>
}

export const createSelf = ({ cards, inventory, nodes, told, bus }: Needs): Self => {
  let found: Found | undefined
  let spoken: string | undefined
  const disagrees = () => told !== undefined && found !== undefined && found.key !== told
  return {
    found: () => found,
    told: () => told,
    disagrees,
    look() {
      // A guest that is off for a while, or a card that is gone, does not take away what was found.
      found = whereIs(cards(), inventory.all(), nodes()) ?? found
      if (!disagrees() || spoken === found?.key) return
      spoken = found!.key
      bus.emit('safety.elsewhere', { told: told!, found: found!.key, by: found!.by })
    },
  }
}

type Guests = ReturnType<Inventory['all']>

/** A MAC says more than an address: it is looked at first, and guests before nodes. */
export const whereIs = (
  own: ReturnType<typeof networkInterfaces>,
  guests: Guests,
  nodes: readonly Pick<NodeState, 'name' | 'address'>[],
): Found | undefined => {
  const outer = Object.values(own)
    .flatMap((list) => list ?? [])
    .filter((card) => !card.internal)
  const macs = new Set(outer.map((c) => c.mac.toLowerCase()).filter((mac) => mac !== NONE))
  const addresses = new Set(outer.map((c) => c.address.toLowerCase()).filter(isLasting))
  const guest = (by: Found['by'], is: (h: { macs: string[]; addresses: string[] }) => boolean) => {
    const hit = [...guests].find(([, hardware]) => is(hardware))
    return hit && { key: `guest/${hit[0]}`, by }
  }
  const node = nodes.find((n) => n.address && addresses.has(hostOf(n.address)))
  return (
    guest('MAC', (h) => h.macs.some((mac) => macs.has(mac))) ??
    (node && { key: `node/${node.name}`, by: 'address' }) ??
    guest('address', (h) => h.addresses.some((address) => addresses.has(address)))
  )
}

/** Of tunnels and bridges without a card. */
const NONE = '00:00:00:00:00:00'
/** Link-local addresses are given anew on each network. */
const isLasting = (address: string) => !/^(?:fe80:|169\.254\.|127\.|::1$)/.test(address)
/** `192.168.1.10:8006`, `[fd00::1]:8006`, or without a port. */
const hostOf = (address: string) =>
  (/^\[([^\]]+)\]/.exec(address)?.[1] ?? address.replace(/^([^:]+):\d+$/, '$1')).toLowerCase()
