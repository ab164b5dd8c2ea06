/** What a new guest may be told, and its configuration as it is told back. */
import {
  boolean,
  configId,
  dnsName,
  integer,
  items,
  needed,
  oneOf,
  pairs,
  property,
  type Rules,
  storageId,
  text,
  type Values,
  vmid,
} from '../parameters.ts'
import { type Guest, MiB } from '../things.ts'
import { containerNet } from './guests.ts'

export const common = (v: Values) => ({
  ...(v.cores ? { cores: Number(v.cores) } : {}),
  ...(v.memory ? { memory: Number(v.memory) * MiB } : {}),
  ...(v.onboot ? { onboot: v.onboot === '1' } : {}),
  ...(v.tags ? { tags: items(v.tags) } : {}),
  ...(v.description ? { description: `${v.description}\n` } : {}),
  ...(v.pool ? { pool: v.pool } : {}),
})

/** The rest of a container's configuration as it is told back. */
export const ownOf = (v: Values, { net }: Guest): Record<string, string | number> => {
  const card =
    v.net0 === undefined ? undefined : { ...pairs(v.net0), hwaddr: net.hwaddr, type: 'veth' }
  const kept = ['features', 'nameserver', 'searchdomain'].flatMap((key) =>
    v[key] ? [[key, v[key]] as const] : [],
  )
  return {
    ostype: /vztmpl\/([a-z]+)/.exec(v.ostemplate ?? '')?.[1] ?? 'unmanaged',
    swap: Number(v.swap ?? 512),
    ...(v.unprivileged === '0' ? {} : { unprivileged: 1 }),
    ...Object.fromEntries(kept),
    ...(card
      ? {
          net0: Object.entries(card)
            .map(([key, value]) => `${key}=${value}`)
            .join(','),
        }
      : {}),
  }
}

export const fakeHash = (random: () => number): string =>
  Buffer.from(Array.from({ length: 32 }, () => Math.floor(random() * 256)))
    .toString('base64')
    .replace(/=+$/, '')

const shared: Rules = {
  vmid: needed(vmid),
  cores: integer(1),
  description: text(8192),
  onboot: boolean,
  pool: configId(),
  protection: boolean,
  start: boolean,
  storage: storageId,
  tags: text(),
}
export const containerRules: Rules = {
  ...shared,
  ostemplate: needed(text(255)),
  hostname: dnsName,
  memory: integer(16),
  swap: integer(0),
  rootfs: text(),
  net0: property('net0', containerNet, ['name']),
  nameserver: text(),
  searchdomain: text(),
  features: text(),
  unprivileged: boolean,
  password: text(),
  'ssh-public-keys': text(65_536),
  ostype: oneOf(
    ...'debian devuan ubuntu centos fedora opensuse archlinux alpine gentoo nixos unmanaged'.split(
      ' ',
    ),
  ),
}
export const machineRules: Rules = {
  ...shared,
  name: dnsName,
  memory: text(),
  sockets: integer(1),
  ostype: text(),
  scsihw: text(),
  scsi0: text(),
  net0: text(),
  boot: text(),
  agent: text(),
}
