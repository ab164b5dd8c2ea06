/** Nodes: state, identity, network, logs, disks, certificates. */
import { createHash } from 'node:crypto'
import { boolean, integer, oneOf, text } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import type { Node } from '../things.ts'
import { version } from './cluster.ts'
import { certificateRow, disksOf, statusOf, templates } from './hardware.ts'
import { nodeRow } from './rows.ts'

const audit = ['/nodes/{node}', ['Sys.Audit']] as const
const syslogNeed = ['/nodes/{node}', ['Sys.Syslog']] as const

export const nodeRoutes = (kit: Kit): Route[] => {
  const { world, certificates } = kit

  const list = ({ caller }: Call) =>
    world.nodes.map((n) => ({
      ...nodeRow(kit, n, caller),
      ssl_fingerprint: certificates.nodes.get(n.name)!.fingerprint,
    }))

  const status = ({ node }: Call) => statusOf(node, world.figures.node(node, world.now())!)

  const interfaces = ({ node, values }: Call) => {
    const rows = [
      {
        iface: 'eno1',
        type: 'eth',
        method: 'manual',
        method6: 'manual',
        families: ['inet'],
        priority: 3,
        active: 1,
        exists: 1,
      },
      {
        iface: 'vmbr0',
        type: 'bridge',
        method: 'static',
        method6: 'manual',
        families: ['inet'],
        address: node.ip,
        netmask: '24',
        cidr: `${node.ip}/24`,
        gateway: '127.0.0.1',
        priority: 4,
        autostart: 1,
        active: 1,
        bridge_ports: 'eno1',
        bridge_stp: 'off',
        bridge_fd: '0',
      },
    ]
    return rows.filter(
      (r) => !values.type || r.type === values.type || values.type.startsWith('any'),
    )
  }

  const journal = ({ node, values }: Call) => {
    const since = Number(values.since ?? 0) * 1000
    const until = values.until ? Number(values.until) * 1000 : Number.POSITIVE_INFINITY
    const lines = node.syslog
      .filter((l) => l.at >= since && l.at <= until)
      .slice(-Number(values.lastentries ?? 500))
      .map((l) => lineOf(node, l))
    // The reader puts its cursors around the lines.
    return [cursor(node, 0), ...lines, cursor(node, lines.length)]
  }
  const syslog = ({ node, values }: Call) => {
    const rows = node.syslog
      .filter((l) => !values.service || l.tag.startsWith(values.service))
      .map((l, i) => ({ n: i + 1, t: lineOf(node, l) }))
    const start = Number(values.start ?? 0)
    return { paged: rows.slice(start, start + Number(values.limit ?? 50)), total: rows.length }
  }

  const certificateInfo = ({ node }: Call) => [
    certificateRow('pve-root-ca.pem', certificates.ca),
    certificateRow('pve-ssl.pem', certificates.nodes.get(node.name)!.pem),
  ]

  const get = (path: string, need: Route['need'], run: Route['run'], more = {}) =>
    route('GET', `/nodes/{node}/${path}`, need, run, { remote: true, ...more })

  return [
    route('GET', '/nodes', 'all', list),
    route('GET', '/nodes/{node}', 'all', () =>
      [
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
      ].map((name) => ({ name })),
    ),
    get('status', audit, status),
    get('version', 'all', () => version),
    get('time', audit, () => ({
      time: seconds(world.now()),
      localtime: seconds(world.now()),
      timezone: 'Etc/UTC',
    })),
    get('dns', audit, () => ({ search: 'lab.test', dns1: '127.0.0.53' })),
    get(
      'hosts',
      ['/', ['Sys.Audit']],
      () => {
        const data = ['127.0.0.1 localhost', ...world.nodes.map((n) => `${n.ip} ${n.name}`)].join(
          '\n',
        )
        return { data: `${data}\n`, digest: sha1(data) }
      },
      { privileged: true },
    ),
    get('network', 'all', interfaces, { rules: { type: oneOf(...networkTypes) } }),
    get('journal', syslogNeed, journal, {
      privileged: true,
      ordered: true,
      rules: {
        lastentries: integer(0),
        since: integer(0),
        until: integer(0),
        startcursor: text(),
        endcursor: text(),
      },
    }),
    get('syslog', syslogNeed, syslog, {
      privileged: true,
      ordered: true,
      rules: {
        limit: integer(0),
        start: integer(0),
        since: text(),
        until: text(),
        service: text(128),
      },
    }),
    get('disks/list', audit, ({ node }) => disksOf(node), {
      privileged: true,
      rules: {
        'include-partitions': boolean,
        skipsmart: boolean,
        type: oneOf('unused', 'journal_disks'),
      },
    }),
    get('disks/smart', ['/', ['Sys.Audit']], () => ({ health: 'PASSED', type: 'text', text: '' }), {
      privileged: true,
      rules: { disk: { ...text(), required: true }, healthonly: boolean },
    }),
    get('certificates/info', 'all', certificateInfo),
    get('subscription', 'all', () => ({
      status: 'notfound',
      message: 'There is no subscription key',
      serverid: '00000000000000000000000000000000',
      url: 'https://www.proxmox.com/en/proxmox-virtual-environment/pricing',
    })),
    get('aplinfo', 'all', () => templates),
    get('replication', 'all', () => [], { privileged: true, rules: { guest: integer(100) } }),
  ]
}

const networkTypes = [
  'bridge',
  'bond',
  'eth',
  'alias',
  'vlan',
  'fabric',
  'OVSBridge',
  'OVSBond',
  'OVSPort',
  'OVSIntPort',
  'vnet',
  'any_bridge',
  'any_local_bridge',
  'include_sdn',
]

const seconds = (ms: number) => Math.floor(ms / 1000)
const sha1 = (text: string) => createHash('sha1').update(text).digest('hex')
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const lineOf = (node: Node, { at, tag, text: words }: Node['syslog'][number]) => {
  const date = new Date(at)
  const day = String(date.getUTCDate()).padStart(2, '0')
  const clock = date.toISOString().slice(11, 19)
  const who = tag === 'kernel' || tag.endsWith(']') ? tag : `${tag}[812]`
  return `${months[date.getUTCMonth()]} ${day} ${clock} ${node.name} ${who}: ${words}`
}
const cursor = (node: Node, n: number) => `s=${sha1(node.name)};i=${n.toString(16)}`
