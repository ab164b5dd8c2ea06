/** Variants of command lines: as people hide things, and as parsers stumble. */

const words = (line: string) => line.split(' ')
const first = (line: string, change: (word: string) => string) => {
  const [head = '', ...rest] = words(line)
  return [change(head), ...rest].join(' ')
}
const each = (line: string, change: (word: string) => string) => words(line).map(change).join(' ')
/** Quoted, an operator or a pattern would be a harmless text. */
const KEPT = /["'\\$`|&;<>*?[\]{}~#()]/
const quoted = (word: string) => (KEPT.test(word) ? word : `'${word}'`)
const doubled = (word: string) => (KEPT.test(word) ? word : `"${word}"`)

/** Long options, each shortened at three places. */
const abbreviated = (line: string): string[] =>
  [...line.matchAll(/--[a-z][a-z-]{3,}/g)].flatMap(([option]) =>
    [4, 6, option.length - 1]
      .filter((n) => n < option.length)
      .map((n) => line.replace(option, option.slice(0, n))),
  )

/** All of them are as harmful as the line they come from, or no command at all. */
export const mutantsOf = (line: string): string[] => [
  `df -h; ${line}`,
  `df -h && ${line}`,
  `df -h || ${line}`,
  `df -h | ${line}`,
  `${line}; df -h`,
  `${line} | head -n 5`,
  `${line} && uptime`,
  `${line} 2>/dev/null`,
  `${line} >/dev/null`,
  `${line} 2>&1`,
  `  ${line}  `,
  line.replaceAll(' ', '  '),
  line.replaceAll(' ', '\t'),
  line.replaceAll(' ', '\u00a0'),
  line.replaceAll(' ', '\\\n '),
  `df -h\n${line}`,
  `df -h\r${line}`,
  `${line}\n`,
  `: ; ${line}`,
  first(line, quoted),
  first(line, doubled),
  first(line, (w) => `\\${w}`),
  first(line, (w) => `${w.slice(0, 1)}''${w.slice(1)}`),
  first(line, (w) => `/usr/bin/${w}`),
  first(line, (w) => `./${w}`),
  first(line, (w) => w.toUpperCase()),
  first(line, (w) => `$'${w}'`),
  each(line, quoted),
  each(line, doubled),
  `$(${line})`,
  `\`${line}\``,
  `(${line})`,
  `{ ${line}; }`,
  `${line} &`,
  `! ${line}`,
  `sudo ${line}`,
  `env ${line}`,
  `X=1 ${line}`,
  `timeout 5 ${line}`,
  `sh -c '${line}'`,
  `echo "$(${line})"`,
  `${line} # df -h`,
  `if true; then ${line}; fi`,
  `f() { ${line}; }; f`,
  ...abbreviated(line),
]

/** A harmless line with something hung onto it. */
export const spoiled = (line: string): string[] => [
  `${line}; reboot`,
  `${line} && rm /tmp/x`,
  `${line} | sh`,
  `${line} | tee /tmp/x`,
  `${line} | xargs id`,
  `${line} > /tmp/x`,
  `${line} >> /etc/hosts`,
  `${line} $(id)`,
  `${line} \`id\``,
  `${line} $HOME`,
  `${line} <(id)`,
  `${line} &`,
  `${line}\nreboot`,
  `${line}\rreboot`,
  `${line} # x`,
  `LD_PRELOAD=/tmp/x ${line}`,
  `./${line}`,
  `/tmp/${line}`,
  `sudo ${line}`,
  `${line} | cat - /etc/shadow`,
  `${line} | grep -f /etc/shadow`,
  `${line} | sort -o /tmp/x`,
  `${line} | uniq - /tmp/x`,
  `${line} | awk '{system($0)}'`,
  `${line} | sed -n 'w /tmp/x'`,
]
