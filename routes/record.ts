/** Writes into the audit trail what concerns the doors themselves: logins, keys, passwords. */
import type { Problem } from '../lib/errors.ts'
import { clean } from '../lib/log.ts'
import type { Ctx } from './answer.ts'
import type { Needs } from './needs.ts'

export type Deed =
  | 'chat.delete'
  | 'login'
  | 'logout'
  | 'memory.edit'
  | 'memory.forget'
  | 'memory.pin'
  | 'memory.remember'
  | 'memory.restore'
  | 'memory.unpin'
  | 'memory.verify'
  | 'welcome'
  | 'password.change'
  | 'session.end'
  | 'setup.carry-out'
  | 'setup.write'
  | 'token.create'
  | 'token.revoke'
  | 'wall-key.create'
  | 'wall-key.revoke'

/** An account's name is not longer; what strangers type may be 64 KiB. */
const LONGEST_NAME = 40

/** Controls and what is too long are left out of a name that anybody may have typed. */
const asName = (typed: string) => clean(typed).slice(0, LONGEST_NAME)

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
    who: who === undefined ? (caller?.name ?? 'somebody') : asName(who),
    kind: caller?.kind,
    from: c.get('asker').from,
    what,
    args,
    verdict: outcome === 'done' ? 'run' : 'refuse',
    outcome,
  })
}

/**
 * A try at a door that was refused. Only one that was counted is written down: those are few (each
 * waits longer than the one before), while refusals before the count are as many as somebody sends.
 */
export const recordRefusal = (
  c: Ctx,
  needs: Pick<Needs, 'trail' | 'log'>,
  what: 'login' | 'welcome',
  { kind }: Problem,
  who?: string,
): void => {
  if (kind !== 'unauthorized') return
  record(c, needs, what, 'refused', { who: who || 'somebody', why: kind })
  needs.log.warn(`${what}: refused`, { from: c.get('asker').from, why: kind })
}
