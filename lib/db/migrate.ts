/**
 * Brings a database to the shape that this program needs: plain SQL files, append-only,
 * one transaction each, and a copy of the file before the first change.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../errors.ts'
import type { Db } from './db.ts'

export type Migration = { version: number; name: string; sql: string }

/** Reads `0001_name.sql …` from a folder; numbers must be without gaps, so that none is forgotten. */
export const readMigrations = (folder: string): Migration[] => {
  const migrations = readdirSync(folder)
    .filter((name) => /^\d{4}_.+\.sql$/.test(name))
    .sort()
    .map((name) => ({
      version: Number(name.slice(0, 4)),
      name: name.slice(5, -4),
      sql: readFileSync(join(folder, name), 'utf8'),
    }))
  migrations.forEach((m, i) => {
    if (m.version === i)
      throw new Problem('broken', `There are two migrations with the number ${i} in ${folder}.`)
    if (m.version !== i + 1)
      throw new Problem('broken', `Migration ${i + 1} is missing in ${folder}.`)
  })
  return migrations
}

export const schemaVersion = (db: Db): number =>
  db.first<{ user_version: number }>('pragma user_version')?.user_version ?? 0

/**
 * Applies what is missing and answers the versions that were applied. A database that is newer than
 * the program is refused: an old program would write into a shape that it does not know.
 */
export const migrate = (db: Db, migrations: Migration[]): number[] => {
  const have = schemaVersion(db)
  const newest = migrations.length
  if (have > newest)
    throw new Problem(
      'conflict',
      `The database ${db.file} was written by a newer Jarvis (version ${have}, this one knows ${newest}).`,
      { next: 'Start the newer program, or restore a backup made before the upgrade.' },
    )
  const missing = migrations.filter((m) => m.version > have)
  if (missing.length === 0) return []
  if (have > 0) copyBefore(db, have)
  for (const m of missing) apply(db, m)
  return missing.map((m) => m.version)
}

const apply = (db: Db, m: Migration) => {
  try {
    db.tx(() => {
      db.exec(m.sql)
      db.exec(`pragma user_version = ${m.version}`)
    })
  } catch (cause) {
    throw new Problem('broken', `Migration ${m.version} (${m.name}) failed; nothing was changed.`, {
      cause,
      next: `The copy from before is ${copyName(db, m.version - 1)}.`,
    })
  }
}

const copyName = (db: Db, version: number) => `${db.file}.before-${version + 1}`

const copyBefore = (db: Db, version: number) => {
  const copy = copyName(db, version)
  if (existsSync(copy)) rmSync(copy)
  db.run('vacuum into ?', [copy])
}
