/** Processes, load and memory: one look, never an endless one. */
import { look } from '../look.ts'
import type { Given, Rule } from '../rule.ts'

/** BSD letters without a dash; `e` would show the environment of every process. */
const BSD = /^[auxwflrjTLHSc]+$/

const withoutEnvironment = ({ operands }: Given) =>
  operands.every((o) => BSD.test(o) || /^\d+$/.test(o))

/** `vmstat 1` runs for ever, `vmstat 1 5` ends. */
const ends = ({ operands }: Given) => operands.length !== 1

export const processes: readonly Rule[] = [
  look(
    'ps',
    '-AadeflFjHLTwyMNZc -e -o:pscolumns -O:pscolumns -p:pid -C:columns -u:columns -U:columns -t:word -g:columns -q:pid --sort:columns --no-headers --no-heading --headers --forest --ppid:pid --pid:pid --cols:number --width:number --format:pscolumns --user:columns --deselect',
    'word*',
    [
      'ps aux',
      'ps -ef',
      'ps -eo pid,comm,pcpu,pmem --sort=-pcpu --no-headers',
      'ps auxf',
      'ps -p 1 -o etime',
      'ps -C kvm -o pid,args',
      'ps auxww',
      'ps axo pid,ppid,cmd',
    ].slice(0, 7),
    ['ps auxe', 'ps e', 'ps axe', 'ps -ef e', 'ps eww 1'],
    { check: withoutEnvironment },
  ),
  look(
    'ps',
    '--sort:columns --no-headers --forest -p:pid',
    'bsdform pscolumns',
    ['ps axo pid,ppid,cmd', 'ps axo pid,cmd --sort=-rss'],
    ['ps axeo pid'],
    {},
  ),
  look(
    'pstree',
    '-acgGhHlnNpsStTuU',
    'word?',
    ['pstree', 'pstree -p', 'pstree -aps 1234'],
    ['pstree x y'],
  ),
  look(
    'pgrep',
    '-acfhilnovxw -u:columns -P:pid -U:columns -t:word -d:text -G:columns',
    'text?',
    ['pgrep -a kvm', 'pgrep -fl corosync', 'pgrep -c kvm'],
    ['pkill kvm', 'pgrep -F /etc/shadow', 'pgrep --signal 9 x', 'pgrep --pidfile /etc/shadow'],
  ),
  look('pidof', '-scx', 'word+', ['pidof corosync', 'pidof -s pmxcfs'], ['kill 1', 'pidof']),
  look(
    'top',
    '-bHcSi1 -b -n:count -o:columns -w?:number -p:pid -u:user -d:fraction -E:word -e:word',
    '',
    ['top -bn1', 'top -b -n 1 -o %MEM', 'top -b -n 2 -d 1'],
    ['top', 'top -b', 'top -n 1'],
    {
      check: ({ flags }) =>
        flags.some((f) => f.name === '-b') && flags.some((f) => f.name === '-n'),
    },
  ),
  look(
    'free',
    '-bkmghtwlv --human --mega --giga --bytes --total --wide --si --lohi -s:fraction -c:count',
    '',
    ['free', 'free -h', 'free -b', 'free -m -t'],
    ['free -s 1'],
    {
      check: ({ flags }) =>
        !flags.some((f) => f.name === '-s') || flags.some((f) => f.name === '-c'),
    },
  ),
  look(
    'vmstat',
    '-anstwfdDm -S:word',
    'count? count?',
    ['vmstat', 'vmstat 1 5', 'vmstat -s', 'vmstat -w 1 3'],
    ['vmstat 1', 'vmstat -p'],
    { check: ends },
  ),
  look(
    'mpstat',
    '-Aun -P:columns -o:word',
    'count? count?',
    ['mpstat', 'mpstat -P ALL 1 3'],
    ['mpstat 1'],
    { check: ends },
  ),
  look(
    'pidstat',
    '-dhIlrRstuUvw -p:columns -C:word',
    'count? count?',
    ['pidstat 1 3', 'pidstat -d 1 5', 'pidstat'],
    ['pidstat 1', 'pidstat -e df'],
    { check: ends },
  ),
  look(
    'sar',
    '-ABbdFHhpqRrSuvWwyz -n:columns -P:columns -s?:time -e?:time -I:word',
    'count? count?',
    ['sar', 'sar -u 1 3', 'sar -n DEV', 'sar -r'],
    ['sar 1', 'sar -o /tmp/x 1 2', 'sar -f /etc/shadow'],
    { check: ends },
  ),
  look('slabtop', '-o -s:word', '', ['slabtop -o'], ['slabtop'], { needs: '-o' }),
  look('ipcs', '-aclmpqstu', '', ['ipcs -a'], ['ipcrm -a']),
  look('lslocks', '-bJnru -o:columns -p:pid --json --noheadings', '', ['lslocks'], ['lslocks x']),
  look(
    'lsns',
    '-Jlnru -t:word -p:pid -o:columns',
    '',
    ['lsns', 'lsns -t net'],
    ['nsenter -t 1 -m df'],
  ),
  look(
    'prlimit',
    '--pid:pid -p:pid',
    '',
    ['prlimit --pid 1'],
    ['prlimit --pid 1 --nofile=1', 'prlimit df', 'prlimit --nofile=1:1 --pid 1'],
    { needs: '--pid -p' },
  ),
  look(
    'taskset',
    '-cp --cpu-list --pid',
    'pid',
    ['taskset -cp 1234'],
    ['taskset 0x1 df', 'taskset -p 0x1 1234', 'taskset 1'],
    {
      check: ({ flags, operands }) =>
        flags.some((f) => /^(?:-p|--pid)$/.test(f.name)) && operands.length === 1,
    },
  ),
  look(
    'fuser',
    '-vmu',
    'place+',
    ['fuser -v /var/lib/vz', 'fuser -vm /mnt/pve/nas'],
    ['fuser -k /mnt', 'fuser -km /mnt', 'fuser -ki /mnt'],
  ),
  look('pmap', '-xXdpq', 'pid', ['pmap -x 1234'], ['pmap -N /tmp/x 1']),
  look(
    'iotop',
    '-boPak -n:count -d:fraction',
    '',
    ['iotop -bon 1', 'iotop -b -o -n 3'],
    ['iotop', 'iotop -b'],
    {
      check: ({ flags }) =>
        flags.some((f) => f.name === '-b') && flags.some((f) => f.name === '-n'),
    },
  ),
]
