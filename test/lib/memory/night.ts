/** One night of the memory in a process of its own, so that it can be killed: a line as each summary is asked for. */
import { writeSync } from 'node:fs'
import { systemClock } from '../../../lib/clock.ts'
import { openDb } from '../../../lib/db/db.ts'
import { silentLog } from '../../../lib/log.ts'
import { createMemory } from '../../../lib/memory/memory.ts'

const sleepless = async (file: string, now: number) => {
  const db = await openDb(file)
  const memory = createMemory({
    db,
    clock: { ...systemClock, now: () => now },
    log: silentLog,
    async summarise(texts) {
      writeSync(1, 'asked\n')
      return texts
        .join(' ')
        .match(/matter-\d+/g)
        ?.join(' ')
    },
  })
  await memory.consolidate()
  memory.close()
  db.close()
}

await sleepless(process.argv[2]!, Number(process.argv[3]))
