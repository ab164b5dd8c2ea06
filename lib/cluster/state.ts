/**
 * Makes the picture out of what was read: state is what a row says, as far as its node can be
 * reached. Pure: the same readings at the same moment give the same picture.
 */
import { isFresh } from '../clock.ts'
import { grantWords } from '../proxmox/grants.ts'
import { held, holds } from '../proxmox/rights.ts'
import type { Permissions } from '../proxmox/types.ts'
import { guestStates } from './guest-state.ts'
import { nodeStates } from './node-state.ts'
import type { ClusterState, Part, Picture } from './picture.ts'
import type { Reading, Readings } from './readings.ts'
import { storageStates } from './storage-state.ts'
import { backupStates, taskStates } from './task-state.ts'

/** The picture before anything was read. */
export const emptyPicture = (readings: Readings, now: number): Picture => ({
  version: 0,
  now,
  parts: partsOf(readings),
  cluster: { standalone: false },
  nodes: [],
  guests: [],
  storages: [],
  tasks: [],
  backups: [],
})

/**
 * The picture at `now`. `previous` lends what rows no longer tell (names, tags, since when); the
 * version is previous's: whoever compares the two (`diff`) counts it up.
 */
export const readPicture = (previous: Picture, readings: Readings, now: number): Picture => {
  const nodes = nodeStates(previous, readings, now)
  const guests = guestStates(previous, readings, nodes, now)
  return {
    version: previous.version,
    now,
    parts: partsOf(readings),
    cluster: clusterState(readings, now),
    nodes,
    guests,
    storages: storageStates(readings, nodes, now),
    tasks: taskStates(previous, readings),
    backups: backupStates(previous, readings, guests),
  }
}

const clusterState = (readings: Readings, now: number): ClusterState => {
  const { status, entry } = readings
  if (!status.value) return { standalone: false, entry }
  const { cluster, nodes } = status.value
  if (!isFresh(status, now)) return { name: cluster?.name, standalone: !cluster, entry }
  if (!cluster) return { standalone: true, quorate: true, entry }
  const of = (name: string) => readings.votes?.get(name) ?? 1
  const sum = (some: typeof nodes) => some.reduce((n, { name }) => n + of(name), 0)
  const total = sum(nodes)
  return {
    name: cluster.name,
    standalone: false,
    quorate: cluster.quorate,
    // The status does not tell votes; a node has one unless corosync.conf says otherwise.
    votes: {
      online: sum(nodes.filter((n) => n.online)),
      total,
      needed: Math.floor(total / 2) + 1,
      ...(readings.votes ? {} : { assumed: true }),
    },
    entry,
  }
}

const partsOf = (readings: Readings): Picture['parts'] => ({
  resources: part(readings.resources),
  guests: filtered(readings.resources, readings, narrowGuests),
  storages: filtered(readings.resources, readings, narrowStorages),
  status: part(readings.status),
  tasks: filtered(readings.tasks, readings, narrowTasks),
  storage: part(readings.storage),
  backups: filtered(readings.backups, readings, narrowBackups),
  temperatures: part(readings.temperatures),
})

const part = ({ at, trouble, limit }: Reading<unknown>): Part => ({ at, trouble, limit })

/** A list that Proxmox thinned out in silence is trouble too, though the answer was a 200. */
const filtered = (
  reading: Reading<unknown>,
  readings: Readings,
  missing: (r: Readings) => Lack | undefined,
): Part => {
  if (reading.trouble || reading.value === undefined) return part(reading)
  const found = missing(readings)
  if (!found) return part(reading)
  return { ...part(reading), trouble: { kind: 'forbidden', ...found, since: readings.narrowSince } }
}

type Lack = { text: string; next: string }

const narrowGuests = ({ permissions, tokens }: Readings): Lack | undefined =>
  permissions && lack('guests', permissions, '/vms', 'VM.Audit', tokens.audit)

const narrowStorages = ({ permissions, tokens }: Readings): Lack | undefined =>
  permissions && lack('storages', permissions, '/storage', 'Datastore.Audit', tokens.audit)

/** Some rows are no proof of all: a right on a pool or on one guest shows that guest alone. */
const lack = (
  what: string,
  permissions: Permissions,
  path: string,
  privilege: string,
  id: string | undefined,
): Lack | undefined => {
  const how = held(permissions, path, privilege)
  if (how === 'yes') return undefined
  return {
    text:
      how === 'no'
        ? `The token has no permission for ${what} (${privilege} on ${path}).`
        : `The token sees some of the ${what} only (${privilege} on all of ${path} would show them).`,
    next: grantWords(
      { path, privileges: [privilege] },
      { role: 'audit', token: id ? { id } : undefined },
    ),
  }
}

const narrowTasks = ({ permissions, tokens: { audit: id } }: Readings): Lack | undefined =>
  permissions && !holds(permissions, '/', 'Sys.Audit')
    ? {
        text: 'The token has no permission for tasks of others (Sys.Audit on /).',
        next: grantWords(
          { path: '/', privileges: ['Sys.Audit'] },
          { role: 'audit', token: id ? { id } : undefined },
        ),
      }
    : undefined

/**
 * The content list leaves out each backup that the caller may not restore from, so PVEAuditor
 * alone sees none: it takes Datastore.AllocateSpace on the storage and VM.Backup on the guest
 * (read: pve-storage src/PVE/Storage.pm, check_volume_access).
 */
const narrowBackups = ({ backupPermissions, tokens }: Readings): Lack | undefined => {
  if (!backupPermissions || held(backupPermissions, '/vms', 'VM.Backup') !== 'no') return undefined
  const id = tokens.operate ?? tokens.audit
  return {
    text: 'The token has no permission for backups (VM.Backup on /vms, Datastore.AllocateSpace).',
    next: grantWords(
      { path: '/vms', privileges: ['VM.Backup', 'Datastore.AllocateSpace'] },
      { role: 'operate', token: id ? { id } : undefined },
    ),
  }
}
