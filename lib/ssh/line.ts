/** One host: its queue of commands on one connection, and its terminals on others. */
import type { Client } from 'ssh2'
import type { Clock } from '../clock.ts'
import { messageOf, Problem } from '../errors.ts'
import type { Log } from '../log.ts'
import { ConnectionLost, NotStarted, openChannel } from './channel.ts'
import { type Command, startable } from './command.ts'
import { type ExecResult, follow, unknownEnd } from './exec.ts'
import { createLink, type Link, type LinkState } from './link.ts'
import { createSlots } from './slots.ts'
import type { ExecOptions, Pty, PtyOptions } from './ssh.ts'

export type LineLimits = {
  idleMs: number
  /** Commands at once on one connection, and how many may wait. */
  atOnce: number
  inLine: number
  timeoutMs: number
  capBytes: number
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
  const slots = createSlots({
    atOnce: limits.atOnce,
    inLine: limits.inLine,
    full: () =>
      new Problem('busy', `${limits.inLine} commands already wait for ${name}.`, {
        next: 'Try again when some of them are done.',
      }),
  })

  const start = async (line: string, options: ExecOptions) => {
    for (let attempt = 1; ; attempt++) {
      const client = await link.client()
      try {
        const channel = await openChannel(client, (done) => client.exec(line, done), {
          clock,
          patienceMs: PATIENCE_MS,
          signal: options.signal,
        })
        return { client, channel }
      } catch (error) {
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
      const started = startable(command, timeoutMs, options.env)
      const { signal, input } = options
      let release: (() => void) | undefined
      const letGo = link.hold()
      try {
        release = await slots.take(signal)
        const { client, channel } = await start(started.line, options)
        const { capBytes } = limits
        const how = { clock, timeoutMs, signal, input, capBytes }
        return await follow(client, channel, started, how, () => {
          log.warn('ssh: a command could not be ended', { host: name })
          link.retire(client)
        })
      } catch (error) {
        if (signal?.aborted)
          return unknownEnd({ cancelled: true, lost: false }, clock.now() - began)
        if (error instanceof ConnectionLost)
          return unknownEnd({ cancelled: false, lost: true }, clock.now() - began)
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
      try {
        const client = await place.link.client()
        const size = { ...window(cols, rows), term, width: 0, height: 0 }
        const channel = await openChannel(
          client,
          (done) =>
            command ? client.exec(command, { pty: size }, done) : client.shell(size, done),
          { clock, patienceMs: PATIENCE_MS },
        )
        const gone = () => {
          client.off('close', gone)
          channel.off('close', gone)
          leave()
        }
        channel.once('close', gone)
        client.once('close', gone)
        return {
          stream: channel,
          resize(newCols, newRows) {
            const at = window(newCols, newRows)
            channel.setWindow(at.rows, at.cols, 0, 0)
          },
          close: () => channel.close(),
        }
      } catch (error) {
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

/** What a PTY of Linux takes (16 bits a side) and what a screen can be. */
const window = (cols: number, rows: number) => ({ cols: side(cols), rows: side(rows) })
const side = (n: number) => Math.min(1000, Math.max(2, Math.floor(n) || 2))

const asStartProblem = (name: string, error: unknown): Problem =>
  error instanceof Problem
    ? error
    : new Problem('failed', `${name} did not start it: ${messageOf(error)}.`, { cause: error })
