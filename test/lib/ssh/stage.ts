/** A pool for tests: a database of its own, the real clock, and hosts that are trusted already. */
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../../lib/clock.ts'
import { type Db, openDb } from '../../../lib/db/db.ts'
import { migrate, readMigrations } from '../../../lib/db/migrate.ts'
import { Problem } from '../../../lib/errors.ts'
import { silentLog } from '../../../lib/log.ts'
import type { SshHost } from '../../../lib/ssh/hosts.ts'
import { createIdentity, type IdentityConfig } from '../../../lib/ssh/identity.ts'
import { createSsh, type Ssh, type SshLimits } from '../../../lib/ssh/ssh.ts'

type Door = { address: string; port: number; fingerprint?: string }

export type Stage = { ssh: Ssh; db: Db; close(): void }

export type StageOptions = {
  /** By name; those with a fingerprint are trusted. */
  hosts: Record<string, Door & { user?: string; aliases?: string[] }>
  identity: IdentityConfig
  limits?: Partial<SshLimits>
  clock?: Clock
}

export const stage = async ({ hosts, identity, limits, clock }: StageOptions): Promise<Stage> => {
  const dir = mkdtempSync(join(tmpdir(), 'jarvis-ssh-'))
  const db = await openDb(join(dir, 'jarvis.db'))
  migrate(db, readMigrations(join(import.meta.dirname ?? '.', '../../../migrations')))
  const all: SshHost[] = Object.entries(hosts).map(([name, { address, port, user, aliases }]) => ({
    name,
    address,
    port,
    user: user ?? 'root',
    aliases: aliases ?? [],
  }))
  const ssh = createSsh({
    hosts: () => all,
    identity: createIdentity(identity),
    db,
    clock: clock ?? systemClock,
    log: silentLog,
    ...(limits ? { limits } : {}),
  })
  for (const [name, { fingerprint }] of Object.entries(hosts))
    if (fingerprint) ssh.accept(name, { fingerprint, algorithm: 'ssh-ed25519' }, 'a test')
  return {
    ssh,
    db,
    close() {
      ssh.closeAll()
      db.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** The Problem that the work ends in. */
export const problemOf = async (work: Promise<unknown>): Promise<Problem> => {
  try {
    await work
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('it went well')
}

/** Waits for a condition; for things of other processes that tell nobody. */
export const until = async (what: string, is: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 500; tries++) {
    if (await is()) return
    await new Promise((done) => setTimeout(done, 20))
  }
  throw new Error(`never came true: ${what}`)
}

/** A wire to a server that can be frozen (nothing passes, nothing breaks) and cut. */
export const wireTo = async (door: Door) => {
  const pairs = new Set<[Socket, Socket]>()
  let made = 0
  const server = createServer((near) => {
    made += 1
    const far = connect({ host: door.address, port: door.port })
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    near.pipe(far)
    far.pipe(near)
    for (const socket of pair) {
      socket.on('error', () => {})
      socket.once('close', () => {
        near.destroy()
        far.destroy()
        pairs.delete(pair)
      })
    }
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const cut = () => {
    for (const [near, far] of pairs) {
      near.destroy()
      far.destroy()
    }
  }
  return {
    address: '127.0.0.1',
    port,
    /** How many connections came so far, and how many are open. */
    made: () => made,
    open: () => pairs.size,
    cut,
    freeze() {
      for (const [near, far] of pairs) {
        near.unpipe(far)
        far.unpipe(near)
        near.pause()
        far.pause()
      }
    },
    thaw() {
      for (const [near, far] of pairs) {
        near.pipe(far)
        far.pipe(near)
      }
    },
    close: () =>
      new Promise<void>((done) => {
        cut()
        server.close(() => done())
      }),
  }
}

/** A server that says what it is told to whoever connects, and keeps the line open. */
export const mumbler = async (say: (socket: Socket) => void) => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    socket.resume()
    say(socket)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    address: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((done) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => done())
      }),
  }
}
