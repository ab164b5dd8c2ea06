/**
 * The doctor's look at SSH: is there a key, is each host known by its own key, does it let us in. And
 * the one thing that is changed on request: the consent to a host key.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { type Db, openDb } from '../db/db.ts'
import { asProblem, Problem } from '../errors.ts'
import { silentLog } from '../log.ts'
import type { HostKey, PinnedKey } from '../ssh/host-keys.ts'
import { createIdentity } from '../ssh/identity.ts'
import { createSsh, type Ssh } from '../ssh/ssh.ts'
import { bad, checked, type Finding, ok, warn } from './finding.ts'

export const checkSsh = async (config: Config, clock: Clock): Promise<Finding[]> => {
  const { hosts, identity } = config.ssh
  if (hosts.length === 0) return []
  if (!identity.keyFile && !identity.agent)
    return [
      warn(
        'ssh',
        'There is no key: no temperatures, no commands and no terminals.',
        './jarvis setup makes one; or ssh-keygen -t ed25519 -f secrets/ssh_key, and in jarvis.yaml: ssh: { keyFile: secrets/ssh_key }',
      ),
    ]
  if (!existsSync(fileOf(config)))
    return [
      ok('ssh', 'The hosts are looked at when there is a database; the first start makes it.'),
    ]
  return withSsh(config, clock, async (ssh) => {
    const all = await Promise.all(
      hosts.map(({ name }) => checked(`${name} ssh`, () => checkHost(name, ssh))),
    )
    return all.flat()
  })
}

const checkHost = async (name: string, ssh: Ssh): Promise<Finding> => {
  try {
    const { code, stderr } = await ssh.exec(name, ['true'])
    if (code === 0) return ok(`${name} ssh`, `Lets ${ssh.host(name).user} in.`)
    return bad(`${name} ssh`, `Lets us in, but runs nothing: ${stderr.trim() || 'no shell'}.`)
  } catch (error) {
    const { kind, message, next } = asProblem(error)
    const text = `${message} Until then: no temperatures, no commands.`
    // A host that is off is no trouble of ours; a key that has changed is.
    return kind === 'unreachable' || kind === 'timeout' || /never accepted/.test(message)
      ? warn(`${name} ssh`, text, next)
      : bad(`${name} ssh`, text, next)
  }
}

export type Consent = { host: string; shown: HostKey; accepted?: PinnedKey | undefined }

/**
 * Asks the host for its key and stores it if `agrees` does, which sees old and new. Works beside a
 * running server, which reads the stored key at its next connection. Throws what the asking throws.
 */
export const acceptHostKey = async (
  config: Config,
  clock: Clock,
  name: string,
  agrees: (consent: Consent) => Promise<boolean>,
): Promise<Consent & { stored: boolean }> => {
  if (!existsSync(fileOf(config)))
    throw new Problem('conflict', 'There is no database yet that could keep the key.', {
      next: 'Start Jarvis once: ./jarvis',
    })
  return withSsh(config, clock, async (ssh) => {
    const { name: host } = ssh.host(name)
    const { shown, accepted } = await ssh.learn(host)
    const consent = { host, shown, accepted }
    const stored = accepted?.fingerprint !== shown.fingerprint && (await agrees(consent))
    if (stored) ssh.accept(host, shown, 'the command line')
    return { ...consent, stored }
  })
}

const fileOf = (config: Config) => join(config.data, 'jarvis.db')

const withSsh = async <T>(
  config: Config,
  clock: Clock,
  work: (ssh: Ssh) => Promise<T>,
): Promise<T> => {
  const { hosts, identity } = config.ssh
  const db: Db = await openDb(fileOf(config))
  const ssh = createSsh({
    hosts: () => hosts,
    identity: createIdentity(identity),
    db,
    clock,
    log: silentLog,
  })
  try {
    if (!db.first("select 1 from sqlite_master where name = 'ssh_host_keys'"))
      throw new Problem('conflict', 'The database is older than this program.', {
        next: 'Start Jarvis once: ./jarvis',
      })
    return await work(ssh)
  } finally {
    ssh.closeAll()
    db.close()
  }
}
