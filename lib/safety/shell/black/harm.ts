/** What one command with plain words would destroy for good, or undefined. Wrappers are off already. */
import { isClusterStack } from '../../tiers.ts'
import { isOwn, isRaw, isSystemTree, isVital } from './places.ts'

type Harm = (args: readonly string[]) => string | undefined

const operandsOf = (args: readonly string[]) => args.filter((a) => !a.startsWith('-') && a !== '')
const hasShort = (args: readonly string[], letters: string) =>
  args.some((a) => /^-[a-zA-Z]+$/.test(a) && [...letters].some((l) => a.includes(l)))
const hasLong = (args: readonly string[], ...names: string[]) =>
  args.some(
    (a) =>
      a.length > 3 &&
      names.some((n) => a === n || (a.startsWith('--') && n.startsWith(a.split('=', 1)[0]!))),
  )

const RAW = 'it writes straight onto a disk, into memory or to the kernel'
const TREE = 'it takes away a tree that the system, its guests or its backups live in'
const VITAL = 'it changes a file on which logging in, booting or the cluster depend'
const OWN = 'it touches the brakes of Jarvis himself'
const DISKS = 'it destroys what is on a disk or a pool'
const QUORUM = 'it overrides the majority of the cluster'
const STACK = 'it stops what the cluster hangs on'
const NODE = 'it takes a node out of the cluster'
const GONE = 'it removes the hypervisor or what it boots with'

const always =
  (why: string): Harm =>
  () =>
    why

const writing: (path: string) => string | undefined = (path) =>
  isRaw(path) ? RAW : isOwn(path) ? OWN : isVital(path) ? VITAL : undefined

/** The first place of a list that must not be written to. */
const writes = (paths: readonly string[]) => {
  for (const path of paths) {
    const why = writing(path)
    if (why) return why
  }
  return undefined
}

const remove: Harm = (args) => {
  const targets = operandsOf(args)
  const deep = hasShort(args, 'rR') || hasLong(args, '--recursive')
  if (hasLong(args, '--no-preserve-root')) return TREE
  if (deep && targets.length === 0) return 'it deletes whatever a list or a variable names'
  return (
    writes(targets) ??
    (deep && targets.some(isSystemTree) ? TREE : undefined) ??
    (targets.some((t) =>
      /^\/(?:\*|etc\/\*|boot\/\*|usr\/|bin\/|sbin\/|lib\/|lib64\/|var\/lib\/vz\/(?:dump|images)\/\*)/.test(
        t,
      ),
    )
      ? TREE
      : undefined)
  )
}

const change: Harm = (args) => {
  const deep = hasShort(args, 'R') || hasLong(args, '--recursive')
  const targets = operandsOf(args).slice(1)
  return deep && targets.some(isSystemTree)
    ? TREE
    : writes(targets.filter((t) => isOwn(t) || /shadow|sudoers|\/etc\/pve\/priv|\.ssh/.test(t)))
}

const copy: Harm = (args) => {
  const targets = operandsOf(args)
  const to = args
    .find((a) => /^(?:-t.+|--target-directory=.+)$/.test(a))
    ?.replace(/^(?:-t|--target-directory=)/, '')
  return writes([to ?? targets.at(-1) ?? ''])
}

const move: Harm = (args) =>
  (operandsOf(args).slice(0, -1).some(isSystemTree) ? TREE : undefined) ?? copy(args)

const setting = (args: readonly string[], name: string) =>
  args.filter((a) => a.startsWith(`${name}=`)).map((a) => a.slice(name.length + 1))

const stack = (units: readonly string[]) =>
  units.some((u) => isClusterStack(u.replace(/^pmxcfs.*/, 'pmxcfs')))

const STOPPING =
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

const zfs: Harm = (args) => {
  const [verb, ...names] = operandsOf(args)
  if (verb !== 'destroy') return verb === 'receive' && hasShort(args, 'F') ? DISKS : undefined
  if (names.length === 0 || names.length > 1) return DISKS
  return names.some(
    (n) => !n.includes('/') || /^[^/@]+\/(?:data|ROOT|var|home|root)(?:\/pve-\d+)?$/i.test(n),
  ) ||
    (hasShort(args, 'R') && !hasShort(args, 'n'))
    ? DISKS
    : undefined
}

const lvremove: Harm = (args) =>
  operandsOf(args).length !== 1 ||
  operandsOf(args).some((n) => /^(?:\/dev\/)?[\w-]+(?:\/(?:data|root|swap|\*.*))?$/.test(n))
    ? DISKS
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

const smartly: Harm = (args) =>
  args.some((a) =>
    /security-erase|security-set-pass|trim-sector|write-sector|make-bad-sector|sanitize|fwdownload|dco-restore|repair-sector|please-destroy|yes-i-know/.test(
      a,
    ),
  )
    ? DISKS
    : undefined

