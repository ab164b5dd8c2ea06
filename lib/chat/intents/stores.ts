/** What can be said of stores and of what is kept in them: how full, until when, how old a backup is. */

import type { GuestState, NodeState, Picture, StorageState } from '../../cluster/picture.ts'
import { age, bytes, count } from '../../format.ts'
import { aged, listed, plain, share, useInWords, type World } from './saying.ts'

const said = ({ parts, now }: Picture, says: string) => aged(parts.storages, now, says)

/** A name alone says little where each node has one of it. */
const called = (s: StorageState) =>
  s.shared ? plain(s.storage) : `${plain(s.storage)} on ${listed(s.nodes.map(plain))}`

const noView = (s: StorageState) =>
  s.condition === 'inactive'
    ? 'is not active, so its use is not known'
    : `cannot be seen${s.why ? ` (${plain(s.why)})` : ''}`

const isHere = (s: StorageState) => s.condition === 'available' && s.use !== undefined

const fillOf = (s: StorageState): string =>
  isHere(s) ? `${called(s)}: ${useInWords(s.use)}` : `${called(s)} ${noView(s)}`

/** Undefined where that node has no such store. */
export const storeFill = (
  { picture }: World,
  stores: StorageState[],
  node?: NodeState,
): string | undefined => {
  const some = node ? stores.filter((s) => s.nodes.includes(node.name)) : stores
  return some.length > 0 ? said(picture, `${some.map(fillOf).join('. ')}.`) : undefined
}

export const storesFill = ({ picture }: World): string => {
  const words = picture.storages.map((s) =>
    isHere(s)
      ? `${called(s)} ${share(s.use)} (${bytes(s.use!.total - s.use!.used)} free)`
      : `${called(s)} ${noView(s)}`,
  )
  return said(picture, words.length > 0 ? `In use: ${listed(words)}.` : 'I see no storage.')
}

export const storeUp = ({ picture }: World, stores: StorageState[]): string =>
  said(
    picture,
    `${stores.map((s) => (s.condition === 'available' ? `${called(s)} is available` : `${called(s)} ${noView(s)}`)).join('. ')}.`,
  )

/** Days as whole days that are surely left. */
const forecast = (s: StorageState): string =>
  s.fullInDays === undefined
    ? ''
    : `, full in ${Math.max(0, Math.floor(s.fullInDays))}\u2009d at this pace`

export const storeForecast = ({ picture }: World, stores: StorageState[]): string =>
  said(
    picture,
    `${stores
      .map((s) =>
        isHere(s)
          ? `${called(s)} is at ${share(s.use)}${forecast(s) || '; when it will be full is not known: it is steady, or too little was seen'}`
          : `${called(s)} ${noView(s)}`,
      )
      .join('. ')}.`,
  )

/** The same limits as on the screen. */
const LIMIT = 0.85
const SOON_DAYS = 14
export const nearlyFull = ({ storages }: Picture): StorageState[] =>
  storages.filter(
    (s) =>
      isHere(s) &&
      (s.use!.used / s.use!.total >= LIMIT ||
        (s.fullInDays !== undefined && s.fullInDays <= SOON_DAYS)),
  )
export const nearlyFullWords = (s: StorageState) =>
  `${called(s)} at ${share(s.use)}${forecast(s).replace(/^, (.*)$/, ' ($1)')}`

export const storesNearlyFull = ({ picture }: World): string => {
  const some = nearlyFull(picture)
  const unseen = picture.storages.filter((s) => !isHere(s)).length
  const says =
    some.length > 0
      ? `Nearly full: ${listed(some.map(nearlyFullWords))}.`
      : 'No store is nearly full.'
  return said(
    picture,
    `${says}${unseen > 0 ? ` Of ${count(unseen, 'store')} it is not known.` : ''}`,
  )
}

/** "Never" needs a reading of all stores: without one, no backup found means nothing. */
export const isSure = ({ parts: { backups } }: Picture) => backups.trouble === undefined

const kept = ({ parts, now }: Picture, says: string) => aged(parts.backups, now, says)

export const guestBackup = ({ picture }: World, guest: GuestState): string => {
  const backup = picture.backups.find((b) => b.vmid === guest.vmid)
  const name = `${guest.vmid} ${plain(guest.name)}`
  if (!backup) return kept(picture, `The backups of ${name} are not known.`)
  const job = backup.uncovered ? ' It is in no backup job.' : ''
  if (backup.last)
    return kept(
      picture,
      `${name} was last backed up ${age(backup.last.at, picture.now)} ago, on ${plain(backup.last.storage)}.${job}`,
    )
  const words = isSure(picture) ? 'has never been backed up' : 'has no backup that I can find'
  return kept(picture, `${name} ${words}.${job}`)
}

export const guestsBackup = ({ picture }: World): string => {
  const words = picture.backups.map(({ vmid, name, last }) => {
    const when = last
      ? `${age(last.at, picture.now)} ago`
      : isSure(picture)
        ? 'never'
        : 'none found'
    return `${vmid} ${plain(name)} ${when}`
  })
  return kept(
    picture,
    words.length > 0 ? `Last backups: ${listed(words)}.` : 'I see no guest to back up.',
  )
}

export const withoutBackup = ({ picture }: World, kind?: GuestState['kind']): string => {
  const kinds = new Map(picture.guests.map((g) => [g.vmid, g.kind]))
  const none = picture.backups.filter((b) => !b.last && (!kind || kinds.get(b.vmid) === kind))
  const names = listed(none.map((b) => `${b.vmid} ${plain(b.name)}`))
  const found = isSure(picture) ? 'has' : 'as far as I can see has'
  return kept(
    picture,
    none.length > 0
      ? `Without any backup: ${names}.`
      : `${kind ? (kind === 'qemu' ? 'Every VM' : 'Every container') : 'Every guest'} ${found} a backup.`,
  )
}
