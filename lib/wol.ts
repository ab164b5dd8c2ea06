/**
 * Magic packets of our own, because Proxmox' endpoint needs a living peer: six times FF, then the MAC
 * address sixteen times, to the broadcast address of the node's network, three times.
 */
import { createSocket } from 'node:dgram'
import { isIPv4 } from 'node:net'
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import { type Clock, sleep } from './clock.ts'
import { Problem } from './errors.ts'

export type WakeTarget = {
  mac: string
  /** The node's address: its network's broadcast is used when it is one of ours. */
  address?: string | undefined
}

export type WakeOptions = {
  /** Where to send instead. */
  broadcast?: string | undefined
  /** 9 (discard) unless told. */
  port?: number | undefined
}

export type WolNeeds = {
  clock: Clock
  /** This machine's networks; a test has its own. */
  networks?: () => NodeJS.Dict<NetworkInterfaceInfo[]>
}

export type Wol = {
  /** Sends it; answers where it went. Throws `invalid` for a wrong MAC, `unreachable` with the reason. */
  wake(target: WakeTarget, options?: WakeOptions): Promise<{ to: string; port: number }>
}

/** UDP gets lost, and a sleeping card may miss the first one. */
const TIMES = 3
const PAUSE_MS = 100
const EVERYBODY = '255.255.255.255'

export const createWol = ({ clock, networks = networkInterfaces }: WolNeeds): Wol => ({
  async wake({ mac, address }, { broadcast, port = 9 } = {}) {
    const packet = magicPacket(mac)
    const to = broadcast ?? broadcastOf(address, networks()) ?? EVERYBODY
    const socket = createSocket('udp4')
    try {
      await bound(socket)
      socket.setBroadcast(true)
      for (let i = 0; i < TIMES; i++) {
        if (i > 0) await sleep(clock, PAUSE_MS)
        await send(socket, packet, port, to)
      }
      return { to, port }
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      throw new Problem('unreachable', `The magic packet could not be sent to ${to}: ${code}.`, {
        next: 'A container needs the network of its host for broadcasts; or set wake.broadcast.',
        cause,
      })
    } finally {
      socket.close()
    }
  },
})

/** The 102 bytes. Throws `invalid` for anything but six pairs of hexadecimal digits. */
export const magicPacket = (mac: string): Buffer => {
  if (!/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(mac))
    throw new Problem('invalid', `"${mac}" is no MAC address.`, {
      next: 'A good one: bc:24:11:2e:5f:01',
    })
  const address = Buffer.from(mac.replaceAll(/[:-]/g, ''), 'hex')
  return Buffer.concat([Buffer.alloc(6, 0xff), ...Array.from({ length: 16 }, () => address)])
}

/** Broadcast of the network of ours that the address lies in; undefined when it lies in none. */
export const broadcastOf = (
  address: string | undefined,
  networks: NodeJS.Dict<NetworkInterfaceInfo[]>,
): string | undefined => {
  if (!address || !isIPv4(address)) return undefined
  for (const network of Object.values(networks).flat()) {
    if (network?.family !== 'IPv4' || network.internal) continue
    const mask = numberOf(network.netmask)
    if ((numberOf(address) & mask) === (numberOf(network.address) & mask))
      return dotted(numberOf(address) | ~mask)
  }
  return undefined
}

const numberOf = (ip: string) => ip.split('.').reduce((sum, part) => (sum << 8) | Number(part), 0)
const dotted = (n: number) => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.')

const bound = (socket: ReturnType<typeof createSocket>) =>
  new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(0, () => resolve())
  })

const send = (socket: ReturnType<typeof createSocket>, packet: Buffer, port: number, to: string) =>
  new Promise<void>((resolve, reject) => {
    socket.send(packet, port, to, (error) => (error ? reject(error) : resolve()))
  })
