/** Who can be spoken to: hosts by name, alias or address, without regard to case. */
import { Problem } from '../errors.ts'
import { nearest } from '../nearest.ts'

export type SshHost = {
  name: string
  aliases: string[]
  /** Name or IP address, without a port. */
  address: string
  port: number
  user: string
}

/** The host that is meant; throws `not-found` with the names that are known. */
export const findHost = (hosts: readonly SshHost[], wanted: string): SshHost => {
  const word = wanted.toLowerCase()
  const found =
    hosts.find((h) => h.name.toLowerCase() === word) ??
    hosts.find((h) => h.aliases.some((alias) => alias.toLowerCase() === word)) ??
    hosts.find((h) => h.address.toLowerCase() === word)
  if (found) return found
  const names = hosts.map((h) => h.name)
  const near = nearest(wanted, names)
  throw new Problem('not-found', `There is no host ${wanted}.`, {
    next:
      (near ? `Did you mean ${near}? ` : '') +
      (names.length > 0 ? `Known hosts: ${names.join(', ')}.` : 'No host is configured.'),
  })
}
