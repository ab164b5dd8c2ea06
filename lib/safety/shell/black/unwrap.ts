/** What a command runs besides itself: the inner command of a wrapper, or the text of a script. */

export type Inner = { argv?: string[]; script?: string; code?: string }

const SHELLS = /^(?:ba|da|z|k|mk|a|fi|r)?sh$|^(?:t?csh|busybox|toybox)$/
export const isShell = (program: string): boolean => SHELLS.test(program.replace(/^.*\//, ''))

/** Of each wrapper the flags that take a word of their own, and how many words stand before the inner one. */
const WRAPPERS: Readonly<Record<string, { valued?: RegExp; skip?: number }>> = {
  sudo: { valued: /^-[ugpChTRDr]$/ },
  doas: { valued: /^-[uC]$/ },
  env: { valued: /^-[uCS]$|^--(?:unset|chdir)$/ },
  nice: { valued: /^-n$/ },
  ionice: { valued: /^-[cnp]$/ },
  chrt: { skip: 1 },
  timeout: { valued: /^-[ks]$/, skip: 1 },
  nohup: {},
  setsid: {},
  stdbuf: { valued: /^-[ioe]$/ },
  time: { valued: /^-[fo]$/ },
  command: {},
  builtin: {},
  exec: { valued: /^-a$/ },
  xargs: { valued: /^-[adEeIiLlnPs]$/ },
  parallel: { valued: /^-j$/ },
  chroot: { skip: 1 },
  nsenter: { valued: /^-[tSG]$|^--target$/ },
  unshare: {},
  'systemd-run': { valued: /^-[puMH]$|^--(?:unit|property|slice|on-\w+|uid)$/ },
  runuser: { valued: /^-[ugcsl]$/ },
  flock: { valued: /^-[wE]$/, skip: 1 },
  strace: { valued: /^-[eopsuaSIOPE]$/ },
  ltrace: { valued: /^-[eopsu]$/ },
  taskset: { skip: 1 },
  watch: { valued: /^-n$|^--interval$/ },
  caffeinate: {},
  unbuffer: {},
  torsocks: {},
  proxychains: {},
  screen: { valued: /^-[SchsTt]$/ },
  busybox: {},
  toybox: {},
  'ld.so': {},
  'ld-linux-x86-64.so.2': {},
  setarch: { skip: 1 },
  prlimit: {},
  numactl: { valued: /^-[CmNi]$/ },
  cgexec: { valued: /^-g$/ },
  faketime: { skip: 1 },
}

/** Their inner command stands behind `--`, or behind this many operands. */
const INTO: Readonly<Record<string, { sub?: string; skip: number; valued?: RegExp }>> = {
  pct: { sub: 'exec', skip: 1 },
  qm: { sub: 'guest', skip: 2, valued: /^--(?:timeout|synchronous|pass-stdin)$/ },
  'lxc-attach': { skip: 0, valued: /^-[nPsLeu]$|^--name$/ },
  'lxc-execute': { skip: 0, valued: /^-[nPf]$/ },
  docker: { sub: 'exec', skip: 1, valued: /^-[euw]$|^--(?:env|user|workdir)$/ },
  podman: { sub: 'exec', skip: 1, valued: /^-[euw]$/ },
}

const rest = (args: readonly string[], valued?: RegExp, skip = 0): string[] => {
  let at = 0
  let left = skip
  for (; at < args.length; at++) {
    const word = args[at]!
    if (word === '--') return args.slice(at + 1 + left)
    if (valued?.test(word)) at += 1
    else if (word.startsWith('-') || /^\w+=/.test(word)) continue
    else if (left > 0) left -= 1
    else break
  }
  return args.slice(at)
}

const behind = (args: readonly string[], flag: RegExp) =>
  args.flatMap((word, i) => (flag.test(word) ? [args[i + 1] ?? ''] : []))

/** Texts in quotes inside a program of another language: `os.system("…")`. */
const quoted = (code: string): string[] =>
  [...code.matchAll(/(["'`])((?:(?!\1)[^\\]|\\.)+)\1|q[qxw]?[{(]([^})]+)[})]/g)].map(
    (m) => m[2] ?? m[3] ?? '',
  )

const INTERPRETERS =
  /^(?:python[\d.]*|perl|ruby|node|nodejs|php|lua|g?awk|mawk|tclsh|expect|gdb|vi|vim|ed|ex)$/

/** Everything that this command would run, one level down. */
export const innerOf = (program: string, args: readonly string[]): Inner[] => {
  const name = program.replace(/^.*\//, '')
  if (isShell(name) && !/^(?:busy|toy)box$/.test(name))
    return behind(args, /^-[a-z]*c$/).map((script) => ({ script }))
  if (name === 'eval') return [{ script: args.join(' ') }]
  if (name === 'trap' || name === 'alias')
    return args.map((a) => ({ script: a.replace(/^\w+=/, '') }))
  if (name === 'su' || name === 'script' || name === 'runuser' || name === 'capsh')
    return behind(args, /^(?:-c|--command)$/).map((script) => ({ script }))
  if (name === 'ssh') return sshInner(args)
  if (name === 'watch') return [{ script: rest(args, WRAPPERS.watch?.valued).join(' ') }]
  if (name === 'tmux' || name === 'parallel') return args.map((script) => ({ script }))
  if (name === 'find') return findInner(args)
  if (INTERPRETERS.test(name))
    return args.flatMap((code) => quoted(code).map((script) => ({ script, code })))
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined
  if (wrapper) return wrapperInner(name, args, wrapper)
  const into = Object.hasOwn(INTO, name) ? INTO[name] : undefined
  if (!into) return []
  if (into.sub && args[0] !== into.sub) return []
  return [{ argv: rest(into.sub ? args.slice(1) : args, into.valued, into.skip) }]
}

const wrapperInner = (
  name: string,
  args: readonly string[],
  { valued, skip }: { valued?: RegExp; skip?: number },
): Inner[] => {
  const argv = rest(args, valued, skip)
  const texts =
    name === 'env'
      ? behind(args, /^-[a-z]*S$|^--split-string$/).concat(
          args.filter((a) => /^--split-string=/.test(a)).map((a) => a.slice(15)),
        )
      : name === 'flock'
        ? behind(args, /^-c$/)
        : []
  return [{ argv }, ...texts.map((script) => ({ script }))]
}

const sshInner = (args: readonly string[]): Inner[] => {
  const inner = rest(args, /^-[bcDEeFIiJLlmOopQRSWw]$/, 1)
  return inner.length > 0 ? [{ script: inner.join(' ') }] : []
}

const findInner = (args: readonly string[]): Inner[] =>
  args.flatMap((word, i) =>
    /^-(?:exec|execdir|ok|okdir)$/.test(word)
      ? [{ argv: args.slice(i + 1).filter((a) => a !== ';' && a !== '+') }]
      : [],
  )
