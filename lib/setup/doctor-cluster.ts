/**
 * The doctor's look at the cluster: each node's certificate and clock, each token, quorum, storages.
 * Reach and rights are told apart: a node that answers 403 is there.
 */
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { type ClusterConfig, tokenFor } from '../config-cluster.ts'
import { asProblem } from '../errors.ts'
import { count, duration } from '../format.ts'
import { placeOf } from '../proxmox/tls.ts'
import { bad, checked, type Finding, ok, warn } from './finding.ts'
import { loginByToken, type Session, type SessionNeeds } from './session.ts'
import { checkToken } from './verify.ts'

/** A ticket or a token's expiry is judged by the clock of the node; the pages show ages. */
const SKEW_WARN_S = 5
const SKEW_BAD_S = 60

export const checkCluster = async ({ cluster }: Config, clock: Clock): Promise<Finding[]> => {
  if (!cluster) return []
  const audit = tokenFor(cluster, 'audit')
  if (!audit) return [bad('cluster', 'No token has the role audit.', './jarvis setup')]
  const nodes = await Promise.all(
    cluster.nodes.map(async (node) => {
      const needs = needsFor(cluster, node, clock)
      const findings = await checked(node.name, () => checkNode(node.name, needs, audit))
      return {
        needs,
        findings,
        answers: findings.some((f) => f.name === node.name && f.state === 'ok'),
      }
    }),
  )
  const findings = nodes.flatMap((n) => n.findings)
  const entry = nodes.find((n) => n.answers)?.needs
  if (!entry)
    return [
      ...findings,
      bad('cluster', 'No node lets us in, so rights and quorum are not looked at.', 'See above.'),
    ]
  return [...findings, ...(await checkRights(cluster, entry)), ...(await checkState(entry, audit))]
}

type NodeLike = ClusterConfig['nodes'][number]

const needsFor = (cluster: ClusterConfig, node: NodeLike, clock: Clock): SessionNeeds => ({
  place: placeOf(node.address),
  trust: node.fingerprint ? { fingerprint: node.fingerprint } : { ca: cluster.ca },
  name: node.name,
  clock,
})

const withSession = async <T>(
  needs: SessionNeeds,
  token: { id: string; secret: string },
  work: (session: Session) => Promise<T>,
): Promise<T> => {
  const session = loginByToken(needs, token)
  try {
    return await work(session)
  } finally {
    session.close()
  }
}

/** Trusted, answering, and with a clock that agrees with ours. */
const checkNode = (
  name: string,
  needs: SessionNeeds,
  audit: { id: string; secret: string },
): Promise<Finding[]> =>
  withSession(needs, audit, async (session) => {
    const { version } = await session.call<{ version: string }>('GET', '/version')
    const certificate = needs.trust.fingerprint
      ? 'the pinned certificate'
      : 'a certificate of the CA'
    return [
      ok(name, `Answers with ${certificate}, Proxmox VE ${version}.`),
      ...(await checkClock(name, needs.clock, session)),
    ]
  })

const checkClock = (name: string, clock: Clock, session: Session) =>
  checked(`${name} clock`, async () => {
    const asked = clock.now()
    const { time } = await session.call<{ time: number }>('GET', `/nodes/${name}/time`)
    const ours = (asked + clock.now()) / 2000
    return skew(name, time - ours)
  }).then((findings) => findings.map(asRight))

/** What was refused for lack of a right is listed among the rights, with what mends it. */
const asRight = (finding: Finding): Finding =>
  finding.refused
    ? warn(finding.name, 'Not to be seen with this token; what it lacks is listed with its rights.')
    : finding

const skew = (name: string, seconds: number): Finding => {
  const far = Math.abs(seconds)
  const text = `Its clock is ${far < 1 ? 'right' : `${duration(far)} ${seconds > 0 ? 'ahead' : 'behind'}`}.`
  const mend = `On ${name} and here: timedatectl set-ntp true`
  if (far > SKEW_BAD_S) return bad(`${name} clock`, text, mend)
  return far > SKEW_WARN_S ? warn(`${name} clock`, text, mend) : ok(`${name} clock`, text)
}

/** Without reading rights there is nothing to show; a missing right to act costs one kind of deed. */
const checkRights = async (cluster: ClusterConfig, entry: SessionNeeds): Promise<Finding[]> => {
  const findings: Finding[] = []
  for (const token of cluster.tokens) {
    const name = `token ${token.id}`
    const rows = await checked(name, async () => {
      const missing = await checkToken(entry, token)
      if (missing.length === 0) return ok(name, `Has every right of ${token.roles.join(', ')}.`)
      return missing.map(({ role, privilege, path, why, partly, mend }) => {
        const text = `${partly ? 'Only in part' : 'Lacks'} ${privilege} on ${path}: ${why}.`
        return role === 'audit' && !partly ? bad(name, text, mend) : warn(name, text, mend)
      })
    })
    findings.push(...rows)
  }
  return findings
}

const checkState = async (
  entry: SessionNeeds,
  audit: { id: string; secret: string },
): Promise<Finding[]> =>
  withSession(entry, audit, async (session) =>
    [
      ...(await checked('quorum', () => quorum(session))),
      ...(await checked('storages', () => storages(session))),
    ].map(asRight),
  ).catch((error) => [bad('cluster', asProblem(error).message)])

type StatusRow = { type: string; quorate?: number; nodes?: number; online?: number; name: string }

const quorum = async (session: Session): Promise<Finding[]> => {
  const rows = await session.call<StatusRow[]>('GET', '/cluster/status')
  const off = rows.filter((r) => r.type === 'node' && Number(r.online) === 0).map((r) => r.name)
  const away = off.map((name) => warn('quorum', `Node ${name} is lost.`))
  const row = rows.find((r) => r.type === 'cluster')
  if (!row) return [ok('quorum', 'A single node needs none.'), ...away]
  return Number(row.quorate) === 1
    ? [ok('quorum', `The cluster of ${count(row.nodes ?? 0, 'node')} is quorate.`), ...away]
    : [bad('quorum', 'The cluster has no quorum.', 'Bring the other nodes back; see pvecm status.')]
}

const storages = async (session: Session): Promise<Finding> => {
  const rows = await session.call<{ storage: string }[]>('GET', '/storage')
  return rows.length > 0
    ? ok('storages', `${count(rows.length, 'storage')} can be read.`)
    : warn('storages', 'None can be read: the token may lack Datastore.Audit.')
}
