/**
 * What the lab does not do yet: clone, migrate, backup, create and delete are refused as a narrow
 * token would be. One of them bites all the same: DELETE without quorum, as it does in reality.
 */
import { died, forbidden, noQuorum } from '../answer.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import { configPath, inBrief, isRunning, type Kind } from '../things.ts'
import { guestIn } from './guests.ts'

export const refusedRoutes = (kit: Kit, kind: Kind): Route[] => {
  const { world, access, tasks } = kit
  const root = `/nodes/{node}/${kind}`
  const base = `${root}/{vmid}`
  const no = (privilege: string) => (call: Call) => {
    throw forbidden(`/vms/${call.values.vmid ?? ''}`, [privilege])
  }

  /**
   * Measured on PVE 9.2.11 with two of four nodes gone: accepted, the volumes are freed, then
   * the task fails on writing the configuration, which stays.
   */
  const remove = (call: Call) => {
    const guest = guestIn(kit, kind, call)
    const { caller, node } = call
    if (world.isQuorate() || !access.can(caller, `/vms/${guest.vmid}`, ['VM.Allocate']))
      throw forbidden(`/vms/${guest.vmid}`, ['VM.Allocate'])
    if (isRunning(guest))
      throw died(
        kind === 'lxc'
          ? `unable to destroy CT ${guest.vmid} - container is running`
          : `VM ${guest.vmid} is running - destroy failed`,
      )
    return tasks.start({
      node: node.name,
      type: kind === 'lxc' ? 'vzdestroy' : 'qmdestroy',
      id: String(guest.vmid),
      authid: caller.authid,
      run: async ({ take, task, locked }) =>
        locked(guest, async () => {
          if (guest.lock) throw new Error(`${inBrief(kind)} is locked (${guest.lock})`)
          await take(400)
          guest.disk.destroyed = true
          guest.snapshots = []
          delete guest.parent
          throw new Error(
            `unable to open file '/etc/pve/${configPath(kind, node.name, guest.vmid)}.tmp.${task.pid}' - Permission denied`,
          )
        }),
    })
  }

  const create = (call: Call) => {
    const { caller, values } = call
    const may = access.can(caller, `/vms/${values.vmid ?? ''}`, ['VM.Allocate'])
    if (may && !world.isQuorate()) throw noQuorum()
    return no('VM.Allocate')(call)
  }

  const far = { remote: true, privileged: true, lenient: true }
  return [
    route('POST', root, 'all', create, far),
    route('DELETE', base, 'all', remove, far),
    route('POST', `${base}/clone`, 'all', no('VM.Clone'), far),
    route('POST', `${base}/migrate`, 'all', no('VM.Migrate'), far),
    ...(kind === 'lxc' ? [route('POST', '/nodes/{node}/vzdump', 'all', no('VM.Backup'), far)] : []),
  ]
}
