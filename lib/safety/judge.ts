/**
 * The judge: one question, one verdict, always an answer. It reads no clock, no database and no
 * network; everything that it weighs is handed in, so that the same question gets the same verdict.
 * Tiers, quorum, protection and BLACK bind everybody; levels, limits and provenance bind machines.
 */
import { type Level, levels } from './levels.ts'
import type { Protection } from './protected.ts'
import type { ShellPolicy, ShellVerdict } from './shell/policy.ts'
import {
  higher,
  type Line,
  lineOf,
  type Raise,
  raised,
  rankOf,
  type Target,
  type Tier,
} from './tiers.ts'

export type JudgedCaller = {
  /** A browser session or the command line with the password is a person; all else is a machine. */
  kind: 'person' | 'machine' | 'wall'
  scope: 'view' | 'operate' | 'admin'
  /** A step of a runbook, which a person has read and switched on. */
  runbook?: boolean | undefined
  /** False: nobody asked for it, it acts by itself. */
  asked?: boolean | undefined
}

export type JudgeContext = {
  level: Level
  /** The context has read free text of the cluster, of the web or of mail. */
  tainted: boolean
  /** Undefined = cannot be known now, which counts as no. A standalone node is quorate. */
  quorate: boolean | undefined
  /** Undefined = the graph could not be built: every change is RED. */
  protection: Protection | undefined
  /** Undefined = within the limits; else why not, for machines. */
  limit?: { rule: string; reason: string } | undefined
  readOnly: boolean
  stopped: boolean
  /** Local hour of the day, 0-23. */
  hour: number
  /** Hours at which level 4 asks; level 5 does not. */
  night?: readonly [from: number, until: number] | undefined
  raises?: readonly Raise[] | undefined
}

export type Question = {
  tool: string
  args: Record<string, unknown>
  targets: readonly Target[]
  caller: JudgedCaller
  context: JudgeContext
  /** A person has approved exactly this; proven by the door, never by an argument. */
  approved?: boolean | undefined
}

export type Verdict = {
  verdict: 'run' | 'ask' | 'refuse'
  tier: Tier
  /** The rule that decided, in one word for the trail. */
  rule: string
  /** A sentence for people. */
  reason: string
  /** What can be done about it. */
  next?: string | undefined
  /** Of a command: what exactly would run. */
  line?: string | undefined
  argv?: string[] | undefined
}

export type Judge = (question: Question) => Verdict

/** Tools whose tier is that of the command that they are given. */
const COMMANDS = new Set(['run_command', 'guest_command'])
/**
 * It needs no cluster, since a node that is off cannot vote, and it takes nothing away: what hangs on
 * the node only gains, so protection does not speak against it either. What is remembered is no part of
 * the cluster at all.
 */
const WITHOUT_QUORUM = new Set(['wake_node', 'remember', 'forget'])
/** Gone for good; of what Jarvis himself hangs on, only by a person's own hands. */
const FOR_GOOD = new Set(['guest_delete', 'guest_rollback'])

/** Makes the judge; the policy of commands is handed in because its table is made once. */
export const createJudge =
  ({ shell }: { shell: Pick<ShellPolicy, 'judge'> }): Judge =>
  (question) => {
    const command = COMMANDS.has(question.tool) ? question.args.command : undefined
    if (!COMMANDS.has(question.tool)) return decide(question, undefined)
    if (typeof command !== 'string')
      return no('RED', 'arguments', 'There is no command to judge.', 'Give it as "command".')
    return decide(question, shell.judge(command))
  }

const decide = (question: Question, shell: ShellVerdict | undefined): Verdict => {
  const { tool } = question
  const targets = [...question.targets, ...(shell?.targets ?? []).map((t) => ({ ...t }))]
  const line: Line | undefined = shell
    ? { tier: shell.tier, reason: shell.reason }
    : lineOf({ tool, args: question.args, targets })
  if (!line)
    return no('RED', 'tool', `Nobody here knows the tool ${plain(tool)}.`, 'See the list of tools.')
  const forGood = FOR_GOOD.has(tool) || shell?.forGood !== undefined
  const weighed = weigh({ ...question, targets }, line, forGood)
  const refusal = shell && refusedByShell(shell, weighed.tier)
  const verdict = refusal ?? byTier({ ...question, targets }, weighed)
  return shell?.runnable && verdict.verdict !== 'refuse'
    ? { ...verdict, ...whatRuns(shell) }
    : verdict
}

const whatRuns = ({ line, argv }: ShellVerdict) => ({
  ...(line !== undefined && { line }),
  ...(argv && { argv }),
})

const refusedByShell = (shell: ShellVerdict, tier: Tier): Verdict | undefined =>
  shell.runnable
    ? undefined
    : no(higher(shell.tier, tier), shell.rule, `Not run: ${shell.reason}.`, shell.next)

type Weighed = Line & { rule: string }

