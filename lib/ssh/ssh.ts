/**
 * The hands on the hosts: commands over one shared connection a host, terminals over others. Who asks
 * never sees a connection, so nobody can close one that others use. A host is trusted by a key that
 * the operator agreed to, or not at all.
 */
import type { ClientChannel } from 'ssh2'
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import type { Log } from '../log.ts'
import type { Command, Env } from './command.ts'
import { askHostKey, type ConnectLimits, connect } from './connect.ts'
import type { ExecResult } from './exec.ts'
import { createHostKeys, type HostKey, type PinnedKey } from './host-keys.ts'
import { findHost, type SshHost } from './hosts.ts'
import type { Identity } from './identity.ts'
import { createLine, type Line, type LineLimits } from './line.ts'
import type { LinkState } from './link.ts'
import { createSlots } from './slots.ts'

export type ExecOptions = {
  /** From the start of the command, milliseconds; 30 s unless told. */
  timeoutMs?: number
  signal?: AbortSignal
  /** Written to standard input, which then ends. The place for secrets. */
  input?: string | Uint8Array
  /** Never secrets: every user of the host can read the words of a process. */
  env?: Env
}

export type PtyOptions = {
  cols: number
  rows: number
  /** `xterm-256color` unless told. */
  term?: string
  /** A line for the login shell; without it, the login shell itself. */
  command?: string
}

export type PtyEnd = { code: number | null; signal: string | null; lost: boolean }

export type Pty = {
  /** Bytes both ways, with `pause` and `resume`. Its last bytes must be read for it to end. */
  stream: ClientChannel
  /** How it ended; `lost` = the link broke. Never rejects. */
  ended: Promise<PtyEnd>
  resize(cols: number, rows: number): void
  /** Hangs up: what runs there gets SIGHUP. */
  close(): void
}

export type HostState = LinkState & {
  name: string
  running: number
  waiting: number
  terminals: number
  /** The fingerprint that was agreed to. */
  accepted?: string | undefined
}

export type Ssh = {
  /**
   * Runs a command; whatever becomes of it is in the result. Throws a Problem only when it could not
   * be started: `not-found` `unreachable` `timeout` `untrusted` `unauthorized` `busy` `invalid`.
   */
  exec(host: string, command: Command, options?: ExecOptions): Promise<ExecResult>
  /** A terminal, on a connection that no command shares. Throws like `exec`. */
  pty(host: string, options: PtyOptions): Promise<Pty>
  host(name: string): SshHost
  hosts(): SshHost[]
  /** What the host shows now, and what was agreed to; trusts nothing. */
  learn(host: string): Promise<{ shown: HostKey; accepted?: PinnedKey | undefined }>
  /** The operator's consent to a key; `by` = who gave it. */
  accept(host: string, key: HostKey, by: string): void
  state(): HostState[]
  /** Ends every connection; what waits is refused. For good. */
  closeAll(): void
}

export type SshLimits = ConnectLimits & LineLimits & { coldConnects: number }

export type SshNeeds = {
  /** Asked each time, as hosts come and go. */
  hosts: () => readonly SshHost[]
  identity: Identity
  db: Db
  clock: Clock
  log: Log
  limits?: Partial<SshLimits>
}

/** Five at once never refused one of 224 jobs, eight did (MaxSessions 10 counts those that close). */
const usual: SshLimits = {
  connectMs: 10_000,
  keepaliveMs: 30_000,
  keepaliveCount: 5,
  idleMs: 300_000,
  atOnce: 5,
  inLine: 64,
  timeoutMs: 30_000,
  capBytes: 256 * 1024,
  openMs: 10_000,
  terminalsPerConnection: 8,
  coldConnects: 5,
}

export const createSsh = ({ hosts, identity, db, clock, log, limits }: SshNeeds): Ssh => {
  const all: SshLimits = { ...usual, ...limits }
  const keys = createHostKeys({ db, clock })
  const lines = new Map<string, { host: SshHost; line: Line }>()

  const lineTo = (wanted: string): Line => {
    const host = findHost(hosts(), wanted)
    const known = lines.get(host.name)
    if (known && sameDoor(known.host, host)) return known.line
    known?.line.close()
    const line = createLine({ name: host.name, connect: dial(host), clock, log, limits: all })
    lines.set(host.name, { host, line })
    return line
  }
  /** sshd drops strangers at random from the tenth at once on (MaxStartups 10:30:100). */
  const dial = (host: SshHost) => {
    const doors = createSlots({ atOnce: all.coldConnects })
    const pinned = () => keys.find(host.name)
    return async () => {
      const done = await doors.take()
      try {
        return await connect({ host, identity, pinned, clock, limits: all })
      } finally {
        done()
      }
    }
  }

  return {
    exec: async (host, command, options = {}) => lineTo(host).exec(command, options),
    pty: async (host, options) => lineTo(host).pty(options),
    host: (name) => findHost(hosts(), name),
    hosts: () => [...hosts()],
    async learn(name) {
      const host = findHost(hosts(), name)
      const pinned = () => keys.find(host.name)
      const shown = await askHostKey({ host, pinned, clock, limits: all })
      return { shown, accepted: pinned() }
    },
    accept(name, key, by) {
      const host = findHost(hosts(), name)
      keys.accept(host.name, key, by)
      lines.get(host.name)?.line.forgive()
    },
    state: () =>
      hosts().map(({ name }) => ({
        name,
        ...(lines.get(name)?.line.state() ?? { ...idle, since: clock.now() }),
        accepted: keys.find(name)?.fingerprint,
      })),
    closeAll() {
      for (const { line } of lines.values()) line.close()
    },
  }
}

const idle = { state: 'closed' as const, running: 0, waiting: 0, terminals: 0 }

const sameDoor = (a: SshHost, b: SshHost) =>
  a.address === b.address && a.port === b.port && a.user === b.user
