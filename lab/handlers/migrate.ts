/**
 * Guests that move. A container goes offline or is stopped and started again, a VM may go live; what
 * stands in the way shows at once for the running state, and in the task for the rest. Texts after
 * pve-container and qemu-server; the offline move of a container is as recorded.
 */
import { seconds } from '../../lib/clock.ts'
import { messageOf } from '../../lib/errors.ts'
import { died, forbidden, noQuorum, wrongParameters } from '../answer.ts'
import { boolean, integer, needed, nodeName, type Rules, text } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import type { Work } from '../tasks.ts'
import {
  type Guest,
  inBrief,
  isRunning,
  isUp,
  type Kind,
  type Node,
  type Storage,
} from '../things.ts'
import { copying, hasRoom, isOn, lasted, occupy, stamp, storageOn, volidFor } from '../volumes.ts'
import { guestIn } from './guests.ts'

type Move = { guest: Guest; from: Node; to: Node; wanted: string | undefined; withDisks: boolean }

export const migrateRoutes = (kit: Kit, kind: Kind): Route[] => {
  const { world, access, tasks } = kit
  const contentOf = kind === 'lxc' ? 'rootdir' : 'images'

  const begin = (call: Call) => {
    const { values, node, caller } = call
    if (values.target === node.name) throw wrongParameters({ target: 'target is local node.' })
    if (!world.isQuorate()) throw noQuorum()
    const to = world.node(values.target!)
    if (!to) throw died(`no such cluster node '${values.target}'`)
    const guest = guestIn(kit, kind, call)
    refuseRunning(guest, values)
    const wanted = mappedTo(guest, values['target-storage'] ?? values.targetstorage)
    if (wanted !== undefined) {
      const storage = storageOn(world, wanted, to)
      if (!access.can(caller, `/storage/${wanted}`, ['Datastore.AllocateSpace']))
        throw forbidden(`/storage/${wanted}`, ['Datastore.AllocateSpace'])
      if (!storage.content.includes(contentOf))
        throw died(
          `storage '${wanted}' does not support ${kind === 'lxc' ? 'CT rootdirs' : 'vm images'}`,
        )
    }
    const move = { guest, from: node, to, wanted, withDisks: values['with-local-disks'] === '1' }
    return tasks.start({
      node: node.name,
      type: kind === 'lxc' ? 'vzmigrate' : 'qmigrate',
      id: String(guest.vmid),
      authid: caller.authid,
      run: (work) => migrate(move, values.online === '1', work),
    })
  }

  const refuseRunning = (guest: Guest, values: Call['values']) => {
    if (!isRunning(guest) || values.online === '1') return
    if (kind === 'qemu') throw died("can't migrate running VM without --online")
    if (values.restart !== '1')
      throw died("can't migrate running container without --online or --restart")
  }

  /** Every failure of the work ends as "migration aborted"; the reason stands in the log. */
  const migrate = async (move: Move, online: boolean, work: Work) => {
    const began = world.now()
    const { guest } = move
    const say = (line: string) => work.log(`${stamp(world.now())} ${line}`)
    const wasRunning = isRunning(guest)
    try {
      if (guest.lock) throw new Error(`${inBrief(kind)} is locked (${guest.lock})`)
      const storage = prepare(move, wasRunning, online)
      await work.locked(guest, async () => {
        if (kind === 'lxc' && wasRunning) {
          say(`shutdown CT ${guest.vmid}`)
          await work.take(2500)
          world.become(guest, 'stopped')
        }
        guest.lock = 'migrate'
        try {
          say(
            `starting migration of ${inBrief(kind)} ${guest.vmid} to node '${move.to.name}' (${move.to.ip})`,
          )
          await copy(move, storage, kind === 'qemu' && wasRunning, work, say)
        } finally {
          delete guest.lock
          if (kind === 'lxc' && wasRunning) startAgain(move, say)
        }
      })
    } catch (thrown) {
      const why = messageOf(thrown).trimEnd()
      say(`ERROR: migration aborted (duration ${lasted(world.now() - began)}): ${why}`)
      throw new Error('migration aborted')
    }
    say(`migration finished successfully (duration ${lasted(world.now() - began)})`)
  }

  /** Where the disk goes; throws when it cannot go there. */
  const prepare = ({ guest, to, wanted, withDisks }: Move, runs: boolean, online: boolean) => {
    if (kind === 'lxc' && runs && online)
      // The words of Proxmox itself (pve-container src/PVE/LXC/Migrate.pm).
      throw new Error('lxc live migration is currently not implemented')
    const source = world.storage(guest.disk.storage)!
    const target = source.shared ? source : storageOn(world, wanted ?? source.name, to)
    if (!isUp(to)) throw new Error("Can't connect to destination address using public key")
    if (!source.shared) {
      const why = kind === 'qemu' && runs ? 'Problem found while scanning volumes - ' : ''
      const check = `${why}can't migrate ${inBrief(kind)} - check log`
      if (guest.snapshots.length > 0 && !bothZfs(source, target)) throw new Error(check)
      if (kind === 'qemu' && runs && !withDisks) throw new Error(check)
      if (target.full || !hasRoom(world, target, to, guest.disk.used))
        throw new Error(`storage '${target.name}': no space left on device`)
    }
    return target
  }

  const copy = async (
    { guest, from, to }: Move,
    target: Storage,
    live: boolean,
    work: Work,
    say: (line: string) => void,
  ) => {
    const source = world.storage(guest.disk.storage)!
    const { volid } = guest.disk
    const there = source === target ? volid : volidFor(target, kind, guest.vmid)
    if (source.shared) say(`volume '${volid}' is on shared storage '${source.name}'`)
    else {
      say(`found local ${kind === 'lxc' ? 'volume' : 'disk'} '${volid}' (in current VM config)`)
      if (live) say(`starting VM ${guest.vmid} on remote node '${to.name}'`)
      await transfer(guest, work, say)
      if (live) say("all 'mirror' jobs are ready")
      else say(`successfully imported '${there}'`)
      say(`volume '${volid}' is '${there}' on the target`)
    }
    if (live) {
      say(`starting online/live migration on unix:/run/qemu-server/${guest.vmid}.migrate`)
      await work.take(1500)
      say('average migration speed: 1.1 GiB/s - downtime 21 ms')
      say('migration status: completed')
    }
    say('start final cleanup')
    if (!world.isQuorate())
      throw new Error(
        `Failed to move config to node '${to.name}' - rename failed: Permission denied`,
      )
    if (!source.shared) {
      occupy(source, from, -guest.disk.used)
      occupy(target, to, guest.disk.used)
      Object.assign(guest.disk, { storage: target.name, volid: there })
    }
    world.move(guest, to)
  }

  const transfer = async (guest: Guest, work: Work, say: (line: string) => void) => {
    const { size, used } = guest.disk
    const whole = copying(used)
    const step = seconds(3)
    for (let done = 0; done < whole; done += step) {
      await work.take(Math.min(step, whole - done))
      const part = Math.round(size * Math.min(1, (done + step) / whole))
      const took = Math.round(Math.min(done + step, whole) / 1000)
      say(
        `${part} bytes (${gb(part)} GB, ${gib(part)} GiB) copied, ${took} s, ${rate(part, took)} MB/s`,
      )
    }
  }

  /** In restart mode a container starts where it is now: there, or here again after a failure. */
  const startAgain = ({ guest, from }: Move, say: (line: string) => void) => {
    const here = guest.node === from.name
    say(`start container on ${here ? 'source' : 'target'} node`)
    if (!isUp(world.node(guest.node)!)) return
    world.become(guest, 'running')
    const wish = { node: guest.node, type: 'vzstart', id: String(guest.vmid), authid: 'root@pam' }
    if (!here) tasks.record(wish, world.now() - 1200, 1200)
  }

  const path = `/nodes/{node}/${kind}/{vmid}/migrate`
  const need = ['/vms/{vmid}', ['VM.Migrate']] as const
  return [
    route('GET', path, need, (call) => conditions(kit, kind, call), {
      remote: true,
      privileged: true,
      rules: { target: nodeName },
    }),
    route('POST', path, need, begin, { remote: true, privileged: true, rules: rules[kind] }),
  ]
}

