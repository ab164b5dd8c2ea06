/** The configuration file as the set-up writes it: few settings, each with a word about it. */
import { stringify } from 'yaml'
import type { RoleToken } from './carry-out.ts'
import type { FoundCluster, FoundNode } from './nodes.ts'

export type Draft = {
  cluster: FoundCluster
  tokens: RoleToken[]
  port?: number | undefined
  timeZone?: string | undefined
}

/**
 * Trust in one word: the cluster's CA where it has signed every node (its leaves are renewed every
 * two years, so a pin would break by itself), a pin for each node that shows another certificate.
 */
export const draftConfig = ({ cluster, tokens, port, timeZone }: Draft): string => {
  const signed = cluster.ca !== undefined && cluster.nodes.some((n) => n.signed)
  const nodes = cluster.nodes.map((node) => nodeOf(node, signed))
  const parts = [
    '# Written by ./jarvis setup. jarvis.example.yaml shows every setting.',
    '# This file holds secrets: it must be readable by Jarvis alone (mode 0600).',
    section({ server: { port: port ?? 4000 } }),
    ...(timeZone ? [section({ timeZone })] : []),
    '# Aliases are other names that you use for a node: aliases: [master].',
    section({
      cluster: {
        ...(signed && { ca: `${cluster.ca}\n` }),
        nodes,
        tokens: tokens.map(({ id, secret, roles }) => ({ id, secret, roles })),
      },
    }),
  ]
  return `${parts.join('\n')}`
}

const section = (value: unknown) => stringify(value, { lineWidth: 0 })

const nodeOf = (node: FoundNode, signed: boolean) => ({
  name: node.name,
  address: node.address,
  ...(node.mac && { mac: node.mac }),
  ...((!signed || node.signed === false) && node.fingerprint && { fingerprint: node.fingerprint }),
})
