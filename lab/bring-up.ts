/** The simulated cluster as the product's own: what a configuration would say of it, and its tokens. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Auth } from '../lib/auth/auth.ts'
import type { Clock } from '../lib/clock.ts'
import type { ClusterConfig } from '../lib/config-cluster.ts'
import type { Log } from '../lib/log.ts'
import type { Marks } from '../lib/safety/protected.ts'
import type { Wol } from '../lib/wol.ts'
import type { LabFace } from '../routes/needs.ts'
import { startLab } from './lab.ts'

/** Starts it in this very process; `stop` ends it. */
export const bringUpLab = async ({
  data,
  clock,
  log,
}: {
  data: string
  clock: Clock
  log: Log
}) => {
  const lab = await startLab({ clock, log, ssh: true })
  const { audit, operate, destroy } = lab.tokens
  const cluster: ClusterConfig = {
    nodes: lab.nodes,
    ca: lab.ca,
    tokens: [
      { ...audit, roles: ['audit'] },
      { ...operate, roles: ['operate'] },
      { ...destroy, roles: ['destroy'] },
    ],
  }
  const face: LabFace = lab.scenarios
  const keyFile = join(data, 'ssh_key')
  rmSync(keyFile, { force: true })
  writeFileSync(keyFile, lab.ssh?.key ?? '', { mode: 0o600 })
  // A broadcast on loopback reaches nobody: the packet is handed over.
  const wol: Wol = {
    wake: async ({ mac }) => {
      lab.wake(mac)
      return { to: 'the lab', port: 9 }
    },
  }
  const marks: Marks = {
    self: 'guest/103',
    roles: { vpn: ['guest/300'], dns: ['guest/302'] },
  }
  const hosts = lab.ssh?.hosts ?? []
  const containerHosts = hosts.filter((h) => h.name === 'docker').map((h) => h.name)
  const ssh = { hosts, identity: { keyFile } }
  return { cluster, face, wol, marks, containerHosts, ssh, stop: lab.stop }
}

/** The lab's token for looking around: a new one each start, the last one revoked. */
export const giveAway = ({ tokens }: Pick<Auth, 'tokens'>): string => {
  const name = 'lab curl'
  for (const old of tokens.list())
    if (old.name === name && old.revokedAt === null) tokens.revoke(old.id, 'the lab')
  return tokens.create({ name, scope: 'view', by: 'the lab' }).secret
}
