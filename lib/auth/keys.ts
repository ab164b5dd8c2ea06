/**
 * Keys that are carried instead of a password: tokens of machines (`jv_…`, with a scope) and keys of
 * wall screens (`jw_…`, which may only look). Shown once, stored as a hash, revoked with who and when.
 */
import type { Bus } from '../bus.ts'
import { type Clock, days, minutes } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { Problem } from '../errors.ts'
import type { Events } from '../events/kinds.ts'
import { clean } from '../log.ts'
import type { Scope } from './auth.ts'
import { fingerprint, newId, newSecret, noteQuietly, type Random } from './secret.ts'

export type Key = {
  id: string
  name: string
  scope: Scope
  madeAt: number
  madeBy: string
  expiresAt: number | null
  usedAt: number | null
  usedFrom: string | null
  revokedAt: number | null
  revokedBy: string | null
}

export type NewKey = {
  name: string
  scope: Scope
  by: string
  /** Milliseconds since 1970; without it the key lives until it is revoked. */
  expiresAt?: number | undefined
}

export type Keys = {
  /** Throws `invalid` (name, expiry) or `conflict` (a good key has that name). */
  create(wish: NewKey): { key: Key; secret: string }
  /** The key of a secret, unless revoked or expired; notes its use once a minute. */
  find(secret: string, from: string): Key | undefined
  isGood(id: string): boolean
  /** All that are known, the newest first, revoked and expired ones too. */
  list(): Key[]
  /** By id, or by the name of a good key; throws `not-found`. */
  revoke(idOrName: string, by: string): Key
  sweep(): void
}

type Needs = {
  db: Db
  clock: Pick<Clock, 'now'>
  bus?: Pick<Bus<Events>, 'emit'> | undefined
  random: Random
  kind: 'token' | 'wall'
}

const PREFIX = { token: 'jv_', wall: 'jw_' }
const WORD = { token: 'token', wall: 'wall key' }
const NOTE_EVERY = minutes(1)
const KEEP_REVOKED = days(90)

const COLUMNS = `id, name, scope, made_at as madeAt, made_by as madeBy, expires_at as expiresAt,
  used_at as usedAt, used_from as usedFrom, revoked_at as revokedAt, revoked_by as revokedBy`
const GOOD = 'kind = :kind and revoked_at is null and (expires_at is null or expires_at > :now)'

export const createKeys = ({ db, clock, bus, random, kind }: Needs): Keys => {
  const at = () => ({ kind, now: clock.now() })
  const goodBy = (column: 'id' | 'name' | 'hash', value: string | Buffer) =>
    db.first<Key>(`select ${COLUMNS} from keys where ${column} = :value and ${GOOD}`, {
      value,
      ...at(),
    })
  const note = ({ id, usedAt }: Key, from: string) => {
    if (usedAt !== null && clock.now() - usedAt < NOTE_EVERY) return
    noteQuietly(() =>
      db.run('update keys set used_at = ?, used_from = ? where id = ?', [clock.now(), from, id]),
    )
  }

  return {
    create(wish) {
      const name = goodName(wish, clock.now())
      const secret = PREFIX[kind] + newSecret(random)
      const id = newId(random)
      const key = db.tx(() => {
        if (goodBy('name', name))
          throw new Problem('conflict', `There is already a ${WORD[kind]} named ${name}.`, {
            next: 'Revoke that one first, or choose another name.',
          })
        db.run(
          `insert into keys (id, kind, name, hash, scope, made_at, made_by, expires_at)
           values (?, ?, ?, ?, ?, ?, ?, ?)`,
          [id, kind, name, fingerprint(secret), wish.scope, clock.now(), wish.by, wish.expiresAt],
        )
        return goodBy('id', id)!
      })
      bus?.emit('token.created', { name, scope: wish.scope, by: wish.by })
      return { key, secret }
    },
    find(secret, from) {
      if (!secret.startsWith(PREFIX[kind])) return undefined
      const key = goodBy('hash', fingerprint(secret))
      if (key) note(key, from)
      return key
    },
    isGood: (id) => goodBy('id', id) !== undefined,
    list: () =>
      db.all<Key>(`select ${COLUMNS} from keys where kind = ? order by made_at desc, id`, [kind]),
    revoke(idOrName, by) {
      const key = goodBy('id', idOrName) ?? goodBy('name', idOrName)
      if (!key)
        throw new Problem('not-found', `There is no ${WORD[kind]} ${clean(idOrName).slice(0, 64)}.`)
      db.run('update keys set revoked_at = ?, revoked_by = ? where id = ?', [
        clock.now(),
        by,
        key.id,
      ])
      bus?.emit('token.revoked', { name: key.name, by })
      return { ...key, revokedAt: clock.now(), revokedBy: by }
    },
    sweep: () =>
      void db.run(
        'delete from keys where kind = :kind and (revoked_at < :old or expires_at < :old)',
        { kind, old: clock.now() - KEEP_REVOKED },
      ),
  }
}

const goodName = ({ name, expiresAt }: NewKey, now: number): string => {
  const tidy = clean(name).trim()
  if (tidy === '' || tidy.length > 64)
    throw new Problem('invalid', 'A name of 1 to 64 characters, please.', {
      next: 'Name it after the machine that will carry it: grafana, kitchen tablet.',
      details: { field: 'name' },
    })
  if (expiresAt !== undefined && !(expiresAt > now))
    throw new Problem('invalid', 'The expiry lies in the past.', { details: { field: 'expires' } })
  return tidy
}
