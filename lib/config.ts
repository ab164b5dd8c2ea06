/**
 * The configuration: one YAML file, the environment and secret files become one frozen, typed value.
 * Everything is checked at start, defaults included; every mistake is told at once with its line and
 * a good value. Nothing starts on a broken file, and a missing file never turns into the lab by itself.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { isMap, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import type { z } from 'zod'
import { type FileShape, fileShape, goodValue } from './config-shape.ts'
import { Problem } from './errors.ts'
import type { NodeAddress, Token, TokenRole } from './proxmox/types.ts'

export type NodeConfig = NodeAddress & { aliases: string[]; mac?: string | undefined }

export type ClusterConfig = {
  nodes: NodeConfig[]
  /** PEM of the cluster's own CA; without it every node has a fingerprint. */
  ca?: string | undefined
  tokens: (Token & { roles: TokenRole[] })[]
}

export type Config = {
  mode: 'real' | 'lab' | 'setup'
  /** The file it came from; undefined in lab and setup mode. */
  file?: string | undefined
  /** The program's own folder: static files, migrations. */
  root: string
  /** Where state lives; the lab's is a folder below. */
  data: string
  server: {
    host: string
    port: number
    /** The address people type, where it differs from host and port. */
    url?: string | undefined
    /** Names under which the server answers; others are refused (DNS rebinding). */
    hosts: string[]
    tls?: { cert: string; key: string } | undefined
    /** Addresses of reverse proxies whose X-Forwarded-* headers are believed. */
    proxies: string[]
  }
  cluster?: ClusterConfig | undefined
  poll: { seconds: number; fastSeconds: number; storageSeconds: number; backupMinutes: number }
  timeZone: string
  sessions: { idleHours: number; absoluteDays: number }
  keep: FileShape['keep']
}

/** One mistake in the file or the environment. */
export type Mistake = {
  line?: number | undefined
  path: string
  text: string
  good?: string | undefined
}

export type Environment = Record<string, string | undefined>
export type LoadOptions = { root: string; env: Environment; cwd?: string; timeZone?: string }

/** Reads and checks everything; throws `invalid` with all mistakes, one a line. */
export const loadConfig = ({ root, env, cwd = root, timeZone }: LoadOptions): Config => {
  const mistakes: Mistake[] = []
  const place = (value: string | undefined, fallback: string) =>
    value ? resolve(cwd, value) : join(root, fallback)
  const data = place(env.JARVIS_DATA, 'data')
  const found = chooseMode(env, place(env.JARVIS_CONFIG, 'jarvis.yaml'))
  const read = found.mode === 'real' ? readFile(found.file!, mistakes) : undefined
  const shape = read?.shape ?? fileShape.parse({})
  const config: Config = {
    mode: found.mode,
    file: found.file,
    root,
    data: found.mode === 'lab' ? join(data, 'lab') : data,
    server: serverOf(shape, env, found.file, mistakes),
    cluster: read ? clusterOf(shape, env, found.file!, read.where, mistakes) : undefined,
    poll: shape.poll,
    timeZone: shape.timeZone ?? timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    sessions: shape.sessions,
    keep: shape.keep,
  }
  if (mistakes.length > 0) throw configProblem(found.file ?? 'the environment', mistakes)
  return deepFreeze(config)
}

/** Which of the three lives this start leads; see design §2 "Start". */
const chooseMode = (env: Environment, file: string): { mode: Config['mode']; file?: string } => {
  if (env.JARVIS_SETUP === '1') return { mode: 'setup' }
  if (env.JARVIS_LAB === '1') return { mode: 'lab' }
  if (existsSync(file)) return { mode: 'real', file }
  if (env.JARVIS_CONFIG || inContainer(env))
    throw new Problem('invalid', `There is no configuration at ${file}.`, {
      next: 'Write one with ./jarvis setup, look around in a simulated cluster with JARVIS_LAB=1, or set it up in the browser with JARVIS_SETUP=1.',
    })
  return { mode: 'lab' }
}

const inContainer = (env: Environment) =>
  env.JARVIS_CONTAINER === '1' ||
  (env.JARVIS_CONTAINER !== '0' && (existsSync('/.dockerenv') || existsSync('/run/.containerenv')))

type Where = (path: readonly PropertyKey[]) => number | undefined

const readFile = (file: string, mistakes: Mistake[]) => {
  const lines = new LineCounter()
  const doc = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines, prettyErrors: false })
  if (doc.errors.length > 0) {
    for (const e of doc.errors)
      mistakes.push({ line: lines.linePos(e.pos[0]).line, path: 'yaml', text: e.message })
    throw configProblem(file, mistakes)
  }
  const where: Where = (path) => lineOf(doc.contents, path, lines)
  const input: unknown = doc.toJS({ maxAliasCount: 20 }) ?? {}
  const checked = fileShape.safeParse(input)
  if (checked.success) return { shape: checked.data, where }
  for (const issue of checked.error.issues) mistakes.push(...mistakesOf(issue, where))
  throw configProblem(file, mistakes)
}

/** The line of the deepest node of the path that exists: a missing key is told where it belongs. */
const lineOf = (root: unknown, path: readonly PropertyKey[], lines: LineCounter) => {
  let node = root as Node | null
  for (const key of path) {
    const next: unknown = isMap(node)
      ? node.get(key, true)
      : isSeq(node)
        ? node.get(Number(key), true)
        : null
    if (!next) break
    node = next as Node
  }
  return node?.range ? lines.linePos(node.range[0]).line : undefined
}

