/**
 * Commands that change something: the few that can be undone, each with exactly the flags that keep it
 * so, and the known ones that cannot, with the reason that a card shows. Whatever is not here is RED.
 */
import { isStateless } from '../../tiers.ts'
import type { Given, Rule, ShellTarget } from '../rule.ts'

const guest = ({ operands }: Given): ShellTarget => ({ kind: 'guest', id: operands[0]! })
const container = ({ operands }: Given): ShellTarget => ({ kind: 'container', id: operands[0]! })
const service = ({ operands }: Given): ShellTarget => ({ kind: 'service', id: operands.at(-1)! })

type Rest = Partial<Rule>

const undoable = (
  name: string,
  flags: string,
  operands: string,
  why: string,
  match: readonly string[],
  notMatch: readonly string[],
  rest: Rest = {},
): Rule => ({ name, tier: 'YELLOW', flags, operands, why, match, notMatch, ...rest })

const ofGuest = (program: 'qm' | 'pct'): Rule[] => {
  const pve = { style: 'pve', target: guest } as const
  const p = program
  // By the help of PVE 9.2.11 the two differ in these.
  const own =
    p === 'qm'
      ? {
          start: '--timeout:number',
          snapshot: '--description:text --vmstate',
          migrate: '--online --targetstorage:storage --with-local-disks --bwlimit:number',
        }
      : {
          start: '',
          snapshot: '--description:text',
          migrate: '--online --restart --timeout:number --target-storage:storage --bwlimit:number',
        }
  return [
    undoable(
      `${p} start`,
      own.start,
      'vmid',
      'starts a guest',
      [`${p} start 100`],
      [`${p} start 100 --skiplock 1`, `${p} start 100 101`],
      pve,
    ),
    undoable(
      `${p} shutdown`,
      '--timeout:number',
      'vmid',
      'asks a guest to shut down',
      [`${p} shutdown 100 --timeout 60`],
      [`${p} shutdown 100 --forceStop 1`, `${p} stop 100`],
      pve,
    ),
    undoable(
      `${p} reboot`,
      '--timeout:number',
      'vmid',
      'asks a guest to restart',
      [`${p} reboot 100`],
      [`${p} reboot 100 --force 1`],
      pve,
    ),
    undoable(
      `${p} resume`,
      '',
      'vmid',
      'lets a guest go on',
      [`${p} resume 100`],
      [`${p} resume 100 --skiplock 1`],
      pve,
    ),
    undoable(
      `${p} suspend`,
      '',
      'vmid',
      'pauses a guest',
      [`${p} suspend 100`],
      [`${p} suspend 100 --todisk 1`],
      pve,
    ),
    undoable(
      `${p} snapshot`,
      own.snapshot,
      'vmid snapshot',
      'takes a snapshot',
      [`${p} snapshot 100 before-update`, `${p} snapshot 100 a1 --description x`],
      [`${p} delsnapshot 100 a1`, `${p} rollback 100 a1`],
      pve,
    ),
    undoable(
      `${p} migrate`,
      own.migrate,
      'vmid node',
      'moves a guest to another node',
      [`${p} migrate 100 pve2 --online 1`],
      [`${p} migrate 100 pve2 --force 1`, `${p} remote-migrate 100 x`],
      pve,
    ),
    undoable(
      `${p} rescan`,
      '--vmid:vmid --dryrun',
      '',
      'looks for volumes that nobody claims',
      [`${p} rescan --dryrun 1`],
      [`${p} destroy 100`],
      { style: 'pve' },
    ),
  ]
}

const engine = (name: string): Rule[] =>
  ['start', 'stop', 'restart'].map((verb) =>
    undoable(
      `${name} ${verb}`,
      '-t:number --time:number --timeout:number',
      'container',
      `${verb}s a container`,
      [`${name} ${verb} web`],
      [`${name} ${verb} web db`, `${name} rm -f web`, `${name} kill web`],
      { target: container },
    ),
  )

const oneStateless = ({ operands }: Given) => operands.length === 1 && isStateless(operands[0]!)

const services = ['restart', 'reload', 'try-restart', 'reload-or-restart', 'start'].map((verb) =>
  undoable(
    `systemctl ${verb}`,
    '--no-pager --quiet -q --no-block',
    'unit+',
    `${verb}s a service that keeps no state`,
    [`systemctl ${verb} pveproxy`, `systemctl ${verb} pvestatd.service`],
    [
      `systemctl ${verb} corosync`,
      `systemctl ${verb} ssh`,
      `systemctl ${verb} pveproxy corosync`,
      `systemctl ${verb} 'pve*'`,
      `systemctl ${verb} networking`,
    ],
    { anywhere: true, check: oneStateless, target: service },
  ),
)

const API_YELLOW =
  /^\/?nodes\/[\w-]+\/(?:(?:qemu|lxc)\/[1-9]\d{2,8}\/(?:status\/(?:start|shutdown|reboot|resume|suspend)|snapshot)|vzdump|wakeonlan|aptupdate)\/?$/

