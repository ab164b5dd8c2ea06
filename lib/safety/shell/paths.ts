/**
 * Which files a command may show without asking. Content comes from an allow-list, minus everything
 * that looks like a secret; names and sizes may be seen nearly everywhere.
 */

/** Absolute, without `..`, `.`, `//` and odd characters. */
const CLEAN = /^\/(?:(?!\.{1,2}(?:\/|$))[\w.@+,:=%*?-]+(?:\/(?!$)|\/?$))*$/

/** A part of the path that nobody reads without asking, whatever lies below. */
const SECRET_FOLDER =
  /^(?:priv|private|secrets?|\.ssh|\.gnupg|\.aws|\.kube|\.docker|\.config|keys|credstore.*|wireguard|openvpn|letsencrypt|acme|passwords?|auth\.conf\.d)$/i

/** Names that are secrets themselves: keys, password files, databases, histories. */
const SECRET_NAME =
  /(?:^|[._-])(?:shadow|gshadow|secrets?|tokens?|credentials?|keyring|keytab|passw(?:or)?ds?|passdb|authkey|htpasswd|environ)(?:[._-]|$)|^id_(?:rsa|dsa|ecdsa|ed25519)|^ssh_host_.*key|authorized_keys|\.(?:key|p12|pfx|jks|kdbx|gpg|ovpn|db|sqlite3?|kubeconfig)(?:[._-]|$)|^\.(?:env|netrc|pgpass|my\.cnf|vault).*|^jarvis\.ya?ml|sasl_|^(?:kcore|kmem|mem)$|_history$|^\.history|^user\.cfg$|^(?:sudoers|opasswd|smbpasswd|chap-secrets|pap-secrets|auth\.conf|upsd\.users|iscsid\.conf)/i

/** Certificates are public; everything else that ends in .pem may hold a key. */
const PUBLIC_PEM =
  /^(?:pve-root-ca|pve-ssl|pveproxy-ssl|fullchain|chain|cert|ca-certificates)\.pem$/

const hasSecret = (path: string): boolean =>
  path
    .split('/')
    .some(
      (part) =>
        SECRET_FOLDER.test(part) ||
        SECRET_NAME.test(part) ||
        (/\.pem$/i.test(part) && !PUBLIC_PEM.test(part)),
    )

/** Of /proc only figures: `environ`, `mem`, `root` and `cwd` lead everywhere. */
const PROC =
  /^\/proc\/(?:loadavg|meminfo|mdstat|cpuinfo|uptime|version|stat|vmstat|mounts|partitions|swaps|diskstats|interrupts|softirqs|modules|devices|filesystems|buddyinfo|slabinfo|zoneinfo|cmdline|crypto|iomem|ioports|locks|misc|cgroups|drbd|net\/[\w/.-]+|pressure\/\w+|spl\/[\w/.-]+|scsi\/[\w/.-]+|sys\/(?:fs|kernel|net|vm|dev)\/[\w/.-]+|(?:self|\d+)\/(?:status|stat|statm|limits|comm|cgroup|io|sched|schedstat|oom_score|oom_score_adj|wchan|loginuid|mountinfo|mounts|numa_maps))$/

/** Trees whose files are figures, logs or settings without secrets; read with PVE 9.2.11 in mind. */
const TREES = [
  '/sys/class',
  '/sys/block',
  '/sys/bus',
  '/sys/devices',
  '/sys/module',
  '/sys/fs/cgroup',
  '/sys/fs/btrfs',
  '/sys/kernel/mm',
  '/sys/power',
  '/var/log',
  '/etc/network',
  '/etc/systemd',
  '/etc/default',
  '/etc/apt/sources.list.d',
  '/etc/apt/preferences.d',
  '/etc/apt/apt.conf.d',
  '/etc/modprobe.d',
  '/etc/modules-load.d',
  '/etc/sysctl.d',
  '/etc/udev',
  '/etc/kernel',
  '/etc/initramfs-tools',
  '/etc/cron.d',
  '/etc/cron.daily',
  '/etc/cron.hourly',
  '/etc/cron.weekly',
  '/etc/cron.monthly',
  '/etc/chrony',
  '/etc/lvm',
  '/etc/logrotate.d',
  '/etc/rsyslog.d',
  '/etc/smartmontools',
  '/etc/nftables.d',
  '/etc/multipath',
  '/usr/share/doc',
  '/usr/share/zoneinfo',
  '/usr/lib/systemd',
  '/lib/systemd',
  '/usr/lib/modprobe.d',
  '/usr/lib/udev',
  '/boot/grub',
  '/boot/efi/loader',
]