const mdadm: Harm = (args) =>
  hasLong(args, '--zero-superblock', '--create', '--build') ||
  hasShort(
    args.filter((a) => /^-[CB]/.test(a)),
    'CB',
  )
    ? DISKS
    : undefined

const ceph: Harm = (args) => {
  const words = operandsOf(args).join(' ')
  return /^(?:osd (?:purge|destroy|rm|lost|pool (?:delete|rm)|crush (?:rm|remove))|mon (?:rm|remove)|fs (?:rm|new)|lvm zap|device zap)|\bzap\b/.test(
    words,
  ) || args.some((a) => /really-really/.test(a))
    ? DISKS
    : undefined
}

const pveceph: Harm = (args) =>
  /^(?:purge|(?:pool|osd|mon|mgr|mds|fs) destroy|destroy\w+)/.test(operandsOf(args).join(' '))
    ? DISKS
    : undefined

const nvme: Harm = ([verb = '']) =>
  /^(?:format|sanitize|write|write-zeroes|write-uncor|delete-ns|create-ns|detach-ns|fw-commit|fw-activate|fw-download|dsm|security-send|subsystem-reset|admin-passthru|io-passthru|resv-\w+|zns)/.test(
    verb,
  )
    ? DISKS
    : undefined

const find: Harm = (args) => {
  const at = args.findIndex((a) => /^[-(!]/.test(a))
  const roots = at < 0 ? args : args.slice(0, at)
  const acts =
    args.some((a) => a === '-delete') ||
    (args.some((a) => /^-(?:exec|execdir|ok)$/.test(a)) &&
      args.some((a) => /(?:^|\/)(?:rm|shred|unlink|truncate|dd|mv)$/.test(a)))
  const writesTo = args.flatMap((a, i) =>
    /^-f(?:print0?|printf|ls)$/.test(a) ? [args[i + 1] ?? ''] : [],
  )
  return (
    writes(writesTo) ??
    (acts && (roots.length === 0 || roots.some(isSystemTree)) ? TREE : undefined)
  )
}

const formats: Harm = (args) => (operandsOf(args).length > 0 || args.length > 0 ? DISKS : undefined)

const partitions =
  (reads: RegExp): Harm =>
  (args) =>
    args.some((a) => a.startsWith('/dev/')) && !args.some((a) => reads.test(a)) ? DISKS : undefined

const parted: Harm = (args) =>
  args.some((a) =>
    /^(?:mklabel|mktable|rm|mkpart|mkpartfs|resizepart|resize|move|rescue|set|toggle|disk_set|name)$/.test(
      a,
    ),
  ) ||
  (args.some((a) => a.startsWith('/dev/')) &&
    !args.some((a) => /^(?:print|p|unit|align-check|-l|--list)$/.test(a)))
    ? DISKS
    : undefined

const cryptsetup: Harm = (args) =>
  args.some((a) =>
    /^(?:luksFormat|erase|luksErase|luksRemoveKey|luksKillSlot|reencrypt|format|wipe|luksHeaderRestore)$/.test(
      a,
    ),
  )
    ? DISKS
    : undefined

const quorumtool: Harm = (args) =>
  args.some((a) => /^-[a-z]*[evn]/.test(a) || /^--(?:expected|votes)/.test(a)) ? QUORUM : undefined

const cmapctl: Harm = (args) =>
  args.some((a) => /^-[a-zA-Z]*[sdDpcC]/.test(a))
    ? args.some((a) => /quorum|votes|nodelist|two_node/.test(a))
      ? QUORUM
      : STACK
    : undefined

const sedInPlace: Harm = (args) =>
  args.some((a) => /^-[a-zA-Z]*i/.test(a) || a.startsWith('--in'))
    ? writes(operandsOf(args))
    : undefined

const mounts: Harm = (args) => (args.some((a) => /^\/etc\/pve\/?$/.test(a)) ? STACK : undefined)

const jarvis: Harm = ([verb, what]) =>
  verb === 'resume' ||
  (verb === 'approvals' && what === 'approve') ||
  /^(?:restore|user|token|setup)$/.test(verb ?? '')
    ? OWN
    : undefined

const boot: Harm = (args) => (/^(?:format|clean|deinit)$/.test(args[0] ?? '') ? DISKS : undefined)

const volumes: Harm = (args) => (operandsOf(args).length > 0 ? DISKS : undefined)

const zpool: Harm = (args) => {
  const [verb = ''] = operandsOf(args)
  if (/^(?:destroy|labelclear|create|split|reguid)$/.test(verb)) return DISKS
  return /^(?:export|remove|detach|add|attach|replace)$/.test(verb) &&
    (hasShort(args, 'f') || operandsOf(args).includes('rpool'))
    ? DISKS
    : undefined
}

/** By program; `mkfs.*` is found by its beginning. */
export const HARMS: Readonly<Record<string, Harm>> = {
  rm: remove,
  unlink: remove,
  rmdir: remove,
  srm: remove,
  shred: (args) =>
    writes(operandsOf(args)) ?? (operandsOf(args).some(isSystemTree) ? TREE : undefined),
  wipe: (args) => writes(operandsOf(args)),
  truncate: (args) => writes(operandsOf(args)),
  fallocate: (args) => writes(operandsOf(args)),
  touch: (args) => writes(operandsOf(args).filter((p) => isOwn(p) || /please-remove/.test(p))),
  mv: move,
  cp: copy,
  install: copy,
  ln: copy,
  rsync: (args) =>
    copy(args) ??
    (hasLong(args, '--delete', '--delete-after', '--delete-before') &&
    isSystemTree(operandsOf(args).at(-1) ?? '')
      ? TREE
      : undefined),
  tee: (args) => writes(operandsOf(args)),
  sponge: (args) => writes(operandsOf(args)),
  dd: (args) => writes(setting(args, 'of')),
  dcfldd: (args) => writes(setting(args, 'of')),
  sg_dd: (args) => writes(setting(args, 'of')),
  ddrescue: (args) => writes(operandsOf(args)),
  'qemu-img': (args) => writes(operandsOf(args).slice(1)) ?? writes(setting(args, 'of')),
  chmod: change,
  chown: change,
  chgrp: change,
  chattr: change,
  setfacl: change,
  find,
  sed: sedInPlace,
  perl: sedInPlace,
  tar: (args) =>
    writes(
      args.flatMap((a, i) =>
        /^-?[a-zA-Z]*f$/.test(a) && /[cru]/.test(args[0] ?? '') ? [args[i + 1] ?? ''] : [],
      ),
    ) ??
    (args.some((a) => /^--?remove-files/.test(a)) && operandsOf(args).some(isSystemTree)
      ? TREE
      : undefined),
  curl: (args) =>
    writes(args.flatMap((a, i) => (/^(?:-o|--output)$/.test(a) ? [args[i + 1] ?? ''] : []))),
  wget: (args) =>
    writes(
      args.flatMap((a, i) => (/^(?:-O|--output-document)$/.test(a) ? [args[i + 1] ?? ''] : [])),
    ),

  mkfs: formats,
  mke2fs: formats,
  mkswap: formats,
  mkdosfs: formats,
  blkdiscard: formats,
  sg_format: formats,
  sg_sanitize: formats,
  wipefs: (args) =>
    hasShort(args, 'ao') || hasLong(args, '--all', '--offset') || hasShort(args, 'f')
      ? DISKS
      : undefined,
  badblocks: (args) => (hasShort(args, 'wn') ? DISKS : undefined),
  fdisk: partitions(/^(?:-[lx]|--list)/),
  cfdisk: partitions(/^-$/),
  gdisk: partitions(/^-l/),
  cgdisk: partitions(/^-$/),
  sgdisk: partitions(/^(?:-[pvi]|--print|--verify|--info)/),
  sfdisk: partitions(/^(?:-[ldVJF]|--list|--dump|--verify|--json)/),
  parted,
  hdparm: smartly,
  nvme,
  cryptsetup,
  mdadm,
  dmsetup: (args) => (/^(?:remove_all|wipe_table|remove)$/.test(args[0] ?? '') ? DISKS : undefined),
  zpool,
  zfs,
  vgremove: volumes,
  pvremove: volumes,
  pvcreate: volumes,
  vgcreate: volumes,
  lvremove,
  vgreduce: (args) => (hasLong(args, '--removemissing', '--all') ? DISKS : undefined),
  ceph,
  'ceph-volume': ceph,
  pveceph,
  rados: (args) => (/rmpool|purge/.test(args.join(' ')) ? DISKS : undefined),
  'proxmox-boot-tool': boot,

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
  debugfs: (args) => (hasShort(args, 'w') ? DISKS : undefined),
}

/** By the last part of the path: `/sbin/mkfs.ext4` is mkfs. */
export const harmOf = (program: string, args: readonly string[]): string | undefined => {
  const name = program.replace(/^.*\//, '').toLowerCase()
  if (/^mkfs\./.test(name)) return formats(args)
  const init = /^\/etc\/init\.d\/([\w-]+)$/.exec(program)
  if (init && STOPPING.test(args[0] ?? '') && stack([init[1]!])) return STACK
  return Object.hasOwn(HARMS, name) ? HARMS[name]!(args) : undefined
}

/** What a redirection into this file would do. */
export const harmOfWriting = writing

/** Code of another language that names such a place: to delete it, or to open it for writing. */
export const harmOfCode = (code: string, text: string): string | undefined => {
  if (isRaw(text)) return RAW
  if (/unlink|rmtree|remove|rmdir|delete|File::Path|FileUtils/.test(code) && isSystemTree(text))
    return TREE
  return /write|'[wa]b?\+?'|"[wa]b?\+?"|>/.test(code) ? writing(text) : undefined
}
