import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startJarvis } from '../../jarvis.ts'
import { systemClock } from '../../lib/clock.ts'
import { loadConfig } from '../../lib/config.ts'
import { silentLog } from '../../lib/log.ts'
import type { Brief } from '../../views/brief.ts'
import { root, run, withFolder } from './driver.ts'

const status = suite('status')

status('tells nodes, quorum, guests and age, for people and for scripts', () =>
  withFolder(async (folder) => {
    const env = { JARVIS_DATA: folder, JARVIS_LAB: '1', JARVIS_HOST: '127.0.0.1', JARVIS_PORT: '0' }
    const config = loadConfig({ root, env })
    const jarvis = await startJarvis({ config, log: silentLog, version: '1.2.3' })
    try {
      const until = systemClock.now() + 20_000
      let brief: Brief | undefined
      while (!brief?.ageSeconds && systemClock.now() < until)
        brief = JSON.parse((await run(['status', '--json'], { env })).out)
      assert.is(brief!.version, '1.2.3')
      assert.is(brief!.mode, 'lab')
      assert.is(brief!.pid, process.pid)
      assert.is(brief!.cluster.quorate, true)
      assert.equal(brief!.nodes.map((n) => n.name).sort(), ['Home', 'agent', 'agent1', 'pve'])
      assert.is(brief!.guests.total, 5)
      const { code, out } = await run(['status'], { env })
      assert.is(code, brief!.trouble.length ? 1 : 0)
      assert.match(out, /HomeCluster: quorate \(4 of 4\), .* old, LAB/)
      assert.match(out, /^ {2}Home +online +cpu/m)
      assert.match(out, '5 guests: ')
    } finally {
      await jarvis.stop()
    }
  }),
)

status.run()
