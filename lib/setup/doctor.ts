/**
 * The doctor: looks at each thing that the product needs, on this machine and in the cluster, and
 * names the command that mends what is missing. It changes nothing.
 */
import type { Verdict } from '../audit/chain.ts'
import type { Trail } from '../audit/trail.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { asProblem, type Problem } from '../errors.ts'
import { checkCluster } from './doctor-cluster.ts'
import { checkDatabase, checkFolder, checkPort, checkRuntime, checkZone } from './doctor-machine.ts'
import { type BrakesSeen, checkSafety, type ServerSeen } from './doctor-safety.ts'
import { checkSsh } from './doctor-ssh.ts'
import { bad, checked, type Finding, ok, warn } from './finding.ts'

/** What the doctor is told, because other rooms know it. */
export type DoctorNeeds = {
  /** The configuration, or why there is none. */
  config: () => Config
  clock: Clock
  /** `v20.20.2`, and what runs it: node, deno, bun. */
  runtime: { name: string; version: string }
  /** The server on this data folder: its pid, or undefined. */
  server: (config: Config) => Promise<{ pid: number; safety?: ServerSeen } | undefined>
  /** Level and breaker out of the database; undefined while there is none of this program's shape. */
  brakes: (config: Config) => Promise<BrakesSeen | undefined>
  /** Newest schema that the program knows. */
  newest: number
  /** Walks the audit trail of an open database; see `Trail.verify`. */
  verifyTrail: (file: string) => Promise<Verdict>
  /** When the last copy of the database was made, milliseconds; undefined = never. */
  lastBackup: (file: string) => Promise<number | undefined>
}

/** Every finding, in the order in which one would mend them. */
export const examine = async (needs: DoctorNeeds): Promise<Finding[]> => {
  const runtime = await checked('runtime', () => checkRuntime(needs.runtime))
  const { config, problem } = await tryConfig(needs)
  if (!config) return [...runtime, bad('configuration', problem.message, problem.next)]
  const server = await needs.server(config).catch(() => undefined)
  return [
    ...runtime,
    configuration(config),
    ...(await checked('data folder', () => checkFolder(config, server))),
    ...(await checkDatabase(config, needs)),
    ...(await checked('level', () => checkSafety(config, server, needs))),
    ...(await checked('port', () => checkPort(config, server))),
    ...(await checkCluster(config, needs.clock)),
    ...(await checked('ssh', () => checkSsh(config, needs.clock))),
    ...(await checked('time zone', () => checkZone(config))),
  ]
}

const tryConfig = async (
  needs: DoctorNeeds,
): Promise<{ config: Config; problem?: undefined } | { config?: undefined; problem: Problem }> => {
  try {
    return { config: needs.config() }
  } catch (error) {
    return { problem: asProblem(error) }
  }
}

const configuration = ({ mode, file }: Config): Finding =>
  mode === 'real'
    ? ok('configuration', `${file} is right.`)
    : warn(
        'configuration',
        mode === 'lab'
          ? 'There is none: Jarvis shows a simulated cluster.'
          : 'There is none yet: Jarvis serves the set-up only.',
        './jarvis setup',
      )

/** What runs this program, for the report. */
export const runtime = (): DoctorNeeds['runtime'] => {
  const { bun, deno, node } = process.versions
  if (bun) return { name: 'bun', version: bun }
  return deno ? { name: 'deno', version: deno } : { name: 'node', version: node }
}

/** The keeper writes every backup into the trail. */
export const newestBackup = (trail: Pick<Trail, 'find'>): number | undefined =>
  trail.find({ what: 'database.backup' }, { limit: 1 }).acts[0]?.head.at
