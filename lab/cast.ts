/**
 * Who plays: the household of the design (four nodes, five guests, five storages), and as many
 * extras as `--nodes 16 --guests 800` asks for. Everything begins 90 days before the start.
 */
import { days, hours, minutes } from '../lib/clock.ts'
import { type Random, seeded } from './random.ts'
import type {
  Guest,
  Kind,
  LogLine,
  Node,
  Pool,
  Service,
  Snapshot,
  Storage,
  Volume,
} from './things.ts'

export const GiB = 1024 ** 3
export const TiB = 1024 ** 4
const KiB = 1024

export type Cast = { nodes: Node[]; guests: Guest[]; storages: Storage[]; pools: Pool[] }
export type Size = { nodes: number; guests: number; now: number; seed: number }

export const createCast = ({ nodes, guests, now, seed }: Size): Cast => {
  const random = seeded(seed)
  const machines = [...household(now), ...extras(nodes - 4, now, random)].slice(0, nodes)
  const names = machines.map((n) => n.name)
  const inhabitants = [...residents(now, names), ...lodgers(guests - 5, now, names, random)].slice(
    0,
    guests,
  )
  return {
    nodes: machines,
    guests: inhabitants,
    storages: createStorages(now, names, inhabitants),
    pools: [{ poolid: 'environments', comment: 'containers made from files' }],
  }
}

const node = (
  nodeid: number,
  name: string,
  ip: string,
  wish: Pick<Node, 'aliases' | 'cpus' | 'memory' | 'load'> & { rootUsed: number; up: number },
  now: number,
): Node => {
  const mac = `BC:24:11:00:00:${nodeid.toString(16).padStart(2, '0').toUpperCase()}`
  return {
    name,
    nodeid,
    ip,
    mac,
    aliases: wish.aliases,
    cpus: wish.cpus,
    model: wish.cpus > 4 ? 'AMD Ryzen 7 5700U with Radeon Graphics' : 'Intel(R) N100',
    memory: wish.memory,
    root: { total: 112 * GiB, used: wish.rootUsed },
    load: wish.load,
    options: { wakeonlan: mac },
    runs: [{ from: now - wish.up }],
    mute: false,
    services: services(),
    syslog: earlier(now),
  }
}

const household = (now: number): Node[] => [
  node(
    1,
    'Home',
    '127.0.0.50',
    {
      aliases: ['master'],
      cpus: 4,
      memory: 24 * GiB,
      rootUsed: 61 * GiB,
      up: days(41) + hours(6) + minutes(12),
      load: { cpu: 0.23, mem: 0.62, in: 4.1e6, out: 1.2e6, celsius: 58 },
    },
    now,
  ),
  node(
    2,
    'pve',
    '127.0.0.74',
    {
      aliases: [],
      cpus: 16,
      memory: 31 * GiB,
      rootUsed: 48 * GiB,
      up: days(41) + hours(6) + minutes(10),
      load: { cpu: 0.41, mem: 0.72, in: 11.6e6, out: 38e6, celsius: 63 },
    },
    now,
  ),
  node(
    3,
    'agent1',
    '127.0.0.61',
    {
      aliases: [],
      cpus: 16,
      memory: 31 * GiB,
      rootUsed: 39 * GiB,
      up: days(12) + hours(19) + minutes(47),
      load: { cpu: 0.12, mem: 0.32, in: 0.9e6, out: 0.4e6, celsius: 51 },
    },
    now,
  ),
  node(
    4,
    'agent',
    '127.0.0.62',
    {
      aliases: [],
      cpus: 4,
      memory: 4 * GiB,
      rootUsed: 71 * GiB,
      up: days(41) + hours(6) + minutes(8),
      load: { cpu: 0.67, mem: 0.8, in: 0.2e6, out: 0.1e6, celsius: 79 },
    },
    now,
  ),
]

