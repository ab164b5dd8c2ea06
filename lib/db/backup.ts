/** Copies of the whole database: made while the server runs, put back while it does not. */
import { chmodSync, copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { messageOf, Problem } from '../errors.ts'
import { openDb } from './db.ts'
import { schemaVersion } from './migrate.ts'

/**
 * Writes a compact, consistent copy of the database file `source` to `file` (`vacuum into`) and
 * refuses to overwrite. It happens in a thread of its own, because libsql blocks the one that asks;
 * and under another name until it is whole, so that half a copy is never taken for one.
 */
export const backup = async (source: string, file: string): Promise<void> => {
  if (existsSync(file))
    throw new Problem('conflict', `${file} exists already.`, { next: 'Name a new file.' })
  const folder = dirname(resolve(file))
  if (!existsSync(folder)) throw new Problem('not-found', `The folder ${folder} does not exist.`)
  const part = `${file}.part`
  rmSync(part, { force: true })
  try {
    await vacuumInto(source, part)
    chmodSync(part, 0o600)
    renameSync(part, file)
  } catch (cause) {
    rmSync(part, { force: true })
    const full = /full|No space left/i.test(messageOf(cause))
    throw new Problem(
      'failed',
      `No backup: ${full ? `the disk of ${folder} is full` : messageOf(cause)}.`,
      {
        cause,
        next: full ? 'Choose a folder with more room.' : 'Choose a folder that I may write to.',
      },
    )
  }
}

const COPYING = `
const { parentPort, workerData } = require('node:worker_threads')
const Database = require(workerData.driver)
const db = new Database(workerData.source, { timeout: 5000 })
db.prepare('vacuum into ?').run([workerData.part])
db.close()
parentPort.postMessage('done')`

const vacuumInto = (source: string, part: string) =>
  new Promise<void>((done, fail) => {
    const driver = createRequire(import.meta.url).resolve('libsql')
    const worker = new Worker(COPYING, { eval: true, workerData: { driver, source, part } })
    worker.once('message', () => done())
    worker.once('error', fail)
    worker.once('exit', (code) => fail(new Error(`the copying thread ended with ${code}`)))
  })

/**
 * Puts a backup in the place of `target` and keeps what was there as `TARGET.replaced-N`, also when
 * that is damaged: a broken database is what restoring is for. The backup is checked first; the
 * caller holds the data folder's lock.
 */
export const restore = async (
  file: string,
  target: string,
  newest: number,
): Promise<string | undefined> => {
  if (!existsSync(file)) throw new Problem('not-found', `${file} does not exist.`)
  const fresh = `${target}.incoming`
  try {
    dropDb(fresh)
    copyFileSync(file, fresh)
    chmodSync(fresh, 0o600)
    await check(fresh, file, newest)
    for (const end of ['-wal', '-shm']) rmSync(fresh + end, { force: true })
    const kept = existsSync(target) ? await keepAside(target) : undefined
    // The log of the old file must not be taken for the new one's: it is aside before the new one is in.
    renameSync(fresh, target)
    return kept
  } finally {
    dropDb(fresh)
  }
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

/** The first free name; a copy first, so that a kill between two steps never leaves no database. */
const keepAside = async (target: string): Promise<string> => {
  await foldIn(target)
  let n = 1
  while (existsSync(`${target}.replaced-${n}`)) n += 1
  const kept = `${target}.replaced-${n}`
  for (const end of ['', '-wal', '-shm'])
    if (existsSync(target + end)) copyFileSync(target + end, kept + end)
  for (const end of ['-wal', '-shm']) rmSync(target + end, { force: true })
  return kept
}

/** The write-ahead log belongs to the old file; a damaged one is kept as it is, log and all. */
const foldIn = async (target: string) => {
  try {
    const old = await openDb(target)
    old.exec('pragma wal_checkpoint(truncate)')
    old.close()
  } catch {
    return
  }
}

const dropDb = (file: string) => {
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true })
}
