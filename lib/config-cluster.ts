/**
 * The part of the configuration that speaks of the cluster: what the shape alone cannot say.
 * The checks work on the file as it was typed, so that they are made, and told, also when other
 * lines are wrong.
 */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { FileReading, Mistake } from './config-file.ts'
import { goodValue } from './config-shape.ts'
import type { NodeAddress, Token, TokenRole } from './proxmox/types.ts'

export type ClusterNodeConfig = NodeAddress & {
  aliases: string[]
  mac?: string | undefined
  /** Where its SSH differs from the rest. */
  ssh?: SshDoor | undefined
}
type SshDoor = {
  address?: string | undefined
  port?: number | undefined
  user?: string | undefined
}

export type ClusterConfig = {
  nodes: ClusterNodeConfig[]
  /** PEM of the cluster's own CA; without it every node has a fingerprint. */
  ca?: string | undefined
  tokens: (Token & { roles: TokenRole[] })[]
}

type Env = Record<string, string | undefined>
type Found = { value?: string | undefined; mistakes: Mistake[] }

/** The cluster with its secrets read, or undefined; mistakes are added to the reading's. */
export const clusterOf = (
  reading: FileReading,
  file: string,
  env: Env,
): ClusterConfig | undefined => {
  const base = dirname(file)
  const raw = looseCluster(reading.raw)
  const ca = raw.ca === undefined ? { mistakes: [] } : readCa(raw.ca, base, reading)
  const secrets = raw.tokens.map((token, i) => secretOf(token, i, base, env, reading))
  reading.mistakes.push(
    ...ca.mistakes,
    ...secrets.flatMap((s) => s.mistakes),
    ...withoutTrust(raw, reading),
    ...twins(raw.nodes, reading),
    ...withoutAudit(raw, reading),
  )
  const shape = reading.shape?.cluster
  return (
    shape && {
      nodes: shape.nodes,
      ca: ca.value,
      tokens: shape.tokens.map(({ id, roles }, i) => ({
        id,
        roles,
        secret: secrets[i]!.value ?? '',
      })),
    }
  )
}

type LooseNode = { name?: string; aliases: string[]; fingerprint?: unknown }
type LooseToken = { id?: string; secret?: string; secretFile?: string; roles: string[] }
type LooseCluster = { ca?: string; nodes: LooseNode[]; tokens: LooseToken[] }

const textOr = (v: unknown) => (typeof v === 'string' ? v : undefined)
const texts = (v: unknown) =>
  Array.isArray(v) ? v.filter((x): x is string => typeof x === 'string') : []
const object = (v: unknown) => (v && typeof v === 'object' ? (v as Record<string, unknown>) : {})
const objects = (v: unknown) => (Array.isArray(v) ? v.map(object) : [])

const looseCluster = (raw: unknown): LooseCluster => {
  const cluster = object(object(raw).cluster)
  return {
    ca: textOr(cluster.ca),
    nodes: objects(cluster.nodes).map((n) => ({
      name: textOr(n.name),
      aliases: texts(n.aliases),
      fingerprint: n.fingerprint,
    })),
    tokens: objects(cluster.tokens).map((t) => ({
      id: textOr(t.id),
      secret: textOr(t.secret),
      secretFile: textOr(t.secretFile),
      roles: texts(t.roles),
    })),
  } as LooseCluster
}

const readCa = (ca: string, base: string, { where }: FileReading): Found => {
  const path = 'cluster.ca'
  const line = where(['cluster', 'ca'])
  const found = ca.includes('BEGIN CERTIFICATE')
    ? { value: ca, mistakes: [] }
    : readText(resolve(base, ca), path, line)
  if (found.value !== undefined && !found.value.includes('BEGIN CERTIFICATE'))
    return {
      mistakes: [
        { line, path, text: `${ca} holds no certificate`, good: goodValue(['cluster', 'ca']) },
      ],
    }
  return found
}

/** A file is a better place for a secret than a variable, so `_FILE` wins; an unreadable one is loud. */
const secretOf = (
  token: LooseToken,
  i: number,
  base: string,
  env: Env,
  { where }: FileReading,
): Found => {
  const line = where(['cluster', 'tokens', i])
  const role = token.roles[0]
  const name = role ? `JARVIS_TOKEN_${role.toUpperCase()}` : 'JARVIS_TOKEN'
  const path = `cluster.tokens.${i}.secret`
  const file = env[`${name}_FILE`] ?? (token.secretFile && resolve(base, token.secretFile))
  if (file) {
    const found = readText(file, path, line)
    const value = found.value?.trim()
    return value === ''
      ? { mistakes: [{ line, path, text: `${file} is empty` }] }
      : { value, mistakes: found.mistakes }
  }
  const value = env[name] ?? token.secret
  if (value) return { value, mistakes: [] }
  const good = `secretFile: secrets/${role ?? 'token'}, or the variable ${name}_FILE`
  return { mistakes: [{ line, path, text: `${token.id ?? 'the token'} has no secret`, good }] }
}

const readText = (file: string, path: string, line?: number): Found => {
  try {
    return { value: readFileSync(file, 'utf8'), mistakes: [] }
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code
    return { mistakes: [{ line, path, text: `${file} cannot be read (${why})` }] }
  }
}

const withoutTrust = ({ ca, nodes }: LooseCluster, { where }: FileReading): Mistake[] =>
  nodes.flatMap((node, i) =>
    ca !== undefined || node.fingerprint !== undefined
      ? []
      : [
          {
            line: where(['cluster', 'nodes', i]),
            path: `cluster.nodes.${i}.fingerprint`,
            text: `${node.name ?? 'the node'} could not be told from an impostor: there is no cluster.ca and no fingerprint`,
            good: goodValue(['cluster', 'ca']),
          },
        ],
  )

/** Names and aliases are one space, whatever their case: `Home` and `home` would be two nodes. */
const twins = (nodes: LooseNode[], { where }: FileReading): Mistake[] => {
  const seen = new Map<string, string>()
  return nodes.flatMap((node, i) =>
    [node.name, ...node.aliases].flatMap((name) => {
      if (name === undefined) return []
      const owner = seen.get(name.toLowerCase())
      seen.set(name.toLowerCase(), node.name ?? name)
      return owner === undefined
        ? []
        : [
            {
              line: where(['cluster', 'nodes', i]),
              path: `cluster.nodes.${i}`,
              text: `the name ${name} is already used by ${owner}`,
            },
          ]
    }),
  )
}

const withoutAudit = ({ tokens }: LooseCluster, { where }: FileReading): Mistake[] =>
  tokens.length === 0 || tokens.some((t) => t.roles.includes('audit'))
    ? []
    : [
        {
          line: where(['cluster', 'tokens']),
          path: 'cluster.tokens',
          text: 'no token has the role audit, which every read needs',
          good: 'roles: [audit]',
        },
      ]

/** The token that serves a role, or undefined: then that kind of deed is not possible. */
export const tokenFor = (cluster: ClusterConfig, role: TokenRole): Token | undefined =>
  cluster.tokens.find((t) => t.roles.includes(role))
