/**
 * Backups. What is asked of the wrong node is answered "OK" and nothing happens; what goes wrong with
 * a guest ends the task as "job errors", and its reason stands in the log. After pve-manager's
 * API2/VZDump.pm and VZDump.pm.
 */
import { messageOf } from '../../lib/errors.ts'
import { forbidden, wrongParameters } from '../answer.ts'
import { boolean, integer, items, oneOf, storageId, text } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import type { Work } from '../tasks.ts'
import { type Guest, inBrief, isRunning, type Node, type Storage } from '../things.ts'
import { backupVolume, copying, hasRoom, lasted, occupy, stamp, storageOn } from '../volumes.ts'

type Job = { storage: Storage; node: Node; values: Call['values']; command: string }

export const vzdumpRoutes = (kit: Kit): Route[] => {
  const { world, access, tasks } = kit
  /** One backup at a time on a node. */
  const busy = new Set<string>()

  const begin = (call: Call) => {
    const { values, node, caller } = call
    if (values.all === '1' && values.vmid)
      throw wrongParameters({ all: "option conflicts with option 'vmid'" })
    if (values.all !== '1' && !values.vmid) throw wrongParameters({ vmid: 'property is missing' })
    const ids = values.vmid
      ? items(values.vmid)
      : world.guestsOn(node.name).map((g) => String(g.vmid))
    // Those of other nodes are left out without a word, those that are gone fail visibly.
    const mine = ids.filter((id) => (world.guest(id)?.node ?? node.name) === node.name)
    if (mine.length === 0 && values.all !== '1') return 'OK'
    const name = values.storage ?? 'local'
    if (!access.can(caller, `/storage/${name}`, ['Datastore.AllocateSpace']))
      throw forbidden(`/storage/${name}`, ['Datastore.AllocateSpace'])
    return tasks.start({
      node: node.name,
      type: 'vzdump',
      id: mine.length === 1 ? mine[0]! : '',
      authid: caller.authid,
      run: async (work) => {
        const storage = storageOn(world, name, node)
        if (!storage.content.includes('backup'))
          throw new Error(
            `could not get storage information for '${name}': can't use storage '${name}' for backups - wrong content type`,
          )
        const job = { storage, node, values, command: commandOf(mine, values) }
        await alone(node, work, () => all(mine, call, job, work))
      },
    })
  }

  const alone = async (node: Node, work: Work, body: () => Promise<void>) => {
    if (busy.has(node.name)) work.log('INFO: trying to get global lock - waiting...')
    while (busy.has(node.name)) await work.take(1000)
    busy.add(node.name)
    try {
      await body()
    } finally {
      busy.delete(node.name)
    }
  }

  const all = async (ids: string[], { caller, values }: Call, job: Job, work: Work) => {
    const allowed = ids.filter((id) => {
      const may = access.can(caller, `/vms/${id}`, ['VM.Backup'])
      if (!may && values.all !== '1') throw forbidden(`/vms/${id}`, ['VM.Backup'])
      return may
    })
    work.log(`INFO: starting new backup job: ${job.command}`)
    let errors = 0
    for (const id of allowed) if (!(await one(id, job, work))) errors += 1
    work.log(`INFO: Backup job finished ${errors ? 'with errors' : 'successfully'}`)
    if (errors) throw new Error('job errors')
  }

  /** Whether it went well; an interruption goes through. */
  const one = async (id: string, job: Job, work: Work): Promise<boolean> => {
    const began = world.now()
    const guest = world.guest(id)
    try {
      if (!guest) throw new Error(`unable to find VM '${id}'`)
      await dump(guest, job, work)
    } catch (thrown) {
      if (work.task.status !== undefined) throw thrown
      work.log(`ERROR: Backup of VM ${id} failed - ${messageOf(thrown).trimEnd()}`)
      work.log(`INFO: Failed at ${stamp(world.now())}`)
      return false
    }
    work.log(`INFO: Finished Backup of VM ${id} (${lasted(world.now() - began)})`)
    work.log(`INFO: Backup finished at ${stamp(world.now())}`)
    return true
  }

  const dump = async (guest: Guest, job: Job, work: Work) => {
    const { storage, node, values } = job
    const running = isRunning(guest)
    const mode = running ? (values.mode ?? 'snapshot') : 'stop'
    work.log(`INFO: Starting Backup of VM ${guest.vmid} (${guest.kind})`)
    work.log(`INFO: Backup started at ${stamp(world.now())}`)
    work.log(`INFO: status = ${running ? 'running' : 'stopped'}`)
    if (guest.lock) throw new Error(`${inBrief(guest.kind)} is locked (${guest.lock})`)
    if (!world.isQuorate()) throw new Error('cluster not ready - no quorum?')
    guest.lock = 'backup'
    try {
      for (const line of about(guest, mode)) work.log(`INFO: ${line}`)
      const halts = running && mode === 'stop'
      if (halts) {
        work.log('INFO: stopping virtual guest')
        world.become(guest, 'stopped')
      }
      try {
        await archive(guest, storage, node, values, work)
      } finally {
        if (halts) {
          work.log('INFO: restarting vm')
          world.become(guest, 'running')
        }
      }
    } finally {
      delete guest.lock
    }
  }

  const archive = async (
    guest: Guest,
    storage: Storage,
    node: Node,
    values: Call['values'],
    work: Work,
  ) => {
    const made = backupVolume(storage.name, guest, world.now())
    const folder = `${storage.options.path ?? '/mnt'}/dump`
    work.log(`INFO: creating vzdump archive '${folder}/${made.volid.split('/')[1]}'`)
    await work.take(copying(guest.disk.used))
    if (storage.full || !hasRoom(world, storage, node, made.size))
      throw new Error(
        `command 'zstd --rsyncable --threads=1' failed: exit code 1: No space left on device`,
      )
    work.log(`INFO: archive file size: ${inUnits(made.size)}`)
    if (values['notes-template'] !== undefined) {
      work.log('INFO: adding notes to backup')
      made.notes = notesOf(values['notes-template'], guest)
    }
    if (values.protected === '1') {
      work.log('INFO: marking backup as protected')
      made.protected = true
    }
    if (!storage.shared) made.node = node.name
    storage.volumes.push(made)
    occupy(storage, node, made.size)
    if (values.remove === '1') prune(guest, storage, node, work)
  }

  /** Keeps as many as the storage's rule allows at most, the newest first. */
  const prune = (guest: Guest, storage: Storage, node: Node, work: Work) => {
    const rule = String(storage.options['prune-backups'] ?? 'keep-all=1')
    work.log(`INFO: prune older backups with retention: ${rule.replaceAll(',', ', ')}`)
    const most = rule.includes('keep-all=1')
      ? Number.POSITIVE_INFINITY
      : items(rule).reduce((sum, part) => sum + Number(part.split('=')[1]), 0)
    const own = storage.volumes
      .filter((v) => v.content === 'backup' && v.vmid === guest.vmid && !v.protected)
      .sort((a, b) => b.at - a.at)
    for (const old of own.slice(most)) {
      work.log(`INFO: removing backup '${old.volid}'`)
      storage.volumes.splice(storage.volumes.indexOf(old), 1)
      occupy(storage, node, -old.size)
    }
    const gone = Math.max(0, own.length - most)
    work.log(`INFO: pruned ${gone} backup(s)${gone ? ' not covered by keep-retention policy' : ''}`)
  }

  return [
    route('POST', '/nodes/{node}/vzdump', 'all', begin, {
      remote: true,
      privileged: true,
      rules: {
        all: boolean,
        bwlimit: integer(0),
        compress: oneOf('0', '1', 'gzip', 'lzo', 'zstd'),
        mode: oneOf('snapshot', 'suspend', 'stop'),
        'notes-template': text(1024),
        protected: boolean,
        quiet: boolean,
        remove: boolean,
        storage: storageId,
        vmid: text(),
        zstd: integer(),
      },
    }),
  ]
}

