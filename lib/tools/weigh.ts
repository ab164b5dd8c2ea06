/**
 * What the judge is told about a deed: who asks, from which context, how much machines have done
 * already. Asked twice where it matters, since how much is too much depends on the tier.
 */
import type { Brakes } from '../safety/brakes.ts'
import type { JudgeContext, JudgedCaller, Question, Verdict } from '../safety/judge.ts'
import type { Target } from '../safety/tiers.ts'
import type { Asking } from './deeds.ts'

export type Weighing = {
  tool: string
  args: Record<string, unknown>
  targets: readonly Target[]
  caller: Asking
  /** Of a conversation; without one it is the caller's own. */
  context?: string | undefined
  /** A person has approved exactly this. */
  approved?: boolean | undefined
  stopped: boolean
  /** True where it was read a moment ago; a caller that only asks what would be takes it for granted. */
  quorate: boolean
}

/** Where a machine's words come from. A person's own are his consent. */
export const contextOf = ({ caller, context }: Pick<Weighing, 'caller' | 'context'>): string =>
  context ??
  (caller.token
    ? `token/${caller.token.id}`
    : `session/${caller.session?.id ?? `${caller.kind} ${caller.name}`}`)

export const weigh = (brakes: Brakes, weighing: Weighing): Verdict => {
  const { caller } = weighing
  const question = questionOf(brakes, weighing)
  const first = brakes.judge(question)
  if (caller.kind !== 'machine' || first.tier === 'GREEN' || first.verdict === 'refuse')
    return first
  const limit = brakes.limits.hindrance({
    caller: caller.name,
    tool: weighing.tool,
    tier: first.tier,
    targets: weighing.targets,
  })
  if (!limit) return first
  return brakes.judge({ ...question, context: { ...question.context, limit } })
}

const questionOf = (brakes: Brakes, weighing: Weighing): Question => {
  const { tool, args, targets, caller, stopped, quorate, approved } = weighing
  const context: JudgeContext = {
    ...brakes.circumstances(),
    tainted: brakes.provenance.taintedBy(contextOf(weighing)) !== undefined,
    quorate,
    stopped,
  }
  return { tool, args, targets, caller: judged(caller), context, approved }
}

const judged = ({ kind, scope, runbook, asked }: Asking): JudgedCaller => ({
  kind,
  scope,
  runbook,
  asked,
})