const extras = (count: number, now: number, random: Random): Node[] =>
  Array.from({ length: Math.max(0, count) }, (_, i) =>
    node(
      5 + i,
      `node${String(5 + i).padStart(2, '0')}`,
      `127.0.0.${101 + i}`,
      {
        aliases: [],
        cpus: 8,
        memory: 64 * GiB,
        rootUsed: (20 + random() * 60) * GiB,
        up: days(3 + random() * 80),
        load: {
          cpu: 0.1 + random() * 0.5,
          mem: 0.2 + random() * 0.6,
          in: 2e6,
          out: 2e6,
          celsius: 55,
        },
      },
      now,
    ),
  )

const earlier = (now: number): LogLine[] => [
  {
    at: now - hours(5),
    tag: 'systemd[1]',
    text: 'Starting apt-daily.service - Daily apt download activities...',
  },
  {
    at: now - hours(2),
    tag: 'CRON[40311]',
    text: '(root) CMD (cd / && run-parts --report /etc/cron.hourly)',
  },
  {
    at: now - minutes(31),
    tag: 'pvedaemon[1190]',
    text: "<root@pam> successful auth for user 'root@pam'",
  },
  { at: now - minutes(4), tag: 'systemd[1]', text: 'Started systemd-tmpfiles-clean.service.' },
]

const unit = (name: string, desc: string, running = true): Service => ({
  name,
  desc,
  enabled: true,
  running,
})
const services = (): Service[] => [
  unit('chrony', 'chrony, an NTP client/server'),
  unit('corosync', 'Corosync Cluster Engine'),
  unit('cron', 'Regular background program processing daemon'),
  unit('ksmtuned', 'Kernel Samepage Merging (KSM) Tuning Daemon'),
  unit('lxcfs', 'FUSE filesystem for LXC'),
  unit('postfix', 'Postfix Mail Transport Agent'),
  unit('proxmox-firewall', 'Proxmox nftables firewall'),
  unit('pve-cluster', 'The Proxmox VE cluster filesystem'),
  unit('pve-firewall', 'Proxmox VE firewall'),
  unit('pve-ha-crm', 'PVE Cluster HA Resource Manager Daemon'),
  unit('pve-ha-lrm', 'PVE Local HA Resource Manager Daemon'),
  unit('pvedaemon', 'PVE API Daemon'),
  unit('pvefw-logger', 'Proxmox VE firewall logger'),
  unit('pveproxy', 'PVE API Proxy Server'),
  unit('pvescheduler', 'Proxmox VE scheduler'),
  unit('pvestatd', 'PVE Status Daemon'),
  unit('qmeventd', 'PVE Qemu Event Daemon'),
  unit('spiceproxy', 'PVE SPICE Proxy Server'),
  unit('sshd', 'OpenBSD Secure Shell server'),
  unit('syslog', 'System Logging Service', false),
  unit('systemd-journald', 'Journal Service'),
]

type Wish = Pick<Guest, 'cores' | 'memory' | 'load'> &
  Partial<Pick<Guest, 'tags' | 'onboot' | 'snapshots' | 'description'>> & {
    storage: string
    size: number
    used: number
    /** Uptime, or for how long it has been off, in ms. */
    since: number
    stopped?: boolean
  }

const guest = (
  kind: Kind,
  vmid: number,
  name: string,
  on: string,
  now: number,
  wish: Wish,
): Guest => {
  const subvolume = kind === 'lxc' && wish.storage === 'nvme1' ? 'subvol' : 'vm'
  const file = `${subvolume}-${vmid}-disk-0`
  const volid =
    wish.storage.startsWith('local') && wish.storage !== 'local-lvm'
      ? `${wish.storage}:${vmid}/${file}.raw`
      : `${wish.storage}:${file}`
  const tail = vmid
    .toString(16)
    .padStart(6, '0')
    .toUpperCase()
    .replace(/(..)(?=.)/g, '$1:')
  return {
    vmid,
    kind,
    name,
    node: on,
    cores: wish.cores,
    memory: wish.memory,
    onboot: wish.onboot ?? !wish.stopped,
    tags: wish.tags ?? [],
    ...(wish.description ? { description: wish.description } : {}),
    agent: kind === 'qemu' && !wish.stopped,
    deaf: false,
    disk: { storage: wish.storage, volid, size: wish.size, used: wish.used, destroyed: false },
    net: {
      hwaddr: `BC:24:11:${tail}`,
      ip: `127.0.${1 + (Math.floor(vmid / 100) % 250)}.${1 + (vmid % 100)}`,
    },
    load: wish.load,
    snapshots: wish.snapshots ?? [],
    ...(wish.snapshots?.length ? { parent: wish.snapshots.at(-1)!.name } : {}),
    held: false,
    states: [
      { at: now - days(90), status: 'stopped', since: now - days(90) },
      {
        at: now - wish.since,
        status: wish.stopped ? 'stopped' : 'running',
        since: now - wish.since,
      },
    ],
  }
}

