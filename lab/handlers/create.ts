/**
 * New containers and virtual machines. The number is taken at once, the template is looked at only
 * after the disk was made, and a missing storage is refused before there is a task (recorded on
 * PVE 9.2.11). Rights after pve-container's API2/LXC.pm.
 */
import { messageOf } from '../../lib/errors.ts'
import type { Caller } from '../access.ts'
import { died, forbidden, noQuorum, Refusal, wrongParameters } from '../answer.ts'
import { newborn } from '../newcomers.ts'
import { pairs, type Values } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import type { Work } from '../tasks.ts'
import { GiB, type Guest, inBrief, type Kind, type Storage } from '../things.ts'
import { formatting, freeDisk, occupy, storageOn } from '../volumes.ts'
import { common, containerRules, fakeHash, machineRules, ownOf } from './create-rules.ts'

export const createRoutes = (kit: Kit): Route[] => {
  const { world, access, tasks } = kit
  const may = (caller: Caller, path: string, privilege: string) =>
    access.can(caller, path, [privilege])
  const insist = (caller: Caller, path: string, privilege: string) => {
    if (!may(caller, path, privilege)) throw forbidden(path, [privilege])
  }

  const unused = (kind: Kind, id: string) => {
    const taken = world.guest(id)
    if (taken) throw died(`${inBrief(kind)} ${id} already exists on node '${taken.node}'`)
  }
  const mayAllocate = (caller: Caller, { vmid: id, pool }: Values) => {
    if (pool && !world.pools.some((p) => p.poolid === pool))
      throw died(`pool '${pool}' does not exist`)
    const allowed =
      may(caller, `/vms/${id}`, 'VM.Allocate') ||
      (pool !== undefined && may(caller, `/pool/${pool}`, 'VM.Allocate'))
    if (!allowed) throw new Refusal(403, 'Permission check failed\n')
  }
  /** Where the disk goes and how large it will be, in bytes. */
  const diskOf = (call: Call, wish: string | undefined, content: string, usual: number) => {
    const [name = 'local', size] = (wish ?? call.values.storage ?? 'local')
      .split(',')[0]!
      .split(':')
    const storage = storageOn(world, name, call.node)
    if (!storage.content.includes(content))
      throw wrongParameters({ storage: `storage '${name}' does not support container directories` })
    insist(call.caller, `/storage/${name}`, 'Datastore.AllocateSpace')
    return { storage, size: (Number(size) || usual) * GiB }
  }

  /** The task that makes the disk and more; when it fails nothing is left of the guest. */
  const make = (guest: Guest, call: Call, work: (w: Work) => Promise<void>) => {
    const { node, caller, values } = call
    world.settle(guest)
    const { storage: name, used } = guest.disk
    occupy(world.storage(name)!, node, used)
    const run = async (w: Work) => {
      try {
        await work(w)
      } catch (thrown) {
        freeDisk(world, guest)
        world.remove(guest)
        throw new Error(
          `unable to create ${inBrief(guest.kind)} ${guest.vmid} - ${messageOf(thrown).trimEnd()}`,
        )
      }
      delete guest.lock
      if (values.start === '1') startLater(guest, caller)
    }
    return tasks.start({
      node: node.name,
      type: guest.kind === 'lxc' ? 'vzcreate' : 'qmcreate',
      id: String(guest.vmid),
      authid: caller.authid,
      run,
    })
  }
  /** A task of its own, which the first one does not wait for. */
  const startLater = (guest: Guest, caller: Caller) =>
    tasks.start({
      node: guest.node,
      type: guest.kind === 'lxc' ? 'vzstart' : 'qmstart',
      id: String(guest.vmid),
      authid: caller.authid,
      run: (w) =>
        w.locked(guest, async () => {
          await w.take(1200)
          world.become(guest, 'running')
        }),
    })

  const container = (call: Call) => {
    const { values, node, caller } = call
    if (!world.isQuorate()) throw noQuorum()
    unused('lxc', values.vmid!)
    mayAllocate(caller, values)
    refuseFeatures(caller, values)
    const net = values.net0 === undefined ? undefined : pairs(values.net0)
    if (net?.bridge) insist(caller, `/sdn/zones/localnetwork/${net.bridge}`, 'SDN.Use')
    const archive = templateOf(values.ostemplate!)
    const { storage, size } = diskOf(call, values.rootfs, 'rootdir', 4)
    const guest = newborn({
      vmid: Number(values.vmid),
      kind: 'lxc',
      node,
      storage,
      size,
      used: Math.min(size, 0.5 * GiB),
      now: world.now(),
      ...(values.hostname ? { name: values.hostname } : {}),
      ...common(values),
      hwaddr: net?.hwaddr,
      ip: /^\d+\.\d+\.\d+\.\d+/.exec(net?.ip ?? '')?.[0],
    })
    guest.own = ownOf(values, guest)
    return make(guest, call, (w) => unpack(guest, storage, archive, w))
  }

  /** Measured as facts.md §0.3: the check compares with the user root@pam, which no token is. */
  const refuseFeatures = (caller: Caller, values: Values) => {
    const other = Object.keys(pairs(values.features ?? '')).filter((f) => f !== 'nesting')
    if (other.length > 0 && caller.authid !== 'root@pam')
      throw new Refusal(
        403,
        'Permission check failed (changing feature flags (except nesting) is only allowed for root@pam)\n',
      )
    if (values.unprivileged === '0') insist(caller, '/', 'Sys.Modify')
  }
  const templateOf = (volid: string): string => {
    if (!/^[a-z][\w.-]*:vztmpl\/[^/]+$/i.test(volid))
      throw died(
        'Only root can pass arbitrary filesystem paths. at /usr/share/perl5/PVE/Storage.pm line 651.',
      )
    const name = volid.split(':')[0]!
    if (!world.storage(name)) throw died(`storage '${name}' does not exist`)
    return volid
  }

  const unpack = async (guest: Guest, storage: Storage, archive: string, work: Work) => {
    const { volid, size } = guest.disk
    for (const line of formatting(storage, volid, size, true)) work.log(line)
    await work.take(700)
    const [from = '', file = ''] = archive.split(':vztmpl/')
    const found = world.storage(from)?.volumes.some((v) => v.volid === archive)
    if (!found) {
      work.log(`volume '${archive}' does not exist`)
      throw new Error(`volume '${archive}' does not exist`)
    }
    if (storage.full) throw new Error('unable to write: No space left on device')
    work.log(`extracting archive '/var/lib/vz/template/cache/${file}'`)
    await work.take(2500)
    work.log('Total bytes read: 167495680 (160MiB, 211MiB/s)')
    work.log('Detected container architecture: amd64')
    for (const type of ['rsa', 'ed25519', 'ecdsa']) {
      work.log(`Creating SSH host key 'ssh_host_${type}_key' - this may take some time ...`)
      work.log(`done: SHA256:${fakeHash(world.random)} root@${guest.name}`)
    }
    if (/debian-13|fedora/.test(file) && !String(guest.own?.features ?? '').includes('nesting=1'))
      work.warn('Systemd 257 detected. You may need to enable nesting.')
  }

  const machine = (call: Call) => {
    const { values, node, caller } = call
    if (!world.isQuorate()) throw noQuorum()
    unused('qemu', values.vmid!)
    mayAllocate(caller, values)
    const { storage, size } = diskOf(call, values.scsi0, 'images', 1)
    const guest = newborn({
      vmid: Number(values.vmid),
      kind: 'qemu',
      node,
      storage,
      size,
      used: 4096,
      now: world.now(),
      ...(values.name ? { name: values.name } : {}),
      ...common(values),
      agent: values.agent?.startsWith('1') ?? false,
    })
    return make(guest, call, async (w) => {
      for (const line of formatting(storage, guest.disk.volid, size, false)) w.log(line)
      await w.take(700)
      w.log(`scsi0: successfully created disk '${guest.disk.volid},size=${size / GiB}G'`)
    })
  }

  const far = { remote: true, privileged: true }
  return [
    route('POST', '/nodes/{node}/lxc', 'all', container, { ...far, rules: containerRules }),
    route('POST', '/nodes/{node}/qemu', 'all', machine, { ...far, rules: machineRules }),
  ]
}
