/**
 * The configuration: one YAML file, the environment and secret files become one frozen, typed value.
 * Everything is checked at start, defaults included; every mistake is told at once with its line and
 * a good value. Nothing starts on a broken file, and a missing file never turns into the lab by itself.
 */
import { lstatSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type ClusterConfig, clusterOf } from './config-cluster.ts'
import { configProblem, type Mistake, readConfigFile } from './config-file.ts'
import { llmOf } from './config-llm.ts'
import { defaults, type FileShape } from './config-shape.ts'
import { type SshConfig, sshOf } from './config-ssh.ts'
import { tlsOf } from './config-tls.ts'
import { Problem } from './errors.ts'
import type { LlmConfig } from './llm/llm.ts'

export type Config = {
  mode: 'real' | 'lab' | 'setup'
  /** The file it came from, or the one that the set-up will write; undefined in the lab. */
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
  poll: FileShape['poll']
  timeZone: string
  sessions: FileShape['sessions']
  keep: FileShape['keep']
  ssh: SshConfig
  wake: FileShape['wake']
  safety: FileShape['safety']
  containers: FileShape['containers']
  wall: FileShape['wall']
  llm: LlmConfig
}

export type Environment = Record<string, string | undefined>
export type LoadOptions = { root: string; env: Environment; cwd?: string }

/** Reads and checks everything; throws `invalid` with all mistakes, one a line. */
export const loadConfig = (options: LoadOptions): Config => {
  const { root, env, cwd = root } = options
  const place = (value: string | undefined, fallback: string) =>
    value ? resolve(cwd, value) : join(root, fallback)
  const wanted = place(env.JARVIS_CONFIG, 'jarvis.yaml')
  if (env.JARVIS_SETUP === '1' && isThere(wanted)) {
    const settled = settledConfig(options)
    if (settled) return settled
  }
  const { mode, file } = chooseMode(env, wanted)
  const reading = file && mode === 'real' ? readConfigFile(file) : undefined
  const mistakes: Mistake[] = reading?.mistakes ?? []
  const cluster = reading && clusterOf(reading, file!, env)
  const ssh = reading ? sshOf(reading, file!, env, cluster) : { identity: {}, hosts: [] }
  const shape = reading?.shape ?? defaults()
  const data = place(env.JARVIS_DATA, 'data')
  const config: Config = {
    mode,
    file,
    root,
    data: mode === 'lab' ? join(data, 'lab') : data,
    server: serverOf(shape.server, env, reading && dirname(file!), mistakes),
    cluster,
    poll: shape.poll,
    timeZone: shape.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    sessions: shape.sessions,
    keep: shape.keep,
    ssh,
    wake: shape.wake,
    safety: shape.safety,
    containers: shape.containers,
    wall: shape.wall,
    llm: llmOf(reading, file, env, mistakes),
  }
  if (mistakes.length > 0) throw configProblem(reading ? file! : 'The environment', mistakes)
  return deepFreeze(config)
}

/**
 * A container keeps its variables when it starts again: what the set-up wrote must then win over
 * `JARVIS_SETUP`. A file that is wrong does not, so that the set-up can replace it.
 */
const settledConfig = ({ env, ...options }: LoadOptions): Config | undefined => {
  try {
    return loadConfig({
      ...options,
      env: { ...env, JARVIS_SETUP: undefined, JARVIS_LAB: undefined },
    })
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

/** Which of the three lives this start leads; see design §2 "Start". */
const chooseMode = (env: Environment, file: string): { mode: Config['mode']; file?: string } => {
  if (env.JARVIS_SETUP === '1') return { mode: 'setup', file }
  if (env.JARVIS_LAB === '1') return { mode: 'lab' }
  if (isThere(file)) return { mode: 'real', file }
  if (env.JARVIS_CONFIG || inContainer(env))
    throw new Problem('invalid', `There is no configuration at ${file}.`, {
      next: 'Write one with ./jarvis setup, look around in a simulated cluster with JARVIS_LAB=1, or set it up in the browser with JARVIS_SETUP=1.',
    })
  return { mode: 'lab' }
}

/** Also a link that leads nowhere: somebody meant a configuration, so it must not be the lab. */
const isThere = (file: string) => lstatSync(file, { throwIfNoEntry: false }) !== undefined

/**
 * Our own image says so itself (Containerfile). Traces of an engine (`/.dockerenv`) are no sign:
 * a checkout in a development container is somebody who looks around.
 */
const inContainer = (env: Environment) => env.JARVIS_CONTAINER === '1'

const serverOf = (
  shape: FileShape['server'],
  env: Environment,
  base: string | undefined,
  mistakes: Mistake[],
): Config['server'] => {
  const port = env.JARVIS_PORT ? Number(env.JARVIS_PORT) : shape.port
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    mistakes.push({ path: 'JARVIS_PORT', text: `"${env.JARVIS_PORT}" is no port`, good: '4000' })
  const { url, hosts, proxies, tls } = shape
  return {
    host: env.JARVIS_HOST || shape.host,
    port,
    url,
    hosts,
    proxies,
    tls: tlsOf(tls, base ?? '.', mistakes),
  }
}

const deepFreeze = <T>(value: T): T => {
  if (value && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}
