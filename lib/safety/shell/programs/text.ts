/** Filters of text. The small languages among them (awk, sed, jq) have a grammar that only prints. */
import { look } from '../look.ts'
import type { Given, Rule } from '../rule.ts'
import { isPlainAwk, isPlainJq, isPlainSed } from './scripts.ts'

const GREP =
  '-EFGPcHhiLlnoqsvwxyabTUzZ -A:number -B:number -C:number -m:number -e:pattern -# --extended-regexp --fixed-strings --perl-regexp --basic-regexp --count --ignore-case --invert-match --word-regexp --line-regexp --files-with-matches --files-without-match --line-number --only-matching --quiet --silent --no-messages --with-filename --no-filename --text --byte-offset --null --line-buffered --color?:word --colour?:word --max-count:number --after-context:number --before-context:number --context:number --regexp:pattern'

/** With `-e` every operand is a file; without, the first is the pattern. */
const hasPattern = ({ flags, operands }: Given) =>
  flags.some((f) => f.name === '-e' || f.name === '--regexp')
    ? operands.every((o) => o === '-' || o.startsWith('/'))
    : operands.length > 0

const grep = (name: string) => [
  look(
    name,
    GREP,
    'pattern file*',
    [
      `${name} -i error /var/log/syslog`,
      `${name} -E "pve|proxmox"`,
      `${name} -A 3 -n zfs /proc/modules`,
      `${name} -c processor /proc/cpuinfo`,
      `${name} -v "^#" /etc/fstab`,
    ],
    [
      `${name} -f /etc/shadow /var/log/syslog`,
      `${name} root /etc/shadow`,
      `${name} -r x /etc/pve`,
      `${name} -rf /tmp/x /`,
      `${name} --file=/etc/shadow x /var/log/a`,
      `${name} --devices=read x /dev/sda`,
      `${name} password /var/log/syslog`,
      `${name} x relative`,
    ],
    { check: hasPattern },
  ),
  look(name, GREP, 'file*', [`${name} -e error -e warn /var/log/syslog`], [], {
    needs: '-e --regexp',
    check: hasPattern,
  }),
  look(
    name,
    `${GREP} -rRd --recursive --dereference-recursive --include:text --exclude:text --exclude-dir:text`,
    'pattern tree+',
    [`${name} -ri error /var/log`, `${name} -rl "iface vmbr" /etc/network`],
    [`${name} -r x /`, `${name} -R root /etc`],
    { needs: '-r -R --recursive', check: hasPattern },
  ),
]

