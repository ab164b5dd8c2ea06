/**
 * Who is at the other end: a connection is handed out only after the node has shown the pinned
 * certificate or one that the cluster's CA has signed for it. Nothing is sent before.
 */
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import tls from 'node:tls'
import { type Clock, systemClock } from '../clock.ts'
import { messageOf, Problem } from '../errors.ts'
import { clean } from '../log.ts'
import type { NodeAddress } from './types.ts'

export const PORT = 8006

/** What a node must show. With a fingerprint the pin decides alone; else the CA; else the system's CAs. */
export type Trust = { ca?: string | undefined; fingerprint?: string | undefined }

export type Place = { host: string; port: number }

/** `host`, `host:port`, `[v6]:port`, a bare v6 address, or any of them behind `https://`. Throws `invalid`. */
export const placeOf = (address: string): Place => {
  const bare = address
    .trim()
    .replace(/^https:\/\//i, '')
    .replace(/\/.*$/, '')
  if (isIP(bare) === 6) return { host: bare, port: PORT }
  const found = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/i.exec(bare)
  const port = Number(found?.[3] ?? PORT)
  if (!found || port < 1 || port > 65_535)
    throw new Problem('invalid', `"${clean(address)}" is not an address.`, {
      next: 'Write a host or host:port, for example 192.168.1.10 or pve.lan:8006.',
    })
  return { host: (found[1] ?? found[2])!, port }
}

export const placeInWords = ({ host, port }: Place): string =>
  `${isIP(host) === 6 ? `[${host}]` : host}:${port}`

/** `AB:CD:…` from any spelling: with or without colons, upper or lower case, `sha256:` in front. */
export const fingerprintOf = (spelled: string): string =>
  (
    spelled
      .replace(/^sha-?256[:=\s]*/i, '')
      .replace(/[^0-9a-f]/gi, '')
      .toUpperCase()
      .match(/../g) ?? []
  ).join(':')

/** One certificate as the setup shows it; `pem` is what can be stored as the CA. */
export type Certificate = {
  fingerprint: string
  subject: string
  issuer: string
  san: string[]
  /** Milliseconds since 1970. */
  validFrom: number
  validTo: number
  isCa: boolean
  pem: string
}

export type Learned = {
  place: Place
  leaf: Certificate
  /** Leaf first, as far as the node sent them. */
  chain: Certificate[]
  /** The self-signed CA at the end of the chain, when the node sent it. */
  ca?: string | undefined
}

const describe = (raw: Buffer): Certificate => {
  const x = new X509Certificate(raw)
  return {
    fingerprint: x.fingerprint256,
    subject: x.subject.replaceAll('\n', ', '),
    issuer: x.issuer.replaceAll('\n', ', '),
    san: (x.subjectAltName ?? '').split(', ').filter((s) => s !== ''),
    validFrom: Date.parse(x.validFrom),
    validTo: Date.parse(x.validTo),
    isCa: x.ca,
    pem: x.toString(),
  }
}

const chainOf = (socket: tls.TLSSocket): Certificate[] => {
  const chain: Certificate[] = []
  const seen = new Set<string>()
  let next: tls.DetailedPeerCertificate | undefined = socket.getPeerCertificate(true)
  while (next?.raw && !seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256)
    chain.push(describe(next.raw))
    next = next.issuerCertificate
  }
  return chain
}

export type Opened = (error: Error | null, socket?: tls.TLSSocket) => void

/**
 * Opens a connection and hands it out only when the certificate is right; a wrong one is a Problem
 * `untrusted`. No session is ever resumed: it would show no certificate to compare. Answers the raw socket at once, so that the caller can give up waiting.
 */
