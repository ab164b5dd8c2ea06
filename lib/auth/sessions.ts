/** Browsers that are logged in: idle 12 h at most, 30 d in all, each can be seen and ended. */
import { type Clock, days, hours, minutes } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { fingerprint, newId, newSecret, noteQuietly, type Random } from './secret.ts'

export type Session = {
  id: string
  accountId: number
  account: string
  /** Where it was last used from. */
  address: string
  /** `Firefox on Linux`. */
  browser: string
  openedAt: number
  usedAt: number
}

export type Sessions = {
  /** A new session; the secret is for the cookie and is not kept. */
  open(who: { accountId: number; address: string; browser: string }): { id: string; secret: string }
  /** The session of a cookie, unless it has expired; notes its use once a minute. */
  find(secret: string, address: string): Session | undefined
  isOpen(id: string): boolean
  /** Those that are open, the last used first; of one account or of all. */
  list(accountId?: number): Session[]
  /** Ends one; of this account only, when it is named. False when there was none. */
  end(id: string, accountId?: number): boolean
  /** Ends all of an account but one; the answer is how many. */
  endOthers(accountId: number, keep?: string): number
  /** Seconds that a cookie may live at most. */
  readonly maxAgeS: number
  sweep(): void
}

type Needs = {
  db: Db
  clock: Pick<Clock, 'now'>
  random: Random
  limits: { idleHours: number; absoluteDays: number }
}

// A cookie's use is written down once a minute at most: a busy page is no reason to write.
const NOTE_EVERY = minutes(1)

const COLUMNS = `s.id, s.account_id as accountId, a.name as account, s.address, s.browser,
  s.opened_at as openedAt, s.used_at as usedAt`
const FROM = 'from sessions s join accounts a on a.id = s.account_id'
const OPEN = 's.used_at > :idle and s.opened_at > :oldest'

export const createSessions = ({ db, clock, random, limits }: Needs): Sessions => {
  const open = () => ({
    idle: clock.now() - hours(limits.idleHours),
    oldest: clock.now() - days(limits.absoluteDays),
  })
  const note = (session: Session, address: string) => {
    if (clock.now() - session.usedAt < NOTE_EVERY) return
    const { id } = session
    noteQuietly(() =>
      db.run('update sessions set used_at = ?, address = ? where id = ?', [
        clock.now(),
        address,
        id,
      ]),
    )
  }

  return {
    maxAgeS: limits.absoluteDays * 86_400,
    open({ accountId, address, browser }) {
      const secret = newSecret(random)
      const id = newId(random)
      db.run(
        `insert into sessions (id, hash, account_id, address, browser, opened_at, used_at)
         values (?, ?, ?, ?, ?, ?, ?)`,
        [id, fingerprint(secret), accountId, address, browser, clock.now(), clock.now()],
      )
      return { id, secret }
    },
    find(secret, address) {
      const session = db.first<Session>(
        `select ${COLUMNS} ${FROM} where s.hash = :hash and ${OPEN}`,
        { hash: fingerprint(secret), ...open() },
      )
      if (session) note(session, address)
      return session
    },
    isOpen: (id) =>
      db.first(`select 1 ${FROM} where s.id = :id and ${OPEN}`, { id, ...open() }) !== undefined,
    list: (accountId) =>
      db.all<Session>(
        `select ${COLUMNS} ${FROM}
         where ${OPEN} and (:account is null or s.account_id = :account)
         order by s.used_at desc, s.id`,
        { account: accountId, ...open() },
      ),
    end: (id, accountId) =>
      db.run(
        'delete from sessions where id = :id and (:account is null or account_id = :account)',
        { id, account: accountId },
      ).changes > 0,
    endOthers: (accountId, keep = '') =>
      db.run('delete from sessions where account_id = ? and id <> ?', [accountId, keep]).changes,
    sweep: () =>
      void db.run('delete from sessions where used_at <= :idle or opened_at <= :oldest', open()),
  }
}

const BROWSERS: [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\/|Opera/, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrom(e|ium)\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
  [/^curl\//i, 'curl'],
  [/^wget\//i, 'wget'],
]
const SYSTEMS: [RegExp, string][] = [
  [/iPhone|iPod/, 'an iPhone'],
  [/iPad/, 'an iPad'],
  [/Android/, 'Android'],
  [/CrOS/, 'ChromeOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'a Mac'],
  [/Linux|X11/, 'Linux'],
]

/** `Firefox on Linux`, from what a browser says of itself; the raw text is not kept. */
export const browserName = (userAgent: string): string => {
  const find = (table: [RegExp, string][]) => table.find(([sign]) => sign.test(userAgent))?.[1]
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)]
  if (!browser) return system ? `A browser on ${system}` : 'An unknown browser'
  return system ? `${browser} on ${system}` : browser
}
