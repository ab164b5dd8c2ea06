/**
 * Where words come from: a context that has read text which others can write is tainted, and stays so.
 * In it a machine asks before it changes anything, whatever the text has told it.
 */
import { type Clock, hours } from '../clock.ts'
import type { Db } from '../db/db.ts'

/** Sessions and tokens have no end of a conversation, so their taint wears off. */
export const STICKS_MS = hours(1)

export type Provenance = {
  /** `conversation/12` is tainted for good, `token/…` and `session/…` for an hour. */
  taint(context: string, source: string): void
  /** The source that tainted it, or undefined. */
  taintedBy(context: string): string | undefined
  /** What one context gives to another carries the taint: history, summaries, memory. */
  carry(from: string, to: string): void
  /** Forgets what has worn off. */
  sweep(): number
}

/** Tools that answer with text that a guest, a log or a stranger has written. */
const FREE_TEXT = new Set([
  'task_log',
  'read_log',
  'docker_logs',
  'run_command',
  'guest_command',
  'compose_ps',
  'query_events',
  'incident_list',
  'project_search',
  'memory_search',
])

export const readsFreeText = (tool: string): boolean => FREE_TEXT.has(tool)

/** Names, tags, states and figures of this set cannot speak to anybody. */
export const isPlainValue = (value: unknown): boolean =>
  value === null ||
  typeof value === 'number' ||
  typeof value === 'boolean' ||
  (typeof value === 'string' && /^[\w.:@%+/-]{0,64}$/.test(value))

export const createProvenance = ({
  db,
  clock,
}: {
  db: Db
  clock: Pick<Clock, 'now'>
}): Provenance => {
  const row = (context: string) =>
    db.first<{ source: string; until: number | null }>(
      'select source, until from taints where context = ? and (until is null or until > ?)',
      [context, clock.now()],
    )
  const put = (context: string, source: string) => {
    const now = clock.now()
    const lasts = context.startsWith('token/') || context.startsWith('session/')
    // A taint without end is not replaced by one that ends.
    db.run(
      `insert into taints (context, source, at, until) values (?, ?, ?, ?)
       on conflict (context) do update set source = excluded.source, at = excluded.at,
         until = case when taints.until is null then null else excluded.until end`,
      [context, source, now, lasts ? now + STICKS_MS : null],
    )
  }
  return {
    taint: put,
    taintedBy: (context) => row(context)?.source,
    carry(from, to) {
      const source = row(from)?.source
      if (source !== undefined) put(to, source)
    },
    sweep: () =>
      db.run('delete from taints where until is not null and until <= ?', [clock.now()]).changes,
  }
}
