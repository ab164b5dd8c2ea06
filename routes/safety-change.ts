/**
 * A change of what machines may do: by a person who is logged in and by nobody else, written into the
 * trail with what was and what is, and told as an event. No token, whatever its scope, gets this far.
 */
import { Problem } from '../lib/errors.ts'
import type { Ctx } from './answer.ts'
import type { Needs } from './needs.ts'

export type SafetyChange = {
  /** `level`, `limits`, `mark guest/303`. */
  key: string
  before: string
  after: string
  target?: string | undefined
}

/** The account; throws `forbidden` for machines, whose try is written down. */
export const personFor = (c: Ctx, { trail }: Pick<Needs, 'trail'>, key: string): string => {
  const caller = c.get('caller')
  if (caller?.kind === 'person') return caller.name
  trail.write({
    who: caller?.name ?? 'somebody',
    kind: caller?.kind,
    from: c.get('asker').from,
    what: 'safety.change',
    args: { key },
    verdict: 'refuse',
    outcome: 'refused',
    rule: 'person',
    reason: 'Only a person changes what machines may do.',
  })
  throw new Problem('forbidden', 'Only a person changes what machines may do.', {
    next: 'Log in with a browser: Settings, Machines.',
  })
}

/** Nothing changed, nothing written. */
export const changed = (
  c: Ctx,
  { trail, bus }: Pick<Needs, 'trail' | 'bus'>,
  { key, before, after, target }: SafetyChange,
): void => {
  if (before === after) return
  const { name, from } = c.get('caller')!
  trail.write({
    who: name,
    kind: 'person',
    from,
    what: 'safety.change',
    args: { key },
    target,
    verdict: 'run',
    outcome: 'done',
    before,
    after,
  })
  bus?.emit('safety.changed', { key, by: name })
}
