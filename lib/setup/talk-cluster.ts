/** The nodes: found with the token that reads, and looked through by the operator. */
import { Problem } from '../errors.ts'
import type { Learned } from '../proxmox/tls.ts'
import { type FoundNode, findNodes, isSignedBy } from './nodes.ts'
import { loginByToken } from './session.ts'
import type { NodeEdit, Talk } from './talk.ts'
import type { Desk } from './talk-desk.ts'

type Learn = (address: string) => Promise<Learned>

export const membersOf = (desk: Desk): Pick<Talk, 'findNodes' | 'review'> => ({
  async findNodes() {
    const audit = desk.demand('tokens').find((t) => t.roles.includes('audit'))!
    const reader = loginByToken(desk.trusted(), audit)
    try {
      const cluster = await findNodes(reader, desk.demand('learned').place, desk.learn)
      const { reviewed: _, hands: __, handsDone: ___, ...before } = desk.agreed()
      desk.agree({ ...before, cluster })
    } finally {
      reader.close()
    }
  },
  async review(edits) {
    const cluster = desk.demand('cluster')
    const nodes: FoundNode[] = []
    for (const node of cluster.nodes)
      nodes.push(await edited(node, edits.get(node.name), cluster.ca, desk.learn))
    // Other addresses may be other machines: their keys are looked at anew.
    const { hands: _, handsDone: __, ...before } = desk.agreed()
    desk.agree({ ...before, cluster: { ...cluster, nodes }, reviewed: true })
  },
})

/** Another address for a node is believed only if the node's own certificate answers there. */
const edited = async (
  node: FoundNode,
  edit: NodeEdit | undefined,
  ca: string | undefined,
  learn: Learn,
): Promise<FoundNode> => {
  if (!edit) return node
  const { address, aliases, mac } = edit
  const changed: FoundNode = { ...node, address, aliases, mac: mac || undefined }
  if (address === node.address) return changed
  const { leaf } = await learn(address)
  const expected = node.foreign ?? node.fingerprint
  if (expected && leaf.fingerprint !== expected)
    throw new Problem('untrusted', `At ${address} is not ${node.name}: its certificate differs.`, {
      next: `Expected ${expected}, got ${leaf.fingerprint}.`,
    })
  if (!node.foreign) return changed
  // The wrong address is mended: it is a node like the others now.
  const { foreign: _, trouble: __, ...mended } = changed
  const signed = ca ? isSignedBy(leaf.pem, ca) : false
  return { ...mended, fingerprint: leaf.fingerprint, signed }
}
