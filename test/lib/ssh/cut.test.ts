/** A cable that is pulled: a network of its own, joined by a pair of virtual cards. Needs root. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { layCable } from '../../sshd/cable.ts'
import { type Sshd, startSshd } from '../../sshd/servers.ts'
import { problemOf, type Stage, stage, until } from './stage.ts'

const cable = layCable()
const why = typeof cable === 'string' ? cable : undefined
if (why) console.log(`SKIPPED a cable that is pulled: ${why}`)

const cut = suite<{ sshd: Sshd; s: Stage }>('ssh link cut')
cut.before(async (t) => {
  if (typeof cable === 'string') return
  t.sshd = await startSshd(cable)
  t.s = await stage({
    hosts: { pve: t.sshd },
    identity: { keyFile: t.sshd.keyFile },
    limits: { keepaliveMs: 200, keepaliveCount: 2, connectMs: 1000 },
  })
})
cut.after(async (t) => {
  if (typeof cable === 'string') return
  t.s.close()
  await t.sshd.stop()
  cable.remove()
})

if (typeof cable === 'string') cut('there is no cable to pull', () => assert.ok(why))
else
  cut(
    'a pulled cable is lost within the keepalives, and all is well when it is back',
    async ({ s }) => {
      assert.is((await s.ssh.exec('pve', ['true'])).code, 0)
      const running = s.ssh.exec('pve', 'sleep 30')
      await until('it runs', () => s.ssh.state()[0]!.running === 1)
      cable.pull()
      const r = await running
      assert.equal([r.lost, r.code, r.timedOut], [true, null, false])
      const p = await problemOf(s.ssh.exec('pve', ['true']))
      assert.ok(['unreachable', 'timeout'].includes(p.kind), p.message)
      cable.plug()
      await until('it is back', async () => {
        const again = await s.ssh.exec('pve', ['true']).catch(() => undefined)
        return again?.code === 0
      })
    },
  )

cut.run()
