/** Harm to disks, pools and volumes. */
import { DISKS, type Harm, hasLong, hasShort, operandsOf } from './words.ts'

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

export const formats: Harm = (args) =>
  operandsOf(args).length > 0 || args.length > 0 ? DISKS : undefined

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

export const DISK_HARMS: Readonly<Record<string, Harm>> = {
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
  debugfs: (args) => (hasShort(args, 'w') ? DISKS : undefined),
}
