/**
 * Wrong tries and the growing delay after the fifth: 5 s, 10 s, 20 s … at most 15 minutes, kept in
 * the database so that a restart is no way round it. Nobody waits in line for it: who comes too
 * early is sent away at once, and being sent away is not a try, so the door never sticks for ever.
 */
import { type Clock, days, minutes, seconds } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { Problem } from '../errors.ts'
import { duration } from '../format.ts'

export type Tries = {
  /**
   * Counts one try against each key before it is judged, so that a hundred guesses at once are a
   * hundred tries. Answers the highest count; throws `busy` with `retryAfter` (seconds) meanwhile.
   */
  claim(keys: string[]): number
  /** The try was right: what was counted against these keys is forgotten. */
  forgive(keys: string[]): void
  sweep(): void
}

const FREE_TRIES = 5
const FIRST_DELAY = seconds(5)
const LONGEST_DELAY = minutes(15)
const FORGOTTEN_AFTER = days(1)

type Row = { key: string; tries: number; tried_at: number; free_at: number }

export const createTries = ({ db, clock }: { db: Db; clock: Pick<Clock, 'now'> }): Tries => ({
  claim: (keys) =>
    db.tx(() => {
      const now = clock.now()
      const rows = keys.map((key) => known(db, key, now))
      const wait = Math.max(...rows.map((r) => r.free_at - now))
      if (wait > 0) throw tooEarly(wait)
      for (const row of rows) count(db, row, now)
      return Math.max(...rows.map((r) => r.tries + 1))
    }),
  forgive(keys) {
    for (const key of keys) db.run('delete from login_tries where key = ?', [key])
  },
  sweep: () =>
    void db.run('delete from login_tries where tried_at < ? or tried_at > ?', [
      clock.now() - FORGOTTEN_AFTER,
      clock.now(),
    ]),
})

const known = (db: Db, key: string, now: number): Row => {
  const row = db.first<Row>('select * from login_tries where key = ?', [key])
  // A try in the future was made while the clock was wrong; its delay could last for years.
  return row && row.tried_at > now - FORGOTTEN_AFTER && row.tried_at <= now
    ? row
    : { key, tries: 0, tried_at: now, free_at: 0 }
}

const count = (db: Db, { key, tries }: Row, now: number) =>
  db.run(
    `insert into login_tries (key, tries, tried_at, free_at) values (?, ?, ?, ?)
     on conflict (key) do update set
       tries = excluded.tries, tried_at = excluded.tried_at, free_at = excluded.free_at`,
    [key, tries + 1, now, now + delayAfter(tries + 1)],
  )

/** Milliseconds to wait after so many wrong tries. */
export const delayAfter = (tries: number): number =>
  tries < FREE_TRIES ? 0 : Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (tries - FREE_TRIES))

const tooEarly = (wait: number) => {
  const s = Math.ceil(wait / 1000)
  return new Problem('busy', `Too many wrong tries. The door opens again in ${duration(s)}.`, {
    details: { retryAfter: String(s) },
  })
}

/**
 * The part of an address that one household or provider hands to one customer: an IPv4 address as
 * it is, of IPv6 the first 64 bits, or a guesser with a /64 has 2^64 addresses to come from.
 */
export const network = (address: string): string => {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.replace(/%.*$/, '').split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0')
  const first = [...before, ...zeros, ...after].slice(0, 4)
  return `${first.map((g) => Number.parseInt(g, 16).toString(16)).join(':')}::/64`
}
