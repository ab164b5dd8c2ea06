/** Disks and archives: how a storage names them, who may hold them, and the room they take. */
import { died } from './answer.ts'
import type { Guest, Kind, Node, Storage, Volume } from './things.ts'
import type { World } from './world.ts'

export type Content = Storage['content'][number]

/** A guest's first disk on this storage. */
export const volidFor = ({ name, type }: Storage, kind: Kind, vmid: number): string => {
  if (type === 'dir' || type === 'nfs') return `${name}:${vmid}/vm-${vmid}-disk-0.raw`
  const word = kind === 'lxc' && type === 'zfspool' ? 'subvol' : 'vm'
  return `${name}:${word}-${vmid}-disk-0`
}

export const isOn = (storage: Storage, node: Node): boolean =>
  !storage.nodes || storage.nodes.includes(node.name)

/** Throws as `storage_check_enabled` of pve-storage does. */
export const storageOn = (world: World, name: string, node: Node): Storage => {
  const found = world.storage(name)
  if (!found) throw died(`storage '${name}' does not exist`)
  if (!isOn(found, node)) throw died(`storage '${name}' is not available on node '${node.name}'`)
  return found
}

/** Bytes more, or less. A directory on the root disk shares its room. */
export const occupy = (storage: Storage, node: Node, bytes: number): void => {
  if (storage.used === undefined) node.root.used = Math.max(0, node.root.used + bytes)
  else storage.used = Math.max(0, storage.used + bytes)
}

export const hasRoom = (world: World, storage: Storage, node: Node, bytes: number): boolean => {
  const { total, used } = world.figures.storage(storage, node, world.now())
  return total - used > bytes
}

/** Frees the disk and everything that hangs on it. */
export const freeDisk = (world: World, guest: Guest): void => {
  const storage = world.storage(guest.disk.storage)
  if (storage && !guest.disk.destroyed) occupy(storage, world.node(guest.node)!, -guest.disk.used)
  guest.disk.destroyed = true
  guest.snapshots = []
  delete guest.parent
}

/** What the tools of a directory say while they make a raw image with a file system. */
export const formatting = (storage: Storage, volid: string, bytes: number, ext4: boolean) => {
  const [, file = ''] = volid.split(':')
  const made =
    storage.type === 'dir' || storage.type === 'nfs'
      ? [
          `Formatting '${storage.options.path}/images/${file}', fmt=raw size=${bytes} preallocation=off`,
        ]
      : storage.type === 'lvmthin'
        ? [`  Logical volume "${file}" created.`]
        : []
  const blocks = Math.floor(bytes / 4096)
  const filled =
    ext4 && storage.type !== 'zfspool'
      ? [
          `Creating filesystem with ${blocks} 4k blocks and ${blocks / 4} inodes`,
          'Filesystem UUID: 6c9863dc-6852-48c8-9427-481163d94914',
          'Superblock backups stored on blocks: ',
          `\t${superblocks(blocks).join(', ')}`,
        ]
      : []
  return [...made, ...filled]
}

/** Powers of 3, 5 and 7, as ext4 places them in groups of 32768 blocks. */
const superblocks = (blocks: number): number[] => {
  const groups = new Set<number>([1])
  for (const base of [3, 5, 7]) for (let n = base; n * 32_768 < blocks; n *= base) groups.add(n)
  return [...groups]
    .map((g) => g * 32_768)
    .filter((b) => b < blocks)
    .sort((a, b) => a - b)
}

/** `2026-11-20 08:43:08`, as migrations and backups stamp their lines. */
export const stamp = (at: number): string =>
  new Date(at).toISOString().slice(0, 19).replace('T', ' ')

/** An archive with the name that vzdump gives it. */
export const backupVolume = (storage: string, g: Guest, at: number): Volume => {
  const [date, clock] = stamp(at).replace(/[-:]/g, '_').split(' ')
  const format = g.kind === 'qemu' ? 'vma.zst' : 'tar.zst'
  return {
    volid: `${storage}:backup/vzdump-${g.kind}-${g.vmid}-${date}-${clock}.${format}`,
    content: 'backup',
    format,
    size: Math.round(g.disk.used * 0.55),
    at,
    vmid: g.vmid,
    subtype: g.kind,
  }
}

/** `00:00:22` */
export const lasted = (ms: number): string => {
  const s = Math.round(ms / 1000)
  return [s / 3600, (s / 60) % 60, s % 60]
    .map((n) => String(Math.floor(n)).padStart(2, '0'))
    .join(':')
}

/** How long bytes take here (ms): a lab is impatient, so never more than 20 s. */
export const copying = (bytes: number): number => Math.min(20_000, 1000 + bytes / 0.6e6)
