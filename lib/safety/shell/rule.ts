/**
 * What one line of the program table says: which flags a program or sub-command may have, which
 * operands, and what tier that is. Flags are taken apart as getopt does it; none may be shortened.
 */
import type { Tier } from '../tiers.ts'
import { type Kind, kindNamed } from './kinds.ts'

export type Rule = {
  /** The program and its sub-commands, which come first: `zfs list`. */
  name: string
  tier: Tier
  /** For a person: what it does, where it does more than look. */
  why?: string | undefined
  /**
   * `-a --all -n:number --color?:word`: a flag, one with a value of a kind, one with an optional value
   * that is attached. `-alh` stands for three, `-#` for `-20`.
   */
  flags?: string | undefined
  /** How the program reads them: `pve` takes `-full 1` and `--full 1`, `words` are
   * whole as those of find, and for `text` a dash means nothing.
   */
  style?: 'gnu' | 'pve' | 'words' | 'text' | undefined
  /** Sub-commands may come after flags, as with `systemctl --no-pager status`. */
  anywhere?: boolean | undefined
  /** Kinds of operands in order, the last with `?`, `*` or `+`: `pattern file*`. */
  operands?: string | undefined
  /** One of these must be there. */
  needs?: string | undefined
  /** What a table cannot say. */
  check?: ((given: Given) => boolean) | undefined
  /** What is acted on, for protection. */
  target?: ((given: Given) => ShellTarget | undefined) | undefined
  /** Lines that this rule lets pass, and lines that must get a higher tier. */
  match: readonly string[]
  notMatch?: readonly string[] | undefined
}

export type ShellTarget = { kind: 'guest' | 'service' | 'container' | 'node'; id: string }

/** Arguments taken apart. */
export type Given = {
  /** Each flag as it is named in the table, with its value. */
  flags: { name: string; value?: string | undefined }[]
  operands: string[]
  /** Every word behind the program. */
  words: readonly string[]
  has(name: string): boolean
}

type Flag = { name: string; kind?: Kind; optional?: boolean }
type Operand = { kind: Kind; often: '' | '?' | '*' | '+' }

export type Prepared = {
  rule: Rule
  program: string
  sub: readonly string[]
  /** The given, when the arguments are exactly such as the rule allows. */
  fits(args: readonly string[]): Given | undefined
}

/** Reads a rule's notation once. Throws for an unknown kind: the table would be wrong. */
export const prepare = (rule: Rule): Prepared => {
  const [program = '', ...sub] = rule.name.split(' ')
  const flags = readFlags(rule.flags ?? '')
  const operands = readOperands(rule.operands ?? '')
  const needs = rule.needs?.split(' ')
  const take = takers[rule.style ?? 'gnu']
  return {
    rule,
    program,
    sub,
    fits(args) {
      const rest = rule.anywhere ? args : afterSub(args, sub)
      const given = rest && take(rest, flags)
      if (!given) return undefined
      if (rule.anywhere && !sub.every((word) => given.operands.shift() === word)) return undefined
      if (!fitsOperands(given.operands, operands)) return undefined
      if (needs && !needs.some((n) => given.has(n))) return undefined
      return rule.check && !rule.check(given) ? undefined : given
    },
  }
}

const afterSub = (args: readonly string[], sub: readonly string[]) =>
  sub.every((word, i) => args[i] === word) ? args.slice(sub.length) : undefined

const readFlags = (notation: string): Map<string, Flag> => {
  const flags = new Map<string, Flag>()
  for (const token of notation.split(/\s+/).filter(Boolean)) {
    const [, name = '', mark, kind] = /^(--?[^:?]+|-\?)(\?)?(?::(\w+))?$/.exec(token) ?? []
    const known = kind === undefined ? {} : { kind: kindNamed(kind), optional: mark === '?' }
    if (/^-[^-]{2,}$/.test(name) && kind === undefined)
      for (const letter of name.slice(1)) flags.set(`-${letter}`, { name: `-${letter}` })
    flags.set(name, { name, ...known })
  }
  return flags
}

const readOperands = (notation: string): Operand[] =>
  notation
    .split(/\s+/)
    .filter(Boolean)
    .map((token) => {
      const [, kind = '', often = ''] = /^(\w+)([?*+]?)$/.exec(token) ?? []
      return { kind: kindNamed(kind), often: often as Operand['often'] }
    })

