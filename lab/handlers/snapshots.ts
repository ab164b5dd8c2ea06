/** Snapshots: list, take, remove, go back. Thin LVM and ZFS can, a directory of raw files cannot. */
import { died } from '../answer.ts'
import { boolean, configId, needed, type Rules, text } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import type { Work } from '../tasks.ts'
import { configPath, type Guest, inBrief, isRunning, type Kind, type Snapshot } from '../things.ts'
import { canSnapshot, configOf, guestIn } from './guests.ts'

export const snapshotRoutes = (kit: Kit, kind: Kind): Route[] => {
  const { world, tasks } = kit
  const base = `/nodes/{node}/${kind}/{vmid}/snapshot`
  const far = { remote: true, privileged: true }
  const prefix = kind === 'lxc' ? 'vz' : 'qm'

  const list = (call: Call) => {
    const guest = guestIn(kit, kind, call)
    const rows = guest.snapshots.map((s) => ({
      name: s.name,
      description: s.description,
      snaptime: Math.floor(s.at / 1000),
      ...(s.parent ? { parent: s.parent } : {}),
      ...(kind === 'qemu' ? { vmstate: s.vmstate ? 1 : 0 } : {}),
    }))
    const current = {
      name: 'current',
      description: 'You are here!',
      running: isRunning(guest) ? 1 : 0,
      digest: configOf(guest).digest,
      ...(guest.parent ? { parent: guest.parent } : {}),
    }
    return [...rows, current]
  }

  /** Accepted in any case; what is wrong shows in the task. */
  const begin =
    (
      type: string,
      lock: string,
      work: (guest: Guest, name: string, call: Call, work: Work) => Promise<void>,
    ) =>
    (call: Call) => {
      const { node, caller, values } = call
      const guest = world.guestOn(kind, node.name, values.vmid!)
      const run = async (w: Work) => {
        if (!guest)
          throw new Error(
            `Configuration file '${configPath(kind, node.name, values.vmid!)}' does not exist`,
          )
        if (!world.isQuorate())
          throw new Error(
            `unable to open file '/etc/pve/${configPath(kind, node.name, guest.vmid)}.tmp.${w.task.pid}' - Permission denied`,
          )
        if (guest.lock) throw new Error(`${inBrief(kind)} is locked (${guest.lock})`)
        await w.locked(guest, async () => {
          guest.lock = lock
          try {
            await work(guest, values.snapname!, call, w)
          } finally {
            delete guest.lock
          }
        })
      }
      return tasks.start({ node: node.name, type, id: values.vmid!, authid: caller.authid, run })
    }

  const create = begin(
    `${prefix}snapshot`,
    'snapshot',
    async (guest, name, { values }, { take, log }) => {
      if (!canSnapshot(kit, guest)) throw new Error('snapshot feature is not available')
      if (guest.snapshots.some((s) => s.name === name))
        throw new Error(`snapshot name '${name}' already used`)
      if (world.storage(guest.disk.storage)?.full)
        throw new Error(`cannot create snapshot of '${guest.disk.volid}': out of space`)
      await take(1500)
      log(`snapshotting 'drive-scsi0' (${guest.disk.volid})`)
      guest.snapshots.push({
        name,
        description: values.description ? `${values.description}\n` : '',
        at: world.now(),
        vmstate: values.vmstate === '1',
        ...(guest.parent ? { parent: guest.parent } : {}),
      })
      guest.parent = name
    },
  )

  const remove = begin(
    `${prefix}delsnapshot`,
    'snapshot-delete',
    async (guest, name, _, { take }) => {
      const found = snapshotOf(guest, name)
      await take(1200)
      guest.snapshots = guest.snapshots.filter((s) => s !== found)
      for (const s of guest.snapshots) if (s.parent === name) inherit(s, found.parent)
      if (guest.parent === name) inherit(guest, found.parent)
    },
  )

  const rollback = begin(
    `${prefix}rollback`,
    'rollback',
    async (guest, name, { values }, { take }) => {
      const found = snapshotOf(guest, name)
      // ZFS goes back to the newest one only.
      const newest = [...guest.snapshots].sort((a, b) => b.at - a.at)[0]
      if (world.storage(guest.disk.storage)?.type === 'zfspool' && newest !== found)
        throw new Error(
          `can't rollback, '${name}' is not most recent snapshot on '${guest.disk.volid}'`,
        )
      if (isRunning(guest)) world.become(guest, 'stopped')
      await take(2000)
      guest.parent = name
      if (values.start === '1' || found.vmstate) world.become(guest, 'running')
    },
  )

  const describe = (call: Call) => {
    const found = guestIn(kit, kind, call).snapshots.find((s) => s.name === call.values.snapname)
    if (!found) throw died(`snapshot '${call.values.snapname}' does not exist`)
    if (call.values.description !== undefined) found.description = `${call.values.description}\n`
    return null
  }
  const config = (call: Call) => {
    const guest = guestIn(kit, kind, call)
    const found = guest.snapshots.find((s) => s.name === call.values.snapname)
    if (!found) throw died(`snapshot '${call.values.snapname}' does not exist`)
    return {
      ...configOf(guest),
      snaptime: Math.floor(found.at / 1000),
      description: found.description,
    }
  }

  const may = ['/vms/{vmid}', ['VM.Snapshot']] as const
  const back = ['/vms/{vmid}', ['VM.Snapshot', 'VM.Snapshot.Rollback'], 'any'] as const
  const see = ['/vms/{vmid}', ['VM.Snapshot', 'VM.Snapshot.Rollback', 'VM.Audit'], 'any'] as const
  const one = `${base}/{snapname}`
  const vmstate: Rules = kind === 'qemu' ? { vmstate: boolean } : {}
  return [
    route('GET', base, ['/vms/{vmid}', ['VM.Audit']], list, far),
    route('POST', base, may, create, {
      ...far,
      rules: { snapname: needed(configId(40)), description: text(8192), ...vmstate },
    }),
    route('DELETE', one, may, remove, { ...far, rules: { force: boolean } }),
    route('POST', `${one}/rollback`, back, rollback, { ...far, rules: { start: boolean } }),
    route('GET', `${one}/config`, see, config, { remote: true }),
    route('PUT', `${one}/config`, may, describe, { ...far, rules: { description: text(8192) } }),
  ]
}

const snapshotOf = (guest: Guest, name: string): Snapshot => {
  const found = guest.snapshots.find((s) => s.name === name)
  if (!found) throw new Error(`snapshot '${name}' does not exist`)
  return found
}

const inherit = (child: { parent?: string }, parent: string | undefined) => {
  if (parent) child.parent = parent
  else delete child.parent
}
