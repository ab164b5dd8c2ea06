/** Guests: qm, pct and what LXC itself offers to look, by `help.json` of PVE 9.2.11. */
import { look, pveLook } from '../look.ts'
import type { Rule } from '../rule.ts'

/** Agent commands that only ask. */
const ASKS =
  /^(?:fsfreeze-status|get-fsinfo|get-host-name|get-memory-block-info|get-memory-blocks|get-osinfo|get-time|get-timezone|get-users|get-vcpus|info|network-get-interfaces|ping)$/

export const guests: readonly Rule[] = [
  pveLook(
    'qm list',
    '--full',
    '',
    ['qm list', 'qm list --full 1', 'qm list -full'],
    ['qm list x', 'qm start 100'],
  ),
  pveLook(
    'qm status',
    '--verbose',
    'vmid',
    ['qm status 100', 'qm status 100 --verbose', 'qm status 100 -verbose 1'],
    ['qm status', 'qm stop 100', 'qm status 100 101'],
  ),
  pveLook(
    'qm config',
    '--current --snapshot:snapshot',
    'vmid',
    ['qm config 100', 'qm config 100 --current 1'],
    ['qm config', 'qm set 100 --memory 512'],
  ),
  pveLook('qm pending', '', 'vmid', ['qm pending 100'], ['qm pending', 'qm unlock 100']),
  pveLook(
    'qm listsnapshot',
    '',
    'vmid',
    ['qm listsnapshot 100'],
    ['qm delsnapshot 100 a', 'qm snapshot 100 a'],
  ),
  pveLook(
    'qm showcmd',
    '--pretty --snapshot:snapshot',
    'vmid',
    ['qm showcmd 100', 'qm showcmd 100 --pretty'],
    ['qm monitor 100'],
  ),
  pveLook(
    'qm cloudinit pending',
    '',
    'vmid',
    ['qm cloudinit pending 100'],
    ['qm cloudinit update 100'],
  ),
  pveLook(
    'qm cloudinit dump',
    '',
    'vmid word',
    ['qm cloudinit dump 100 network', 'qm cloudinit dump 100 meta'],
    ['qm cloudinit dump 100 user'],
    { check: ({ operands }) => /^(?:network|meta)$/.test(operands[1]!) },
  ),
  pveLook(
    'qm agent',
    '',
    'vmid word',
    ['qm agent 100 ping', 'qm agent 100 get-osinfo'],
    ['qm agent 100 shutdown', 'qm agent 100 fsfreeze-freeze'],
    { check: ({ operands }) => ASKS.test(operands[1]!) },
  ),
  pveLook(
    'qm guest cmd',
    '',
    'vmid word',
    ['qm guest cmd 100 network-get-interfaces', 'qm guest cmd 100 get-fsinfo'],
    [
      'qm guest cmd 100 shutdown',
      'qm guest cmd 100 suspend-ram',
      'qm guest exec 100 ls',
      'qm guest passwd 100 root',
    ],
    { check: ({ operands }) => ASKS.test(operands[1]!) },
  ),
  pveLook('qm help', '', 'word*', ['qm help', 'qm help start'], ['qm terminal 100']),

  pveLook('pct list', '', '', ['pct list'], ['pct list x', 'pct start 105']),
  pveLook(
    'pct status',
    '--verbose',
    'vmid',
    ['pct status 105', 'pct status 105 --verbose'],
    ['pct stop 105', 'pct status'],
  ),
  pveLook(
    'pct config',
    '--current --snapshot:snapshot',
    'vmid',
    ['pct config 105'],
    ['pct set 105 --memory 512'],
  ),
  pveLook('pct pending', '', 'vmid', ['pct pending 105'], ['pct unlock 105']),
  pveLook(
    'pct listsnapshot',
    '',
    'vmid',
    ['pct listsnapshot 105'],
    ['pct rollback 105 a', 'pct snapshot 105 a'],
  ),
  pveLook('pct df', '', 'vmid', ['pct df 105'], ['pct mount 105', 'pct exec 105 -- df']),
  pveLook(
    'pct cpusets',
    '',
    '',
    ['pct cpusets'],
    ['pct enter 105', 'pct pull 105 /etc/shadow /tmp/x'],
  ),
  pveLook('pct help', '', 'word*', ['pct help', 'pct help start'], ['pct console 105']),

  look(
    'lxc-ls',
    '-1f --fancy --active --running --frozen --stopped -F:columns --fancy-format:columns',
    '',
    ['lxc-ls --running', 'lxc-ls -f'],
    ['lxc-ls -P /tmp'],
  ),
  look(
    'lxc-info',
    '-n:vmid --name:vmid -s --state -p --pid -i --ips -S --stats -H --no-humanize -c:word',
    'vmid?',
    ['lxc-info -n 105', 'lxc-info 105 -s'],
    ['lxc-info -P /tmp 105', 'lxc-attach -n 105 -- df', 'lxc-stop -n 105'],
  ),
  look(
    'qemu-img info',
    '-U --force-share --output:word --backing-chain',
    'device',
    [
      'qemu-img info /dev/pve/vm-100-disk-0',
      'qemu-img info -U --output=json /dev/zvol/rpool/data/vm-100-disk-0',
    ],
    [
      'qemu-img info json:{"driver":"x"}',
      'qemu-img resize /dev/pve/x 1G',
      'qemu-img info --object secret,id=a /dev/x',
    ],
  ),
  look('vzdump help', '', '', ['vzdump help'], ['vzdump 100', 'vzdump --all']),
]
