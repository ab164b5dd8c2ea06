/**
 * A password at the door. Tries count against the account and against the address; where the account
 * has been let in before, they count for that place alone, so that a stranger who guesses all day
 * does not keep its owner out.
 */
import type { Bus } from '../bus.ts'
import { type Clock, days } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { Problem } from '../errors.ts'
import type { Events } from '../events/kinds.ts'
import { type Account, type Accounts, storedPassword, storePassword } from './accounts.ts'
import { demandGoodPassword, type Passwords } from './password.ts'
import type { Sessions } from './sessions.ts'
import { network, type Tries } from './tries.ts'

export type Login = {
  /** May be left out where there is one account only. */
  name?: string | undefined
  password: string
  from: string
  browser: string
}

export type Logins = {
  /** A fresh session; throws `unauthorized`, or `busy` with `retryAfter` (seconds). */
  open(login: Login): Promise<{ account: Account; session: { id: string; secret: string } }>
  /** The account whose password this is, counted as a login is; opens nothing. Throws the same. */
  prove(who: Pick<Login, 'name' | 'password' | 'from'>): Promise<Account>
  /** Asks for the old password as a login does; ends the account's other sessions. */
  changePassword(change: {
    name: string
    current: string
    next: string
    from: string
    keep?: string | undefined
  }): Promise<{ ended: number }>
  /** Whether the login form must ask for a name. */
  needsName(): boolean
  sweep(): void
}

type Needs = {
  db: Db
  clock: Pick<Clock, 'now'>
  bus?: Pick<Bus<Events>, 'emit'> | undefined
  passwords: Passwords
  tries: Tries
  accounts: Accounts
  sessions: Sessions
}

const REMEMBER_PLACES = days(90)

export const createLogins = (needs: Needs): Logins => {
  const { db, clock, bus, passwords, tries, accounts, sessions } = needs

  /** The account whose password this is. The try is counted first and forgiven when it was right. */
  const prove = async (name: string, password: string, from: string): Promise<Account> => {
    const keys = triesOf(db, name, from)
    const count = tries.claim(keys)
    const right = await passwords.matches(password, storedPassword(db, name))
    const account = accounts.find(name)
    if (!right || !account) {
      bus?.emit('session.refused', { from, tries: count })
      throw new Problem('unauthorized', 'That is not it.')
    }
    tries.forgive(keys)
    if (passwords.isOld(storedPassword(db, name) ?? ''))
      storePassword(db, account, await passwords.hash(password), account.passwordAt)
    return account
  }

  return {
    async open({ name, password, from, browser }) {
      const account = await prove(name?.trim() || soleName(accounts), password, from)
      rememberPlace(db, account, from, clock.now())
      const session = sessions.open({ accountId: account.id, address: from, browser })
      bus?.emit('session.opened', { account: account.name, from })
      return { account, session }
    },
    prove: ({ name, password, from }) => prove(name?.trim() || soleName(accounts), password, from),
    async changePassword({ name, current, next, from, keep }) {
      demandGoodPassword(next, name)
      const account = await prove(name, current, from)
      storePassword(db, account, await passwords.hash(next), clock.now())
      return { ended: sessions.endOthers(account.id, keep) }
    },
    needsName: () => accounts.list().length > 1,
    sweep: () =>
      void db.run('delete from login_places where seen_at < ?', [clock.now() - REMEMBER_PLACES]),
  }
}

const soleName = (accounts: Accounts) => {
  const all = accounts.list()
  return all.length === 1 ? all[0]!.name : ''
}

const triesOf = (db: Db, name: string, from: string): string[] => {
  const account = `account ${name.toLowerCase().slice(0, 40)}`
  const place = network(from)
  const known = db.first(
    `select 1 from login_places p join accounts a on a.id = p.account_id
     where a.name = ? and p.network = ?`,
    [name, place],
  )
  return [`address ${place}`, known ? `${account} at ${place}` : account]
}

const rememberPlace = (db: Db, { id }: Account, from: string, now: number) =>
  db.run(
    `insert into login_places (account_id, network, seen_at) values (?, ?, ?)
     on conflict (account_id, network) do update set seen_at = excluded.seen_at`,
    [id, network(from), now],
  )
