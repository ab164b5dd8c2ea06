/**
 * One program a data folder. The lock is SQLite's own (a lock of the kernel, gone with the process),
 * so a lock left by `kill -9` cannot exist and pid 1 of two containers on one volume is no puzzle.
 * Who holds it stands beside it in `jarvis.pid`, for the sentence that the second one prints.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type Database from 'libsql'
import { Problem } from '../errors.ts'

export type Lock = { release(): void }

/** Takes the folder's lock (creating the folder, 0700) or throws `conflict` with the holder's pid. */
export const lockFolder = async (folder: string, who: string): Promise<Lock> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { default: Driver } = (await import('libsql')) as { default: typeof Database }
  const pidFile = join(folder, 'jarvis.pid')
  const held = new Driver(join(folder, 'lock.db'), { timeout: 200 })
  try {
    held.exec('begin exclusive')
  } catch (cause) {
    held.close()
    throw new Problem('conflict', `The data folder ${folder} is in use by ${holder(pidFile)}.`, {
      cause,
      next: 'Stop that one first, or give this one its own folder with JARVIS_DATA.',
    })
  }
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

const holder = (pidFile: string) => {
  try {
    const [pid, host, ...who] = readFileSync(pidFile, 'utf8').trim().split(' ')
    return `process ${pid} on ${host} (${who.join(' ')})`
  } catch {
    return 'another program'
  }
}
