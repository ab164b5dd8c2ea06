/** ZFS, LVM, Ceph, RAID: what looks at pools and volumes. Manual pages of Debian 12, read 2026-11. */
import { look } from '../look.ts'
import type { Rule } from '../rule.ts'

/** LVM's reports share their flags; `--config` and `--devicesfile` would change what is run. */
const LVM =
  '-a --all -o:columns --options:columns -O:columns --sort:columns -v --verbose --noheadings --nosuffix --units:word --separator:text --reportformat:word -S:pattern --select:pattern --segments --partial -P --readonly --nameprefixes --unbuffered --binary --unquoted --aligned --rows --logonly -q --quiet -m --maps -c -C --columns -s --short --foreign --shared --nohints'

const counted = (operands: readonly string[]) => {
  const figures = operands.filter((o) => /^[\d.]+$/.test(o))
  return figures.length !== 1 || operands.at(-1) !== figures[0]
}

export const storage: readonly Rule[] = [
  // `-c` of status and iostat runs scripts, `-T` only prints a time.
  look('zpool status', '-vxtPLDsigpej -T:word --json --json-int --json-flat-vdevs', 'pool* count? count?', ['zpool status', 'zpool status -v rpool', 'zpool status -x', 'zpool status -Ltv rpool tank'], ['zpool status -c upgrade', 'zpool clear rpool', 'zpool status 5'], { check: ({ operands }) => counted(operands) }),
  look('zpool list', '-vHpPLgj -o:columns -T:word --json', 'pool* count? count?', ['zpool list', 'zpool list -v rpool', 'zpool list -Hp -o name,size,alloc,free,cap,health'], ['zpool list 1', 'zpool destroy rpool'], { check: ({ operands }) => counted(operands) }),
  look('zpool iostat', '-vlqrwHpyngLP -T:word', 'pool* fraction? count?', ['zpool iostat', 'zpool iostat -v rpool', 'zpool iostat -v rpool 1 3'], ['zpool iostat 1', 'zpool iostat -c x', 'zpool iostat -v rpool 5'], { check: ({ operands }) => counted(operands) }),
  look('zpool history', '-il', 'pool*', ['zpool history', 'zpool history rpool'], ['zpool history -c']),
  look('zpool get', '-Hp -o:columns', 'columns pool*', ['zpool get all rpool', 'zpool get -H health'], ['zpool set autotrim=on rpool']),
  look('zpool events', '-vH', 'pool?', ['zpool events', 'zpool events -v rpool'], ['zpool events -f', 'zpool events -c']),
  look('zpool version', '', '', ['zpool version'], ['zpool upgrade -a', 'zpool export rpool']),
  look('zfs list', '-rHpj -d:number -o:columns -s:word -S:word -t:columns --json --json-int', 'dataset*', ['zfs list', 'zfs list -t snapshot -o name,used -s creation', 'zfs list -r -H -o name,used,avail rpool/data'], ['zfs list -x', 'zfs destroy rpool/data']),
  look('zfs get', '-rHpj -d:number -o:columns -s:columns -t:columns', 'columns dataset*', ['zfs get all rpool', 'zfs get compression,compressratio rpool/data', 'zfs get -H -o value used rpool'], ['zfs set compression=off rpool', 'zfs inherit x rpool']),
  look('zfs holds', '-rH', 'dataset+', ['zfs holds -r rpool/data@a'], ['zfs hold a rpool@a', 'zfs release a rpool@a']),
  look('zfs diff', '-FHt', 'dataset dataset', ['zfs diff rpool/data@a rpool/data@b'], ['zfs send rpool@a', 'zfs rollback rpool@a']),
  look('zfs version', '', '', ['zfs version'], ['zfs upgrade -a']),
  look('zfs mount', '', '', ['zfs mount'], ['zfs mount -a', 'zfs mount rpool/data']),
  look('zfs userspace', '-Hp -o:columns', 'dataset', ['zfs userspace rpool/data'], ['zfs allow x rpool']),
  look('arcstat', '-avp -f:columns', 'count? count?', ['arcstat', 'arcstat 1 5'], ['arcstat -o /tmp/x 1 5', 'arcstat 1'], { check: ({ operands }) => operands.length !== 1 }),
  look('arc_summary', '-adgr -s:word', '', ['arc_summary', 'arc_summary -s arc'], ['arc_summary x']),

  look('lvs', LVM, 'volume*', ['lvs', 'lvs -a -o +devices', 'lvs --noheadings -o lv_name,data_percent pve', 'lvs --units g'], ['lvs --config x', 'lvremove pve/data']),
  look('vgs', LVM, 'volume*', ['vgs', 'vgs -o +vg_free --units g pve'], ['vgs --devicesfile x', 'vgremove pve']),
  look('pvs', LVM, 'device*', ['pvs', 'pvs -a -o +pv_used', 'pvs /dev/sda3'], ['pvs --config=x', 'pvremove /dev/sda3']),
  look('lvdisplay', LVM, 'volume*', ['lvdisplay', 'lvdisplay -m pve/root'], ['lvdisplay --config x', 'lvextend -L +1G pve/root']),
  look('vgdisplay', LVM, 'volume*', ['vgdisplay', 'vgdisplay -v pve'], ['vgdisplay --config x', 'vgreduce pve /dev/sda']),
  look('pvdisplay', LVM, 'device*', ['pvdisplay', 'pvdisplay -m'], ['pvdisplay --config x', 'pvcreate /dev/sdb']),
  look('lvscan', '-av --all', '', ['lvscan', 'lvscan -a'], ['lvchange -an pve/root']),
  look('vgscan', '-v', '', ['vgscan'], ['vgscan --mknodes', 'vgchange -an']),
  look('pvscan', '-snu', '', ['pvscan'], ['pvscan --cache']),
  look('dmsetup ls', '--tree -v --target:word', '', ['dmsetup ls', 'dmsetup ls --tree'], ['dmsetup ls --exec x', 'dmsetup remove x']),
  look('dmsetup info', '-cv -o:columns --columns', 'volume?', ['dmsetup info', 'dmsetup info -c'], ['dmsetup suspend x']),
  look('dmsetup status', '--target:word', 'volume?', ['dmsetup status'], ['dmsetup resume x']),
  // `table` of a dm-crypt device shows its key with --showkeys only.
  look('dmsetup table', '--target:word', 'volume?', ['dmsetup table'], ['dmsetup table --showkeys x', 'dmsetup load x']),

  look('ceph', '-s --status -f:word --format:word', '', ['ceph -s', 'ceph --status -f json'], ['ceph -w', 'ceph'], { needs: '-s --status' }),
  look('ceph status', '-f:word --format:word', '', ['ceph status', 'ceph status -f json'], ['ceph config set osd x y']),
  look('ceph health', '-f:word --format:word', 'word?', ['ceph health', 'ceph health detail'], ['ceph health mute X'], { check: ({ operands }) => operands.length === 0 || operands[0] === 'detail' }),
  look('ceph df', '-f:word --format:word', 'word?', ['ceph df', 'ceph df detail'], ['ceph df x'], { check: ({ operands }) => operands.length === 0 || operands[0] === 'detail' }),
  look('ceph versions', '-f:word --format:word', '', ['ceph versions'], ['ceph versions x']),
  ...['tree', 'df', 'stat', 'dump', 'perf', 'status', 'pool ls', 'pool stats', 'crush tree', 'blocked-by'].map((what) =>
    look(`ceph osd ${what}`, '-f:word --format:word', 'word?', [`ceph osd ${what}`], ['ceph osd out 3', 'ceph osd pool delete x x', 'ceph osd purge 3'], { check: ({ operands }) => operands.length === 0 || operands[0] === 'detail' }),
  ),
  look('ceph pg stat', '', '', ['ceph pg stat'], ['ceph pg repair 1.0']),
  look('ceph mon stat', '', '', ['ceph mon stat'], ['ceph mon remove a']),
  look('ceph fs ls', '', '', ['ceph fs ls'], ['ceph fs rm x']),
  look('ceph fs status', '', 'word?', ['ceph fs status'], ['ceph fs fail x']),
  look('rbd ls', '-l --long -p:word --pool:word --format:word', 'volume?', ['rbd ls', 'rbd ls -l rbd'], ['rbd rm x', 'rbd ls --keyring /tmp/x']),
  look('rbd info', '-p:word --pool:word --format:word', 'volume', ['rbd info rbd/vm-100-disk-0'], ['rbd resize x']),
  look('rbd du', '-p:word --pool:word', 'volume?', ['rbd du'], ['rbd map x']),

  look('mdadm', '-D --detail -E --examine -s --scan -Q --query -v --verbose -b', 'device*', ['mdadm --detail /dev/md0', 'mdadm -D --scan', 'mdadm --examine /dev/sda1'], ['mdadm --stop /dev/md0', 'mdadm -S /dev/md0', 'mdadm /dev/md0', 'mdadm -s /dev/md0'], { needs: '-D --detail -E --examine -Q --query' }),
  look('multipath', '-l -ll', 'volume?', ['multipath -ll', 'multipath -l'], ['multipath -F', 'multipath -f x', 'multipath'], { style: 'words', needs: '-l -ll' }),
  look('iscsiadm', '-m:word --mode:word -P:number', '', ['iscsiadm -m session', 'iscsiadm -m session -P 3'], ['iscsiadm -m node --logoutall=all', 'iscsiadm -m discovery -t st -p 10.0.0.1', 'iscsiadm -m node -o delete'], { check: ({ flags }) => flags.some((f) => f.value === 'session') }),
  look('btrfs filesystem show', '', 'place?', ['btrfs filesystem show'], ['btrfs filesystem resize 1G /']),
  look('btrfs filesystem usage', '-bhHgmkT', 'place', ['btrfs filesystem usage /'], ['btrfs subvolume delete /x']),
  look('btrfs device stats', '', 'place', ['btrfs device stats /'], ['btrfs device stats -z /', 'btrfs device remove x /']),
  look('btrfs scrub status', '', 'place', ['btrfs scrub status /'], ['btrfs scrub cancel /']),
  look('btrfs subvolume list', '-apcgout', 'place', ['btrfs subvolume list /'], ['btrfs subvolume delete /x']),
]
