/**
 * A refusal for lack of a right, with the lines that grant it. The reason phrase names path and
 * privilege: `Permission check failed (/vms/103, VM.PowerMgmt)`, alternatives as `A|B` (PVE 9.2.11).
 */
import { Problem } from '../errors.ts'
import { clean } from '../log.ts'
import type { Call } from './errors.ts'
import type { TokenRole } from './types.ts'

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

/** A role of Proxmox; without privileges it is one that comes with Proxmox. */
export type Role = { name: string; privileges?: string[] | undefined }

/**
 * Shell lines for a root shell on a node that give a role to the token and to its user: a token with
 * privilege separation has the intersection of both. An id that is not known, or is not one, is left
 * to be filled in.
 */
export const grantRole = (wish: { path: string; role: Role; id?: string | undefined }) => {
  const { path, role, id } = wish
  const to =
    id && safeId.test(id)
      ? `${id.startsWith('root@pam!') ? '' : `--users ${id.split('!')[0]} `}--tokens '${id}'`
      : "--users USER@REALM --tokens 'USER@REALM!NAME'"
  const grant = `pveum acl modify ${path} ${to} --roles ${role.name}`
  if (!role.privileges) return [grant]
  const privs = role.privileges.join(',')
  // `role add` fails where the role exists already, then its privileges are completed instead.
  return [
    `pveum role add ${role.name} --privs ${privs} || pveum role modify ${role.name} --append 1 --privs ${privs}`,
    grant,
  ]
}

/**
 * The lines that grant these privileges to the token of a role. Rights of reading and operating are
 * granted on `/`, wherever they are missing: a rule on a deeper path replaces all that is inherited
 * there (pveum(1), "Inheritance"), so one on /vms/103 would take PVEAuditor away for 103.
 */
export const grantLines = (
  { path, privileges }: Missing,
  { role, token }: { role: TokenRole; token?: { id: string } | undefined },
): string[] => {
  const builtIn = privileges.every((p) => auditor.has(p))
  const where = role === 'audit' || role === 'operate' ? '/' : path
  return grantRole({
    path: where,
    role: builtIn ? { name: 'PVEAuditor' } : { name: `Jarvis.${privileges[0]}`, privileges },
    id: token?.id,
  })
}

/** The same as a step to follow; a rule that lies deeper already has to be widened as well. */
export const grantWords = (...[missing, call]: Parameters<typeof grantLines>): string => {
  const deep = /^\/[^/]+\//.test(missing.path) && missing.path
  const there = deep
    ? ` (a rule of its own on ${deep} replaces this one there: grant it there too)`
    : ''
  return `On a node, as root: ${grantLines(missing, call).join('; ')}${there}`
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
    next: grantWords({ path: missing.path, privileges: missing.privileges.slice(0, 1) }, call),
    details: { status: '403', path: missing.path, privilege: missing.privileges.join('|') },
  })
}
