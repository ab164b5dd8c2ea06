/**
 * What the owner of the machine does to the house itself: tokens, accounts, a copy of the database.
 * The same verbs serve the control socket and, where no server runs, the command line directly.
 */
import type { Trail } from '../audit/trail.ts'
import type { Account } from '../auth/accounts.ts'
import type { Auth, Scope } from '../auth/auth.ts'
import type { Key } from '../auth/keys.ts'
import { backup } from '../db/backup.ts'
import type { Db } from '../db/db.ts'

export type NewToken = { name: string; scope: Scope; expiresAt?: number | undefined }
export type NewAccount = { name: string; password: string }

export type Keeper = {
  createToken(wish: NewToken): Promise<{ key: Key; secret: string }>
  listTokens(): Promise<Key[]>
  /** By id or name. */
  revokeToken(which: string): Promise<Key>
  listAccounts(): Promise<Account[]>
  addAccount(wish: NewAccount): Promise<Account>
  setPassword(wish: NewAccount): Promise<Account>
  /** Writes a copy to an absolute path that does not exist yet. */
  backup(file: string): Promise<void>
}

type Needs = { auth: Auth; trail: Pick<Trail, 'write'>; db: Db }

const BY = 'command line'

export const createKeeper = ({ auth, trail, db }: Needs): Keeper => {
  /** Written before the answer is given, so that nothing is claimed that is not in the trail. */
  const noted = <T>(what: string, args: Record<string, string>, done: T): T => {
    trail.write({ who: BY, from: 'local', what, args, verdict: 'run', outcome: 'ok' })
    return done
  }
  return {
    createToken: async ({ name, scope, expiresAt }) =>
      noted(
        'token.create',
        { name, scope },
        auth.tokens.create({ name, scope, by: BY, ...(expiresAt !== undefined && { expiresAt }) }),
      ),
    listTokens: async () => auth.tokens.list(),
    revokeToken: async (which) => noted('token.revoke', { which }, auth.tokens.revoke(which, BY)),
    listAccounts: async () => auth.accounts.list(),
    addAccount: async (wish) =>
      noted('account.create', { name: wish.name }, await auth.accounts.create(wish)),
    setPassword: async ({ name, password }) =>
      noted('account.password', { name }, await auth.accounts.setPassword(name, password)),
    backup: async (file) => noted('database.backup', { file }, await backup(db.file, file)),
  }
}
