/** Networks: what flows through the nodes, the bridges of one node, the addresses of one guest. */
import * as z from 'zod'
import { seconds } from '../clock.ts'
import { asProblem } from '../errors.ts'
import { count, rate } from '../format.ts'
import { nameOf } from '../untrusted.ts'
import { guestTarget, vmidInput } from './guest-target.ts'
import { nodeInput } from './node-target.ts'
import { listed, nodeThatAnswers } from './places.ts'
import { heard, listing, told } from './told.ts'
import { defineLook, type Hands, type Looked, refusal } from './tool.ts'

const PATIENCE_MS = seconds(8)

export const networkStatus = defineLook({
  name: 'network_status',
  title: 'State of networks',
  description:
    'Traffic of all nodes; with node its interfaces, bridges and addresses; with vmid the addresses and traffic of a guest.',
  topic: 'nodes',
  input: z.strictObject({ node: nodeInput.optional(), vmid: vmidInput.optional() }),
  look: async (hands, { node, vmid }) => {
    if (node !== undefined && vmid !== undefined)
      throw refusal('arguments', 'invalid', 'A node or a guest, not both at once.', 'Ask twice.')
    if (vmid !== undefined) return ofGuest(hands, vmid)
    return node === undefined ? ofAll(hands) : ofNode(hands, node)
  },
})

const ofAll = ({ picture, clock }: Hands): Looked => {
  const { nodes, parts } = picture()
  const { text, shown } = listing(
    [`${count(nodes.length, 'node')}, ${heard(parts.status, clock.now())}.`],
    {
      titles: ['NODE', 'STATE', 'ADDRESS', 'IN#', 'OUT#'],
      rows: nodes,
      cells: (n) => [
        nameOf(n.name, 24),
        n.reach === 'offline' ? 'lost' : n.reach,
        nameOf(n.address) || '–',
        rate(n.net?.in),
        rate(n.net?.out),
      ],
    },
  )
  return {
    text,
    data: {
      nodes: shown.map((n) => ({
        node: nameOf(n.name),
        reach: n.reach,
        in: n.net?.in ?? null,
        out: n.net?.out ?? null,
      })),
    },
  }
}

const ofNode = async ({ proxmox, picture, clock }: Hands, wanted: string): Promise<Looked> => {
  const { name, net } = nodeThatAnswers(picture(), wanted, clock.now())
  const all = await proxmox.nodes.network(name, { timeout: PATIENCE_MS })
  const flow = net ? ` In ${rate(net.in)}, out ${rate(net.out)}.` : ''
  const { text, shown } = listing(
    [`${nameOf(name)}, ${count(all.length, 'interface')}, read just now.${flow}`],
    {
      titles: ['INTERFACE', 'TYPE', 'STATE', 'ADDRESS', 'GATEWAY', 'PORTS'],
      rows: all,
      cells: (i) => [
        nameOf(i.name, 20),
        nameOf(i.type, 12),
        i.active ? 'up' : 'down',
        nameOf(i.cidr) || '–',
        nameOf(i.gateway) || '–',
        i.ports
          .slice(0, 8)
          .map((p) => nameOf(p, 16))
          .join(',') || '–',
      ],
    },
  )
  return {
    text,
    data: {
      node: name,
      interfaces: shown.map((i) => ({
        name: nameOf(i.name),
        type: nameOf(i.type),
        up: i.active,
        cidr: i.cidr ? nameOf(i.cidr) : null,
        ports: i.ports.slice(0, 16).map((p) => nameOf(p)),
      })),
    },
  }
}

const ofGuest = async (hands: Hands, vmid: number): Promise<Looked> => {
  const { ref, label, word, status } = await guestTarget(hands, vmid)
  const { interfaces, why } =
    word === 'running' ? await addressesOf(hands, ref) : { interfaces: [] }
  const net = hands.picture().guests.find((g) => g.vmid === vmid)?.net
  const rows = interfaces.slice(0, 16).map((i) => ({
    name: nameOf(i.name, 20),
    mac: nameOf(i.mac) || null,
    addresses: i.addresses.slice(0, 8).map((a) => nameOf(a)),
  }))
  return {
    text: told([
      `${label} on ${nameOf(ref.node)} is ${word}${status ? '' : ': its node does not answer'}.`,
      net && `In ${rate(net.in)}, out ${rate(net.out)}`,
      word === 'running' ? why : 'It has no addresses while it does not run.',
      ...rows.map((i) => `${i.name} ${i.mac ?? ''} ${listed(i.addresses)}`),
      interfaces.length > rows.length && `… and ${interfaces.length - rows.length} more`,
    ]),
    data: {
      vmid,
      node: ref.node,
      state: word,
      in: net?.in ?? null,
      out: net?.out ?? null,
      interfaces: rows,
    },
  }
}

type Ref = Parameters<Hands['proxmox']['guests']['interfaces']>[0]
type Interfaces = Awaited<ReturnType<Hands['proxmox']['guests']['interfaces']>>

/** Of a virtual machine only its agent knows; without one that is no failure. */
const addressesOf = async (
  { proxmox }: Hands,
  ref: Ref,
): Promise<{ interfaces: Interfaces; why?: string }> => {
  try {
    return { interfaces: await proxmox.guests.interfaces(ref, { timeout: PATIENCE_MS }) }
  } catch (thrown) {
    const who =
      ref.kind === 'qemu' ? 'Its agent did not tell its addresses' : 'It did not tell its addresses'
    // Its words stay out: a guest may have chosen them.
    return { interfaces: [], why: `${who} (${asProblem(thrown).kind}).` }
  }
}