const fitsOperands = (values: readonly string[], operands: readonly Operand[]): boolean => {
  let at = 0
  for (const { kind, often } of operands) {
    let n = 0
    const most = often === '*' || often === '+' ? Number.POSITIVE_INFINITY : 1
    while (n < most && at < values.length && kind(values[at]!)) {
      n += 1
      at += 1
    }
    if (n === 0 && (often === '' || often === '+')) return false
  }
  return at === values.length
}

const collect = (words: readonly string[]): Given => {
  const given: Given = {
    flags: [],
    operands: [],
    words,
    has: (name) => given.flags.some((f) => f.name === name),
  }
  return given
}

/** As getopt_long: clusters, attached values, `--name=value`, operands anywhere, `--` ends. */
const takeGnu = (words: readonly string[], flags: Map<string, Flag>): Given | undefined => {
  const given = collect(words)
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === '--') {
      given.operands.push(...words.slice(i + 1))
      return given
    }
    if (word === '-' || !word.startsWith('-')) {
      given.operands.push(word)
      continue
    }
    const used = word.startsWith('--')
      ? takeLong(word, words[i + 1], flags, given)
      : takeShort(word, words[i + 1], flags, given)
    if (used === undefined) return undefined
    i += used
  }
  return given
}

/** How many further words it took; undefined: not allowed. */
const takeLong = (
  word: string,
  next: string | undefined,
  flags: Map<string, Flag>,
  given: Given,
): 0 | 1 | undefined => {
  const at = word.indexOf('=')
  const name = at < 0 ? word : word.slice(0, at)
  const flag = flags.get(name)
  if (!flag) return undefined
  if (!flag.kind) return at < 0 ? add(given, { name }, 0) : undefined
  if (at >= 0) return valued(given, flag, word.slice(at + 1), 0)
  return flag.optional ? add(given, { name }, 0) : valued(given, flag, next, 1)
}

const takeShort = (
  word: string,
  next: string | undefined,
  flags: Map<string, Flag>,
  given: Given,
): 0 | 1 | undefined => {
  if (/^-\d+$/.test(word) && flags.has('-#')) return add(given, { name: '-#', value: word }, 0)
  for (let at = 1; at < word.length; at++) {
    const flag = flags.get(`-${word[at]}`)
    if (!flag) return undefined
    if (!flag.kind) {
      given.flags.push({ name: flag.name })
      continue
    }
    const rest = word.slice(at + 1)
    if (rest !== '') return valued(given, flag, rest, 0)
    return flag.optional ? add(given, { name: flag.name }, 0) : valued(given, flag, next, 1)
  }
  return 0
}

/** As PVE's own tools: whole words with one dash or two; a bare boolean may have a value behind it. */
const takeWords = (words: readonly string[], flags: Map<string, Flag>): Given | undefined => {
  const given = collect(words)
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (!word.startsWith('-')) {
      given.operands.push(word)
      continue
    }
    if (word === '--') return undefined
    const long = word.startsWith('--') ? word : `-${word}`
    const flag = flags.get(long.split('=', 1)[0]!)
    if (flag && !flag.kind && !long.includes('=')) {
      const truth = /^(?:0|1|yes|no|on|off|true|false)$/.test(words[i + 1] ?? '')
      given.flags.push({ name: flag.name, value: truth ? words[++i] : undefined })
      continue
    }
    const used = takeLong(long, words[i + 1], flags, given)
    if (used === undefined) return undefined
    i += used
  }
  return given
}

/** As find and ip: every flag is a word of its own; its value is the next word. */
const takeStrictWords = (words: readonly string[], flags: Map<string, Flag>): Given | undefined => {
  const given = collect(words)
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    const flag = flags.get(word)
    if (!flag) {
      if (word.startsWith('-')) return undefined
      given.operands.push(word)
      continue
    }
    const used = flag.kind ? valued(given, flag, words[i + 1], 1) : add(given, { name: word }, 0)
    if (used === undefined) return undefined
    i += used
  }
  return given
}

const takeText = (words: readonly string[]): Given => {
  const given = collect(words)
  given.operands.push(...words)
  return given
}

const takers = { gnu: takeGnu, pve: takeWords, words: takeStrictWords, text: takeText }

const add = (given: Given, flag: Given['flags'][number], used: 0 | 1) => {
  given.flags.push(flag)
  return used
}

const valued = (given: Given, { name, kind }: Flag, value: string | undefined, used: 0 | 1) =>
  value !== undefined && kind!(value) ? add(given, { name, value }, used) : undefined
