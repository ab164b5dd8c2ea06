/**
 * The keeper of the house, wherever it can be reached: in the running server over its socket, else
 * right here, under the data folder's lock. A command does not notice the difference.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createTrail } from '../lib/audit/trail.ts'
import { createAuth } from '../lib/auth/auth.ts'
import { type Config, loadConfig } from '../lib/config.ts'
import { openDb } from '../lib/db/db.ts'
import { lockFolder } from '../lib/db/lock.ts'
import { migrate, readMigrations } from '../lib/db/migrate.ts'
import { Problem } from '../lib/errors.ts'
import { createKeeper, type Keeper } from '../lib/setup/keeper.ts'
import type { Io } from './io.ts'
import { callServer } from './socket.ts'

/** Runs `work` with the keeper and lets go of everything afterwards. */
export const withKeeper = async <T>(
  io: Io,
  who: string,
  work: (keeper: Keeper) => Promise<T>,
): Promise<T> => {
  const config = loadConfig({ root: io.root, env: io.env, cwd: io.cwd })
  try {
    return await work(overSocket(config.data))
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== 'unreachable') throw error
  }
  return inFolder(config, io, who, work)
}

const overSocket = (data: string): Keeper => ({
  createToken: (wish) => callServer(data, 'POST', '/local/tokens', wish),
  listTokens: () => callServer(data, 'GET', '/local/tokens'),
  revokeToken: (which) => callServer(data, 'DELETE', `/local/tokens/${encodeURIComponent(which)}`),
  listAccounts: () => callServer(data, 'GET', '/local/accounts'),
  addAccount: (wish) => callServer(data, 'POST', '/local/accounts', wish),
  setPassword: (wish) => callServer(data, 'POST', '/local/password', wish),
  backup: (file) => callServer(data, 'POST', '/local/backup', { file }),
})

const inFolder = async <T>(
  config: Config,
  { clock }: Io,
  who: string,
  work: (keeper: Keeper) => Promise<T>,
) => {
  mkdirSync(config.data, { recursive: true, mode: 0o700 })
  const lock = await lockFolder(config.data, who)
  try {
    const db = await openDb(join(config.data, 'jarvis.db'))
    try {
      migrate(db, readMigrations(join(config.root, 'migrations')))
      const auth = createAuth({ db, clock, sessions: config.sessions })
      return await work(createKeeper({ auth, trail: createTrail({ db, clock }), db }))
    } finally {
      db.close()
    }
  } finally {
    lock.release()
  }
}
