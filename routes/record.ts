/** Writes into the audit trail what concerns the doors themselves: logins, keys, passwords. */
import type { Ctx } from './answer.ts'
import type { Needs } from './needs.ts'

export type Deed =
  | 'login'
  | 'logout'
  | 'welcome'
  | 'password.change'
  | 'session.end'
  | 'setup.carry-out'
  | 'setup.write'
  | 'token.create'
  | 'token.revoke'
  | 'wall-key.create'
  | 'wall-key.revoke'

/** `who` where nobody has logged in yet; never a secret among the details. */
export const record = (
  c: Ctx,
  { trail }: Pick<Needs, 'trail'>,
  what: Deed,
  outcome: 'done' | 'refused',
  { who, ...args }: { who?: string; [detail: string]: string | number | undefined } = {},
): void => {
  const caller = c.get('caller')
  trail.write({
    who: who ?? caller?.name ?? 'somebody',
    from: c.get('asker').from,
    what,
    args,
    verdict: outcome === 'done' ? 'run' : 'refuse',
    outcome,
  })
}
