/** The running system: services, journal, time, processes, packages. */
import { look } from '../look.ts'
import type { Given, Rule } from '../rule.ts'

const UNIT_FORM =
  '-l --full --no-pager --no-legend -q --quiet -a --all -n:number --lines:number -o:word --output:word --plain --no-ask-password --type:columns -t:columns --state:columns --failed --show-types --user-unit:word --with-dependencies --recursive -r --reverse --after --before --legend:bool --timestamp:word --value'

/** Everything else that `show` prints may hold the environment of a service, and with it secrets. */
const SAFE_PROPERTIES =
  /^(?:Id|Names|Description|LoadState|ActiveState|SubState|UnitFileState|UnitFilePreset|Result|MainPID|ExecMainPID|ExecMainStatus|ExecMainCode|ExecMainStartTimestamp|ExecMainExitTimestamp|NRestarts|MemoryCurrent|MemoryPeak|MemoryMax|MemoryHigh|CPUUsageNSec|TasksCurrent|TasksMax|ActiveEnterTimestamp|ActiveExitTimestamp|InactiveEnterTimestamp|StateChangeTimestamp|FragmentPath|DropInPaths|After|Before|Requires|Wants|WantedBy|RequiredBy|PartOf|Conflicts|Restart|RestartUSec|StatusText|StatusErrno|Type|Slice|ControlGroup|NextElapseUSecRealtime|LastTriggerUSec|Triggers|TriggeredBy|Version|SystemState|NFailedUnits|NJobs|Where|What|Options|LimitNOFILE|TimeoutStartUSec|TimeoutStopUSec|NeedDaemonReload)$/

const namesProperties = ({ flags }: Given) => {
  const asked = flags.filter((f) => f.name === '-p' || f.name === '--property' || f.name === '-P')
  return (
    asked.length > 0 &&
    asked.every((f) => f.value!.split(',').every((name) => SAFE_PROPERTIES.test(name)))
  )
}

const ctl = (verb: string, operands: string, match: string[], notMatch: string[] = []) =>
  look(`systemctl ${verb}`, UNIT_FORM, operands, match, notMatch, { anywhere: true })

