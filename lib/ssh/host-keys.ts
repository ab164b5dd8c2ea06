/**
 * The host keys that the operator agreed to, kept in the database. A key is never trusted because it
 * was the first that came: somebody has seen its fingerprint and said yes.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { Problem } from '../errors.ts'

/** A key as a server shows it. `fingerprint` as `ssh-keygen -l` prints it: `SHA256:` and base64. */
export type HostKey = { fingerprint: string; algorithm: string }

export type PinnedKey = HostKey & { host: string; acceptedAt: number; acceptedBy: string }

export type HostKeys = {
  find(host: string): PinnedKey | undefined
  list(): PinnedKey[]
  /** Stores the consent; an older key of the host is forgotten. */
  accept(host: string, key: HostKey, by: string): void
  forget(host: string): boolean
}

const COLUMNS =
  'select host, algorithm, fingerprint, accepted_at as acceptedAt, accepted_by as acceptedBy from ssh_host_keys'

export const createHostKeys = ({ db, clock }: { db: Db; clock: Clock }): HostKeys => ({
  find: (host) => db.first<PinnedKey>(`${COLUMNS} where host = ?`, [host]),
  list: () => db.all<PinnedKey>(`${COLUMNS} order by host`),
  accept(host, { fingerprint, algorithm }, by) {
    db.run(
      `insert into ssh_host_keys (host, algorithm, fingerprint, accepted_at, accepted_by)
       values (?, ?, ?, ?, ?)
       on conflict (host) do update set algorithm = excluded.algorithm,
         fingerprint = excluded.fingerprint, accepted_at = excluded.accepted_at,
         accepted_by = excluded.accepted_by`,
      [host, algorithm, asFingerprint(fingerprint), clock.now(), by],
    )
  },
  forget: (host) => db.run('delete from ssh_host_keys where host = ?', [host]).changes > 0,
})

/** The key blob of the protocol: its name comes first, as a length and ASCII. */
export const hostKeyOf = (blob: Buffer): HostKey => ({
  fingerprint: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`,
  algorithm: blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1'),
})

/** Does what a server shows agree with what was accepted? Throws `untrusted` with both. */
export const checkHostKey = (host: string, shown: HostKey, pinned: HostKey | undefined): void => {
  const next = `Compare it on ${host} itself (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then accept it: ./jarvis doctor --accept-host-key ${host}`
  if (!pinned)
    throw new Problem(
      'untrusted',
      `The host key of ${host} was never accepted: ${shown.fingerprint}.`,
      { next, details: { shown: shown.fingerprint } },
    )
  if (pinned.fingerprint !== shown.fingerprint)
    throw new Problem(
      'untrusted',
      `${host} shows another host key: ${shown.fingerprint}, accepted was ${pinned.fingerprint}. Either it was installed anew, or somebody stands in between.`,
      { next, details: { shown: shown.fingerprint, accepted: pinned.fingerprint } },
    )
}

const asFingerprint = (text: string): string => {
  if (/^SHA256:[A-Za-z0-9+/]{43}$/.test(text)) return text
  throw new Problem('invalid', `"${text.slice(0, 80)}" is no fingerprint of a host key.`, {
    next: 'It begins with SHA256: and has 43 letters behind.',
  })
}
