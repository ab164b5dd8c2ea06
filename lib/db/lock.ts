/**
 * One program a data folder. The lock is SQLite's own (a lock of the kernel, gone with the process),
 * so a lock left by `kill -9` cannot exist and pid 1 of two containers on one volume is no puzzle.
 * Who holds it stands beside it in `jarvis.pid`, for the sentence that the second one prints.
 */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import type Database from 'libsql'
import { messageOf, Problem } from '../errors.ts'

export type Lock = { release(): void }

/**
 * Takes the folder's lock (creating the folder, 0700). Throws `conflict` with the holder's pid, and
 * `broken` with the owner of a folder or lock that is not ours.
 */
export const lockFolder = async (folder: string, who: string): Promise<Lock> => {
  const pidFile = join(folder, 'jarvis.pid')
  const held = await openLock(folder, pidFile)
  writeFileSync(pidFile, `${process.pid} ${hostname()} ${who}\n`)
  return {
    release() {
      rmSync(pidFile, { force: true })
      try {
        held.exec('rollback')
      } finally {
        held.close()
      }
    },
  }
}

/** Who holds the folder's lock, in words, or undefined; leaves nothing behind. */
export const holderOf = async (folder: string): Promise<string | undefined> => {
  const file = join(folder, LOCK)
  if (!existsSync(file)) return undefined
  const Driver = await driver()
  const look = new Driver(file, { timeout: 200, readonly: true })
  try {
    look.exec('select count(*) from sqlite_master')
    return undefined
  } catch (cause) {
    if (!isBusy(cause)) throw cause
    return holder(join(folder, 'jarvis.pid'))
  } finally {
    look.close()
  }
}

const LOCK = 'lock.db'

const driver = async () => ((await import('libsql')) as { default: typeof Database }).default

const openLock = async (folder: string, pidFile: string) => {
  const Driver = await driver()
  const file = join(folder, LOCK)
  let held: InstanceType<typeof Database> | undefined
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // SQLite would open a file that is not ours for reading alone, where the lock means nothing.
    if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK)
    held = new Driver(file, { timeout: 200 })
    held.exec('begin exclusive')
    return held
  } catch (cause) {
    held?.close()
    if (!isBusy(cause)) throw notOurs(folder, cause)
    throw new Problem('conflict', `The data folder ${folder} is in use by ${holder(pidFile)}.`, {
      cause,
      next: 'Stop that one first, or give this one its own folder with JARVIS_DATA.',
    })
  }
}

const isBusy = (thrown: unknown) => (thrown as { code?: string }).code === 'SQLITE_BUSY'

const notOurs = (folder: string, cause: unknown) => {
  const me = userInfo()
  const owners = [folder, join(folder, LOCK)].flatMap((path) => {
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat ? [`${path} belongs to user ${stat.uid}`] : []
  })
  return new Problem(
    'broken',
    `The data folder ${folder} cannot be used by ${me.username} (user ${me.uid}): ${[...owners, messageOf(cause)].join(', ')}.`,
    { cause, next: `chown -R ${me.username} ${folder}` },
  )
}

const holder = (pidFile: string) => {
  try {
    const [pid, host, ...who] = readFileSync(pidFile, 'utf8').trim().split(' ')
    return `process ${pid} on ${host} (${who.join(' ')})`
  } catch {
    return 'another program'
  }
}
