/** Runs the steps of a plan one after the other; stops at the first that fails and says what stands. */
import { asProblem, Problem } from '../errors.ts'
import type { Token, TokenRole } from '../proxmox/types.ts'
import type { Step } from './plan.ts'
import type { Session } from './session.ts'

export type RoleToken = Token & { roles: TokenRole[] }

/** The new tokens. Throws `failed` naming the failed line and the ones that are still to do. */
export const carryOut = async (
  session: Session,
  steps: Step[],
  onStep?: (step: Step) => void,
): Promise<RoleToken[]> => {
  const tokens: RoleToken[] = []
  for (const [done, step] of steps.entries()) {
    const { method, path, params } = step.call
    onStep?.(step)
    try {
      const answer = await session.call<{ value?: string } | null>(method, path, params)
      if (step.token)
        tokens.push({ id: step.token.id, roles: step.token.roles, secret: secretOf(answer) })
    } catch (error) {
      throw stopped(asProblem(error), steps.slice(done))
    }
  }
  return tokens
}

const secretOf = (answer: { value?: string } | null): string => {
  if (!answer?.value) throw new Problem('failed', 'Proxmox made a token but told no secret.')
  return answer.value
}

const stopped = (cause: Problem, left: Step[]) =>
  new Problem('failed', `${cause.message}\nThe line that failed: ${left[0]!.command}`, {
    cause,
    next: `${cause.next ?? ''}\nStill to do:\n${left.map((s) => `  ${s.command}`).join('\n')}`.trim(),
  })
