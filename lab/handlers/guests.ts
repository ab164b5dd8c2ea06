/** Guests: lists, state, configuration, addresses. Power and snapshots have files of their own. */
import { createHash } from 'node:crypto'
import { died, noSuchGuest } from '../answer.ts'
import { boolean, configId, dnsName, integer, items, oneOf, property, text } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import { configPath, type Guest, isRunning, type Kind, MiB } from '../things.ts'
import { liveRow, tagsOf } from './rows.ts'

/** The guest in the path; a wrong node or the wrong kind is a 500 that names a file. */
export const guestIn = ({ world }: Kit, kind: Kind, { values }: Call): Guest => {
  const found = world.guestOn(kind, values.node!, values.vmid!)
  if (!found) throw noSuchGuest(kind, values.node!, values.vmid!)
  return found
}

type Config = Record<string, string | number>

export const configOf = (guest: Guest): Config => {
  const { disk, net } = guest
  const size = `${disk.volid},size=${Math.round(disk.size / 1024 ** 3)}G`
  const common: Config = {
    cores: guest.cores,
    ...(guest.onboot ? { onboot: 1 } : {}),
    ...(guest.tags.length ? { tags: tagsOf(guest) } : {}),
    ...(guest.description ? { description: guest.description } : {}),
    ...(guest.protection ? { protection: 1 } : {}),
    ...(guest.lock ? { lock: guest.lock } : {}),
    ...(guest.parent ? { parent: guest.parent } : {}),
  }
  const config: Config =
    guest.kind === 'lxc'
      ? {
          ...common,
          hostname: guest.name,
          memory: Math.round(guest.memory / MiB),
          arch: 'amd64',
          rootfs: size,
          ...(guest.own ?? {
            swap: 0,
            ostype: 'debian',
            unprivileged: 1,
            features: 'nesting=1',
            net0: `name=eth0,bridge=vmbr0,hwaddr=${net.hwaddr},ip=${net.ip}/24,type=veth`,
          }),
        }
      : {
          ...common,
          name: guest.name,
          // A string for VMs, a number for containers.
          memory: String(Math.round(guest.memory / MiB)),
          ostype: 'l26',
          boot: 'order=scsi0;net0',
          scsi0: size,
          scsihw: 'virtio-scsi-single',
          net0: `virtio=${net.hwaddr},bridge=vmbr0`,
          meta: 'creation-qemu=10.1.2,ctime=1795163082',
          ...(guest.agent ? { agent: '1' } : {}),
          ...guest.own,
        }
  const digest = createHash('sha1').update(JSON.stringify(config)).digest('hex')
  return { ...config, digest }
}

