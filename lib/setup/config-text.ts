/** The configuration file as the set-up writes it: few settings, each with a word about it. */
import { isMap, parseDocument, stringify } from 'yaml'
import type { RoleToken } from './carry-out.ts'
import { type FoundCluster, type FoundNode, usable } from './nodes.ts'

export type Draft = {
  cluster: FoundCluster
  tokens: RoleToken[]
  port?: number | undefined
  timeZone?: string | undefined
  /** The key as it stands in the file; without it there is no SSH. */
  hands?: { keyFile: string; user: string; port: number } | undefined
}

/**
 * Trust in one word: the cluster's CA where it has signed every node (its leaves are renewed every
 * two years, so a pin would break by itself), a pin for each node that shows another certificate.
 */
export const draftConfig = (draft: Draft): string => {
  const { port, timeZone, hands } = draft
  const parts = [
    '# Written by ./jarvis setup. jarvis.example.yaml shows every setting.',
    '# This file holds secrets: it must be readable by Jarvis alone (mode 0600).',
    section({ server: { port: port ?? 4000 } }),
    ...(timeZone ? [section({ timeZone })] : []),
    '# Aliases are other names that you use for a node: aliases: [master].',
    section({ cluster: clusterOf(draft) }),
    ...(hands ? [section({ ssh: sshOf(hands) })] : []),
  ]
  return `${parts.join('\n')}`
}

/** The same file with another cluster in it: all other settings and their comments stay. */
export const amendConfig = (before: string, draft: Draft): string | undefined => {
  const doc = parseDocument(before)
  if (doc.errors.length > 0 || !isMap(doc.contents)) return undefined
  doc.set('cluster', clusterOf(draft))
  if (draft.hands) {
    // What else stands there stays: other hosts, a passphrase.
    const before = doc.get('ssh')
    if (!isMap(before)) doc.set('ssh', sshOf(draft.hands))
    else for (const [key, value] of Object.entries(sshOf(draft.hands))) before.set(key, value)
  }
  return doc.toString({ lineWidth: 0 })
}

const clusterOf = ({ cluster, tokens }: Draft) => {
  const signed = cluster.ca !== undefined && cluster.nodes.some((n) => n.signed)
  return {
    ...(signed && { ca: `${cluster.ca}\n` }),
    nodes: usable(cluster).map((node) => nodeOf(node, signed)),
    tokens: tokens.map(({ id, secret, roles }) => ({ id, secret, roles })),
  }
}

/** The usual user and port are named as well: an older file may have said others. */
const sshOf = ({ keyFile, user, port }: NonNullable<Draft['hands']>) => ({ keyFile, user, port })

const section = (value: unknown) => stringify(value, { lineWidth: 0 })

const nodeOf = (node: FoundNode, signed: boolean) => ({
  name: node.name,
  address: node.address,
  ...(node.aliases?.length && { aliases: node.aliases }),
  ...(node.mac && { mac: node.mac }),
  ...((!signed || node.signed === false) && node.fingerprint && { fingerprint: node.fingerprint }),
})
