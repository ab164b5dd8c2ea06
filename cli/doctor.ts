/** `jarvis doctor`: what works, what is missing and the command that mends it; 1 on trouble. */
import { join } from 'node:path'
import { createTrail, type Trail } from '../lib/audit/trail.ts'
import { type Config, loadConfig } from '../lib/config.ts'
import { openDb } from '../lib/db/db.ts'
import { readMigrations } from '../lib/db/migrate.ts'
import { clean } from '../lib/log.ts'
import { examine, newestBackup, runtime } from '../lib/setup/doctor.ts'
import type { Finding } from '../lib/setup/finding.ts'
import type { Brief } from '../views/brief.ts'
import type { Command } from './command.ts'
import { exit, type Io } from './io.ts'
import { callServer } from './socket.ts'

export const command: Command = {
  usage: [''],
  options: {},
  words: 0,
  notes: 'It changes nothing, and works with and without a running server.',
  async run(args, io) {
    const findings = await examine({
      config: () => loadConfig({ root: io.root, env: io.env, cwd: io.cwd }),
      clock: io.clock,
      runtime: runtime(),
      server: ({ data }: Config) => callServer<Brief>(data, 'GET', '/local/status'),
      newest: readMigrations(join(io.root, 'migrations')).length,
      verifyTrail: (file) => withTrail(file, io, (trail) => trail.verify()),
      lastBackup: (file) => withTrail(file, io, newestBackup),
    })
    io.out(args.values.json ? JSON.stringify(findings, null, 2) : asText(findings))
    return findings.some((f) => f.state === 'bad') ? exit.trouble : exit.ok
  },
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
