/**
 * Who has the floor: one operator sets up at a time, for two would take each other's tokens away.
 * What was said is forgotten when the file is written, or after half an hour of silence.
 */
import { minutes } from '../clock.ts'
import { Problem } from '../errors.ts'
import { duration } from '../format.ts'
import { createTalk, type Talk, type TalkNeeds } from './talk.ts'

const SILENCE = minutes(30)

/** Whoever begins has the floor; `close` ends the talk and forgets its secrets. */
export type Talks = {
  file: string
  /** The talk of this person, a new one where there is none. Throws `conflict` while another has the floor. */
  of(owner: string): Talk
  /** One step at a time: a second click while the first one works throws `busy`. */
  working<T>(owner: string, work: (talk: Talk) => T | Promise<T>): Promise<T>
  /** The talk is over, whatever came of it. */
  end(owner: string): void
  close(): void
}

export const createTalks = (needs: TalkNeeds): Talks => {
  const { clock, file } = needs
  type Floor = { owner: string; talk: ReturnType<typeof createTalk>; since: number; busy: boolean }
  let floor: Floor | undefined
  let cancel = () => {}
  const close = () => {
    cancel()
    floor?.talk.close()
    floor = undefined
  }
  const take = (owner: string): Floor => {
    if (floor && floor.owner !== owner)
      throw new Problem('conflict', `${floor.owner} is setting up, since ${age(floor.since)}.`, {
        next: 'Half an hour after the last step the floor is free again.',
      })
    floor ??= { owner, talk: createTalk(needs), since: clock.now(), busy: false }
    cancel()
    cancel = clock.after(SILENCE, close)
    return floor
  }
  const age = (since: number) => duration((clock.now() - since) / 1000)
  return {
    file,
    of: (owner) => take(owner).talk,
    async working(owner, work) {
      const mine = take(owner)
      if (mine.busy)
        throw new Problem('busy', 'I am still at the last step.', {
          next: 'Look again in a moment.',
        })
      mine.busy = true
      try {
        return await work(mine.talk)
      } finally {
        mine.busy = false
      }
    },
    end: (owner) => {
      if (floor?.owner === owner) close()
    },
    close,
  }
}
