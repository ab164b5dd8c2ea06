/**
 * The nodes of the lab as SSH servers: a real protocol with a shell behind it that runs nothing. One
 * key opens them all. A node that is off refuses connections; one whose API daemon is stopped does not.
 */
import type { AddressInfo } from 'node:net'
import type { Connection, ParsedKey, Server, ServerChannel, Session, utils as Utils } from 'ssh2'
import type { Clock } from '../lib/clock.ts'
import { inGuest, onNode, type Place } from './place.ts'
import { DOCKER_IN } from './shell-answers.ts'
import { createJobs, type Jobs, serveShell } from './ssh-shell.ts'
import { isRunning, isUp, type Node } from './things.ts'
import type { World } from './world.ts'

export type LabSshHost = {
  name: string
  aliases: string[]
  address: string
  port: number
  user: string
  fingerprint: string
}

export type LabSsh = {
  hosts: LabSshHost[]
  /** The private key that opens every node, as OpenSSH writes it. */
  key: string
  /** Opens and closes listeners to match who is up. */
  follow(): Promise<unknown>
  close(): Promise<void>
}

type Seat = {
  name: string
  aliases: string[]
  /** Where it listens: an address of loopback. */
  at: () => string
  /** What is behind the door now; nothing while it is off. */
  place: () => Place | undefined
  key: string
  fingerprint: string
  port: number
  open?: Open | undefined
}
type Open = { close(): Promise<void> }
type Door = Pick<Seat, 'name' | 'aliases' | 'at' | 'place'>

export const openSsh = async ({
  world,
  clock,
}: {
  world: World
  clock: Clock
}): Promise<LabSsh> => {
  const ssh2 = ((await import('ssh2')) as unknown as { default: typeof import('ssh2') }).default
  const { createHash } = await import('node:crypto')
  const { utils } = ssh2
  const own = soundKey(utils)
  const allowed = utils.parseKey(own.public) as ParsedKey
  const jobs = createJobs()

  const seatOf = (door: Door): Seat => {
    const { private: key, public: line } = soundKey(utils)
    const blob = Buffer.from(line.split(' ')[1]!, 'base64')
    const hash = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')
    return { ...door, key, fingerprint: `SHA256:${hash}`, port: 0 }
  }
  const listen = async (seat: Seat): Promise<Open> => {
    const clients = new Set<Connection>()
    const server: Server = new ssh2.Server({ hostKeys: [seat.key] }, (client) => {
      clients.add(client)
      client.on('error', () => {})
      client.once('close', () => clients.delete(client))
      const place = seat.place()
      if (place) serveClient(client, { place, world, clock, jobs, allowed })
      else client.end()
    })
    server.on('error', () => {})
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(seat.port, seat.at(), () => resolve())
    })
    seat.port = (server.address() as AddressInfo).port
    return {
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve())
          for (const client of clients) client.end()
        }),
    }
  }

  const seats = [...world.nodes.map(nodeDoor), ...dockerDoor(world)].map(seatOf)
  for (const seat of seats) if (seat.place()) seat.open = await listen(seat)
  let closed = false
  let moves: Promise<unknown> = Promise.resolve()
  const settle = async (seat: Seat) => {
    const wanted = !closed && seat.place() !== undefined
    if (wanted === (seat.open !== undefined)) return
    const { open } = seat
    seat.open = undefined
    if (open) await open.close()
    else seat.open = await listen(seat)
  }
  const follow = () => {
    moves = moves.then(() => Promise.all(seats.map(settle))).catch(() => {})
    return moves
  }
  return {
    key: own.private,
    hosts: seats.map(({ name, aliases, at, port, fingerprint }) => ({
      name,
      aliases,
      address: at(),
      port,
      user: 'root',
      fingerprint,
    })),
    follow,
    async close() {
      closed = true
      await follow()
    },
  }
}

const nodeDoor = (node: Node): Door => ({
  name: node.name,
  aliases: node.aliases,
  at: () => node.ip,
  place: () => (isUp(node) ? onNode(node) : undefined),
})

/** The management VM, under the name by which its Docker is known; only while it runs. */
const dockerDoor = (world: World): Door[] => {
  const vm = () => world.guest(DOCKER_IN)
  const first = vm()
  if (!first || !isRunning(first)) return []
  // Where all nodes share one address there is no other either.
  const [one, two] = world.nodes
  const at = two && one!.ip === two.ip ? one!.ip : first.net.ip
  return [
    {
      name: 'docker',
      aliases: ['management'],
      at: () => at,
      place() {
        const guest = vm()
        if (!guest || !isRunning(guest) || !isUp(world.node(guest.node)!)) return undefined
        return inGuest(guest, world)
      },
    },
  ]
}

/**
 * ssh2 1.17.0 drops leading zero bytes of a key (keygen.js), and 17 of 3,000 could not be read by its
 * own parser: those are thrown away.
 */
export const soundKey = (utils: typeof Utils): { private: string; public: string } => {
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519')
    if (!(utils.parseKey(pair.private) instanceof Error)) return pair
  }
}

type Needs = { place: Place; world: World; clock: Clock; jobs: Jobs; allowed: ParsedKey }

const serveClient = (client: Connection, { allowed, ...scene }: Needs) => {
  client.on('authentication', (context) => {
    const knows =
      context.method === 'publickey' &&
      context.username === 'root' &&
      context.key.data.equals(allowed.getPublicSSH()) &&
      (!context.signature || allowed.verify(context.blob!, context.signature, context.hashAlgo))
    if (knows) context.accept()
    else context.reject(['publickey'])
  })
  client.on('ready', () => {
    client.on('session', (accept) => serveSession(accept(), scene))
  })
}

const serveSession = (session: Session, scene: Omit<Needs, 'allowed'>) => {
  let isTerminal = false
  session.on('pty', (accept) => {
    isTerminal = true
    accept?.()
  })
  session.on('window-change', (accept) => accept?.())
  session.on('env', (accept) => accept?.())
  const serve = (channel: ServerChannel, line?: string) => {
    channel.on('error', () => {})
    serveShell(channel, { ...scene, isTerminal }, line)
  }
  session.on('exec', (accept, _, { command }) => serve(accept(), command))
  session.on('shell', (accept) => serve(accept()))
}
