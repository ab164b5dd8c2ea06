/** Terminals as rows: what a restart of the server must not forget. */
import { randomBytes } from 'node:crypto'
import { type Clock, days } from '../clock.ts'
import type { Db } from '../db/db.ts'
import type { Target } from './targets.ts'

export type Terminal = {
  id: string
  /** `node/pve`, `guest/303`, `host/nas`. */
  target: string
  /** The target as people say it: `303 homeassistant`. */
  label: string
  /** The SSH host that it is reached through. */
  host: string
  /** What runs in it; undefined = the login shell. */
  command?: string | undefined
  /** Chosen by a person; the label unless told. */
  name: string
  /** Who keeps the screen; undefined = nobody has looked yet. */
  way?: Way | undefined
  /** Milliseconds since 1970. */
  openedAt: number
  openedBy: string
  /** When somebody last came or left. */
  seenAt?: number | undefined
  endedAt?: number | undefined
  endedWhy?: string | undefined
}

/** `tmux` on the target, or the server itself: then it ends with the server. */
export type Way = 'tmux' | 'kept'

type Row = {
  id: string
  target: string
  label: string
  host: string
  command: string | null
  name: string
  way: Way | null
  opened_at: number
  opened_by: string
  seen_at: number | null
  ended_at: number | null
  ended_why: string | null
}

const KEPT = days(7)

export type Rows = ReturnType<typeof createRows>

export const createRows = ({ db, clock }: { db: Db; clock: Pick<Clock, 'now'> }) => ({
  add(target: Target, who: string, name: string): Terminal {
    const id = randomBytes(5).toString('hex')
    db.run(
      `insert into terminals (id, target, label, host, command, name, opened_at, opened_by)
       values (?, ?, ?, ?, ?, ?, ?, ?)`,
      [id, target.key, target.label, target.host, target.command, name, clock.now(), who],
    )
    return decoded(db.first<Row>('select * from terminals where id = ?', [id])!)
  },
  find(id: string): Terminal | undefined {
    const row = db.first<Row>('select * from terminals where id = ?', [id])
    return row && decoded(row)
  },
  /** Those that have not ended, oldest first: a tab keeps its place. */
  open: (): Terminal[] =>
    db
      .all<Row>('select * from terminals where ended_at is null order by opened_at, id')
      .map(decoded),
  rename: (id: string, name: string) =>
    void db.run('update terminals set name = ? where id = ?', [name, id]),
  found: (id: string, way: Way) =>
    void db.run('update terminals set way = ?, seen_at = ? where id = ?', [way, clock.now(), id]),
  seen: (id: string) =>
    void db.run('update terminals set seen_at = ? where id = ?', [clock.now(), id]),
  /** False when it had ended already. */
  end: (id: string, why: string): boolean =>
    db.run('update terminals set ended_at = ?, ended_why = ? where id = ? and ended_at is null', [
      clock.now(),
      why,
      id,
    ]).changes > 0,
  /** At a start: what the last server kept has ended with it. */
  endKept: () =>
    void db.run(
      `update terminals set ended_at = ?, ended_why = ? where way = 'kept' and ended_at is null`,
      [clock.now(), 'It ended with the server, as there is no tmux on its host.'],
    ),
  /** Forgets what ended a week ago; the audit trail does not. */
  sweep: (): number =>
    db.run('delete from terminals where ended_at < ?', [clock.now() - KEPT]).changes,
})

const decoded = (row: Row): Terminal => ({
  id: row.id,
  target: row.target,
  label: row.label,
  host: row.host,
  command: row.command ?? undefined,
  name: row.name,
  way: row.way ?? undefined,
  openedAt: row.opened_at,
  openedBy: row.opened_by,
  seenAt: row.seen_at ?? undefined,
  endedAt: row.ended_at ?? undefined,
  endedWhy: row.ended_why ?? undefined,
})
