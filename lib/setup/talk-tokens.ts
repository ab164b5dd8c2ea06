/** The tokens: made by the login that is open, or given by hand, and each right of theirs checked. */
import { Problem } from '../errors.ts'
import { carryOut, type RoleToken } from './carry-out.ts'
import { lookAround, plan } from './plan.ts'
import type { Agreed, Talk } from './talk.ts'
import type { Desk } from './talk-desk.ts'
import { checkToken, type Missing } from './verify.ts'

export const tokensOf = (desk: Desk): Pick<Talk, 'carryOut' | 'useTokens' | 'check'> => {
  const checkAll = async (tokens: RoleToken[]): Promise<Missing[]> => {
    const missing: Missing[] = []
    const { places } = desk.agreed()
    for (const token of tokens) missing.push(...(await checkToken(desk.trusted(), token, places)))
    return missing
  }
  /** Other tokens: what was found and checked with the old ones does not count. */
  const agreeTokens = (tokens: RoleToken[], missing?: Missing[]) => {
    const {
      missing: _,
      cluster: __,
      reviewed: ___,
      hands: _h,
      handsDone: _d,
      ...before
    } = desk.agreed()
    const change: Agreed = { ...before, who: undefined, tokens }
    desk.agree(missing ? { ...change, missing } : change)
  }
  return {
    async carryOut() {
      const steps = desk.demand('steps')
      const { roles, places } = desk.agreed()
      const session = desk.session()
      if (!session || !roles)
        throw new Problem('conflict', 'Nobody is logged in who could do it.', {
          next: 'Log in once more, or run the lines by hand.',
        })
      try {
        agreeTokens(await carryOut(session, steps))
      } catch (error) {
        // What was done is done: the plan shows what is left, a token whose secret is lost included.
        const left = await lookAround(session).catch(() => undefined)
        if (left) desk.note({ steps: plan(left, roles, places) })
        throw error
      }
      desk.forgetLogin()
      desk.note({ missing: await checkAll(desk.demand('tokens')) })
    },
    async useTokens(tokens) {
      desk.demand('steps')
      const missing = await checkAll(tokens)
      desk.forgetLogin()
      agreeTokens(tokens, missing)
    },
    async check() {
      desk.note({ missing: await checkAll(desk.demand('tokens')) })
    },
  }
}
