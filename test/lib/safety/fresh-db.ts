/** A database of today's shape in a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Db, openDb } from '../../../lib/db/db.ts'
import { migrate, readMigrations } from '../../../lib/db/migrate.ts'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../../..')

export const freshDb = async (): Promise<{ db: Db; drop(): void }> => {
  const folder = mkdtempSync(join(tmpdir(), 'jarvis-safety-'))
  const db = await openDb(join(folder, 'jarvis.db'))
  migrate(db, readMigrations(join(root, 'migrations')))
  return {
    db,
    drop() {
      db.close()
      rmSync(folder, { recursive: true })
    },
  }
}
