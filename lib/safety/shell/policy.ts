/**
 * What a command line may do: its shape, then each program in it by the table, then the worst of all.
 * Default deny. What runs is written anew from the words that were judged, never the text that came.
 */
import { parse } from 'unbash'
import { Problem } from '../../errors.ts'
import { higher, rankOf, type Tier } from '../tiers.ts'
import { blackIn } from './black/black.ts'
import { type ForGood, forGoodIn } from './for-good.ts'
import { isListable, mayGlob } from './paths.ts'
import { OPAQUE, RISKS } from './programs/changes.ts'
import type { Rule, ShellTarget } from './rule.ts'
import { type Arg, rewritten, type Shape, type Step, shapeOf } from './shape.ts'
import { createTable, rules, type Table } from './table.ts'

export type ShellVerdict = {
  tier: Tier
  /** May it run at all, by itself or after an approval? */
  runnable: boolean
  rule: string
  /** A sentence's end: "it …". */
  reason: string
  next?: string | undefined
  /** What will run, for a shell on the other side; only when runnable. */
  line?: string | undefined
  /** The words, when it is one command without redirections and patterns: no shell is needed. */
  argv?: string[] | undefined
  targets: ShellTarget[]
  /** It takes a guest away, or back, for good. */
  forGood?: ForGood | undefined
}

export type ShellPolicy = {
  /** Pure and total: the same text gets the same verdict, whatever it is. */
  judge(text: string): ShellVerdict
  /** Every rule against its own examples; a table that contradicts them lets nothing pass any more. */
  check(): void
  /** How many programs and sub-commands the table knows. */
  size: number
}

const SPLIT = 'Split it into simple commands: plain words, at most joined by a pipe.'
const BY_HAND = 'A person can do this by hand in a terminal; nobody else can.'
const TERMINAL = 'Use a tool that is made for it, or ask a person to do it in the terminal.'

/** `check` takes some 0.3 s before the code is warm, so it is a call of its own, for after the start. */
export const createShellPolicy = (all: readonly Rule[] = rules): ShellPolicy => {
  const table = createTable(all)
  let wrong: Problem | undefined
  const judge = (text: string) =>
    wrong ? refused('RED', 'table', wrong.message, wrong.next!) : judgeText(table, String(text))
  return {
    judge,
    size: table.size,
    check() {
      wrong = contradictions(all, judge)
      if (wrong) throw wrong
    },
  }
}

const judgeText = (table: Table, text: string): ShellVerdict => {
  const parsed = parse(text.slice(0, 64 * 1024))
  const shape = shapeOf(text, parsed)
  const steps = shape.ok ? shape.steps.map((step) => judgeStep(table, step)) : []
  if (shape.ok && steps.every((s) => s.tier === 'GREEN')) return allowed(shape, steps, 'GREEN')
  const black = blackIn(text, parsed)
  if (black) return refused('BLACK', 'black', black, BY_HAND)
  if (!shape.ok) return refused('RED', 'shape', shape.why, SPLIT)
  const blocked = steps.find((s) => !s.runnable)
  if (blocked) return blocked
  if (steps.filter((s) => s.tier !== 'GREEN').length > 1)
    return refused('RED', 'one-change', 'it changes more than one thing', 'One change a command.')
  return allowed(shape, steps, steps.map((s) => s.tier).reduce(higher))
}

const refused = (tier: Tier, rule: string, reason: string, next: string): ShellVerdict => ({
  tier,
  runnable: false,
  rule,
  reason,
  next,
  targets: [],
})

const allowed = (shape: Shape & { ok: true }, steps: ShellVerdict[], tier: Tier): ShellVerdict => {
  const worst = steps.find((s) => s.tier === tier)!
  const [only] = shape.steps
  const bare = shape.steps.length === 1 && only!.redirects.length === 0
  return {
    ...worst,
    tier,
    line: rewritten(shape.steps),
    ...(bare && !only!.args.some((a) => a.glob) && { argv: only!.args.map((a) => a.value) }),
    targets: steps.flatMap((s) => s.targets),
  }
}

