/** Files and folders: names nearly everywhere, content from the list of `paths.ts`. */
import { look } from '../look.ts'
import type { Given, Rule } from '../rule.ts'

const SECRETIVE =
  /passw|shadow|secret|token|credential|id_rsa|id_ed|\.key|\.pem|\.env|wallet|kdbx|authorized|environ/i

/** find: tests and printing, never `-exec`, `-delete`, `-fprint`, `-ok`, `-files0-from`. */
const FIND =
  '-maxdepth:number -mindepth:number -name:text -iname:text -path:text -ipath:text -type:columns -size:size -mtime:signed -mmin:signed -atime:signed -amin:signed -ctime:signed -cmin:signed -newer:place -newermt:time -user:word -group:word -uid:number -gid:number -perm:findperm -links:signed -inum:number -empty -xdev -mount -depth -daystart -follow -print -print0 -ls -printf:findformat -prune -quit -not -a -o -and -or -nouser -nogroup -readable -writable -executable -true -false -noleaf -fstype:word -regex:text -iregex:text -regextype:word -L -P -H'

const findsNoSecret = ({ flags }: Given) =>
  !flags.some((f) => f.value !== undefined && SECRETIVE.test(f.value))

export const files: readonly Rule[] = [
  look(
    'ls',
    '-aAbBcCdfFgGhHiklLmnNopqQrRsStuUvxXZ1 -I:text -w:number -T:number --all --almost-all --human-readable --size --recursive --reverse --directory --inode --numeric-uid-gid --full-time --group-directories-first --si --classify?:word --file-type --literal --color?:word --sort:word --time:word --time-style:columns --format:word --block-size:size --dereference --no-group --author --escape --ignore:text --hide:text',
    'place*',
    [
      'ls',
      'ls -la /etc/pve',
      'ls -lh --time-style=long-iso /var/log',
      'ls -l /dev/disk/by-id',
      'ls /sys/class/hwmon',
    ],
    [
      'ls /root',
      'ls -la /home/bob',
      'ls --hyperlink /etc',
      'ls /etc/pve/priv',
      'ls ~',
      'ls /var/../root',
    ],
  ),
  look(
    'cat',
    '-AbeEnstTuv --number --show-all --number-nonblank --squeeze-blank',
    'file+',
    [
      'cat /proc/loadavg',
      'cat /etc/pve/corosync.conf',
      'cat /etc/pve/lxc/105.conf',
      'cat -n /etc/fstab',
      'cat /sys/class/thermal/thermal_zone*/temp',
    ],
    [
      'cat /etc/shadow',
      'cat /proc/1/root/etc/shadow',
      'cat /proc/../etc/shadow',
      'cat /proc/self/environ',
      'cat /etc/pve/priv/shadow.cfg',
      'cat',
      'cat /dev/sda',
      'cat /etc/pve/*',
      'cat /etc/sh?dow',
    ],
  ),
  look(
    'head',
    '-qvz -# -n:signed -c:size --lines:signed --bytes:size --quiet --silent --verbose',
    'file*',
    ['head -n 20 /var/log/syslog', 'head -5 /proc/meminfo', 'head --lines=3 /etc/hosts'],
    ['head /etc/shadow', 'head -c 512 /dev/sda', 'head --li=3 /etc/hosts'],
  ),
  look(
    'tail',
    '-qvz -# -n:signed -c:signed --lines:signed --bytes:signed --quiet --silent --verbose',
    'file*',
    [
      'tail -n 50 /var/log/syslog',
      'tail -100 /var/log/pveproxy/access.log',
      'tail -n +2 /etc/hosts',
    ],
    [
      'tail -f /var/log/syslog',
      'tail -F /var/log/syslog',
      'tail --pid=1 -f /var/log/syslog',
      'tail --follow /var/log/syslog',
      'tail /etc/gshadow',
      'tail -n 5 /root/.bash_history',
    ],
  ),
  look('tac', '-b', 'file*', ['tac /var/log/syslog'], ['tac /etc/shadow']),
  look(
    'nl',
    '-b:word -n:word -w:number -s:text',
    'file*',
    ['nl /etc/hosts', 'nl -ba /etc/fstab'],
    ['nl /etc/shadow'],
  ),
  look(
    'stat',
    '-Lft -c:text --format:text --dereference --file-system --terse --printf:text',
    'place+',
    ['stat /etc/pve', 'stat -c %y /var/log/syslog', 'stat -f /'],
    ['stat /root/.ssh', 'stat'],
  ),
  look(
    'file',
    '-bhiLknNrvz0 --brief --mime --mime-type --dereference',
    'place+',
    ['file /boot/vmlinuz', 'file -s /var/log/wtmp', 'file -b /etc/hosts'].filter(
      (l) => !l.includes(' -s'),
    ),
    ['file -f /etc/shadow', 'file -C -m /tmp/x', 'file -m /tmp/x /etc/hosts', 'file -s /dev/sda'],
  ),
  look(
    'readlink',
    '-femnqsvz --canonicalize --verbose',
    'place+',
    ['readlink -f /etc/pve/local', 'readlink /dev/disk/by-id/ata-X'],
    ['readlink /root/x'],
  ),
  look('realpath', '-emLPqsz', 'place+', ['realpath /etc/pve/local'], ['realpath /root']),
  look('basename', '-az -s:text', 'text+', ['basename /etc/pve/lxc/105.conf .conf'], ['basename']),
  look('dirname', '-z', 'text+', ['dirname /etc/pve/lxc/105.conf'], ['dirname']),
  look(
    'find',
    FIND,
    'findword+',
    [
      'find /var/log -name "*.gz" -mtime +30',
      'find /var/lib/vz/dump -type f -size +1G',
      'find / -xdev -type f -size +500M -printf "%s %p\\n"',
      'find /var/log -maxdepth 1 -type f -ls',
      'find /etc/pve -name "*.conf" -o -name "*.cfg"',
    ],
    [
      'find / -delete',
      'find /var/log -exec rm {} ;',
      'find / -fprint /tmp/x',
      'find / -name id_rsa',
      'find . -name x',
      'find /root -type f',
      'find /var -ok rm {} ;',
      'find /var -fls /tmp/x',
      'find / -files0-from /etc/shadow',
    ],
    { style: 'words', check: findsNoSecret },
  ),
  look(
    'tree',
    '-adfipsughDFqNnCAxlSJr -L:number -P:text -I:text --du --dirsfirst --noreport --prune',
    'place+',
    ['tree -L 2 /etc/pve', 'tree -d /var/lib/vz'],
    ['tree -o /tmp/x /etc', 'tree --fromfile /etc/shadow', 'tree /root', 'tree -R -H x /var'],
  ),
  look(
    'md5sum',
    '-bt',
    'file+',
    ['md5sum /etc/pve/storage.cfg'],
    ['md5sum -c /tmp/x', 'md5sum /etc/shadow'],
  ),
  look(
    'sha256sum',
    '-bt',
    'file+',
    ['sha256sum /etc/pve/corosync.conf'],
    ['sha256sum --check /tmp/x'],
  ),
  look('cksum', '', 'file+', ['cksum /etc/pve/storage.cfg'], ['cksum /etc/shadow']),
  look(
    'diff',
    '-abBdEilNpqsTtuwyZ -U:number -C:number --brief --unified?:number --side-by-side --suppress-common-lines --ignore-all-space --width:number',
    'file file',
    ['diff /etc/pve/corosync.conf /etc/corosync/corosync.conf', 'diff -u /etc/hosts /etc/fstab'],
    ['diff /etc/shadow /etc/hosts', 'diff -r / /root', 'diff --to-file=/etc/shadow /etc/hosts'],
  ),
  look(
    'cmp',
    '-bls',
    'file file',
    ['cmp /etc/pve/corosync.conf /etc/corosync/corosync.conf'],
    ['cmp /etc/shadow /etc/hosts'],
  ),
  look('zcat', '-f', 'file+', ['zcat /var/log/syslog.2.gz'], ['zcat /etc/shadow']),
  look(
    'zgrep',
    '-cEFhHilnovwx -A:number -B:number -C:number -m:number',
    'pattern file+',
    ['zgrep -i error /var/log/syslog.2.gz'],
    ['zgrep -f /etc/shadow x /var/log/a', 'zgrep x /etc/shadow'],
  ),
  look(
    'getfacl',
    '-acdeEnpst',
    'place+',
    ['getfacl /var/lib/vz'],
    ['getfacl --restore=/tmp/x', 'getfacl -R /root'],
  ),
  look('lsattr', '-adlv', 'place+', ['lsattr -d /etc/pve'], ['lsattr /root', 'chattr -i /etc/pve']),
  look(
    'test',
    '-e:place -f:place -d:place -s:place -r:place -L:place -b:device',
    '',
    ['test -f /etc/pve/corosync.conf', 'test -d /var/lib/vz'],
    ['test -f /root/x', 'test'],
    { style: 'words', needs: '-e -f -d -s -r -L -b' },
  ),
  look(
    'lsof',
    '-nPlRtUbw -i?:socket -s?:word -p:pid -u:word -c:word',
    'lsofword*',
    ['lsof -nP -i', 'lsof -p 123', 'lsof /var/log/syslog', 'lsof -i :8006'].slice(0, 3),
    ['lsof -r 1', 'lsof +D /', 'lsof -D b/tmp/x'],
  ),
]
