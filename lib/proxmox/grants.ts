/**
 * A refusal for lack of a right, with the lines that grant it. The reason phrase names path and
 * privilege: `Permission check failed (/vms/103, VM.PowerMgmt)`, alternatives as `A|B` (PVE 9.2.11).
 */
import { Problem } from '../errors.ts'
import { clean } from '../log.ts'
import type { Call } from './errors.ts'

/** With one full stop, whatever it ended with. */
export const sentence = (words: string) => (/[.!?…]$/.test(words) ? words : `${words}.`)

type Missing = { path: string; privileges: string[] }

/** Path and privileges out of the server's words; undefined for refusals of another kind. */
export const missingRight = (words: string): Missing | undefined => {
  const found = /\((\/[\w./@!-]*), ([A-Za-z.]+(?:\|[A-Za-z.]+)*)\)/.exec(words)
  return found ? { path: found[1]!, privileges: found[2]!.split('|') } : undefined
}

/** Reading rights are all in PVEAuditor; for others a role with just this privilege. */
const auditor = new Set(
  ['Datastore', 'Mapping', 'Pool', 'SDN', 'Sys', 'VM'].map((area) => `${area}.Audit`),
).add('VM.GuestAgent.Audit')

const safeId = /^[\w.-]+@[\w.-]+![\w.-]+$/

/**
 * Shell lines for a root shell on a node. They grant to user and token: a token with privilege
 * separation has the intersection of both.
 */
export const grantLines = ({ path, privileges }: Missing, call: Pick<Call, 'role' | 'token'>) => {
  const privilege = privileges[0]!
  const builtIn = auditor.has(privilege)
  const role = builtIn ? 'PVEAuditor' : `Jarvis.${privilege}`
  // A rule on a deeper path replaces the inherited ones (pveum(1), "Inheritance"), so the roles that
  // live on / are widened there; granting on /vms/103 would take PVEAuditor away for 103.
  const where = call.role === 'audit' || call.role === 'operate' ? '/' : path
  const id = call.token?.id
  const to =
    id && safeId.test(id)
      ? `${id.startsWith('root@pam!') ? '' : `--users ${id.split('!')[0]} `}--tokens '${id}'`
      : "--tokens 'USER@REALM!TOKEN'"
  const grant = `pveum acl modify ${where} ${to} --roles ${role}`
  return builtIn ? [grant] : [`pveum role add ${role} --privs ${privilege}`, grant]
}

export const forbidden = (call: Call, words: string): Problem => {
  const who = call.token ? `The token ${clean(call.token.id)} (${call.role})` : 'This login'
  const about = `${call.method} ${clean(call.path)} on ${call.host}: 403 ${words}`
  const missing = missingRight(words)
  if (/not available with API token/.test(words))
    return new Problem('forbidden', `${sentence(about)} No API token may do this.`, {
      next: 'It needs a login with a password.',
      details: { status: '403' },
    })
  if (!missing)
    return new Problem('forbidden', `${who} may not: ${sentence(about)}`, {
      details: { status: '403' },
    })
  const lacks = missing.privileges.join(' or ')
  return new Problem('forbidden', `${who} lacks ${lacks} on ${missing.path}: ${sentence(about)}`, {
    next: `On a node: ${grantLines(missing, call).join(' && ')}`,
    details: { status: '403', path: missing.path, privilege: missing.privileges.join('|') },
  })
}