const apiGuest = ({ operands, flags }: Given): ShellTarget | undefined => {
  const id =
    /\/(?:qemu|lxc)\/(\d+)/.exec(operands[0]!)?.[1] ?? flags.find((f) => f.name === '--vmid')?.value
  return id === undefined ? undefined : { kind: 'guest', id }
}

export const changes: readonly Rule[] = [
  ...ofGuest('qm'),
  ...ofGuest('pct'),
  undoable(
    'qm disk rescan',
    '--vmid:vmid --dryrun',
    '',
    'looks for volumes that nobody claims',
    ['qm disk rescan'],
    ['qm disk unlink 100 --idlist x'],
    { style: 'pve' },
  ),
  undoable(
    'pct fstrim',
    '--ignore-mountpoints',
    'vmid',
    'gives unused blocks back to the storage',
    ['pct fstrim 105'],
    ['pct fsck 105'],
    { style: 'pve', target: guest },
  ),
  undoable(
    'vzdump',
    '--storage:storage --mode:word --compress:word --node:node --notes-template:text --protected --bwlimit:number --quiet',
    'vmid',
    'makes a backup of a guest',
    ['vzdump 100 --storage cluster-backup --mode snapshot', 'vzdump 105 --compress zstd'],
    [
      'vzdump --all 1',
      'vzdump 100 101',
      'vzdump 100 --remove 1',
      'vzdump 100 --prune-backups keep-last=1',
      'vzdump 100 --script /tmp/x',
      'vzdump 100 --dumpdir /',
      'vzdump 100 --stop 1',
    ],
    { style: 'pve', target: guest },
  ),
  undoable(
    'pvesh create',
    '--timeout:number --snapname:snapshot --description:text --vmid:vmid --storage:storage --mode:word --compress:word --output-format:word',
    'text',
    'does one thing to one guest that can be undone',
    [
      'pvesh create /nodes/pve1/qemu/100/status/start',
      'pvesh create /nodes/pve1/vzdump --vmid 100 --storage x',
    ],
    [
      'pvesh create /nodes/pve1/qemu/100/status/stop',
      'pvesh create /nodes/pve1/stopall',
      'pvesh create /nodes/pve1/qemu/100/agent/exec --command id',
      'pvesh create /nodes/pve1/status --command reboot',
      'pvesh create /nodes/pve1/qemu/100/status/shutdown --forceStop 1',
    ],
    { style: 'pve', check: ({ operands }) => API_YELLOW.test(operands[0]!), target: apiGuest },
  ),
  undoable(
    'pvenode wakeonlan',
    '',
    'node',
    'wakes a node',
    ['pvenode wakeonlan pve4'],
    ['pvenode stopall'],
    { style: 'pve' },
  ),
  undoable(
    'wakeonlan',
    '-i:address',
    'mac',
    'wakes a machine',
    ['wakeonlan bc:24:11:2e:5f:01'],
    ['wakeonlan -f /tmp/x'],
  ),

  ...services,
  undoable(
    'systemctl reset-failed',
    '--no-pager',
    'unit?',
    'forgets that a service has failed',
    ['systemctl reset-failed', 'systemctl reset-failed pveproxy'],
    ['systemctl reset-failed --root=/x'],
    { anywhere: true },
  ),
  ...engine('docker'),
  ...engine('podman'),

  undoable(
    'zpool scrub',
    '-psw',
    'pool',
    'reads a whole pool and mends what is damaged',
    ['zpool scrub rpool', 'zpool scrub -p tank'],
    ['zpool clear tank', 'zpool scrub a b'],
  ),
  undoable(
    'zpool trim',
    '-c',
    'pool',
    'gives unused blocks back to the disks',
    ['zpool trim rpool'],
    ['zpool initialize rpool'],
  ),
  undoable(
    'zfs snapshot',
    '-r',
    'dataset',
    'takes a snapshot',
    ['zfs snapshot rpool/data@before'],
    ['zfs rollback rpool/data@before', 'zfs snapshot rpool/data'],
    { check: ({ operands }) => operands[0]!.includes('@') },
  ),
  undoable(
    'zfs hold',
    '-r',
    'word dataset',
    'keeps a snapshot from being deleted',
    ['zfs hold keep rpool/data@before'],
    ['zfs release keep rpool/data@before'],
  ),
  undoable(
    'btrfs scrub start',
    '',
    'place',
    'reads a whole file system',
    ['btrfs scrub start /'],
    ['btrfs balance start /'],
  ),
  undoable(
    'smartctl',
    '-t:selftest --test:selftest -d:columns',
    'device',
    'lets a disk test itself',
    ['smartctl -t short /dev/sda', 'smartctl --test=long /dev/sda'],
    [
      'smartctl -s off /dev/sda',
      'smartctl -t offline,x /dev/sda',
      'smartctl --set=security-freeze /dev/sda',
    ],
    { needs: '-t --test' },
  ),
  undoable(
    'fstrim',
    '-avnA --all --verbose --fstab',
    'place?',
    'gives unused blocks back to the disks',
    ['fstrim -av', 'fstrim -v /'],
    ['fstrim -o 0 -l 1 /'],
  ),
  undoable(
    'apt update',
    '',
    '',
    'fetches the lists of packages',
    ['apt update'],
    ['apt upgrade', 'apt update -o x=y'],
  ),
  undoable(
    'apt-get update',
    '',
    '',
    'fetches the lists of packages',
    ['apt-get update'],
    ['apt-get dist-upgrade', 'apt-get -o x=y update'],
  ),
  undoable(
    'pveam update',
    '',
    '',
    'fetches the list of templates',
    ['pveam update'],
    ['pveam remove local:vztmpl/x'],
  ),
]

