/**
 * DELETE of a guest. It asks for nothing twice, and without quorum it does its harm before it fails:
 * the volumes are freed first, then the configuration cannot be written (measured on PVE 9.2.11).
 */
import { died } from '../answer.ts'
import { boolean, type Rules } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import type { Work } from '../tasks.ts'
import { configPath, type Guest, inBrief, isRunning, type Kind } from '../things.ts'
import { freeDisk } from '../volumes.ts'
import { guestIn } from './guests.ts'

export const destroyRoutes = (kit: Kit, kind: Kind): Route[] => {
  const { world, access, tasks } = kit
  const who = (guest: Guest) => `${inBrief(kind)} ${guest.vmid}`

  const remove = (call: Call) => {
    const guest = guestIn(kit, kind, call)
    const { caller, node, values } = call
    const force = kind === 'lxc' && values.force === '1'
    check(guest, force)
    return tasks.start({
      node: node.name,
      type: kind === 'lxc' ? 'vzdestroy' : 'qmdestroy',
      id: String(guest.vmid),
      authid: caller.authid,
      run: (work) =>
        work.locked(guest, async () => {
          check(guest, force)
          await destroy(guest, call, work)
        }),
    })
  }

  const check = (guest: Guest, force: boolean) => {
    if (guest.protection) throw died(`can't remove ${who(guest)} - protection mode enabled`)
    if (guest.lock && !force) throw died(`${inBrief(kind)} is locked (${guest.lock})`)
    if (isRunning(guest) && !force)
      throw died(
        kind === 'lxc'
          ? `unable to destroy ${who(guest)} - container is running`
          : `${who(guest)} is running - destroy failed`,
      )
  }

  const destroy = async (guest: Guest, { node, values }: Call, work: Work) => {
    if (isRunning(guest)) {
      work.warn(`forced to stop ${who(guest)} before destroying!`)
      world.become(guest, 'stopped')
    }
    await work.take(400)
    freeDisk(world, guest)
    if (!world.isQuorate())
      throw new Error(
        `unable to open file '/etc/pve/${configPath(kind, node.name, guest.vmid)}.tmp.${work.task.pid}' - Permission denied`,
      )
    access.forgetPath(`/vms/${guest.vmid}`)
    if (values.purge === '1') {
      work.log(`purging ${who(guest)} from related configurations..`)
      const at = world.nightly.indexOf(guest.vmid)
      if (at >= 0) world.nightly.splice(at, 1)
    }
    world.remove(guest)
  }

  const rules: Rules = {
    purge: boolean,
    'destroy-unreferenced-disks': boolean,
    ...(kind === 'lxc' ? { force: boolean } : { skiplock: boolean }),
  }
  return [
    route('DELETE', `/nodes/{node}/${kind}/{vmid}`, ['/vms/{vmid}', ['VM.Allocate']], remove, {
      remote: true,
      privileged: true,
      rules,
    }),
  ]
}
