/** A turn as the pages show it: with the tier of each call, what waits for whom, and its tokens. */
import type { Shown } from '../lib/chat/chat.ts'
import type { Step } from '../lib/chat/rows.ts'
import { tiers } from '../lib/safety/tiers.ts'
import type { CallView, TurnView } from '../views/parts/talk.ts'
import { type FactNeeds, factsOf } from './approval-facts.ts'
import type { Needs } from './needs.ts'

export type TalkNeeds = FactNeeds & Pick<Needs, 'tools' | 'llm'>

export const turnView = (needs: TalkNeeds, turn: Shown): TurnView => ({
  id: turn.id,
  talk: turn.conversation,
  question: turn.question,
  state: turn.state,
  why: turn.why,
  parts: turn.steps.map((step) =>
    step.kind === 'say' ? { kind: 'say', text: step.text } : callView(needs, step),
  ),
  saying: turn.saying || undefined,
  status: turn.status,
  mind: turn.mind,
  mindWhy: turn.mindWhy,
  usd: turn.usd,
  tokens: tokensOf(needs, turn),
  at: turn.startedAt,
  endedAt: turn.endedAt,
})

const callView = (needs: TalkNeeds, step: Step): CallView => {
  const { brakes, tools } = needs
  const { tool = '', args = '' } = step
  const approval = step.approval === undefined ? undefined : brakes.approvals.find(step.approval)
  const deed = step.deed === undefined ? undefined : tools.deed(step.deed)
  const waits = step.state === 'waiting' && approval?.state === 'open'
  return {
    kind: 'call',
    id: step.id,
    tool,
    target: targetOf(args),
    args,
    // The state stands before it already.
    result: step.text.replace(/^\[[\w-]+\] /, ''),
    state: step.state,
    tier: approval?.tier ?? deed?.tier ?? tierOf(tool),
    took: step.took,
    decision: waits ? { ...factsOf(needs, approval), until: approval.expiresAt } : undefined,
  }
}

const tierOf = (tool: string) => (Object.hasOwn(tiers, tool) ? tiers[tool]?.tier : undefined)

/** The plain values among the arguments, in the order in which the model named them. */
const targetOf = (args: string): string => {
  try {
    const values: unknown[] = Object.values(JSON.parse(args || '{}') ?? {})
    return values.filter((v) => typeof v === 'string' || typeof v === 'number').join(' ')
  } catch {
    return ''
  }
}

/** Its own: what was booked for its talk meanwhile may be another turn's. */
const tokensOf = ({ llm }: TalkNeeds, turn: Shown): number | undefined => {
  if (!llm || turn.endedAt === undefined || turn.mind === undefined || turn.mind === 'rules')
    return undefined
  return turn.tokens.in + turn.tokens.out || undefined
}