export const guestRoutes = (kit: Kit, kind: Kind): Route[] => {
  const { world, access } = kit
  const root = `/nodes/{node}/${kind}`
  const base = `${root}/{vmid}`
  const audit = ['/vms/{vmid}', ['VM.Audit']] as const
  const far = { remote: true, privileged: true }

  const list = ({ caller, node, values }: Call) => {
    // Measured with LXC 5 in two of three tries; here once for every stop, so that it can be relied on.
    const leaving = world.guestsOn(node.name).find((g) => g.kind === kind && g.leaving)
    if (leaving) {
      leaving.leaving = false
      throw died('failed to read from command socket: Connection reset by peer')
    }
    return world
      .guestsOn(node.name)
      .filter((g) => g.kind === kind && access.can(caller, `/vms/${g.vmid}`, ['VM.Audit']))
      .map((g) => liveRow(kit, g, values.full === '1'))
  }

  const current = (call: Call) => {
    const guest = guestIn(kit, kind, call)
    return {
      ...liveRow(kit, guest, true),
      ha: { managed: 0 },
      ...(guest.agent ? { agent: 1 } : {}),
    }
  }

  const pending = (call: Call) =>
    Object.entries(configOf(guestIn(kit, kind, call))).map(([key, value]) => ({ key, value }))

  const update = (call: Call) => {
    const guest = guestIn(kit, kind, call)
    const { values } = call
    if (values.digest && values.digest !== configOf(guest).digest)
      throw died('detected modified configuration - file changed by other user? Try again.')
    if (!world.isQuorate())
      throw died(
        `unable to open file '/etc/pve/${configPath(kind, guest.node, guest.vmid)}.tmp.${1000 + guest.vmid}' - Permission denied`,
      )
    const gone = items(values.delete)
    const name = kind === 'lxc' ? values.hostname : values.name
    if (name !== undefined) guest.name = name
    if (values.tags !== undefined) guest.tags = items(values.tags)
    if (values.description !== undefined) guest.description = `${values.description}\n`
    if (values.onboot !== undefined) guest.onboot = values.onboot === '1'
    if (values.protection !== undefined) guest.protection = values.protection === '1'
    if (values.cores !== undefined) guest.cores = Number(values.cores)
    if (values.memory !== undefined) guest.memory = Number(values.memory) * MiB
    if (gone.includes('tags')) guest.tags = []
    if (gone.includes('description')) delete guest.description
    if (gone.includes('onboot')) guest.onboot = false
    if (gone.includes('protection')) delete guest.protection
    return null
  }

  return [
    route('GET', root, 'all', list, {
      ...far,
      ...(kind === 'qemu' ? { rules: { full: boolean } } : {}),
    }),
    route(
      'GET',
      base,
      'all',
      (call) =>
        guestIn(kit, kind, call) && sub('config', 'pending', 'snapshot', 'status', 'rrddata'),
      { remote: true },
    ),
    route(
      'GET',
      `${base}/status`,
      'all',
      (call) => guestIn(kit, kind, call) && sub('current', 'start', 'stop', 'shutdown'),
      { remote: true },
    ),
    route('GET', `${base}/status/current`, audit, current, far),
    route('GET', `${base}/config`, audit, (call) => configOf(guestIn(kit, kind, call)), {
      remote: true,
      rules: { current: boolean, snapshot: configId(40) },
    }),
    route('GET', `${base}/pending`, audit, pending, { remote: true }),
    route('PUT', `${base}/config`, ['/vms/{vmid}', configRights, 'any'], update, {
      ...far,
      rules: configRules(kind),
    }),
    route(
      'GET',
      `${base}/feature`,
      audit,
      (call) => ({
        hasFeature: canSnapshot(kit, guestIn(kit, kind, call)) ? 1 : 0,
        ...(kind === 'qemu' ? { nodes: [call.node.name] } : {}),
      }),
      {
        ...far,
        rules: {
          feature: { ...oneOf('snapshot', 'clone', 'copy'), required: true },
          snapname: configId(40),
        },
      },
    ),
    ...(kind === 'lxc' ? [interfaces(kit, base)] : []),
  ]
}

/** Directories with raw images cannot (measured); thin LVM and ZFS can. */
export const canSnapshot = ({ world }: Kit, guest: Guest): boolean =>
  ['lvmthin', 'zfspool'].includes(world.storage(guest.disk.storage)?.type ?? '')

const sub = (...names: string[]) => names.map((name) => ({ subdir: name, name }))

const configRights = [
  'VM.Config.Disk',
  'VM.Config.CPU',
  'VM.Config.Memory',
  'VM.Config.Network',
  'VM.Config.Options',
]
const configRules = (kind: Kind) => ({
  [kind === 'lxc' ? 'hostname' : 'name']: dnsName,
  ...(kind === 'lxc' ? { swap: integer(0), unprivileged: boolean } : {}),
  cores: integer(1),
  memory: integer(16),
  onboot: boolean,
  protection: boolean,
  tags: text(),
  description: text(8192),
  digest: text(64),
  delete: text(),
  net0: kind === 'lxc' ? property('net0', containerNet, ['name']) : text(),
})

/** What a container's network may be told (pve-container, PVE/LXC/Config.pm). */
export const containerNet =
  'name bridge firewall gw gw6 host-managed hwaddr ip ip6 link_down mtu rate tag trunks type'.split(
    ' ',
  )

const interfaces = (kit: Kit, base: string): Route =>
  route(
    'GET',
    `${base}/interfaces`,
    ['/vms/{vmid}', ['VM.Audit']],
    (call) => {
      const guest = guestIn(kit, 'lxc', call)
      // Of a stopped container: null, and no error.
      if (!isRunning(guest)) return null
      return [
        address('lo', '00:00:00:00:00:00', '127.0.0.1', 8),
        address('eth0', guest.net.hwaddr.toLowerCase(), guest.net.ip, 24),
      ]
    },
    { remote: true, privileged: true },
  )

const address = (name: string, mac: string, ip: string, prefix: number) => ({
  name,
  hwaddr: mac,
  'hardware-address': mac,
  inet: `${ip}/${prefix}`,
  'ip-addresses': [{ 'ip-address': ip, 'ip-address-type': 'inet', prefix: String(prefix) }],
})
