/** One host: its queue of commands on one connection, and its terminals on others. */
import type { Client, ClientChannel } from 'ssh2'
import type { Clock } from '../clock.ts'
import { messageOf, Problem } from '../errors.ts'
import type { Log } from '../log.ts'
import { ConnectionLost, NotStarted, openChannel, Silent } from './channel.ts'
import { type Command, type Env, isPosixShell, startable } from './command.ts'
import {
  type ExecResult,
  endLate,
  follow,
  type Hooks,
  type RunOptions,
  unknownEnd,
} from './exec.ts'
import { createLink, type Link, type LinkState } from './link.ts'
import { createSlots } from './slots.ts'
import type { ExecOptions, Pty, PtyEnd, PtyOptions } from './ssh.ts'

export type LineLimits = {
  idleMs: number
  /** Commands at once on one connection, and how many may wait. */
  atOnce: number
  inLine: number
  timeoutMs: number
  capBytes: number
  /** How long a host may take to begin what it was asked for. */
  openMs: number
  terminalsPerConnection: number
}

export type LineNeeds = {
  name: string
  connect: () => Promise<Client>
  clock: Clock
  log: Log
  limits: LineLimits
}

export type Line = {
  exec(command: Command, options: ExecOptions): Promise<ExecResult>
  pty(options: PtyOptions): Promise<Pty>
  forgive(): void
  state(): LinkState & { running: number; waiting: number; terminals: number }
  close(): void
}

/** A server that gives no session is asked again so long. */
const PATIENCE_MS = 10_000

export const createLine = ({ name, connect, clock, log, limits }: LineNeeds): Line => {
  const newLink = () =>
    createLink({
      connect,
      clock,
      idleMs: limits.idleMs,
      onLost: () => log.warn('ssh: a connection was lost', { host: name }),
    })
  const link = newLink()
  const others: { link: Link; open: number }[] = []
  /** Connections whose login shell is known to be a POSIX one. */
  const posix = new WeakSet<Client>()
  const slots = createSlots({
    atOnce: limits.atOnce,
    inLine: limits.inLine,
    full: () =>
      new Problem('busy', `${limits.inLine} commands already wait for ${name}.`, {
        next: 'Try again when some of them are done.',
      }),
  })

  const run = async (command: Command, env: Env | undefined, how: RunOptions) => {
    for (let attempt = 1; ; attempt++) {
      const client = await link.client()
      const { timeoutMs } = how
      const started = startable(command, { timeoutMs, env, isPosix: posix.has(client) })
      const hooks: Hooks = {
        onStuck() {
          log.warn('ssh: a command could not be ended', { host: name })
          link.retire(client)
        },
        onShell(path) {
          if (isPosixShell(path)) posix.add(client)
        },
      }
      try {
        const { end } = await openChannel(
          client,
          (done) => client.exec(started.line, done),
          (channel) => ({ end: follow(client, channel, started, how, hooks) }),
          {
            clock,
            patienceMs: PATIENCE_MS,
            answerMs: limits.openMs,
            signal: how.signal,
            late: (channel) => endLate(client, channel, started, how, hooks),
          },
        )
        return await end
      } catch (error) {
        if (error instanceof Silent && !how.signal?.aborted) link.retire(client)
        if (!(error instanceof NotStarted) || attempt === 2) throw error
      }
    }
  }

  /** The connection with room for one more terminal. */
  const seat = () => {
    const free = others.find((o) => o.open < limits.terminalsPerConnection)
    if (free) return free
    const made = { link: newLink(), open: 0 }
    others.push(made)
    return made
  }

  return {
    async exec(command, options) {
      const began = clock.now()
      const timeoutMs = options.timeoutMs ?? limits.timeoutMs
      // What cannot be sent is refused before it waits.
      startable(command, { timeoutMs, env: options.env })
      const { signal, input, env } = options
      let release: (() => void) | undefined
      const letGo = link.hold()
      try {
        release = await slots.take(signal)
        return await run(command, env, {
          clock,
          timeoutMs,
          signal,
          input,
          capBytes: limits.capBytes,
        })
      } catch (error) {
        const cancelled = signal?.aborted === true
        const lost = error instanceof ConnectionLost || error instanceof Silent
        if (cancelled || lost) return unknownEnd({ cancelled, lost }, clock.now() - began)
        throw asStartProblem(name, error)
      } finally {
        letGo()
        release?.()
      }
    },

    async pty({ cols, rows, term = 'xterm-256color', command }) {
      const place = seat()
      const letGo = place.link.hold()
      place.open += 1
      const leave = () => {
        place.open -= 1
        letGo()
      }
      let client: Client | undefined
      try {
        client = await place.link.client()
        const on = client
        const size = { ...window(cols, rows), term, width: 0, height: 0 }
        return await openChannel(
          on,
          (done) => (command ? on.exec(command, { pty: size }, done) : on.shell(size, done)),
          (channel) => terminal(on, channel, leave),
          { clock, patienceMs: PATIENCE_MS, answerMs: limits.openMs },
        )
      } catch (error) {
        if (error instanceof Silent && client) place.link.retire(client)
        leave()
        throw asStartProblem(name, error)
      }
    },

    forgive() {
      for (const one of [link, ...others.map((o) => o.link)]) one.forgive()
    },
    state: () => ({
      ...link.state(),
      running: slots.running(),
      waiting: slots.waiting(),
      terminals: others.reduce((sum, o) => sum + o.open, 0),
    }),
    close() {
      slots.refuse(new Problem('conflict', 'The SSH connections are being closed.'))
      for (const one of [link, ...others.map((o) => o.link)]) one.close()
    },
  }
}

const terminal = (client: Client, channel: ClientChannel, leave: () => void): Pty => {
  const ended = new Promise<PtyEnd>((resolve) => {
    let end: PtyEnd = { code: null, signal: null, lost: true }
    channel.on('exit', (code: number | null, signal?: string) => {
      end = { code, signal: signal ?? null, lost: false }
    })
    const gone = () => {
      client.off('close', gone)
      channel.off('close', gone)
      leave()
      resolve(end)
    }
    channel.once('close', gone)
    client.once('close', gone)
  })
  return {
    stream: channel,
    ended,
    resize(cols, rows) {
      const at = window(cols, rows)
      channel.setWindow(at.rows, at.cols, 0, 0)
    },
    close() {
      channel.close()
      // Its end is told only behind its last byte, which a paused reader would never reach.
      channel.resume()
    },
  }
}

/** What a PTY of Linux takes (16 bits a side) and what a screen can be. */
const window = (cols: number, rows: number) => ({ cols: side(cols), rows: side(rows) })
const side = (n: number) => Math.min(1000, Math.max(2, Math.floor(n) || 2))

const asStartProblem = (name: string, error: unknown): Problem =>
  error instanceof Problem
    ? error
    : error instanceof Silent
      ? new Problem('timeout', `${name} does not answer.`, { next: 'Try again.', cause: error })
      : new Problem('failed', `${name} did not start it: ${messageOf(error)}.`, { cause: error })
