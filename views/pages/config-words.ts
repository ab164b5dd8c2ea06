/** The configuration of a guest in the words of a person: cores, memory, disks, wires, start-up. */

import { bytes, DASH } from '../../lib/format.ts'
import type { GuestConfig } from '../../lib/proxmox/guest-reads.ts'
import type { GuestKind } from '../../lib/proxmox/types.ts'
import { cut, shown } from '../parts/shown.ts'

type Config = Pick<GuestConfig, 'all' | 'onboot' | 'protection' | 'tags' | 'description'>

const MIB = 1024 ** 2
const LONGEST = 80

/** Safe to show; in the order of the page. */
export const configPairs = (kind: GuestKind, config: Config): [string, string][] => {
  const { all } = config
  const rows: [string, string | undefined][] = [
    ['Cores', coresOf(all)],
    ['Memory', memoryOf(all)],
    ...disksOf(all),
    ...netsOf(all),
    ...(kind === 'lxc'
      ? ([
          ['Unprivileged', all.unprivileged === '1' ? 'yes' : 'no'],
          ['Features', all.features],
        ] satisfies [string, string | undefined][])
      : ([['Guest agent', /^(1|enabled=1)/.test(all.agent ?? '') ? 'on' : 'off']] satisfies [
          string,
          string,
        ][])),
    ['System', all.ostype],
    ['Starts at boot', config.onboot ? withOrder(all.startup) : 'no'],
    ['Protection', config.protection ? 'on: Proxmox deletes neither it nor its disks' : undefined],
    ['Tags', config.tags.join(', ') || undefined],
    ['Notes', config.description || undefined],
  ]
  return rows.flatMap(([what, is]) =>
    is === undefined ? [] : [[what, cut(shown(is), LONGEST)] as [string, string]],
  )
}

const coresOf = ({ cores, sockets, cpulimit }: Config['all']) => {
  const many = sockets && sockets !== '1' ? `${sockets} × ${cores ?? '1'}` : (cores ?? 'all')
  return cpulimit && cpulimit !== '0' ? `${many}, at most ${cpulimit}` : many
}

const memoryOf = ({ memory, swap, balloon }: Config['all']) => {
  const mib = (text: string | undefined) => bytes(Number.parseInt(text ?? '', 10) * MIB)
  // A property string since 8.1: `current=2048` (qemu-server, Memory.pm).
  const size = mib(memory?.replace(/^current=/, '') ?? '512')
  const more = swap && swap !== '0' ? `, swap ${mib(swap)}` : ''
  return `${size}${more}${balloon === '0' ? ', fixed' : ''}`
}

/** `local-lvm:vm-100-disk-0,size=32G` is `32 GiB on local-lvm`. */
const disksOf = (all: Config['all']): [string, string][] =>
  Object.entries(all).flatMap(([key, value]) => {
    if (!/^(rootfs|mp\d+|(scsi|virtio|sata|ide|efidisk|tpmstate)\d+)$/.test(key)) return []
    if (/media=cdrom/.test(value) && /^none/.test(value)) return []
    const size = /(?:^|,)size=([\d.]+)([KMGT]?)/.exec(value)
    const store = /^([^:,]+):/.exec(value)?.[1]
    const words = [size ? `${size[1]} ${size[2] || 'K'}${size[2] ? 'iB' : ''}` : DASH]
    if (store) words.push(`on ${store}`)
    return [[key === 'rootfs' ? 'Root disk' : `Disk ${key}`, words.join(' ')]]
  })

/** Bridge, VLAN and address; not the MAC, which is long and rarely wanted. */
const netsOf = (all: Config['all']): [string, string][] =>
  Object.entries(all).flatMap(([key, value]) => {
    if (!/^net\d+$/.test(key)) return []
    const part = (name: string) => new RegExp(`(?:^|,)${name}=([^,]+)`).exec(value)?.[1]
    const tag = part('tag')
    const words = [part('bridge') ?? 'no bridge', ...(tag ? [`VLAN ${tag}`] : []), part('ip')]
    return [[`Network ${key.slice(3)}`, words.filter(Boolean).join(', ')]]
  })

const withOrder = (startup: string | undefined) => {
  const order = /(?:^|,|order=)(\d+)/.exec(startup ?? '')?.[1]
  return order ? `yes, order ${order}` : 'yes'
}
