import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTrail } from '../../lib/audit/trail.ts'
import { systemClock } from '../../lib/clock.ts'
import { openDb } from '../../lib/db/db.ts'
import { lockFolder } from '../../lib/db/lock.ts'
import { follow, root, withFolder } from './driver.ts'

const kill = suite('kill -9')
const TIMES = 50

/** Kills the writer as soon as it has claimed `after` rows, in the middle of whatever it does then. */
const killedWriter = async (folder: string, after: number): Promise<string[]> => {
  const child = follow(
    spawn(process.execPath, ['--import', 'tsx', 'test/cli/writer.ts', folder], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
  child.process.stdout!.on('data', () => {
    if (child.out().split('\n').length > after) child.process.kill('SIGKILL')
  })
  const { signal } = await child.ended
  assert.is(signal, 'SIGKILL', child.err())
  // The last line may be cut; a claim that was not heard is no claim.
  return child.out().split('\n').slice(0, -1)
}

kill('during writes, 50 times: the database opens clean and nothing claimed is missing', () =>
  withFolder(async (folder) => {
    const claimed = new Set<string>()
    for (let time = 0; time < TIMES; time++) {
      for (const id of await killedWriter(folder, 1 + ((time * 7) % 40))) claimed.add(id)
      const lock = await lockFolder(folder, 'test')
      const db = await openDb(join(folder, 'jarvis.db'))
      assert.is(
        db.first<{ integrity_check: string }>('pragma integrity_check')!.integrity_check,
        'ok',
      )
      const kept = new Set(db.all<{ id: string }>('select id from keys').map((row) => row.id))
      assert.equal(
        [...claimed].filter((id) => !kept.has(id)),
        [],
      )
      assert.ok(createTrail({ db, clock: systemClock }).verify().ok)
      db.close()
      lock.release()
    }
    console.log(`\nCOUNT kill -9: ${TIMES} times, ${claimed.size} claimed rows, none missing`)
    assert.ok(claimed.size > TIMES)
  }),
)

kill.run()
