/**
 * What Jarvis remembers: facts, wishes, outcomes, talks, each with its source, its age and its end.
 * Nothing in here acts, and nothing that others have written becomes a rule: from a tainted context
 * only an untrusted observation is taken, whatever was asked for.
 */
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { ADVICE, createChanges } from './changes.ts'
import { type Consolidated, createConsolidate, type Summarise } from './consolidate.ts'
import { dropConversation, keepConversation, type Talk } from './conversations.ts'
import type { Entry, NewEntry, Who } from './entry.ts'
import { fileOf } from './markdown.ts'
import { candidates, type Recall, type Recalled, search, within } from './recall.ts'
import { createRows, type Page } from './rows.ts'
import { type Tier, tierNames, tiers, UNDO_MS } from './tiers.ts'

/** `known`: the same words stood there already and are confirmed now. */
export type Remembered = { entry: Entry; was: 'new' | 'known'; replaced?: Entry | undefined }

export type Change = {
  text?: string | undefined
  about?: string | undefined
  key?: string | undefined
}

export type Memory = {
  /**
   * Stores it, or an untrusted observation where the context is tainted. Throws `invalid` with every
   * mistake, `conflict` where it would contradict what a person has pinned or there is no room.
   */
  remember(entry: NewEntry, who: Who): Remembered
  /** By a person alone; a tainted entry stays tainted. Throws `not-found`, `invalid`, `conflict`. */
  edit(id: number, change: Change, who: Who): Entry
  /** A pinned entry always comes along, never ends, and no machine changes it. Throws `conflict` for tainted ones. */
  pin(id: number, who: Who): Entry
  unpin(id: number, who: Who): Entry
  /** It is still so, as somebody has just seen. */
  verify(id: number, who: Who): Entry
  /** Gone from everywhere at once, for good after ten minutes. */
  forget(id: number, who: Who): Entry
  /** Within the ten minutes. Throws `not-found`, or `conflict` where something newer stands there. */
  bringBack(id: number): Entry
  /** One that stands. Throws `not-found`. */
  find(id: number): Entry
  /** What it has replaced, newest first. */
  before(id: number): Entry[]
  /** Newest first. */
  list(page: Page): Entry[]
  /** All that stands, in the order of the tiers, newest first. */
  everything(): Entry[]
  counts(): Record<Tier, number>
  /** What can still be brought back, newest first. */
  forgotten(): Entry[]
  /** Best first; counts as no use. */
  search(question: string, limit: number): Entry[]
  /** For a prompt: what comes to mind, as a file, with its taint. Counts as a use. */
  recall(question: string, wish: Recall): Recalled
  /** The file of these entries, of all without any: the same that `recall` answers. */
  asMarkdown(entries?: readonly Entry[]): string
  /** Advice with this key (`backup-missing/guest/303`) is not to be given any more. */
  dismissed(advice: string, who: Who): Entry
  isDismissed(advice: string): boolean
  /** One entry a conversation; call it again as the talk goes on. */
  keepConversation(talk: Talk): Entry
  dropConversation(conversation: string | number): boolean
  /** Sums up conversations that are over; for the schedule. */
  consolidate(): Promise<Consolidated>
  /** Forgets what is over; answers how much that was. */
  sweep(): number
  close(): void
}

export type MemoryNeeds = {
  db: Db
  clock: Clock
  log: Log
  /** For the dates in the file; UTC without it. */
  timeZone?: string | undefined
  /** A local model that makes one text of several; without one a rule does. */
  summarise?: Summarise | undefined
}

const MOST_TOLD = 60
const MOST_LISTED = 200

export const createMemory = (needs: MemoryNeeds): Memory => {
  const { db, clock, log, timeZone = 'UTC' } = needs
  const now = () => clock.now()
  const rows = createRows({ db, now })
  const { consolidate } = createConsolidate({ ...needs, rows, timeZone })
  let cancelPurge = () => {}
  /** For good, as soon as nobody can bring it back any more. */
  const purgeLater = () => {
    const since = rows.forgottenSince()
    cancelPurge()
    if (since === undefined) return
    cancelPurge = clock.after(Math.max(0, since + UNDO_MS - now()) + 1, () => {
      // What could not be removed waits for the night.
      if (purge() > 0) purgeLater()
    })
  }
  const purge = (): number => {
    try {
      return rows.purge()
    } catch (error) {
      log.warn('memory: what was forgotten is still there', { reason: messageOf(error) })
      return 0
    }
  }

  const recall: Memory['recall'] = (question, { budgetTokens, tainted = true, without }) => {
    const all = candidates(rows, question, now()).filter(
      (e) => (tainted || !e.tainted) && !without?.(e),
    )
    const told = within(all.slice(0, MOST_TOLD), budgetTokens, timeZone)
    const others = told.entries.find((e) => e.tainted)
    noteUse(told.entries)
    return { ...told, tainted: others !== undefined, taintedBy: others?.source }
  }
  /** A full disk must not make him forget what he knows. */
  const noteUse = (entries: readonly Entry[]) => {
    try {
      if (entries.length > 0) rows.used(entries.map((e) => e.id))
    } catch (error) {
      log.warn('memory: a use was not noted', { reason: messageOf(error) })
    }
  }

  const { demand, ...changes } = createChanges({ db, rows, now, onForgotten: () => purgeLater() })

  // What was forgotten before the last stop has its ten minutes behind it or ahead.
  purge()
  purgeLater()

  return {
    ...changes,
    find: demand,
    before: (id) => rows.before(demand(id)),
    list: ({ limit, ...page }) =>
      rows.list({ ...page, limit: Math.max(0, Math.min(MOST_LISTED, Math.floor(limit))) }),
    everything,
    counts: () => rows.counts(),
    forgotten: () => rows.forgotten(),
    search: (question, limit) => search(rows, question, now(), Math.min(MOST_LISTED, limit)),
    recall,
    asMarkdown: (entries) => fileOf(entries ?? everything(), timeZone),
    isDismissed: (advice) => rows.holder('dismissal', ADVICE, advice) !== undefined,
    keepConversation: (talk) => keepConversation({ db, rows, now }, talk),
    dropConversation(conversation) {
      const gone = dropConversation({ db, now }, conversation)
      if (gone) purgeLater()
      return gone
    },
    consolidate,
    sweep: () => purge() + rows.sweep(),
    close: () => cancelPurge(),
  }

  function everything(): Entry[] {
    return tierNames.flatMap((tier) => rows.list({ tier, limit: tiers[tier].most }))
  }
}