export const system: readonly Rule[] = [
  look(
    'systemctl',
    '--failed --no-pager --no-legend --all -a --plain -q -l --full --type:columns -t:columns --state:columns',
    '',
    ['systemctl --failed', 'systemctl', 'systemctl --no-pager --failed'],
    [
      'systemctl -H root@10.0.0.1',
      'systemctl --root=/tmp',
      'systemctl daemon-reload',
      'systemctl --fail',
    ],
  ),
  ctl(
    'status',
    'unit*',
    [
      'systemctl status',
      'systemctl status pveproxy --no-pager',
      'systemctl --no-pager status pveproxy pvedaemon',
      'systemctl status -n 50 corosync',
    ],
    [
      'systemctl -H root@other status x',
      'systemctl stop pveproxy',
      'systemctl -M 105 status',
      'systemctl --no-pager restart corosync',
      'systemctl status --root=/x',
    ],
  ),
  ctl(
    'is-active',
    'unit+',
    ['systemctl is-active corosync', 'systemctl is-active -q pveproxy'],
    ['systemctl start x'],
  ),
  ctl('is-enabled', 'unit+', ['systemctl is-enabled pveproxy'], ['systemctl enable x']),
  ctl(
    'is-failed',
    'unit*',
    ['systemctl is-failed pve-cluster'],
    ['systemctl reset-failed --root=/x'],
  ),
  ctl(
    'is-system-running',
    '',
    ['systemctl is-system-running'],
    ['systemctl is-system-running --wait'],
  ),
  ctl(
    'list-units',
    'unit*',
    [
      'systemctl list-units --failed',
      'systemctl list-units --type=service --state=running',
      "systemctl list-units 'pve*'",
    ],
    ['systemctl isolate rescue'],
  ),
  ctl(
    'list-unit-files',
    'unit*',
    ['systemctl list-unit-files --type=service'],
    ['systemctl mask x'],
  ),
  ctl('list-timers', 'unit*', ['systemctl list-timers --all'], ['systemctl edit x']),
  ctl('list-sockets', 'unit*', ['systemctl list-sockets'], ['systemctl kill x']),
  ctl('list-jobs', '', ['systemctl list-jobs'], ['systemctl cancel 5']),
  ctl(
    'list-dependencies',
    'unit*',
    ['systemctl list-dependencies pve-cluster', 'systemctl list-dependencies --reverse corosync'],
    ['systemctl disable x'],
  ),
  ctl('cat', 'unit+', ['systemctl cat pveproxy'], ['systemctl revert x']),
  ctl('get-default', '', ['systemctl get-default'], ['systemctl set-default rescue.target']),
  look(
    'systemctl show',
    `${UNIT_FORM} -p:columns --property:columns -P:columns`,
    'unit*',
    [
      'systemctl show pveproxy -p ActiveState',
      'systemctl show -p NRestarts,MemoryCurrent pvestatd',
      'systemctl show --property=MainPID corosync',
      'systemctl show -P SubState corosync',
    ],
    [
      'systemctl show pveproxy',
      'systemctl show --property=Environment app',
      'systemctl show -p ExecStart x',
      'systemctl show-environment',
      'systemctl show -p ActiveState,Environment x',
    ],
    { anywhere: true, check: namesProperties },
  ),
  look(
    'systemd-analyze',
    '--no-pager',
    'word? unit*',
    [
      'systemd-analyze',
      'systemd-analyze blame',
      'systemd-analyze critical-chain pveproxy.service',
      'systemd-analyze time',
    ],
    [
      'systemd-analyze log-level debug',
      'systemd-analyze set-log-level debug',
      'systemd-analyze dump',
      'systemd-analyze service-watchdogs no',
    ],
    {
      check: ({ operands }) =>
        operands.length === 0 || /^(?:blame|critical-chain|time)$/.test(operands[0]!),
    },
  ),
  look(
    'systemd-cgls',
    '-alkx --no-pager --all',
    '',
    ['systemd-cgls --no-pager'],
    ['systemd-cgls -M x'],
  ),
  look(
    'systemd-cgtop',
    '-bptcmi1rn -b --batch -n:count --iterations:count -d:fraction --depth:number',
    '',
    ['systemd-cgtop -b -n 1', 'systemd-cgtop -bn1'],
    ['systemd-cgtop', 'systemd-cgtop -b'],
    {
      check: ({ flags }) =>
        flags.some((f) => /^(?:-n|--iterations)$/.test(f.name)) &&
        flags.some((f) => /^(?:-b|--batch)$/.test(f.name)),
    },
  ),
  look('systemd-detect-virt', '-cvqr', '', ['systemd-detect-virt'], ['systemd-run df']),

  // No `-f`, no `--vacuum-*`, `--rotate`, `--flush`, `--sync`, `--setup-keys`, `--file`, `-D`, `--root`.
  look(
    'journalctl',
    '-abeqrxklmN -# -u:unit -n:number -p:columns -t:word -o:word -S:time -U:time -b?:signed -g:pattern -F:word -k --unit:unit --lines:number --since:time --until:time --priority:columns --identifier:word --output:word --grep:pattern --boot?:signed --dmesg --no-pager --reverse --utc --no-hostname --catalog --all --list-boots --disk-usage --case-sensitive?:bool --quiet --full --no-full --facility:columns --output-fields:columns --system --field:word --fields --pager-end --no-tail --truncate-newline --user-unit:unit --show-cursor',
    'journal*',
    [
      'journalctl -u pveproxy -n 50 --no-pager',
      'journalctl -b -p err',
      'journalctl --since "1 hour ago"',
      'journalctl -k -b -1',
      'journalctl --disk-usage',
      'journalctl --list-boots',
      'journalctl -xe --no-pager',
      'journalctl -u corosync --since today --grep "token|retransmit"'.replace('token|', 'totem|'),
      '  journalctl _PID=1 -n 5'.trim(),
    ],
    [
      'journalctl --vacuum-time=1s',
      'journalctl --vac=1s',
      'journalctl --rotate',
      'journalctl --rot',
      'journalctl -f',
      'journalctl -fu pveproxy',
      'journalctl --flush',
      'journalctl --file=/tmp/x',
      'journalctl -D /tmp',
      'journalctl --directory=/tmp',
      'journalctl --cursor-file=/tmp/x',
      'journalctl --root=/tmp',
      'journalctl -M 105',
      'journalctl --setup-keys',
      'journalctl --sync',
      'journalctl --update-catalog',
      'journalctl /usr/bin/x',
      'journalctl --follow',
    ],
  ),
  look(
    'dmesg',
    '-HkLPTtuxrSJ -H --human --ctime -T -x --decode --level:columns -l:columns -f:columns --facility:columns --kernel --userspace --nopager --notime --reltime --time-format:word --since:time --until:time --color?:word --json',
    '',
    ['dmesg', 'dmesg -T', 'dmesg --level=err,warn', 'dmesg -Tx --nopager'],
    [
      'dmesg -C',
      'dmesg -c',
      'dmesg --clear',
      'dmesg -w',
      'dmesg -W',
      'dmesg -D',
      'dmesg -E',
      'dmesg -n 1',
      'dmesg -F /etc/shadow',
      'dmesg --read-clear',
      'dmesg --cle',
    ],
  ),

  look(
    'date',
    '-uRI -d:time -I?:word --utc --iso-8601?:word --rfc-3339:word --rfc-email --date:time',
    'dateform?',
    [
      'date',
      'date -u',
      'date +%s',
      'date -Is',
      'date --iso-8601=seconds',
      "date '+%F %T'",
      "date -d '2 hours ago' +%s",
    ],
    [
      'date -s 12:00',
      'date --set=x',
      'date 112010002026',
      'date -f /etc/shadow',
      'date --se x',
      'date -r /root/x',
    ],
  ),
  look(
    'timedatectl',
    '--no-pager',
    'word?',
    ['timedatectl', 'timedatectl status', 'timedatectl show', 'timedatectl timesync-status'],
    ['timedatectl set-time 12:00', 'timedatectl set-ntp false', 'timedatectl -H x'],
    {
      check: ({ operands }) =>
        /^(?:status|show|timesync-status|show-timesync|list-timezones|)$/.test(operands[0] ?? ''),
    },
  ),
  look(
    'hostnamectl',
    '--no-pager --static --json:word',
    'word?',
    ['hostnamectl', 'hostnamectl status'],
    ['hostnamectl set-hostname x', 'hostnamectl hostname x', 'hostnamectl -H x'],
    { check: ({ operands }) => /^(?:status|)$/.test(operands[0] ?? '') },
  ),
  look(
    'hostname',
    '-fsdIiaAy --fqdn --short --all-ip-addresses --ip-address --domain --all-fqdns',
    '',
    ['hostname', 'hostname -f', 'hostname -I'],
    ['hostname newname', 'hostname -F /etc/x', 'hostname -b x'],
  ),
  look(
    'loginctl',
    '--no-pager --no-legend',
    'word?',
    ['loginctl', 'loginctl list-sessions'],
    ['loginctl terminate-user bob', 'loginctl kill-session 1'],
    { check: ({ operands }) => /^(?:list-sessions|list-users|)$/.test(operands[0] ?? '') },
  ),
  look(
    'localectl',
    '--no-pager',
    'word?',
    ['localectl', 'localectl status'],
    ['localectl set-locale x'],
    { check: ({ operands }) => /^(?:status|)$/.test(operands[0] ?? '') },
  ),
  look(
    'chronyc',
    '-nmc',
    'word word?',
    ['chronyc tracking', 'chronyc sources', 'chronyc -n sources', 'chronyc sourcestats'],
    [
      'chronyc makestep',
      'chronyc shutdown',
      'chronyc -h 10.0.0.1 tracking',
      'chronyc add server x',
      'chronyc -f /tmp/x',
      'chronyc',
    ],
    {
      check: ({ operands }) =>
        /^(?:tracking|sources|sourcestats|activity|ntpdata|serverstats|rtcdata|clients)$/.test(
          operands[0]!,
        ) && operands.length === 1,
    },
  ),
  look('ntpq', '-pn -c:word', '', ['ntpq -p', 'ntpq -pn'], ['ntpq -c clearstats', 'ntpq'], {
    check: ({ flags }) => flags.some((f) => f.name === '-p') && !flags.some((f) => f.name === '-c'),
  }),

  look(
    'uptime',
    '-psr --pretty --since',
    '',
    ['uptime', 'uptime -p', 'uptime -s'],
    ['uptime x', '/tmp/uptime'],
  ),
  look(
    'uname',
    '-asnrvmpio --all --kernel-release --machine',
    '',
    ['uname -a', 'uname -r'],
    ['uname x'],
  ),
  look('arch', '', '', ['arch'], ['arch x']),
  look('nproc', '--all', '', ['nproc', 'nproc --all'], ['nproc x']),
  look('id', '-ugGnrz', 'user?', ['id', 'id root'], ['id -Z x y']),
  look('whoami', '', '', ['whoami'], ['whoami x']),
  look('who', '-abdHlmpqrstTu', '', ['who', 'who -b'], ['who /etc/shadow']),
  look('w', '-hsfoi', '', ['w', 'w -h'], ['w x y']),
  look(
    'last',
    '-#adFiwxR -n:number -s:time -t:time',
    'word*',
    ['last', 'last -n 10', 'last -5', 'last -x reboot'],
    ['last -f /etc/shadow'],
  ),
  look(
    'lastlog',
    '-u:word -t:number',
    '',
    ['lastlog'],
    ['lastlog -C -u bob', 'lastlog -S -u bob', 'lastlog -R /tmp'],
  ),
  look(
    'getent',
    '',
    'word word?',
    ['getent hosts pve1', 'getent group sudo'],
    ['getent shadow', 'getent passwd', 'getent gshadow root', 'getent hosts evil.example.com'],
    {
      check: ({ operands: [db, key] }) =>
        (db === 'hosts' && (key === undefined || !key.includes('.'))) ||
        /^(?:group|services|protocols)$/.test(db!),
    },
  ),
  look('locale', '-am', '', ['locale', 'locale -a'], ['locale x -k']),
  look(
    'getconf',
    '-a',
    'word?',
    ['getconf PAGESIZE', 'getconf _NPROCESSORS_ONLN'],
    ['getconf -v x y'],
  ),
  look(
    'needrestart',
    '-bpl -r:word',
    '',
    ['needrestart -b -r l'],
    ['needrestart -r a', 'needrestart', 'needrestart -b'],
    { check: ({ flags }) => flags.some((f) => f.name === '-r' && f.value === 'l') },
  ),
  look(
    'crontab',
    '-l -u:user',
    '',
    ['crontab -l', 'crontab -l -u root'],
    ['crontab -r', 'crontab -e', 'crontab', 'crontab /tmp/x'],
    { needs: '-l' },
  ),
  look('atq', '', '', ['atq'], ['atrm 1']),
  look('tmux ls', '-F:text', '', ['tmux ls'], ['tmux kill-server', 'tmux new -d df']),
  look('tmux list-sessions', '-F:word', '', ['tmux list-sessions'], ['tmux kill-session']),
  look('echo', '', 'saying*', ['echo hello', 'echo -n x', "echo '---'"], ['echo x > /etc/hosts'], {
    style: 'text',
  }),
  look('printf', '', 'saying saying*', ["printf '%s\\n' a"], ['printf'], { style: 'text' }),
  look('true', '', '', ['true'], ['true x > /tmp/x']),
  look('false', '', '', ['false'], ['./false']),
  look('seq', '-w -s:text', 'number number? number?', ['seq 5', 'seq 1 3'], ['seq x']),
  look('sleep', '', 'seconds', ['sleep 2'], ['sleep infinity', 'sleep 600', 'sleep 1d']),
  look('which', '-a', 'word+', ['which zpool', 'which -a smartctl'], ['which']),
  look('whereis', '-bms', 'word+', ['whereis qm'], ['whereis -B /root -f x']),
  look('whatis', '', 'word+', ['whatis zpool'], ['man zpool', 'whatis -M /tmp x']),
]
