/**
 * Who may: accounts with passwords, sessions of browsers, tokens of machines, keys of wall screens,
 * and the one-time code of the first start. No HTTP in here; `routes/guard.ts` asks.
 * Every secret is stored as a hash, so a stolen database opens no door.
 */
import type { Bus } from '../bus.ts'
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import type { Events } from '../events/kinds.ts'
import { type Accounts, createAccounts } from './accounts.ts'
import { createKeys, type Keys } from './keys.ts'
import { createLogins, type Logins } from './logins.ts'
import { type Cost, createPasswords } from './password.ts'
import { type Random, strongRandom } from './secret.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { createTries } from './tries.ts'
import { createWelcome, type Welcome } from './welcome.ts'

/** What one may do, each including the one before: look, act, change the settings. */
export type Scope = 'view' | 'operate' | 'admin'

/** Who asks. `from` is the address, `local` for the control socket. */
export type Caller = {
  kind: 'person' | 'machine' | 'wall'
  name: string
  scope: Scope
  from: string
  session?: { id: string } | undefined
  token?: { id: string } | undefined
}

const rank: Record<Scope, number> = { view: 0, operate: 1, admin: 2 }
export const covers = (have: Scope, need: Scope): boolean => rank[have] >= rank[need]

export type Auth = {
  accounts: Accounts
  logins: Logins
  sessions: Sessions
  tokens: Keys
  wallKeys: Keys
  welcome: Welcome
  /**
   * Whether the caller's session or key still holds. A stream or a socket asks this now and then,
   * because it outlives the request in which it was let in.
   */
  holds(caller: Caller): boolean
  /** Forgets expired sessions, old tries, and keys revoked 90 days ago; for the schedule. */
  sweep(): void
}

export type AuthNeeds = {
  db: Db
  clock: Pick<Clock, 'now'>
  bus?: Pick<Bus<Events>, 'emit'> | undefined
  sessions: { idleHours: number; absoluteDays: number }
  random?: Random | undefined
  /** Of a password hash; only tests lower it. */
  cost?: Cost | undefined
}

export const createAuth = (needs: AuthNeeds): Auth => {
  const { db, clock, bus, random = strongRandom } = needs
  const passwords = createPasswords(random, needs.cost)
  const tries = createTries({ db, clock })
  const sessions = createSessions({ db, clock, random, limits: needs.sessions })
  const accounts = createAccounts({ db, clock, passwords, sessions })
  const tokens = createKeys({ db, clock, bus, random, kind: 'token' })
  const wallKeys = createKeys({ db, clock, bus, random, kind: 'wall' })
  const logins = createLogins({ db, clock, bus, passwords, tries, accounts, sessions })
  const welcome = createWelcome({ db, clock, bus, random, passwords, tries, accounts })

  return {
    accounts,
    logins,
    sessions,
    tokens,
    wallKeys,
    welcome,
    holds({ session, token, kind }) {
      if (session) return sessions.isOpen(session.id)
      if (token) return (kind === 'wall' ? wallKeys : tokens).isGood(token.id)
      return true
    },
    sweep() {
      sessions.sweep()
      tries.sweep()
      tokens.sweep()
      wallKeys.sweep()
      logins.sweep()
    },
  }
}
