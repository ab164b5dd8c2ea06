/** Places where a write or a deletion ends a node, the cluster, or Jarvis's own brakes. */

/** `/etc//pve/./x/../y` as the kernel sees it. */
export const resolved = (path: string): string => {
  const parts: string[] = []
  for (const part of path.replace(/^~(?=\/|$)/, '/root').split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

const DEVICE =
  /^\/dev\/(?:sd|hd|vd|xvd|nvme|mmcblk|md|dm-|mapper\/|disk\/|zd\d|zvol\/|loop|nbd|rbd|drbd|sr\d|pmem|pve\/|mem$|kmem$|port$|rpool|[a-z][\w-]*\/vm-)/

/** Disks, memory, the kernel's emergency keys: writing there is never what a command line is for. */
export const isRaw = (path: string): boolean => {
  const place = resolved(path)
  return (
    DEVICE.test(place) ||
    /^\/proc\/(?:sysrq-trigger|kcore|sys\/kernel\/(?:sysrq|core_pattern|modprobe))$/.test(place) ||
    /^\/sys\/(?:block\/[^/]+\/device\/delete|bus\/pci\/.*\/remove|firmware\/efi\/efivars)/.test(
      place,
    )
  )
}

/** Files on which logging in, booting, the cluster or the stop itself depend. */
const VITAL =
  /^\/(?:etc\/pve\/(?:corosync\.conf|priv|authkey|storage\.cfg|user\.cfg|datacenter\.cfg|ha|nodes|qemu-server|lxc|local)?(?:\/.*)?|etc\/pve|etc\/corosync(?:\/.*)?|var\/lib\/(?:pve-cluster|corosync|pve-manager|pve-ha-manager|ceph)(?:\/.*)?|etc\/(?:passwd|shadow|gshadow|group|sudoers(?:\.d)?(?:\/.*)?|fstab|ld\.so\.preload|pam\.d(?:\/.*)?|ssh\/.*|hosts\.deny|cron[^/]*(?:\/.*)?|systemd\/system(?:\/.*)?|rc\.local|profile(?:\.d)?(?:\/.*)?|apt\/.*|network\/interfaces(?:\.d)?(?:\/.*)?|initramfs-tools\/.*|kernel\/.*|zfs\/.*|lvm\/.*)|boot(?:\/.*)?|root\/\.ssh(?:\/.*)?|home\/[^/]+\/\.ssh(?:\/.*)?|root\/\.(?:bashrc|profile|bash_profile)|var\/spool\/cron(?:\/.*)?|please-remove-proxmox-ve)$/

/** Jarvis's own state: the stop, the database of approvals and trails, the settings. */
const OWN =
  /(?:^|\/)(?:jarvis\.(?:ya?ml|db[^/]*|service|example\.yaml)|STOP)$|(?:^|\/)jarvis(?:\/|$)|(?:^|\/)\.?jarvis(?:-data)?\//i

export const isOwn = (path: string): boolean => OWN.test(path)

export const isVital = (path: string): boolean => path.startsWith('/') && VITAL.test(resolved(path))

/** Trees that take the system, its guests, its backups or its logs with them. */
const SYSTEM =
  /^\/(?:\*|\.\*|bin|boot|dev|etc|home|lib|lib32|lib64|libx32|media|mnt|opt|proc|root|run|sbin|srv|sys|usr|var)?(?:\/\*+)?$/

const BELOW =
  /^\/(?:etc|usr|lib|lib64|bin|sbin|boot|dev|sys|proc)\/[^/]+(?:\/\*+)?$|^\/usr\/(?:bin|lib|sbin|share|local)(?:\/.*)?$|^\/var\/(?:lib|log|cache|spool|www|backups|mail|run|tmp)?(?:\/\*+)?$|^\/var\/lib\/(?:vz|lxc|lxd|docker|dpkg|apt|ceph|postgresql|mysql|systemd|pve-[\w-]+|corosync|containers|libvirt)(?:\/.*)?$|^\/(?:mnt|media|srv)\/[^/]+(?:\/[^/]+)?(?:\/\*+)?$|^\/mnt\/pve\/[^/]+(?:\/.*)?$|^\/(?:rpool|tank|data|backup)[\w-]*(?:\/.*)?$|^\/(?:home|root)\/[^/]*$|^\/run\/[^/]+$|^\/var\/log\/(?:journal|pve)(?:\/.*)?$/

/** A tree that must not be deleted, moved away or opened to everybody as a whole. */
export const isSystemTree = (path: string): boolean => {
  if (!path.startsWith('/') && !path.startsWith('~'))
    return /^(?:\*|\.\*|(?:\.{1,2}\/?)+\*?)$/.test(path)
  const place = resolved(path)
  return SYSTEM.test(place) || BELOW.test(place) || isVital(place) || isOwn(path)
}
