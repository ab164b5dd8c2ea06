/** Disks and file systems: what is there, how full, how well. */
import { look } from '../look.ts'
import type { Rule } from '../rule.ts'

export const disks: readonly Rule[] = [
  // `-t` starts tests, `-s -S -o --set` change settings; `-i` and the rest only print.
  look(
    'smartctl',
    '-aixHcAjq -a -i -x -H -c -A -j --all --info --xall --health --capabilities --attributes --scan --scan-open --json?:word -l:columns --log:columns -d:columns --device:columns -n:columns --nocheck:columns -f:columns --format:columns -P:word -g:word --get:word',
    'device?',
    ['smartctl -a /dev/sda', 'smartctl -H /dev/nvme0', 'smartctl --scan', 'smartctl -i -A -d sat /dev/sdb', 'smartctl -l error /dev/sda', 'smartctl --all --json=c /dev/nvme0n1'],
    ['smartctl -t short /dev/sda', 'smartctl -s off /dev/sda', 'smartctl -X /dev/sda', 'smartctl --test=long /dev/sda', 'smartctl --set=standby,now /dev/sda', 'smartctl --sm=x /dev/sda', 'smartctl -o on /dev/sda', 'smartctl -a /etc/shadow'],
    { check: ({ flags }) => !flags.some((f) => /^scttemp(?:int)?,|,(?:set|p|s)\b/.test(f.value ?? '')) },
  ),
  look('nvme list', '-v -o:word --output-format:word', 'device?', ['nvme list', 'nvme list -o json'], ['nvme format /dev/nvme0n1']),
  ...['smart-log', 'id-ctrl', 'error-log', 'fw-log', 'id-ns', 'list-ns'].map((what) =>
    look(`nvme ${what}`, '-H -o:word --output-format:word -n:number --namespace-id:number -e:number', 'device', [`nvme ${what} /dev/nvme0`, `nvme ${what} /dev/nvme0 -o json`], ['nvme sanitize /dev/nvme0', 'nvme write /dev/nvme0n1', 'nvme fw-commit /dev/nvme0']),
  ),
  look('lsblk', '-abdDfilmnOpPrsStzJTAvyMNQ -o:columns --output:columns -e:columns -I:columns -x:word --json --bytes --all --nodeps --fs --output-all --paths --noheadings --list --topology --discard --perms --pairs --raw --scsi --inverse --ascii --tree?:word --sort:word --exclude:columns --include:columns', 'device*', ['lsblk', 'lsblk -J -b', 'lsblk -o NAME,SIZE,MODEL,SERIAL', 'lsblk -f /dev/sda'], ['lsblk --sysroot /tmp', 'lsblk /etc/shadow']),
  look('blkid', '-ikp -o:word -s:word -t:columns -L:word -U:word', 'device*', ['blkid', 'blkid -o list', 'blkid /dev/sda1'], ['blkid -c /tmp/x', 'blkid -w /tmp/x', 'blkid -g']),
  look('findmnt', '-abcCdDefijklmnoPrRsTuUvyAJ -t:columns -o:columns -S:text -T:place --json --all --df --list --tree --noheadings --real --pseudo --types:columns --output:columns --target:place --source:text --verify', 'place?', ['findmnt', 'findmnt -t zfs,ext4', 'findmnt -D', 'findmnt -n -o SOURCE /'], ['findmnt --poll', 'findmnt -p', 'findmnt -F /etc/shadow']),
  look('mount', '-l -t:columns', '', ['mount', 'mount -l', 'mount -t zfs'], ['mount -a', 'mount /dev/sda1 /mnt', 'mount -o remount,ro /']),
  look('df', '-ahHiklmPTv -B:size -t:word -x:word --all --human-readable --si --inodes --local --portability --print-type --total --sync --no-sync --block-size:size --type:word --exclude-type:word --output?:columns', 'place*', ['df', 'df -h', 'df -hT /', 'df -i', 'df -B1 --output=source,fstype,size,used,avail,target', 'df -h -x tmpfs -x devtmpfs'], ['df --hum', 'df $HOME', './df', '/tmp/df']),
  look('du', '-abcDhHklLmPsSx0 -d:number -t:size -B:size --all --apparent-size --bytes --total --human-readable --si --summarize --one-file-system --separate-dirs --max-depth:number --threshold:size --block-size:size --time?:word --time-style:columns --exclude:text --inodes', 'place*', ['du -sh /var/log', 'du -h --max-depth=1 /var', 'du -xhd1 /', 'du -ah /var/lib/vz'], ['du --files0-from=/etc/shadow', 'du -X /etc/shadow /', 'du -sh /root', 'du --exclude-from=/etc/shadow /']),
  look('fdisk', '-l --list -x -o:columns -u:word --bytes -b:number', 'device*', ['fdisk -l', 'fdisk -l /dev/sda'], ['fdisk /dev/sda', 'fdisk -w always /dev/sda'], { needs: '-l --list -x' }),
  look('sfdisk', '-l --list -d --dump -V --verify -J --json -F', 'device*', ['sfdisk -l', 'sfdisk -d /dev/sda', 'sfdisk --json /dev/sda'], ['sfdisk /dev/sda', 'sfdisk --delete /dev/sda', 'sfdisk -f /dev/sda'], { needs: '-l --list -d --dump -V --verify -J --json -F' }),
  look('sgdisk', '-p --print -v --verify -i:number --info:number', 'device', ['sgdisk -p /dev/sda', 'sgdisk -i 3 /dev/sda'], ['sgdisk -Z /dev/sda', 'sgdisk -d 1 /dev/sda', 'sgdisk --backup=/tmp/x /dev/sda', 'sgdisk /dev/sda'], { needs: '-p --print -v --verify -i --info' }),
  look('parted', '-l -m --list --machine', '', ['parted -l', 'parted -m -l'], ['parted /dev/sda', 'parted -s /dev/sda rm 1'], { needs: '-l --list' }),
  look('hdparm', '-IiCgH', 'device+', ['hdparm -I /dev/sda', 'hdparm -C /dev/sda'], ['hdparm -y /dev/sda', 'hdparm -S 60 /dev/sda', 'hdparm --security-erase x /dev/sda', 'hdparm -z /dev/sda'], { needs: '-I -i -C -g -H' }),
  look('lsscsi', '-Cdgiklpstuw', '', ['lsscsi', 'lsscsi -s'], ['lsscsi -y /tmp']),
  look('ledctl', '-L --list-controllers', '', ['ledctl -L'], ['ledctl locate=/dev/sda'], { needs: '-L --list-controllers' }),
  look('tune2fs', '-l', 'device', ['tune2fs -l /dev/sda2'], ['tune2fs -m 1 /dev/sda2', 'tune2fs -O x /dev/sda2'], { needs: '-l' }),
  look('dumpe2fs', '-h', 'device', ['dumpe2fs -h /dev/sda2'], ['dumpe2fs -i /tmp/x'], { needs: '-h' }),
  look('xfs_info', '', 'place', ['xfs_info /var'], ['xfs_repair /dev/sda']),
  look('losetup', '-alnJ -O:columns --list --all --json -j:device', 'device?', ['losetup -l', 'losetup -a', 'losetup --list --json'], ['losetup -d /dev/loop0', 'losetup -f', 'losetup /dev/loop0 /x']),
  look('swapon', '-s --show?:columns --summary --noheadings --raw --bytes', '', ['swapon --show', 'swapon -s'], ['swapon -a', 'swapon /dev/sdb1', 'swapon'], { needs: '-s --show --summary' }),
  look('iostat', '-cdhNpstxymkzH -j:word -o:word -p:columns --human --pretty --dec?:number', 'word* count? count?', ['iostat', 'iostat -x 1 3', 'iostat -xz'], ['iostat 1', 'iostat -x 5'], { check: ({ operands }) => operands.filter((o) => /^\d+$/.test(o)).length !== 1 }),
]