const judgeStep = (table: Table, { args }: Step): ShellVerdict => {
  const [program, ...rest] = args as [Arg, ...Arg[]]
  const words = rest.map((a) => a.value)
  const name = program.value
  if (!/^[a-z][\w.+-]*$/i.test(name))
    return refused(
      'RED',
      'program',
      'it names a program by its place, or oddly',
      'Name the program alone.',
    )
  const found = table.find(name, words)
  if (found) {
    // What the shell puts in place of a pattern is judged by where it looks.
    if (rest.some((a) => a.glob && !mayGlob(a.value)))
      return refused(
        'RED',
        'pattern',
        'it has a pattern where secrets could match',
        'Name the file.',
      )
    const { rule, given } = found
    const target = rule.target?.(given)
    return {
      tier: rule.tier,
      runnable: true,
      rule: rule.name,
      reason: rule.tier === 'GREEN' ? 'it only looks' : `it ${rule.why}`,
      targets: target ? [target] : [],
    }
  }
  return judgeUnknown(name, rest)
}

/** Also by its version: `python3.11` is python. */
const opaqueName = (name: string): string | undefined =>
  [name, name.replace(/[\d.-]+$/, '')]
    .map((n) => n.toLowerCase())
    .find((n) => Object.hasOwn(OPAQUE, n))

const judgeUnknown = (name: string, args: readonly Arg[]): ShellVerdict => {
  const opaque = OPAQUE[opaqueName(name) ?? '']
  if (opaque) return refused('RED', 'opaque', opaque, TERMINAL)
  if (args.some((a) => a.glob))
    return refused('RED', 'pattern', 'it has a pattern', 'Name the file.')
  const words = args.map((a) => a.value)
  if (words.some(isSecret))
    return refused('RED', 'secret', 'it reaches where keys and passwords lie', TERMINAL)
  const forGood = forGoodIn(name, words)
  const risk =
    RISKS[`${name} ${words[0] ?? ''}`] ?? (Object.hasOwn(RISKS, name) ? RISKS[name] : undefined)
  return {
    tier: 'RED',
    runnable: true,
    rule: risk ? 'risk' : 'unknown',
    reason: risk ?? 'it is not in the list of commands that only look',
    next: 'Look with another command, or ask for an approval of exactly this.',
    targets: forGood ? [{ kind: 'guest', id: forGood.vmid }] : guestIn(name, words),
    ...(forGood && { forGood }),
  }
}

/** A path that may not even be listed, also as the value of a flag. */
const isSecret = (word: string): boolean => {
  const path = word.replace(/^[^/]*=/, '')
  return path.startsWith('/') && path.length > 1 && !isListable(path)
}

const guestIn = (name: string, words: readonly string[]): ShellTarget[] => {
  const id = /^(?:qm|pct|vzdump)$/.test(name)
    ? words.find((w) => /^[1-9]\d{2,8}$/.test(w))
    : undefined
  return id === undefined ? [] : [{ kind: 'guest', id }]
}

/** Idea of Codex' execpolicy: a rule carries the proof of what it means. */
const contradictions = (
  all: readonly Rule[],
  judge: (text: string) => ShellVerdict,
): Problem | undefined => {
  const wrong = all.flatMap((rule) => [
    ...rule.match.filter((line) => judge(line).tier !== rule.tier),
    ...(rule.notMatch ?? []).filter((line) => rankOf(judge(line).tier) <= rankOf(rule.tier)),
  ])
  if (wrong.length === 0) return undefined
  return new Problem(
    'broken',
    `The table of commands contradicts its examples: ${wrong.slice(0, 5).join(' / ')}.`,
    { next: 'This is a fault of the program; report it.' },
  )
}

/** With what a command runs; no secret may be in it. */
export const RUN = {
  env: {
    LC_ALL: 'C.UTF-8',
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    PAGER: 'cat',
    SYSTEMD_PAGER: '',
    SYSTEMD_COLORS: '0',
    GIT_PAGER: 'cat',
    LESSSECURE: '1',
    TERM: 'dumb',
  },
  timeoutMs: 30_000,
  capBytes: 256 * 1024,
} as const
