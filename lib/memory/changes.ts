/**
 * What changes an entry: told, told anew, put right, pinned, confirmed, forgotten, brought back. A
 * person may all of it; a machine adds and forgets, and never touches what a person has pinned.
 */
import type { Db } from '../db/db.ts'
import { Problem } from '../errors.ts'
import { checkedEntry, demandText, type Entry, isKey, mistakesIn, type Who } from './entry.ts'
import type { Memory, Remembered } from './memory.ts'
import type { Rows } from './rows.ts'
import { rememberable, tierFor } from './tiers.ts'

export const ADVICE = 'advice'

type Needs = {
  db: Db
  rows: Rows
  now: () => number
  /** Something waits to be gone for good. */
  onForgotten: () => void
}

export const createChanges = ({ db, rows, now, onForgotten }: Needs) => {
  const demand = (id: number): Entry => {
    const entry = Number.isSafeInteger(id) ? rows.stands(id) : undefined
    if (entry) return entry
    throw new Problem('not-found', 'I remember no such thing.', {
      next: 'It may have been forgotten, or have come to its end.',
    })
  }
  const set = (id: number, what: string, params: (string | number | null | undefined)[]): Entry => {
    db.run(`update memories set ${what} where id = ?`, [...params, id])
    return rows.find(id)!
  }
  const confirmed = (old: Entry, confidence: number): Entry =>
    set(
      old.id,
      'checked_at = ?, confidence = max(confidence, ?), expires_at = ?',
      // Words of others do not live longer for being read again.
      [now(), confidence, old.tainted ? old.expiresAt : rows.end(old.tier)],
    )

  const remember: Memory['remember'] = (wanted, who) => {
    const fields = checkedEntry(wanted)
    const tier = tierFor(wanted.tier, wanted.tainted)
    const { about, key, text } = fields
    return db.tx((): Remembered => {
      const old = about && key ? rows.holder(tier, about, key) : rows.same(tier, about, text)
      if (old?.text === text) return { entry: confirmed(old, fields.confidence), was: 'known' }
      if (old) {
        mayChange(old, who)
        set(old.id, 'replaced_at = ?, replaced_by = 0', [now()])
      }
      const entry = rows.insert({ ...fields, tier, madeBy: who.name })
      if (!old) return { entry, was: 'new' }
      const replaced = set(old.id, 'replaced_by = ?', [entry.id])
      const { pinned } = old
      return {
        entry: pinned
          ? set(entry.id, 'pinned_at = ?, pinned_by = ?', [pinned.at, pinned.by])
          : entry,
        was: 'new',
        replaced,
      }
    })
  }

  const edit: Memory['edit'] = (id, change, who) =>
    db.tx(() => {
      const old = demand(id)
      // A machine's context may be tainted, and its words would become the ones that were told.
      if (who.kind !== 'person') throw new Problem('conflict', 'Only a person puts that right.')
      const text = change.text === undefined ? old.text : demandText(change.text)
      const hasSubject = !old.tainted && (rememberable as readonly string[]).includes(old.tier)
      const { about, key } = hasSubject
        ? { about: changed(change.about, old.about), key: changed(change.key, old.key) }
        : old
      const mistakes = mistakesIn({ about, key })
      if (hasSubject && Object.keys(mistakes).length > 0)
        throw new Problem('invalid', 'That cannot be remembered so.', { details: mistakes })
      const holder = about && key ? rows.holder(old.tier, about, key) : undefined
      if (holder && holder.id !== id)
        throw new Problem('conflict', `I know the ${key} of ${about} already.`, {
          next: 'Change that entry, or forget it first.',
        })
      return set(id, 'text = ?, about = ?, key = ?, edited_at = ?, edited_by = ?, checked_at = ?', [
        text,
        about,
        key,
        now(),
        who.name,
        now(),
      ])
    })

  const pin: Memory['pin'] = (id, who) => {
    const old = demand(id)
    if (old.tainted)
      throw new Problem('conflict', 'Others have written that; it does not stay.', {
        next: 'If it is true, tell me so in your own words.',
      })
    return old.pinned ? old : set(id, 'pinned_at = ?, pinned_by = ?', [now(), who.name])
  }

  const unpin: Memory['unpin'] = (id, who) => {
    const old = demand(id)
    mayChange(old, who)
    return old.pinned
      ? set(id, 'pinned_at = null, pinned_by = null, expires_at = ?', [rows.end(old.tier)])
      : old
  }

  const forget: Memory['forget'] = (id, who) => {
    mayChange(demand(id), who)
    const gone = set(id, 'forgotten_at = ?, forgotten_by = ?', [now(), who.name])
    onForgotten()
    return gone
  }

  const bringBack: Memory['bringBack'] = (id) =>
    db.tx(() => {
      const old = rows.forgotten().find((e) => e.id === id)
      if (!old)
        throw new Problem('not-found', 'That cannot be brought back any more.', {
          next: 'Tell me anew.',
        })
      if (old.about && old.key && rows.holder(old.tier, old.about, old.key))
        throw new Problem('conflict', 'Something newer stands in its place.')
      return set(id, 'forgotten_at = null, forgotten_by = null', [])
    })

  const verify: Memory['verify'] = (id, who) => {
    const old = demand(id)
    if (who.kind === 'machine' && old.tainted)
      throw new Problem('conflict', 'Words of others cannot be verified by a machine.')
    return set(id, 'checked_at = ?', [now()])
  }

  const dismissed: Memory['dismissed'] = (advice, who) => {
    if (!isKey(advice)) throw new Problem('invalid', 'That is no key of an advice.')
    return db.tx(() => {
      const old = rows.holder('dismissal', ADVICE, advice)
      if (old) return confirmed(old, 1)
      return rows.insert({
        tier: 'dismissal',
        text: `Not to be advised again: ${advice}`,
        about: ADVICE,
        key: advice,
        source: who.name,
        confidence: 1,
        tainted: false,
        madeBy: who.name,
      })
    })
  }

  return { demand, remember, edit, pin, unpin, verify, forget, bringBack, dismissed }
}

/** Throws `conflict`: what a person has pinned is changed by a person. */
const mayChange = (entry: Entry, who: Who) => {
  if (!entry.pinned || who.kind === 'person') return
  throw new Problem('conflict', `${entry.pinned.by} has pinned that.`, {
    next: 'Only a person changes what is pinned.',
  })
}

/** An empty field of a form takes away what was there. */
const changed = (wish: string | undefined, was: string | undefined): string | undefined =>
  wish === undefined ? was : wish.trim() || undefined
