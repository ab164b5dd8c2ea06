/** Consents to host keys, put into the house's database: before its first start it is made for them. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { openDb } from '../db/db.ts'
import { lockFolder } from '../db/lock.ts'
import { migrate, readMigrations } from '../db/migrate.ts'
import { createHostKeys, type HostKey } from '../ssh/host-keys.ts'

type Needs = { data: string; root: string; clock: Clock; by: string }

/** Works beside a running server, which reads a key at its next connection. Throws what writing throws. */
export const keepKeys = async (
  { data, root, clock, by }: Needs,
  keys: ReadonlyMap<string, HostKey>,
): Promise<void> => {
  if (keys.size === 0) return
  const file = join(data, 'jarvis.db')
  const lock = existsSync(file) ? undefined : await lockFolder(data, 'setup')
  try {
    const db = await openDb(file)
    try {
      if (lock) migrate(db, readMigrations(join(root, 'migrations')))
      const pins = createHostKeys({ db, clock })
      for (const [host, key] of keys) pins.accept(host, key, by)
    } finally {
      db.close()
    }
  } finally {
    lock?.release()
  }
}
