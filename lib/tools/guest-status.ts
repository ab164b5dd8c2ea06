/**
 * One guest, read freshly. Its notes are left out on purpose: whoever may edit a guest writes them,
 * and this look must stay one that taints nobody.
 */
import * as z from 'zod'
import { seconds } from '../clock.ts'
import type { GuestState, Picture } from '../cluster/picture.ts'
import { age, bytes, count, duration, rate } from '../format.ts'
import type { GuestConfig } from '../proxmox/guest-reads.ts'
import { harmless, nameOf } from '../untrusted.ts'
import { cpuOf } from './cluster-status.ts'
import { guestTarget, vmidInput } from './guest-target.ts'
import { listed } from './places.ts'
import { told, useOf } from './told.ts'
import { defineLook, type Hands } from './tool.ts'

const PATIENCE_MS = seconds(5)

export const guestStatus = defineLook({
  name: 'guest_status',
  title: 'State of a guest',
  description:
    'One container or virtual machine, read freshly: state, node, CPU, memory, disks, tags, lock, snapshots, last backup, whether it is protected and why.',
  topic: 'guests',
  input: z.strictObject({ vmid: vmidInput }),
  look: async (hands, { vmid }) => {
    const now = hands.clock.now()
    const { ref, word, row, status } = await guestTarget(hands, vmid)
    const picture = hands.picture()
    const known = picture.guests.find((g) => g.vmid === vmid)
    const [config, snapshots] = status ? await detailsOf(hands, ref) : []
    const shield = hands.protection()?.of({ kind: 'guest', id: String(vmid) })
    const name = nameOf(status?.name ?? row.name ?? known?.name)
    const lock = status?.lock ?? row.lock
    const runs = status !== undefined && status.status === 'running'
    return {
      text: told([
        `${vmid} ${name}: ${ref.kind === 'lxc' ? 'container' : 'virtual machine'} on ${ref.node}, ${word}${known && word === known.condition ? ` for ${age(known.since, now)}` : ''}; ${status ? 'read just now' : 'its node does not answer'}.`,
        lock !== undefined && `Locked: ${nameOf(lock)}`,
        runs && `CPU ${cpuOf(status.cpu, status.cpus)}, up for ${duration(status.uptime)}`,
        runs &&
          status.maxmem !== undefined &&
          `Memory ${useOf({ used: status.mem ?? 0, total: status.maxmem })}`,
        !runs && status?.maxmem !== undefined && `Memory when it runs: ${bytes(status.maxmem)}`,
        known?.disk && `Disk ${useOf(known.disk)}`,
        runs && known?.net && `Network in ${rate(known.net.in)}, out ${rate(known.net.out)}`,
        disksOf(config),
        `Tags: ${listed(status?.tags ?? row.tags)}`,
        config &&
          `Starts at boot: ${config.onboot ? 'yes' : 'no'}${config.protection ? '; Proxmox refuses to delete it' : ''}`,
        ref.kind === 'qemu' && status && `Guest agent: ${status.agent ? 'configured' : 'none'}`,
        status?.ha?.managed && `HA: ${nameOf(status.ha.state) || 'managed'}`,
        snapshots && `Snapshots: ${listed(snapshots.map((s) => s.name))}`,
        backupOf(picture, vmid, now),
        shield && `Protected: ${harmless(shield.why[0], 160)}`,
      ]),
      data: {
        vmid,
        name,
        kind: ref.kind,
        node: ref.node,
        state: word,
        lock: lock === undefined ? null : nameOf(lock),
        tags: (status?.tags ?? row.tags).slice(0, 20).map((t) => nameOf(t)),
        cpu: (runs ? status.cpu : undefined) ?? null,
        cores: status?.cpus ?? known?.cores ?? null,
        memory: runs ? { used: status.mem ?? null, total: status.maxmem ?? null } : null,
        uptimeS: runs ? status.uptime : null,
        onboot: config?.onboot ?? null,
        snapshots: snapshots?.slice(0, 40).map((s) => nameOf(s.name)) ?? null,
        protected: shield !== undefined,
      },
    }
  },
})

type Ref = Parameters<Hands['proxmox']['guests']['config']>[0]

/** What the guest's file says; a narrow token lacks it, and the rest is still worth telling. */
const detailsOf = (hands: Hands, ref: Ref) => {
  const { guests } = hands.proxmox
  const how = { timeout: PATIENCE_MS }
  return Promise.all([
    guests.config(ref, how).catch(() => undefined),
    guests.snapshots(ref, how).catch(() => undefined),
  ])
}

const DISK = /^(?:rootfs|mp\d+|(?:scsi|virtio|sata|ide)\d+)$/

const disksOf = (config: GuestConfig | undefined): string | false => {
  const disks = Object.entries(config?.all ?? {}).filter(
    ([key, value]) => DISK.test(key) && !/media=cdrom/.test(value),
  )
  const words = disks.slice(0, 8).map(([key, value]) => {
    const size = /(?:^|,)size=([\w.]+)/.exec(value)?.[1]
    return `${key} ${nameOf(value.split(',')[0], 48)}${size ? ` ${size}` : ''}`
  })
  return disks.length > 0 && `${count(disks.length, 'disk')}: ${words.join('; ')}`
}

const backupOf = (picture: Picture, vmid: GuestState['vmid'], now: number): string | false => {
  const b = picture.backups.find((row) => row.vmid === vmid)
  if (!b) return false
  const job = b.uncovered ? 'in no backup job' : 'in a backup job'
  if (b.last)
    return `Last backup ${age(b.last.at, now)} ago on ${nameOf(b.last.storage)} (${b.count} kept, ${job})`
  return picture.parts.backups.trouble
    ? `No backup found, but not all can be seen; ${job}`
    : `Never backed up; ${job}`
}
