/** The picture as far as a decision may rest on it: nothing of it counts while a reading is overdue. */
import type { Vmid } from '../proxmox/types.ts'
import type { Hardware } from './hardware.ts'
import type { GuestState, Part, Picture } from './picture.ts'

const isFresh = ({ at, limit }: Part, now: number) => at !== undefined && now - at <= limit

export type KnownWorld = Omit<Picture, 'guests'> & {
  guests: (GuestState & { storages: readonly string[] | undefined })[]
}

/**
 * Undefined while nodes, guests or votes were not read in time. Where disks lie changes seldom and
 * can only add to what is protected, so it may be older.
 */
export const knownWorld = (
  picture: Picture,
  hardware: (vmid: Vmid) => Hardware | undefined = () => undefined,
): KnownWorld | undefined => {
  const { parts, guests, now } = picture
  const isKnown = [parts.resources, parts.guests, parts.status].every((part) => isFresh(part, now))
  if (!isKnown) return undefined
  return {
    ...picture,
    guests: guests.map((g) => ({ ...g, storages: hardware(g.vmid)?.storages })),
  }
}
