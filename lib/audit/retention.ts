/**
 * Forgets rows that are older than they are kept, and leaves the chain checkable: a row of the trail
 * tells what goes, an anchor keeps the hash that the next row continues, and only then rows are deleted.
 */
import { type Clock, days } from '../clock.ts'
import type { Db } from '../db/db.ts'
import {
  type AnchorRow,
  anchorHash,
  FORGET,
  forgottenThrough,
  lastAnchor,
  NOTHING_BEFORE,
} from './chain.ts'
import type { Entry } from './trail.ts'

/** Rows of one transaction, which blocks the loop: 1,000 take about 20 ms with their words. */
const AT_ONCE = 1000
/** Rows that one look for the end reads. */
const LOOK = 5000

type Needs = {
  db: Db
  clock: Pick<Clock, 'now'>
  write(entry: Entry): number
  /** Lets others work between two steps. */
  breath(): Promise<void>
}

/** Answers how many rows went. `keepDays` 0 = for ever. */
export const sweep = async (needs: Needs, keepDays: number): Promise<number> => {
  const { db, clock, breath } = needs
  if (keepDays > 0) {
    const olderThan = clock.now() - days(keepDays)
    const through = await oldThrough(needs, olderThan)
    if (through !== undefined) db.tx(() => anchor(needs, through, olderThan))
  }
  let gone = 0
  for (let n = AT_ONCE; n === AT_ONCE; gone += n) {
    // Also what a server that ended in the middle has left.
    n = db.run(
      'delete from audit where id in (select id from audit where id <= ? order by id limit ?)',
      [forgottenThrough(db), AT_ONCE],
    ).changes
    await breath()
  }
  return gone
}

type Row = { id: number; at: number; hash: string }

/** The last row of those at the beginning that are all too old; one with a time yet to come is no reason to stop. */
const oldThrough = async (
  { db, clock, breath }: Needs,
  olderThan: number,
): Promise<Row | undefined> => {
  let last: Row | undefined
  let cursor = forgottenThrough(db)
  for (;;) {
    const rows = db.all<Row>('select id, at, hash from audit where id > ? order by id limit ?', [
      cursor,
      LOOK,
    ])
    for (const row of rows) {
      if (row.at >= olderThan && row.at <= clock.now()) return last
      if (row.at < olderThan) last = row
    }
    if (rows.length < LOOK) return last
    cursor = rows.at(-1)!.id
    await breath()
  }
}

const anchor = ({ db, clock, write }: Needs, { id: through, hash }: Row, olderThan: number) => {
  const before = lastAnchor(db)
  const rows = through - (before?.through ?? 0)
  const entryId = write({
    who: 'jarvis',
    kind: 'jarvis',
    from: 'local',
    what: FORGET,
    args: { through, hash, rows, olderThan: new Date(olderThan).toISOString() },
    verdict: 'run',
    outcome: 'done',
  })
  const previous =
    db.first<{ hash: string }>('select hash from audit_anchors order by id desc limit 1')?.hash ??
    NOTHING_BEFORE
  const row: Omit<AnchorRow, 'id' | 'hash'> = {
    at: clock.now(),
    through,
    through_hash: hash,
    rows,
    older_than: olderThan,
    entry_id: entryId,
    previous,
  }
  db.run(
    `insert into audit_anchors
       (at, through, through_hash, rows, older_than, entry_id, previous, hash)
     values (:at, :through, :through_hash, :rows, :older_than, :entry_id, :previous, :hash)`,
    { ...row, hash: anchorHash(row) },
  )
}
