/** Which node is asked in which order, as the list of the failover alone. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { days, seconds } from '../../../lib/clock.ts'
import { createFailover } from '../../../lib/proxmox/failover.ts'
import { fakeClock } from '../../clock.ts'

const order = suite('proxmox: the order of nodes')

const room = () => {
  const clock = fakeClock()
  const nodes = ['pve1', 'pve2', 'pve3'].map((name, i) => ({ name, address: `127.0.0.${11 + i}` }))
  const failover = createFailover({ nodes, clock })
  const names = () => failover.order().map((e) => e.name)
  const fail = (name: string) => failover.failed(failover.named(name)!, 'it is off')
  const restOf = (name: string) =>
    (failover.broken().find((b) => b.node === name)!.until - clock.now()) / 1000
  return { clock, failover, names, fail, restOf }
}

order('a node that the cluster calls offline is asked last, for 15 s', async () => {
  const { clock, failover, names } = room()
  assert.equal(names(), ['pve1', 'pve2', 'pve3'])
  failover.learn([
    { name: 'pve1', online: false },
    { name: 'pve2', online: false },
    { name: 'pve3', online: true },
  ])
  assert.equal(names(), ['pve3', 'pve1', 'pve2'])
  await clock.advance(seconds(15))
  assert.equal(names(), ['pve1', 'pve2', 'pve3'])
})

order('the rest of a node that fails again doubles up to a minute, an answer ends it', async () => {
  const { clock, failover, fail, restOf, names } = room()
  const rests: number[] = []
  for (let i = 0; i < 6; i++) {
    fail('pve1')
    rests.push(restOf('pve1'))
    assert.equal(names(), ['pve2', 'pve3'])
    await clock.advance(restOf('pve1') * 1000)
    assert.equal(names(), ['pve1', 'pve2', 'pve3'])
  }
  assert.equal(rests, [5, 10, 20, 40, 60, 60])
  failover.served(failover.named('pve1')!)
  fail('pve1')
  assert.is(restOf('pve1'), 5)
})

order('where all rest, the one whose rest ends first is tried', async () => {
  const { clock, fail, names } = room()
  fail('pve2')
  await clock.advance(1000)
  fail('pve1')
  fail('pve3')
  assert.equal(names(), ['pve2'])
})

order('a clock that is set back leaves nobody resting for a year', () => {
  const { clock, failover, fail, names } = room()
  fail('pve1')
  failover.learn([{ name: 'pve2', online: false }])
  clock.jump(-days(365))
  assert.equal(names(), ['pve1', 'pve2', 'pve3'])
  assert.not(failover.isOffline('pve2'))
})

order.run()
