/** Copies of the whole database: made while the server runs, put back while it does not. */
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Problem } from '../errors.ts'
import { type Db, openDb } from './db.ts'
import { schemaVersion } from './migrate.ts'

/** Writes a compact, consistent copy to `file` (`vacuum into`); refuses to overwrite. */
export const backup = (db: Db, file: string): void => {
  if (existsSync(file))
    throw new Problem('conflict', `${file} exists already.`, { next: 'Name a new file.' })
  if (!existsSync(dirname(resolve(file))))
    throw new Problem('not-found', `The folder ${dirname(resolve(file))} does not exist.`)
  db.run('vacuum into ?', [file])
}

/**
 * Puts a backup in the place of `target` and keeps what was there as `TARGET.replaced`.
 * The backup is checked first; the caller holds the data folder's lock.
 */
export const restore = async (file: string, target: string, newest: number): Promise<void> => {
  if (!existsSync(file)) throw new Problem('not-found', `${file} does not exist.`)
  const fresh = `${target}.incoming`
  copyFileSync(file, fresh)
  try {
    await check(fresh, file, newest)
  } catch (error) {
    dropDb(fresh)
    throw error
  }
  for (const end of ['-wal', '-shm']) rmSync(fresh + end, { force: true })
  if (existsSync(target)) await setAside(target)
  renameSync(fresh, target)
}

const check = async (copy: string, name: string, newest: number) => {
  const db = await openDb(copy)
  try {
    const verdict = db.first<{ integrity_check: string }>('pragma integrity_check')
    if (verdict?.integrity_check !== 'ok')
      throw new Problem('broken', `${name} is damaged: ${verdict?.integrity_check}`)
    const version = schemaVersion(db)
    if (version === 0) throw new Problem('invalid', `${name} is not a backup of Jarvis.`)
    if (version > newest)
      throw new Problem('conflict', `${name} comes from a newer Jarvis (version ${version}).`)
  } finally {
    db.close()
  }
}

/** The write-ahead log belongs to the old file: fold it in before the file moves. */
const setAside = async (target: string) => {
  const old = await openDb(target)
  old.exec('pragma wal_checkpoint(truncate)')
  old.close()
  for (const end of ['-wal', '-shm']) rmSync(target + end, { force: true })
  renameSync(target, `${target}.replaced`)
}

const dropDb = (file: string) => {
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true })
}