const about = (guest: Guest, mode: string): string[] => {
  const { volid, size } = guest.disk
  const disk =
    guest.kind === 'qemu'
      ? [`include disk 'scsi0' '${volid}' ${Math.round(size / 1024 ** 3)}G`]
      : ["including mount point rootfs ('/') in backup"]
  return [
    `${inBrief(guest.kind)} Name: ${guest.name}`,
    ...disk,
    `backup mode: ${mode}`,
    'ionice priority: 7',
    ...(guest.kind === 'lxc' && mode === 'snapshot' ? ["create storage snapshot 'vzdump'"] : []),
  ]
}

const commandOf = (ids: string[], values: Call['values']): string => {
  const flags = ['compress', 'mode', 'notes-template', 'protected', 'remove', 'storage'].flatMap(
    (name) => (values[name] === undefined ? [] : [`--${name} ${quoted(values[name])}`]),
  )
  return ['vzdump', ...(values.vmid ? ids : ['--all 1']), ...flags].join(' ')
}
const quoted = (word: string) =>
  /^[\w.@%+=:,/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`

const notesOf = (template: string, guest: Guest): string =>
  template
    .replaceAll('{{guestname}}', guest.name)
    .replaceAll('{{vmid}}', String(guest.vmid))
    .replaceAll('{{node}}', guest.node)
    .replaceAll('{{cluster}}', 'HomeCluster')
    .replaceAll('\\n', '\n')

const inUnits = (bytes: number) => {
  const gib = bytes / 1024 ** 3
  return gib >= 1 ? `${gib.toFixed(2)}GB` : `${Math.max(1, Math.round(gib * 1024))}MB`
}
