/** Copies of guests. A running container is copied from a snapshot only; a copy on a node's own storage stays there. */
import { died, forbidden, noQuorum, Refusal } from '../answer.ts'
import { newborn } from '../newcomers.ts'
import {
  boolean,
  configId,
  dnsName,
  needed,
  nodeName,
  oneOf,
  type Rules,
  storageId,
  text,
  vmid,
} from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import type { Work } from '../tasks.ts'
import { type Guest, inBrief, isRunning, type Kind, type Node, type Storage } from '../things.ts'
import { copying, formatting, freeDisk, occupy, storageOn } from '../volumes.ts'
import { guestIn } from './guests.ts'

export const cloneRoutes = (kit: Kit, kind: Kind): Route[] => {
  const { world, access, tasks } = kit
  const who = inBrief(kind)

  const begin = (call: Call) => {
    const { values, caller, node } = call
    const allowed =
      access.can(caller, `/vms/${values.newid}`, ['VM.Allocate']) ||
      (values.pool !== undefined && access.can(caller, `/pool/${values.pool}`, ['VM.Allocate']))
    if (!allowed)
      throw new Refusal(403, `Permission check failed (/vms/${values.newid}, VM.Allocate)\n`)
    if (!world.isQuorate()) throw noQuorum()
    const guest = guestIn(kit, kind, call)
    const taken = world.guest(values.newid!)
    if (taken) throw died(`${who} ${values.newid} already exists on node '${taken.node}'`)
    if (guest.lock) throw died(`${who} is locked (${guest.lock})`)
    if (values.snapname && !guest.snapshots.some((s) => s.name === values.snapname))
      throw died(`snapshot '${values.snapname}' does not exist`)
    if (kind === 'lxc' && isRunning(guest) && !values.snapname)
      throw died('Cannot do full clones on a running container without snapshots')
    const source = world.storage(guest.disk.storage)!
    const target = values.storage ? storageOn(world, values.storage, node) : source
    if (!access.can(caller, `/storage/${target.name}`, ['Datastore.AllocateSpace']))
      throw forbidden(`/storage/${target.name}`, ['Datastore.AllocateSpace'])
    const to = nodeOf(values.target, node, source, target)
    const copy = copyOf(guest, values, to, target)
    world.settle(copy)
    occupy(target, to, copy.disk.used)
    guest.lock = kind === 'lxc' ? 'disk' : 'clone'
    return tasks.start({
      node: node.name,
      type: kind === 'lxc' ? 'vzclone' : 'qmclone',
      id: String(guest.vmid),
      authid: caller.authid,
      run: (work) => duplicate(guest, copy, target, work),
    })
  }

  const nodeOf = (wanted: string | undefined, node: Node, source: Storage, target: Storage) => {
    if (!wanted || wanted === node.name) return node
    const to = world.node(wanted)
    if (!to) throw died(`no such cluster node '${wanted}'`)
    if (!source.shared) throw died(`can't clone to node '${wanted}' (${who} uses local storage)`)
    storageOn(world, target.name, to)
    return to
  }

  const copyOf = (guest: Guest, values: Call['values'], node: Node, storage: Storage): Guest => {
    const name = kind === 'lxc' ? values.hostname : values.name
    const { size, used } = guest.disk
    const copy = newborn({
      vmid: Number(values.newid),
      kind,
      node,
      storage,
      size,
      used,
      now: world.now(),
      name: name ?? (kind === 'lxc' ? `CT${values.newid}` : `Copy-of-VM-${guest.name}`),
      cores: guest.cores,
      memory: guest.memory,
      tags: [...guest.tags],
      agent: guest.agent,
      ...(values.pool ? { pool: values.pool } : {}),
      ...(values.description ? { description: `${values.description}\n` } : {}),
    })
    if (guest.own) {
      const net0 = String(guest.own.net0 ?? '').replace(/hwaddr=[^,]+/, `hwaddr=${copy.net.hwaddr}`)
      copy.own = { ...guest.own, ...(net0 ? { net0 } : {}) }
    }
    return copy
  }

  const duplicate = async (guest: Guest, copy: Guest, storage: Storage, work: Work) => {
    const { volid, size, used } = guest.disk
    try {
      if (kind === 'lxc')
        work.log(`creating a clone of container ${guest.vmid} with ID ${copy.vmid}`)
      work.log(
        kind === 'lxc'
          ? `create full clone of mountpoint rootfs (${volid})`
          : `create full clone of drive scsi0 (${volid})`,
      )
      for (const line of formatting(storage, copy.disk.volid, size, kind === 'lxc')) work.log(line)
      await work.take(copying(used))
      if (storage.full) throw new Error('copy failed: No space left on device')
      if (kind === 'lxc') for (const line of copied) work.log(line)
      else work.log(`transferred ${gib(size)} GiB of ${gib(size)} GiB (100.00%)`)
      delete copy.lock
    } catch (thrown) {
      freeDisk(world, copy)
      world.remove(copy)
      throw new Error(`clone failed: ${thrown instanceof Error ? thrown.message : thrown}`)
    } finally {
      delete guest.lock
    }
  }

  const rules: Rules = {
    newid: needed(vmid),
    description: text(8192),
    full: boolean,
    pool: configId(),
    snapname: configId(40),
    storage: storageId,
    target: nodeName,
    ...(kind === 'lxc'
      ? { hostname: dnsName }
      : { name: dnsName, format: oneOf('raw', 'qcow2', 'vmdk') }),
  }
  return [
    route('POST', `/nodes/{node}/${kind}/{vmid}/clone`, ['/vms/{vmid}', ['VM.Clone']], begin, {
      remote: true,
      privileged: true,
      rules,
    }),
  ]
}

const gib = (bytes: number) => (bytes / 1024 ** 3).toFixed(1)
/** rsync's summary, as recorded. */
const copied = [
  'Number of files: 8,712 (reg: 6,815, dir: 992, link: 905)',
  'Number of created files: 8,710 (reg: 6,815, dir: 990, link: 905)',
  'Number of regular files transferred: 6,813',
  'Total file size: 173,449,703 bytes',
  'total size is 173,449,703  speedup is 1.02',
]
