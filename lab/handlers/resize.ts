/** Disks that grow. They never shrink: the API says so before there is a task. */
import { died, wrongParameters } from '../answer.ts'
import { needed, oneOf, type Rule, text } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import { inBrief, type Kind } from '../things.ts'
import { guestIn } from './guests.ts'

const factor: Record<string, number> = { K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 }

export const resizeRoutes = (kit: Kit, kind: Kind): Route[] => {
  const { world, tasks } = kit
  const own = kind === 'lxc' ? 'rootfs' : 'scsi0'

  const resize = (call: Call) => {
    const guest = guestIn(kit, kind, call)
    const { values, node, caller } = call
    const [, plus, number = '', unit = ''] =
      /^(\+?)(\d+(?:\.\d+)?)([KMGT]?)$/.exec(values.size!) ?? []
    if (!number) throw wrongParameters({ size: `value does not match the regex pattern` })
    if (values.disk !== own) throw died(`disk '${values.disk}' does not exist`)
    if (guest.lock) throw died(`${inBrief(kind)} is locked (${guest.lock})`)
    const given = Number(number) * (factor[unit] ?? 1)
    const size = Math.round(plus ? guest.disk.size + given : given)
    if (size < guest.disk.size) throw died('unable to shrink disk size')
    return tasks.start({
      node: node.name,
      type: 'resize',
      id: String(guest.vmid),
      authid: caller.authid,
      run: (work) =>
        work.locked(guest, async () => {
          await work.take(600)
          if (!world.isQuorate()) throw new Error('cluster not ready - no quorum?')
          guest.disk.size = size
        }),
    })
  }

  return [
    route(
      'PUT',
      `/nodes/{node}/${kind}/{vmid}/resize`,
      ['/vms/{vmid}', ['VM.Config.Disk']],
      resize,
      {
        remote: true,
        privileged: true,
        rules: { disk: needed(diskName(kind)), size: needed(text()), digest: text(40) },
      },
    ),
  ]
}

const diskName = (kind: Kind): Rule =>
  kind === 'lxc'
    ? oneOf('rootfs', ...Array.from({ length: 256 }, (_, i) => `mp${i}`))
    : oneOf(...Array.from({ length: 31 }, (_, i) => `scsi${i}`))
