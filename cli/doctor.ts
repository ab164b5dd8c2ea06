/** `jarvis doctor`: what works, what is missing and the command that mends it; 1 on trouble. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createTrail, type Trail } from '../lib/audit/trail.ts'
import { type Config, loadConfig } from '../lib/config.ts'
import { openDb } from '../lib/db/db.ts'
import { readMigrations, schemaVersion } from '../lib/db/migrate.ts'
import { clean } from '../lib/log.ts'
import { levels } from '../lib/safety/levels.ts'
import { createLimits } from '../lib/safety/limits.ts'
import { createSettings } from '../lib/safety/settings.ts'
import { examine, newestBackup, runtime } from '../lib/setup/doctor.ts'
import type { BrakesSeen } from '../lib/setup/doctor-safety.ts'
import { acceptHostKey, type Consent } from '../lib/setup/doctor-ssh.ts'
import type { Finding } from '../lib/setup/finding.ts'
import type { Brief } from '../views/brief.ts'
import { type Args, type Command, textOf } from './command.ts'
import { exit, type Io } from './io.ts'
import { callServer } from './socket.ts'

export const command: Command = {
  usage: ['[--full]', '--accept-host-key NAME [--fingerprint SHA256:…]'],
  options: {
    'accept-host-key': {
      type: 'string',
      value: 'NAME',
      help: "show a host's SSH key and store it if you agree",
    },
    fingerprint: {
      type: 'string',
      value: 'SHA256:…',
      help: 'agree to this one without being asked',
    },
    full: { type: 'boolean', help: 'check every row of the audit trail, however many there are' },
  },
  words: 0,
  notes: 'Else it changes nothing. It works with and without a running server.',
  async run(args, io) {
    const host = textOf(args, 'accept-host-key')
    if (host) return accept(host, args, io)
    const findings = await examine({
      config: () => loadConfig({ root: io.root, env: io.env, cwd: io.cwd }),
      clock: io.clock,
      runtime: runtime(),
      server: ({ data }: Config) => callServer<Brief>(data, 'GET', '/local/status'),
      // A database that is broken has a finding of its own.
      brakes: (config) => brakesOf(config, io).catch(() => undefined),
      newest: newestOf(io),
      verifyTrail: (file) =>
        withTrail(file, io, (trail) => trail.verify(args.values.full ? {} : { quick: WALKED })),
      lastBackup: (file) => withTrail(file, io, newestBackup),
    })
    io.out(args.values.json ? JSON.stringify(findings, null, 2) : asText(findings))
    return findings.some((f) => f.state === 'bad') ? exit.trouble : exit.ok
  },
}

/** Rows of the audit trail that are all hashed without being asked to, in about half a second. */
const WALKED = 100_000

const accept = async (name: string, args: Args, io: Io) => {
  const config = loadConfig({ root: io.root, env: io.env, cwd: io.cwd })
  const given = textOf(args, 'fingerprint')
  const agrees = async (seen: Consent) => {
    if (given) return given === seen.shown.fingerprint
    if (seen.accepted) io.err(`Accepted was ${seen.accepted.fingerprint}.`)
    io.err(`${seen.host} shows ${seen.shown.fingerprint} (${clean(seen.shown.algorithm)}).`)
    io.err(`Compare on ${seen.host} itself: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`)
    return /^y(es)?$/i.test(await io.ask('Accept it? yes/no', 'no'))
  }
  const { host, shown, accepted, stored } = await acceptHostKey(config, io.clock, name, agrees)
  const known = stored || accepted?.fingerprint === shown.fingerprint
  const told = args.values.json
    ? JSON.stringify({ host, ...shown, accepted: known })
    : known
      ? `${host} is known by ${shown.fingerprint}${stored ? ' from now on' : ' already'}.`
      : `Not accepted: ${host} shows ${shown.fingerprint}. Nothing was changed.`
  io.out(told)
  return known ? exit.ok : exit.trouble
}

const newestOf = ({ root }: Io) => readMigrations(join(root, 'migrations')).length

/** As the database tells it, where no server runs. */
const brakesOf = async ({ data, mode }: Config, io: Io): Promise<BrakesSeen | undefined> => {
  const file = join(data, 'jarvis.db')
  if (!existsSync(file)) return undefined
  const db = await openDb(file)
  try {
    if (schemaVersion(db) !== newestOf(io)) return undefined
    const defaults = { level: mode === 'lab' ? 4 : 3 } as const
    const { level: set } = createSettings({ db, clock: io.clock, defaults }).get()
    const breaker = createLimits({ db, clock: io.clock }).breaker()
    const level = breaker ? 1 : set
    return { level, name: levels[level].name, set, breaker: breaker?.reason ?? null }
  } finally {
    db.close()
  }
}

const withTrail = async <T>(file: string, { clock }: Io, work: (trail: Trail) => T): Promise<T> => {
  const db = await openDb(file)
  try {
    return work(createTrail({ db, clock }))
  } finally {
    db.close()
  }
}

const marks = { ok: 'ok  ', warn: 'warn', bad: 'BAD ' }

const asText = (findings: Finding[]): string => {
  const wide = Math.max(...findings.map((f) => f.name.length))
  const lines = findings.flatMap(({ name, state, text, mend }) => [
    `${marks[state]}  ${clean(name).padEnd(wide)}  ${inLines(text, wide)}`,
    ...(mend && state !== 'ok' ? [`      ${''.padEnd(wide)}  → ${inLines(mend, wide)}`] : []),
  ])
  const sick = findings.filter((f) => f.state === 'bad').length
  const poor = findings.filter((f) => f.state === 'warn').length
  const sum = sick || poor ? `${sick} in trouble, ${poor} to look at.` : 'All is well.'
  return [...lines, '', sum].join('\n')
}

/** A broken configuration is told in many lines; the words may come from the cluster. */
const inLines = (text: string, wide: number) =>
  text
    .split('\n')
    .map(clean)
    .join(`\n      ${''.padEnd(wide)}  `)
