/** What is connected, and what the doctor says to it: the set-up of a house that runs. */
import { join } from 'node:path'
import { readMigrations } from '../lib/db/migrate.ts'
import { examine, newestBackup, runtime } from '../lib/setup/doctor.ts'
import { checksPage, connectionPage } from '../views/setup-state.ts'
import { type Ctx, formOf, sendJson, sendPage, varies } from './answer.ts'
import type { Needs } from './needs.ts'
import { briefSafety } from './safety-now.ts'

/** `GET /setup` where a cluster is connected. Changes nothing. */
export const showConnection = (c: Ctx, needs: Needs) => {
  const { cluster, file } = needs.config
  return sendPage(
    c,
    needs,
    connectionPage({
      file,
      name: needs.cluster.picture().cluster.name,
      nodes: (cluster?.nodes ?? []).map((n) => ({ ...n, mac: n.mac ?? needs.macOf?.(n.name) })),
      ca: cluster?.ca !== undefined,
      tokens: (cluster?.tokens ?? []).map(({ id, roles }) => ({ id, roles })),
    }),
  )
}

/** `GET /setup/checks`: the doctor's report. It asks every node, so it may take some seconds. */
export const showChecks = async (c: Ctx, needs: Needs) => {
  const { config, clock, trail } = needs
  const findings = await examine({
    config: () => config,
    clock,
    runtime: runtime(),
    server: async () => ({ pid: process.pid, safety: briefSafety(needs) }),
    brakes: async () => undefined,
    newest: readMigrations(join(config.root, 'migrations')).length,
    verifyTrail: async () => (await trail.check(c.get('caller')?.name ?? 'somebody')).verdict,
    lastBackup: async () => newestBackup(trail),
  })
  varies(c)
  if (formOf(c) !== 'html') return sendJson(c, { findings })
  return sendPage(c, needs, checksPage(findings))
}
