/**
 * Conversations that are over become a summary a month: by a model where one is handed in, else by
 * rule. What is tainted and what is not are never summed up together, and a summary replaces its
 * conversations in one transaction: at any moment each of them stands either here or there.
 */
import { type Clock, minutes } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { messageOf } from '../errors.ts'
import { dateTime } from '../format.ts'
import type { Log } from '../log.ts'
import { type Entry, MOST_TEXT, plainText } from './entry.ts'
import type { Rows } from './rows.ts'

/** Answers a short text for these, newest first; undefined = it cannot. */
export type Summarise = (texts: string[]) => Promise<string | undefined>

export type Consolidated = { folded: number; summaries: number }

type Needs = {
  db: Db
  rows: Rows
  clock: Clock
  log: Log
  timeZone: string
  summarise?: Summarise | undefined
}

/** So many conversations go into one call; a small model has a small window. */
const AT_ONCE = 12
/** A slow model on a slow machine. */
const PATIENCE_MS = minutes(5)
export const SUBJECT = 'conversations'

export const createConsolidate = (needs: Needs) => {
  let flight: Promise<Consolidated> | undefined
  return {
    /** Safe to call twice: the second call waits for the first. */
    consolidate(): Promise<Consolidated> {
      flight ??= consolidate(needs).finally(() => {
        flight = undefined
      })
      return flight
    },
  }
}

const consolidate = async (needs: Needs): Promise<Consolidated> => {
  const done = { folded: 0, summaries: 0 }
  const seen = new Set<string>()
  for (const group of groupsOf(needs)) {
    for (let i = 0; i < group.entries.length; i += AT_ONCE) {
      const some = group.entries.slice(i, i + AT_ONCE)
      const folded = await fold(needs, group.key, group.tainted, some)
      done.folded += folded
      if (folded > 0) seen.add(group.key)
    }
  }
  return { ...done, summaries: seen.size }
}

type Group = { key: string; tainted: boolean; entries: Entry[] }

/** By month and taint, oldest first. */
const groupsOf = ({ db, rows, clock, timeZone }: Needs): Group[] => {
  const over = db.all<{ id: number }>(
    `select id from memories where tier = 'conversation' and expires_at <= ? and pinned_at is null
       and forgotten_at is null order by id`,
    [clock.now()],
  )
  const groups = new Map<string, Group>()
  for (const { id } of over) {
    const entry = rows.find(id)!
    const month = dateTime(entry.madeAt, timeZone).slice(0, 7)
    const key = entry.tainted ? `${month}.untrusted` : month
    const group = groups.get(key) ?? { key, tainted: entry.tainted, entries: [] }
    group.entries.push(entry)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** Answers how many went in; those that were changed or forgotten meanwhile wait for the next night. */
const fold = async (
  needs: Needs,
  key: string,
  tainted: boolean,
  entries: Entry[],
): Promise<number> => {
  const { db, rows } = needs
  const before = rows.holder('summary', SUBJECT, key)
  const texts = entries.toReversed().map((e) => e.text)
  const text = await textFor(needs, before ? [...texts, before.text] : texts)
  return db.tx(() => {
    const now = rows.holder('summary', SUBJECT, key)
    const isSame = now?.id === before?.id && now?.text === before?.text
    if (!isSame || !entries.every((e) => isUntouched(rows, e))) return 0
    for (const { id } of entries) db.run('delete from memories where id = ?', [id])
    if (now)
      db.run('update memories set text = ?, checked_at = ?, expires_at = ? where id = ?', [
        text,
        needs.clock.now(),
        rows.end('summary'),
        now.id,
      ])
    else
      rows.insert({
        tier: 'summary',
        text,
        about: SUBJECT,
        key,
        source: 'older conversations',
        confidence: tainted ? 0.3 : 0.6,
        tainted,
        madeBy: 'jarvis',
      })
    return entries.length
  })
}

const isUntouched = (rows: Rows, { id, text, tainted, expiresAt }: Entry): boolean => {
  const now = rows.find(id)
  return (
    now !== undefined &&
    !now.forgotten &&
    !now.pinned &&
    now.text === text &&
    now.tainted === tainted &&
    now.expiresAt === expiresAt
  )
}

const textFor = async (needs: Needs, texts: string[]): Promise<string> => {
  const said = needs.summarise && (await withinTime(needs, needs.summarise, texts))
  return (said && plainText(said)) || byRule(texts)
}

const withinTime = async (
  { clock, log }: Needs,
  summarise: Summarise,
  texts: string[],
): Promise<string | undefined> => {
  let cancel = () => {}
  const late = new Promise<undefined>((resolve) => {
    cancel = clock.after(PATIENCE_MS, () => resolve(undefined))
  })
  try {
    return await Promise.race([summarise(texts), late])
  } catch (error) {
    log.warn('memory: the summary was made by rule', { reason: messageOf(error) })
    return undefined
  } finally {
    cancel()
  }
}

/** The newest first, each shortened to its share; the end is what falls off. */
export const byRule = (texts: string[]): string => {
  const share = Math.max(80, Math.floor(MOST_TEXT / Math.max(1, texts.length)) - 3)
  return plainText(texts.map((text) => plainText(text, share)).join(' · '))
}
