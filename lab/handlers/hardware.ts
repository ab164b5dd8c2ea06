/** What a node is made of, as far as nobody changes it: machine, disks, certificates, templates. */
import { X509Certificate } from 'node:crypto'
import type { Node } from '../things.ts'
import { version } from './cluster.ts'

const KERNEL = { release: '6.17.4-1-pve', version: '#1 SMP PREEMPT_DYNAMIC PMX 6.17.4-1' }

type NodeFigures = {
  cpu: number
  mem: number
  uptime: number
  disk: number
  loadavg: number
  iowait: number
}

export const statusOf = (node: Node, f: NodeFigures) => ({
  pveversion: `pve-manager/${version.version}/${version.repoid}`,
  kversion: `Linux ${KERNEL.release} ${KERNEL.version}`,
  'current-kernel': { sysname: 'Linux', machine: 'x86_64', ...KERNEL },
  'boot-info': { mode: 'efi', secureboot: 0 },
  uptime: f.uptime,
  cpu: f.cpu,
  wait: f.iowait,
  idle: 0,
  // Text, all three.
  loadavg: [f.loadavg, f.loadavg * 0.97, f.loadavg * 0.94].map((n) => n.toFixed(2)),
  cpuinfo: {
    model: node.model,
    vendor: node.model.startsWith('AMD') ? 'AuthenticAMD' : 'GenuineIntel',
    cpus: node.cpus,
    cores: node.cpus > 4 ? node.cpus / 2 : node.cpus,
    sockets: 1,
    mhz: '1800.000',
    hvm: '1',
    user_hz: 100,
    family: '23',
    flags: 'fpu vme de pse tsc msr pae mce cx8 apic',
  },
  memory: {
    total: node.memory,
    used: f.mem,
    free: Math.round((node.memory - f.mem) * 0.6),
    available: node.memory - f.mem,
  },
  swap: { total: 0, used: 0, free: 0 },
  ksm: { shared: 0 },
  rootfs: {
    total: node.root.total,
    used: f.disk,
    free: node.root.total - f.disk,
    avail: Math.round((node.root.total - f.disk) * 0.95),
  },
})

export const disksOf = (node: Node) => [
  {
    devpath: '/dev/nvme0n1',
    by_id_link: `/dev/disk/by-id/nvme-LAB_SSD_${node.nodeid}`,
    model: 'LAB SSD 970',
    serial: `S5LAB${node.nodeid}`,
    vendor: 'unknown',
    wwn: `eui.00000000000000${node.nodeid}`,
    type: 'nvme',
    size: 500_107_862_016,
    health: 'PASSED',
    wearout: 97,
    rpm: 0,
    gpt: 1,
    used: 'LVM',
    mounted: 0,
    osdid: -1,
    'osdid-list': null,
  },
  ...(node.name === 'agent1'
    ? [
        {
          devpath: '/dev/nvme1n1',
          by_id_link: '/dev/disk/by-id/nvme-LAB_SSD_big',
          model: 'LAB SSD 990',
          serial: 'S5LABBIG',
          vendor: 'unknown',
          wwn: 'eui.0000000000000099',
          type: 'nvme',
          size: 1_000_204_886_016,
          health: 'PASSED',
          wearout: 91,
          rpm: 0,
          gpt: 1,
          used: 'ZFS',
          mounted: 0,
          osdid: -1,
          'osdid-list': null,
        },
      ]
    : []),
]

export const certificateRow = (filename: string, pem: string) => {
  const cert = new X509Certificate(pem)
  const name = (dn: string) => `/${dn.split('\n').join('/')}`
  return {
    filename,
    subject: name(cert.subject),
    issuer: name(cert.issuer),
    fingerprint: cert.fingerprint256,
    notbefore: Date.parse(cert.validFrom) / 1000,
    notafter: Date.parse(cert.validTo) / 1000,
    pem,
    'public-key-type': 'id-ecPublicKey',
    'public-key-bits': 256,
    san: (cert.subjectAltName ?? '')
      .split(', ')
      .filter(Boolean)
      .map((s) => s.replace(/^(DNS|IP Address):/, '')),
  }
}

const template = (os: string, version: string, headline: string, file: string) => ({
  template: file,
  package: file.split('_')[0],
  type: 'lxc',
  section: 'system',
  os,
  version,
  headline,
  description: headline,
  architecture: 'amd64',
  infopage: 'https://pve.proxmox.com/wiki/Linux_Container',
  location: `http://download.proxmox.com/images/system/${file}`,
  source: 'http://download.proxmox.com/images',
})
export const templates = [
  template(
    'debian-12',
    '12.12-1',
    'Debian 12 Bookworm (standard)',
    'debian-12-standard_12.12-1_amd64.tar.zst',
  ),
  template(
    'debian-13',
    '13.1-2',
    'Debian 13 Trixie (standard)',
    'debian-13-standard_13.1-2_amd64.tar.zst',
  ),
  template(
    'ubuntu-24.04',
    '24.04-2',
    'Ubuntu 24.04 Noble (standard)',
    'ubuntu-24.04-standard_24.04-2_amd64.tar.zst',
  ),
  template(
    'alpine',
    '20250617',
    'LXC default image for alpine 3.22',
    'alpine-3.22-default_20250617_amd64.tar.xz',
  ),
]
