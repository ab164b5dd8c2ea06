/** The doctor's look at the brakes: the level, the breaker, what is protected, and where Jarvis runs. */
import type { Config } from '../config.ts'
import type { DoctorNeeds } from './doctor.ts'
import { bad, type Finding, ok, warn } from './finding.ts'

/** What machines may do; told by the running server, or read from its database. */
export type BrakesSeen = { level: number; name: string; set: number; breaker: string | null }

/** What only a running server knows: it looks at the cluster all the time. */
export type ServerSeen = BrakesSeen & {
  protectionKnown: boolean
  self: { told: string | null; found: string | null }
}

export const checkSafety = async (
  config: Config,
  server: { safety?: ServerSeen | undefined } | undefined,
  { brakes }: Pick<DoctorNeeds, 'brakes'>,
): Promise<Finding[]> => {
  const seen = server?.safety ?? (await brakes(config))
  return [
    ...(seen ? [levelOf(seen), breakerOf(seen)] : []),
    ...(server?.safety ? [protectionOf(server.safety)] : []),
    ...(config.mode === 'real' ? [selfOf(config, server?.safety)] : []),
  ]
}

const levelOf = ({ level, name, set }: BrakesSeen): Finding =>
  ok(
    'level',
    level === set
      ? `Machines act at level ${level} ${name}.`
      : `Machines act at level ${level} ${name}; ${set} is set.`,
  )

const breakerOf = ({ breaker }: BrakesSeen): Finding =>
  breaker === null
    ? ok('breaker', 'It holds.')
    : warn(
        'breaker',
        `It is down, machines only look: ${breaker}.`,
        'Settings, Machines: Let them act again',
      )

const protectionOf = ({ protectionKnown }: ServerSeen): Finding =>
  protectionKnown
    ? ok('protection', 'What depends on what is known.')
    : bad(
        'protection',
        'What depends on what cannot be known now, so every change needs a person.',
        'The cluster must answer: see the findings about it.',
      )

const selfOf = (config: Config, safety: ServerSeen | undefined): Finding => {
  const told = safety?.self.told ?? config.safety.runsIn
  const found = safety?.self.found
  if (told && found && told !== found)
    return warn(
      'self',
      `The configuration says that Jarvis runs in ${told}; by its network cards it is ${found}. Both are protected.`,
      `safety.runsIn: ${found}`,
    )
  if (found) return ok('self', `Jarvis runs in ${found}, found by its network cards.`)
  if (told) return ok('self', `Jarvis runs in ${told}, as the configuration says.`)
  return safety
    ? warn(
        'self',
        'In what Jarvis runs is not known, so it is not protected.',
        'Name it in the configuration: safety.runsIn: guest/103',
      )
    : ok('self', 'The configuration does not name in what Jarvis runs; the server looks for it.')
}
