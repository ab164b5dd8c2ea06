/** The roles that Proxmox VE 9 brings with it, plus the two of the design. */

const list = (prefix: string, names: string) => names.split(' ').map((n) => `${prefix}.${n}`)

const vm = list(
  'VM',
  'Allocate Audit Backup Clone Config.CDROM Config.CPU Config.Cloudinit Config.Disk Config.HWType Config.Memory Config.Network Config.Options Console GuestAgent.Audit GuestAgent.FileRead GuestAgent.FileSystemMgmt GuestAgent.FileWrite GuestAgent.Unrestricted Migrate PowerMgmt Replicate Snapshot Snapshot.Rollback',
)
const store = list('Datastore', 'Allocate AllocateSpace AllocateTemplate Audit')
const sdn = list('SDN', 'Allocate Audit Use')
const mapping = list('Mapping', 'Audit Modify Use')
const pool = list('Pool', 'Allocate Audit')
const sys = list('Sys', 'AccessNetwork Audit Console Incoming Modify PowerMgmt Syslog')
const people = ['Group.Allocate', 'Realm.AllocateUser', 'User.Modify']
const power = ['Permissions.Modify', 'Realm.Allocate']

/** All 47 privileges of PVE 9.2. VM.Monitor went with 9.0. */
export const privileges = [
  ...vm,
  ...store,
  ...sdn,
  ...mapping,
  ...pool,
  ...sys,
  ...people,
  ...power,
].sort()

const without = (all: string[], ...gone: string[]) => all.filter((p) => !gone.includes(p))

export const builtinRoles: Record<string, string[]> = {
  Administrator: privileges,
  NoAccess: [],
  PVEAdmin: without(
    privileges,
    'Mapping.Modify',
    'Permissions.Modify',
    'Realm.Allocate',
    'Sys.AccessNetwork',
    'Sys.Incoming',
    'Sys.Modify',
    'Sys.PowerMgmt',
  ),
  PVEAuditor: [
    'Datastore.Audit',
    'Mapping.Audit',
    'Pool.Audit',
    'SDN.Audit',
    'Sys.Audit',
    'VM.Audit',
    'VM.GuestAgent.Audit',
  ],
  PVEDatastoreAdmin: store,
  PVEDatastoreUser: ['Datastore.AllocateSpace', 'Datastore.Audit'],
  PVEMappingAdmin: mapping,
  PVEMappingUser: ['Mapping.Audit', 'Mapping.Use'],
  PVEPoolAdmin: pool,
  PVEPoolUser: ['Pool.Audit'],
  PVESDNAdmin: sdn,
  PVESDNUser: ['SDN.Audit', 'SDN.Use'],
  PVESysAdmin: ['Sys.Audit', 'Sys.Console', 'Sys.Syslog'],
  PVETemplateUser: ['VM.Audit', 'VM.Clone'],
  PVEUserAdmin: people,
  PVEVMAdmin: vm,
  PVEVMUser: [
    'VM.Audit',
    'VM.Backup',
    'VM.Config.CDROM',
    'VM.Config.Cloudinit',
    'VM.Console',
    'VM.GuestAgent.Audit',
    'VM.GuestAgent.FileRead',
    'VM.GuestAgent.FileSystemMgmt',
    'VM.GuestAgent.FileWrite',
    'VM.PowerMgmt',
  ],
}

/** The roles that `jarvis setup` makes; the lab's own tokens hold them from the start. */
export const ownRoles: Record<string, string[]> = {
  JarvisOperate: [
    'Datastore.AllocateSpace',
    'Sys.Modify',
    'Sys.PowerMgmt',
    'VM.Backup',
    'VM.Migrate',
    'VM.PowerMgmt',
    'VM.Snapshot',
    'VM.Snapshot.Rollback',
  ],
  // Not the name that `setup` uses, so that it has something to do here.
  LabDestroy: ['VM.Allocate'],
  JarvisSyslog: ['Sys.Syslog'],
}
