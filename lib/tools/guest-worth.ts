/**
 * What hangs on a guest, for the card of a deed that cannot be undone: its disks, its backups with
 * their age, and who needs it. What could not be looked at is said; it is never taken for nothing.
 */
import { age, bytes, count } from '../format.ts'
import { clean } from '../log.ts'
import type { GuestConfig } from '../proxmox/guest-reads.ts'
import type { StorageContent } from '../proxmox/types.ts'
import type { Hands } from './tool.ts'

export type Volume = { key: string; volid: string; storage: string; size?: string | undefined }

const DISK = /^(?:rootfs|mp\d+|(?:ide|sata|scsi|virtio|efidisk|tpmstate|unused)\d+)$/

/** Its volumes, and what is only handed through from the node: that stays when the guest goes. */
export const disksOf = ({ all }: Pick<GuestConfig, 'all'>) => {
  const volumes: Volume[] = []
  const handed: string[] = []
  for (const [key, value] of Object.entries(all)) {
    const [volid = '', ...options] = value.split(',')
    if (!DISK.test(key) || volid === 'none' || options.includes('media=cdrom')) continue
    const storage = /^([A-Za-z][\w.-]*):/.exec(volid)?.[1]
    if (!storage) handed.push(clean(volid).slice(0, 100))
    else {
      const size = options.find((o) => o.startsWith('size='))?.slice(5)
      volumes.push({ key, volid, storage, size })
    }
  }
  return { volumes, handed }
}

/** `local-lvm:vm-303-disk-0 (8G)` */
export const inWordsOf = (volumes: readonly Volume[]): string =>
  volumes.length === 0
    ? 'no disk'
    : volumes
        .map(({ volid, size }) => clean(size ? `${volid} (${size})` : volid).slice(0, 120))
        .join(', ')

export type Backups = {
  /** Newest first. */
  found: (StorageContent & { storage: string })[]
  /** Storages that did not tell. */
  unread: string[]
}

/** On every storage that the guest's node sees; needs the rights of whoever makes backups. */
export const backupsOf = async (
  { proxmox, hasRole }: Pick<Hands, 'proxmox' | 'hasRole'>,
  { node, vmid }: { node: string; vmid: number },
): Promise<Backups> => {
  const role = hasRole('operate') ? 'operate' : 'audit'
  const stores = (await proxmox.nodes.storages(node)).filter((s) => s.content.includes('backup'))
  const unread: string[] = stores.filter((s) => s.enabled && !s.active).map((s) => s.storage)
  const lists = await Promise.all(
    stores
      .filter((s) => s.enabled && s.active)
      .map(async ({ storage }) => {
        try {
          const rows = await proxmox.nodes.storageContent(node, storage, 'backup', { role })
          return rows.map((row) => ({ ...row, storage }))
        } catch {
          unread.push(storage)
          return []
        }
      }),
  )
  const found = lists
    .flat()
    .filter((b) => b.vmid === vmid)
    .sort((a, b) => (b.ctime ?? 0) - (a.ctime ?? 0))
  return { found, unread }
}

/** `the last of 3 backups is 8 d old and lies on cluster-backup (not verified)` */
export const backupWords = ({ found, unread }: Backups, now: number): string => {
  const [last] = found
  const blind = unread.length > 0 ? `; ${unread.map(clean).join(', ')} could not be looked at` : ''
  if (!last) return unread.length > 0 ? `no backup is known${blind}` : 'never backed up'
  const old = last.ctime === undefined ? 'of unknown age' : `${age(last.ctime * 1000, now)} old`
  const proven = found.find((b) => b.verified === 'ok')
  const check =
    last.verified === 'ok'
      ? 'verified'
      : last.verified === 'failed'
        ? 'its verification FAILED'
        : 'not verified'
  const earlier =
    proven && proven !== last && proven.ctime !== undefined
      ? `; the last verified one is ${age(proven.ctime * 1000, now)} old`
      : ''
  const which = found.length === 1 ? 'the only backup' : `the last of ${found.length} backups`
  return `${which} is ${old} and lies on ${clean(last.storage)} (${check})${earlier}${blind}`
}

/** Why it is protected, which is who needs it. */
export const dependantsOf = ({ protection }: Pick<Hands, 'protection'>, key: string): string => {
  const graph = protection()
  if (!graph) return 'what depends on it cannot be known now'
  const [kind = '', id = ''] = key.split('/') as ['guest', string]
  const why = graph.of({ kind: kind as 'guest', id })?.why
  return why ? `it is needed: ${why.join('; ')}` : 'nothing that is known depends on it'
}

export const snapshotWords = (names: readonly string[]): string =>
  names.length === 0
    ? 'no snapshots'
    : `${count(names.length, 'snapshot')}: ${names.map(clean).join(', ').slice(0, 200)}`

export const room = (free: number | undefined): string => `${bytes(free)} free`