const residents = (now: number, names: string[]): Guest[] => {
  const at = (name: string) => (names.includes(name) ? name : names[0]!)
  const pools = { pve: 'local-lvm', agent1: 'nvme1' }
  const on = (name: 'pve' | 'agent1') => (names.includes(name) ? pools[name] : 'local')
  const earlier: Snapshot[] = [
    { name: 'fresh', description: 'after installation\n', at: now - days(61), vmstate: false },
    {
      name: 'before-24-04',
      description: 'before the upgrade\n',
      at: now - days(47),
      parent: 'fresh',
      vmstate: false,
    },
  ]
  return [
    guest('qemu', 100, 'Ubuntu-Desktop', at('agent1'), now, {
      cores: 4,
      memory: 8 * GiB,
      storage: on('agent1'),
      size: 64 * GiB,
      used: 41 * GiB,
      since: days(42),
      stopped: true,
      snapshots: earlier,
      load: { cpu: 0.15, mem: 0.5, in: 40 * KiB, out: 20 * KiB },
    }),
    guest('qemu', 103, 'management', at('pve'), now, {
      cores: 4,
      memory: 8 * GiB,
      storage: on('pve'),
      size: 96 * GiB,
      used: 62 * GiB,
      since: days(41),
      tags: ['infra'],
      load: { cpu: 0.18, mem: 0.74, in: 220 * KiB, out: 310 * KiB },
    }),
    guest('lxc', 300, 'twingate', at('pve'), now, {
      cores: 1,
      memory: GiB,
      storage: on('pve'),
      size: 8 * GiB,
      used: 2.1 * GiB,
      since: days(41),
      tags: ['infra', 'vpn'],
      load: { cpu: 0.02, mem: 0.2, in: 90 * KiB, out: 85 * KiB },
    }),
    guest('lxc', 302, 'adguard', at('pve'), now, {
      cores: 1,
      memory: GiB,
      storage: on('pve'),
      size: 8 * GiB,
      used: 3.3 * GiB,
      since: days(18),
      tags: ['dns', 'infra'],
      load: { cpu: 0.06, mem: 0.4, in: 30 * KiB, out: 25 * KiB },
    }),
    guest('lxc', 303, 'homeassistant', at('agent1'), now, {
      cores: 2,
      memory: 4 * GiB,
      storage: on('agent1'),
      size: 32 * GiB,
      used: 11.4 * GiB,
      since: days(12) + hours(19),
      tags: ['home'],
      load: { cpu: 0.09, mem: 0.42, in: 60 * KiB, out: 45 * KiB },
    }),
  ]
}

const trades = ['web', 'db', 'cache', 'queue', 'mail', 'git', 'ci', 'media', 'log', 'proxy']

const lodgers = (count: number, now: number, names: string[], random: Random): Guest[] =>
  Array.from({ length: Math.max(0, count) }, (_, i) => {
    const trade = trades[i % trades.length]!
    const size = (8 + Math.floor(random() * 56)) * GiB
    return guest(
      i % 3 === 0 ? 'qemu' : 'lxc',
      1000 + i,
      `${trade}-${i + 1}`,
      names[i % names.length]!,
      now,
      {
        cores: 1 + Math.floor(random() * 4),
        memory: [1, 2, 4, 8][Math.floor(random() * 4)]! * GiB,
        storage: 'local',
        size,
        used: size * random(),
        since: days(random() * 40),
        stopped: random() < 0.15,
        tags: random() < 0.5 ? [trade] : [],
        load: {
          cpu: random() * 0.4,
          mem: 0.2 + random() * 0.6,
          in: 3e4 * random(),
          out: 3e4 * random(),
        },
      },
    )
  })

