/** The people who may log in: usually one, the operator. */
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { Problem } from '../errors.ts'
import { demandGoodPassword, type Passwords } from './password.ts'
import type { Sessions } from './sessions.ts'

export type Account = { id: number; name: string; createdAt: number; passwordAt: number }

/** How a person wishes to be addressed; `name` = by the name of the account. */
export const addresses = ['sir', "ma'am", 'name', 'nothing'] as const
export type Address = (typeof addresses)[number]

export type Accounts = {
  list(): Account[]
  find(name: string): Account | undefined
  /** Throws `invalid` (name, password) or `conflict` (taken). Ends the first start's welcome. */
  create(wish: { name: string; password: string }): Promise<Account>
  /**
   * Sets a new password without asking for the old one (the way back in from the command line),
   * ends the account's sessions and its delays. Throws `not-found`, `invalid`.
   */
  setPassword(name: string, password: string): Promise<Account>
  /** Whether the password is right; takes as long for an unknown name. Counts no tries. */
  isRight(name: string, password: string): Promise<boolean>
  address(name: string): Address
  setAddress(name: string, address: Address): void
}

type Needs = {
  db: Db
  clock: Pick<Clock, 'now'>
  passwords: Passwords
  sessions: Sessions
}

const COLUMNS = 'id, name, created_at as createdAt, password_at as passwordAt'

export const createAccounts = ({ db, clock, passwords, sessions }: Needs): Accounts => {
  const find = (name: string) =>
    db.first<Account>(`select ${COLUMNS} from accounts where name = ?`, [name])

  return {
    list: () => db.all<Account>(`select ${COLUMNS} from accounts order by id`),
    find,
    async create({ name, password }) {
      const hash = await preparedAccount(passwords, name, password)
      return db.tx(() => insertAccount(db, name, hash, clock.now()))
    },
    async setPassword(name, password) {
      const account = find(name)
      if (!account) throw new Problem('not-found', 'There is no account of that name.')
      demandGoodPassword(password, account.name)
      storePassword(db, account, await passwords.hash(password), clock.now())
      sessions.endOthers(account.id)
      forgetDelays(db, account.name)
      return find(name)!
    },
    isRight: (name, password) => passwords.matches(password, storedPassword(db, name)),
    address: (name) =>
      db.first<{ address: Address }>('select address from accounts where name = ?', [name])
        ?.address ?? 'nothing',
    setAddress: (name, address) =>
      void db.run('update accounts set address = ? where name = ?', [address, name]),
  }
}

/** Checks name and password and answers the hash: the slow part, done before any transaction. */
export const preparedAccount = (passwords: Passwords, name: string, password: string) => {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,39}$/u.test(name))
    throw new Problem('invalid', 'A name of letters and digits, at most 40, please.', {
      details: { field: 'name' },
    })
  demandGoodPassword(password, name)
  return passwords.hash(password)
}

/** For use inside a transaction. */
export const insertAccount = (db: Db, name: string, hash: string, now: number): Account => {
  if (db.first('select 1 from accounts where name = ?', [name]))
    throw new Problem('conflict', `There is already an account named ${name}.`)
  const { id } = db.run(
    'insert into accounts (name, password, created_at, password_at) values (?, ?, ?, ?)',
    [name, hash, now, now],
  )
  db.run('delete from welcome_code')
  return { id, name, createdAt: now, passwordAt: now }
}

export const storedPassword = (db: Db, name: string): string | undefined =>
  db.first<{ password: string }>('select password from accounts where name = ?', [name])?.password

export const storePassword = (db: Db, { id }: Account, hash: string, now: number) =>
  db.run('update accounts set password = ?, password_at = ? where id = ?', [hash, now, id])

/** All that slows one account down, from wherever it was tried. */
const forgetDelays = (db: Db, name: string) =>
  db.run(`delete from login_tries where key = :own or substr(key, 1, length(:near)) = :near`, {
    own: `account ${name.toLowerCase()}`,
    near: `account ${name.toLowerCase()} at `,
  })
