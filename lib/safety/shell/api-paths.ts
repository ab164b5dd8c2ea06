/**
 * The paths of the Proxmox API that only look. The method is no sign: `agent/file-read` reads any file
 * of a guest and `query-url-metadata` fetches an address, both by GET (PVE 9.2.11, schema).
 */

const N = 'nodes/[A-Za-z0-9][A-Za-z0-9-]*'
const GUEST = `${N}/(?:qemu|lxc)/[1-9]\\d{2,8}`
const ID = '[\\w.:-]+'

const LOOKS = [
  'version',
  'cluster(?:/(?:status|resources|tasks|log|nextid|options|backup|backup-info(?:/not-backed-up)?|replication|config(?:/(?:nodes|totem|apiversion|qdevice))?|ceph(?:/(?:status|metadata|flags))?))?',
  `cluster/(?:ha(?:/(?:status(?:/(?:current|manager_status))?|resources|groups|rules))?|ha/(?:resources|groups|rules)/${ID}|backup/${ID}(?:/included_volumes)?|replication/${ID})`,
  `cluster/(?:firewall(?:/(?:options|rules|groups|aliases|ipset|macros|refs))?|firewall/(?:groups|ipset)/${ID}|jobs|mapping(?:/(?:pci|usb|dir))?|sdn(?:/(?:zones|vnets|controllers|ipams|dns))?|metrics(?:/export)?)`,
  'nodes',
  `${N}(?:/(?:status|syslog|journal|tasks|storage|services|network|dns|time|hosts|netstat|rrddata|version|disks|hardware|config|replication|capabilities|qemu|lxc|firewall|ceph|sdn|apt|aplinfo|certificates))?`,
  `${N}/tasks/UPID:[\\w:@!.\\\\-]+(?:/(?:status|log))?`,
  `${N}/storage/${ID}(?:/(?:status|content|rrddata))?`,
  `${N}/services/${ID}(?:/state)?`,
  `${N}/network/${ID}`,
  `${N}/disks/(?:list|smart|lvm|lvmthin|zfs|directory)(?:/${ID})?`,
  `${N}/hardware/(?:pci|usb)(?:/${ID})?`,
  `${N}/apt/(?:update|versions|repositories)`,
  `${N}/certificates/info`,
  `${N}/replication/${ID}(?:/(?:status|log))?`,
  `${N}/capabilities/qemu(?:/(?:cpu|machines))?`,
  `${N}/firewall/(?:options|rules|log)`,
  `${N}/ceph/(?:status|osd|mon|mgr|mds|pool|fs|rules|crush|log|cfg/raw)`,
  `${N}/scan/(?:lvm|zfs)`,
  `${GUEST}(?:/(?:status|config|pending|snapshot|rrddata|rrd|firewall|feature|interfaces|migrate))?`,
  `${GUEST}/status/current`,
  `${GUEST}/snapshot/[\\w-]+(?:/config)?`,
  `${GUEST}/firewall/(?:options|rules|log|aliases|ipset|refs)`,
  `${GUEST}/agent/(?:info|network-get-interfaces|get-osinfo|get-fsinfo|get-users|get-host-name|get-time|get-timezone|get-vcpus|get-memory-blocks|get-memory-block-info)`,
  'storage',
  `storage/${ID}`,
  'pools',
  `pools/${ID}`,
  'access(?:/(?:users|groups|roles|acl|domains|permissions))?',
  `access/(?:roles|groups)/${ID}`,
]

const looks = new RegExp(`^/?(?:${LOOKS.join('|')})/?$`)

/** Every look begins with one of these; checked first because it is cheap. */
export const apiPath = (path: string): boolean =>
  path === '/' || (path.length < 300 && !path.includes('//') && looks.test(path))