/** Reasons for what needs an exact approval, by the longest beginning that fits. */
export const RISKS: Readonly<Record<string, string>> = {
  'qm destroy': 'the guest and its disks are gone for good',
  'pct destroy': 'the guest and its disks are gone for good',
  'qm stop': 'a hard stop is a pulled plug',
  'pct stop': 'a hard stop is a pulled plug',
  'qm reset': 'a reset is a pulled plug',
  'qm rollback': 'everything since the snapshot is lost',
  'pct rollback': 'everything since the snapshot is lost',
  'qm delsnapshot': 'a deleted snapshot does not come back',
  'pct delsnapshot': 'a deleted snapshot does not come back',
  'qm unlock': 'a lock may guard something that still runs',
  'pct unlock': 'a lock may guard something that still runs',
  'qm set': 'it changes the settings of a guest',
  'pct set': 'it changes the settings of a guest',
  'qm create': 'it makes a new guest',
  'pct create': 'it makes a new guest',
  'pct restore': 'it writes a backup over a guest',
  'qm disk': 'it changes the disks of a guest',
  'qm resize': 'a disk can grow and not shrink',
  'pct resize': 'a disk can grow and not shrink',
  'pvesm free': 'the volume is gone for good',
  'pvesm remove': 'guests on that storage lose their disks from sight',
  'pvesm prune-backups': 'pruned backups do not come back',
  'zfs destroy': 'the data set is gone for good',
  'zfs rollback': 'everything since the snapshot is lost',
  'zpool replace': 'a disk of the pool is written over',
  'zpool offline': 'the pool loses redundancy',
  'zpool export': 'everything on the pool stops',
  lvremove: 'the volume is gone for good',
  rm: 'what is deleted does not come back',
  reboot: 'every guest of the node goes down',
  shutdown: 'every guest of the node goes down',
  poweroff: 'every guest of the node goes down',
  halt: 'every guest of the node goes down',
  iptables: 'it changes the firewall: the node may be cut off',
  'pve-firewall': 'it changes the firewall: the node may be cut off',
  nft: 'it changes the firewall: the node may be cut off',
  'ip link': 'the node may be cut off',
  'ip route': 'the node may be cut off',
  'ip addr': 'the node may be cut off',
  ifdown: 'the node may be cut off',
  ifreload: 'the node may be cut off',
  pveum: 'it changes who may do what',
  passwd: 'it changes who may do what',
  useradd: 'it changes who may do what',
  userdel: 'it changes who may do what',
  usermod: 'it changes who may do what',
  'ha-manager': 'it changes what the cluster does by itself',
  systemctl: 'whoever uses that service is cut off',
  service: 'whoever uses that service is cut off',
  apt: 'it changes the software of the node',
  'apt-get': 'it changes the software of the node',
  dpkg: 'it changes the software of the node',
  docker: 'it may remove containers and what they keep',
  podman: 'it may remove containers and what they keep',
  kill: 'a process ends in the middle of its work',
  killall: 'processes end in the middle of their work',
  pkill: 'processes end in the middle of their work',
}

/** Programs whose real work a card could not show: they are not run at all. */
export const OPAQUE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    'bash sh dash ash zsh ksh fish csh tcsh python python2 python3 perl ruby node nodejs php lua expect tclsh busybox toybox gdb'
      .split(' ')
      .map((name) => [name, 'it runs a program that nobody here can judge']),
  ),
  ...Object.fromEntries(
    'ssh scp sftp rsync curl wget nc ncat netcat telnet ftp socat rclone mail sendmail mutt git nslookup dig host nmap tcpdump'
      .split(' ')
      .map((name) => [name, 'it talks to other machines']),
  ),
  ...Object.fromEntries(
    'sudo su doas env timeout nohup setsid nice ionice chrt stdbuf xargs parallel nsenter unshare chroot systemd-run runuser watch script time eval exec source . command builtin flock strace ltrace at batch trap alias export set unset declare enable screen capsh unbuffer ld.so coproc lxc-attach lxc-execute nspawn systemd-nspawn'
      .split(' ')
      .map((name) => [name, 'it only runs something else: name that itself']),
  ),
  ...Object.fromEntries(
    'less more most pg man info vi vim nvim nano emacs ed ex mc htop btop nmon pager view cfdisk iftop nethogs'
      .split(' ')
      .map((name) => [name, 'it waits for somebody at a keyboard']),
  ),
  tee: 'it writes to files',
}
