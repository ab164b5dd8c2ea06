import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { callServer } from '../../cli/socket.ts'
import { createTrail } from '../../lib/audit/trail.ts'
import { sleep, systemClock } from '../../lib/clock.ts'
import { openDb } from '../../lib/db/db.ts'
import { lockFolder } from '../../lib/db/lock.ts'
import { follow, launch, root, withFolder } from './driver.ts'

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

const SERVED = 15

/** A cluster where nobody answers: the house itself is what is tried. */
const lonely = (folder: string) => {
  const file = join(folder, 'jarvis.yaml')
  const secret = '00000000-0000-4000-8000-000000000000'
  writeFileSync(
    file,
    `server: { host: 127.0.0.1, port: 0 }
cluster:
  nodes: [{ name: nobody, address: "127.0.0.1:9", fingerprint: "${Array(32).fill('AB').join(':')}" }]
  tokens: [{ id: "a@pve!b", secret: ${secret}, roles: [audit] }]
`,
    { mode: 0o600 },
  )
  return { JARVIS_CONFIG: file, JARVIS_DATA: join(folder, 'data') }
}

/** Asks for one token after the other; what was answered is claimed, until nobody answers any more. */
const claimTokens = async (data: string, name: string, claimed: string[]) => {
  for (let i = 0; ; i++) {
    const wish = { name: `${name}-${i}`, scope: 'view' }
    const made = await callServer<{ secret: string }>(data, 'POST', '/local/tokens', wish).catch(
      () => undefined,
    )
    if (!made) return
    claimed.push(made.secret)
  }
}

const statusWith = async (url: string, secret: string) => {
  const answer = await fetch(`${url}/f/nodes.txt`, {
    headers: { authorization: `Bearer ${secret}` },
  })
  await answer.body?.cancel()
  return answer.status
}

kill('the served house, 15 times: each token that an answer gave opens the door afterwards', () =>
  withFolder(async (folder) => {
    const env = lonely(folder)
    const all: string[] = []
    for (let round = 0; round <= SERVED; round++) {
      const child = launch(['serve'], env)
      const url = await child.said(/: (http:\/\/\S+)/)
      for (const secret of all) assert.is(await statusWith(url, secret), 200, `round ${round}`)
      if (round === SERVED) {
        child.process.kill('SIGTERM')
        assert.is((await child.ended).code, 0)
        break
      }
      const before = all.length
      const askers = [1, 2, 3].map((n) => claimTokens(env.JARVIS_DATA, `r${round}.${n}`, all))
      while (all.length < before + 1 + ((round * 5) % 12)) await sleep(systemClock, 1)
      child.process.kill('SIGKILL')
      assert.is((await child.ended).signal, 'SIGKILL')
      await Promise.all(askers)
    }
    console.log(
      `\nCOUNT kill -9 of the server: ${SERVED} times, ${all.length} tokens, none missing`,
    )
    assert.ok(all.length > SERVED)
    const db = await openDb(join(env.JARVIS_DATA, 'jarvis.db'))
    assert.ok(createTrail({ db, clock: systemClock }).verify().ok)
    db.close()
  }),
)

kill.run()