const rules: Record<Kind, Rules> = {
  lxc: {
    target: needed(nodeName),
    online: boolean,
    restart: boolean,
    timeout: integer(),
    'target-storage': text(),
  },
  qemu: {
    target: needed(nodeName),
    online: boolean,
    force: boolean,
    'with-local-disks': boolean,
    targetstorage: text(),
  },
}

/** `here:there`, or one storage for everything; `1` maps each to itself. */
const mappedTo = (guest: Guest, wanted: string | undefined): string | undefined => {
  if (!wanted || wanted === '1') return undefined
  const pairs = wanted.split(/[,;\s]+/).map((pair) => pair.split(':'))
  const own = pairs.find(([from, to]) => to !== undefined && from === guest.disk.storage)
  return own?.[1] ?? pairs.find(([, to]) => to === undefined)?.[0]
}

/** What `GET …/migrate` tells. A container's answer knows nothing of storages (PVE 9.2 schema). */
const conditions = (kit: Kit, kind: Kind, call: Call) => {
  const guest = guestIn(kit, kind, call)
  const { world } = kit
  const running = isRunning(guest) ? 1 : 0
  const others = world.nodes.filter((n) => n !== call.node && world.isOnline(n))
  if (kind === 'lxc')
    return { running, 'allowed-nodes': others.map((n) => n.name), 'dependent-ha-resources': [] }
  const { volid, size, storage: name } = guest.disk
  const storage = world.storage(name)!
  const closed = others.filter((n) => !isOn(storage, n))
  return {
    running,
    // Only an offline VM is told where it could go: a live one may copy its disks elsewhere.
    ...(running
      ? {}
      : { allowed_nodes: others.filter((n) => isOn(storage, n)).map((n) => n.name) }),
    not_allowed_nodes: Object.fromEntries(
      closed.map((n) => [n.name, { unavailable_storages: [name] }]),
    ),
    local_disks: storage.shared ? [] : [{ volid, size, cdrom: 0, is_unused: 0 }],
    local_resources: [],
    'mapped-resources': [],
    'mapped-resource-info': {},
    'dependent-ha-resources': [],
    'has-dbus-vmstate': 1,
  }
}

const bothZfs = (a: Storage, b: Storage) => a.type === 'zfspool' && b.type === 'zfspool'
const gb = (bytes: number) => (bytes / 1e9).toFixed(1)
const gib = (bytes: number) => (bytes / 1024 ** 3).toFixed(1)
const rate = (bytes: number, s: number) => Math.round(bytes / 1e6 / Math.max(1, s))