export const text: readonly Rule[] = [
  ...grep('grep'),
  ...grep('egrep').slice(0, 1),
  ...grep('fgrep').slice(0, 1),
  // `-o` writes, `-T` writes elsewhere, `--compress-program` runs: none is here.
  look(
    'sort',
    '-bdfghiMnRrVuzcCms -k:columns -t:text --reverse --numeric-sort --human-numeric-sort --unique --version-sort --ignore-case --general-numeric-sort --month-sort --key:columns --field-separator:text --stable --check',
    'file*',
    ['sort', 'sort -rn', 'sort -k3 -h', 'sort -t: -k2,2n /etc/subuid', 'sort -u'],
    [
      'sort -o /etc/passwd /etc/hosts',
      'sort --compress-program=x',
      'sort --compress-prog sh',
      'sort -T /tmp',
      'sort --output=/tmp/x',
      'sort --files0-from=/etc/shadow',
      'sort --random-source=/etc/shadow',
      'sort /etc/shadow',
      'sort -no/tmp/x',
    ],
  ),
  // The second operand of uniq is an output.
  look(
    'uniq',
    '-cdDiuz -f:number -s:number -w:number --count --repeated --unique --ignore-case --skip-fields:number --skip-chars:number',
    'file?',
    ['uniq', 'uniq -c', 'uniq -d /var/log/syslog'],
    ['uniq /etc/hosts /etc/passwd', 'uniq - /tmp/x', 'uniq -c /etc/shadow'],
  ),
  look(
    'wc',
    '-clLmw --lines --words --bytes --chars --max-line-length',
    'file*',
    ['wc -l', 'wc -l /var/log/syslog'],
    ['wc --files0-from=/etc/shadow', 'wc -l /etc/shadow'],
  ),
  look(
    'cut',
    '-sz -d:text -f:columns -c:columns -b:columns --delimiter:text --fields:columns --characters:columns --complement --output-delimiter:text --only-delimited',
    'file*',
    ['cut -d: -f1', 'cut -c1-80', "cut -d' ' -f2-4 /proc/loadavg"],
    ['cut -d: -f2 /etc/shadow', 'cut --out=/tmp/x'],
  ),
  look(
    'tr',
    '-cCdst --delete --squeeze-repeats --complement',
    'text text?',
    ["tr -d '\"'", "tr -s ' '", 'tr a-z A-Z'],
    ['tr a b c'],
  ),
  look(
    'column',
    '-tJnexdLRH -s:text -o:text -c:number -N:columns --table --separator:text --json --table-columns:columns --output-separator:text --fillrows',
    'file*',
    ['column -t', 'column -t -s:'],
    ['column /etc/shadow'],
  ),
  look('rev', '', 'file*', ['rev'], ['rev /etc/shadow']),
  look('fold', '-bs -w:number', 'file*', ['fold -w 80'], ['fold /etc/shadow']),
  look('expand', '-i -t:number', 'file*', ['expand -t 4'], ['expand /etc/shadow']),
  look(
    'paste',
    '-sz -d:text',
    'file*',
    ['paste -sd,', 'paste /proc/uptime /proc/loadavg'],
    ['paste /etc/shadow'],
  ),
  look(
    'numfmt',
    '--to:word --from:word --field:columns --header?:number --suffix:text --padding:signed -d:text',
    'number*',
    ['numfmt --to=iec', 'numfmt --to=iec --field=2'],
    ['numfmt --debug x'],
  ),
  look(
    'base64',
    '-i -w:number',
    'file?',
    ['base64 /etc/hosts'],
    ['base64 -d', 'base64 /etc/shadow'],
  ),
  look(
    'strings',
    '-a -n:number',
    'file+',
    ['strings -n 8 /var/log/wtmp'],
    ['strings /dev/sda', 'strings /etc/shadow'],
  ),
  look(
    'xxd',
    '-bu -l:number -c:number -g:number -s:number',
    'file',
    ['xxd -l 64 /var/log/wtmp'],
    ['xxd -r /tmp/x', 'xxd /var/log/wtmp /tmp/out', 'xxd /dev/sda'],
    { style: 'words' },
  ),
  look(
    'hexdump',
    '-Cbcdvx -n:number -s:number',
    'file',
    ['hexdump -C -n 64 /var/log/wtmp'],
    ['hexdump -f /tmp/x /var/log/wtmp', 'hexdump /dev/sda'],
  ),
  look(
    'sed',
    '-nErzsu -e:text --quiet --silent --regexp-extended',
    'text file*',
    [
      "sed -n '1,20p' /var/log/syslog",
      'sed -n 5p',
      "sed -n '/error/p' /var/log/syslog",
      "sed -n '$p' /etc/hosts",
    ],
    [
      'sed -i s/a/b/ /etc/hosts',
      "sed -n '1e id' /etc/hosts",
      "sed -n 'w /tmp/x' /etc/hosts",
      "sed 's/a/b/' /etc/hosts",
      "sed 's/a/b/e'",
      "sed -n '1,5p' /etc/shadow",
      'sed -f /tmp/x /etc/hosts',
      'sed -n --in-place 1p /etc/hosts',
      "sed -n '1p;w /tmp/x' /etc/hosts",
    ],
    {
      needs: '-n --quiet --silent',
      check: ({ flags, operands }) =>
        !flags.some((f) => f.name === '-e') && isPlainSed(operands[0]!),
    },
  ),
  ...['awk', 'gawk', 'mawk'].map((name) =>
    look(
      name,
      '-F:text',
      'text file*',
      [
        `${name} '{print $1}'`,
        `${name} -F: '{print $1,$3}' /etc/subuid`,
        `${name} '$5+0 > 80 {print $6, $5}'`,
        `${name} '/MemAvailable/ {print $2/1024}' /proc/meminfo`,
        `${name} 'NR>1 {s+=$3} END {print s}'`,
      ],
      [
        `${name} 'BEGIN{system("id")}'`,
        `${name} '{print > "/tmp/x"}'`,
        `${name} '{print | "sh"}'`,
        `${name} -f /tmp/x`,
        `${name} '{"id" | getline x; print x}'`,
        `${name} '{print ENVIRON["PATH"]}'`,
        `${name} '{while((getline l < "/etc/shadow")>0) print l}'`,
        `${name} '{print $1}' /etc/shadow`,
        `${name} -v x=1 '{print}'`,
        `${name} '@load "x"; {print}'`,
        `${name} '{print}' x=/etc/shadow`,
      ],
      { check: ({ operands }) => isPlainAwk(operands[0]!) },
    ),
  ),
  look(
    'jq',
    '-rcnsSMCajeR --raw-output --compact-output --slurp --sort-keys --null-input --exit-status --monochrome-output --color-output --tab --indent:number --raw-input',
    'text file*',
    [
      "jq '.'",
      "jq -r '.[].name'",
      'jq \'.[] | select(.status=="running") | .vmid\'',
      "jq -c 'map({vmid,name})'",
      'jq length',
    ],
    [
      'jq env',
      "jq '$ENV.PATH'",
      "jq -n 'input_filename'",
      'jq -f /tmp/x',
      "jq --rawfile a /etc/shadow '$a'",
      "jq --slurpfile a /etc/shadow '$a'",
      'jq . /etc/shadow',
      'jq \'import "x" as x; .\'',
      'jq -L /tmp .',
      'jq \'include "x"; .\'',
      "jq --args '.' /etc/shadow",
    ],
    { check: ({ operands }) => isPlainJq(operands[0]!) },
  ),
]
