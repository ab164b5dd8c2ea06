/**
 * Where the set-up may knock: whoever fills in its form makes this machine open connections, so an
 * address has to look like a node of Proxmox, and the places where clouds keep their keys are none.
 */
import { lookup as lookUp } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { Problem } from '../errors.ts'
import { clean } from '../log.ts'
import { type Place, placeOf } from '../proxmox/tls.ts'

/** Every address behind a name. */
export type Lookup = (host: string) => Promise<string[]>

const systemLookup: Lookup = async (host) =>
  (await lookUp(host, { all: true })).map(({ address }) => address)

/** Where no node can be: link-local (metadata services of clouds among them), multicast, nowhere. */
const refused = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  refused.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  refused.addSubnet(net, bits, 'ipv6')
// Metadata services outside the link-local networks: Azure, Alibaba, AWS over IPv6.
for (const address of ['168.63.129.16', '100.100.100.200']) refused.addAddress(address, 'ipv4')
refused.addAddress('fd00:ec2::254', 'ipv6')

/** Loopback stays allowed: Jarvis may live on a node. */
const isRefused = (address: string): boolean => {
  const bare = address.split('%')[0]!
  // A BlockList looks through ::ffff:a.b.c.d by itself (seen on Node 20).
  return refused.check(bare, isIP(bare) === 6 ? 'ipv6' : 'ipv4')
}

const NAME = /^[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*\.?$/i

/**
 * The place behind an address as it was typed. Throws `invalid` for what is no address, `forbidden`
 * for a place that is refused, `unreachable` for a name that nobody knows. Whoever changes the name
 * afterwards gets a TLS handshake and no more: before the consent nothing is sent, then the pin rules.
 */
export const demandNode = async (
  address: string,
  lookup: Lookup = systemLookup,
): Promise<Place> => {
  const place = placeOf(address)
  const { host, port } = place
  if (!isIP(host) && !NAME.test(host))
    throw new Problem('invalid', `"${clean(address).slice(0, 100)}" is not an address.`, {
      next: 'Write a host or host:port, for example 192.168.1.10 or pve.lan:8006.',
    })
  if (port < 1024 && port !== 443)
    throw new Problem('forbidden', `Port ${port} belongs to another service.`, {
      next: 'Proxmox answers on 8006; behind a proxy of your own it may be 443 or one above 1023.',
    })
  const found = isIP(host) ? [host] : await known(host, lookup)
  if (found.some(isRefused))
    throw new Problem('forbidden', `No node of Proxmox lives at ${host}.`, {
      next: 'Link-local, multicast and metadata addresses are refused. Use the address of the node’s web page.',
    })
  return place
}

const known = async (host: string, lookup: Lookup): Promise<string[]> => {
  try {
    return await lookup(host)
  } catch (cause) {
    throw new Problem('unreachable', `Nobody knows the name ${host}.`, {
      cause,
      next: 'Check the spelling, or use the address in numbers.',
    })
  }
}
