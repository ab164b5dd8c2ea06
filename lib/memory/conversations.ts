/** What stays of a conversation: one entry each, kept up to date while it goes on. It carries its taint. */

import type { Db } from '../db/db.ts'
import { Problem } from '../errors.ts'
import { demandText, type Entry, isSubject } from './entry.ts'
import type { Rows } from './rows.ts'

export type Talk = {
  /** Its id in the chat: letters, digits, `-`, `_`. */
  conversation: string | number
  title: string
  /** What it came to, in a few sentences. */
  text: string
  /** It has read words of others; once so, for good. */
  tainted: boolean
}

const KEY = 'talk'

const subjectOf = (conversation: string | number): string => {
  const about = `conversation/${conversation}`
  if (isSubject(about)) return about
  throw new Problem('invalid', 'That is no conversation.')
}

export const keepConversation = (
  { db, rows, now }: { db: Db; rows: Rows; now: () => number },
  talk: Talk,
): Entry => {
  const about = subjectOf(talk.conversation)
  const text = demandText(talk.title ? `${talk.title}: ${talk.text}` : talk.text)
  return db.tx(() => {
    const old = rows.holder('conversation', about, KEY)
    const tainted = talk.tainted || old?.tainted === true
    const confidence = tainted ? 0.3 : 0.8
    if (!old)
      return rows.insert({
        tier: 'conversation',
        text,
        about,
        key: KEY,
        source: about,
        confidence,
        tainted,
        madeBy: 'jarvis',
      })
    // What is tainted cannot be pinned.
    db.run(
      `update memories set text = ?1, tainted = ?2, confidence = ?3, checked_at = ?4, expires_at = ?5,
         pinned_at = case when ?2 then null else pinned_at end,
         pinned_by = case when ?2 then null else pinned_by end where id = ?6`,
      [text, tainted, confidence, now(), rows.end('conversation'), old.id],
    )
    return rows.find(old.id)!
  })
}

/** The conversation was deleted; answers whether there was anything to forget. */
export const dropConversation = (
  { db, now }: { db: Db; now: () => number },
  conversation: string | number,
): boolean =>
  db.run(
    `update memories set forgotten_at = ?, forgotten_by = 'its deletion'
     where tier = 'conversation' and about = ? and forgotten_at is null`,
    [now(), subjectOf(conversation)],
  ).changes > 0
