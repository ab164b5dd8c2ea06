/** Proxmox's own tools for cluster, nodes, storages and users, by `help.json` of PVE 9.2.11. */
import { look, PVE_FORMAT, pveLook } from '../look.ts'
import type { Rule } from '../rule.ts'

export const proxmox: readonly Rule[] = [
  look('pveversion', '-v --verbose', '', ['pveversion', 'pveversion -v'], ['pveversion -x']),
  pveLook('pvecm status', '', '', ['pvecm status'], ['pvecm status 1', 'pvecm expected 1']),
  pveLook('pvecm nodes', '', '', ['pvecm nodes'], ['pvecm delnode pve4']),
  pveLook('pvecm apiver', '', '', ['pvecm apiver'], ['pvecm apiver x']),

  pveLook(
    'pvesh get',
    `${PVE_FORMAT} --type:word --limit:number --start:number --errors --full --timeframe:word --cf:word --current --content:columns --vmid:vmid --since:number --until:number --service:unit --lastentries:number --source:word --statusfilter:word --typefilter:word --userfilter:user --enabled --storage:storage --target:node --disk:device --healthonly --verbose --skipsmart --include-partitions --snapshot:snapshot --ds:columns --max:number`,
    'api',
    [
      'pvesh get /version',
      'pvesh get /cluster/resources --type vm --output-format json',
      'pvesh get /nodes/pve1/qemu/100/status/current',
      'pvesh get nodes/pve1/tasks --limit 20 --errors 1',
    ],
    [
      'pvesh get /nodes/pve1/qemu/100/agent/file-read --file /etc/shadow',
      'pvesh get /nodes/pve1/query-url-metadata --url http://10.0.0.1/',
      'pvesh get /access/tfa',
      'pvesh get /nodes/pve1/../../access/tfa',
      'pvesh get /version --output-file /tmp/x',
      'pvesh set /nodes/pve1/config',
    ],
  ),
  pveLook(
    'pvesh ls',
    PVE_FORMAT,
    'api',
    ['pvesh ls /nodes', 'pvesh ls /nodes/pve1 --noborder 1'],
    ['pvesh ls /nodes/pve1/query-url-metadata', 'pvesh create /nodes'],
  ),
  pveLook(
    'pvesh usage',
    '--v --verbose --returns --command:word',
    'text',
    ['pvesh usage /nodes/{node}/status -v', 'pvesh usage /nodes --returns 1'],
    ['pvesh usage', 'pvesh usage /nodes --exec 1'],
  ),

  pveLook(
    'pvesm status',
    `${PVE_FORMAT} --content:columns --enabled --storage:storage --target:node`,
    '',
    ['pvesm status', 'pvesm status --storage local-lvm', 'pvesm status -content images'],
    ['pvesm status x', 'pvesm remove local', 'pvesm free local:iso/x.iso'],
  ),
  pveLook(
    'pvesm list',
    '--content:columns --vmid:vmid',
    'storage',
    ['pvesm list local', 'pvesm list nvme1 --vmid 100'],
    ['pvesm list', 'pvesm prune-backups local'],
  ),
  pveLook('pvesm path', '', 'volid', ['pvesm path local:iso/debian.iso'], ['pvesm path x', 'pvesm extractconfig local:backup/x']),
  pveLook('pvesm apiinfo', '', '', ['pvesm apiinfo'], ['pvesm apiinfo x']),
  pveLook('pvesm scan lvm', '', '', ['pvesm scan lvm'], ['pvesm scan lvm x']),
  pveLook('pvesm scan lvmthin', '', 'pool', ['pvesm scan lvmthin pve'], ['pvesm scan nfs 192.168.1.9']),
  pveLook('pvesm scan zfs', '', '', ['pvesm scan zfs'], ['pvesm scan pbs 10.0.0.1 root --password x']),

  pveLook('pvenode task list', `${PVE_FORMAT} --limit:number --errors --since:number --until:number --source:word --start:number --statusfilter:word --typefilter:word --userfilter:user --vmid:vmid`, '', ['pvenode task list', 'pvenode task list --limit 5 --errors 1'], ['pvenode task list x', 'pvenode startall']),
  pveLook('pvenode task log', '--start:number --limit:number --download', 'upid', ['pvenode task log UPID:pve1:000002F6:00045C89:6B0009EB:qmstart:201:root@pam:'], ['pvenode task log', 'pvenode task log /etc/shadow']),
  pveLook('pvenode task status', PVE_FORMAT, 'upid', ['pvenode task status UPID:pve1:000002F6:00045C89:6B0009EB:qmstart:201:root@pam:'], ['pvenode task status 1']),
  pveLook('pvenode config get', '--property:word', '', ['pvenode config get', 'pvenode config get --property description'], ['pvenode config set --description x']),
  pveLook('pvenode cert info', PVE_FORMAT, '', ['pvenode cert info', 'pvenode cert info --output-format json'], ['pvenode cert delete', 'pvenode cert set a b']),

  pveLook('pvesr status', '--guest:vmid', '', ['pvesr status', 'pvesr status --guest 100'], ['pvesr run', 'pvesr delete 100-0']),
  pveLook('pvesr list', '', '', ['pvesr list'], ['pvesr disable 100-0']),
  pveLook('pvesr read', '', 'word', ['pvesr read 100-0'], ['pvesr read', 'pvesr schedule-now 100-0']),

  pveLook('ha-manager status', '--verbose', '', ['ha-manager status', 'ha-manager status --verbose 1'], ['ha-manager remove vm:100', 'ha-manager set vm:100 --state stopped']),
  pveLook('ha-manager config', '--type:word', '', ['ha-manager config'], ['ha-manager add vm:100']),
  pveLook('ha-manager groupconfig', '', '', ['ha-manager groupconfig'], ['ha-manager groupremove all']),
  pveLook('ha-manager rules list', `${PVE_FORMAT} --resource:word --type:word`, '', ['ha-manager rules list'], ['ha-manager rules remove x']),
  pveLook('ha-manager rules config', `${PVE_FORMAT} --resource:word --type:word`, '', ['ha-manager rules config'], ['ha-manager rules set node-affinity x']),

  pveLook('pveum user list', `${PVE_FORMAT} --enabled --full`, '', ['pveum user list', 'pveum user list --full 1'], ['pveum user add x@pve', 'pveum passwd root@pam']),
  pveLook('pveum user permissions', `${PVE_FORMAT} --path:text`, 'user?', ['pveum user permissions root@pam', 'pveum user permissions'], ['pveum user delete x@pve']),
  pveLook('pveum user token list', PVE_FORMAT, 'user', ['pveum user token list root@pam'], ['pveum user token add root@pam x', 'pveum user token delete root@pam x']),
  pveLook('pveum token list', PVE_FORMAT, 'user', ['pveum token list root@pam'], ['pveum token add root@pam x']),
  pveLook('pveum user tfa list', '', 'user?', ['pveum user tfa list'], ['pveum user tfa unlock root@pam']),
  pveLook('pveum role list', PVE_FORMAT, '', ['pveum role list', 'pveum role list --output-format json'], ['pveum role add x']),
  pveLook('pveum group list', PVE_FORMAT, '', ['pveum group list'], ['pveum group delete x']),
  pveLook('pveum acl list', PVE_FORMAT, '', ['pveum acl list'], ['pveum acl modify / --roles Administrator']),
  pveLook('pveum realm list', PVE_FORMAT, '', ['pveum realm list'], ['pveum realm sync x']),
  pveLook('pveum pool list', `${PVE_FORMAT} --poolid:word --type:word`, 'word?', ['pveum pool list'], ['pveum pool delete x']),

  look('pve-firewall status', '', '', ['pve-firewall status'], ['pve-firewall stop', 'pve-firewall restart']),
  look('pve-firewall localnet', '', '', ['pve-firewall localnet'], ['pve-firewall start']),
  look('pve-firewall compile', '', '', ['pve-firewall compile'], ['pve-firewall compile x']),
  look('pveam list', '', 'storage', ['pveam list local'], ['pveam remove local:vztmpl/x', 'pveam update']),
  pveLook('pveam available', '--section:word', '', ['pveam available --section system'], ['pveam download local debian-12']),
  look('pveceph status', '', '', ['pveceph status'], ['pveceph purge', 'pveceph init']),
  look('pveceph osd details', '', 'number', ['pveceph osd details 3'], ['pveceph osd destroy 3']),
  look('pveceph pool ls', '', '', ['pveceph pool ls'], ['pveceph pool destroy x']),
  look('proxmox-boot-tool status', '', '', ['proxmox-boot-tool status'], ['proxmox-boot-tool format /dev/sda2', 'proxmox-boot-tool refresh']),
  look('proxmox-boot-tool kernel list', '', '', ['proxmox-boot-tool kernel list'], ['proxmox-boot-tool kernel pin 6.8']),

  look('corosync-cfgtool', '-s -n -a:number -i:number', '', ['corosync-cfgtool -s', 'corosync-cfgtool -n'], ['corosync-cfgtool -H', 'corosync-cfgtool -R', 'corosync-cfgtool -k 2'], { needs: '-s -n -a' }),
  look('corosync-quorumtool', '-s -l -p -i', '', ['corosync-quorumtool -s', 'corosync-quorumtool -l', 'corosync-quorumtool'], ['corosync-quorumtool -e 1', 'corosync-quorumtool -v 2 -n 1', 'corosync-quorumtool -m']),
  look('corosync-cmapctl', '-b', 'columns?', ['corosync-cmapctl', 'corosync-cmapctl -b quorum.', 'corosync-cmapctl runtime.votequorum.ev_barrier'], ['corosync-cmapctl -s quorum.expected_votes u32 1', 'corosync-cmapctl -d x', 'corosync-cmapctl -p /tmp/x', 'corosync-cmapctl -t x'], { check: ({ operands }) => !/[ %+]/.test(operands.join('')) }),
  look('corosync-qdevice-tool', '-s -v', '', ['corosync-qdevice-tool -s'], ['corosync-qdevice-tool -H'], { needs: '-s' }),
]
