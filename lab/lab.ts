/**
 * The lab: a Proxmox VE 9.2 cluster that does not exist, as real HTTPS servers on loopback.
 * `startLab` builds the world and opens one port on one address for each node; `stop` leaves
 * nothing behind. docs/lab.md says where it differs from the real thing.
 */
import { type Clock, sleep, systemClock } from '../lib/clock.ts'
import { type Log, silentLog } from '../lib/log.ts'
import { createAccess } from './access.ts'
import { type CertificateFault, createCertificates } from './certificates.ts'
import { openControl } from './control.ts'
import { allRoutes } from './handlers/all.ts'
import { createHandler } from './http.ts'
import { openNodes } from './listeners.ts'
import { createPower } from './power.ts'
import { createRouter, type Kit } from './routing.ts'
import { createScenarios, type LabScenarios } from './scenarios.ts'
import { type LabSshHost, openSsh } from './ssh.ts'
import { createTasks, recordHistory } from './tasks.ts'
import { type LabTokens, populate } from './tokens.ts'
import { createWorld, type World } from './world.ts'

export type LabOptions = {
  clock?: Clock
  random?: () => number
  /** 1 is a standalone node without a cluster row. */
  nodes?: number
  guests?: number
  /** 0 = any free one, the same on every node. */
  port?: number
  log?: Log
  /** One loopback address for all nodes, each with a port of its own. */
  host?: string
  certificate?: CertificateFault
  /** Multiplies the length of tasks and reboots; 0.05 for impatient tests. */
  pace?: number
  /** The nodes answer SSH too. */
  ssh?: boolean
}
export type LabNode = { name: string; address: string; mac: string; aliases: string[] }
export type Lab = {
  nodes: LabNode[]
  /** PEM of the cluster's authority. */
  ca: string
  /** SHA-256 of each node's certificate, by node name. */
  fingerprints: Record<string, string>
  tokens: LabTokens
  controlUrl: string
  scenarios: LabScenarios
  world: World
  /** What ran and what it has said, for tests that put words into its mouth. */
  tasks: Pick<ReturnType<typeof createTasks>, 'on' | 'find'>
  /** A magic packet for this MAC has arrived; answers whether somebody wakes up. */
  wake: (mac: string) => boolean
  /** With the private key that opens them; undefined unless asked for. */
  ssh: { hosts: LabSshHost[]; key: string } | undefined
  stop: () => Promise<void>
}

/** Starts the cluster; throws a Problem when the addresses cannot be had. */
export const startLab = async ({
  clock = systemClock,
  random = Math.random,
  nodes = 4,
  guests = 5,
  port = 0,
  log = silentLog,
  host,
  certificate,
  pace = 1,
  ssh = false,
}: LabOptions = {}): Promise<Lab> => {
  const ending = new AbortController()
  const { signal } = ending
  const world = createWorld({ clock, random, nodes, guests })
  const { switches, faults } = createScenarios({
    world,
    signal,
    boot: (node) => power.boot(node),
    tokens: () => Object.values(tokens).map((t) => t.id),
  })
  const access = createAccess({
    now: world.now,
    poolOf: (path) => (path.startsWith('/vms/') ? world.guest(path.slice(5))?.pool : undefined),
    revoked: faults.revoked,
  })
  const tokens = populate(access)
  const tasks = createTasks({ world, clock, pace, signal, sabotage: faults.sabotage })
  recordHistory(tasks, world)
  const power = createPower({ world, tasks, clock, pace, signal })

  const certificates = createCertificates(world.nodes, clock.now(), certificate)
  const kit: Kit = {
    world,
    access,
    tasks,
    power,
    certificates,
    wait: (ms) => sleep(clock, ms, signal),
  }
  const router = createRouter(allRoutes(kit))
  const handle = createHandler({ world, access, router, faults, log, signal })
  const listeners = await openNodes({
    world,
    certificates,
    handle,
    port,
    log,
    ...(host ? { host } : {}),
  })
  world.onPower(() => {
    for (const node of world.nodes) if (node.runs.at(-1)!.to !== undefined) tasks.loseNode(node)
    listeners.follow()
  })
  const doors = ssh ? await openSsh({ world, clock }) : undefined
  if (doors) world.onPower(() => void doors.follow())
  if (doors) world.onGuests(() => void doors.follow())
  const control = await openControl(switches, log)

  return {
    nodes: world.nodes.map(({ name, mac, aliases }) => ({
      name,
      mac,
      aliases,
      address: listeners.addressOf(name),
    })),
    ca: certificates.ca,
    fingerprints: Object.fromEntries(
      [...certificates.nodes].map(([name, { fingerprint }]) => [name, fingerprint]),
    ),
    tokens,
    controlUrl: control.url,
    scenarios: switches,
    world,
    tasks,
    wake: power.wake,
    ssh: doors && { hosts: doors.hosts, key: doors.key },
    stop: async () => {
      ending.abort(new Error('the lab is closing'))
      await Promise.all([listeners.close(), control.close(), doors?.close()])
    },
  }
}
