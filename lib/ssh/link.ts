/**
 * One connection to one host, made when it is needed and shared by all who need it: closed after a
 * time of silence, made anew after a loss, and left alone for a while after a failure.
 */
import type { Client } from 'ssh2'
import { type Clock, isWithin } from '../clock.ts'
import { asProblem, Problem } from '../errors.ts'

export type LinkState = {
  state: 'closed' | 'connecting' | 'ready' | 'resting'
  /** Milliseconds since 1970. */
  since: number
  /** Why the last try failed. */
  trouble?: Problem | undefined
  /** Nobody tries before this moment. */
  retryAt?: number | undefined
}

export type Link = {
  /** The ready connection; throws what the connecting threw, at once while the link rests. */
  client(): Promise<Client>
  /** Keeps the link from closing for silence until the answer is called. */
  hold(): () => void
  /** No new work for this connection: it ends when nobody holds it. */
  retire(client: Client): void
  /** Forgets failures: the next one in need tries at once. */
  forgive(): void
  state(): LinkState
  close(): void
}

export type LinkNeeds = {
  connect: () => Promise<Client>
  clock: Clock
  idleMs: number
  onLost: () => void
}

/** Seconds of rest after the first, second … failure in a row. */
const REST_S = [1, 2, 5, 10, 30, 60]

export const createLink = ({ connect, clock, idleMs, onLost }: LinkNeeds): Link => {
  let current: Client | undefined
  let connecting: Promise<Client> | undefined
  let since = clock.now()
  let failures = 0
  let trouble: Problem | undefined
  let failedAt = 0
  let restMs = 0
  let holders = 0
  let cancelIdle: (() => void) | undefined
  let closed = false
  const retired = new Set<Client>()

  const changed = () => {
    since = clock.now()
  }
  const idle = () => {
    cancelIdle?.()
    cancelIdle = undefined
    if (holders > 0) return
    for (const client of retired) client.end()
    retired.clear()
    if (current) cancelIdle = clock.after(idleMs, () => drop(current))
  }
  const drop = (client: Client | undefined) => {
    if (client && client === current) {
      current = undefined
      changed()
    }
    client?.end()
  }
  const rests = () => isWithin(failedAt, restMs, clock.now())
  const failed = (error: unknown): Problem => {
    trouble = asProblem(error)
    failedAt = clock.now()
    restMs = REST_S[Math.min(failures, REST_S.length - 1)]! * 1000
    failures += 1
    return trouble
  }
  const open = async (): Promise<Client> => {
    changed()
    try {
      const client = await connect()
      if (closed) {
        client.end()
        throw closedProblem()
      }
      failures = 0
      trouble = undefined
      current = client
      client.once('close', () => {
        retired.delete(client)
        if (current !== client) return
        current = undefined
        cancelIdle?.()
        changed()
        onLost()
      })
      return client
    } catch (error) {
      throw failed(error)
    } finally {
      connecting = undefined
      changed()
      idle()
    }
  }

  return {
    async client() {
      if (closed) throw closedProblem()
      if (current) return current
      if (connecting) return connecting
      if (trouble && rests()) throw resting(trouble, failedAt + restMs - clock.now())
      connecting = open()
      return connecting
    },
    hold() {
      holders += 1
      cancelIdle?.()
      let held = true
      return () => {
        if (!held) return
        held = false
        holders -= 1
        idle()
      }
    },
    retire(client) {
      if (client !== current) return
      current = undefined
      retired.add(client)
      changed()
      idle()
    },
    forgive() {
      trouble = undefined
      failures = 0
    },
    state() {
      const pauses = trouble !== undefined && rests()
      const state = current ? 'ready' : connecting ? 'connecting' : pauses ? 'resting' : 'closed'
      return { state, since, trouble, ...(pauses ? { retryAt: failedAt + restMs } : {}) }
    },
    close() {
      closed = true
      cancelIdle?.()
      for (const client of [current, ...retired]) client?.destroy()
      current = undefined
      retired.clear()
    },
  }
}

const closedProblem = () => new Problem('conflict', 'The SSH connections are being closed.')

const resting = ({ kind, message, next, details }: Problem, ms: number): Problem =>
  new Problem(kind, `${message} Tried again in ${Math.ceil(ms / 1000)} s.`, {
    ...(next ? { next } : {}),
    ...(details ? { details } : {}),
  })
