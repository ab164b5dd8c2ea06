/** What is done to a volume: a backup gets notes, is protected, or is thrown away. */
import { died, forbidden } from '../answer.ts'
import { boolean, integer, text } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import type { Storage, Volume } from '../things.ts'
import { occupy, storageOn } from '../volumes.ts'

export const contentRoutes = (kit: Kit): Route[] => {
  const { world, access, tasks } = kit

  const find = ({ values, node }: Call): { storage: Storage; volume: Volume } => {
    const storage = storageOn(world, values.storage!, node)
    const given = values.volume!
    const volid = given.includes(':') ? given : `${storage.name}:${given}`
    const volume = storage.volumes.find(
      (v) => v.volid === volid && (v.node === undefined || v.node === node.name),
    )
    if (!volume) throw died(`volume '${volid}' does not exist`)
    return { storage, volume }
  }

  /** Backups may be removed by those who may make them. */
  const mayRemove = ({ caller, values }: Call, volume: Volume) => {
    const at = `/storage/${values.storage}`
    const asBackup =
      volume.content === 'backup' &&
      access.can(caller, at, ['Datastore.AllocateSpace']) &&
      access.can(caller, `/vms/${volume.vmid}`, ['VM.Backup'])
    if (!asBackup && !access.can(caller, at, ['Datastore.Allocate']))
      throw forbidden(at, ['Datastore.Allocate'])
  }

  const remove = (call: Call) => {
    const { storage, volume } = find(call)
    mayRemove(call, volume)
    if (volume.protected)
      throw died(`can't remove protected archive '${volume.volid.split('/').at(-1)}'`)
    const { node, caller } = call
    return tasks.start({
      node: node.name,
      type: 'imgdel',
      id: `${volume.vmid ?? ''}@${storage.name}`,
      authid: caller.authid,
      run: async ({ take, log }) => {
        await take(300)
        storage.volumes.splice(storage.volumes.indexOf(volume), 1)
        occupy(storage, node, -volume.size)
        log(`Removed volume '${volume.volid}'`)
      },
    })
  }

  const describe = (call: Call) => {
    const { volume } = find(call)
    mayRemove(call, volume)
    const { notes, protected: kept } = call.values
    if (notes !== undefined) volume.notes = notes
    if (kept !== undefined) volume.protected = kept === '1'
    return null
  }

  const at = '/nodes/{node}/storage/{storage}/content/{volume}'
  const far = { remote: true, privileged: true }
  return [
    route('DELETE', at, 'all', remove, { ...far, rules: { delay: integer(1, 30) } }),
    route('PUT', at, 'all', describe, {
      ...far,
      rules: { notes: text(65_536), protected: boolean },
    }),
  ]
}
