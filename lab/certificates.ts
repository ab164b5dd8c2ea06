/**
 * The lab's cluster authority and one certificate for each node, new at every start.
 * Shaped like those of pve-cluster: names 127.0.0.1, ::1, localhost, the node's address and name;
 * ten years for the authority, two for a node. ECDSA P-256 instead of RSA, for speed.
 */
import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { days } from '../lib/clock.ts'
import {
  bits,
  explicit,
  implicit,
  integer,
  octets,
  oid,
  sequence,
  setOf,
  time,
  truth,
  utf8,
} from './der.ts'

/** What is wrong with the nodes' certificates, for tests of a careful client. */
export type CertificateFault = 'expired' | 'wrong-host' | 'other-ca'
export type Credentials = { key: string; cert: string; fingerprint: string; pem: string }
export type Certificates = { ca: string; nodes: Map<string, Credentials> }

type Authority = { name: Buffer; keys: Keys; pem: string }
type Keys = { publicKey: KeyObject; privateKey: KeyObject }
type Wish = {
  subject: Buffer
  issuer: Buffer
  from: number
  until: number
  publicKey: KeyObject
  signer: KeyObject
  extensions: Buffer[]
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'))
const attribute = { CN: '2.5.4.3', O: '2.5.4.10', OU: '2.5.4.11' }

/** Certificates of all nodes, signed by a fresh authority; `now` in milliseconds. */
export const createCertificates = (
  nodes: { name: string; ip: string }[],
  now: number,
  fault?: CertificateFault,
): Certificates => {
  const ca = authority(now)
  const signer = fault === 'other-ca' ? authority(now) : ca
  return {
    ca: ca.pem,
    nodes: new Map(nodes.map((node) => [node.name, leaf(node, signer, now, fault)])),
  }
}

/** SHA-256 of a certificate as Proxmox prints it: `3C:B7:…`. */
export const fingerprintOf = (pem: string): string =>
  createHash('sha256')
    .update(new X509Certificate(pem).raw)
    .digest('hex')
    .toUpperCase()
    .replace(/(..)(?=.)/g, '$1:')

const newKeys = (): Keys => generateKeyPairSync('ec', { namedCurve: 'P-256' })

const authority = (now: number): Authority => {
  const keys = newKeys()
  const name = distinguished([
    ['CN', 'Proxmox Virtual Environment'],
    ['OU', randomBytes(16).toString('hex')],
    ['O', 'PVE Cluster Manager CA'],
  ])
  const pem = certificate({
    subject: name,
    issuer: name,
    from: now - days(1),
    until: now + days(3650),
    publicKey: keys.publicKey,
    signer: keys.privateKey,
    extensions: [
      extension('2.5.29.19', true, sequence(truth(true))),
      extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1)), // sign certificates and lists
      extension('2.5.29.14', false, octets(keyId(keys))),
    ],
  })
  return { name, keys, pem }
}

const leaf = (
  node: { name: string; ip: string },
  ca: Authority,
  now: number,
  fault?: CertificateFault,
): Credentials => {
  const keys = newKeys()
  const expired = fault === 'expired'
  const hosts =
    fault === 'wrong-host'
      ? ['elsewhere.example']
      : ['127.0.0.1', '::1', 'localhost', node.ip, node.name]
  const pem = certificate({
    subject: distinguished([
      ['OU', 'PVE Cluster Node'],
      ['O', 'Proxmox Virtual Environment'],
      ['CN', node.name],
    ]),
    issuer: ca.name,
    from: now - days(expired ? 731 : 1),
    until: expired ? now - days(1) : now + days(730),
    publicKey: keys.publicKey,
    signer: ca.keys.privateKey,
    extensions: [
      extension('2.5.29.19', false, sequence()),
      // Python 3.13 and OpenSSL's strict mode want both key identifiers.
      extension('2.5.29.14', false, octets(keyId(keys))),
      extension('2.5.29.35', false, sequence(implicit(0, keyId(ca.keys)))),
      extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))), // server
      extension('2.5.29.17', false, sequence(...[...new Set(hosts)].map(alternative))),
    ],
  })
  return {
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem + ca.pem,
    pem,
    fingerprint: fingerprintOf(pem),
  }
}

const keyId = ({ publicKey }: Keys): Buffer =>
  createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }).subarray(-65))
    .digest()

const distinguished = (parts: [keyof typeof attribute, string][]) =>
  sequence(...parts.map(([key, value]) => setOf(sequence(oid(attribute[key]), utf8(value)))))

const extension = (id: string, critical: boolean, body: Buffer) =>
  critical ? sequence(oid(id), truth(true), octets(body)) : sequence(oid(id), octets(body))

const alternative = (host: string): Buffer => {
  if (host === '::1') return implicit(7, Buffer.concat([Buffer.alloc(15), Buffer.from([1])]))
  if (/^[\d.]+$/.test(host)) return implicit(7, Buffer.from(host.split('.').map(Number)))
  return implicit(2, Buffer.from(host))
}

const certificate = (wish: Wish): string => {
  const serial = randomBytes(16)
  serial[0] = (serial[0]! & 0x7f) | 0x40
  const body = sequence(
    explicit(0, integer(2)),
    integer(serial),
    ecdsaWithSha256,
    wish.issuer,
    sequence(time(wish.from), time(wish.until)),
    wish.subject,
    wish.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...wish.extensions)),
  )
  const der = sequence(body, ecdsaWithSha256, bits(sign('sha256', body, wish.signer)))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
