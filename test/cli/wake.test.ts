/** Waking from the command line, in the lab: packets are handed to sleeping nodes. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startJarvis } from '../../jarvis.ts'
import { type Clock, systemClock as clock, sleep } from '../../lib/clock.ts'
import { loadConfig } from '../../lib/config.ts'
import { silentLog } from '../../lib/log.ts'
import { root, run, withFolder } from './driver.ts'

const wake = suite('wake')

type Status = { rows: { node: string; power: string; waking: unknown; wakeable: boolean }[] }

/** Ten times as fast, so that a node comes up in seconds. */
const quick = (begin = clock.now()): Clock => ({
  now: () => begin + (clock.now() - begin) * 10,
  after: (ms, work) => clock.after(ms / 10, work),
})

wake('status tells every node; a node that lost its power is woken and waited for', () =>
  withFolder(async (folder) => {
    const env = { JARVIS_DATA: folder, JARVIS_LAB: '1', JARVIS_HOST: '127.0.0.1', JARVIS_PORT: '0' }
    const config = loadConfig({ root, env })
    const jarvis = await startJarvis({ config, log: silentLog, version: '1.2.3', clock: quick() })
    const status = async () => {
      const { code, out } = await run(['wake', 'status', '--json'], { env })
      return { code, ...(JSON.parse(out) as Status) }
    }
    const until = async (so: (rows: Status['rows']) => boolean) => {
      for (let i = 0; i < 200; i++) {
        const now = await status()
        if (so(now.rows)) return now
        await sleep(clock, 100)
      }
      throw new Error('it never came')
    }
    try {
      const on = await until((rows) => rows.length === 4 && rows.every((r) => r.power === 'on'))
      assert.is(on.code, 0)
      const calm = await run(['wake', 'agent1'], { env })
      assert.equal([calm.code, calm.out], [0, 'agent1 is on.'])

      await jarvis.fetch(
        new Request(`${jarvis.url}/lab/scenarios/node-down`, {
          method: 'POST',
          body: new URLSearchParams({ on: '1', target: 'agent1' }),
        }),
        { local: true },
      )
      const off = await until((rows) => rows.some((r) => r.power === 'off'))
      assert.is(off.code, 1)
      const text = await run(['wake', 'status'], { env })
      assert.is(text.code, 1)
      assert.match(text.out, /^agent1 +lost +.* by bc:24:11/im)

      const woken = await run(['wake', 'AGENT1', '--wait'], { env })
      assert.is(woken.code, 0, woken.err)
      assert.is(woken.out, 'agent1 is on.')
      assert.is((await status()).code, 0)
      assert.is((await run(['wake', 'all', '--json'], { env })).code, 0)
    } finally {
      await jarvis.stop()
    }
  }),
)

wake('a wrong name is told with the nearest; no name at all is wrong use', () =>
  withFolder(async (folder) => {
    const env = { JARVIS_DATA: folder, JARVIS_LAB: '1', JARVIS_HOST: '127.0.0.1', JARVIS_PORT: '0' }
    assert.is((await run(['wake'], { env })).code, 2)
    assert.is((await run(['wake', 'status'], { env })).code, 3)
    const config = loadConfig({ root, env })
    const jarvis = await startJarvis({ config, log: silentLog, version: '1.2.3', clock: quick() })
    try {
      const status = () => run(['wake', 'status', '--json'], { env })
      while (!(JSON.parse((await status()).out) as Status).rows.length) await sleep(clock, 50)
      const told = await run(['wake', 'agnet1'], { env })
      assert.is(told.code, 1)
      assert.match(told.err, /no node agnet1. Did you mean agent1/)
    } finally {
      await jarvis.stop()
    }
  }),
)

wake.run()
