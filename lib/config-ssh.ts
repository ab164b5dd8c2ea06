/**
 * The part of the configuration that speaks of SSH: who we are, and which hosts there are besides the
 * nodes of the cluster. Files are looked at when the program starts, so that a wrong name is told then.
 */
import { accessSync, constants } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { ClusterConfig } from './config-cluster.ts'
import type { FileReading, Mistake } from './config-file.ts'
import { defaults } from './config-shape.ts'
import type { SshHost } from './ssh/hosts.ts'
import type { IdentityConfig } from './ssh/identity.ts'

export type SshConfig = { identity: IdentityConfig; hosts: SshHost[] }

type Env = Record<string, string | undefined>

/** SSH with its files found; mistakes are added to the reading's. */
export const sshOf = (
  reading: FileReading,
  file: string,
  env: Env,
  cluster: ClusterConfig | undefined,
): SshConfig => {
  const shape = reading.shape?.ssh ?? defaults().ssh
  const base = dirname(file)
  const place = (name: string, key: 'keyFile' | 'passphraseFile') => {
    const given = env[name] ?? (shape[key] && resolve(base, shape[key]))
    if (given) reading.mistakes.push(...unreadable(given, `ssh.${key}`, reading))
    return given || undefined
  }
  const nodes = (cluster?.nodes ?? []).map(({ name, aliases, address, ssh }) => ({
    name,
    aliases,
    address: ssh?.address ?? hostOf(address),
    port: ssh?.port ?? shape.port,
    user: ssh?.user ?? shape.user,
  }))
  const others = shape.hosts.map((host) => ({
    ...host,
    port: host.port ?? shape.port,
    user: host.user ?? shape.user,
  }))
  reading.mistakes.push(...twins(nodes, others, reading))
  return {
    identity: {
      keyFile: place('JARVIS_SSH_KEY_FILE', 'keyFile'),
      passphraseFile: place('JARVIS_SSH_PASSPHRASE_FILE', 'passphraseFile'),
      agent: shape.agent === 'SSH_AUTH_SOCK' ? env.SSH_AUTH_SOCK : shape.agent,
    },
    hosts: [...nodes, ...others],
  }
}

/** A node's address carries the port of its API; `[::1]:8006` as well. */
const hostOf = (address: string): string =>
  /^\[(.+)\](:\d+)?$/.exec(address)?.[1] ?? address.replace(/:\d+$/, '')

const unreadable = (file: string, path: string, { where }: FileReading): Mistake[] => {
  try {
    accessSync(file, constants.R_OK)
    return []
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code
    return [{ line: where(path.split('.')), path, text: `${file} cannot be read (${why})` }]
  }
}

/** A host must not carry the name of a node or of another host: a command would go astray. */
const twins = (nodes: SshHost[], others: SshHost[], { where }: FileReading): Mistake[] => {
  const owners = new Map<string, string>()
  for (const node of nodes)
    for (const name of [node.name, ...node.aliases]) owners.set(name.toLowerCase(), node.name)
  return others.flatMap((host, i) =>
    [host.name, ...host.aliases].flatMap((name) => {
      const owner = owners.get(name.toLowerCase())
      owners.set(name.toLowerCase(), host.name)
      const text = `the name ${name} is already used by ${owner}`
      return owner === undefined
        ? []
        : [{ line: where(['ssh', 'hosts', i]), path: `ssh.hosts.${i}`, text }]
    }),
  )
}
