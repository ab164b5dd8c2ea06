/**
 * Start, stop and their kin. Which mistakes are refused at once and which only fail in the task
 * was measured on PVE 9.2.11: containers are checked first, VMs and unknown guests are not.
 */
import { seconds } from '../../lib/clock.ts'
import { died, noQuorum } from '../answer.ts'
import { boolean, integer, type Rules, storageId, text } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import type { Work } from '../tasks.ts'
import { configPath, type Guest, inBrief, isPaused, isRunning, type Kind } from '../things.ts'

const UP: Record<Kind, number> = { lxc: 1200, qemu: 1500 }
const DOWN: Record<Kind, number> = { lxc: 2500, qemu: 4000 }

type Verb = {
  name: string
  type: Record<Kind, string>
  rules: Record<Kind, Rules>
  /** Refuses at once; the guest is undefined when there is none there. */
  before?: (kit: Kit, kind: Kind, call: Call, guest: Guest | undefined) => void
  run: (kit: Kit, guest: Guest, call: Call, work: Work) => Promise<void>
}

const vz = (name: string, qemu = name) => ({ lxc: `vz${name}`, qemu: `qm${qemu}` })
const same = (rules: Rules) => ({ lxc: rules, qemu: rules })
const skiplock = { skiplock: boolean }

const mustRun = (_: Kit, kind: Kind, { values }: Call, guest?: Guest) => {
  if (!guest || !isRunning(guest)) throw died(`${inBrief(kind)} ${values.vmid} not running`)
}
const containerMustRun: Verb['before'] = (kit, kind, call, guest) => {
  if (kind === 'lxc') mustRun(kit, kind, call, guest)
}

const verbs: Verb[] = [
  {
    name: 'start',
    type: vz('start'),
    rules: {
      lxc: { ...skiplock, debug: boolean },
      qemu: { ...skiplock, timeout: integer(0), machine: text(), 'force-cpu': text() },
    },
    before: ({ world }, kind, { values }, guest) => {
      if (!world.isQuorate()) throw noQuorum()
      if (kind === 'lxc' && guest && isRunning(guest))
        throw died(`CT ${values.vmid} already running`)
    },
    run: async ({ world }, guest, _, { take }) => {
      if (isRunning(guest)) throw new Error(`${inBrief(guest.kind)} ${guest.vmid} already running`)
      if (guest.disk.destroyed) throw new Error(`volume '${guest.disk.volid}' does not exist`)
      await take(UP[guest.kind])
      world.become(guest, 'running')
    },
  },
  {
    name: 'stop',
    type: vz('stop'),
    rules: {
      lxc: { ...skiplock, 'overrule-shutdown': boolean },
      qemu: { ...skiplock, 'overrule-shutdown': boolean, timeout: integer(0), keepActive: boolean },
    },
    before: containerMustRun,
    run: async ({ world }, guest, _, { take }) => {
      if (!isRunning(guest)) return
      guest.leaving = guest.kind === 'lxc'
      await take(900)
      guest.leaving = false
      world.become(guest, 'stopped')
    },
  },
  {
    name: 'shutdown',
    type: vz('shutdown'),
    rules: {
      lxc: { forceStop: boolean, timeout: integer(0) },
      qemu: { ...skiplock, forceStop: boolean, timeout: integer(0), keepActive: boolean },
    },
    before: (kit, kind, call, guest) => {
      containerMustRun(kit, kind, call, guest)
      if (guest && isPaused(guest) && call.values.forceStop !== '1')
        throw died('VM is paused - cannot shutdown')
    },
    run: ({ world }, guest, call, work) => goDown(world, guest, call, work),
  },
  {
    name: 'reboot',
    type: vz('reboot'),
    rules: same({ timeout: integer(0) }),
    // Of a container too it says VM.
    before: (_, __, { values }, guest) => {
      if (!guest || !isRunning(guest)) throw died(`VM ${values.vmid} not running`)
    },
    run: async ({ world }, guest, call, work) => {
      await goDown(world, guest, call, work)
      // Without quorum it goes down and stays down: measured for a container.
      if (!world.isQuorate())
        throw new Error(`unable to get PID for CT ${guest.vmid} (not running?)`)
      await work.take(UP[guest.kind])
      world.become(guest, 'running')
    },
  },
  {
    name: 'suspend',
    type: vz('suspend', 'pause'),
    rules: { lxc: {}, qemu: { ...skiplock, todisk: boolean, statestorage: storageId } },
    before: mustRun,
    run: async ({ world }, guest, _, { take }) => {
      // Checkpointing of containers is experimental and does not work with this kernel.
      if (guest.kind === 'lxc')
        throw new Error(
          `command 'lxc-checkpoint -n ${guest.vmid} -s -D /var/lib/vz/dump' failed: exit code 1`,
        )
      await take(300)
      world.become(guest, 'running', true)
    },
  },
  {
    name: 'resume',
    type: vz('resume'),
    rules: { lxc: {}, qemu: { ...skiplock, nocheck: boolean } },
    before: mustRun,
    run: async ({ world }, guest, _, { take }) => {
      await take(300)
      world.become(guest, 'running')
    },
  },
  {
    name: 'reset',
    type: vz('reset'),
    rules: { lxc: {}, qemu: skiplock },
    before: mustRun,
    run: async ({ world }, guest, _, { take }) => {
      await take(300)
      world.restart(guest)
    },
  },
]

const goDown = async (world: Kit['world'], guest: Guest, { values }: Call, { take }: Work) => {
  if (!isRunning(guest)) return
  guest.leaving = guest.kind === 'lxc'
  if (guest.deaf) {
    await take(seconds(Number(values.timeout ?? 60)))
    if (values.forceStop !== '1') throw new Error('VM quit/powerdown failed - got timeout')
  } else await take(DOWN[guest.kind])
  guest.leaving = false
  world.become(guest, 'stopped')
}

export const powerRoutes = (kit: Kit, kind: Kind): Route[] =>
  verbs
    .filter((v) => kind === 'qemu' || v.name !== 'reset')
    .map((verb) =>
      route(
        'POST',
        `/nodes/{node}/${kind}/{vmid}/status/${verb.name}`,
        ['/vms/{vmid}', ['VM.PowerMgmt']],
        (call) => begin(kit, kind, verb, call),
        { remote: true, privileged: true, rules: verb.rules[kind] },
      ),
    )

const begin = (kit: Kit, kind: Kind, verb: Verb, call: Call): string => {
  const { node, caller, values } = call
  const guest = kit.world.guestOn(kind, node.name, values.vmid!)
  verb.before?.(kit, kind, call, guest)
  return kit.tasks.start({
    node: node.name,
    type: verb.type[kind],
    id: values.vmid!,
    authid: caller.authid,
    run: async (work) => {
      if (!guest)
        throw new Error(
          `Configuration file '${configPath(kind, node.name, values.vmid!)}' does not exist`,
        )
      await work.locked(guest, async () => {
        if (guest.lock) throw new Error(`${inBrief(kind)} is locked (${guest.lock})`)
        await verb.run(kit, guest, call, work)
      })
    },
  })
}
