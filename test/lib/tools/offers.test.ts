/** What a page offers on a guest, and with which reason it does not. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Deed } from '../../../lib/tools/deeds.ts'
import { type Circumstances, offersFor } from '../../../lib/tools/offers.ts'
import { toolNamed, tools } from '../../../lib/tools/registry.ts'
import { NOON } from '../../clock.ts'
import { calmEvening, oneNodeOff } from '../../pictures.ts'

const offers = suite('offers')

const calm = (): Circumstances => ({
  picture: calmEvening(),
  stop: { pressed: false },
  running: [],
  caller: { kind: 'person', scope: 'admin' },
})
const reasons = (around: Circumstances, picture = calmEvening(), condition = 'running') => {
  const guest = picture.guests.find((g) => g.condition === condition && !g.lock)!
  assert.ok(guest, condition)
  const { offers: all, busy } = offersFor(guest, around)
  return { guest, busy, ...Object.fromEntries(all.map((o) => [o.verb, o.whyNot])) } as {
    guest: typeof guest
    busy?: string
    start?: string
    shutdown?: string
    reboot?: string
  }
}

offers('a guest that runs can be shut down and restarted, one that is off started', () => {
  const on = reasons(calm())
  assert.equal([on.shutdown, on.reboot], [undefined, undefined])
  assert.match(on.start ?? '', 'is running')
  const off = reasons(calm(), calmEvening(), 'stopped')
  assert.is(off.start, undefined)
  assert.match(off.shutdown ?? '', 'is stopped')
})
offers('who may only look, STOP, and lost quorum speak against everything', () => {
  const { picture } = calm()
  const against: [Partial<Circumstances>, string][] = [
    [{ caller: undefined }, 'only look'],
    [{ caller: { kind: 'machine', scope: 'view' } }, 'only look'],
    [{ caller: { kind: 'wall', scope: 'operate' } }, 'only look'],
    [{ stop: { pressed: true, at: NOON, by: 'alice\u001b' } }, 'STOP was pressed by alice'],
    [{ picture: { ...picture, cluster: { ...picture.cluster, quorate: false } } }, 'no quorum'],
  ]
  for (const [change, words] of against) {
    const told = reasons({ ...calm(), ...change })
    for (const why of [told.start, told.shutdown, told.reboot]) assert.match(why ?? '', words)
  }
})
offers('a guest of a node that is off is offered nothing', () => {
  const picture = oneNodeOff()
  const told = reasons({ ...calm(), picture }, picture, 'unknown')
  for (const why of [told.start, told.shutdown, told.reboot]) assert.match(why ?? '', 'is lost')
})
offers('a deed under way is named with who and since when', () => {
  const { guest } = reasons(calm())
  const running = [
    {
      tool: 'guest_reboot',
      target: `guest/${guest.vmid}`,
      who: 'alice',
      startedAt: calmEvening().now - 3000,
    } as Deed,
  ]
  const told = reasons({ ...calm(), running })
  assert.match(told.busy ?? '', /^being restarted by alice since 3.s$/)
  assert.match(told.shutdown ?? '', 'being restarted')
})

offers('every tool says what it is, and takes nothing but its arguments', () => {
  for (const tool of tools) {
    assert.match(tool.name, /^[a-z]+(_[a-z]+)*$/)
    assert.ok(tool.description.length > 40 && tool.title)
    if (tool.kind === 'act') assert.ok(tool.words.doing && tool.words.noun && tool.proof)
    assert.throws(() => tool.read({ vmid: 303, upid: 'x', confirm: true }), /arguments of/)
  }
  assert.is(toolNamed('constructor'), undefined)
})

offers.run()
