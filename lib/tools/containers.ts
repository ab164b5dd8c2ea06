/**
 * Containers on the hosts of the configuration, by the command line of Docker or Podman over SSH: the
 * words are fixed, names are checked before they become one, and JSON comes back.
 */
import * as z from 'zod'
import { seconds } from '../clock.ts'
import { asProblem, Problem } from '../errors.ts'
import type { ExecResult } from '../ssh/exec.ts'
import { harmless, nameOf } from '../untrusted.ts'
import { listed, stranger } from './places.ts'
import { type Hands, refusal } from './tool.ts'

export const hostInput = z
  .string()
  .regex(/^[a-zA-Z0-9][\w.-]{0,99}$/, 'expected the name of a host')
  .meta({ description: 'A host with containers, as configured.' })

/** As Docker itself demands; never a flag. */
export const containerInput = z
  .string()
  .regex(/^[a-zA-Z0-9][\w.-]{0,127}$/, 'expected the name of a container')
  .meta({ description: 'Name of a container.' })

export type ContainerState = {
  id: string
  name: string
  image: string
  /** running, exited, paused, restarting, created, dead. */
  state: string
  /** `5 days`; since when it is in that state, as Docker says it. */
  since: string
  exitCode?: number | undefined
  health?: 'healthy' | 'unhealthy' | 'starting' | undefined
  /** `8080->80/tcp` */
  ports: string[]
  project?: string | undefined
  service?: string | undefined
}

const PATIENCE_MS = seconds(15)
const NOT_THERE = 127

type Ssh = NonNullable<Hands['ssh']>

export const demandSsh = ({ ssh }: Pick<Hands, 'ssh'>): Ssh => {
  if (ssh) return ssh
  throw refusal(
    'ssh',
    'conflict',
    'I have no SSH key, so I reach no containers.',
    'Name one in jarvis.yaml: ssh: { keyFile: secrets/ssh_key }.',
  )
}

/** Hosts that the configuration names. Throws where there is none. */
export const hostsOf = ({ containerHosts }: Pick<Hands, 'containerHosts'>): readonly string[] => {
  if (containerHosts.length > 0) return containerHosts
  throw refusal(
    'hosts',
    'conflict',
    'No host with containers is configured.',
    'Name them in jarvis.yaml: containers: { hosts: [NAME] }.',
  )
}

/** Throws `not-found` with the host that was probably meant. */
export const hostNamed = (hands: Hands, wanted: string): string => {
  const hosts = hostsOf(hands)
  const found = hosts.find((h) => h.toLowerCase() === wanted.toLowerCase())
  if (found !== undefined) return found
  throw stranger('host with containers', wanted, hosts, `There are: ${listed(hosts)}.`)
}

