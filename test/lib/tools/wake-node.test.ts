/** Waking with the clock in the test's hands: three minutes, a restart, STOP, a cluster that is silent. */
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTrail } from '../../../lib/audit/trail.ts'
import { createBus } from '../../../lib/bus.ts'
import { wakeOptions } from '../../../lib/cluster/macs.ts'
import { openDb } from '../../../lib/db/db.ts'
import { migrate, readMigrations } from '../../../lib/db/migrate.ts'
import { Problem } from '../../../lib/errors.ts'
import type { Events } from '../../../lib/events/kinds.ts'
import { silentLog } from '../../../lib/log.ts'
import { createKillSwitch } from '../../../lib/safety/kill-switch.ts'
import { createDoor } from '../../../lib/tools/call.ts'
import type { DoorNeeds, Result } from '../../../lib/tools/door.ts'
import { createWaker } from '../../../lib/tools/waker.ts'
import type { WakeOptions, WakeTarget } from '../../../lib/wol.ts'
import { testBrakes } from '../../brakes.ts'
import { fakeClock } from '../../clock.ts'
import { calmEvening } from '../../pictures.ts'

const root = join(import.meta.dirname ?? '.', '../../..')
const mac = 'bc:24:11:2e:5f:01'
const alice = { kind: 'person', name: 'alice', scope: 'admin', from: '' } as const

const open = async () => {
  const clock = fakeClock()
  const db = await openDb(':memory:')
  migrate(db, readMigrations(join(root, 'migrations')))
  const bus = createBus<Events>((_, error) => {
    throw error
  })
  /** Who is on; undefined = nobody answers. */
  const world = { on: ['pve'] as string[] | undefined, quorate: true }
  const sent: (WakeTarget & WakeOptions)[] = []
  const status = async () => {
    if (!world.on) throw new Problem('unreachable', 'No node of the cluster answers.')
    return {
      cluster: { name: 'Home', quorate: world.quorate, nodes: 2, version: 4 },
      nodes: ['pve', 'agent1'].map((name, i) => ({
        name,
        nodeid: i + 1,
        online: world.on!.includes(name),
        local: i === 0,
        ip: `192.168.1.${60 + i}`,
      })),
    }
  }
  const stop = createKillSwitch({ db, clock, log: silentLog, bus })
  const macs = {
    of: (node: string) => (node === 'agent1' ? ({ mac, from: 'node' } as const) : undefined),
    known: () => ['pve', 'agent1'],
  }
  const wol = {
    wake: async (target: WakeTarget, options: WakeOptions = {}) => {
      sent.push({ ...target, ...options })
      return { to: '', port: 9 }
    },
  }
  const nodes = [{ name: 'agent1', address: '192.168.1.61:8006' }]
  const door = () =>
    createDoor({
      proxmox: { cluster: { status, tasks: async () => [] } } as unknown as DoorNeeds['proxmox'],
      brakes: testBrakes({ db, clock, picture: calmEvening }),
      cluster: { believe() {}, hurry: () => () => {}, picture: calmEvening },
      stop,
      db,
      clock,
      log: silentLog,
      bus,
      trail: createTrail({ db, clock }),
      ownToken: () => undefined,
      wake: createWaker({ macs, wol, nodes, settings: { port: 7 } }),
    })
  const tools = door()
  const wake = (node: string) => tools.call({ tool: 'wake_node', args: { node }, caller: alice })
  return { clock, world, sent, stop, tools, door, wake, close: () => db.close() }
}

type Stage = Awaited<ReturnType<typeof open>>
const waking = suite<{ stage: Stage }>('waking')
waking.before.each(async (t) => {
  t.stage = await open()
})
waking.after.each(({ stage }) => {
  stage.tools.close()
  stage.close()
})

/** Seconds pass until the answer is there; it fails after five minutes. */
const passing = async ({ clock }: Stage, answer: Promise<Result>): Promise<Result> => {
  let told: Result | undefined
  void answer.then((result) => {
    told = result
  })
  for (let s = 0; s < 300 && !told; s++) await clock.advance(1000)
  assert.ok(told, 'no answer in five minutes')
  return told
}

