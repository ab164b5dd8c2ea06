/** The rows of the memory and nothing above them: which stand, which are history, room for one more. */
import type { Db } from '../db/db.ts'
import { Problem } from '../errors.ts'
import { decoded, type Entry, type Stored } from './entry.ts'
import { HISTORY_MS, type Tier, tierNames, tiers, UNDO_MS } from './tiers.ts'

/** What an entry is stored with; the rest of its row begins empty. */
export type NewRow = Pick<Entry, 'text' | 'about' | 'key' | 'source' | 'confidence' | 'tainted'> & {
  tier: Tier
  madeBy: string
}

export type Page = {
  tier?: Tier | undefined
  /** Only ids below: the page before. */
  before?: number | undefined
  limit: number
}

const folding = tierNames.filter((t) => tiers[t].folds).map((t) => `'${t}'`)
/** Neither forgotten nor contradicted nor over. `?1` is now; what folds is not over until it has. */
export const STANDS = `m.forgotten_at is null and m.replaced_at is null and
  (m.expires_at is null or m.expires_at > ?1 or m.pinned_at is not null or m.tier in (${folding}))`

export const createRows = ({ db, now }: { db: Db; now: () => number }) => {
  const read = (row: Stored | undefined): Entry | undefined => row && decoded(row, now())
  const readAll = (rows: Stored[]): Entry[] => rows.map((row) => decoded(row, now()))
  const end = (tier: Tier): number | null => {
    const { keepMs } = tiers[tier]
    return keepMs === undefined ? null : now() + keepMs
  }

  const makeRoom = (tier: Tier) => {
    const { most, full, title } = tiers[tier]
    const count = (where: string, ...params: number[]) =>
      db.first<{ n: number }>(`select count(*) n from memories m where m.tier = ?2 and ${where}`, [
        now(),
        tier,
        ...params,
      ])!.n
    for (let over = count(STANDS) - most; over >= 0; over--) {
      const gone =
        full === 'oldest goes' &&
        db.run(
          `delete from memories where id =
             (select m.id from memories m where m.tier = ?2 and m.pinned_at is null and ${STANDS}
              order by max(m.made_at, coalesce(m.used_at, 0)), m.id limit 1)`,
          [now(), tier],
        ).changes > 0
      if (gone) continue
      throw new Problem('conflict', `I hold ${most} of these already: ${title.toLowerCase()}.`, {
        next: 'Let me forget one of them first.',
      })
    }
    const past = 'm.forgotten_at is not null or m.replaced_at is not null'
    const tooMany = count(`(${past})`) - most
    if (tooMany > 0)
      db.run(
        `delete from memories where id in
           (select m.id from memories m where m.tier = ? and (${past}) order by m.id limit ?)`,
        [tier, tooMany],
      )
  }

  return {
    end,
    /** Inside a transaction of the caller. Throws `conflict` where there is no room. */
    insert(row: NewRow): Entry {
      makeRoom(row.tier)
      const { id } = db.run(
        `insert into memories (tier, text, about, key, source, confidence, tainted, made_at, made_by,
           checked_at, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          row.tier,
          row.text,
          row.about,
          row.key,
          row.source,
          row.confidence,
          row.tainted,
          now(),
          row.madeBy,
          now(),
          end(row.tier),
        ],
      )
      return this.find(id)!
    },
    /** Whatever has become of it. */
    find: (id: number) =>
      read(db.first<Stored>('select * from memories where id = ?', [Math.trunc(id)])),
    stands: (id: number) =>
      read(
        db.first<Stored>(`select m.* from memories m where m.id = ?2 and ${STANDS}`, [
          now(),
          Math.trunc(id),
        ]),
      ),
    /** The one that stands for a key. */
    holder: (tier: Tier, about: string, key: string) =>
      read(
        db.first<Stored>(
          `select * from memories where tier = ? and about = ? and key = ?
             and forgotten_at is null and replaced_at is null`,
          [tier, about, key],
        ),
      ),
    /** The same words of the same subject, with no key. */
    same: (tier: Tier, about: string | undefined, text: string) =>
      read(
        db.first<Stored>(
          `select m.* from memories m where m.tier = ?2 and m.about is ?3 and m.key is null
             and m.text = ?4 and ${STANDS}`,
          [now(), tier, about, text],
        ),
      ),
    /** Newest first. */
    list: ({ tier, before, limit }: Page): Entry[] =>
      readAll(
        db.all<Stored>(
          `select m.* from memories m where (?2 is null or m.tier = ?2) and m.id < ?3 and ${STANDS}
           order by m.id desc limit ?4`,
          [now(), tier, before ?? Number.MAX_SAFE_INTEGER, limit],
        ),
      ),
    /** Pinned ones and those of the tiers that always come along. */
    standing: (limit: number): Entry[] =>
      readAll(
        db.all<Stored>(
          `select m.* from memories m where (m.pinned_at is not null or m.tier in (${alwaysTold}))
             and ${STANDS} order by m.pinned_at is null, m.id desc limit ?2`,
          [now(), limit],
        ),
      ),
    /** Best first, with FTS5's own measure (the smaller the better). `match` is its query language. */
    matching: (match: string, limit: number): { entry: Entry; rank: number }[] =>
      db
        .all<Stored & { rank: number }>(
          `select m.*, bm25(memories_words, 1.0, 2.0) rank
           from memories_words join memories m on m.id = memories_words.rowid
           where memories_words match ?2 and ${STANDS} order by rank limit ?3`,
          [now(), match, limit],
        )
        .map(({ rank, ...row }) => ({ entry: decoded(row, now()), rank })),
    counts(): Record<Tier, number> {
      const rows = db.all<{ tier: Tier; n: number }>(
        `select m.tier, count(*) n from memories m where ${STANDS} group by m.tier`,
        [now()],
      )
      const none = Object.fromEntries(tierNames.map((t) => [t, 0])) as Record<Tier, number>
      return Object.assign(none, Object.fromEntries(rows.map((r) => [r.tier, r.n])))
    },
    /** Those that can still be brought back, newest first. */
    forgotten: (): Entry[] =>
      readAll(
        db.all<Stored>(
          'select * from memories where forgotten_at > ? order by forgotten_at desc, id desc limit 50',
          [now() - UNDO_MS],
        ),
      ),
    /** Since when the first of them waits to be gone for good. */
    forgottenSince: (): number | undefined =>
      db.first<{ at: number | null }>('select min(forgotten_at) at from memories')?.at ?? undefined,
    /** What stood in its place before, newest first. */
    before: ({ id, tier, about, key }: Entry): Entry[] =>
      readAll(
        db.all<Stored>(
          `select * from memories where tier = ? and about is ? and key is ? and id <> ?
             and key is not null and replaced_at is not null order by id desc limit 20`,
          [tier, about, key, id],
        ),
      ),
    used(ids: readonly number[]): void {
      db.tx(() => {
        for (const id of ids)
          db.run('update memories set used_at = ?, uses = uses + 1 where id = ?', [now(), id])
      })
    },
    /** What was forgotten for good: its words leave the file too, not only the table. */
    purge(): number {
      const gone = () =>
        db.run('delete from memories where forgotten_at <= ?', [now() - UNDO_MS]).changes
      const some = db.first('select 1 from memories where forgotten_at <= ? limit 1', [
        now() - UNDO_MS,
      ])
      if (!some) return 0
      db.exec('pragma secure_delete = on')
      try {
        return db.tx(() => {
          const n = gone()
          // FTS5 keeps the words of a deleted row in its old segments until they are merged. Its own
          // `secure-delete` fails `integrity-check` in SQLite 3.45.1.
          db.run("insert into memories_words (memories_words) values ('optimize')")
          return n
        })
      } finally {
        db.exec('pragma secure_delete = off')
      }
    },
    sweep: (): number =>
      db.tx(
        () =>
          db.run(
            `delete from memories where expires_at <= ? and pinned_at is null
               and forgotten_at is null and tier not in (${folding})`,
            [now()],
          ).changes +
          db.run('delete from memories where replaced_at <= ?', [now() - HISTORY_MS]).changes,
      ),
  }
}

export type Rows = ReturnType<typeof createRows>

const alwaysTold = tierNames.filter((t) => tiers[t].standing).map((t) => `'${t}'`)
