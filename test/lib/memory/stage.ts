/** A memory over a database of its own, with a clock that the test moves. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Db, openDb } from '../../../lib/db/db.ts'
import { migrate, readMigrations } from '../../../lib/db/migrate.ts'
import { Problem } from '../../../lib/errors.ts'
import { createLog } from '../../../lib/log.ts'
import type { Summarise } from '../../../lib/memory/consolidate.ts'
import type { NewEntry, Who } from '../../../lib/memory/entry.ts'
import { createMemory, type Memory } from '../../../lib/memory/memory.ts'
import { type FakeClock, fakeClock } from '../../clock.ts'

const root = join(import.meta.dirname ?? '.', '../../..')

export const alice: Who = { name: 'alice', kind: 'person' }
/** The model in a conversation. */
export const butler: Who = { name: 'conversation/7', kind: 'machine' }

export type Stage = {
  db: Db
  clock: FakeClock
  memory: Memory
  lines: string[]
  /** The same database after a restart, with another way to sum up or another database in between. */
  reopen(summarise?: Summarise, db?: Db): Memory
  /** The file as it lies on the disk after a clean stop. */
  file: string
  drop(): void
}

export const openStage = async (): Promise<Stage> => {
  const folder = mkdtempSync(join(tmpdir(), 'jarvis-memory-'))
  const file = join(folder, 'jarvis.db')
  const db = await openDb(file)
  migrate(db, readMigrations(join(root, 'migrations')))
  const clock = fakeClock()
  const lines: string[] = []
  const log = createLog(clock, { write: (line) => void lines.push(line) })
  const open = (summarise?: Summarise, over: Db = db) =>
    createMemory({ db: over, clock, log, summarise })
  const stage: Stage = {
    db,
    clock,
    lines,
    file,
    memory: open(),
    reopen(summarise, over) {
      this.memory.close()
      this.memory = open(summarise, over)
      return this.memory
    },
    drop() {
      this.memory.close()
      db.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return stage
}

export const said = (text: string, over: Partial<NewEntry> = {}): NewEntry => ({
  tier: 'fact',
  text,
  source: 'alice',
  confidence: 1,
  tainted: false,
  ...over,
})

/** `conflict: …`, or what was not thrown. */
export const refusal = async (work: () => unknown): Promise<string> => {
  try {
    await work()
    return 'it was taken'
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return `${error.kind}: ${error.message}`
  }
}
