/**
 * Who is at the other end of the wire, before anybody has said who he is: address, scheme, and the
 * name under which we were called. What a proxy says is believed only from the proxies of the
 * configuration; anybody can send an X-Forwarded-For.
 */
import { BlockList, isIP } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Context } from 'hono'
import type { Config } from '../lib/config.ts'
import type { Env } from './needs.ts'

export type Asker = {
  /** The address, `local` for the control socket, `unknown` where there is no socket. */
  from: string
  https: boolean
  /** Name or address, with a port if it was typed. */
  host: string
}

export const createAskers = ({ proxies }: Pick<Config['server'], 'proxies'>) => {
  const isProxy = proxyList(proxies)
  return (c: Context<Env>): Asker => {
    const url = new URL(c.req.url)
    const socket = c.env?.incoming?.socket as TLSSocket | undefined
    const peer = plainAddress(socket?.remoteAddress ?? 'unknown')
    const host = c.req.header('host') ?? url.host
    if (c.env?.local) return { from: 'local', https: false, host }
    const https = socket ? socket.encrypted === true : url.protocol === 'https:'
    if (!isProxy(peer)) return { from: peer, https, host }
    const proto = last(c.req.header('x-forwarded-proto'))
    return {
      from: behind(c.req.header('x-forwarded-for'), isProxy) ?? peer,
      https: proto ? proto.toLowerCase() === 'https' : https,
      host: last(c.req.header('x-forwarded-host')) ?? host,
    }
  }
}

/** The nearest address that is not one of our proxies: everything left of it may be invented. */
const behind = (forwarded: string | undefined, isProxy: (address: string) => boolean) =>
  list(forwarded)
    .map(plainAddress)
    .filter((address) => isIP(address))
    .findLast((address) => !isProxy(address))

const list = (header: string | undefined) =>
  (header ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

const last = (header: string | undefined) => list(header).at(-1)

/** Dual-stack sockets name IPv4 peers `::ffff:192.168.1.7`. */
const plainAddress = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '')

/** Addresses and networks (`10.0.0.0/8`); what is neither is left out, so it is not believed. */
const proxyList = (entries: readonly string[]) => {
  const known = new BlockList()
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (!isIP(address)) continue
    if (bits === undefined) known.addAddress(address, family)
    else known.addSubnet(address, Number(bits), family)
  }
  return (address: string) =>
    isIP(address) > 0 && known.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}