/** Docker, or Podman where there is no Docker. The words are ours, never a line for a shell. */
export const engine = async (
  hands: Hands,
  host: string,
  words: readonly string[],
  options: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<ExecResult> => {
  const ssh = demandSsh(hands)
  const how = { timeoutMs: PATIENCE_MS, ...options }
  const done = await ssh.exec(host, ['docker', ...words], how)
  return done.code === NOT_THERE ? ssh.exec(host, ['podman', ...words], how) : done
}

/** Its own words stay out of the answer: a daemon repeats whatever a container is called. */
export const engineTrouble = (host: string, done: ExecResult): Problem => {
  const { stderr, code, timedOut, lost } = done
  const next = `Try it on ${host}: docker ps`
  if (timedOut) return new Problem('timeout', `${host} did not answer in time.`, { next })
  if (lost) return new Problem('unreachable', `The link to ${host} broke.`, { next })
  if (code === NOT_THERE)
    return new Problem('failed', `${host} has neither docker nor podman.`, { next })
  if (/permission denied/i.test(stderr))
    return new Problem('forbidden', `On ${host} I may not speak to Docker.`, { next })
  if (/cannot connect|is the docker daemon running/i.test(stderr))
    return new Problem('failed', `On ${host} the Docker daemon does not run.`, { next })
  return new Problem('failed', `On ${host} the container engine said no (exit ${code}).`, { next })
}

/** Every container of a host, running or not, by name. */
export const containersOn = async (hands: Hands, host: string): Promise<ContainerState[]> => {
  const done = await engine(hands, host, ['ps', '--all', '--no-trunc', '--format', '{{json .}}'])
  if (done.code !== 0) throw engineTrouble(host, done)
  return done.stdout
    .split('\n')
    .flatMap((line) => containerIn(line) ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Throws `not-found` with the container that was probably meant. */
export const containerNamed = async (
  hands: Hands,
  host: string,
  wanted: string,
): Promise<ContainerState> => {
  const all = await containersOn(hands, host)
  const found = all.find((c) => c.name === wanted)
  if (found) return found
  const names = all.map((c) => c.name)
  throw stranger('container', wanted, names, `On ${host}: ${listed(names)}.`)
}

/** What became of each host; one that cannot be reached hides no other. */
export const onEach = <T>(hosts: readonly string[], work: (host: string) => Promise<T>) =>
  Promise.all(
    hosts.map(async (host) => {
      try {
        return { host, value: await work(host) }
      } catch (thrown) {
        return { host, trouble: harmless(asProblem(thrown).message, 160) }
      }
    }),
  )

type Json = Record<string, unknown>

/** A row of Docker's (all text) or of Podman's (lists and objects). */
const containerIn = (line: string): ContainerState | undefined => {
  if (!line.startsWith('{')) return undefined
  let row: Json
  try {
    row = JSON.parse(line) as Json
  } catch {
    return undefined
  }
  const status = textOf(row.Status)
  const labels = labelsOf(row.Labels)
  const [, code] = /^Exited \((\d{1,3})\)/.exec(status) ?? []
  const [, health] = /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(status) ?? []
  const name = textOf(Array.isArray(row.Names) ? row.Names[0] : row.Names).split(',')[0]
  const exit = code ?? (row.Exited === true ? textOf(row.ExitCode) : undefined)
  return {
    id: nameOf(textOf(row.ID ?? row.Id), 80).slice(0, 12),
    name: nameOf(name, 128),
    image: nameOf(textOf(row.Image), 100),
    state: nameOf(textOf(row.State), 20).toLowerCase() || 'unknown',
    since: /^(?:Up|Exited \(\d{1,3}\)) ([\w ]{1,40}?)(?: ago)?(?: \(|$)/.exec(status)?.[1] ?? '',
    exitCode: exit === undefined ? undefined : Number(exit),
    health: health as ContainerState['health'],
    ports: portsOf(row.Ports),
    project: nameOr(labels['com.docker.compose.project'] ?? labels['io.podman.compose.project']),
    service: nameOr(labels['com.docker.compose.service']),
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''

const nameOr = (text: unknown) => nameOf(textOf(text)) || undefined

/** `a=b,c=d`; a value with a comma in it is cut there, and those that are asked for have none. */
const labelsOf = (labels: unknown): Json => {
  if (labels && typeof labels === 'object') return labels as Json
  const pairs = textOf(labels).split(',')
  return Object.fromEntries(pairs.map((p) => [p.split('=')[0]!, p.slice(p.indexOf('=') + 1)]))
}

const portsOf = (ports: unknown): string[] => {
  if (Array.isArray(ports))
    return ports.flatMap((p: Json | null) =>
      p?.host_port
        ? [
            `${Number(p.host_port)}->${Number(p.container_port)}/${nameOf(textOf(p.protocol), 4) || 'tcp'}`,
          ]
        : [],
    )
  const found = textOf(ports).matchAll(/(\d{1,5}(?:-\d{1,5})?)->(\d{1,5}(?:-\d{1,5})?)\/(tcp|udp)/g)
  return [
    ...new Set([...found].map(([, outside, inside, kind]) => `${outside}->${inside}/${kind}`)),
  ]
}

/** `running 5 days, healthy`, `exited (1) 9 hours` */
export const conditionOf = ({ state, since, exitCode, health }: ContainerState): string => {
  const code = state !== 'running' && exitCode !== undefined ? ` (${exitCode})` : ''
  return `${state}${code}${since ? ` ${since}` : ''}${state === 'running' && health ? `, ${health}` : ''}`
}
