/**
 * Bytes a second out of the counters of guests. Time is the guest's own uptime: the list is renewed
 * each 10 s only, so two polls in a row often carry the same counters.
 */
import type { GuestResource, Vmid } from '../proxmox/types.ts'
import type { Net } from './readings.ts'

type Count = { uptime: number; in: number; out: number }

export type Rates = { update(rows: GuestResource[]): void; readonly current: Map<Vmid, Net> }

export const createRates = (): Rates => {
  const counts = new Map<Vmid, Count>()
  const current = new Map<Vmid, Net>()

  const updateOne = ({ vmid, uptime, netin, netout }: GuestResource) => {
    if (!uptime || netin === undefined || netout === undefined) return forget(vmid)
    const old = counts.get(vmid)
    if (old?.uptime === uptime) return
    counts.set(vmid, { uptime, in: netin, out: netout })
    // Started anew or moved: the counters began at zero again.
    if (!old || uptime < old.uptime || netin < old.in || netout < old.out)
      return void current.delete(vmid)
    const seconds = uptime - old.uptime
    current.set(vmid, { in: (netin - old.in) / seconds, out: (netout - old.out) / seconds })
  }
  const forget = (vmid: Vmid) => {
    counts.delete(vmid)
    current.delete(vmid)
  }

  return {
    update(rows) {
      for (const row of rows) updateOne(row)
      if (counts.size <= rows.length) return
      const present = new Set(rows.map((row) => row.vmid))
      for (const vmid of counts.keys()) if (!present.has(vmid)) forget(vmid)
    },
    current,
  }
}
