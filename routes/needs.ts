/** What the site is built from; `jarvis.ts` hands it in, a test hands in others. */
import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Trail } from '../lib/audit/trail.ts'
import type { Auth, Caller } from '../lib/auth/auth.ts'
import type { Bus } from '../lib/bus.ts'
import type { Chat } from '../lib/chat/chat.ts'
import type { Clock } from '../lib/clock.ts'
import type { Cluster } from '../lib/cluster/cluster.ts'
import type { Self } from '../lib/cluster/self.ts'
import type { Config } from '../lib/config.ts'
import type { EventStore } from '../lib/events/events.ts'
import type { Events } from '../lib/events/kinds.ts'
import type { Llm } from '../lib/llm/llm.ts'
import type { Log } from '../lib/log.ts'
import type { Memory } from '../lib/memory/memory.ts'
import type { Proxmox } from '../lib/proxmox/client.ts'
import type { Brakes } from '../lib/safety/brakes.ts'
import type { KillSwitch } from '../lib/safety/kill-switch.ts'
import type { Schedule } from '../lib/schedule/schedule.ts'
import type { Talks } from '../lib/setup/talks.ts'
import type { Terminals } from '../lib/terminals/terminals.ts'
import type { Door } from '../lib/tools/door.ts'
import type { Asker } from './asker.ts'
import type { Live } from './live.ts'
import type { McpFace } from './mcp.ts'

/** The lab as the site sees it: switches with a name, nothing else. */
export type LabFace = {
  list(): {
    name: string
    title: string
    on: boolean
    target?: string | undefined
    targets: string[]
  }[]
  on(name: string, target?: string): void
  off(name: string): void
}

/** What single pages ask of the cluster besides the picture: reading, nothing else. */
export type Asked = {
  nodes: Pick<
    Proxmox['nodes'],
    'status' | 'rrd' | 'services' | 'disks' | 'tasks' | 'storageContent'
  >
  guests: Pick<Proxmox['guests'], 'config' | 'interfaces' | 'snapshots' | 'rrd'>
  tasks: Pick<Proxmox['tasks'], 'status' | 'log'>
}

export type Needs = {
  config: Config
  version: string
  clock: Clock
  log: Log
  auth: Auth
  cluster: Cluster
  proxmox: Asked
  events: EventStore
  /** For counting; whoever shows nothing live needs none. */
  bus?: Bus<Events> | undefined
  trail: Trail
  schedule: Schedule
  /** The one way to a deed. */
  tools: Door
  /** What holds it back: settings, limits, what is protected, what waits for a person. */
  brakes: Brakes
  stop: KillSwitch
  /** Where he himself runs; a test of other things does not know. */
  self?: Pick<Self, 'found' | 'told'> | undefined
  /** The address that wakes a node. */
  macOf?: ((node: string) => string | undefined) | undefined
  lab?: LabFace | undefined
  /** What is remembered; a test of other things has none. */
  memory?: Memory | undefined
  /** Shells on the hosts; the set-up has none. */
  terminals?: Terminals | undefined
  /** Models and their bill; the set-up has none. */
  llm?: Llm | undefined
  /** Talking with Jarvis; the set-up has none. */
  chat?: Chat | undefined
  /** The streams; the set-up has none. */
  live?: Live | undefined
  /** For clients that speak MCP; a test of other things has none. */
  mcp?: McpFace | undefined
  /** The address of the house as people type it, for links that leave it. */
  address?: (() => string) | undefined
  /** The set-up's talk; a test of other things has none. */
  setup?: Talks | undefined
  /** Starts the house anew with the configuration that was written; absent where nobody can. */
  startAnew?: (() => void) | undefined
  /** Set while something that storing needs is broken: shown as a banner on every page. */
  trouble(): string | undefined
}

/**
 * `incoming`/`outgoing` are node's own objects (absent in `app.request`).
 * `local` is set by the control socket in the data folder, whose file mode is its lock.
 */
export type Env = {
  Bindings: Partial<HttpBindings> & { local?: boolean }
  /** Set by the guard before any route; `caller` only where somebody showed who he is. */
  Variables: { caller?: Caller | undefined; asker: Asker; requestId: string; nonce: string }
}
export type App = Hono<Env>
