/**
 * Which rights each role of the product needs, and why: one table for the commands that grant them
 * (`plan.ts`), for the check of a token (`verify.ts`) and for the doctor.
 */
import type { TokenRole } from '../proxmox/types.ts'

export type Right = { path: string; privilege: string; why: string }

const at = (path: string, rights: Record<string, string>): Right[] =>
  Object.entries(rights).map(([privilege, why]) => ({ path, privilege, why }))

/** The environments' rights lie on what the operator chose for them. */
export type Places = { pool: string; storages: string[] }
export const usualPlaces: Places = { pool: 'jarvis', storages: [] }

/** What a role must be able to do. `places` matters to `environments` alone. */
export const rightsOf = (role: TokenRole, places: Places = usualPlaces): Right[] => {
  if (role === 'audit')
    return [
      ...at('/', {
        'Sys.Audit': 'figures of nodes, quorum and everybody’s tasks',
        'Sys.Syslog': 'the journal of the nodes',
      }),
      ...at('/vms', { 'VM.Audit': 'guests and their state' }),
      ...at('/storage', { 'Datastore.Audit': 'storages and backups' }),
      ...at('/pool', { 'Pool.Audit': 'pools' }),
    ]
  if (role === 'operate')
    return [
      ...at('/vms', {
        'VM.PowerMgmt': 'start, shut down, reboot guests',
        'VM.Snapshot': 'make and delete snapshots',
        'VM.Snapshot.Rollback': 'roll back to a snapshot',
        'VM.Backup': 'back up guests',
        'VM.Migrate': 'move guests',
      }),
      ...at('/nodes', {
        'Sys.PowerMgmt': 'reboot, shut down and wake nodes',
        'Sys.Modify': 'restart services, stop tasks of others',
      }),
      ...at('/storage', { 'Datastore.AllocateSpace': 'write backups' }),
    ]
  if (role === 'destroy') return at('/vms', { 'VM.Allocate': 'delete guests' })
  return [
    ...at(`/pool/${places.pool}`, {
      'VM.Allocate': 'create and delete containers of environments',
      'VM.Config.Network': 'give them a network',
      'VM.PowerMgmt': 'start and stop them',
    }),
    ...places.storages.flatMap((s) =>
      at(`/storage/${s}`, { 'Datastore.AllocateSpace': 'their disks' }),
    ),
    ...at('/sdn/zones/localnetwork', { 'SDN.Use': 'plug them into a bridge' }),
  ]
}

/** A role of Proxmox with the privileges that it must have; undefined = it comes with Proxmox. */
export type Grant = { path: string; roles: { name: string; privileges?: string[] }[] }

/** The roles to grant; the same names and privileges on Proxmox VE 8 and 9. */
export const grantsOf = (role: TokenRole, places: Places = usualPlaces): Grant[] => {
  if (role === 'audit')
    return [
      {
        path: '/',
        roles: [{ name: 'PVEAuditor' }, { name: 'JarvisAudit', privileges: ['Sys.Syslog'] }],
      },
    ]
  if (role === 'environments')
    return [
      { path: `/pool/${places.pool}`, roles: [{ name: 'PVEVMAdmin' }] },
      ...places.storages.map((s) => ({
        path: `/storage/${s}`,
        roles: [{ name: 'PVEDatastoreUser' }],
      })),
      { path: '/sdn/zones/localnetwork', roles: [{ name: 'PVESDNUser' }] },
    ]
  const privileges = [...new Set(rightsOf(role).map((r) => r.privilege))].sort()
  const name = role === 'operate' ? 'JarvisOperate' : 'JarvisDestroy'
  return [{ path: '/', roles: [{ name, privileges }] }]
}
