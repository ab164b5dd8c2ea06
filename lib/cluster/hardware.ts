/**
 * What guests are built of, as far as others must know it: the addresses of their network cards and
 * the storages that their disks lie on. Read from their configurations, one at a time, when a guest
 * appears or moves and once an hour; a guest whose node is off keeps what was read of it last.
 */
import type { Bus } from '../bus.ts'
import { type Clock, hours, isWithin, minutes } from '../clock.ts'
import { messageOf } from '../errors.ts'
import type { Events } from '../events/kinds.ts'
import type { Log } from '../log.ts'
import type { Proxmox } from '../proxmox/client.ts'
import type { GuestKind, Vmid } from '../proxmox/types.ts'
import type { GuestState, Picture } from './picture.ts'

export type Hardware = {
  /** Of the network cards, in lower case. */
  macs: string[]
  /** Addresses that the configuration gives them, without their prefix; none with DHCP. */
  addresses: string[]
  /** Of the disks; neither images in a drive nor folders of the node. */
  storages: string[]
}

export type Inventory = {
  /** Undefined = not read yet. */
  of(vmid: Vmid): Hardware | undefined
  all(): ReadonlyMap<Vmid, Hardware>
  /** Was every guest that could be asked asked at least once? */
  isWhole(): boolean
  close(): void
}

export type InventoryNeeds = {
  clock: Pick<Clock, 'now'>
  log: Log
  bus: Pick<Bus<Events>, 'on'>
  source: Pick<Proxmox['guests'], 'config'>
  seen(): Pick<Picture, 'guests' | 'nodes'>
  /** Something was read that was not known before. */
  onNews?: (() => void) | undefined
}

const ASK_AGAIN_MS = hours(1)
const AFTER_FAILURE_MS = minutes(5)

type Asked = { at: number; rest: number; node: string }

export const createInventory = (needs: InventoryNeeds): Inventory => {
  const { clock, log, source, seen, onNews } = needs
  const known = new Map<Vmid, Hardware>()
  const asked = new Map<Vmid, Asked>()
  let walking = false
  let closed = false

  const isDue = ({ vmid, node }: GuestState): boolean => {
    const last = asked.get(vmid)
    return !last || last.node !== node || !isWithin(last.at, last.rest, clock.now())
  }
  const ask = async ({ vmid, node, kind }: GuestState): Promise<void> => {
    asked.set(vmid, { at: clock.now(), rest: ASK_AGAIN_MS, node })
    try {
      const { all } = await source.config({ node, kind, vmid })
      const found = hardwareOf(kind, all)
      const isNews = JSON.stringify(known.get(vmid)) !== JSON.stringify(found)
      known.set(vmid, found)
      if (isNews && !closed) onNews?.()
    } catch (error) {
      asked.set(vmid, { at: clock.now(), rest: AFTER_FAILURE_MS, node })
      log.debug('inventory: the configuration of a guest was not read', {
        vmid,
        reason: messageOf(error),
      })
    }
  }
  const dueNow = () => {
    const { guests, nodes } = seen()
    const online = new Set(nodes.filter((n) => n.reach === 'online').map((n) => n.name))
    return guests.filter((g) => online.has(g.node) && isDue(g))
  }
  /** One after the other: hundreds at once would hold up the poll. */
  const walk = async () => {
    if (walking) return
    walking = true
    for (const guest of dueNow()) if (!closed) await ask(guest)
    walking = false
  }
  const forget = () => {
    const there = new Set(seen().guests.map((g) => g.vmid))
    for (const vmid of asked.keys()) {
      if (there.has(vmid)) continue
      asked.delete(vmid)
      known.delete(vmid)
    }
  }
  const stopListening = needs.bus.on('cluster.polled', () => {
    forget()
    void walk()
  })

  return {
    of: (vmid) => known.get(vmid),
    all: () => known,
    isWhole: () => !walking && seen().guests.length > 0 && dueNow().every((g) => asked.has(g.vmid)),
    close() {
      closed = true
      stopListening()
    },
  }
}

const MAC = /(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/i
const CARD = /^net\d+$/
const CLOUD_INIT = /^ipconfig\d+$/
const DISK: Record<GuestKind, RegExp> = {
  lxc: /^(?:rootfs|mp\d+)$/,
  qemu: /^(?:(?:scsi|virtio|sata|ide)\d+|efidisk\d+|tpmstate\d+)$/,
}

/**
 * `net0: virtio=BC:24:11:00:00:01,bridge=vmbr0` · `rootfs: local-lvm:vm-103-disk-0,size=8G` (man pct,
 * man qm). A mount point that begins with a slash is a folder of the node.
 */
export const hardwareOf = (kind: GuestKind, all: Record<string, string>): Hardware => {
  const values = (name: RegExp) =>
    Object.entries(all).flatMap(([k, v]) => (name.test(k) ? [v] : []))
  const cards = values(CARD)
  return {
    macs: unique(cards.map((card) => MAC.exec(card)?.[0]?.toLowerCase())),
    addresses: unique([...cards, ...values(CLOUD_INIT)].flatMap(addressesIn)),
    storages: unique(
      values(DISK[kind])
        .filter((disk) => !/(?:^|,)media=cdrom(?:,|$)/.test(disk))
        .map((disk) => /^(?:file=|volume=)?([A-Za-z][\w.-]*):/.exec(disk)?.[1]),
    ),
  }
}

/** `ip=192.168.1.103/24`, `ip6=…`; `dhcp`, `auto` and `manual` are none. */
const addressesIn = (text: string) =>
  [...text.matchAll(/(?:^|,)ip6?=([0-9a-f.:]+)\/\d+/gi)].map((m) => m[1]!.toLowerCase())

const unique = (list: (string | undefined)[]): string[] =>
  [...new Set(list.filter((v): v is string => v !== undefined))].sort()
