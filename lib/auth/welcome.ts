/**
 * The first start: while there is no account, the console shows a one-time code, and who has it makes
 * the account. One transaction, so that of two who race exactly one wins.
 */
import type { Bus } from '../bus.ts'
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { Problem } from '../errors.ts'
import type { Events } from '../events/kinds.ts'
import { type Account, type Accounts, insertAccount, preparedAccount } from './accounts.ts'
import type { Passwords } from './password.ts'
import { fingerprint, newSecret, type Random } from './secret.ts'
import { network, type Tries } from './tries.ts'

export type Welcome = {
  /** Whether there is no account yet. */
  isOpen(): boolean
  /**
   * The code for the console, undefined once there is an account. Only its hash is stored, so each
   * start makes a new one, and the link of an earlier start no longer works.
   */
  code(): string | undefined
  /** Throws `unauthorized` (wrong code), `busy` with `retryAfter`, `conflict` (too late), `invalid`. */
  accept(wish: { code: string; name: string; password: string; from: string }): Promise<Account>
}

type Needs = {
  db: Db
  clock: Pick<Clock, 'now'>
  bus?: Pick<Bus<Events>, 'emit'> | undefined
  random: Random
  passwords: Passwords
  tries: Tries
  accounts: Accounts
}

export const createWelcome = (needs: Needs): Welcome => {
  const { db, clock, bus, random, passwords, tries, accounts } = needs
  let shown: string | undefined
  const isOpen = () => accounts.list().length === 0
  const isRight = (code: string) =>
    db.first('select 1 from welcome_code where hash = ?', [fingerprint(code)]) !== undefined

  const demandOpen = () => {
    if (!isOpen())
      throw new Problem('conflict', 'There is an account already; that link has been used.', {
        next: 'Log in. After a forgotten password, on the host: ./jarvis user password NAME.',
      })
  }
  const demandCode = (code: string, from: string) => {
    // 256 bits cannot be guessed; the delay is there so that nobody fills the log by trying.
    const keys = [`address ${network(from)}`]
    const count = tries.claim(keys)
    if (isRight(code)) return tries.forgive(keys)
    bus?.emit('session.refused', { from, tries: count })
    throw new Problem('unauthorized', 'That code is not the one.', {
      next: 'Use the link that the console printed at the last start.',
    })
  }

  return {
    isOpen,
    code() {
      if (!isOpen()) return undefined
      if (shown && isRight(shown)) return shown
      shown = newSecret(random)
      db.run('insert or replace into welcome_code (id, hash, made_at) values (1, ?, ?)', [
        fingerprint(shown),
        clock.now(),
      ])
      return shown
    },
    async accept({ code, name, password, from }) {
      demandOpen()
      demandCode(code, from)
      const hash = await preparedAccount(passwords, name.trim(), password)
      return db.tx(() => {
        // Once more, now that nobody can come in between.
        demandOpen()
        if (!isRight(code)) throw new Problem('unauthorized', 'That code is not the one.')
        return insertAccount(db, name.trim(), hash, clock.now())
      })
    },
  }
}