/** The tier after settings and protection had their say: each can only raise it. */
const weigh = ({ tool, targets, context }: Question, line: Line, forGood: boolean): Weighed => {
  const strict = raised(line, context.raises ?? [], { tool, targets, hour: context.hour })
  let weighed: Weighed = { ...strict, rule: strict === line ? 'tier' : 'settings' }
  const raise = (tier: Tier, rule: string, reason: string) => {
    if (rankOf(tier) > rankOf(weighed.tier)) weighed = { tier, rule, reason }
  }
  if (weighed.tier === 'GREEN' || WITHOUT_QUORUM.has(tool)) return weighed
  if (!context.protection) raise('RED', 'protection', 'what depends on what cannot be known now')
  for (const target of targets) {
    const shield = context.protection?.of(target)
    if (!shield) continue
    raise('RED', 'protection', `${shield.label} is protected: ${shield.why[0]}`)
    if (shield.vital && forGood)
      raise('BLACK', 'protection', `${shield.label} carries Jarvis's own brakes: ${shield.why[0]}`)
  }
  return weighed
}

const byTier = (question: Question, weighed: Weighed): Verdict => {
  const { caller, context } = question
  const { tier } = weighed
  if (tier === 'BLACK')
    return no(
      tier,
      weighed.rule === 'tier' ? 'black' : weighed.rule,
      sentence('Never', weighed.reason),
      'A person can do it by hand in a terminal.',
    )
  if (tier === 'GREEN') return green(caller, context, weighed)
  const hindrance = hinders(question, tier)
  if (hindrance) return hindrance
  if (question.approved) return yes(tier, 'approval', 'A person has approved exactly this.')
  if (caller.kind === 'person') return byPerson(weighed)
  return byMachine(question, weighed)
}

const green = (
  caller: JudgedCaller,
  { level }: JudgeContext,
  { tier, reason }: Weighed,
): Verdict =>
  level === 1 && caller.kind === 'machine' && caller.asked === false
    ? no(
        tier,
        'level',
        'At level 1 nothing is looked at that nobody asked for.',
        'Raise the level in the settings.',
      )
    : yes(tier, 'tier', sentence('Runs', reason))

/** What nobody gets past, in the order in which it matters. */
const hinders = ({ tool, caller, context }: Question, tier: Tier): Verdict | undefined => {
  if (caller.kind === 'wall' || caller.scope === 'view')
    return no(tier, 'scope', 'Who asks may only look.', 'It takes a session or a token for acting.')
  if (context.stopped)
    return no(tier, 'stop', 'STOP is pressed.', 'Only a person can let go of it.')
  if (context.readOnly)
    return no(
      tier,
      'read-only',
      'Jarvis is switched to reading only.',
      'A person can switch that in the settings.',
    )
  if (context.quorate !== true && !WITHOUT_QUORUM.has(tool))
    return no(
      tier,
      'quorum',
      context.quorate === false
        ? 'The cluster has no quorum.'
        : 'Whether the cluster has quorum cannot be known now.',
      'Bring nodes back until it has a majority; changes without one cannot be undone.',
    )
  return undefined
}

const byPerson = ({ tier, rule, reason }: Weighed): Verdict =>
  tier === 'YELLOW'
    ? yes(tier, 'consent', 'A person asks for it, and it can be undone.')
    : ask(tier, rule, sentence('Needs a confirmation', reason))

const byMachine = ({ caller, context }: Question, { tier, rule, reason }: Weighed): Verdict => {
  const { level, limit, tainted } = context
  const line = levels[level] ?? levels[1]
  const may = tier === 'YELLOW' ? line.YELLOW : line.RED
  if (may === 'refuse')
    return no(
      tier,
      'level',
      `At level ${level} machines do not do this.`,
      'A person can do it, or raise the level in the settings.',
    )
  if (limit) return no(tier, limit.rule, limit.reason, 'Wait, or let a person do it.')
  if (tier !== 'YELLOW') return ask(tier, rule, sentence('Needs an approval', reason))
  if (tainted)
    return ask(
      tier,
      'provenance',
      'It comes from a context that has read text of others, so a person is asked.',
    )
  if (level === 4 && isNight(context)) return ask(tier, 'night', 'At night level 4 asks.')
  if (may === 'run' || (level === 3 && caller.runbook))
    return yes(tier, 'level', `Level ${level} does this by itself: ${reason}.`)
  return ask(tier, 'level', `At level ${level} a person is asked.`)
}

const isNight = ({ night, hour }: JudgeContext): boolean => {
  if (!night) return false
  const [from, until] = night
  return from <= until ? from <= hour && hour < until : hour >= from || hour < until
}

const yes = (tier: Tier, rule: string, reason: string): Verdict => ({
  verdict: 'run',
  tier,
  rule,
  reason,
})
const ask = (tier: Tier, rule: string, reason: string): Verdict => ({
  verdict: 'ask',
  tier,
  rule,
  reason,
  next: 'Open the card under /approvals and look at what would run.',
})
const no = (tier: Tier, rule: string, reason: string, next?: string): Verdict => ({
  verdict: 'refuse',
  tier,
  rule,
  reason,
  ...(next !== undefined && { next }),
})

const sentence = (start: string, reason: string) => `${start}: ${reason}.`
const plain = (text: string) =>
  JSON.stringify(
    String(text)
      .replace(/[^\x20-\x7e]/g, '?')
      .slice(0, 60),
  )