waking('is running after 25 s, and failed when nobody answers within 3 min', async ({ stage }) => {
  const begun = stage.clock.now()
  const first = await passing(stage, stage.wake('agent1'))
  assert.equal([first.state, first.text], ['running', 'agent1 is being woken.'])
  assert.is(stage.clock.now() - begun, 25_000)
  assert.equal(stage.sent, [{ mac, address: '192.168.1.61', broadcast: undefined, port: 7 }])
  const deed = () => stage.tools.deed(first.id!)!
  await stage.clock.advance(150_000)
  assert.is(deed().state, 'running')
  await stage.clock.advance(10_000)
  assert.is(deed().state, 'failed')
  assert.is(deed().text, 'Waking of agent1 failed: no answer after 3 min. agent1 is lost.')
  assert.is(stage.tools.last('node/agent1')?.id, first.id)
})

waking('is done when the cluster has the node', async ({ stage }) => {
  const answer = stage.wake('agent1')
  await stage.clock.advance(8000)
  stage.world.on = ['pve', 'agent1']
  const told = await passing(stage, answer)
  assert.equal([told.state, told.text], ['done', 'Waking done: agent1 is on.'])
})

waking('asks for no quorum, nor for anybody who answers', async ({ stage }) => {
  stage.world.quorate = false
  const answer = stage.wake('agent1')
  await stage.clock.advance(2000)
  assert.is(stage.sent.length, 1)
  stage.world.on = ['pve', 'agent1']
  assert.is((await passing(stage, answer)).state, 'done')

  stage.world.on = undefined
  const dark = stage.wake('agent1')
  await stage.clock.advance(2000)
  assert.is(stage.sent.at(-1)?.address, '192.168.1.61', 'from the configuration')
  stage.world.on = ['agent1']
  assert.is((await passing(stage, dark)).state, 'done')
})

waking(
  'STOP ends the waiting at once, and sends nothing while it is pressed',
  async ({ stage }) => {
    const answer = stage.wake('agent1')
    await stage.clock.advance(4000)
    stage.stop.press({ by: 'bob', from: '' })
    await stage.clock.advance(0)
    const told = await answer
    assert.is(told.problem?.kind, 'halted')
    assert.match(told.text, 'cancelled by STOP. agent1 is lost.')
    assert.is((await stage.wake('agent1')).problem?.kind, 'halted')
    assert.is(stage.sent.length, 1)
  },
)

waking('after a restart it is followed to its end, and not sent again', async ({ stage }) => {
  const first = await passing(stage, stage.wake('agent1'))
  stage.tools.close()
  await stage.clock.advance(5000)
  const next = stage.door()
  const over = next.recover()
  await stage.clock.advance(4000)
  assert.is(next.deed(first.id!)?.state, 'running')
  stage.world.on = ['pve', 'agent1']
  await stage.clock.advance(4000)
  await over
  assert.equal([next.deed(first.id!)?.state, stage.sent.length], ['done', 1])
  next.close()
})

waking('refuses what makes no sense, with the next step', async ({ stage }) => {
  assert.is((await stage.wake('pve')).text, 'pve is on already.')
  stage.world.on = ['agent1']
  const nameless = await stage.wake('pve')
  assert.match(nameless.text, 'no MAC address of pve')
  assert.match(nameless.problem?.next ?? '', 'pvenode config set --wakeonlan')
  stage.world.on = ['pve']
  const typo = await stage.wake('agnet1')
  assert.equal([typo.problem?.kind, typo.problem?.next], ['not-found', 'Did you mean agent1?'])
  stage.world.on = ['pve', 'agent1']
  assert.is((await stage.wake('agent1')).text, 'agent1 is on already.')
  assert.is((await stage.wake('../x')).problem?.kind, 'invalid')
  assert.equal(stage.sent, [])
})

waking('the options of a node, as Proxmox writes them', () => {
  const found = { mac, broadcast: undefined }
  assert.equal(wakeOptions('BC:24:11:2E:5F:01'), found)
  assert.equal(wakeOptions(`mac=${mac},bind-interface=vmbr0`), found)
  assert.equal(wakeOptions(`broadcast-address=10.0.0.255,mac=${mac}`), {
    mac,
    broadcast: '10.0.0.255',
  })
  for (const none of [undefined, '', 'bind-interface=vmbr0', 'mac=nonsense'])
    assert.is(wakeOptions(none), undefined)
})

waking.run()
