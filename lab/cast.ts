/**
 * Who plays: the household of the design (four nodes, five guests, five storages), and as many
 * extras as `--nodes 16 --guests 800` asks for. Everything begins 90 days before the start.
 */
import { days, hours, minutes } from '../lib/clock.ts'
import { type Random, seeded } from './random.ts'
import { lodgers, residents } from './residents.ts'
import { createStorages } from './stores.ts'
import {
  GiB,
  type Guest,
  type LogLine,
  type Node,
  type Pool,
  type Service,
  type Storage,
} from './things.ts'

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
