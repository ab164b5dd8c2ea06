/** `/nodes/{node}/network`: one card in one bridge. */
import { oneOf } from '../parameters.ts'
import { type Call, type Route, remote } from '../routing.ts'
import type { Node } from '../things.ts'

export const nodeNetworkRoutes = (): Route[] => [
  remote('network', 'all', interfaces, { rules: { type: oneOf(...networkTypes) } }),
]

const interfaces = ({ node, values }: Call) =>
  [card, bridgeOf(node)].filter(
    (r) => !values.type || r.type === values.type || values.type.startsWith('any'),
  )

const card = {
  iface: 'eno1',
  type: 'eth',
  method: 'manual',
  method6: 'manual',
  families: ['inet'],
  priority: 3,
  active: 1,
  exists: 1,
}

const bridgeOf = (node: Node) => ({
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
})

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
