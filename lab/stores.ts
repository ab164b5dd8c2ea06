/** Where the household keeps its things: five storages, and the backups on them. */
import { days, hours } from '../lib/clock.ts'
import { GiB, type Guest, type Storage, TiB, type Volume } from './things.ts'
import { backupVolume } from './volumes.ts'

export const createStorages = (now: number, names: string[], guests: Guest[]): Storage[] => {
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
      (g.vmid === 100 ? [8] : [1, 2, 3]).map((nights) => ({
        ...backupVolume('cluster-backup', g, lastNight(now) - days(nights - 1)),
        notes: g.name,
      })),
    )

const lastNight = (now: number) => {
  const today = now - (now % days(1)) + hours(2)
  return today <= now ? today : today - days(1)
}
