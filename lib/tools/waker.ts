/** What waking takes: which nodes there are, by which address each wakes, and the packet itself. */
import type { Macs } from '../cluster/macs.ts'
import type { WakeOptions, Wol } from '../wol.ts'

export type Waker = {
  /** Names of nodes that are known though the cluster is silent. */
  known(): string[]
  macOf(node: string): string | undefined
  /** Sends the magic packets; answers where they went. `address` is the node's own. */
  send(node: string, address: string | undefined): Promise<{ to: string }>
}

export type WakerNeeds = {
  macs: Pick<Macs, 'of' | 'known'>
  wol: Wol
  /** As configured: `name` and `address`, with a port or without one. */
  nodes: readonly { name: string; address: string }[]
  /** Outranks what a node's own options say. */
  settings: WakeOptions
}

export const createWaker = ({ macs, wol, nodes, settings }: WakerNeeds): Waker => ({
  known: macs.known,
  macOf: (node) => macs.of(node)?.mac,
  async send(node, address) {
    const { mac, broadcast } = macs.of(node) ?? { mac: '' }
    const configured = nodes.find((n) => n.name.toLowerCase() === node.toLowerCase())
    const own = address ?? configured?.address.replace(/:\d+$/, '')
    return wol.wake({ mac, address: own }, { broadcast, ...defined(settings) })
  },
})

const defined = ({ broadcast, port }: WakeOptions): WakeOptions => ({
  ...(broadcast !== undefined && { broadcast }),
  ...(port !== undefined && { port }),
})
