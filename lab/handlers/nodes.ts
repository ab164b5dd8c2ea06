/** Nodes: state, identity, certificates. */
import { createHash } from 'node:crypto'
import { integer } from '../parameters.ts'
import { type Call, type Kit, type Route, remote, route } from '../routing.ts'
import { version } from './cluster.ts'
import { certificateRow, statusOf, templates } from './hardware.ts'
import { nodeRow } from './rows.ts'

const audit = ['/nodes/{node}', ['Sys.Audit']] as const

export const nodeRoutes = (kit: Kit): Route[] => {
  const { world, certificates } = kit

  const list = ({ caller }: Call) =>
    world.nodes.map((n) => ({
      ...nodeRow(kit, n, caller),
      ssl_fingerprint: certificates.nodes.get(n.name)!.fingerprint,
    }))
  const status = ({ node }: Call) => statusOf(node, world.figures.node(node, world.now())!)
  const certificateInfo = ({ node }: Call) => [
    certificateRow('pve-root-ca.pem', certificates.ca),
    certificateRow('pve-ssl.pem', certificates.nodes.get(node.name)!.pem),
  ]
  const hosts = () => {
    const names = world.nodes.map((n) => `${n.ip} ${n.name}`)
    const data = ['127.0.0.1 localhost', ...names].join('\n')
    return { data: `${data}\n`, digest: createHash('sha1').update(data).digest('hex') }
  }

  return [
    route('GET', '/nodes', 'all', list),
    route('GET', '/nodes/{node}', 'all', () => below.map((name) => ({ name }))),
    remote('status', audit, status),
    remote('version', 'all', () => version),
    remote('time', audit, () => ({
      time: seconds(world.now()),
      localtime: seconds(world.now()),
      timezone: 'Etc/UTC',
    })),
    remote('dns', audit, () => ({ search: 'lab.test', dns1: '127.0.0.53' })),
    remote('hosts', ['/', ['Sys.Audit']], hosts, { privileged: true }),
    remote('certificates/info', 'all', certificateInfo),
    remote('subscription', 'all', () => ({
      status: 'notfound',
      message: 'There is no subscription key',
      serverid: '00000000000000000000000000000000',
      url: 'https://www.proxmox.com/en/proxmox-virtual-environment/pricing',
    })),
    remote('aplinfo', 'all', () => templates),
    remote('replication', 'all', () => [], { privileged: true, rules: { guest: integer(100) } }),
  ]
}

const below = [
  'aplinfo',
  'certificates',
  'config',
  'disks',
  'dns',
  'hosts',
  'journal',
  'lxc',
  'network',
  'qemu',
  'rrddata',
  'services',
  'status',
  'storage',
  'subscription',
  'syslog',
  'tasks',
  'time',
  'version',
  'wakeonlan',
]

const seconds = (ms: number) => Math.floor(ms / 1000)