/** The cluster's settings: guests, storages, firewall. Not the tree itself: `priv` lies in it. */
const CLUSTER =
  /^\/etc\/pve\/(?:(?:nodes\/[\w.*?-]+|local)\/)?(?:(?:lxc|qemu-server|firewall)\/[\w.*?-]+|openvz)$|^\/etc\/pve\/(?:(?:corosync|datacenter|storage|replication|vzdump|domains|jobs|ceph)\.(?:conf|cfg|cron)|pve-root-ca\.pem|\.(?:members|vmlist|version|rrd|clusterlog|debug)|(?:ha|sdn|mapping|firewall)\/[\w.*?/-]+|(?:nodes\/[\w.-]+|local)\/(?:pve-ssl\.pem|config|lrm_status|host\.fw))$/

const FILES = new Set([
  '/etc/hosts',
  '/etc/hostname',
  '/etc/resolv.conf',
  '/etc/os-release',
  '/etc/debian_version',
  '/etc/lsb-release',
  '/etc/issue',
  '/etc/motd',
  '/etc/fstab',
  '/etc/mtab',
  '/etc/crontab',
  '/etc/timezone',
  '/etc/adjtime',
  '/etc/modules',
  '/etc/sysctl.conf',
  '/etc/exports',
  '/etc/nsswitch.conf',
  '/etc/vzdump.conf',
  '/etc/corosync/corosync.conf',
  '/etc/apt/sources.list',
  '/etc/nftables.conf',
  '/etc/multipath.conf',
  '/etc/mdadm/mdadm.conf',
  '/etc/mdadm.conf',
  '/etc/smartd.conf',
  '/etc/ntp.conf',
  '/etc/chrony.conf',
  '/etc/logrotate.conf',
  '/etc/rsyslog.conf',
  '/etc/ssh/sshd_config',
  '/etc/ssh/ssh_config',
  '/etc/subuid',
  '/etc/subgid',
  '/etc/samba/smb.conf',
  '/etc/docker/daemon.json',
  '/etc/ceph/ceph.conf',
  '/etc/zfs/zed.d/zed.rc',
  '/etc/postfix/main.cf',
  '/etc/locale.gen',
  '/etc/idmapd.conf',
  '/etc/hosts.allow',
  '/etc/hosts.deny',
  '/etc/ksmtuned.conf',
  '/etc/machine-info',
  '/usr/lib/os-release',
  '/var/lib/dpkg/status',
  '/var/run/reboot-required',
  '/run/reboot-required',
  '/var/run/reboot-required.pkgs',
])

const within = (path: string, tree: string) => path === tree || path.startsWith(`${tree}/`)
const trimmed = (path: string) => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path)

/** A file whose content may be shown. */
export const isReadable = (raw: string): boolean => {
  const path = trimmed(raw)
  if (!CLEAN.test(path) || hasSecret(path)) return false
  if (path.startsWith('/proc/')) return PROC.test(path)
  if (/^\/boot\/(?:config-|grub\/grub\.cfg)/.test(path)) return true
  return FILES.has(path) || CLUSTER.test(path) || TREES.some((tree) => within(path, tree))
}

/** A folder whose files may all be shown: no secret lies below it. */
export const isReadableTree = (raw: string): boolean => {
  const path = trimmed(raw)
  return isReadable(path) && (!path.startsWith('/etc/') || TREES.includes(path) || FILES.has(path))
}

/** Others write there, or it is somebody's own: not even names. */
const HIDDEN = /^\/(?:root|home|proc|dev\/fd|var\/lib\/pve-cluster|run\/user|var\/backups)(?:\/|$)/

/** A place whose names and sizes may be shown. */
export const isListable = (raw: string): boolean => {
  const path = trimmed(raw)
  if (path === '/' || path === '/proc') return true
  if (isReadable(path)) return true
  return CLEAN.test(path) && !hasSecret(path) && !HIDDEN.test(path)
}

/** The places where the shell may expand a `*`: nothing secret can match in them. */
const GLOBBED =
  /^\/(?:sys\/(?:class|block|bus|devices|fs\/cgroup)\/|var\/log\/|proc\/spl\/|proc\/net\/|etc\/network\/interfaces\.d\/|etc\/apt\/sources\.list\.d\/|etc\/systemd\/|etc\/cron\.|dev\/disk\/|dev\/mapper\/|dev\/dri\/|var\/lib\/vz\/|etc\/pve\/(?:nodes\/[\w.*?-]+\/)?(?:lxc|qemu-server)\/[\w.*?-]*\.conf$)/

export const mayGlob = (path: string): boolean =>
  CLEAN.test(path) && GLOBBED.test(path) && !path.replace(/[^/]*$/, '').includes('**')