export const openTrusted = (
  node: NodeAddress,
  place: Place,
  trust: Trust,
  done: Opened,
): tls.TLSSocket => {
  // A pin that cannot be read matches nothing; it must not turn into trust in some CA.
  const pin = trust.fingerprint === undefined ? undefined : fingerprintOf(trust.fingerprint)
  const socket = tls.connect({
    ...where(place),
    // A pinned certificate is compared below, before anybody gets the socket to write on.
    ...(pin !== undefined
      ? { rejectUnauthorized: false }
      : {
          rejectUnauthorized: true,
          ...(trust.ca ? { ca: trust.ca } : {}),
          checkServerIdentity: (host, cert) => identity(node, host, cert),
        }),
  })
  let told = false
  const tell: Opened = (error, opened) => {
    if (told) return
    told = true
    done(error, opened)
  }
  socket.once('secureConnect', () => {
    const shown = socket.getPeerCertificate().fingerprint256
    if (pin !== undefined && shown !== pin) {
      socket.destroy()
      return tell(wrongPin(node, place, pin, shown))
    }
    tell(null, socket)
  })
  socket.on('error', (error) => tell(error))
  socket.once('close', () => tell(new Error('the connection was closed during the handshake')))
  return socket
}

const where = ({ host, port }: Place) => ({
  host,
  port,
  // SNI allows names only (RFC 6066); Node warns about addresses.
  ...(isIP(host) ? {} : { servername: host }),
  minVersion: 'TLSv1.2' as const,
})

/** The address as dialled, or the node's own name: the cluster's CA vouches for both. */
const identity = (node: NodeAddress, host: string, cert: tls.PeerCertificate) => {
  const wrong = tls.checkServerIdentity(host, cert)
  return wrong && tls.checkServerIdentity(node.name, cert) ? wrong : undefined
}

const wrongPin = (node: NodeAddress, place: Place, pin: string, shown: string | undefined) =>
  new Problem(
    'untrusted',
    `${node.name} (${placeInWords(place)}) shows another certificate than the one agreed on: expected ${pin || 'an unreadable pin'}, got ${shown ?? 'none'}.`,
    {
      next: 'If the node renewed its certificate, compare the fingerprint on the node (pvenode cert info) and store the new one with ./jarvis setup. If not, somebody may be in between.',
      details: { expected: pin, got: shown ?? '' },
    },
  )

export type LearnOptions = { timeout?: number; clock?: Clock; signal?: AbortSignal | undefined }

/**
 * Looks at a node's certificate for the setup: handshake, then goodbye. No trust follows from it,
 * and no byte of ours is sent; a person compares the fingerprint. Throws `unreachable`, `timeout`, `invalid`.
 */
export const learnCertificate = (
  address: string,
  { timeout = 5000, clock = systemClock, signal }: LearnOptions = {},
): Promise<Learned> => {
  const place = placeOf(address)
  return new Promise((resolve, reject) => {
    // Unverified on purpose: the socket is destroyed below without a byte written or read.
    const socket = tls.connect({ ...where(place), rejectUnauthorized: false })
    const end = (settle: () => void) => {
      cancel()
      signal?.removeEventListener('abort', stop)
      socket.destroy()
      settle()
    }
    const fail = (kind: 'unreachable' | 'timeout', why: string) =>
      end(() =>
        reject(
          new Problem(kind, `${placeInWords(place)} shows no certificate: ${clean(why)}.`, {
            next: 'Check the address and port (8006), and that the node is on.',
          }),
        ),
      )
    const stop = () => end(() => reject(signal?.reason))
    const cancel = clock.after(timeout, () => fail('timeout', `no answer in ${timeout / 1000} s`))
    if (signal?.aborted) return stop()
    signal?.addEventListener('abort', stop, { once: true })
    socket.once('error', (error) => fail('unreachable', messageOf(error)))
    socket.once('secureConnect', () => {
      const chain = chainOf(socket)
      const leaf = chain[0]
      if (!leaf) return fail('unreachable', 'the certificate cannot be read')
      const ca = chain.find((c) => c.isCa && c.issuer === c.subject)?.pem
      end(() => resolve({ place, leaf, chain, ca }))
    })
  })
}
