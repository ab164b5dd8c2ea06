/** A cable that is pulled: a network of its own, joined by a pair of virtual cards. Needs root. */
import { spawnSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { noSshd, type Sshd, startSshd } from '../../sshd/servers.ts'
import { problemOf, type Stage, stage, until } from './stage.ts'

const space = `jarvis${process.pid}`
const card = `jv${process.pid}`
// TEST-NET-2 (RFC 5737): nobody's.
const [near, far] = ['198.51.100.1', '198.51.100.2']

const ip = (...words: string[]) => spawnSync('ip', words, { encoding: 'utf8' })
const inside = (...words: string[]) => ip('-n', space, ...words)

const pulled = (): string | undefined => {
  const why = noSshd()
  if (why) return why
  const steps = [
    ip('netns', 'add', space),
    ip('link', 'add', `${card}a`, 'type', 'veth', 'peer', 'name', `${card}b`, 'netns', space),
    ip('addr', 'add', `${near}/30`, 'dev', `${card}a`),
    ip('link', 'set', `${card}a`, 'up'),
    inside('link', 'set', 'lo', 'up'),
    inside('addr', 'add', `${far}/30`, 'dev', `${card}b`),
    inside('link', 'set', `${card}b`, 'up'),
  ]
  const failed = steps.find((s) => s.status !== 0)
  return failed && `a network of its own cannot be made here: ${failed.stderr.trim()}`
}

const why = pulled()
if (why) console.log(`SKIPPED a cable that is pulled: ${why}`)

const cut = suite<{ sshd: Sshd; s: Stage }>('ssh link cut')
cut.before(async (t) => {
  if (why) return
  t.sshd = await startSshd({ address: far, netns: space })
  t.s = await stage({
    hosts: { pve: t.sshd },
    identity: { keyFile: t.sshd.keyFile },
    limits: { keepaliveMs: 200, keepaliveCount: 2, connectMs: 1000 },
  })
})
cut.after(async (t) => {
  if (!why) {
    t.s.close()
    await t.sshd.stop()
  }
  ip('link', 'del', `${card}a`)
  ip('netns', 'del', space)
})

if (why) cut('there is no cable to pull', () => assert.ok(why))
else
  cut(
    'a pulled cable is lost within the keepalives, and all is well when it is back',
    async ({ s }) => {
      assert.is((await s.ssh.exec('pve', ['true'])).code, 0)
      const running = s.ssh.exec('pve', 'sleep 30')
      await until('it runs', () => s.ssh.state()[0]!.running === 1)
      ip('link', 'set', `${card}a`, 'down')
      const r = await running
      assert.equal([r.lost, r.code, r.timedOut], [true, null, false])
      const p = await problemOf(s.ssh.exec('pve', ['true']))
      assert.ok(['unreachable', 'timeout'].includes(p.kind), p.message)
      ip('link', 'set', `${card}a`, 'up')
      await until('it is back', async () => {
        const again = await s.ssh.exec('pve', ['true']).catch(() => undefined)
        return again?.code === 0
      })
    },
  )

cut.run()