const createStorages = (now: number, names: string[], guests: Guest[]): Storage[] => {
  const all: Storage[] = [
    {
      name: 'local',
      type: 'dir',
      shared: false,
      growth: 0,
      full: false,
      content: ['iso', 'vztmpl', 'backup', 'snippets', 'images', 'rootdir'],
      options: { path: '/var/lib/vz', 'prune-backups': 'keep-all=1' },
      volumes: images(now),
    },
    {
      name: 'local-lvm',
      type: 'lvmthin',
      shared: false,
      nodes: ['pve'],
      full: false,
      content: ['images', 'rootdir'],
      options: { thinpool: 'data', vgname: 'pve' },
      total: 348 * GiB,
      used: 247 * GiB,
      growth: (101 / 41) * GiB,
      volumes: [],
    },
    {
      name: 'nvme1',
      type: 'zfspool',
      shared: false,
      nodes: ['agent1'],
      full: false,
      content: ['images', 'rootdir'],
      options: { pool: 'nvme1', sparse: 1 },
      total: 931 * GiB,
      used: 428 * GiB,
      growth: 0.02 * GiB,
      volumes: [],
    },
    {
      name: 'cluster-backup',
      type: 'nfs',
      shared: true,
      full: false,
      content: ['backup'],
      options: {
        server: '127.0.0.50',
        export: '/srv/backup',
        path: '/mnt/pve/cluster-backup',
        'prune-backups': 'keep-daily=7,keep-weekly=4',
      },
      total: 4.5 * TiB,
      used: 3.98 * TiB,
      growth: 0.0578 * TiB,
      volumes: backups(now, guests),
    },
    {
      name: 'usb-storage',
      type: 'dir',
      shared: false,
      nodes: ['Home'],
      full: false,
      content: ['iso', 'backup', 'vztmpl'],
      options: { path: '/mnt/usb', is_mountpoint: '1' },
      total: 4.5 * TiB,
      used: 1.31 * TiB,
      growth: 0,
      volumes: [],
    },
  ]
  return all.filter((s) => !s.nodes || s.nodes.some((n) => names.includes(n)))
}

const images = (now: number): Volume[] => [
  {
    volid: 'local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst',
    content: 'vztmpl',
    format: 'tzst',
    size: 126_515_062,
    at: now - days(80),
  },
  {
    volid: 'local:iso/ubuntu-24.04.3-live-server-amd64.iso',
    content: 'iso',
    format: 'iso',
    size: 3_303_444_480,
    at: now - days(62),
  },
]

/** Nightly backups of everybody but 303, which nobody ever thought of; 100's is eight days old. */
const backups = (now: number, guests: Guest[]): Volume[] =>
  guests
    .filter((g) => [100, 103, 300, 302].includes(g.vmid))
    .flatMap((g) =>
      (g.vmid === 100 ? [8] : [1, 2, 3]).map((nights) =>
        backupOf(g, lastNight(now) - days(nights - 1)),
      ),
    )

const lastNight = (now: number) => {
  const today = now - (now % days(1)) + hours(2)
  return today <= now ? today : today - days(1)
}

const backupOf = (g: Guest, at: number): Volume => {
  const stamp = new Date(at).toISOString()
  const [date, clock] = [
    stamp.slice(0, 10).replace(/-/g, '_'),
    stamp.slice(11, 19).replace(/:/g, '_'),
  ]
  const format = g.kind === 'qemu' ? 'vma.zst' : 'tar.zst'
  return {
    volid: `cluster-backup:backup/vzdump-${g.kind}-${g.vmid}-${date}-${clock}.${format}`,
    content: 'backup',
    format,
    size: Math.round(g.disk.used * 0.55),
    at,
    vmid: g.vmid,
    subtype: g.kind,
    notes: g.name,
  }
}
