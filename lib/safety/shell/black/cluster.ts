/** Harm to the cluster: its majority, its services, its software, and Jarvis's own brakes. */
import { isClusterStack } from '../../tiers.ts'
import {
  always,
  DISKS,
  GONE,
  type Harm,
  hasLong,
  hasShort,
  NODE,
  OWN,
  operandsOf,
  QUORUM,
  STACK,
  writes,
} from './words.ts'

export const stack = (units: readonly string[]) =>
  units.some((u) => isClusterStack(u.replace(/^pmxcfs.*/, 'pmxcfs')))

export const STOPPING =
  /^(?:stop|restart|try-restart|reload-or-restart|force-reload|condrestart|disable|mask|kill|isolate|edit|revert|reload|set-property|freeze|clean)$/

const systemctl: Harm = (args) => {
  const [verb = '', ...units] = operandsOf(args)
  if (/^(?:emergency|rescue|halt)$/.test(verb)) return 'it takes the whole node away from everybody'
  if (!STOPPING.test(verb)) return undefined
  if (stack(units)) return STACK
  return units.some((u) => /^jarvis/.test(u))
    ? OWN
    : units.some((u) => /^\*/.test(u))
      ? STACK
      : undefined
}

const PACKAGES =
  /^(?:proxmox-|pve|libpve|qemu-server|qemu-kvm|lxc-pve|lxcfs|corosync|libcorosync|libproxmox|pmg|linux-image|linux-headers|kernel|zfsutils|zfs-|libzfs|lvm2|thin-provisioning|ceph|openssh-server|ifupdown2?|grub|systemd|init|udev|dpkg|apt|libc6|bash|coreutils|perl|base-files|initramfs|shim|novnc-pve|spiceterm|vncterm|criu|dbus|sudo|jarvis|essential)/

const packages: Harm = (args) => {
  const [verb = '', ...names] = operandsOf(args)
  if (!/^(?:remove|purge|autoremove|autopurge)$/.test(verb)) return undefined
  return names.some((n) => PACKAGES.test(n) || /[*?]/.test(n)) ? GONE : undefined
}

const dpkg: Harm = (args) =>
  (hasShort(args, 'rP') || hasLong(args, '--remove', '--purge')) &&
  operandsOf(args).some((n) => PACKAGES.test(n))
    ? GONE
    : undefined

/** Process 1, or all of them; the first word may be the signal. */
const kills: Harm = (args) => {
  const targets = /^-/.test(args[0] ?? '') && args.length > 1 ? args.slice(1) : args
  if (targets.some((a) => a === '1' || (a === '-1' && args.length > 1))) return STACK
  return args.some((a) => isClusterStack(a)) ? STACK : undefined
}

const byName: Harm = (args) =>
  args.some(
    (a) =>
      isClusterStack(a) ||
      /^\^?(?:corosync|pmxcfs|pve-cluster|watchdog|pve-ha|systemd|init|jarvis|sshd)\b/.test(a),
  )
    ? STACK
    : undefined

const destroy: Harm = (args) => {
  const [verb, ...names] = operandsOf(args)
  // Without exactly one guest by number nobody knows what goes.
  return verb === 'destroy' && !/^\d+$/.test(names[0] ?? '')
    ? 'it destroys whatever a list or a variable names'
    : undefined
}

const pvecm: Harm = ([verb, what]) =>
  verb === 'expected' || (verb === 'e' && what !== undefined)
    ? QUORUM
    : verb === 'delnode'
      ? NODE
      : verb === 'qdevice' && what === 'remove'
        ? QUORUM
        : verb === 'create' || verb === 'add' || verb === 'addnode' || verb === 'keygen'
          ? NODE
          : undefined

const pvesh: Harm = ([verb = '', path = '', ...rest]) => {
  if (!/^(?:create|set|delete)$/.test(verb)) return undefined
  const at = path.replace(/^\/?/, '/')
  if (/^\/cluster\/config(?:\/|$)/.test(at)) return NODE
  if (/\/disks\/(?:wipedisk|initgpt|zfs|lvm|lvmthin|directory)/.test(at)) return DISKS
  if (/\/ceph\/(?:osd|pool|mon|fs|mds|mgr)/.test(at) && verb === 'delete') return DISKS
  if (
    /\/services\/[\w-]+\/(?:stop|restart|reload)/.test(at) &&
    stack([/services\/([\w-]+)/.exec(at)?.[1] ?? ''])
  )
    return STACK
  return rest.some((a) => /^--?votes/.test(a)) ? QUORUM : undefined
}

const quorumtool: Harm = (args) =>
  args.some((a) => /^-[a-z]*[evn]/.test(a) || /^--(?:expected|votes)/.test(a)) ? QUORUM : undefined

const cmapctl: Harm = (args) =>
  args.some((a) => /^-[a-zA-Z]*[sdDpcC]/.test(a))
    ? args.some((a) => /quorum|votes|nodelist|two_node/.test(a))
      ? QUORUM
      : STACK
    : undefined

const mounts: Harm = (args) => (args.some((a) => /^\/etc\/pve\/?$/.test(a)) ? STACK : undefined)

const jarvis: Harm = ([verb, what]) =>
  verb === 'resume' ||
  (verb === 'approvals' && what === 'approve') ||
  /^(?:restore|user|token|setup)$/.test(verb ?? '')
    ? OWN
    : undefined

export const CLUSTER_HARMS: Readonly<Record<string, Harm>> = {
  pvecm,
  pvesh,
  qm: destroy,
  pct: destroy,
  pmxcfs: always(QUORUM),
  'corosync-quorumtool': quorumtool,
  'corosync-cmapctl': cmapctl,
  'corosync-cfgtool': (args) => (args.some((a) => /^-[HkrR]/.test(a)) ? STACK : undefined),
  systemctl,
  service: ([unit = '', verb = '']) => (STOPPING.test(verb) && stack([unit]) ? STACK : undefined),
  'invoke-rc.d': ([unit = '', verb = '']) =>
    STOPPING.test(verb) && stack([unit]) ? STACK : undefined,
  'update-rc.d': ([unit = '']) => (stack([unit]) ? STACK : undefined),
  kill: kills,
  killall: byName,
  killall5: always(STACK),
  pkill: byName,
  corosync: always(STACK),
  'pve-ha-lrm': ([verb]) => (verb === 'stop' ? STACK : undefined),
  'pve-ha-crm': ([verb]) => (verb === 'stop' ? STACK : undefined),
  umount: mounts,
  fusermount: mounts,
  fusermount3: mounts,

  apt: packages,
  'apt-get': packages,
  aptitude: packages,
  nala: packages,
  dpkg,

  jarvis,
  sqlite3: (args) => writes(args),
}
