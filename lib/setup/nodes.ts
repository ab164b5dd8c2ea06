/**
 * Who belongs to the cluster and how each node is known again: its address, its MAC for waking it,
 * and the certificate that it shows, compared with what the cluster itself says about it.
 */
import { X509Certificate } from 'node:crypto'
import { messageOf } from '../errors.ts'
import { type Learned, learnCertificate, type Place, placeInWords } from '../proxmox/tls.ts'
import type { Session } from './session.ts'

export type FoundNode = {
  name: string
  address: string
  online: boolean
  mac?: string | undefined
  /** Other names that the operator uses for it. */
  aliases?: string[] | undefined
  /** The certificate's SHA-256; undefined when the node could not be looked at. */
  fingerprint?: string | undefined
  /** The cluster's CA has signed it. */
  signed?: boolean | undefined
  /** Why it cannot be trusted yet. */
  trouble?: string | undefined
  /**
   * Another machine answers at its address; the certificate that the cluster knows the node by. Such a
   * node is not written down: it would be refused at each connection.
   */
  foreign?: string | undefined
}

export type FoundCluster = {
  /** Undefined for a standalone node. */
  name?: string | undefined
  /** PEM of the cluster's own CA, where the node tells it. */
  ca?: string | undefined
  nodes: FoundNode[]
}

type StatusRow = {
  type: string
  name: string
  ip?: string
  online?: number | string
  local?: number | string
}

/** Asks the cluster for its nodes, the entry first, and looks at the certificate of each one that is on. */
export const findNodes = async (
  session: Session,
  entry: Place,
  learn: (address: string) => Promise<Learned> = learnCertificate,
): Promise<FoundCluster> => {
  const rows = await session.call<StatusRow[]>('GET', '/cluster/status')
  const isLocal = (r: StatusRow) => Number(Number(r.local) === 1)
  const members = rows
    .filter((r) => r.type === 'node')
    .sort((a, b) => isLocal(b) - isLocal(a) || compare(a.name, b.name))
  const local = members[0]
  const ca = local && (await clusterCa(session, local.name))
  const told = await fingerprintsTold(session)
  const nodes = await Promise.all(
    members.map(async (row): Promise<FoundNode> => {
      const online = row.online === undefined || Number(row.online) === 1
      const address = row === local ? placeInWords(entry) : addressOf(row, entry)
      const node: FoundNode = { name: row.name, address: withoutUsualPort(address), online }
      // A node that is off is known by what the cluster believes, told over the agreed connection.
      if (!online) return { ...node, fingerprint: told.get(row.name), trouble: 'is off now' }
      return {
        ...node,
        mac: await macOf(session, row.name),
        ...(await look(node, ca, told, learn)),
      }
    }),
  )
  return { name: rows.find((r) => r.type === 'cluster')?.name, ca, nodes }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** The other nodes are taken to listen on the port that the first one listens on. */
const addressOf = (row: StatusRow, entry: Place) =>
  placeInWords({ host: row.ip ?? row.name, port: entry.port })

const withoutUsualPort = (address: string) => address.replace(/:8006$/, '')

type CertificateRow = { filename: string; pem?: string }

/** `pve-root-ca.pem` as the node itself tells it, over the connection that was agreed to. */
const clusterCa = async (session: Session, node: string): Promise<string | undefined> => {
  const rows = await session.call<CertificateRow[]>('GET', `/nodes/${node}/certificates/info`)
  return rows.find((r) => r.filename === 'pve-root-ca.pem')?.pem?.trim()
}

/** The pinned certificates of `/nodes`: what the cluster believes about its members. */
const fingerprintsTold = async (session: Session): Promise<Map<string, string>> => {
  const rows = await session.call<{ node: string; ssl_fingerprint?: string }[]>('GET', '/nodes')
  return new Map(
    rows.flatMap((r) => (r.ssl_fingerprint ? [[r.node, r.ssl_fingerprint] as const] : [])),
  )
}

/** `wakeonlan` of the node's options is the only place where Proxmox knows a MAC of a node. */
const macOf = async (session: Session, node: string): Promise<string | undefined> => {
  const config = await session
    .call<{ wakeonlan?: string }>('GET', `/nodes/${node}/config`)
    .catch(() => undefined)
  // A property string since PVE 8.1: the MAC first, then bind-interface and broadcast-address.
  return /^(?:mac=)?((?:[0-9a-f]{2}:){5}[0-9a-f]{2})\b/i.exec(config?.wakeonlan ?? '')?.[1]
}

const look = async (
  node: FoundNode,
  ca: string | undefined,
  told: Map<string, string>,
  learn: (address: string) => Promise<Learned>,
): Promise<Pick<FoundNode, 'fingerprint' | 'signed' | 'trouble' | 'foreign'>> => {
  const expected = told.get(node.name)?.toUpperCase()
  try {
    const { leaf } = await learn(node.address)
    if (expected && expected !== leaf.fingerprint)
      return {
        foreign: expected,
        trouble: `is left out: ${node.address} shows the certificate ${leaf.fingerprint}, but the cluster knows the node by ${expected}`,
      }
    return { fingerprint: leaf.fingerprint, signed: ca ? isSignedBy(leaf.pem, ca) : false }
  } catch (error) {
    return { fingerprint: expected, trouble: messageOf(error) }
  }
}

/** The nodes that can be written down; Jarvis learns the others' addresses from these. */
export const usable = ({ nodes }: FoundCluster): FoundNode[] => nodes.filter((n) => !n.foreign)

/** Is this certificate the CA's own work? A certificate from elsewhere (ACME) is not. */
export const isSignedBy = (pem: string, ca: string): boolean => {
  const issuer = new X509Certificate(ca)
  const leaf = new X509Certificate(pem)
  return leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey)
}
