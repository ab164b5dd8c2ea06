/** What became of a call that rested: a decision, a deed, or nothing that anybody knows of. */
import { clean } from '../log.ts'
import type { Approval } from '../safety/approvals.ts'
import type { Brakes } from '../safety/brakes.ts'
import type { Deed } from '../tools/deeds.ts'
import type { Door } from '../tools/door.ts'
import type { Step, Turn } from './rows.ts'

type Needs = {
  door: Pick<Door, 'deed' | 'since'>
  brakes: { approvals: Pick<Brakes['approvals'], 'find' | 'told'> }
}

export type Outcome = Pick<Step, 'state' | 'text'> & Partial<Pick<Step, 'deed'>>

/** What failed, or ended with warnings, is told in the words of the cluster. */
export const saysForeignWords = (text: string): boolean => /^\[(failed|warnings)\]/.test(text)

/** Undefined: it still waits. */
export const outcomeOf = (
  { approval, deed, text }: Step,
  { door, brakes: { approvals } }: Needs,
): Outcome | undefined => {
  if (approval === undefined) return deed === undefined ? LOST : endOf(door.deed(deed))
  const decision = approvals.find(approval)
  if (!decision) return LOST
  if (decision.state === 'open' || decision.state === 'approved') return undefined
  const ended = decision.deed === undefined ? noTo(decision) : endOf(door.deed(decision.deed))
  if (ended) approvals.told(approval)
  return ended && { ...ended, text: ended.text || text }
}

const LOST: Outcome = { state: 'failed', text: '[unknown] Nothing is known of it any more.' }

const endOf = (deed: Deed | undefined): Outcome | undefined => {
  if (!deed) return LOST
  if (deed.state === 'running') return undefined
  const good = deed.state === 'done' || deed.state === 'warnings'
  const by = deed.approval === undefined ? '' : ` (${clean(deed.who)} approved it)`
  return {
    state: good ? 'done' : 'failed',
    text: `[${deed.state}] ${deed.text ?? ''}${by}`,
    deed: deed.id,
  }
}

const noTo = ({ state, endedBy, endedWhy }: Approval): Outcome => ({
  state: 'refused',
  text:
    state === 'denied'
      ? `[refused] ${clean(endedBy ?? 'A person')} said no. Nothing was done; do not ask for it again.`
      : state === 'expired'
        ? '[refused] Nobody decided within a day. Nothing was done.'
        : `[refused] It came to nothing: ${clean(endedWhy ?? 'it is over')}. Nothing was done.`,
})

/** It is never run again by itself: what it did stands in the list of deeds. */
const INTERRUPTED = {
  state: 'failed',
  text: '[unknown] The server ended before this had begun, or in the middle of a look. Look at the state of the target before anything else.',
} as const

/** A call that a restart cut off: its deed is followed; where none began, that is what is told. */
export const begunOf = (
  { tool, at }: Step,
  { caller }: Turn,
  { door }: Pick<Needs, 'door'>,
): Partial<Step> => {
  const deed = door.since(at - 1).find((d) => d.tool === tool && d.who === caller.name)
  return deed ? { state: 'waiting', deed: deed.id } : INTERRUPTED
}