const mistakesOf = (issue: z.core.$ZodIssue, where: Where): Mistake[] => {
  const at = (path: readonly PropertyKey[], text: string): Mistake => ({
    line: where(path),
    path: path.map(String).join('.') || 'the file',
    text,
    good: goodValue(path),
  })
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => at([...issue.path, key], 'there is no such setting'))
  return [at(issue.path, issue.message.replace(/^Invalid input: /, ''))]
}

/** A secret from the file, from `NAME_FILE`, or from `NAME`; an unreadable file is a loud mistake. */
const secretOf = (
  name: string,
  inFile: { value?: string | undefined; file?: string | undefined },
  base: string,
  env: Environment,
  mistakes: Mistake[],
  line?: number,
) => {
  const file = env[`${name}_FILE`] ?? (inFile.file ? resolve(base, inFile.file) : undefined)
  if (file) return readText(file, `${name}_FILE`, mistakes, line)?.trim()
  return env[name] ?? inFile.value
}

const readText = (file: string, path: string, mistakes: Mistake[], line?: number) => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    mistakes.push({
      line,
      path,
      text: `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`,
    })
    return undefined
  }
}

const serverOf = (
  shape: FileShape,
  env: Environment,
  file: string | undefined,
  mistakes: Mistake[],
): Config['server'] => {
  const port = env.JARVIS_PORT === undefined ? shape.server.port : Number(env.JARVIS_PORT)
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    mistakes.push({ path: 'JARVIS_PORT', text: `"${env.JARVIS_PORT}" is not a port`, good: '4000' })
  const base = file ? dirname(file) : '.'
  const pem = (name: string, path: string) => readText(resolve(base, path), name, mistakes) ?? ''
  const tls = shape.server.tls
  return {
    host: env.JARVIS_HOST ?? shape.server.host,
    port,
    url: shape.server.url,
    hosts: shape.server.hosts,
    proxies: shape.server.proxies,
    tls: tls && { cert: pem('server.tls.cert', tls.cert), key: pem('server.tls.key', tls.key) },
  }
}

const clusterOf = (
  shape: FileShape,
  env: Environment,
  file: string,
  where: Where,
  mistakes: Mistake[],
): ClusterConfig => {
  const { nodes, tokens, ca } = shape.cluster
  const base = dirname(file)
  const pem =
    ca &&
    (ca.includes('BEGIN CERTIFICATE')
      ? ca
      : readText(
          isAbsolute(ca) ? ca : resolve(base, ca),
          'cluster.ca',
          mistakes,
          where(['cluster', 'ca']),
        ))
  nodes.forEach((node, i) => {
    if (!ca && !node.fingerprint)
      mistakes.push({
        line: where(['cluster', 'nodes', i]),
        path: `cluster.nodes.${i}.fingerprint`,
        text: `${node.name} has neither a fingerprint nor the cluster a CA, so nobody could tell it from an impostor`,
        good: goodValue(['cluster', 'ca']),
      })
  })
  mistakes.push(...twins(nodes, where))
  const withSecrets = tokens.map((token, i) => {
    const line = where(['cluster', 'tokens', i])
    const name = `JARVIS_TOKEN_${token.roles[0]!.toUpperCase()}`
    const secret = secretOf(
      name,
      { value: token.secret, file: token.secretFile },
      base,
      env,
      mistakes,
      line,
    )
    if (!secret)
      mistakes.push({
        line,
        path: `cluster.tokens.${i}.secret`,
        text: `${token.id} has no secret`,
        good: `secretFile: secrets/token, or the environment variable ${name}_FILE`,
      })
    return { id: token.id, secret: secret ?? '', roles: token.roles }
  })
  if (!tokens.some((t) => t.roles.includes('audit')))
    mistakes.push({
      line: where(['cluster', 'tokens']),
      path: 'cluster.tokens',
      text: 'no token has the role audit, which every read needs',
      good: 'roles: [audit]',
    })
  return { nodes, ca: pem || undefined, tokens: withSecrets }
}

/** Names and aliases are one space, whatever their case: `Home` and `home` would be two nodes. */
const twins = (nodes: { name: string; aliases: string[] }[], where: Where): Mistake[] => {
  const seen = new Map<string, string>()
  return nodes.flatMap((node, i) =>
    [node.name, ...node.aliases].flatMap((name) => {
      const owner = seen.get(name.toLowerCase())
      seen.set(name.toLowerCase(), node.name)
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

/** All mistakes as one Problem: `line 7: server.port: expected number (a good value: 4000)`. */
export const configProblem = (file: string, mistakes: Mistake[]): Problem => {
  const lines = [...mistakes]
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .map(
      (m) =>
        `  ${m.line ? `line ${m.line}: ` : ''}${m.path}: ${m.text}${m.good ? ` (a good value: ${m.good})` : ''}`,
    )
  const many = mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`
  return new Problem('invalid', `${file} has ${many}:\n${lines.join('\n')}`, {
    next: '\nNothing was started. jarvis.example.yaml shows every setting.',
  })
}

const deepFreeze = <T>(value: T): T => {
  if (value && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}

/** The token that serves a role, or undefined: then that kind of deed is not possible. */
export const tokenFor = (cluster: ClusterConfig, role: TokenRole): Token | undefined =>
  cluster.tokens.find((t) => t.roles.includes(role))
